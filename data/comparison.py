"""What a window is compared with: the window before, or the same one last year by date, by weekday or by lunar new year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from data.vocabulary import Words

KINDS: Final = ("previous", "last_year", "last_year_weekday", "last_year_lunar")
NAMES: Final[Mapping[str, Words]] = {
    "previous": Words("上期", "the window before"),
    "last_year": Words("去年同期（按日期）", "the same dates last year"),
    "last_year_weekday": Words("去年同期（按星期对齐）", "last year, aligned by weekday"),
    "last_year_lunar": Words("去年同期（按春节对齐）", "last year, aligned by lunar new year"),
}
FIRST_YEAR: Final = 1989
LAST_YEAR: Final = 2051
_NEW_YEARS: Final = (
    "0206012702150204012302100131021902070128021602050124021202010122020901290218020701260214020301230210013102190208012802160205"
    "0125021202010122021001290217020601260213020301230211013102190208012802150204012402120201012202100130021702060126021402020123"
    "0211"
)
_WEEKS: Final = dt.timedelta(days=364)


def new_year(year: int) -> dt.date:
    """The first day of the lunar year that begins in a calendar year, in China.

    Source: the conversion table of the Hong Kong Observatory (hko.gov.hk, "Gregorian-Lunar Calendar Conversion Table"), as the
    package ``holidays`` carries it; a test compares the two.

    Raises
    ------
    ValueError
        The year is not in the table.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"Lunar new year is known from {FIRST_YEAR} to {LAST_YEAR}, not for {year}.")
    at = 4 * (year - FIRST_YEAR)
    return dt.date(year, int(_NEW_YEARS[at : at + 2]), int(_NEW_YEARS[at + 2 : at + 4]))


def nearest_new_year(day: dt.date) -> dt.date:
    """The lunar new year nearest to a day, the earlier one of two at the same distance.

    Raises
    ------
    ValueError
        The years around it are not in the table, which reaches from 1990 to 2050.
    """
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise ValueError(f"Lunar new year is known from {FIRST_YEAR + 1} to {LAST_YEAR - 1}, not around {day}.")
    return min((new_year(year) for year in (day.year - 1, day.year, day.year + 1)), key=lambda found: (abs(found - day), found))


def a_year_before(day: dt.date) -> dt.date:
    """The same date a year before; the 28th for the 29th of February."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def last_year(kind: str, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The days that a window from ``first`` to ``last`` is compared with.

    By date both ends keep their date. By weekday both move by 52 weeks. By lunar new year both move by the days between the new
    year nearest to the first day and the one before that, so that the window lies as many days before or after it.

    Raises
    ------
    ValueError
        The new year is not in the table.
    """
    if kind == "last_year":
        return a_year_before(first), a_year_before(last)
    by = _WEEKS if kind == "last_year_weekday" else nearest_new_year(first) - _before(nearest_new_year(first))
    return first - by, last - by


def said(kind: str, first: dt.date) -> Words:
    """The kind in words; with both new years where it is aligned by them."""
    if kind != "last_year_lunar":
        return NAMES[kind]
    now = nearest_new_year(first)
    before = _before(now)
    return Words(f"去年同期（按春节对齐，{now} 对 {before}）", f"last year, aligned by lunar new year, {now} with {before}")


def _before(found: dt.date) -> dt.date:
    return new_year(found.year - 1)
