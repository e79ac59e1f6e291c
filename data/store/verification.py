"""Whether a snapshot is what was published, while others may be published meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from data.errors import StoreError
from data.store.layout import CURRENT, database_path, manifest_path
from data.store.lineage import named
from data.store.manifest import verified
from data.store.snapshot import opens

Stat = tuple[int, int, int, int] | None
Signature = tuple[Stat, ...]
FOLLOWING_TRIES: Final = 20
"""Publications that may come while one snapshot is verified and opened before it is given up to follow them."""


def verification(store: Path, identity: str | None, *, memory_limit: str, threads: int | None) -> dict[str, Any]:
    """Whether a snapshot, or the one in force, is exactly what was published and can be opened; see ``Store.verify``."""
    wanted = identity
    for left in reversed(range(FOLLOWING_TRIES)):
        before = stat_of(store / CURRENT)
        try:
            wanted = named(store) if identity is None else identity
            manifest = verified(store, wanted)
            opens(database_path(store, wanted), manifest, memory_limit=memory_limit, threads=threads)
        except StoreError as error:
            if identity is None and left and before != stat_of(store / CURRENT):
                continue  # another came in force meanwhile
            return {"ok": False, "snapshot": wanted, "reason": str(error)}
        break
    return {"ok": True, "snapshot": wanted, "reason": None}


def stat_of(path: Path) -> Stat:
    """What changes when a file does: the time of change too, which nobody can set back."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def signature_of(store: Path, identity: str | None) -> Signature:
    """What changes when a file of a snapshot does."""
    return (None, None) if identity is None else (stat_of(manifest_path(store, identity)), stat_of(database_path(store, identity)))
