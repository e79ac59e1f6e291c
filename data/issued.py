"""Briefs that were issued: each has a number, keeps its snapshot for ever, and remembers what was printed.

They lie in ``briefs/`` of the store, a JSON file each, written once and never changed. A number is ``<template>-<year>-<n>``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data.errors import StoreError
from data.store.disk import sync
from data.store.faults import told
from data.store.layout import ID
from data.store.pins import pin

FOLDER: Final = "briefs"
NUMBER: Final = re.compile(r"[a-z0-9_\-]{1,40}")
_TRIES: Final = 10_000


@dataclass(frozen=True)
class Issue:
    """One issued brief.

    Attributes
    ----------
    number
        As in an address (``issue=``).
    template, area, first, last, snapshot, definition, query
        Which brief it is: its template, the area's code, its days (ISO), and its whole address without ``issue``.
    title
        As printed.
    issued_at
        UTC, ISO.
    remarks
        Section → what an editor added.
    document
        The whole as it was printed, as its writer keeps it.
    """

    number: str
    template: str
    area: str
    first: str
    last: str
    snapshot: str
    definition: str
    query: str
    title: str
    issued_at: str
    remarks: Mapping[str, str] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)


def issue(store: Path, draft: Issue, printed: Callable[[str], Mapping[str, Any]]) -> Issue:
    """Give a brief its number, pin its snapshot and remember it; gives it as it was written.

    ``printed`` gives the document that carries a number.

    Raises
    ------
    NoSnapshot, SnapshotRefused
        Its snapshot is not in the store, or damaged.
    StoreError
        The store cannot be written to.
    """
    pin(store, draft.snapshot)
    folder = store / FOLDER
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with told(store, "Nothing was issued."):
        folder.mkdir(exist_ok=True)
        prefix = f"{draft.template[:30]}-{draft.last[:4]}-"
        known = [int(one.stem.removeprefix(prefix)) for one in folder.glob(f"{prefix}*.json") if one.stem.removeprefix(prefix).isdigit()]
        first = max(known, default=0) + 1
        for n in range(first, first + _TRIES):
            number = f"{prefix}{n:03d}"
            found = dataclasses.replace(draft, number=number, issued_at=now, document=json.loads(json.dumps(printed(number))))
            if _write(folder, found):
                return found
    raise StoreError("No number could be given to the brief; look into the folder briefs of the store.")


def _write(folder: Path, found: Issue) -> bool:
    """Write it under a name nobody has; False where somebody was quicker."""
    temporary = folder / f".{found.number}.{os.getpid()}.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(dataclasses.asdict(found), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, folder / f"{found.number}.json")
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    sync(folder)
    return True


def issued(store: Path, number: str) -> Issue | None:
    """The brief of a number; None where there is none, or where its file cannot be read."""
    return _read(store / FOLDER / f"{number}.json") if NUMBER.fullmatch(number) else None


def issues(store: Path, template: str | None = None, area: str | None = None) -> list[Issue]:
    """All issued briefs, or those of a template and an area, the latest days first."""
    listed = (_read(path) for path in sorted((store / FOLDER).glob("*.json")))
    found = [one for one in listed if one is not None and template in (None, one.template) and area in (None, one.area)]
    return sorted(found, key=lambda one: (one.last, one.issued_at, one.number), reverse=True)


def before(store: Path, template: str, area: str, first: str) -> Issue | None:
    """The last issued brief of a template and area whose days are over before ``first``."""
    return next((one for one in issues(store, template, area) if one.last < first), None)


def _read(path: Path) -> Issue | None:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        answer = Issue(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return answer if answer.number == path.stem and ID.fullmatch(answer.snapshot) else None
