"""Deadlines out of time limits: a source that gives "3个工作日" and no deadline has one worked out with the working calendar.

The limit counts from the report. Working hours and days go by the calendar, natural days and urgent hours by the clock. A row whose
deadline was worked out says so (``computed_deadline`` among its repairs); a deadline that the source gives always wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb

from data.calendar import WorkingTime
from data.ingest import frames
from data.ingest.rules import REPAIR

UNITS: Final[Mapping[str, str]] = {
    "work_hour": "工作小时|工作时|工时|小时[(（]工作[)）]|work(?:ing|_)? ?hours?",
    "work_day": "工作日|工作天|(?:work(?:ing|_)?|business) ?days?",
    "natural_day": "自然日|自然天|日历天|天|日|(?:(?:natural|calendar)[ _])?days?",
    "urgent_hour": "紧急小时|自然小时|小时|时|(?:urgent[ _])?hours?|h",
}
"""Unit → how it is written, as a regular expression over lower-case text."""
MOST: Final = 10_000
"""Larger limits are not believed."""
SPANS: Final = "work_span"
_FORM: Final = r"\s*[0-9]{{1,5}}(?:\.[0-9]{{1,3}})?\s*个?\s*(?:{})\s*(?:以?内)?\s*"
_HOUR_US: Final = 3_600_000_000
_WIDE: Final = "translate(lower(concat(time_limit, time_unit)), '０１２３４５６７８９．　', '0123456789. ')"


def lay_out(connection: duckdb.DuckDBPyConnection, working: WorkingTime) -> None:
    """The temporary table of working spans that :func:`with_computed` joins."""
    frames.temporary(connection, SPANS, working.spans())


def with_computed(relation: str, working: WorkingTime) -> str:
    """A relation of staged events with ``deadline_at`` filled from ``time_limit`` and ``time_unit`` where it is missing.

    Rows keep the order of ``row_no``. What is not a number with one of :data:`UNITS` gives no deadline.
    """
    number = r"TRY_CAST(regexp_extract(limit_text, '^\s*([0-9]{1,5}(?:\.[0-9]{1,3})?)', 1) AS DOUBLE)"
    unit = " ".join(f"WHEN regexp_full_match(limit_text, '{_FORM.format(written)}') THEN '{name}'" for name, written in UNITS.items())
    hours = f"CASE limit_unit WHEN 'work_day' THEN {working.hours_per_day} WHEN 'natural_day' THEN 24 ELSE 1 END"
    limited = f"SELECT *, {_WIDE} AS limit_text FROM {relation}"
    measured = f"SELECT *, {number} AS limit_n, CASE {unit} END AS limit_unit FROM ({limited})"
    timed = f"""SELECT *, CASE WHEN deadline_at IS NULL AND limit_unit IS NOT NULL AND limit_n > 0 AND limit_n <= {MOST}
        THEN CAST(round(limit_n * {hours} * {_HOUR_US}) AS BIGINT) END AS limit_us FROM ({measured})"""
    worked = f"""SELECT q.*, CASE WHEN limit_unit IN ('work_hour', 'work_day') THEN coalesce(s.worked_from
            + least(epoch_us(q.reported_at) - epoch_us(s.start_at), s.worked_to - s.worked_from), 0) + limit_us END AS limit_target
        FROM ({timed}) AS q ASOF LEFT JOIN {SPANS} AS s ON q.reported_at >= s.start_at"""
    computed = f"""SELECT q.*, CASE
            WHEN limit_target IS NOT NULL THEN greatest(e.start_at + to_microseconds(limit_target - e.worked_from), q.reported_at)
            WHEN limit_us IS NOT NULL THEN q.reported_at + to_microseconds(limit_us) END AS limit_at
        FROM ({worked}) AS q ASOF LEFT JOIN {SPANS} AS e ON q.limit_target <= e.worked_to"""
    bit = REPAIR["computed_deadline"]
    return f"""(SELECT * EXCLUDE (limit_text, limit_n, limit_unit, limit_us, limit_target, limit_at) REPLACE (
            coalesce(deadline_at, limit_at) AS deadline_at,
            CAST(repairs | CASE WHEN limit_at IS NULL THEN 0 ELSE {bit} END AS USMALLINT) AS repairs)
        FROM ({computed}) ORDER BY row_no)"""
