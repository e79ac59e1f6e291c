"""The columns in memory, in two orders: by time, and by area and then time.

The whole area's window is one range of the first; a part of the area, whatever the window, is a few ranges of the second, which also
holds what only single events can tell: position and duration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.dimensions import DURATION_STEP_S, DURATION_STEPS
from data.index.codes import NO_DURATION, Packing, bucket_of_step, key_of
from data.index.compiled import compiled
from data.index.loops import Codes, Floats, Places, Rows, Spans
from data.index.shapes import extents_of
from data.store.snapshot import Snapshot

BATCH: Final = 1 << 20
UNKNOWN: Final = -(1 << 31)
"""Seconds of an event without a duration."""
_EXACT: Final = {"duration_s": np.int32, "lon": np.float64, "lat": np.float64, "event_ix": np.int32}
_PLAIN: Final = ("case", "kind", "hour_of_week", "area", "day", *_EXACT)


@dataclass(frozen=True)
class ByTime:
    """Rows in order of time.

    Attributes
    ----------
    rows, starts
        The packed columns; the row at which each day begins, and after the last day their number.
    event_ix
        The events' numbers, where they are not the rows' own places.
    """

    rows: Rows
    starts: Spans
    event_ix: Places | None


@dataclass(frozen=True)
class ByArea:
    """Rows in order of area, then time.

    Attributes
    ----------
    rows, starts
        The packed columns; the row at which each area begins, and after the last area their number.
    place
        Their places in order of time.
    lon, lat, duration_s
        Degrees (NaN without a position) and seconds (UNKNOWN without a duration).
    extents
        Where each area's events lie, see :func:`data.index.shapes.extents_of`.
    """

    rows: Rows
    starts: Spans
    place: Places
    lon: Floats
    lat: Floats
    duration_s: Places
    extents: Floats


def nbytes(held: ByTime | ByArea) -> int:
    """Memory held."""
    columns = [column for field in vars(held).values() for column in (field if isinstance(field, Rows) else (field,))]
    return sum(column.nbytes for column in columns if column is not None)


def read(snapshot: Snapshot, packing: Packing) -> tuple[ByTime, ByArea]:
    """Read a snapshot's events into both orders."""
    rows, exact = _read(snapshot, packing)
    if np.any(rows.day[1:] < rows.day[:-1]):  # local days go back where clocks are put back across midnight
        sorted_ = np.argsort(rows.day, kind="stable")
        rows, exact = Rows(*(column[sorted_] for column in rows)), {name: column[sorted_] for name, column in exact.items()}
    event_ix = exact.pop("event_ix")
    is_place = np.array_equal(event_ix, np.arange(len(event_ix), dtype=np.int32))
    by_time = ByTime(rows, np.searchsorted(rows.day, np.arange(packing.days + 1)).astype(np.int64), None if is_place else event_ix)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows.area, minlength=packing.size("area")))]).astype(np.int64)
    order = _ordered(rows.area, starts)
    lon, lat, duration_s = (exact.pop(name)[order] for name in ("lon", "lat", "duration_s"))
    by_area = Rows(*(column[order] for column in rows))
    return by_time, ByArea(by_area, starts, order, lon, lat, duration_s, extents_of(starts, lon, lat))


def _read(snapshot: Snapshot, packing: Packing) -> tuple[Rows, dict[str, npt.NDArray[Any]]]:
    """The packed columns and the exact ones, as the table has its rows."""
    statement, parameters = _statement(snapshot, packing)
    n = int(snapshot.frame("SELECT count(*) AS n FROM event")["n"].iloc[0])
    rows = Rows(*(np.empty(n, dtype=np.uint16) for _ in Rows._fields))
    exact = {name: np.empty(n, dtype=kind) for name, kind in _EXACT.items()}
    bucket, at = bucket_of_step(), 0
    cursor = snapshot.cursor()
    try:
        for batch in cursor.sql(statement, params=parameters).to_arrow_reader(BATCH):
            found = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in _PLAIN}
            here = slice(at, at + batch.num_rows)
            seconds = found["duration_s"]
            buckets = np.where(seconds == UNKNOWN, NO_DURATION, bucket[np.clip(seconds // DURATION_STEP_S, 0, DURATION_STEPS)])
            rows.case[here], rows.kind[here] = packing.codes["case"][found["case"]], packing.codes["kind"][found["kind"]]
            rows.clock[here] = found["hour_of_week"] * (NO_DURATION + 1) + buckets
            rows.area[here], rows.day[here] = found["area"], found["day"]
            for name, column in exact.items():
                column[here] = found[name]
            at += batch.num_rows
    finally:
        cursor.close()
    return rows, exact


def _statement(snapshot: Snapshot, packing: Packing) -> tuple[str, dict[str, Any]]:
    keys: dict[str, str] = {}
    parameters: dict[str, Any] = {"first_day": dt.date(1970, 1, 1) + dt.timedelta(days=packing.first_day)}
    for name in packing.codes:
        keys[name], instants = key_of(name, packing.sizes[name], snapshot.as_of, packing.horizons)
        parameters |= instants
    return (
        f'SELECT ({keys["case"]})::INTEGER AS "case", ({keys["kind"]})::INTEGER AS kind, hour_of_week::USMALLINT AS hour_of_week,'  # noqa: S608
        f" area_ix::USMALLINT AS area, (day - $first_day)::USMALLINT AS day, coalesce(duration_s, {UNKNOWN}) AS duration_s,"
        " coalesce(lon, 'nan'::DOUBLE) AS lon, coalesce(lat, 'nan'::DOUBLE) AS lat, event_ix FROM event"
    ), parameters


@compiled
def _ordered(area: Codes, starts: Spans) -> Places:
    """The rows in order of their areas, and within an area as they come."""
    following = starts.copy()
    order = np.empty(len(area), np.int32)
    for i in range(len(area)):
        order[following[area[i]]] = i
        following[area[i]] += 1
    return order
