"""Trend, due soon, hours of the week."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from dashboard.charts import due_soon as due_soon_chart
from dashboard.charts import hours_of_week
from dashboard.charts import trend as trend_chart
from dashboard.charts.due_soon import Place
from dashboard.charts.marks import heading
from dashboard.links import escaped
from dashboard.look import Look
from dashboard.words import say
from data import days as days_of
from data import queries
from data.schema import STAGES

LEAST_DAYS = 30
"""A trend reaches back at least this far, so that a short window is seen in its surroundings."""


def trend(look: Look) -> tuple[Any, ...]:
    """Events per day, week or thirty days, by domain."""
    window, view, selection = look.window, look.view, look.selection
    chosen = None
    if window.days < LEAST_DAYS:
        first_data = (days_of.first_and_last(view) or (window.from_day, window.to_day))[0]
        first = max(window.to_day - dt.timedelta(days=LEAST_DAYS - 1), min(first_data, window.from_day))
        selection = selection.with_(window=None, from_day=first, to_day=window.to_day, compare=None)
        frame = queries.categories_per_bucket(view, selection, 1)
        days, step = [first + dt.timedelta(days=number) for number in range((window.to_day - first).days + 1)], 1
        chosen = (window.from_day, window.to_day) if first < window.from_day else None
    else:
        frame = look.answers(queries.categories_per_bucket)
        days, step = [first for _, first, _ in window.buckets()], window.bucket_days
    tree = view.snapshot.categories
    figure = trend_chart.draw(
        trend_chart.by_domain(frame, tree, len(days)),
        days,
        chosen,
        colours=look.domain_colours,
        lang=look.lang,
        palette=look.palette,
        step=step,
        last=window.to_day,
    )
    unit = {1: "per_day", 7: "per_week"}.get(step)
    aside = say(unit, look.lang) if unit else say("per_days", look.lang, n=step)
    span = say("trend_days", look.lang, n=(window.to_day - days[0]).days + 1) if days else ""
    return heading(f"{say('trend', look.lang)} · {span}", aside), figure


def hours(look: Look) -> tuple[Any, ...]:
    """A cell for each hour of the week."""
    frame = look.answers(queries.hours_of_week)
    return heading(say("hours", look.lang)), hours_of_week.draw(hours_of_week.grid(frame), look.lang, look.palette)


def due_soon(look: Look) -> tuple[Any, ...]:
    """Open cases about to fall due, and those past it, by stage."""
    if not bool(look.view.snapshot.outcomes["has_deadline"].any()):
        return (heading(say("no_deadlines", look.lang)),)
    rows = look.answers(queries.due_soon_rows)
    frame = queries.due_soon(look.view, look.selection, look.outcomes, rows).set_index("stage")
    stages = [stage for stage in STAGES if stage in frame.index]
    soon, overdue = ({stage: int(frame.at[stage, column]) for stage in stages} for column in ("due_soon", "overdue"))
    per_area = queries.due_soon_per_area(look.view, rows)
    places = [_place(look, int(ix), part) for ix, part in per_area.groupby("area_ix", sort=False)]
    hours, unmapped = look.view.definition.due_soon_hours, int(per_area["unmapped"].sum())
    is_whole = look.selection.window == "all"
    return (due_soon_chart.draw(soon, overdue, hours, look.address, look.lang, places=places, unmapped=unmapped, is_whole=is_whole),)


def _place(look: Look, ix: int, part: pd.DataFrame) -> Place:
    areas = look.view.snapshot.areas
    stages = dict(zip(part["stage"], part["n"].astype(int), strict=True))
    if ix < 0:
        return Place(None, look.unassigned_name, stages, look.unassigned_cases)
    return Place(areas.codes[ix], areas.names[ix], stages, {"area": escaped(areas.codes[ix])})
