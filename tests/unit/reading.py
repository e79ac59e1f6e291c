"""Builds one file on its own and gives what the snapshot holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.config import Config
from data.store.build import Built, build_file

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def built(path: Path, kind: str = "event", **more: Any) -> Built:
    """A snapshot file of one source, not published."""
    source = {"name": "源", "kind": kind, "path": path.name, **more}
    config = Config.parse({"name": "示范区", "levels": ["district", "grid"], "source": [source]}, path.parent)
    return build_file(config, path.parent / f"{path.stem}-{kind}.duckdb", now=NOW)


def table(snapshot: Built, sql: str) -> pd.DataFrame:
    """Rows of a statement over a built file."""
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        return connection.execute(sql).df()


def events(path: Path, **more: Any) -> pd.DataFrame:
    """The events of one file with their category's name."""
    return table(
        built(path, **more), "SELECT event.*, category.name AS category FROM event JOIN category USING (category_ix) ORDER BY event_ix"
    )
