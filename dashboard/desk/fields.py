"""What the columns of department files are called on the page: a field's first Chinese alias, or its English name."""

from __future__ import annotations

import re
from typing import Final

from dashboard.format import Language
from data.ingest.fields import FIELDS
from data.vocabulary import LEVEL_NAMES

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


def field_name(kind: str, key: str, lang: Language) -> str:
    """The shown name of a field of a kind of rows; a level of areas has its own name, an unknown field its key."""
    if lang == "en":
        return key.replace("_", " ")
    aliases = next((field.aliases for field in FIELDS.get(kind, ()) if field.name == key), ())
    chinese = next((alias for alias in aliases if _CHINESE.search(alias)), None)
    if chinese is None and key in LEVEL_NAMES:
        return LEVEL_NAMES[key].zh
    return chinese or key


def words_of(kind: str, key: str, lang: Language) -> list[str]:
    """What a field with a closed vocabulary may hold, one word for each meaning; empty where anything may stand."""
    words = next((field.words for field in FIELDS.get(kind, ()) if field.name == key), {})
    if lang == "en":
        return list(words)
    return [next((word for word in known if _CHINESE.search(word)), meaning) for meaning, known in words.items()]
