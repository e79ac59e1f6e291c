"""What killed builds and unfinished removals left behind, removed by whoever holds the lock next."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Final

from data.errors import SnapshotRefused, StoreError
from data.store.disk import discard
from data.store.history import entries, record
from data.store.layout import BUILDING, ID, QUARANTINE, SNAPSHOTS, identities, manifest_path, published_at
from data.store.manifest import named_by_current, read_manifest
from data.store.pins import SUFFIX, is_pinned, pin_path

TEMPORARY: Final = ".*.tmp"
NEVER: Final = "never in force: its build was killed at the last moment"


def sweep(store: Path) -> None:
    """Remove the building folder, temporary files, and tables, quarantine and pins that have no manifest; and snapshots never in force.

    Tables that are pinned or that ``CURRENT`` names stay even then. What cannot be removed now, because a reader on
    Windows has it open, is left for the next time. The caller holds the lock.
    """
    discard(store / BUILDING)
    for folder in (store, store / SNAPSHOTS, store / QUARANTINE):
        for path in folder.glob(TEMPORARY):
            discard(path)
    try:
        named = named_by_current(store)
    except SnapshotRefused:
        named = None
    for identity in never_in_force(store, named):
        record(store, "retire", identity, why=NEVER)
        discard(manifest_path(store, identity))
    snapshots = store / SNAPSHOTS
    for path in [*snapshots.glob("*.duckdb"), *(store / QUARANTINE).glob("*")]:
        identity = path.name.removesuffix(".duckdb")
        is_kept = identity == named or pin_path(store, identity).exists() or manifest_path(store, identity).exists()
        if ID.fullmatch(identity) and not is_kept:
            discard(path)
    for path in snapshots.glob(f"*{SUFFIX}"):
        if not path.with_suffix(".json").exists() and not path.with_suffix(".duckdb").exists():
            discard(path)


def never_in_force(store: Path, named: str | None) -> list[str]:
    """Whole snapshots that nobody ever looked at: their build ended after the manifest was written and before ``CURRENT`` was.

    Where the history might just not say so, it is not said here either: an id counts only if the history was kept when it was made, and
    neither a line of it nor another snapshot names it as what was in force. What is pinned was meant to stay.

    Parameters
    ----------
    named
        What ``CURRENT`` names; where it is None nothing can be told.
    """
    told = entries(store)
    if named is None or not told:
        return []
    known = {named, *(str(entry["id"]) for entry in told if entry["do"] != "retire"), *(entry.get("previous") for entry in told)}
    with contextlib.suppress(ValueError):
        began = dt.datetime.fromisoformat(str(told[0]["at"]))
        doubtful = [one for one in identities(store) if one not in known and published_at(one) >= began and not is_pinned(store, one)]
        before = _previous(store) if doubtful else set()
        return [identity for identity in doubtful if identity not in before and _is_whole(store, identity)]
    return []


def _previous(store: Path) -> set[str | None]:
    """Ids that some snapshot names as the one before it; those of killed builds name what was in force, too."""
    found: set[str | None] = set()
    for identity in identities(store):
        with contextlib.suppress(StoreError):
            found.add(read_manifest(store, identity).get("previous"))
    return found


def _is_whole(store: Path, identity: str) -> bool:
    """Whether the manifest is one that a build wrote to its end."""
    with contextlib.suppress(StoreError):
        read_manifest(store, identity)
        return True
    return False
