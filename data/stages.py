"""How cases get on: how far they got, how long each step took, where they wait, who hands them on and how many go back.

Every part is of the selection's cohort; void events and duplicates are left out and counted as such. A step that was not recorded is
implied by any later one, so the counts of the funnel lie within each other; times are taken as they were recorded and never implied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import Mask, bits, in_cohort, is_true
from data.indicators import areas, compute, intervals
from data.indicators.compute import Counts, Number
from data.indicators.registry import INDICATORS
from data.questions import QUESTIONS, STEPS
from data.schema import STAGES
from data.selection import Selection
from data.view import View

FUNNEL: Final = ("reported", "registered", "dispatched", "disposed", "closed")
"""How far a case can get; whether it was accepted or verified is not recorded apart from their times."""
WAIT_HOURS: Final = (24.0, 72.0, 168.0, 720.0)
"""Edges of how long a case has waited: up to a day, three days, a week, thirty days, longer."""


@dataclass(frozen=True)
class Reached:
    """A step of the funnel: ``n`` cases got so far, ``given`` of them with the time of the step (None: it has none of its own)."""

    step: str
    n: int
    given: int | None


@dataclass(frozen=True)
class Funnel:
    """From reported to closed; ``excluded`` says what is not in it, ``waiting`` the open cases by stage, in a case's order."""

    steps: tuple[Reached, ...]
    excluded: Mapping[str, int]
    waiting: Mapping[str, int]


@dataclass(frozen=True)
class Spell:
    """The time from the step before to this one; ``whole`` is from report to closing.

    Attributes
    ----------
    n
        Cases with both times in order: what median and p90 (hours) rest on.
    untimed, disordered
        Cases that got so far and lack one of the times; that have them reversed.
    shown
        Whether there are enough cases.
    """

    step: str
    n: int
    median: float | None
    p90: float | None
    untimed: int
    disordered: int
    shown: bool


@dataclass(frozen=True)
class Handover:
    """How often one department's cases were bounced (of those dispatched) and sent back (of those due for closing).

    The department is the one a case stands with now; data name no other.
    """

    department_ix: int
    bounced: Number
    reworked: Number


def masks(view: View) -> dict[str, Mask]:
    """By ``outcome_ix``: which cases got as far as a step of the funnel, a later one implying it. The cohort alone."""
    return view.snapshot.once(("stages", "masks"), lambda: _masks(view))


def _masks(view: View) -> dict[str, Mask]:
    outcomes, cohort = view.snapshot.outcomes, in_cohort(view)
    found: dict[str, Mask] = {}
    later = np.zeros(len(outcomes), dtype=bool)
    for step in reversed(FUNNEL[1:]):
        later = later | is_true(outcomes[f"is_{step}"])
        found[step] = later & cohort
    return {"reported": cohort} | dict(reversed(found.items()))


def funnel(view: View, counts: Counts, times: pd.DataFrame) -> Funnel:
    """From events per outcome of the window and the answer of :func:`stage_times`."""
    outcomes, reached, cohort = view.snapshot.outcomes, masks(view), in_cohort(view)
    row = times.iloc[0]
    given = {step: int(row[f"{step}_given"]) for step in FUNNEL[1:]}
    steps = tuple(Reached(step, int(counts[mask].sum()), given.get(step)) for step, mask in reached.items())
    void = is_true(outcomes["is_void"])
    excluded = {"void": int(counts[void].sum()), "duplicate": int(counts[~void & ~cohort].sum())}
    is_open = cohort & ~reached["closed"]
    stage = outcomes["stage"].to_numpy()
    waiting = {name: int(counts[is_open & (stage == name)].sum()) for name in STAGES}
    return Funnel(steps, {reason: n for reason, n in excluded.items() if n}, {name: n for name, n in waiting.items() if n})


def stage_times(view: View, selection: Selection) -> pd.DataFrame:
    """One row as the question says: of each step of :data:`data.questions.STEPS` and of the ``whole``, how many and how long."""
    reached: dict[str, Any] = {step: bits(mask) for step, mask in masks(view).items() if step != FUNNEL[0]}
    return QUESTIONS["stage_times"].ask(view, selection, **reached)


def spells(view: View, times: pd.DataFrame) -> tuple[Spell, ...]:
    """The steps in order, then the whole, from the answer of :func:`stage_times`."""
    row, found = times.iloc[0], []
    for step in (*STEPS, "whole"):
        n, hours = int(row[f"{step}_n"]), row[f"{step}_seconds"]
        median, p90 = (None, None) if n == 0 else (float(hours[0]) / 3600, float(hours[1]) / 3600)
        untimed, disordered = int(row[f"{step}_untimed"]), int(row[f"{step}_disordered"])
        found.append(Spell(step, n, median, p90, untimed, disordered, shown=n >= view.definition.minimum_n))
    return tuple(found)


def open_cases(view: View, selection: Selection) -> pd.DataFrame:
    """``stage, department_ix, node, wait, n``: cases that are not closed now, of the selection.

    ``node`` is one of the areas below the selected one (-1: in none of them); ``wait`` how many of :data:`WAIT_HOURS` have passed
    since the last step that was recorded.
    """
    waiting = in_cohort(view) & ~masks(view)["closed"]
    _, group = areas.groups(view, selection)
    frame = QUESTIONS["open_cases"].ask(
        view,
        selection,
        waiting=waiting,
        groups=[int(ix) for ix in group],
        edges=list(WAIT_HOURS),
        now=view.snapshot.as_of.replace(tzinfo=None),
    )
    stage = view.snapshot.outcomes["stage"].to_numpy()[frame["outcome_ix"].to_numpy(dtype=int)]
    frame = frame.assign(stage=pd.Series(stage, index=frame.index, dtype="str"))
    return frame.groupby(["stage", "department_ix", "node", "wait"], as_index=False)["n"].sum()


def waiting_mask(view: View, selection: Selection, wait: int) -> Mask:
    """By ``event_ix``: selected events whose last recorded step is so long ago, as :func:`open_cases` classes them."""
    edges = (-np.inf, *WAIT_HOURS, np.inf)
    now = view.snapshot.as_of.replace(tzinfo=None)
    rows = QUESTIONS["waiting_events"].ask(view, selection, now=now, low=edges[wait], high=edges[wait + 1])
    return _marked(view, rows)


def timed_mask(view: View, selection: Selection, step: str) -> Mask:
    """By ``event_ix``: selected events on which the time of a step rests, as :func:`spells` counts them."""
    return _marked(view, QUESTIONS["timed_events"].ask(view, selection, **{step: True}))


def _marked(view: View, rows: pd.DataFrame) -> Mask:
    found = np.zeros(view.snapshot.event_end, dtype=np.bool_)
    found[rows["event_ix"].to_numpy(dtype=np.int64)] = True
    return found


def bounced(view: View) -> Mask:
    """By ``outcome_ix``: cases that were dispatched and bounced."""
    return view.snapshot.once(("stages", "bounced"), lambda: _bounced_parts(view))["bounced"]


def handovers(view: View, selection: Selection) -> tuple[list[Handover], Handover]:
    """Each department's bounced and returned cases, the most often bounced of those with enough cases first; then all together."""
    rows = QUESTIONS["outcomes_per_department"].ask(view, selection)
    size = len(view.snapshot.outcomes)
    found = [
        _handover(view, int(ix), compute.tally(part["outcome_ix"], part["n"], size))
        for ix, part in rows.groupby("department_ix", sort=True)
    ]
    listed = [row for row in found if row.bounced.n or row.reworked.n]
    listed.sort(key=lambda row: (not row.bounced.shown, -(row.bounced.value or 0), -row.bounced.n, row.department_ix))
    return listed, _handover(view, -1, compute.tally(rows["outcome_ix"], rows["n"], size))


def _handover(view: View, department_ix: int, counts: Counts) -> Handover:
    return Handover(department_ix, _bounced(view, counts), compute.evaluate(view, INDICATORS["rework_rate"], counts))


def _bounced(view: View, counts: Counts) -> Number:
    """Bounced at least once ÷ dispatched."""
    part = view.snapshot.once(("stages", "bounced"), lambda: _bounced_parts(view))
    tallied = {reason: int(counts[part[reason]].sum()) for reason in ("void", "duplicate", "not_dispatched")}
    excluded = {reason: count for reason, count in tallied.items() if count}
    hits, n = int(counts[part["bounced"]].sum()), int(counts[part["dispatched"]].sum())
    if n == 0:
        return Number(None, hits, 0, 0, excluded=excluded)
    low, high = (float(side) for side in intervals.wilson(hits, n))
    is_recorded = bool(part["recorded"].any())
    found = () if is_recorded else (compute.NOT_RECORDED,)
    return Number(hits / n, hits, n, n, low, high, excluded, n >= view.definition.minimum_n and is_recorded, found)


def _bounced_parts(view: View) -> dict[str, Mask]:
    outcomes, cohort, dispatched = view.snapshot.outcomes, in_cohort(view), masks(view)["dispatched"]
    void, bounced = is_true(outcomes["is_void"]), is_true(outcomes["is_bounced"])
    left = {"void": void, "duplicate": ~void & ~cohort, "not_dispatched": cohort & ~dispatched}
    return left | {"dispatched": dispatched, "bounced": dispatched & bounced, "recorded": bounced}


@dataclass(frozen=True)
class Stages:
    """All of it for one selection."""

    funnel: Funnel
    spells: tuple[Spell, ...]
    waiting: pd.DataFrame
    handovers: list[Handover]
    together: Handover


def stages(view: View, selection: Selection, counts: Counts) -> Stages:
    """Everything at once; ``counts`` are events per outcome of the window."""
    times = stage_times(view, selection)
    listed, together = handovers(view, selection)
    return Stages(funnel(view, counts, times), spells(view, times), open_cases(view, selection), listed, together)


def as_object(view: View, found: Stages) -> dict[str, Any]:
    """As ``ask --json`` and the programming interface give it."""
    snapshot = view.snapshot

    def number(given: Number) -> dict[str, Any]:
        listed = ("value", "numerator", "denominator", "n", "low", "high", "excluded", "shown")
        return {name: getattr(given, name) for name in listed} | ({"caveats": list(given.caveats)} if given.caveats else {})

    waiting = found.waiting
    return {
        "funnel": {
            "steps": [{"step": step.step, "n": step.n, "given": step.given} for step in found.funnel.steps],
            "excluded": dict(found.funnel.excluded),
            "waiting": dict(found.funnel.waiting),
        },
        "times": [vars(spell) for spell in found.spells],
        "waiting": {
            "hours": list(WAIT_HOURS),
            "by_stage": _by_wait(waiting, "stage", str),
            "by_department": _by_wait(waiting, "department_ix", lambda ix: snapshot.departments[int(ix)] or None),
            "by_area": _by_wait(waiting, "node", lambda ix: None if ix < 0 else snapshot.areas.codes[int(ix)]),
        },
        "handovers": {
            "departments": [
                {
                    "department": snapshot.departments[row.department_ix] or None,
                    "bounced": number(row.bounced),
                    "reworked": number(row.reworked),
                }
                for row in found.handovers
            ],
            "together": {"bounced": number(found.together.bounced), "reworked": number(found.together.reworked)},
        },
    }


def by_wait(frame: pd.DataFrame, column: str) -> dict[Any, npt.NDArray[np.int64]]:
    """From the answer of :func:`open_cases`: cases per class of waiting for each value of a column, most cases first."""
    codes, values = pd.factorize(frame[column], sort=True)
    waits = np.zeros((len(values), len(WAIT_HOURS) + 1), dtype=np.int64)
    np.add.at(waits, (codes, frame["wait"].to_numpy(dtype=int)), frame["n"].to_numpy(dtype=np.int64))
    found = dict(zip(values, waits, strict=True))
    return dict(sorted(found.items(), key=lambda item: -int(item[1].sum())))


def _by_wait(frame: pd.DataFrame, column: str, name: Any) -> list[dict[str, Any]]:
    return [{"name": name(value), "n": int(waits.sum()), "waits": waits.tolist()} for value, waits in by_wait(frame, column).items()]
