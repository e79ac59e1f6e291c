"""The days a selection covers, the window it is compared with, and the buckets in which a trend is drawn.

Days are local to the snapshot's zone and both ends are included. "Today" is the day of ``as_of``, the data's own now.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
    is_partial
        The window is not over yet: its last day is the day of ``as_of`` or later.
    cut_at
        Only in a previous window: UTC instant (naive) where it ends, so that equal elapsed times are compared.
    """

    from_day: dt.date
    to_day: dt.date
    previous: Window | None = None
    is_partial: bool = False
    cut_at: dt.datetime | None = None

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

    ``from``/``to`` win over ``window``; a missing one means the first day of data or today. A previous window is only
    given when data reach back to its first day. When the window is not over, the previous one is cut at the same elapsed
    wall-clock time.
    """
    now = view.snapshot.as_of.astimezone(view.snapshot.zone)
    today = now.date()
    first_data = (view.snapshot.days or (today, today))[0]
    if selection.from_day is not None or selection.to_day is not None:
        first, last = selection.from_day or first_data, selection.to_day or today
        before = first - dt.timedelta(days=max(1, (last - first).days + 1))
    else:
        named = _named(selection.window or DEFAULT, today, view.definition.assessment_day)
        if named is None:
            first, last = first_data, today
            before = first
        else:
            first, last, before = named
    is_partial = first <= today <= last
    covered = min(last, today)
    previous: Window | None = None
    if first_data <= before < first <= covered:
        end = first - dt.timedelta(days=1)
        cut_at = None
        if is_partial:
            elapsed = now.replace(tzinfo=None) - dt.datetime.combine(first, dt.time())
            cut_local = dt.datetime.combine(before, dt.time()) + elapsed
            if cut_local.date() <= end:
                end = cut_local.date()
                cut_at = cut_local.replace(tzinfo=view.snapshot.zone).astimezone(dt.UTC).replace(tzinfo=None)
        previous = Window(before, end, cut_at=cut_at)
    return Window(first, max(covered, first - dt.timedelta(days=1)), previous, is_partial)


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
