"""SQL expressions that turn times as they are written into instants, and local time into UTC and back."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from data.ingest.day_order import FORM as YEAR_LAST
from data.ingest.day_order import DayOrder, is_day_first
from data.ingest.values import Parameters

EARLIEST: Final = dt.datetime(1990, 1, 1)
LATEST: Final = dt.datetime(2100, 1, 1)
_BEGINS_A_TIME: Final = "0123456789JFMASONDjfmasond"
"""Digits, and the first letters of months."""
_BEYOND: Final = "TIMESTAMP '9999-12-31'"
"""Stands for a year of more than four digits."""
_TIME_FORMATS: Final = [
    "%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日%H时%M分%S秒", "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M",
    "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M", "%Y%m%d", "%Y%m%dT%H%M%S", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y",
]  # fmt: skip
_MONTH_FIRST_FORMATS: Final = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y")
_DAY_FIRST_FORMATS: Final = tuple(pattern.replace("%m/%d", "%d/%m") for pattern in _MONTH_FIRST_FORMATS)
_SPOKEN_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%g", "%Y-%m-%d %H:%M", "%Y-%m-%d %H", "%Y-%m-%d")
_EPOCH: Final = "1[0-9]{9}(?:[0-9]{3})?"
_SERIAL: Final = r"[2-7][0-9]{4}(?:\.[0-9]+)?"
_OFFSET: Final = r"(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)$"
_APART: Final = r"\s*(?:UTC|GMT|\s)([+-][0-9]{2}):?([0-9]{2})?$"
FIXED_SINCE: Final = dt.datetime(1992, 1, 1)
"""From here on a zone without clock changes is one shift away from UTC."""
ZONES: Final = dt.timedelta(days=1)
"""More than any local time is away from UTC."""


def local_instant(text: str, parameters: Parameters, order: DayOrder = DayOrder.MONTH) -> str:
    """A time as written, without zone: ISO, ``2024/1/3 8:05``, ``2024年1月3日``, compact digits, Excel's serial days.

    Dates that end in the year and can be read both ways are read in ``order``.
    """
    serial = (
        f"CASE WHEN length({text}) < 24 AND regexp_full_match({text}, '{_SERIAL}') "
        f"THEN TIMESTAMP '1899-12-30 00:00:00' "
        f"+ to_seconds(CAST(round(CAST({text} AS DOUBLE) * 86400) AS BIGINT)) END"
    )
    both = (_MONTH_FIRST_FORMATS, _DAY_FIRST_FORMATS)
    first, second = reversed(both) if order is DayOrder.DAY else both
    formats = "[" + ", ".join(parameters.add(pattern) for pattern in (*_TIME_FORMATS, *first, *second)) + "]"
    # A cast takes any word at the end for a zone and leaves it out, PM too; and years that no calendar reaches.
    long = f"({text}[3] BETWEEN '0' AND '9' AND {text}[5] BETWEEN '0' AND '9')"
    plain = f"CASE WHEN {text}[-1] BETWEEN '0' AND '9' AND NOT {long} THEN TRY_CAST({text} AS TIMESTAMP) END"
    far = f"CASE WHEN regexp_full_match({text}, '[0-9]{{5,6}}[-/][0-9]{{1,2}}[-/].{{1,40}}') THEN {_BEYOND} END"
    # No other character begins a time; and the words 'epoch' and 'infinity' would be taken for times.
    begins = f"contains('{_BEGINS_A_TIME}', {text}[1])"
    other = f"CASE WHEN {begins} THEN coalesce(try_strptime({text}, {formats}), {_spoken(text, parameters)}, {far}) END"
    return f"coalesce({plain}, {serial}, {other})"


def _spoken(text: str, parameters: Parameters) -> str:
    """``2024年1月3日 星期三 下午2点5分``: the day of the week left out, the half of the day counted in."""
    plain = text
    for pattern, by in (
        ("(?:星期|周|礼拜)[一二三四五六日天]", " "), ("上午|下午|凌晨|早上|中午|晚上|傍晚|[AaPp][Mm]", " "), ("[年月/]", "-"),
        ("[日号]", " "),
        ("[时点時分]", ":"), ("秒", ""), (r"\s+", " "), (": ?$", ""), (" ?- ?", "-"),
    ):  # fmt: skip
        plain = f"regexp_replace({plain}, '{pattern}', '{by}', 'g')"
    formats = "[" + ", ".join(parameters.add(pattern) for pattern in _SPOKEN_FORMATS) + "]"
    value = f"try_strptime(trim({plain}), {formats})"
    late = f"regexp_matches({text}, '下午|晚上|傍晚|[Pp][Mm]') AND hour(v) < 12"
    noon = f"regexp_matches({text}, '上午|凌晨|[Aa][Mm]') AND hour(v) = 12"
    shift = f"CASE WHEN {late} THEN INTERVAL 12 HOUR WHEN {noon} THEN INTERVAL (-12) HOUR ELSE INTERVAL 0 HOUR END"
    shifted = f"list_transform([{value}], lambda v: v + {shift})[1]"
    return f"CASE WHEN strlen({text}) < 80 AND regexp_matches({text}, '[年午晨上晚周期拜时時点]|[AaPp][Mm]') THEN {shifted} END"


def epoch(text: str) -> str:
    """UTC out of seconds or milliseconds since 1970 with ten or thirteen digits, which no other form of a time has."""
    value = f"make_timestamp(TRY_CAST({text} AS BIGINT) * CASE WHEN strlen({text}) = 10 THEN 1000000 ELSE 1000 END)"
    return f"CASE WHEN strlen({text}) IN (10, 13) AND regexp_full_match({text}, '{_EPOCH}') THEN {value} END"


def forms_of_time(text: str, *, serial: int, since_1970: int, month_first: int, day_first: int, order: DayOrder = DayOrder.MONTH) -> str:
    """Bits for forms of a time that are no writing of a date but a number, or that another country reads otherwise."""
    turned = str(day_first) if order is DayOrder.DAY else f"CASE WHEN {is_day_first(text)} THEN {day_first} ELSE {month_first} END"
    return (
        f"CASE WHEN {text} IS NULL OR contains({text}, '-') THEN 0 WHEN regexp_full_match({text}, '{_SERIAL}') THEN {serial} "
        f"WHEN regexp_full_match({text}, '{_EPOCH}') THEN {since_1970} "
        f"WHEN regexp_full_match({text}, '{YEAR_LAST}') THEN {turned} ELSE 0 END"
    )


def has_offset(text: str) -> str:
    """Whether a time carries its own offset from UTC."""
    return f"(length({text}) > 16 AND regexp_matches({text}, '{_OFFSET}'))"


def is_surely_without_offset(cell: str) -> str:
    """Whether a cell has the length and colons of ``2024-01-03 08:05:00``: cheap, and true for nearly every cell of most files."""
    return f"(strlen({cell}) = 19 AND {cell}[14] = ':' AND {cell}[17] = ':')"


def from_offset(text: str) -> str:
    """UTC out of a time with its own offset, also one that stands apart: ``2024-01-03 08:05:00 +0800``, ``… UTC``."""
    return f"(TRY_CAST(regexp_replace({text}, '{_APART}', '\\1:\\2') AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"


class Zone:
    """Local time to UTC and back, as SQL.

    Zones without clock changes since 1992 cost one addition per value; the others go through ICU.
    """

    def __init__(self, zone: ZoneInfo, parameters: Parameters) -> None:
        self._name = parameters.add(zone.key)
        first = FIXED_SINCE.replace(tzinfo=zone)
        offsets = {(first + dt.timedelta(days=days)).utcoffset() for days in range(0, 366 * 60, 7)}
        self._fixed_s: int | None = None
        if len(offsets) == 1:
            offset = offsets.pop()
            self._fixed_s = int(offset.total_seconds()) if offset is not None else 0

    @property
    def changes(self) -> bool:
        """Whether clocks are changed, so that a local time may be ambiguous."""
        return self._fixed_s is None

    def to_utc(self, local: str) -> str:
        """Local time → UTC."""
        slow = f"(timezone({self._name}, {local}) AT TIME ZONE 'UTC')"
        return self._shifted(local, slow, -1)

    def shifted_to_utc(self, local: str) -> str:
        """Local time → UTC, for times since 1992."""
        if self._fixed_s is None:
            return self.to_utc(local)
        return f"make_timestamp(epoch_us({local}) - {self._fixed_s * 1_000_000})"

    def to_local(self, instant: str) -> str:
        """UTC → local time."""
        slow = f"timezone({self._name}, timezone('UTC', {instant}))"
        return self._shifted(instant, slow, 1)

    def ambiguous(self, local: str) -> str:
        """Whether a local time occurs twice or never."""
        if not self.changes:
            return "false"
        utc = f"timezone({self._name}, {local})"
        twice = " OR ".join(f"timezone({self._name}, {utc} {sign} INTERVAL 1 HOUR) = {local}" for sign in "+-")
        return f"({local} IS NOT NULL AND (timezone({self._name}, {utc}) <> {local} OR {twice}))"

    def _shifted(self, value: str, slow: str, sign: int) -> str:
        if self._fixed_s is None:
            return slow
        shift = f"{value} + to_seconds({sign * self._fixed_s})"
        return f"CASE WHEN {value} >= TIMESTAMP '{FIXED_SINCE:%Y-%m-%d}' THEN {shift} ELSE {slow} END"
