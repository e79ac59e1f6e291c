"""Working time against a minute-by-minute count, and against days of the Chinese calendar known by name."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.calendar import DEFAULT_HOURS, CalendarRow, WorkingTime, default_rows, parse_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFF_2026 = {dt.date(2026, 1, day) for day in (1, 2)}
MAKE_UP_2026 = {dt.date(2026, 1, 4)}


@pytest.fixture(scope="module")
def china() -> WorkingTime:
    return WorkingTime.default()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def works(minute: dt.datetime) -> bool:
    """Whether this local minute in January 2026 is worked, by the rule as words say it."""
    if minute.date() in OFF_2026 or (minute.weekday() >= 5 and minute.date() not in MAKE_UP_2026):
        return False
    return dt.time(9) <= minute.time() < dt.time(12) or dt.time(13, 30) <= minute.time() < dt.time(17, 30)


january = st.integers(0, 14 * 24 * 60).map(lambda minutes: at("2026-01-01 00:00") + dt.timedelta(minutes=minutes))


@settings(max_examples=60, deadline=None)
@given(january, st.integers(0, 40 * 60))
def test_adding_hours_equals_counting_minutes(china: WorkingTime, start: dt.datetime, minutes: int) -> None:
    expected, left = start, minutes
    while left:
        left -= works(expected)
        expected += dt.timedelta(minutes=1)
    assert china.add_hours(start, minutes / 60) == expected.astimezone(dt.UTC)


@settings(max_examples=60, deadline=None)
@given(january, january)
def test_hours_between_equals_counting_minutes(china: WorkingTime, first: dt.datetime, second: dt.datetime) -> None:
    low, high = sorted((first, second))
    counted = sum(works(low + dt.timedelta(minutes=minute)) for minute in range(int((high - low).total_seconds() // 60)))
    assert china.hours_between(low, high) == pytest.approx(counted / 60)
    assert china.hours_between(high, low) == -china.hours_between(low, high)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-30 17:00", 0.5, "2026-09-30 17:30"),  # ends with the span, not on the next morning
        ("2026-09-30 17:00", 1, "2026-10-08 09:30"),  # National Day, seven days
        ("2026-02-13 17:00", 1, "2026-02-14 09:30"),  # the Saturday before Spring Festival is worked
        ("2026-11-20 20:00", 0, "2026-11-20 20:00"),
        ("2026-11-20 20:00", 7, "2026-11-23 17:30"),
        ("2026-11-21 03:00", 3.5, "2026-11-23 14:00"),
    ],
)
def test_known_days(china: WorkingTime, start: str, hours: float, end: str) -> None:
    assert china.add_hours(at(start), hours) == at(end)


def test_arrays_keep_what_is_missing(china: WorkingTime) -> None:
    instants = np.array(["2026-11-20T01:00", "NaT", "2026-11-20T01:00", "2079-12-31T12:00"], dtype="datetime64[us]")
    found = china.add_hours_many(instants, [1.0, 1.0, np.nan, 100.0])
    assert found[0] == np.datetime64("2026-11-20T02:00")
    assert np.isnat(found[1:]).all()
    assert len(china.add_hours_many(np.array([], dtype="datetime64[us]"), [])) == 0
    with pytest.raises(ValueError, match="0 or more"):
        china.add_hours_many(instants, -1.0)
    with pytest.raises(ValueError, match="beyond"):
        china.add_hours(dt.datetime(2079, 12, 31, 12, tzinfo=dt.UTC), 100)


@pytest.mark.parametrize(
    ("limit", "unit", "end"),
    [
        (4, "work_hour", "2026-11-23 09:30"),
        (1, "work_day", "2026-11-23 14:00"),
        (2, "natural_day", "2026-11-22 14:00"),
        (2, "urgent_hour", "2026-11-20 16:00"),
    ],
)
def test_time_limits(china: WorkingTime, limit: float, unit: str, end: str) -> None:
    reported = np.array([np.datetime64("2026-11-20T06:00")])  # Friday 14:00 in Shanghai
    due = china.deadlines(reported, limit, unit)[0].astype("datetime64[us]").item().replace(tzinfo=dt.UTC)
    assert due == at(end)
    with pytest.raises(ValueError, match="natural_day"):
        china.deadlines(reported, 1, "fortnight")


def test_rows_override_the_pattern() -> None:
    rows = [
        *(CalendarRow(None, weekday, weekday != 6, "08:00-16:00") for weekday in range(7)),
        CalendarRow(dt.date(2026, 11, 23), None, False),
        CalendarRow(dt.date(2026, 11, 22), None, True, ""),
        CalendarRow(dt.date(2026, 11, 24), None, True, "10:00-11:00"),
    ]
    some = WorkingTime(rows, "Asia/Shanghai")
    week = [some.hours_between(at(f"2026-11-{day} 00:00"), at(f"2026-11-{day + 1} 00:00")) for day in range(20, 26)]
    assert week == [8, 8, 8, 0, 1, 8]
    assert some.hours_per_day == 8


def test_clock_changes_do_not_shift_working_hours() -> None:
    new_york = WorkingTime.default("America/New_York")
    zone = ZoneInfo("America/New_York")
    friday, monday = dt.datetime(2026, 3, 6, 17, tzinfo=zone), dt.datetime(2026, 3, 9, 9, 30, tzinfo=zone)
    assert new_york.add_hours(friday, 1) == monday


def test_only_china_has_chinas_holidays() -> None:
    assert all(row.day is None for row in default_rows("America/New_York"))
    days = {row.day: row.is_working for row in default_rows("Asia/Shanghai", [2026])}
    assert days[dt.date(2026, 10, 1)] is False
    assert days[dt.date(2026, 2, 14)] is True


@pytest.mark.parametrize("text", ["", "9-12", "12:00-09:00", "09:00-12:00,11:00-13:00", "23:00-25:00", "09:00-12:75"])
def test_unreadable_hours_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=DEFAULT_HOURS):
        parse_hours(text)
    with pytest.raises(ValueError, match="weekday"):
        WorkingTime([CalendarRow(None, 0, False)], "Asia/Shanghai")


def test_time_limits_of_unknown_instants_are_unknown(china: WorkingTime) -> None:
    unknown = np.array(["NaT"], dtype="datetime64[us]")
    assert all(np.isnat(china.deadlines(unknown, 1, unit)).all() for unit in ("work_day", "natural_day"))
