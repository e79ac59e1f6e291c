"""What a reader of the numbers must know about a source, found in its data."""

from __future__ import annotations

import json
from typing import Final

import duckdb

LEAST_CLOSED: Final = 100
"""Below this many closed events nothing is said about how closing is recorded."""
OPEN_SHARE: Final = 0.10
TIMES_LONGEST: Final = 3
LEAST_AGE_S: Final = 86_400

_COUNTS: Final = """
    SELECT feed_ix, coalesce(sum(n) FILTER (NOT is_void AND NOT is_closed), 0), coalesce(sum(n) FILTER (NOT is_void), 0), sum(due), sum(n)
    FROM (
        SELECT file_ix, outcome_ix, count(deadline_at) AS due, count(*) AS n
        FROM event GROUP BY ALL)
    JOIN outcome USING (outcome_ix) JOIN file USING (file_ix) GROUP BY feed_ix"""
"""Per feed the open events, those that are not void, those with a deadline, and all: more than can be found, at little cost."""
_CLOSING: Final = """
    WITH timed AS (
        SELECT feed_ix, duration_s, is_closed, date_diff('second', reported_at, (SELECT as_of FROM snapshot)) AS age_s
        FROM event JOIN outcome USING (outcome_ix) JOIN file USING (file_ix) WHERE NOT is_void),
    longest AS (
        SELECT feed_ix, quantile_cont(duration_s, 0.99) AS p99_s, count(*) AS closed
        FROM timed WHERE is_closed AND duration_s IS NOT NULL GROUP BY feed_ix HAVING count(*) >= $least)
    SELECT feed_ix, any_value(p99_s), any_value(closed), count(*),
        count(*) FILTER (NOT is_closed AND age_s > greatest($times * p99_s, $age))
    FROM timed JOIN longest USING (feed_ix) GROUP BY feed_ix"""


def write(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the findings ``C_CLOSING_CUT_OFF`` and ``C_NO_DEADLINES`` per feed of events.

    Closing is cut off where a tenth of all events is still open although far older than nearly every closed one took.
    """
    counts = connection.execute(_COUNTS).fetchall()
    if any(still_open and still_open >= OPEN_SHARE * events for _, still_open, events, _, _ in counts):
        _closing(connection)
    for feed_ix, _, _, due, events in counts:
        if not due:
            _add(connection, (feed_ix, "C_NO_DEADLINES", "deadline_at", int(events)), {"events": int(events)})


def _closing(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(_CLOSING, {"least": LEAST_CLOSED, "times": TIMES_LONGEST, "age": LEAST_AGE_S}).fetchall()
    for feed_ix, p99_s, closed, events, stale in rows:
        if stale >= OPEN_SHARE * events:
            detail = {"p99_hours": round(p99_s / 3600, 1), "closed": closed, "events": events, "open_far_longer": stale}
            _add(connection, (feed_ix, "C_CLOSING_CUT_OFF", "closed_at", stale), detail)


def _add(connection: duckdb.DuckDBPyConnection, finding: tuple[int, str, str, int], detail: dict[str, float]) -> None:
    connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [*finding, json.dumps(detail)])
