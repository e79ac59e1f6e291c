"""Ids of a checked file that other sources use too, told before anything is published.

Publishing settles them by the one rule for rows of one id (:mod:`data.ingest.same_ids`); which row stays may depend on what else comes,
so a check says that they meet and quarantines nothing for it.
"""

from __future__ import annotations

import datetime as dt
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from data.config import Config, SourceConfig
from data.ingest import frames
from data.ingest.intake import Intake
from data.ingest.limits import MB
from data.ingest.same_ids import LOST, SUPERSEDED
from data.store.earlier import Earlier

MOST: Final = 64 * MB
"""Size of the other files that are read to know their ids; of more a build tells."""
SHOWN: Final = 5


def in_store(connection: duckdb.DuckDBPyConnection, earlier: Earlier, source: SourceConfig) -> list[dict[str, Any]]:
    """Per other source of a snapshot: ``source``, ``n`` ids that the staged file has too, and the first of them as ``ids``."""
    path = str(earlier.path).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS before (READ_ONLY)")
    connection.execute(
        """CREATE TEMP TABLE ids_elsewhere AS SELECT event_id, d.name FROM before.event JOIN before.file USING (file_ix)
            JOIN before.feed AS d USING (feed_ix) WHERE d.name <> $source AND event_id IN (SELECT event_id FROM stage WHERE file_ix = 0)""",
        {"source": source.name},
    )
    connection.execute("DETACH before")
    return _met(connection)


def in_sources(
    connection: duckdb.DuckDBPyConnection, config: Config, source: SourceConfig, file: Path, *, workspace: Path, now: dt.datetime
) -> tuple[list[dict[str, Any]], list[str]]:
    """The same of the other event sources of a configuration, and the names of those whose files were not all read.

    Files are read for it, the smallest first, as long as they are not larger than :data:`MOST` together.
    """
    others = [
        (other, path)
        for other in config.of_kind("event")
        if other.name != source.name
        for path in other.files()
        if path.resolve() != file.resolve()
    ]
    others = sorted(others, key=lambda one: (one[1].stat().st_size, one[1]))
    sums = accumulate(path.stat().st_size for _, path in others)
    n = sum(1 for size in sums if size <= MOST)
    not_read = sorted({other.name for other, _ in others[n:]})
    others = others[:n]
    if not others:
        return [], not_read
    workspace.mkdir()
    with duckdb.connect(":memory:", config={"memory_limit": "64MB", "threads": 1, "temp_directory": str(workspace / "spill")}) as reading:
        reading.execute("SET TimeZone = 'UTC'")
        intake = Intake(reading, config, workspace, now)
        for ix, (other, path) in enumerate(others):
            intake.take(other, ix, ix, path)
        intake.close()
        found = reading.execute("SELECT event_id, file_ix FROM stage WHERE codes = 0").df()
    names = pd.Series([other.name for other, _ in others])
    frames.temporary(connection, "ids_elsewhere", pd.DataFrame({"event_id": found["event_id"], "name": names[found["file_ix"]].to_numpy()}))
    return _met(connection), not_read


def _met(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    rows = connection.execute(
        """SELECT name, count(DISTINCT event_id), min(DISTINCT event_id, $most) FROM ids_elsewhere
            SEMI JOIN (SELECT event_id FROM stage WHERE file_ix = 0 AND codes IN (SELECT unnest($valid))) USING (event_id)
            GROUP BY name ORDER BY name""",
        {"most": SHOWN, "valid": [0, SUPERSEDED, *LOST.values()]},
    ).fetchall()
    return [{"source": name, "n": n, "ids": ids} for name, n, ids in rows]
