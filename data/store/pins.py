"""Snapshots that are kept for ever: ``snapshots/<id>.pin`` beside the manifest, which itself never changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from data.errors import NoSnapshot
from data.store.disk import replace_text, sync
from data.store.faults import told
from data.store.history import record
from data.store.layout import ID, SNAPSHOTS, manifest_path
from data.store.lock import keeping
from data.store.manifest import read_manifest, verified

SUFFIX: Final = ".pin"


def pin_path(store: Path, identity: str) -> Path:
    """Where a snapshot's pin is; it exists only while the snapshot is pinned."""
    return store / SNAPSHOTS / f"{identity}{SUFFIX}"


def is_pinned(store: Path, identity: str) -> bool:
    """Whether retention leaves this snapshot alone."""
    return pin_path(store, identity).exists()


def pin(store: Path, identity: str) -> bool:
    """Keep a snapshot for ever; gives whether that is new.

    Raises
    ------
    NoSnapshot, SnapshotRefused
        It is not in the store, or it is damaged and not worth keeping.
    StoreError
        The store cannot be written to.
    """
    verified(store, identity)
    with keeping(store), told(store, "Nothing was pinned."):
        if is_pinned(store, identity):
            return False
        if not manifest_path(store, identity).exists():
            raise NoSnapshot(f"Snapshot {identity} has just been retired; it cannot be pinned any more.")
        replace_text(pin_path(store, identity), json.dumps({"id": identity}) + "\n")
    record(store, "pin", identity)
    return True


def unpin(store: Path, identity: str) -> bool:
    """Give a snapshot back to retention; gives whether it was pinned.

    Raises
    ------
    NoSnapshot
        It is not in the store.
    StoreError
        The store cannot be written to.
    """
    if not ID.fullmatch(identity) or not is_pinned(store, identity):
        read_manifest(store, identity)
        return False
    with keeping(store), told(store, "The pin stays."):
        if not is_pinned(store, identity):
            return False
        pin_path(store, identity).unlink(missing_ok=True)
        sync(pin_path(store, identity).parent)
    record(store, "unpin", identity)
    return True
