"""The days a selection covers, the window it is compared with, and the buckets in which a trend is drawn.

Days are local to the snapshot's zone, begin when the definition says (:mod:`data.days`), and both ends are included. "Today" is
the day of ``as_of``, the data's own now.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from data import comparison, days
from data.bound import Bound
from data.vocabulary import Words

if TYPE_CHECKING:
    from data.selection import Selection
    from data.view import View

DEFAULT: Final = "7d"
NAMED: Final = ("today", "week", "month", "assessment", "all")
MAXIMUM_DAYS: Final = 9999
_DAYS: Final = re.compile(r"([1-9]\d{0,3})d")


@dataclass(frozen=True)
class Window:
    """Days from ``from_day`` to ``to_day``, both included.

    Attributes
    ----------
    previous
        The window it is compared with, or None where there is nothing to compare (all time, or data begin later).
    compared
        Which one that is, one of :data:`data.comparison.KINDS`, and why there is none.
    is_partial
        The window is not over yet: its last day is the day of ``as_of`` or later.
    cut_at
        Only in a previous window: UTC instant (naive) where it ends, so that equal elapsed times are compared.
    begins_at, ends_at
        UTC instants (naive) of the first day's begin and the last day's end.
    """

    from_day: dt.date
    to_day: dt.date
    previous: Window | None = None
    is_partial: bool = False
    cut_at: dt.datetime | None = None
    compared: str = comparison.KINDS[0]
    why_none: Words | None = None
    begins_at: dt.datetime = dt.datetime.min
    ends_at: dt.datetime = dt.datetime.max

    @property
    def is_adjacent(self) -> bool:
        """Whether the window it is compared with ends where it begins."""
        return self.previous is not None and self.previous.to_day + dt.timedelta(days=1) == self.from_day

    @property
    def days(self) -> int:
        """Number of days, at least 0."""
        return max(0, (self.to_day - self.from_day).days + 1)

    @property
    def bucket_days(self) -> int:
        """Days to a bucket so that a trend has at most some sixty: a day, a week or thirty days and multiples of them."""
        if self.days <= 62:
            return 1
        if self.days <= 434:
            return 7
        return 30 * -(-self.days // 1860)

    def buckets(self, bucket_days: int | None = None) -> list[tuple[int, dt.date, dt.date]]:
        """Buckets as (number, first day, last day); the last one may hold fewer days."""
        step = bucket_days or self.bucket_days
        return [
            (number, first, min(first + dt.timedelta(days=step - 1), self.to_day))
            for number in range(-(-self.days // step))
            for first in [self.from_day + dt.timedelta(days=number * step)]
        ]


def is_window(text: str) -> bool:
    """Whether a text names a window: ``Nd``, ``today``, ``week``, ``month``, ``assessment`` or ``all``."""
    return text in NAMED or _DAYS.fullmatch(text) is not None


def window(view: View, selection: Selection) -> Window:
    """Resolve a selection's window against the view's snapshot and definition.

    ``from``/``to`` win over ``window``; a missing one means the first day of data or today. What it is compared with follows
    from ``compare``; it is only given when data reach back to its first day. When the window is not over, the other one is cut
    at the same elapsed wall-clock time.
    """
    today = days.day_of(view, view.snapshot.as_of)
    first_data = (days.first_and_last(view) or (today, today))[0]
    if selection.from_day is not None or selection.to_day is not None:
        first, last = selection.from_day or first_data, selection.to_day or today
        before: dt.date | None = first - dt.timedelta(days=max(1, (last - first).days + 1))
    else:
        first, last, before = _named(selection.window or DEFAULT, today, view.definition.assessment_day) or (first_data, today, None)
    is_partial = first <= today <= last
    covered = min(last, today)
    kind = selection.compare or comparison.KINDS[0]
    previous, why = _compared(view, kind, (first, last, before), first_data, is_partial=is_partial)
    if not first <= covered:
        previous, why = None, _FUTURE
    to_day = max(covered, first - dt.timedelta(days=1))
    return Window(first, to_day, previous, is_partial, None, kind, why, *_instants(view, first, to_day))


_FUTURE: Final = Words("所选日期还没有到", "these days have not come yet")
_ALL: Final = Words("全部时间没有可对比的时段", "all time has nothing to be compared with")
_OVERLAP: Final = Words("时段超过一年，与去年同期重叠", "the window is longer than a year and overlaps with last year's")
_UNKNOWN_YEAR: Final = Words(
    f"春节日期只有 {comparison.FIRST_YEAR + 1} 至 {comparison.LAST_YEAR - 1} 年的",
    f"lunar new year is known from {comparison.FIRST_YEAR + 1} to {comparison.LAST_YEAR - 1} only",
)


def _compared(
    view: View, kind: str, asked: tuple[dt.date, dt.date, dt.date | None], first_data: dt.date, *, is_partial: bool
) -> tuple[Window | None, Words | None]:
    """The window compared with, or why there is none."""
    first, last, before = asked
    if before is None:
        return None, _ALL
    end = first - dt.timedelta(days=1)
    if kind != comparison.KINDS[0]:
        try:
            before, end = comparison.last_year(kind, first, last)
        except ValueError:
            return None, _UNKNOWN_YEAR
    if not before <= end < first:
        return None, _OVERLAP
    if before < first_data:
        return None, Words(f"数据自 {first_data} 起，没有 {before} 的", f"data begin on {first_data}, after {before}")
    cut_at = None
    if is_partial:
        elapsed = days.local_of(view, view.snapshot.as_of) - days.begin_of(view, first)
        cut_local = days.begin_of(view, before) + elapsed
        cut_day = (cut_local - days.lag(view)).date()
        if cut_day <= end:
            end, cut_at = cut_day, days.utc_of(view, cut_local)
    return Window(before, end, None, False, cut_at, kind, None, *_instants(view, before, end)), None


def _instants(view: View, first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return tuple(days.utc_of(view, days.begin_of(view, day)) for day in (first, last + dt.timedelta(days=1)))  # type: ignore[return-value]


def say_comparison(view: View, found: Window) -> Words:
    """With which days a window is compared, in words; or why with none."""
    previous = found.previous
    if previous is None:
        why = found.why_none or _ALL
        return Words(f"无{comparison.NAMES[found.compared].zh}可比：{why.zh}", f"Nothing to compare with: {why.en}")
    kind = comparison.said(found.compared, found.from_day)
    first, last = previous.from_day, previous.to_day
    span = (f"{first}", f"{first}") if first == last else (f"{first} 至 {last}", f"{first} to {last}")
    if previous.cut_at is None:
        return Words(f"对比{kind.zh} {span[0]}", f"Compared with {kind.en}: {span[1]}")
    clock = previous.cut_at.replace(tzinfo=dt.UTC).astimezone(view.snapshot.zone)
    return Words(
        f"对比{kind.zh} {span[0]}，截至 {clock:%m-%d %H:%M}（同进度）",
        f"Compared with {kind.en}: {span[1]}, cut at {clock:%m-%d %H:%M}, the same elapsed time",
    )


def _named(name: str, today: dt.date, assessment_day: int) -> tuple[dt.date, dt.date, dt.date] | None:
    """First day, last day, first day of the previous window; None for all time."""
    one = dt.timedelta(days=1)
    matched = _DAYS.fullmatch(name)
    if matched is not None:
        days = dt.timedelta(days=int(matched[1]))
        return today - days, today - one, today - 2 * days
    if name == "today":
        return today, today, today - one
    if name == "week":
        monday = today - today.weekday() * one
        return monday, monday + 6 * one, monday - 7 * one
    if name in ("month", "assessment"):
        first = _month_start(today, 1 if name == "month" else assessment_day)
        following = _month_start(first + 32 * one, first.day)
        return first, following - one, _month_start(first - one, first.day)
    return None


def _month_start(day: dt.date, start: int) -> dt.date:
    """The latest day numbered ``start`` (1 to 28) that is not after ``day``."""
    if day.day >= start:
        return day.replace(day=start)
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=start)


def window_with_previous(view: View, selection: Selection) -> Bound:
    """The window's lines widened to the one it is compared with, less what lies between them or comes after a cut."""
    found = window(view, selection)
    previous = found.previous
    own = Bound(parameters={"from_day": found.from_day, "previous_day": (previous or found).from_day})
    if previous is None:
        return own | days.between(view, found.from_day, found.to_day)
    both = own | days.between(view, previous.from_day, found.to_day)
    if previous.cut_at is None and found.is_adjacent:
        return both
    return both | Bound(frozenset({"window_cut"}), {"from_at": found.begins_at, "cut_at": previous.cut_at or previous.ends_at})
