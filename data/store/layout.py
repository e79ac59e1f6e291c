"""Names and places in a store. The promise is in the design: ``snapshots/``, ``quarantine/``, ``CURRENT``."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Final

ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]{8}")
STAMP: Final = "%Y%m%dT%H%M%SZ"
CURRENT: Final = "CURRENT"
SNAPSHOTS: Final = "snapshots"
QUARANTINE: Final = "quarantine"
BUILDING: Final = "building"


def database_path(store: Path, identity: str) -> Path:
    """Where a snapshot's tables are."""
    return store / SNAPSHOTS / f"{identity}.duckdb"


def manifest_path(store: Path, identity: str) -> Path:
    """Where a snapshot's manifest is."""
    return store / SNAPSHOTS / f"{identity}.json"


def quarantine_path(store: Path, identity: str) -> Path:
    """Where the rows are that were rejected for a snapshot."""
    return store / QUARANTINE / identity


def identities(store: Path) -> list[str]:
    """Ids of all snapshots that have a manifest, whatever it says, oldest first."""
    try:
        names = os.listdir(store / SNAPSHOTS)
    except OSError:
        return []
    return sorted(name[: -len(".json")] for name in names if name.endswith(".json") and ID.fullmatch(name[: -len(".json")]))


def published_at(identity: str) -> dt.datetime:
    """The instant in an id, UTC; the earliest possible one where it is none."""
    try:
        return dt.datetime.strptime(identity[:16], STAMP).replace(tzinfo=dt.UTC)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
