"""Which snapshot was in force before which: what to fall back on, and what to build upon.

The order of ids is not enough: after a rollback the newer ones are wrong, and a build killed at the last moment leaves a
whole snapshot that was never in force.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from data.errors import NoSnapshot, SnapshotRefused, StoreError
from data.store.history import entries, last_in_force
from data.store.layout import CURRENT, identities
from data.store.manifest import named_by_current, read_manifest, verified


def named(store: Path) -> str:
    """The id that ``CURRENT`` holds.

    Raises
    ------
    NoSnapshot
        Nothing was ever published here.
    SnapshotRefused
        ``CURRENT`` is unreadable, or it is missing although something was published.
    """
    identity = named_by_current(store)
    if identity is not None:
        return identity
    if last_in_force(store) is not None:
        raise SnapshotRefused(
            f"{store / CURRENT} is missing although snapshots were published; roll back to one of `list` or publish again."
        )
    raise NoSnapshot(f"There is no snapshot in {store}; build one, or name another store with --store.")


def lineage(store: Path, start: str | None = None) -> Iterator[str]:
    """Ids of kept snapshots that were in force one after the other, newest first.

    Parameters
    ----------
    start
        Where to begin, itself included if it is kept; without it what was last put in force as far as can be known.
    """
    kept = identities(store)
    identity = start or last_in_force(store) or (kept[-1] if kept else None)
    links = {str(entry["id"]): entry.get("previous") for entry in entries(store) if entry["do"] in ("publish", "retire")}
    while identity is not None:
        if identity in kept:
            yield identity
        before = links.get(identity, identity)
        if before == identity:
            with contextlib.suppress(StoreError):
                before = read_manifest(store, identity).get("previous")
        if before is not None and not before < identity:  # nobody can say: the one before it in time
            before = max((other for other in kept if other < identity), default=None)
        identity = before


def in_force(store: Path) -> str | None:
    """The snapshot that readers are shown: what ``CURRENT`` names where that verifies, else the last good one before it."""
    start: str | None = None
    try:
        start = named(store)
    except NoSnapshot:
        return None
    except SnapshotRefused:
        pass
    for identity in lineage(store, start):
        with contextlib.suppress(StoreError):
            verified(store, identity)
            return identity
    return None
