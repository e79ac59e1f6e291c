"""The smallest built file that can be published: every table of the schema, a few events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import duckdb

from data.indicators.definition import shipped
from data.schema import SCHEMA_VERSION, create_statements

AS_OF = dt.datetime(2026, 11, 22)


def built_file(path: Path, ids: Iterable[str] = ("A1", "A2", "A3"), *, name: str = "澜溪区", filler: int = 0) -> Path:
    """Write a built file at ``path``; rows are inserted in the order of ``ids`` and numbered by their order as text."""
    identities = list(ids)
    with duckdb.connect(str(path)) as connection:
        for statement in create_statements():
            connection.execute(statement)
        connection.execute(
            "INSERT INTO snapshot VALUES (?, ?, ?, 'Asia/Shanghai', ['district'], true)",
            [SCHEMA_VERSION, name, AS_OF],
        )
        connection.execute(
            "INSERT INTO area (area_ix, last_ix, depth, level, area_code, name) VALUES (0, 0, 0, 'district', '999901', ?)", [name]
        )
        for identity in identities:
            connection.execute(
                "INSERT INTO event (event_ix, event_id, reported_at, day, area_ix) VALUES (?, ?, ?, ?, 0)",
                [sorted(identities).index(identity), identity, AS_OF, AS_OF.date()],
            )
        connection.execute("INSERT INTO event (event_ix, event_id) SELECT 100 + i, 'F' || i FROM range(?) t(i)", [filler])
        connection.execute("INSERT INTO feed (feed_ix, name) VALUES (0, 'x')")
        for ix, definition in enumerate(shipped()):
            connection.execute(
                "INSERT INTO definition VALUES (?, ?, ?, ?, ?)",
                [definition.name, definition.version, definition.sha256, definition.text, ix == 0],
            )
        connection.execute("CHECKPOINT")
    return path
