"""The columns in memory, in two orders: by time, and by area and then time.

The whole area's window is one range of the first; a part of the area, whatever the window, is a few ranges of the second, which also
holds what only single events can tell: position and duration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.dimensions import DURATION_STEP_S, DURATION_STEPS
from data.index.codes import NO_DURATION, Packing, bucket_of_step, key_of
from data.index.compiled import compiled
from data.index.rows import Codes, Floats, Places, Rows, Spans
from data.index.shapes import extents_of
from data.store.snapshot import Snapshot

BATCH: Final = 1 << 19
UNKNOWN: Final = -(1 << 31)
"""Seconds of an event without a duration."""
_EXACT: Final = {"place": np.int32, "lon": np.float64, "lat": np.float64, "duration_s": np.int32}
_READ: Final = ("case", "kind", "hour_of_week", "area", "day", "lon", "lat", "duration_s", "event_ix")


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
    """Read a snapshot's events into both orders, packing what was read while more is read."""
    for order in ("", " ORDER BY day, event_ix"):  # local days go back where clocks are put back across midnight
        reading = _Reading(snapshot, packing)
        statement, parameters = _statement(snapshot, packing)
        cursor = snapshot.cursor()
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="index") as beside:
                packed: Future[None] | None = None
                for batch in cursor.sql(statement + order, params=parameters).to_arrow_reader(BATCH):
                    columns = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in _READ}
                    if packed is not None:
                        packed.result()
                    packed = beside.submit(reading.take, columns)
                if packed is not None:
                    packed.result()
        finally:
            cursor.close()
        if reading.is_in_order:
            break
    return reading.by_time(), reading.by_area()


class _Reading:
    """Both orders while they fill, batch by batch; ``is_in_order`` says whether the days came one after another."""

    def __init__(self, snapshot: Snapshot, packing: Packing) -> None:
        counts = snapshot.frame("SELECT area_ix, count(*) AS n FROM event GROUP BY ALL")
        sizes = np.zeros(packing.size("area"), dtype=np.int64)
        sizes[counts["area_ix"].to_numpy()] = counts["n"]
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._packing, self._following, self._bucket = packing, self._starts[:-1].copy(), bucket_of_step()
        n, self._at = int(sizes.sum()), 0
        self._time, self._area = (Rows(*(np.empty(n, dtype=np.uint16) for _ in Rows._fields)) for _ in range(2))
        self._exact = {name: np.empty(n, dtype=kind) for name, kind in _EXACT.items()}
        self._event_ix = np.empty(n, dtype=np.int32)
        self.is_in_order, self._is_place = True, True

    def take(self, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Pack the next rows and put them into both orders."""
        size = len(columns["day"])
        here = slice(self._at, self._at + size)
        time = Rows(*(column[here] for column in self._time))
        codes = self._packing.codes
        _pack(columns["case"], codes["case"], time.case)
        _pack(columns["kind"], codes["kind"], time.kind)
        _pack_clock(columns["hour_of_week"], columns["duration_s"], self._bucket, time.clock)
        time.area[:], time.day[:], self._event_ix[here] = columns["area"], columns["day"], columns["event_ix"]
        places = np.arange(self._at, self._at + size, dtype=np.int32)
        days = self._time.day[max(0, self._at - 1) : self._at + size]
        self.is_in_order &= not bool(np.any(days[1:] < days[:-1]))
        self._is_place &= np.array_equal(columns["event_ix"], places)
        targets = np.empty(size, dtype=np.int32)
        _find(time.area, self._following, targets)
        for column, ordered in zip(time, self._area, strict=True):
            _put(column, targets, ordered)
        for name in ("lon", "lat", "duration_s"):
            _put(columns[name], targets, self._exact[name])
        _put(places, targets, self._exact["place"])
        self._at += size

    def by_time(self) -> ByTime:
        """What was read, in order of time."""
        starts = np.searchsorted(self._time.day, np.arange(self._packing.days + 1)).astype(np.int64)
        return ByTime(self._time, starts, None if self._is_place else self._event_ix)

    def by_area(self) -> ByArea:
        """What was read, in order of area."""
        return ByArea(self._area, self._starts, **self._exact, extents=extents_of(self._starts, self._exact["lon"], self._exact["lat"]))


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
def _pack(keys: Places, codes: Codes, packed: Codes) -> None:
    for i in range(len(keys)):
        packed[i] = codes[keys[i]]


@compiled
def _pack_clock(hour: Codes, seconds: Places, bucket: npt.NDArray[np.uint8], packed: Codes) -> None:
    for i in range(len(hour)):
        step = max(0, min(seconds[i] // DURATION_STEP_S, DURATION_STEPS))
        packed[i] = hour[i] * (NO_DURATION + 1) + (NO_DURATION if seconds[i] == UNKNOWN else bucket[step])


@compiled
def _find(area: Codes, following: Spans, targets: Places) -> None:
    """Where each row stands among its area's, which come one after another."""
    for i in range(len(area)):
        targets[i] = following[area[i]]
        following[area[i]] += 1


@compiled
def _put(column: npt.NDArray[Any], targets: Places, ordered: npt.NDArray[Any]) -> None:
    for i in range(len(column)):
        ordered[targets[i]] = column[i]
