"""Windows by the calendar, the windows they are compared with, and buckets. All days worked by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data.indicators.rules import Day
from data.selection import Selection
from data.window import window

MIDNIGHT = Day()


def a_view(
    as_of: str = "2026-11-20T03:30", zone: str = "Asia/Shanghai", first: str = "2020-01-01", assessment_day: int = 19, day: Day = MIDNIGHT
) -> Any:
    instant = dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC)
    snapshot = SimpleNamespace(as_of=instant, zone=ZoneInfo(zone), days=(dt.date.fromisoformat(first), instant.date()))
    return SimpleNamespace(snapshot=snapshot, definition=SimpleNamespace(assessment_day=assessment_day, day=day))


def shown(found: Any) -> tuple[str, str]:
    return found.from_day.isoformat(), found.to_day.isoformat()


@pytest.mark.parametrize(
    ("address", "current", "previous", "is_partial"),
    [
        ("", ("2026-11-13", "2026-11-19"), ("2026-11-06", "2026-11-12"), False),
        ("window=1d", ("2026-11-19", "2026-11-19"), ("2026-11-18", "2026-11-18"), False),
        ("window=30d", ("2026-10-21", "2026-11-19"), ("2026-09-21", "2026-10-20"), False),
        ("window=today", ("2026-11-20", "2026-11-20"), ("2026-11-19", "2026-11-19"), True),
        ("window=week", ("2026-11-16", "2026-11-20"), ("2026-11-09", "2026-11-13"), True),
        ("window=month", ("2026-11-01", "2026-11-20"), ("2026-10-01", "2026-10-20"), True),
        ("window=assessment", ("2026-11-19", "2026-11-20"), ("2026-10-19", "2026-10-20"), True),
        ("window=all", ("2020-01-01", "2026-11-20"), None, True),
        ("from=2026-11-01&to=2026-11-10", ("2026-11-01", "2026-11-10"), ("2026-10-22", "2026-10-31"), False),
        ("from=2026-11-16&to=2026-11-29", ("2026-11-16", "2026-11-20"), ("2026-11-02", "2026-11-06"), True),
        ("from=2026-11-16", ("2026-11-16", "2026-11-20"), ("2026-11-11", "2026-11-15"), True),
        ("to=2020-01-05", ("2020-01-01", "2020-01-05"), None, False),
        ("from=2027-01-01&to=2027-01-02", ("2027-01-01", "2026-12-31"), None, False),
    ],
)
def test_windows(address: str, current: tuple[str, str], previous: tuple[str, str] | None, is_partial: bool) -> None:
    found = window(a_view(), Selection.parse_strict(address))
    assert shown(found) == current
    assert (None if found.previous is None else shown(found.previous)) == previous
    assert found.is_partial is is_partial


def test_a_window_that_is_not_over_is_compared_at_the_same_elapsed_time() -> None:
    found = window(a_view(), Selection(window="week"))
    assert found.previous is not None
    # Friday 11:30 in Shanghai, so last week until Friday 11:30: 03:30 UTC
    assert found.previous.cut_at == dt.datetime(2026, 11, 13, 3, 30)


def test_a_longer_month_is_not_cut_beyond_the_shorter_one_before() -> None:
    found = window(a_view(as_of="2026-03-31T12:00"), Selection(window="month"))
    assert found.previous is not None
    assert shown(found.previous) == ("2026-02-01", "2026-02-28")
    assert found.previous.cut_at is None


def test_assessment_months_begin_on_the_day_of_the_definition() -> None:
    found = window(a_view(as_of="2026-01-05T00:00", assessment_day=19), Selection(window="assessment"))
    assert found.from_day == dt.date(2025, 12, 19)


def test_no_comparison_where_data_begin_later() -> None:
    assert window(a_view(first="2026-11-07"), Selection()).previous is None
    assert window(a_view(first="2026-11-06"), Selection()).previous is not None


def test_today_is_the_day_of_as_of_in_the_zone() -> None:
    late = "2026-11-20T16:30"  # already the 21st in Shanghai, still the 20th in New York
    assert window(a_view(late), Selection(window="today")).from_day == dt.date(2026, 11, 21)
    assert window(a_view(late, "America/New_York"), Selection(window="today")).from_day == dt.date(2026, 11, 20)


def test_buckets_cover_the_window_once() -> None:
    found = window(a_view(), Selection(window="all"))
    buckets = found.buckets()
    assert buckets[0][1] == found.from_day
    assert buckets[-1][2] == found.to_day
    assert all(after[1] == before[2] + dt.timedelta(days=1) for before, after in pairwise(buckets))
    assert len(buckets) <= 62
    assert window(a_view(), Selection()).bucket_days == 1
