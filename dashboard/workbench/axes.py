"""Views with an axis and a brush: days, hours of the week, durations. The browser draws them (``assets/workbench.js``)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from dash import html

from dashboard.charts.marks import heading
from dashboard.links import attributes
from dashboard.look import Look
from dashboard.words import say
from dashboard.workbench.behind import Counts, behind, scale, selected
from data.dimensions import DURATION_EDGES_H
from data.values import MAXIMUM_HOURS

EPOCH: Final = dt.date(1970, 1, 1)
MOST_BARS: Final = 190
LEAST_DAYS: Final = 92
"""Days shown at least, where the data have them, so that a brush has room to be moved."""
STEPS: Final = (1, 7, 28)
HOURS_OF_WEEK: Final = 168


@dataclass(frozen=True)
class Axis:
    """One view: its dimension, its names, what the browser draws it from, and what is said beside its name.

    While comparing the browser is told ``against``, days of the present window to one of the other; else 0. ``exact``: both hold the same
    cases, and chance explains nothing.
    """

    key: str
    names: Mapping[str, str]
    drawn: Callable[[Look], dict[str, Any]]
    aside: str

    def build(self, look: Look) -> tuple[Any, ...]:
        """The view as a panel."""
        told = json.dumps(
            self.drawn(look) | {"against": scale(look), "exact": look.is_of_two_snapshots}, ensure_ascii=False, separators=(",", ":")
        )
        holder = html.Div(
            className=f"axis axis-{self.key}", **attributes(data_axis=self.key, data_drawn=told, data_name=self.names[look.lang])
        )
        return (
            html.Div(
                [heading(self.names[look.lang], say(self.aside if look.other is None else f"{self.aside}_against", look.lang)), holder],
                className="linked-axis",
            ),
        )


def _counts(look: Look, key: str) -> tuple[Counts, Counts]:
    """Of every value what stands behind, and what is selected, without the view's own filters."""
    return behind(look, key), selected(look, key)


def days(look: Look) -> dict[str, Any]:
    """``first`` day and days to a bar (``step``), bars of all and of those selected, and the window: first and last day."""
    every, some = _counts(look, "days")
    known = look.view.snapshot.days
    window = look.window
    if known is None:
        return {"first": window.from_day.isoformat(), "step": 1, "all": [], "some": [], "from": "", "to": ""}
    last = max(known[1], window.to_day) if window.to_day <= known[1] + dt.timedelta(days=1) else known[1]
    room = max(LEAST_DAYS, 3 * window.days)
    first = max(known[0], min(window.from_day - dt.timedelta(days=window.days), last - dt.timedelta(days=room - 1)))
    many = (last - first).days + 1
    step = next((step for step in STEPS if many <= MOST_BARS * step), -(-many // MOST_BARS))
    bars = np.zeros((2, -(-many // step)), dtype=np.int64)
    low = (first - EPOCH).days
    for row, counts in enumerate((every, some)):
        for day, n in counts.items():
            if low <= day <= (last - EPOCH).days:
                bars[row, (day - low) // step] += n
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "step": step,
        "all": bars[0].tolist(),
        "some": bars[1].tolist(),
        "from": window.from_day.isoformat(),
        "to": window.to_day.isoformat(),
    }


def hours(look: Look) -> dict[str, Any]:
    """Counts of the 168 hours of the week, Monday first; hours (half-open) and weekdays that are selected; names of the days."""
    every, some = _counts(look, "hours")
    return {
        "all": [every.get(hour, 0) for hour in range(HOURS_OF_WEEK)],
        "some": [some.get(hour, 0) for hour in range(HOURS_OF_WEEK)],
        "hours": list(look.selection.hours) if look.selection.hours else [],
        "weekday": list(look.selection.weekday),
        "names": list(say("weekdays", look.lang)),
    }


def durations(look: Look) -> dict[str, Any]:
    """Counts by bucket, the edges in hours, and the range that is selected."""
    every, some = _counts(look, "durations")
    many = len(DURATION_EDGES_H)
    return {
        "all": [every.get(bucket, 0) for bucket in range(many)],
        "some": [some.get(bucket, 0) for bucket in range(many)],
        "edges": [*DURATION_EDGES_H, MAXIMUM_HOURS],
        "duration": list(look.selection.duration) if look.selection.duration else [],
    }


AXES: Final[tuple[Axis, ...]] = (
    Axis("days", {"zh": "每日件数", "en": "Cases a day"}, days, "bench_days_hint"),
    Axis("hours", {"zh": "时段 × 星期", "en": "Hour × weekday"}, hours, "bench_hours_hint"),
    Axis("durations", {"zh": "办结时长", "en": "Time to close"}, durations, "bench_durations_hint"),
)
"""Every view with an axis."""
