"""Frames of small things into a database: dictionaries, places, details."""

from __future__ import annotations

from typing import Final

import duckdb
import pandas as pd

from data.schema import TABLES

_NAME: Final = "frame_to_insert"


def append(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Append a frame to a table of the schema; it has the table's columns, in any order."""
    connection.register(_NAME, frame)
    try:
        connection.execute(f"INSERT INTO {table} SELECT {', '.join(TABLES[table])} FROM {_NAME}")
    finally:
        connection.unregister(_NAME)


def replace(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Make a frame all there is of a table of the schema."""
    connection.execute(f"DELETE FROM {table}")
    append(connection, table, frame)


def temporary(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """A temporary table of a frame, in place of one of the same name."""
    connection.register(_NAME, frame)
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {_NAME}")
    finally:
        connection.unregister(_NAME)
