"""One file that a person hands in: what it is called, and what is said about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from data.config import KINDS as ENTITY_KINDS

KINDS: Final = tuple(kind for kind in ("event", "video_point", "area") if kind in ENTITY_KINDS)
"""What may be handed in on the page."""
MODES: Final = ("full", "changes")
ID: Final = re.compile(r"[0-9a-f]{32}")
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


class UploadFault(Exception):
    """An upload cannot be taken or found.

    Parameters
    ----------
    problem
        A key of the page's words, ``data_problem_<problem>``.
    status
        Of the answer.
    """

    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.problem, self.status = problem, status


@dataclass(frozen=True)
class Upload:
    """One file and what is said about it.

    Attributes
    ----------
    level
        Of areas, where their file has no column that says it.
    columns
        Field → header, as a person named them.
    attempt
        Number of the last attempt to check or publish it; 0 before the first.
    what
        ``check`` or ``publish``: what that attempt is.
    """

    id: str
    name: str
    size: int
    sha256: str
    kind: str = "event"
    source: str = ""
    mode: str = "full"
    level: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    attempt: int = 0
    what: str = "check"


def file_name(given: str) -> str:
    """A name as a person's browser sent it, without folders and without characters that mean something to a file system."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    clean = _FORBIDDEN.sub("", last).strip().lstrip(".")
    stem, dot, suffix = clean.rpartition(".")
    if not dot:
        stem, suffix = clean, ""
    stem, suffix = stem.encode("utf-8", "ignore")[:150].decode("utf-8", "ignore").strip(), suffix[:20]
    return f"{stem or 'file'}{dot and '.'}{suffix}"


def source_name(given: str) -> str:
    """The name of a source as typed.

    Raises
    ------
    UploadFault
        It is empty, too long, or could not be the name of a folder.
    """
    name = unicodedata.normalize("NFC", given).strip()
    if not name or len(name) > 60 or _FORBIDDEN.search(name) or name.startswith("."):
        raise UploadFault("source", 400)
    return name


def said(upload: Upload, given: Mapping[str, Any]) -> Upload:
    """The upload with what a person now says about it.

    Raises
    ------
    UploadFault
        A kind, mode or column that is not known, or a source that cannot be named so.
    """
    kind, mode, columns = given.get("kind", upload.kind), given.get("mode", upload.mode), given.get("columns", upload.columns)
    level = given.get("level", upload.level) if kind == "area" else ""
    if kind not in KINDS or mode not in MODES or not isinstance(level, str) or not re.fullmatch(r"[a-z_0-9]{0,40}", level):
        raise UploadFault("request", 400)
    is_table = isinstance(columns, Mapping) and len(columns) <= 60
    if not is_table or not all(re.fullmatch(r"[a-z_0-9]{1,40}", str(key)) and _is_header(text) for key, text in columns.items()):
        raise UploadFault("request", 400)
    source = source_name(str(given.get("source", upload.source)))
    return replace(upload, kind=str(kind), mode=str(mode), level=level, columns=dict(columns), source=source)


def _is_header(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= 500 and "\x00" not in text
