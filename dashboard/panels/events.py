"""Urgent and newest events in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.charts import urgent_events
from dashboard.charts.due_soon import stage_name
from dashboard.charts.urgent_events import Line
from dashboard.format import local, moment, span
from dashboard.look import Look
from dashboard.words import say
from data import queries

MOST = 10


def build(look: Look) -> tuple[Any, ...]:
    """Overdue and due-soon events first in turn, then the newest; an event stands in one line only."""
    frame = look.answers(queries.urgent_events, MOST)
    taken: dict[str, pd.Series] = {}
    picked = {name: _rows(frame, name) for name in ("overdue", "due_soon", "newest")}
    order = [*_woven(picked["overdue"], picked["due_soon"], picked["newest"])]
    for state, row in order:
        taken.setdefault(str(row["event_id"]), pd.concat([row, pd.Series({"state": state})]))
    lines = [_line(look, row) for row in list(taken.values())[:MOST]]
    return (urgent_events.draw(lines, "", look.lang, look.view.snapshot.id),)


def _rows(frame: pd.DataFrame, name: str) -> list[pd.Series]:
    return [row for _, row in frame[frame["list"] == name].iterrows()]


def _woven(overdue: list[pd.Series], due_soon: list[pd.Series], newest: list[pd.Series]) -> list[tuple[str, pd.Series]]:
    """One of each in turn, so that the first few lines hold all three."""
    answer = []
    for index in range(max(len(overdue), len(due_soon), len(newest))):
        for state, rows in (("overdue", overdue), ("due_soon", due_soon), ("new", newest)):
            if index < len(rows):
                answer.append((state, rows[index]))
    return answer


def _line(look: Look, row: pd.Series) -> Line:
    snapshot, lang = look.view.snapshot, look.lang
    now = snapshot.as_of.replace(tzinfo=None)
    deadline, reported = row["deadline_at"], row["reported_at"]
    state = str(row["state"])
    if state == "overdue":
        when = say("event_overdue", lang, span=span((now - deadline).total_seconds(), lang))
    elif state == "due_soon":
        when = say("event_due_soon", lang, span=span((deadline - now).total_seconds(), lang))
    else:
        is_today = local(reported, snapshot.zone).date() == snapshot.as_of.astimezone(snapshot.zone).date()
        when = moment(reported, snapshot.zone)[6 if is_today else 0 :]
    areas, tree = snapshot.areas, snapshot.categories
    path = [areas.names[ix] for ix in areas.path(int(row["area_ix"])) if ix > 0]
    here = look.area_ix
    below = [areas.names[ix] for ix in areas.path(int(row["area_ix"])) if ix > 0 and areas.depth[ix] > areas.depth[here]]
    categories = [tree.names[ix] for ix in tree.path(int(row["category_ix"]))]
    text = _text(row["title"]) or _text(row["address"]) or " / ".join(categories[1:] or categories)
    stage = stage_name(str(snapshot.outcomes["stage"].iloc[int(row["outcome_ix"])]), lang)
    source = snapshot.sources[int(row["source_ix"])].name_in(lang)
    unmapped = "" if pd.notna(row["lon"]) else say("event_unmapped", lang)
    return Line(
        event_id=str(row["event_id"]),
        state=state,
        when=when,
        category=categories[min(1, len(categories) - 1)],
        place=" ".join(below[:2]) or (path[-1] if path else say("unassigned", lang)),
        text=text,
        source=source,
        department=_department(look, row),
        stage=stage,
        detail=(
            (say("event_id", lang), str(row["event_id"])),
            (say("event_category", lang), " / ".join(categories)),
            (say("event_area", lang), " / ".join(path) or say("unassigned", lang)),
            (say("event_address", lang), " · ".join(part for part in (_text(row["address"]), unmapped) if part)),
            (say("event_source", lang), source),
            (say("event_department", lang), _department(look, row)),
            (say("event_reported", lang), moment(reported, snapshot.zone)),
            (say("event_deadline", lang), moment(deadline, snapshot.zone) if pd.notna(deadline) else ""),
            (say("stage", lang), stage),
        ),
    )


def _department(look: Look, row: pd.Series) -> str:
    return look.view.snapshot.departments[int(row["department_ix"])] if row.get("department_ix") else ""


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 — NaN
