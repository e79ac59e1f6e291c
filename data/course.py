"""The course of one case: its steps with their times, how long each took, and how it stands to its deadline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from data.calendar import WorkingTime
from data.cases import described
from data.questions import QUESTIONS, STEPS
from data.selection import Selection
from data.view import View

REPORTED: Final = "reported"


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    key
        ``reported``, or one of :data:`data.questions.STEPS`.
    at
        When it was done; None where it was not, or has no time.
    took_s
        Seconds since the last step before it that has a time; negative where the times are reversed, None for the first.
    """

    key: str
    at: dt.datetime | None
    took_s: float | None


@dataclass(frozen=True)
class Course:
    """The course of one case.

    Attributes
    ----------
    case
        As :func:`data.cases.described` has it.
    row
        As the question ``event_case`` has it.
    steps
        All of them, in order.
    is_closed
        Whether it is closed, whether or not the time of that is known.
    ends_at
        Up to when the deadline is measured: the closing, or the snapshot's ``as_of`` while it is open; None where it was closed at an
        unknown time.
    over_s, over_work_h
        How long past the deadline that is, by the clock in seconds and in working hours; negative before it, None without a deadline.
    limit, unit
        What the category table allows, with its unit; None where it says nothing.
    """

    case: dict[str, Any]
    row: pd.Series
    steps: tuple[Step, ...]
    is_closed: bool
    ends_at: dt.datetime | None
    over_s: float | None
    over_work_h: float | None
    limit: float | None
    unit: str | None

    @property
    def slowest(self) -> Step | None:
        """The step that took longest."""
        taken = [step for step in self.steps if step.took_s is not None and step.took_s > 0]
        return max(taken, key=lambda step: step.took_s or 0.0, default=None)


def course(view: View, event_id: str) -> Course | None:
    """The course of the case with this id; None where this view has none."""
    frame = QUESTIONS["event_case"].ask(view, Selection(), event_id=event_id)
    if frame.empty:
        return None
    row = frame.iloc[0]
    steps, last = [], None
    for key in (REPORTED, *STEPS):
        at = _instant(row[f"{key}_at"])
        steps.append(Step(key, at, None if at is None or last is None else (at - last).total_seconds()))
        last = at or last
    is_closed = bool(view.snapshot.outcomes["is_closed"].iloc[int(row["outcome_ix"])])
    ends_at = _instant(row["closed_at"]) if is_closed else view.snapshot.as_of
    deadline = _instant(row["deadline_at"])
    over_s = over_work_h = None
    if deadline is not None and ends_at is not None:
        over_s = (ends_at - deadline).total_seconds()
        over_work_h = WorkingTime.of(view.snapshot).hours_between(deadline, ends_at)
    limit, unit = _limit(view, int(row["category_ix"]))
    return Course(described(view, frame.to_dict("records")[0]), row, tuple(steps), is_closed, ends_at, over_s, over_work_h, limit, unit)


def _limit(view: View, category_ix: int) -> tuple[float | None, str | None]:
    """The time limit of the category, or of the nearest above it that has one."""
    snapshot = view.snapshot
    table = snapshot.once(
        ("time_limits",), lambda: snapshot.frame("SELECT category_ix, time_limit, time_unit FROM category ORDER BY category_ix")
    )
    for ix in reversed(snapshot.categories.path(category_ix)):
        limit, unit = table["time_limit"].iloc[ix], table["time_unit"].iloc[ix]
        if pd.notna(limit) and isinstance(unit, str):
            return float(limit), unit
    return None, None


def _instant(value: Any) -> dt.datetime | None:
    found: dt.datetime | None = None if pd.isna(value) else pd.Timestamp(value).to_pydatetime().replace(tzinfo=dt.UTC)
    return found
