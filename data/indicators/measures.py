"""The measures of an indicator, each computed for many areas at once: value, numerator, denominator, n and 95 % interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import bits, in_cohort
from data.indicators import compute, intervals, repeats
from data.indicators.indicator import Indicator
from data.indicators.population import population, population_of
from data.selection import Selection
from data.video import judged, video_points
from data.view import View

MOST_BOOTSTRAPPED: Final = 120
"""Areas up to which weighted scores get a bootstrap interval; beyond, Wilson's with the effective number of cases."""

Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]
Ask = Callable[..., pd.DataFrame]
"""Gives the rows of a question by its name and parameters."""


@dataclass(frozen=True)
class Task:
    """What is asked for which areas.

    Attributes
    ----------
    shown
        The areas, in the order of the tree. After them come two rows: the events in none of them, and all together.
    group
        For every ``area_ix`` the shown area it belongs to, or -1.
    slot
        For every ``area_ix`` its row; the last entry is the row of the rest.
    """

    view: View
    selection: Selection
    indicator: Indicator
    shown: list[int]
    group: Groups
    slot: Positions
    ask: Ask

    @property
    def size(self) -> int:
        """Rows: the areas, the rest, the total."""
        return len(self.shown) + 2

    def counted(self) -> pd.DataFrame:
        """The rows of the question this indicator is counted by, by ``area_ix`` as located."""
        name, parameters = counting(self.view, self.indicator)
        return self.ask(name, **parameters)

    def rolled(self, counted: pd.DataFrame, column: str = "n") -> Positions:
        """Sums per row; the total is over all."""
        sums = compute.tally(self.slot[counted["area_ix"].to_numpy(dtype=int)], counted[column], self.size)
        sums[-1] = sums.sum()
        return sums


def counting(view: View, indicator: Indicator) -> tuple[str, dict[str, Any]]:
    """The question by which an indicator is counted per area, and its parameters."""
    weighed = compute.weights(view)[indicator.key]
    if indicator.measure == "score" or indicator.interval == "bootstrap":
        return "outcomes_per_area", {"asked": in_cohort(view)}
    if indicator.measure == "source":
        return "sources_per_area", {"chosen": bits(proactive(view))}
    if indicator.measure in ("population", "duration", "repeat") or indicator.key == "accepted":
        return "counts_per_area", {}
    return "rates_per_area", {"numerator": bits(weighed.numerator > 0), "denominator": bits(weighed.denominator)}


def proactive(view: View) -> npt.NDArray[np.bool_]:
    """Sources that find events before anyone complains, by ``source_ix``."""
    return np.array([source.is_proactive for source in view.snapshot.sources], dtype=bool)


def measured(task: Task) -> pd.DataFrame:
    """``events``, ``value``, ``numerator``, ``denominator``, ``n``, ``low``, ``high``, ``shown``, ``cases`` per row of a task.

    ``cases`` is the effective number of cases of a rate or a score: what its spread follows from; NaN for all else. Quantiles
    have no interval here; see :mod:`data.indicators.quantiles`.
    """
    view, indicator = task.view, task.indicator
    if indicator.measure == "video":
        points = judged(video_points(view, task.selection))
        points = points.assign(n=1, online=(points["status"] == "online").astype(int))
        return rated(task, np.zeros(task.size), task.rolled(points, "online"), task.rolled(points))
    if indicator.measure == "repeat":
        rows = repeats.repeats_per_area(view, task.selection)
        rows = rows[~rows["is_previous"].astype(bool)]
        n = task.rolled(rows)
        return rated(task, n, task.rolled(rows, "repeated"), n)
    if indicator.measure == "score" or indicator.interval == "bootstrap":
        return _scored(task)
    if indicator.measure == "duration":
        return _durations(task)
    counted = task.counted()
    if "numerator" not in counted:
        counted = counted.assign(numerator=counted["n"])
    if "denominator" not in counted:
        counted = counted.assign(denominator=counted["n"])
    events, numerator, denominator = (task.rolled(counted, column) for column in ("n", "numerator", "denominator"))
    if indicator.measure == "population" or not indicator.has_denominator:
        return _counted(task, events, denominator)
    return rated(task, events, numerator, denominator)


def tens_of_thousands(task: Task) -> Floats:
    """People of each row in units of 10,000; NaN where they are not known, and for the rest."""
    people = [population_of(task.view, ix) for ix in task.shown]
    whole = population(task.view, task.selection)
    return np.array([number or np.nan for number in (*people, None, whole)], dtype=np.float64) / 10_000


def _counted(task: Task, events: Positions, n: Positions) -> pd.DataFrame:
    pairs = np.array([intervals.poisson(int(count)) for count in n], dtype=np.float64).reshape(-1, 2)
    if task.indicator.measure == "population":
        below = tens_of_thousands(task)
        shown, value, low, high = np.isfinite(below), n / below, pairs[:, 0] / below, pairs[:, 1] / below
    else:
        below, shown = np.full(task.size, np.nan), np.ones(task.size)
        value, low, high = n.astype(np.float64), pairs[:, 0], pairs[:, 1]
    return _frame(events=events, value=value, numerator=n, denominator=below, n=n, low=low, high=high, shown=shown)


def _scored(task: Task) -> pd.DataFrame:
    """Weighted rates and the composite score: outcomes per area, evaluated one by one."""
    view, indicator, size = task.view, task.indicator, task.size
    counted = task.counted()
    cases = np.zeros((size, len(view.snapshot.outcomes)), dtype=np.int64)
    np.add.at(cases, (task.slot[counted["area_ix"].to_numpy()], counted["outcome_ix"].to_numpy()), counted["n"].to_numpy())
    cases[-1] = cases.sum(axis=0)
    has_bootstrap = size <= MOST_BOOTSTRAPPED
    numbers = [compute.evaluate(view, indicator, row, has_interval=has_bootstrap) for row in cases]
    found = pd.DataFrame(
        [{name: getattr(number, name) for name in ("value", "numerator", "denominator", "n", "low", "high", "shown")} for number in numbers]
    ).astype(dict.fromkeys(("value", "numerator", "denominator", "low", "high"), np.float64))
    found.insert(0, "events", cases.sum(axis=1))
    top = full_mark(indicator)
    share = found["value"].to_numpy() / top
    found["cases"] = intervals.effective(share, _variance(view, indicator, cases) / top**2, found["n"].to_numpy(dtype=np.float64))
    if not has_bootstrap:
        low, high = intervals.wilson(share * found["cases"], found["cases"])
        found["low"], found["high"] = low * top, high * top
    return found


def _variance(view: View, indicator: Indicator, cases: Positions) -> Floats:
    """Variance of a weighted rate or score per row, by linearisation."""
    weighed = compute.weights(view)
    terms = view.definition.terms if indicator.measure == "score" else {indicator.key: 1.0}
    deviation = np.zeros(cases.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        for key, points in terms.items():
            numerator, denominator = weighed[key].numerator, weighed[key].denominator.astype(np.float64)
            below = (cases @ denominator)[:, None]
            share = (cases @ numerator)[:, None] / below
            deviation += points * (numerator - share * denominator) / below
        variance: Floats = np.nan_to_num((deviation**2 * cases).sum(axis=1))
    return variance


def full_mark(indicator: Indicator) -> float:
    """The most an indicator can be: 1 for rates, 100 for scores."""
    return 100.0 if indicator.unit == "score" else 1.0


def _durations(task: Task) -> pd.DataFrame:
    """Quantiles of hours; they cannot be rolled up, so the statement groups by the areas shown. The total is asked apart."""
    view, indicator, size = task.view, task.indicator, task.size
    parameters: dict[str, Any] = {"share": indicator.share, "asked": compute.weights(view)[indicator.key].denominator}
    found = task.ask("durations_per_area", groups=[int(ix) for ix in task.group], **parameters)
    whole = task.ask("durations_per_area", groups=[0] * len(task.group), **parameters)
    at = np.where(found["area_ix"] < 0, size - 2, task.slot[found["area_ix"].to_numpy(dtype=int)])
    hours, n = np.full(size, np.nan), np.zeros(size, dtype=np.int64)
    hours[at], n[at] = found["hours"], found["n"]
    hours[-1], n[-1] = (whole["hours"].iloc[0], whole["n"].iloc[0]) if len(whole) else (np.nan, 0)
    shown = (n >= view.definition.minimum_n) & (compute.CLOSING_CUT_OFF not in compute.finding_codes(view))
    missing = np.full(size, np.nan)
    events = task.rolled(task.counted())
    return _frame(events=events, value=hours, numerator=missing, denominator=n, n=n, low=missing, high=missing, shown=shown)


def _has_caveat(view: View, indicator: Indicator) -> bool:
    if indicator.is_optional and not compute.is_recorded(view, indicator):
        return True
    return indicator.is_due and not view.snapshot.outcomes["has_deadline"].fillna(False).astype(bool).any()


def rated(task: Task, events: Any, numerator: Any, denominator: Any) -> pd.DataFrame:
    """Plain rates with Wilson's interval."""
    denominator = np.asarray(denominator, dtype=np.float64)
    low, high = intervals.wilson(numerator, denominator)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(numerator, dtype=np.float64) / denominator
    shown = (denominator >= task.view.definition.minimum_n) & (not _has_caveat(task.view, task.indicator))
    return _frame(
        events=events,
        value=value,
        numerator=numerator,
        denominator=denominator,
        n=denominator,
        low=low,
        high=high,
        shown=shown,
        cases=denominator,
    )


def _frame(**columns: Any) -> pd.DataFrame:
    kinds: dict[str, Any] = {"events": np.int64, "n": np.int64, "shown": np.bool_}
    columns.setdefault("cases", np.full(len(columns["n"]), np.nan))
    return pd.DataFrame({name: np.asarray(column, dtype=kinds.get(name, np.float64)) for name, column in columns.items()})
