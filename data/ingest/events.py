"""Events as files bring them: their fields, the rules over several fields of one, and the table all files are staged into."""

from __future__ import annotations

import datetime as dt
from typing import Final

import duckdb

from data.config import SourceConfig
from data.ingest import placing
from data.ingest.fields import EVENT, EVENT_INSTANTS, Field, level_fields
from data.ingest.staging import TYPES, Check
from data.schema import DATUMS

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


def create_stage(connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...]) -> None:
    """The table all event files are staged into."""
    columns = ", ".join(f"{item.name} {TYPES[item.type]}" for item in fields(levels) if item.name not in {"point", "datum"})
    connection.execute(
        f"CREATE TEMP TABLE stage (feed_ix UTINYINT, file_ix INTEGER, row_no BIGINT, codes BIGINT, position_code UTINYINT, "
        f"datum_ix UTINYINT, {columns})"
    )


def add_staged(connection: duckdb.DuckDBPyConnection, staged: str, source: SourceConfig, feed_ix: int, file_ix: int) -> None:
    """Move a staged file into the common table; its source, department and datum stand in where a row has none."""
    default = source.datum if source.datum in DATUMS else "WGS84"
    named = "upper(replace(replace(datum, '-', ''), ' ', ''))"
    branches = " ".join(f"WHEN {named} = '{datum}' THEN {ix}" for ix, datum in enumerate(DATUMS))
    branches += (
        f" WHEN {named} IN ('CGCS2000', '国家2000', '4490', 'EPSG:4490', 'EPSG:4326') THEN 0 WHEN {named} IN ('火星', '高德') THEN 1"
    )
    branches += f" WHEN {named} = '百度' THEN 2 ELSE {placing.UNKNOWN_DATUM}"
    connection.execute(
        f"""INSERT INTO stage BY NAME SELECT * EXCLUDE (datum) REPLACE (coalesce(department, $department) AS department,
            coalesce(source, $source) AS source), $feed_ix AS feed_ix, $file_ix AS file_ix,
            CASE WHEN datum IS NULL THEN $datum_ix {branches} END AS datum_ix FROM {staged}""",
        {
            "department": source.department,
            "source": source.name,
            "feed_ix": feed_ix,
            "file_ix": file_ix,
            "datum_ix": DATUMS.index(default),
        },
    )


def latest(connection: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """The latest instant at which something happened, among rows nothing was found against; UTC without zone."""
    parts = ", ".join(f"max({name})" for name in EVENT_INSTANTS)
    row = connection.execute(f"SELECT {parts} FROM stage WHERE codes = 0").fetchall()[0]
    return max((value for value in row if value is not None), default=None)
