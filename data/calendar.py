"""Working time: the weekly pattern, public holidays and make-up working days, and arithmetic in working hours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

from data.store.snapshot import Snapshot

DEFAULT_HOURS: Final = "09:00-12:00,13:30-17:30"
CHINA: Final = "Asia/Shanghai"
FIRST_DAY: Final = dt.date(1980, 1, 1)
LAST_DAY: Final = dt.date(2079, 12, 31)
"""Working time is laid out between these days; what would end later is NaT."""
TIME_UNITS: Final = ("work_hour", "work_day", "natural_day", "urgent_hour")
_SPAN: Final = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")
_HOUR_US: Final = 3_600_000_000
_DAY_MINUTES: Final = 24 * 60

Instants = npt.NDArray[np.datetime64]
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class CalendarRow:
    """One row of the table ``calendar``.

    Attributes
    ----------
    day
        A local day that differs from the pattern, or None for a row of the pattern.
    weekday
        0 Monday … 6 Sunday; used in rows of the pattern.
    is_working, hours
        ``hours`` like ``09:00-12:00,13:30-17:30``; empty on a working day means the usual hours.
    """

    day: dt.date | None
    weekday: int | None
    is_working: bool
    hours: str | None = None


def parse_hours(text: str) -> Spans:
    """Spans of local working time in minutes after midnight, in order; ``24:00`` may end the day.

    Raises
    ------
    ValueError
        The text is not of the form ``09:00-12:00,13:30-17:30`` or its spans run backwards or overlap.
    """
    spans: list[tuple[int, int]] = []
    for part in text.replace("，", ",").split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise ValueError(f"Working hours {text!r} cannot be read; write them like {DEFAULT_HOURS}.")
        h0, m0, h1, m1 = (int(value) for value in found.groups())
        start, end = h0 * 60 + m0, h1 * 60 + m1
        if not (spans[-1][1] if spans else 0) <= start < end <= _DAY_MINUTES:
            raise ValueError(f"Working hours {text!r} run backwards, overlap or leave the day; write them like {DEFAULT_HOURS}.")
        spans.append((start, end))
    return tuple(spans)


def default_rows(timezone: str, years: Iterable[int] = range(2004, 2036)) -> list[CalendarRow]:
    """Monday to Friday in the usual hours; in China's zone with its public holidays and make-up working days.

    Make-up days are announced a year at a time: years that the installed list does not know have the holidays alone.
    """
    rows = [CalendarRow(None, weekday, weekday < 5, DEFAULT_HOURS if weekday < 5 else "") for weekday in range(7)]
    if timezone == CHINA:
        china = holidays.country_holidays("CN", years=list(years))
        off = {day for day in china if day.weekday() < 5}
        make_up = set(getattr(china, "weekend_workdays", ()))
        rows += [CalendarRow(day, day.weekday(), day in make_up, DEFAULT_HOURS if day in make_up else "") for day in sorted(off | make_up)]
    return rows


class WorkingTime:
    """The working hours of one deployment.

    Parameters
    ----------
    rows
        Rows of the table ``calendar``: the weekly pattern and the days that differ. Without any row of the pattern
        the default pattern holds; weekdays the pattern does not name are free.
    timezone
        IANA name of the zone that days and hours are local to.

    Raises
    ------
    ValueError
        Hours cannot be read, or no weekday has any.
    """

    def __init__(self, rows: Iterable[CalendarRow], timezone: str) -> None:
        given = list(rows)
        pattern = [row for row in given if row.day is None and row.weekday is not None]
        if not pattern:
            pattern = [row for row in default_rows(timezone, ()) if row.day is None]
        spans = {row.weekday: parse_hours(row.hours or DEFAULT_HOURS) for row in pattern if row.is_working}
        if not spans:
            raise ValueError("The calendar has no working day in the week; give at least one weekday hours.")
        self._usual = max(spans.values(), key=_minutes)
        self.hours_per_day = _minutes(self._usual) / 60
        """Working hours of a full day; what one ``work_day`` of a time limit is worth."""
        self._lay_out(spans, {row.day: row for row in given if row.day is not None}, timezone)

    @classmethod
    def of(cls, snapshot: Snapshot) -> WorkingTime:
        """The working time a snapshot was published with; the default where its calendar is empty."""
        return cls.of_table(snapshot.frame("SELECT day, weekday, is_working, hours FROM calendar"), snapshot.zone.key)

    @classmethod
    def of_table(cls, table: pd.DataFrame, timezone: str) -> WorkingTime:
        """The working time of a table ``calendar``; the default where it is empty."""
        columns = ["day", "weekday", "is_working", "hours"]
        rows = [
            CalendarRow(
                None if pd.isna(day) else pd.Timestamp(day).date(),
                None if pd.isna(weekday) else int(weekday),
                bool(is_working),
                None if pd.isna(hours) else str(hours),
            )
            for day, weekday, is_working, hours in table[columns].itertuples(index=False, name=None)
        ]
        return cls(rows or default_rows(timezone), timezone)

    @classmethod
    def default(cls, timezone: str = CHINA) -> WorkingTime:
        """The working time of a deployment that gives no calendar."""
        return cls(default_rows(timezone), timezone)

    def _lay_out(self, spans: dict[int | None, Spans], differing: dict[dt.date | None, CalendarRow], timezone: str) -> None:
        days = np.arange(np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY) + 1)
        weekdays = (days.astype(np.int64) + 3) % 7
        special = np.isin(days, np.array([day for day in differing if day is not None], dtype="datetime64[D]"))
        starts, ends = [np.empty(0, "datetime64[m]")], [np.empty(0, "datetime64[m]")]

        def add(some: npt.NDArray[np.datetime64], hours: Spans) -> None:
            for start, end in hours:
                starts.append(some.astype("datetime64[m]") + start)
                ends.append(some.astype("datetime64[m]") + end)

        for weekday, hours in spans.items():
            add(days[(weekdays == weekday) & ~special], hours)
        for day, row in differing.items():
            if row.is_working:
                add(np.array([day], dtype="datetime64[D]"), parse_hours(row.hours) if row.hours else self._usual)
        start, end = _to_utc(np.concatenate(starts), timezone), _to_utc(np.concatenate(ends), timezone)
        order = np.argsort(start)
        self._start, length = start[order], np.maximum((end - start)[order], 0)
        self._worked_to = np.cumsum(length)
        self._worked_from = self._worked_to - length

    def spans(self) -> pd.DataFrame:
        """``start_at`` (UTC, without zone) of every span of working time, and working microseconds before and up to its end."""
        return pd.DataFrame(
            {"start_at": self._start.astype("datetime64[us]"), "worked_from": self._worked_from, "worked_to": self._worked_to}
        )

    def add_hours(self, instant: dt.datetime, hours: float) -> dt.datetime:
        """The instant ``hours`` working hours later, in UTC; an end falls at the end of a span, not on the next start."""
        later = self.add_hours_many(np.array([_naive(instant)], dtype="datetime64[us]"), np.array([hours]))[0]
        if np.isnat(later):
            raise ValueError(f"{hours} working hours after {instant} lie beyond {LAST_DAY}.")
        found: dt.datetime = later.astype("datetime64[us]").item()
        return found.replace(tzinfo=dt.UTC)

    def hours_between(self, first: dt.datetime, second: dt.datetime) -> float:
        """Working hours from ``first`` to ``second``; negative where the second is earlier."""
        pair = self._worked(np.array([_naive(first), _naive(second)], dtype="datetime64[us]").astype(np.int64))
        return float(pair[1] - pair[0]) / _HOUR_US

    def add_hours_many(self, instants: Instants, hours: npt.ArrayLike) -> Instants:
        """As :meth:`add_hours` for arrays of UTC instants without zone; NaT and NaN give NaT, as do ends beyond the calendar."""
        at = np.asarray(instants, dtype="datetime64[us]")
        wanted = np.asarray(hours, dtype=np.float64)
        if np.any(wanted < 0):
            raise ValueError("Working hours to add must be 0 or more.")
        known = ~(np.isnat(at) | np.isnan(wanted))
        at_us = np.where(known, at.astype(np.int64), 0)
        target = self._worked(at_us) + np.round(np.where(known, wanted, 0.0) * _HOUR_US).astype(np.int64)
        span = np.searchsorted(self._worked_to, target, side="left")
        known &= span < len(self._start)
        span = np.minimum(span, len(self._start) - 1)
        later = np.maximum(self._start[span] + target - self._worked_from[span], at_us).astype("datetime64[us]")
        return np.where(known, later, np.datetime64("NaT", "us"))

    def deadlines(self, reported: Instants, limit: float, unit: str) -> Instants:
        """When cases of one time limit are due.

        Parameters
        ----------
        reported
            UTC instants without zone.
        limit, unit
            ``work_hour``, ``work_day`` (of :attr:`hours_per_day`), ``natural_day`` or ``urgent_hour`` (by the clock).
        """
        if unit not in TIME_UNITS:
            raise ValueError(f"Unknown unit {unit!r} of a time limit; expected one of {', '.join(TIME_UNITS)}.")
        if unit.startswith("work"):
            return self.add_hours_many(reported, limit * (self.hours_per_day if unit == "work_day" else 1.0))
        elapsed = limit * (24 if unit == "natural_day" else 1) * _HOUR_US
        due: Any = np.asarray(reported, dtype="datetime64[us]") + np.timedelta64(round(elapsed), "us")
        return due  # type: ignore[no-any-return]  # NumPy's stubs call the sum of an instant and a duration a duration

    def _worked(self, at_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Working microseconds since the calendar begins."""
        span = np.searchsorted(self._start, at_us, side="right") - 1
        inside = np.maximum(span, 0)
        here = np.minimum(self._worked_from[inside] + np.maximum(at_us - self._start[inside], 0), self._worked_to[inside])
        return np.where(span < 0, 0, here)


def _minutes(spans: Spans) -> int:
    return sum(end - start for start, end in spans)


def _naive(instant: dt.datetime) -> dt.datetime:
    """UTC without zone; an instant without zone is taken as UTC."""
    return instant if instant.tzinfo is None else instant.astimezone(dt.UTC).replace(tzinfo=None)


def _to_utc(local: npt.NDArray[Any], timezone: str) -> npt.NDArray[np.int64]:
    """Microseconds of UTC; a local time skipped by the clocks moves forward, one that occurs twice is the first."""
    index = pd.DatetimeIndex(local.astype("datetime64[us]"))
    zoned = index.tz_localize(timezone, nonexistent="shift_forward", ambiguous=np.ones(len(index), dtype=bool))
    utc: npt.NDArray[np.int64] = zoned.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    return utc
