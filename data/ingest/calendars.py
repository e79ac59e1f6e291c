"""Working calendar: the weekly pattern, public holidays, and what a calendar file says instead."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pandas as pd

from data.calendar import default_rows
from data.schema import TABLES


def rows_of(files: Sequence[pd.DataFrame], zone: ZoneInfo, before: Sequence[pd.DataFrame] = ()) -> list[pd.DataFrame]:
    """The table ``calendar``: the zone's default, with the days of calendar files in place of its own.

    Parameters
    ----------
    before
        The same table of an earlier snapshot, where some of its files are kept.
    """
    rows = [(row.day, row.weekday, row.is_working, row.hours) for row in default_rows(zone.key)]
    given = {}
    for frame in before:
        dated = frame[frame["day"].notna()]
        for day, weekday, is_working, hours in zip(dated["day"], dated["weekday"], dated["is_working"], dated["hours"], strict=True):
            date = pd.Timestamp(day).date()
            given[date] = (date, int(weekday), bool(is_working), str(hours))
    for frame in files:
        for day, is_working, hours in zip(frame["day"], frame["is_working"], frame["hours"], strict=True):
            date = pd.Timestamp(day).date()
            given[date] = (date, date.weekday(), bool(is_working), hours if isinstance(hours, str) else "")
    kept = [row for row in rows if row[0] not in given]
    return [pd.DataFrame([*kept, *given.values()], columns=list(TABLES["calendar"])).astype({"day": "object"})]
