"""When a day begins under a view's definition: at midnight, or at another hour such as noon.

Events carry the calendar day of their report. Where days begin at another hour, the statement moves them by the hour of the
report (lines ``window_day`` and ``window_hours`` of ``_selected.sql``); everything in Python that speaks of days asks here.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from data.bound import Bound

if TYPE_CHECKING:
    from data.view import View


def lag(view: View) -> dt.timedelta:
    """From midnight of a date to where its day begins; negative where it begins on the date before."""
    return dt.timedelta(hours=view.definition.day.lag_hours)


def day_of(view: View, instant: dt.datetime) -> dt.date:
    """The day that an instant (with its zone) belongs to."""
    return (local_of(view, instant) - lag(view)).date()


def local_of(view: View, instant: dt.datetime) -> dt.datetime:
    """The local clock at an instant, without zone."""
    return instant.astimezone(view.snapshot.zone).replace(tzinfo=None)


def begin_of(view: View, day: dt.date) -> dt.datetime:
    """The local clock when a day begins, without zone."""
    return dt.datetime.combine(day, dt.time()) + lag(view)


def utc_of(view: View, local: dt.datetime) -> dt.datetime:
    """The UTC instant (without zone) of a local clock; the first of two where the clocks are put back."""
    return local.replace(tzinfo=view.snapshot.zone).astimezone(dt.UTC).replace(tzinfo=None)


def first_and_last(view: View) -> tuple[dt.date, dt.date] | None:
    """First and last day with events, or None without events."""
    if not view.definition.day.begins:
        return view.snapshot.days

    def find() -> tuple[dt.date, dt.date] | None:
        row = view.snapshot.frame(f"SELECT min({_MOVED}) AS low, max({_MOVED}) AS high FROM event", _parameters(view))  # noqa: S608
        low, high = row["low"].iloc[0], row["high"].iloc[0]
        return None if low != low else (low.date(), high.date())  # noqa: PLR0124  no event: not a time

    return view.snapshot.once(("days", view.definition.day), find)


def moved(view: View) -> Bound:
    """The line that gives events the day of the view's definition; none where days begin at midnight."""
    if not view.definition.day.begins:
        return Bound()
    return Bound(frozenset({"window_day"}), _parameters(view))


def between(view: View, first: dt.date, last: dt.date) -> Bound:
    """The lines of a window from ``first`` to ``last``, both included.

    Events are stored by the calendar, in whose days the statement is bound: one more where days begin at another hour, of whose
    outer days only the hours within are taken.
    """
    if not view.definition.day.begins:
        return Bound(frozenset({"window"}), {"first_day": first, "last_day": last})
    steps = _parameters(view)
    stored = {
        "first_day": first - dt.timedelta(days=steps["days_after"]),
        "last_day": last - dt.timedelta(days=steps["days_before"]),
    }
    return Bound(frozenset({"window", "window_hours"}), stored | {"day_begins": steps["day_begins"]}) | moved(view)


_MOVED = "day + CASE WHEN hour_of_week % 24 >= $day_begins THEN $days_after ELSE $days_before END"


def _parameters(view: View) -> dict[str, int]:
    """Hour at which days begin; days by which events from that hour on, and before it, are moved."""
    after = 1 if view.definition.day.named_by == "end" else 0
    return {"day_begins": view.definition.day.begins, "days_after": after, "days_before": after - 1}
