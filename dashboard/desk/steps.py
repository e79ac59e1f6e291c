"""What a running command says, in words for the person who waits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from dashboard.format import Language
from dashboard.words import say

KNOWN: Final = (
    (re.compile(r"areas?\b", re.IGNORECASE), "data_step_areas"),
    (re.compile(r"events?\b", re.IGNORECASE), "data_step_events"),
    (re.compile(r"video", re.IGNORECASE), "data_step_video"),
    (re.compile(r"publishing", re.IGNORECASE), "data_step_publishing"),
    (re.compile(r"published", re.IGNORECASE), "data_step_published"),
)
MOST: Final = 8


def told(lines: Sequence[str], what: str, lang: Language) -> list[str]:
    """The steps so far, in order, each once; before the first the command is starting.

    Lines that name a file (``source: file``) say that it is read; what is not known is left out.
    """
    steps = [say(f"data_step_{what}", lang)]
    for line in lines:
        key = next((key for pattern, key in KNOWN if pattern.match(line)), None)
        if key is None and re.match(r"[^:]{1,60}: \S", line) and not line.startswith(("Traceback", "E_", "Unexpected")):
            steps.append(say("data_step_reading", lang, what=line.split(": ", 1)[1][:80]))
        elif key is not None:
            steps.append(say(key, lang))
    return list(dict.fromkeys(steps))[-MOST:]
