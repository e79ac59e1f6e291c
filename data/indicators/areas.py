"""One indicator for every area below the selected one, with intervals and the places each could take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import area_ix, bits, in_cohort
from data.indicators import compute, intervals, repeats
from data.indicators.population import population_of
from data.indicators.registry import Indicator, find
from data.questions import QUESTIONS
from data.selection import Selection
from data.video import judged, video_points
from data.view import View

MOST_BOOTSTRAPPED: Final = 120
"""Areas up to which weighted scores get a bootstrap interval; beyond, one by the normal approximation."""

Groups = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]
Ask = Callable[..., pd.DataFrame]
"""Gives the rows of a question by its name and parameters."""


@dataclass(frozen=True)
class _Task:
    """What is asked for which areas: ``slot`` gives for every ``area_ix`` its row, the last row is the rest."""

    view: View
    selection: Selection
    indicator: Indicator
    shown: list[int]
    group: Groups
    slot: Positions
    ask: Ask

    @property
    def size(self) -> int:
        return len(self.shown) + 1

    def counted(self) -> pd.DataFrame:
        name, parameters = counting(self.view, self.indicator)
        return self.ask(name, **parameters)

    def rolled(self, counted: pd.DataFrame, column: str = "n") -> Positions:
        return compute.tally(self.slot[counted["area_ix"].to_numpy(dtype=int)], counted[column], self.size)


def groups(view: View, selection: Selection, depth: int | None = None) -> tuple[list[int], Groups]:
    """The areas to show, and for every ``area_ix`` the one it belongs to (-1: the selected area itself, or outside).

    Children of the selected area, or its areas of one depth; the tops of a scope that has several; the area itself where
    nothing lies below.
    """
    tree, top = view.snapshot.areas, area_ix(view, selection)
    if top < 0:
        shown: list[int] = []
    elif depth is not None:
        tops = [low for low, _ in view.spans] if selection.area is None else [top]
        shown = [ix for node in tops for ix in tree.within(node, depth) if view.sees(ix)]
    elif selection.area is None and len(view.spans) > 1:
        shown = [low for low, _ in view.spans]
    else:
        shown = [ix for ix in tree.children(top) if view.sees(ix)]
    if top >= 0 and not shown:
        shown = [top]
    group = np.full(len(tree), -1, dtype=np.int32)
    for ix in shown:
        group[ix : tree.last[ix] + 1] = ix
    return shown, group


def counting(view: View, indicator: Indicator) -> tuple[str, dict[str, Any]]:
    """The question by which an indicator is counted per area, and its parameters."""
    weighed = compute.weights(view)[indicator.key]
    if indicator.measure == "score" or indicator.interval == "bootstrap":
        return "outcomes_per_area", {"asked": in_cohort(view)}
    if indicator.measure == "source":
        return "sources_per_area", {"chosen": bits(np.array([source.is_proactive for source in view.snapshot.sources], dtype=bool))}
    if indicator.measure in ("population", "duration", "repeat") or indicator.key == "accepted":
        return "counts_per_area", {}
    return "rates_per_area", {"numerator": bits(weighed.numerator > 0), "denominator": bits(weighed.denominator)}


def indicator_per_area(view: View, selection: Selection, key: str, depth: int | None = None, *, ask: Ask | None = None) -> pd.DataFrame:
    """One row per area, in the order of the tree; a last row ``is_rest`` for events that lie in none of them, if any.

    Returns
    -------
    DataFrame
        ``area_ix`` (of the rest: the selected area), ``is_rest``, ``events`` (accepted), ``value``, ``numerator``,
        ``denominator``, ``n``, ``low``, ``high`` (NaN where there is none), ``shown``, ``place_low``, ``place_high`` (first and
        last place this area could take among those shown, 1 is best; NaN where it is not ranked).

    Raises
    ------
    UnknownIndicator
        There is no such indicator.
    """
    indicator = find(key)
    shown, group = groups(view, selection, depth)
    slot = np.full(len(group) + 1, len(shown), dtype=np.int64)
    for at, ix in enumerate(shown):
        slot[: len(group)][group == ix] = at
    frame = _measured(_Task(view, selection, indicator, shown, group, slot, ask or _asking(view, selection)))
    frame.insert(0, "area_ix", [*shown, max(0, area_ix(view, selection))])
    frame.insert(1, "is_rest", [False] * len(shown) + [True])
    frame["shown"] &= ~frame["is_rest"] | (indicator.unit == "count")
    frame = frame[~frame["is_rest"] | (frame["events"] > 0) | (frame["n"] > 0)].reset_index(drop=True)
    return frame.join(_places(frame, indicator))


def _asking(view: View, selection: Selection) -> Ask:
    return lambda question, **parameters: QUESTIONS[question].ask(view, selection, **parameters)


def _measured(task: _Task) -> pd.DataFrame:
    view, indicator = task.view, task.indicator
    if indicator.measure == "video":
        return _video(task)
    if indicator.measure in ("score", "repeat") or indicator.interval == "bootstrap":
        return _repeats(task) if indicator.measure == "repeat" else _scored(task)
    if indicator.measure == "duration":
        return _durations(task)
    counted = task.counted()
    if "numerator" not in counted:
        counted = counted.assign(numerator=counted["n"])
    if "denominator" not in counted:
        counted = counted.assign(denominator=counted["n"])
    events, numerator, denominator = (task.rolled(counted, column) for column in ("n", "numerator", "denominator"))
    if indicator.measure == "population":
        people = np.array([population_of(view, ix) or np.nan for ix in task.shown] + [np.nan]) / 10_000
        low, high = _poisson(numerator)
        return _frame(
            events=events,
            value=numerator / people,
            numerator=numerator,
            denominator=people,
            n=numerator,
            low=low / people,
            high=high / people,
            shown=np.isfinite(people),
        )
    if not indicator.has_denominator:
        low, high = _poisson(denominator)
        missing = np.full(task.size, np.nan)
        return _frame(
            events=events,
            value=denominator,
            numerator=denominator,
            denominator=missing,
            n=denominator,
            low=low,
            high=high,
            shown=np.ones(task.size),
        )
    return _rated(task, events, numerator, denominator, intervals.wilson(numerator, denominator))


def _video(task: _Task) -> pd.DataFrame:
    points = judged(video_points(task.view, task.selection))
    points = points.assign(n=1, online=(points["status"] == "online").astype(int))
    n, online = task.rolled(points), task.rolled(points, "online")
    low, high = intervals.wilson(online, n)
    return _rated(task, np.zeros(task.size), online, n, (low, high))


def _repeats(task: _Task) -> pd.DataFrame:
    rows = repeats.repeats_per_area(task.view, task.selection)
    rows = rows[~rows["is_previous"].astype(bool)]
    n, repeated = task.rolled(rows), task.rolled(rows, "repeated")
    return _rated(task, n, repeated, n, intervals.wilson(repeated, n))


def _scored(task: _Task) -> pd.DataFrame:
    """Weighted rates and the composite score: outcomes per area, evaluated one by one."""
    view, indicator, slot, size = task.view, task.indicator, task.slot, task.size
    outcomes = len(view.snapshot.outcomes)
    counted = task.counted()
    cases = np.zeros((size, outcomes), dtype=np.int64)
    np.add.at(cases, (slot[counted["area_ix"].to_numpy()], counted["outcome_ix"].to_numpy()), counted["n"].to_numpy())
    has_interval = size <= MOST_BOOTSTRAPPED
    numbers = [compute.evaluate(view, indicator, row, has_interval=has_interval) for row in cases]
    found = pd.DataFrame(
        [{name: getattr(number, name) for name in ("value", "numerator", "denominator", "n", "low", "high", "shown")} for number in numbers]
    ).astype(dict.fromkeys(("value", "numerator", "denominator", "low", "high"), np.float64))
    found.insert(0, "events", cases.sum(axis=1))
    if has_interval:
        return found
    weighed = compute.weights(view)
    terms = view.definition.terms if indicator.measure == "score" else {indicator.key: 1.0}
    spread = np.zeros(size)
    for row, counts in enumerate(cases):
        deviation = np.zeros(outcomes)
        for key, points in terms.items():
            below = counts[weighed[key].denominator].sum()
            if below:
                share = (weighed[key].numerator * counts).sum() / below
                deviation += points * (weighed[key].numerator - share * weighed[key].denominator) / below
        spread[row] = np.sqrt((deviation**2 * counts).sum())
    ceiling = 100.0 if indicator.unit == "score" else 1.0
    found["low"] = (found["value"] - intervals.Z * spread).clip(0, ceiling)
    found["high"] = (found["value"] + intervals.Z * spread).clip(0, ceiling)
    return found


def _durations(task: _Task) -> pd.DataFrame:
    """Quantiles of hours; they cannot be rolled up, so the statement groups by the areas shown. No intervals."""
    view, indicator, group, slot, size = task.view, task.indicator, task.group, task.slot, task.size
    denominator = compute.weights(view)[indicator.key].denominator
    counted = task.counted()
    found = task.ask("durations_per_area", groups=[int(ix) for ix in group], share=indicator.share, asked=denominator)
    at = np.where(found["area_ix"] < 0, size - 1, slot[found["area_ix"].to_numpy(dtype=int)])
    hours, n = np.full(size, np.nan), np.zeros(size, dtype=np.int64)
    hours[at], n[at] = found["hours"], found["n"]
    shown = (n >= view.definition.minimum_n) & (compute.CLOSING_CUT_OFF not in compute.finding_codes(view))
    missing = np.full(size, np.nan)
    return _frame(events=task.rolled(counted), value=hours, numerator=missing, denominator=n, n=n, low=missing, high=missing, shown=shown)


def _poisson(counts: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    pairs = np.array([intervals.poisson(int(count)) for count in counts], dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _has_caveat(view: View, indicator: Indicator) -> bool:
    if indicator.is_optional and not compute.is_recorded(view, indicator):
        return True
    return indicator.is_due and not view.snapshot.outcomes["has_deadline"].fillna(False).astype(bool).any()


def _rated(task: _Task, events: Any, numerator: Any, denominator: Any, interval: tuple[Any, Any]) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(numerator, dtype=np.float64) / np.asarray(denominator, dtype=np.float64)
    shown = (np.asarray(denominator) >= task.view.definition.minimum_n) & (not _has_caveat(task.view, task.indicator))
    return _frame(
        events=events,
        value=value,
        numerator=numerator,
        denominator=denominator,
        n=denominator,
        low=interval[0],
        high=interval[1],
        shown=shown,
    )


def _frame(**columns: Any) -> pd.DataFrame:
    kinds: dict[str, Any] = {"events": np.int64, "n": np.int64, "shown": np.bool_}
    return pd.DataFrame({name: np.asarray(column, dtype=kinds.get(name, np.float64)) for name, column in columns.items()})


def _places(frame: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """First and last place of each ranked area: those surely better stand before it, those surely worse behind it."""
    ranked = (frame["shown"] & ~frame["is_rest"] & frame["value"].notna()).to_numpy()
    better = indicator.direction if indicator.direction else 1
    value = frame["value"].to_numpy()
    low = np.where(np.isnan(frame["low"]), value, frame["low"])[ranked] * better
    high = np.where(np.isnan(frame["high"]), value, frame["high"])[ranked] * better
    if better < 0:
        low, high = high, low
    first, last = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    first[ranked] = 1 + len(low) - np.searchsorted(np.sort(low), high, side="right")
    last[ranked] = len(low) - np.searchsorted(np.sort(high), low, side="left")
    return pd.DataFrame({"place_low": first, "place_high": last}, index=frame.index)
