"""What windows are compared with, by date, by weekday and by lunar new year; all days worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from data.comparison import KINDS, a_year_before, last_year, nearest_new_year, new_year
from data.errors import SelectionError
from data.indicators.rules import Day
from data.selection import Selection
from data.window import say_comparison, window
from tests.unit.test_window import a_view, shown

NOON = Day(12, "end")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_lunar_new_years_are_those_of_the_holidays_package() -> None:
    calendar = _ChineseLunisolar()
    for year in range(1989, 2052):
        found: Any = calendar.lunar_new_year_date(year)
        assert new_year(year) == (found[0] if isinstance(found, tuple) else found)
    assert (new_year(2025), new_year(2026), new_year(2027)) == (day("2025-01-29"), day("2026-02-17"), day("2027-02-06"))
    for year in (1988, 2052):
        with pytest.raises(ValueError, match="from 1989 to 2051"):
            new_year(year)


def test_the_nearest_new_year() -> None:
    assert nearest_new_year(day("2026-01-10")) == day("2026-02-17")
    assert nearest_new_year(day("2025-12-30")) == day("2026-02-17")
    assert nearest_new_year(day("2026-11-20")) == day("2027-02-06")
    assert nearest_new_year(day("2026-08-01")) == day("2026-02-17")
    with pytest.raises(ValueError, match="1990 to 2050"):
        nearest_new_year(day("2051-01-01"))


@pytest.mark.parametrize(
    ("kind", "first", "last", "expected"),
    [
        ("last_year", "2026-11-13", "2026-11-19", ("2025-11-13", "2025-11-19")),
        ("last_year", "2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
        ("last_year_weekday", "2026-11-16", "2026-11-22", ("2025-11-17", "2025-11-23")),
        # from a week before the festival of 2026 to the day before: the same of 2025
        ("last_year_lunar", "2026-02-10", "2026-02-16", ("2025-01-22", "2025-01-28")),
        ("last_year_lunar", "2025-01-29", "2025-02-04", ("2024-02-10", "2024-02-16")),
    ],
)
def test_days_a_year_ago(kind: str, first: str, last: str, expected: tuple[str, str]) -> None:
    found = last_year(kind, day(first), day(last))
    assert tuple(item.isoformat() for item in found) == expected


def test_weekdays_stay_weekdays() -> None:
    for offset in range(800):
        first = day("2025-01-01") + dt.timedelta(days=offset)
        assert last_year("last_year_weekday", first, first)[0].weekday() == first.weekday()
        assert a_year_before(first) < first


@pytest.mark.parametrize(
    ("address", "expected", "cut", "zh", "en"),
    [
        ("", ("2026-11-06", "2026-11-12"), None, "对比上期 2026-11-06 至 2026-11-12", "the window before: 2026-11-06 to"),
        ("compare=last_year", ("2025-11-13", "2025-11-19"), None, "去年同期（按日期） 2025-11-13 至", "the same dates last year"),
        ("compare=last_year_weekday", ("2025-11-14", "2025-11-20"), None, "按星期对齐", "aligned by weekday"),
        ("compare=last_year_lunar", ("2025-11-24", "2025-11-30"), None, "2027-02-06 对 2026-02-17", "2027-02-06 with 2026-02-17"),
        # Friday 11:30 of an unfinished week: Monday 17 to Friday 21 November 2025, 11:30
        (
            "window=week&compare=last_year_weekday",
            ("2025-11-17", "2025-11-21"),
            "2025-11-21T03:30",
            "11-21 11:30（同进度）",
            "same elapsed",
        ),
        ("window=month&compare=last_year", ("2025-11-01", "2025-11-20"), "2025-11-20T03:30", "截至 11-20 11:30", "cut at 11-20 11:30"),
        ("window=all&compare=last_year", None, None, "全部时间", "all time"),
        ("from=2024-01-01&to=2026-01-01&compare=last_year", None, None, "超过一年", "longer than a year"),
        ("from=2020-06-01&to=2020-06-02&compare=last_year", None, None, "数据自 2020-01-01 起", "data begin on 2020-01-01"),
        ("from=2027-01-01&to=2027-01-02", None, None, "还没有到", "not come yet"),
        ("from=2060-01-01&to=2060-01-02&compare=last_year_lunar", None, None, "春节|还没有到", "lunar new year|not come yet"),
    ],
)
def test_windows_compared(address: str, expected: tuple[str, str] | None, cut: str | None, zh: str, en: str) -> None:
    view = a_view()
    found = window(view, Selection.parse_strict(address))
    assert (None if found.previous is None else shown(found.previous)) == expected
    if cut is not None:
        assert found.previous is not None
        assert found.previous.cut_at == dt.datetime.fromisoformat(cut)
    said = say_comparison(view, found)
    assert any(part in said.zh for part in zh.split("|"))
    assert any(part in said.en for part in en.split("|"))


def test_only_these_comparisons_are_known() -> None:
    for kind in KINDS:
        assert Selection.parse_strict(f"compare={kind}").compare == kind
    with pytest.raises(SelectionError, match="last_year_lunar"):
        Selection.parse_strict("compare=tomorrow")


def test_days_from_noon_to_noon() -> None:
    # Friday 20 November 2026, 11:30: named by its end it is still the 20th, named by its begin the 19th
    ended, begun = a_view(day=NOON), a_view(day=Day(12))
    for view in (ended, begun):
        view.snapshot.once = lambda key, make: (day("2020-01-01"), day("2026-11-20"))
    assert shown(window(ended, Selection(window="today"))) == ("2026-11-20", "2026-11-20")
    assert shown(window(begun, Selection(window="today"))) == ("2026-11-19", "2026-11-19")
    found = window(ended, Selection(window="week"))
    assert shown(found) == ("2026-11-16", "2026-11-20")
    # the week began on Sunday at noon (04:00 UTC), so the one before is cut on Friday 13 November at 11:30
    assert (found.begins_at, found.is_partial) == (dt.datetime(2026, 11, 15, 4), True)
    assert found.previous is not None
    assert shown(found.previous) == ("2026-11-09", "2026-11-13")
    assert found.previous.cut_at == dt.datetime(2026, 11, 13, 3, 30)
    later = a_view("2026-11-20T04:00", day=NOON)
    later.snapshot.once = lambda key, make: (day("2020-01-01"), day("2026-11-20"))
    assert shown(window(later, Selection(window="today"))) == ("2026-11-21", "2026-11-21")
