"""Which names in a folder are files that somebody sent, and which only belong to a program that is still writing."""

from __future__ import annotations

from typing import Final

BEGINNINGS: Final = (".", "~")
ENDINGS: Final = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp", ".lock", "~")
LITTER: Final = ("thumbs.db", "desktop.ini")


def is_temporary(name: str) -> bool:
    """Whether a file of this name is unfinished, a lock of an office program, hidden, or left by a file browser."""
    lower = name.lower()
    return lower.startswith(BEGINNINGS) or lower.endswith(ENDINGS) or lower in LITTER
