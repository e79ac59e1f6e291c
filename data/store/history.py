"""What was done to a store, a line each in ``history.jsonl``: published, rolled back, pinned, unpinned, retired.

Operators read it, a retired id is told from one that never was, and the last good snapshot is found when ``CURRENT`` is
unreadable. Nothing depends on it being complete: a line that cannot be written or read is left out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from data.store.disk import replace_text
from data.store.layout import ID

HISTORY: Final = "history.jsonl"
LIMIT_BYTES: Final = 4_000_000
"""From here on the older half of the lines is dropped: about 15,000 remain."""
Deed = Literal["publish", "rollback", "pin", "unpin", "retire"]
_IN_FORCE: Final = ("publish", "rollback")


def record(store: Path, deed: Deed, identity: str, **more: Any) -> None:
    """Add a line. What was done stands, so a full disk or a read-only folder is no error here."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    line = json.dumps({"at": at, "do": deed, "id": identity, **more}, ensure_ascii=False).encode() + b"\n"
    path = store / HISTORY
    with contextlib.suppress(OSError):
        with path.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line  # a line before it was cut off
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if size > LIMIT_BYTES:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            replace_text(path, "".join(lines[len(lines) // 2 :]))


def entries(store: Path, identity: str = "") -> list[Mapping[str, Any]]:
    """All lines that can be read, or those about one id, oldest first; each has at least ``at``, ``do`` and a well-formed ``id``."""
    found: list[Mapping[str, Any]] = []
    try:
        text = (store / HISTORY).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return found
    for line in text.splitlines():
        if identity not in line:
            continue
        with contextlib.suppress(ValueError, RecursionError):
            entry = json.loads(line)
            if isinstance(entry, dict) and "at" in entry and "do" in entry and ID.fullmatch(str(entry.get("id"))):
                found.append(entry)
    return found


def retirement(store: Path, identity: str) -> Mapping[str, Any] | None:
    """The line that says when and why a snapshot was retired, or None."""
    lines = (entry for entry in reversed(entries(store, identity)) if entry["do"] == "retire" and entry["id"] == identity)
    return next(lines, None)


def last_in_force(store: Path) -> str | None:
    """The id that was put in force last, as far as the lines tell."""
    return next((str(entry["id"]) for entry in reversed(entries(store)) if entry["do"] in _IN_FORCE), None)
