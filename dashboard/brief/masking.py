"""Personal numbers in texts are masked at the door; what leaves in a document is masked once more, by the same patterns."""

from __future__ import annotations

import re
from typing import Final

from data.ingest.privacy import MASK, PATTERNS

_HEX: Final = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")
_PATTERNS: Final = tuple(re.compile(_HEX.sub(lambda found: f"\\u{int(found[1], 16):04x}", pattern)) for pattern in PATTERNS)


def masked(text: str) -> str:
    """The text with numbers that may be a person's masked."""
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return " ".join(text.split())
