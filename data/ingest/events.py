"""Events as files bring them: their fields, the rules over several fields of one, and the table all files are staged into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import duckdb

from data.config import SourceConfig
from data.ingest import outcomes, placing
from data.ingest.cells import TYPES
from data.ingest.fields import EVENT, EVENT_INSTANTS, Field, level_fields
from data.ingest.rules import Check
from data.ingest.values import Parameters, is_one_of
from data.schema import DATUMS

ALWAYS: Final = frozenset({"event_id", "reported_at", "domain", "category", "subcategory", "source", "department", "lon", "lat"})
"""Fields that have their column whatever the files hold."""
LIMIT: Final = "time_limit"
NOT_HELD: Final = {"point", "datum", "time_limit", "time_unit"} | outcomes.FIELDS
"""Fields that are read and become part of other columns."""
_OPEN: Final = "('accepted', 'registered', 'dispatched', 'disposing', 'verifying')"


def fields(levels: tuple[str, ...]) -> tuple[Field, ...]:
    """Fields of an event, with one per level for the area it names."""
    return (*EVENT, *level_fields(levels))


def checks(present: set[str]) -> list[Check]:
    """Rules over several fields of one event."""
    paths = [f"g_{name}" for name in ("domain", "category", "subcategory") if name in present]
    found = [Check("E_ENUM", "category" if "category" in present else paths[0][2:], f"coalesce({', '.join(paths)}) IS NULL")]
    if {"closed_at", "reported_at"} <= present:
        found.append(Check("E_CLOSE_BEFORE_REPORT", "closed_at", "closed_at < reported_at"))
    if {"deadline_at", "reported_at"} <= present:
        found.append(Check("E_TIME_RANGE", "deadline_at", "deadline_at < reported_at"))
    if {"stage", "closed_at"} <= present:
        found.append(Check("E_CLOSE_TIME_MISSING", "stage", "(stage = 'closed' AND g_closed_at IS NULL)"))
        found.append(Check("E_STATUS_TIME_CONFLICT", "stage", f"(stage IN {_OPEN} AND closed_at IS NOT NULL)"))
    if {"stage", "disposed_at"} <= present:
        found.append(Check("E_STATUS_TIME_CONFLICT", "stage", "(stage IN ('accepted', 'registered') AND disposed_at IS NOT NULL)"))
    return found


def create_stage(connection: duckdb.DuckDBPyConnection) -> None:
    """The table all event files are staged into; a field gets its column with the first file that has it."""
    columns = ", ".join(f"{name} {TYPES[item.type]}" for item in EVENT if (name := item.name) in ALWAYS)
    connection.execute(
        f"CREATE TEMP TABLE stage (file_ix INTEGER, row_no INTEGER, codes BIGINT, position_code UTINYINT, datum_ix UTINYINT, "
        f"repairs USMALLINT, outcome_base BIGINT, {columns})"
    )


def provide(connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...], names: Iterable[str]) -> None:
    """Give the table a column for each of these fields."""
    held = {row[0] for row in connection.execute("DESCRIBE stage").fetchall()}
    wanted = set(names) - held - NOT_HELD
    if LIMIT in names and "deadline_at" not in held:
        wanted.add("deadline_at")  # worked out from it
    for item in fields(levels):
        if item.name in wanted:
            connection.execute(f"ALTER TABLE stage ADD COLUMN {item.name} {TYPES[item.type]}")


def absent(connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...]) -> dict[str, str]:
    """Fields that no file has, with their SQL types."""
    held = {row[0] for row in connection.execute("DESCRIBE stage").fetchall()}
    return {item.name: TYPES[item.type] for item in fields(levels) if item.name not in held | NOT_HELD}


def placement(source: SourceConfig, file_ix: int, parameters: Parameters) -> dict[str, str | None]:
    """Columns that a file's rows get when they are staged; its source, department and datum stand in where a row has none."""
    return {
        "file_ix": f"{file_ix}::INTEGER",
        "datum_ix": datum_place(source),
        "datum": None,
        "outcome_base": outcomes.key(outcomes.early(outcomes.EXPRESSIONS)),
        "source": f"coalesce(source, {parameters.add(source.name)})",
        "department": f"coalesce(department, {parameters.add(source.department)})" if source.department else "department",
    }


def datum_place(source: SourceConfig) -> str:
    """A row's datum as its place in ``DATUMS``, that of its source where it names none; 255 for one that is not known."""
    default = DATUMS.index(source.datum if source.datum in DATUMS else "WGS84")
    named = "upper(replace(replace(datum, '-', ''), ' ', ''))"
    words = (
        ("WGS84", "CGCS2000", "国家2000", "国家2000坐标系", "EPSG:4490", "EPSG:4326"),
        ("GCJ02", "火星", "火星坐标", "火星坐标系", "高德"),
        ("BD09", "百度", "百度坐标", "百度坐标系"),
    )
    branches = " ".join(f"WHEN {is_one_of(named, group)} THEN {ix}" for ix, group in enumerate(words))
    return f"CAST(CASE WHEN datum IS NULL THEN {default} {branches} ELSE {placing.UNKNOWN_DATUM} END AS UTINYINT)"


def latest(connection: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """The latest instant at which something happened, among staged rows nothing was found against and stored ones; UTC without zone."""
    found = []
    for table, where in (("stage", "codes = 0"), ("event", "true")):
        held = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
        parts = ", ".join(f"max({name})" for name in EVENT_INSTANTS if name in held)
        found += [value for value in connection.execute(f"SELECT {parts} FROM {table} WHERE {where}").fetchall()[0] if value is not None]
    return max(found, default=None)
