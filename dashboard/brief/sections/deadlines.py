"""Overdue and due soon, by department and stage: all that is open at the snapshot's instant, whenever it was reported."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from dashboard.brief.document import NO_FIGURE, Column, Figure, Paragraph, Row, Run, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.charts.due_soon import stage_name
from dashboard.format import count
from dashboard.links import Changes, escaped
from dashboard.opened.address import CASE
from data import queries
from data.calendar import WorkingTime
from data.filters import ALONE
from data.indicators.registry import INDICATORS
from data.schema import STAGES
from data.vocabulary import Words

MOST: Final = 12
OPEN: Final[Changes] = {"from": None, "to": None, "window": "all"}


def build(edition: Edition) -> Made:
    """A table of departments, and one of stages."""
    late, soon = (_rows(edition, state) for state in ("overdue", "due_soon"))
    overdue, due = int(late["n"].sum()), int(soon["n"].sum())
    hours = f"{edition.view.definition.due_soon_hours:g}"
    whole = Paragraph(
        (
            edition.words("open_now"),
            edition.count(overdue, {**OPEN, "deadline": "overdue"}, tone=True, in_words=True),
            edition.words("open_soon", hours=hours),
            edition.count(due, {**OPEN, "deadline": "due_soon"}, in_words=True),
            edition.stop,
        )
    )
    message = edition.words("deadline_message", overdue=count(overdue), due=count(due), hours=hours)
    if not overdue and not due:
        return Made((whole,), message)
    return Made((whole, _departments(edition, late, soon, hours), _stages(edition, late, soon, hours)), message)


def _rows(edition: Edition, state: str) -> pd.DataFrame:
    """``department_ix, stage, n, earliest, earliest_id`` of open cases in one state of the deadline."""
    everything = edition.selection.with_(from_day=None, to_day=None, window="all", compare=None, deadline=(state,))
    frame = queries.deadlines_per_department(edition.view, everything)
    stage = edition.view.snapshot.outcomes["stage"].to_numpy()[frame["outcome_ix"].to_numpy(dtype=int)]
    return frame.assign(stage=pd.Series(stage, index=frame.index, dtype="str"))


def _departments(edition: Edition, late: pd.DataFrame, soon: pd.DataFrame, hours: str) -> Table:
    overdue, due = late.groupby("department_ix")["n"].sum(), soon.groupby("department_ix")["n"].sum()
    order = sorted({*overdue.index, *due.index}, key=lambda ix: (-overdue.get(ix, 0), -due.get(ix, 0), ix))
    rows: list[Row] = []
    for ix in order[:MOST]:
        own = late[late["department_ix"] == ix]
        where: Changes = {**OPEN, "department": escaped(edition.view.snapshot.departments[int(ix)]) or ALONE}
        cells: list[Run] = [
            edition.view.snapshot.departments[int(ix)] or edition.words("no_department"),
            edition.count(int(overdue.get(ix, 0)), {**where, "deadline": "overdue"}, tone=True),
            _longest(edition, own),
            _stage(edition, own, where),
            edition.count(int(due.get(ix, 0)), {**where, "deadline": "due_soon"}),
        ]
        rows.append(Row(tuple(cells)))
    together = (
        edition.words("together"),
        edition.count(int(overdue.sum()), {**OPEN, "deadline": "overdue"}, tone=True),
        _longest(edition, late),
        _stage(edition, late, OPEN),
        edition.count(int(due.sum()), {**OPEN, "deadline": "due_soon"}),
    )
    columns = (
        Column(edition.words("department"), is_number=False, width=2.4),
        Column(edition.words("overdue")),
        Column(edition.words("longest_overdue"), width=1.6),
        Column(edition.words("stage_most"), width=1.5),
        Column(edition.words("due_within", hours=hours), width=1.5),
    )
    rest, more = len(order) - MOST, int(sum(overdue.get(ix, 0) for ix in order[MOST:]))

    def late_in(text: str) -> Figure:
        return edition.derived(text, INDICATORS["accepted"], {**OPEN, "deadline": "overdue"})

    notes = (edition.said_with("departments_rest", n=late_in(count(rest)), cases=late_in(count(more))),) if rest > 0 else ()
    return Table(edition.words("by_department"), columns, (*rows, Row(together, is_total=True)), notes)


def _longest(edition: Edition, rows: pd.DataFrame) -> Run:
    earliest = rows["earliest"].min() if len(rows) else None
    if earliest is None or pd.isna(earliest):
        return NO_FIGURE
    calendar: WorkingTime = edition.view.snapshot.once(("working_time",), lambda: WorkingTime.of(edition.view.snapshot))
    hours = calendar.hours_between(pd.Timestamp(earliest).to_pydatetime(), edition.view.snapshot.as_of)
    case = {"id": str(rows["earliest_id"].iloc[int(rows["earliest"].argmin())])}
    return Figure(f"{hours:,.1f}", round(hours, 6), "hours", CASE, case, is_derived=True)


def _stage(edition: Edition, rows: pd.DataFrame, where: Changes) -> Run:
    if not len(rows):
        return NO_FIGURE
    per_stage: Any = rows.groupby("stage")["n"].sum()
    stage = max(per_stage.index, key=lambda one: (per_stage[one], -STAGES.index(one)))
    n = int(per_stage[stage])
    return Figure(f"{stage_name(stage, edition.lang)} {count(n)}", n, "count", "accepted", {**where, "deadline": "overdue", "stage": stage})


def _stages(edition: Edition, late: pd.DataFrame, soon: pd.DataFrame, hours: str) -> Table:
    overdue, due = late.groupby("stage")["n"].sum(), soon.groupby("stage")["n"].sum()
    rows = [
        Row(
            (
                stage_name(stage, edition.lang),
                edition.count(int(overdue.get(stage, 0)), {**OPEN, "stage": stage, "deadline": "overdue"}, tone=True),
                edition.count(int(due.get(stage, 0)), {**OPEN, "stage": stage, "deadline": "due_soon"}),
            )
        )
        for stage in STAGES
        if stage in overdue.index or stage in due.index
    ]
    columns = (
        Column(edition.words("stage"), is_number=False, width=2.4),
        Column(edition.words("overdue")),
        Column(edition.words("due_within", hours=hours)),
    )
    return Table(edition.words("by_stage"), columns, tuple(rows))


PART: Final = Part("deadlines", Words("超期与将到期", "Overdue and due soon"), build)
