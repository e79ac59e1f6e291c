"""Whether a file mixes times that carry an offset from UTC with times that do not."""

from __future__ import annotations

from collections.abc import Container, Sequence

import duckdb

from data.ingest import plain, times
from data.ingest.fields import Field
from data.ingest.raw import Raw
from data.ingest.recognise import Recognised


def are_mixed(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], recognised: Recognised, raw: Raw, ways: Container[int]
) -> bool:
    """Whether in some column of text some times carry an offset and some do not.

    Parameters
    ----------
    ways
        Raw columns that were read by short ways (:mod:`data.ingest.plain`); the other rows are in ``odd_rows``.
    """
    cells = [
        [f"c{ix}" for ix in recognised.columns[item.name] if raw.types[ix] == "VARCHAR"]
        for item in fields
        if item.type == "instant" and item.name in recognised.columns
    ]
    cells = [columns for columns in cells if columns]
    # A time with an offset takes no short way, so that only rows that took none can have one.
    shortly = [columns[0] for columns in cells if len(columns) == 1 and int(columns[0][1:]) in ways]
    if shortly:
        counts = ", ".join(f"count(*) FILTER ({times.has_offset(f'trim({column})')})" for column in shortly)
        found = connection.execute(f"SELECT {counts} FROM {raw.relation} WHERE {plain.ODD}").fetchall()[0]
        without = {column for column, n in zip(shortly, found, strict=True) if not n}
        cells = [columns for columns in cells if columns[0] not in without]
    if not cells:
        return False
    raw.settle()
    # Nearly every column is written one way throughout; only the others are looked at more closely.
    others = ", ".join(f"count(*) FILTER (NOT {times.is_surely_without_offset(columns[0])})" for columns in cells)
    found = connection.execute(f"SELECT {others} FROM {raw.relation}").fetchall()[0]
    texts = [f"coalesce({', '.join(f'trim({column})' for column in columns)})" for columns, n in zip(cells, found, strict=True) if n]
    if not texts:
        return False
    counts = ", ".join(f"count(*) FILTER ({times.has_offset(text)}), count(*) FILTER (length({text}) > 9)" for text in texts)
    row = connection.execute(f"SELECT {counts} FROM {raw.relation}").fetchall()[0]
    return any(0 < with_offset < filled for with_offset, filled in zip(row[::2], row[1::2], strict=True))
