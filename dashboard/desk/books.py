"""The books of a snapshot as its manifest keeps them: for every source and file rows in, accepted and quarantined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FileBook:
    """What became of one file. A manifest may say less than all of it; what it does not say is empty.

    Attributes
    ----------
    kept
        The rows came with an earlier delivery and were taken over.
    reasons, findings
        Code → number of rows.
    recognised, unknown, personal
        Field → header; headers that nobody knows; headers of personal data, which are never read.
    arrived_at
        UTC.
    rejected
        Where its rejected rows are, within the quarantine of the snapshot.
    """

    source: str
    file: str = ""
    kind: str = ""
    mode: str = "full"
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    positions_set_aside: int = 0
    is_refused: bool = False
    is_empty: bool = False
    kept: bool = False
    code: str | None = None
    message: str | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    recognised: Mapping[str, str] = field(default_factory=dict)
    unknown: Sequence[str] = ()
    personal: Sequence[str] = ()
    arrived_at: dt.datetime | None = None
    rejected: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> FileBook:
        """From an entry of ``sources`` in a manifest or a report."""
        return cls(
            source=_text(entry.get("name")),
            file=_text(entry.get("file")),
            kind=_text(entry.get("kind")),
            mode=_text(entry.get("mode")) or "full",
            rows_in=_whole(entry.get("rows_in")),
            accepted=_whole(entry.get("accepted")),
            quarantined=_whole(entry.get("quarantined")),
            positions_set_aside=_whole(entry.get("positions_set_aside")),
            is_refused=entry.get("read") == "rejected",
            is_empty=entry.get("read") == "ok" and not _whole(entry.get("rows_in")),
            kept=bool(entry.get("kept")),
            code=_text(entry.get("code")) or None,
            message=_text(entry.get("message")) or None,
            reasons=_counts(entry.get("reasons")),
            findings=_counts(entry.get("findings")),
            warnings=_texts(entry.get("warnings")),
            recognised={str(key): str(value) for key, value in (entry.get("recognised") or {}).items()},
            unknown=_texts(entry.get("unknown")),
            personal=_texts(entry.get("personal")),
            arrived_at=_instant(entry.get("arrived_at")),
            rejected=_text(entry.get("rejected_file")) or f"{_text(entry.get('name'))}/{_text(entry.get('file'))}.csv",
        )

    @property
    def is_bad(self) -> bool:
        """Whether this delivery brought nothing: refused, or without rows."""
        return self.is_refused or self.is_empty


@dataclass(frozen=True)
class SourceBook:
    """All files of one source, newest first."""

    name: str
    files: Sequence[FileBook]

    @property
    def kind(self) -> str:
        """What its rows are; empty where the manifest does not say."""
        return next((file.kind for file in self.files if file.kind), "")

    @property
    def mode(self) -> str:
        """``full`` or ``changes``."""
        return self.newest.mode

    @property
    def newest(self) -> FileBook:
        """The file that arrived last and was taken; where none was, the last."""
        return next((file for file in self.files if not file.is_bad), self.files[0])

    @property
    def rows_in(self) -> int:
        """Rows in, over all files."""
        return sum(file.rows_in for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows accepted, over all files."""
        return sum(file.accepted for file in self.files)

    @property
    def quarantined(self) -> int:
        """Rows quarantined, over all files."""
        return sum(file.quarantined for file in self.files)

    @property
    def refused(self) -> FileBook | None:
        """The newest delivery that brought nothing, where earlier rows stay in its place."""
        return next((file for file in self.files if file.is_bad), None)


def of_manifest(manifest: Mapping[str, Any]) -> list[SourceBook]:
    """The sources of a snapshot in the order of its manifest."""
    return of_entries(manifest.get("sources") or ())


def of_entries(entries: Iterable[Mapping[str, Any]]) -> list[SourceBook]:
    """Sources from entries per file."""
    files: dict[str, list[FileBook]] = {}
    for entry in entries:
        book = FileBook.of(entry)
        files.setdefault(book.source, []).append(book)
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
    return [SourceBook(name, sorted(found, key=lambda file: file.arrived_at or oldest, reverse=True)) for name, found in files.items()]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value or ())


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _counts(value: Any) -> dict[str, int]:
    return {str(code): _whole(n) for code, n in (value or {}).items()}


def _instant(value: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
