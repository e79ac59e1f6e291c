"""What killed builds and unfinished removals left behind, removed by whoever holds the lock next."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data.errors import SnapshotRefused
from data.store.disk import discard
from data.store.layout import BUILDING, ID, QUARANTINE, SNAPSHOTS, manifest_path
from data.store.manifest import named_by_current
from data.store.pins import SUFFIX, pin_path

TEMPORARY: Final = ".*.tmp"


def sweep(store: Path) -> None:
    """Remove the building folder, temporary files, and tables, quarantine and pins that have no manifest.

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
    snapshots = store / SNAPSHOTS
    for path in [*snapshots.glob("*.duckdb"), *(store / QUARANTINE).glob("*")]:
        identity = path.name.removesuffix(".duckdb")
        is_kept = identity == named or pin_path(store, identity).exists() or manifest_path(store, identity).exists()
        if ID.fullmatch(identity) and not is_kept:
            discard(path)
    for path in snapshots.glob(f"*{SUFFIX}"):
        if not path.with_suffix(".json").exists() and not path.with_suffix(".duckdb").exists():
            discard(path)
