"""Every text on the pages, in Chinese and English: one module for each page, and one for the panel that opens from a number.

Names that come with the data (areas, categories, departments) are shown as they are; indicators, layers, filters and
reason codes carry their names in their own registries.
"""

from __future__ import annotations

from typing import Final

from dashboard.format import Language
from dashboard.words.brief import BRIEF
from dashboard.words.cases import CASES
from dashboard.words.data import DATA
from dashboard.words.export import EXPORT
from dashboard.words.indicators import INDICATORS
from dashboard.words.opened import OPENED
from dashboard.words.saved import SAVED
from dashboard.words.study import STUDY
from dashboard.words.video import VIDEO
from dashboard.words.wall import WALL

WORDS: Final[dict[str, tuple[str, str]]] = {**WALL, **OPENED, **INDICATORS, **DATA, **STUDY, **VIDEO, **EXPORT, **BRIEF, **CASES, **SAVED}


def say(key: str, lang: Language, **values: object) -> str:
    """The text in the language, with ``{names}`` filled in."""
    zh, en = WORDS[key]
    text = zh if lang == "zh" else en
    return text.format(**values) if values else text
