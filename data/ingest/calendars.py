"""Working calendar: the weekly pattern, public holidays, and what calendar files say instead.

A row names a day, or a day of the week (``星期``) whose usual hours it sets. Days of files win over public holidays, days over the
week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from data.calendar import default_rows, parse_hours
from data.ingest.areas import Refused
from data.schema import TABLES

_WEEKDAYS: Final[Mapping[str, int]] = {
    word: number
    for number, words in enumerate(
        ("一 1 monday mon", "二 2 tuesday tue", "三 3 wednesday wed", "四 4 thursday thu", "五 5 friday fri", "六 6 saturday sat",
         "日 天 7 sunday sun")
    )
    for word in words.split()
}  # fmt: skip
_SHOWN: Final = 80


def weekday_of(text: Any) -> int | None:
    """0 Monday to 6 Sunday out of 周一, 星期日, 3, Friday …; None where it is none of them."""
    if not isinstance(text, str):
        return None
    bare = text.strip().lower().removeprefix("星期").removeprefix("周").removeprefix("礼拜")
    return _WEEKDAYS.get(bare)


def judge(frame: pd.DataFrame, file_ix: int) -> tuple[pd.DataFrame, list[Refused]]:
    """Rows that can be used, and the others: neither day nor day of the week, or hours that cannot be read."""
    refused = []
    for row_no, day, weekday, is_working, hours in _columns(frame, "row_no", "day", "weekday", "is_working", "hours"):
        if pd.isna(day) and weekday_of(weekday) is None:
            code, column, value = ("E_TIME_MISSING", "day", "") if pd.isna(weekday) else ("E_ENUM", "weekday", weekday)
            refused.append(Refused(file_ix, int(row_no), code, column, str(value)[:_SHOWN]))
        elif pd.isna(is_working):
            refused.append(Refused(file_ix, int(row_no), "E_ENUM", "is_working", ""))
        elif is_working and isinstance(hours, str) and hours.strip() and not _is_readable(hours):
            refused.append(Refused(file_ix, int(row_no), "E_ENUM", "hours", hours[:_SHOWN]))
    return frame[~frame["row_no"].isin([item.row_no for item in refused])], refused


def rows_of(files: Sequence[pd.DataFrame], zone: ZoneInfo, before: Sequence[pd.DataFrame] = ()) -> list[pd.DataFrame]:
    """The table ``calendar``: the zone's default, with what calendar files say in place of its own.

    Parameters
    ----------
    before
        The same table of an earlier snapshot, where some of its files are kept.
    """
    rows = {
        (row.day, None if row.day else row.weekday): (row.day, row.weekday, row.is_working, row.hours) for row in default_rows(zone.key)
    }
    for frame in before:
        for day, weekday, is_working, hours in _columns(frame, "day", "weekday", "is_working", "hours"):
            date = None if pd.isna(day) else pd.Timestamp(day).date()
            rows[date, None if date else int(weekday)] = (date, int(weekday), bool(is_working), str(hours))
    for frame in files:
        for day, named, is_working, hours in _columns(frame, "day", "weekday", "is_working", "hours"):
            date = None if pd.isna(day) else pd.Timestamp(day).date()
            weekday = weekday_of(named) if date is None else date.weekday()
            written = hours if isinstance(hours, str) and is_working else ""
            rows[date, None if date else weekday] = (date, weekday, bool(is_working), written)
    return [pd.DataFrame(list(rows.values()), columns=list(TABLES["calendar"])).astype({"day": "object"})]


def _columns(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """The rows of some columns; one that the frame does not have is empty."""
    return list(zip(*(frame[name] if name in frame else [None] * len(frame) for name in names), strict=True))


def _is_readable(hours: str) -> bool:
    try:
        parse_hours(hours)
    except ValueError:
        return False
    return True
