"""Adjustment for the mix of categories: what an area's rate would be if its cases were of the whole area's categories.

Direct standardisation. The standard is the mix of the indicator's denominator over the whole selected area under the same
selection. A category of which an area has no case says nothing about that area: the weights are spread over the categories it
has, ``covered`` says what share of the standard they make, and below :data:`LEAST_COVERED` the area is not ranked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from data.bound import bits, in_cohort
from data.indicators import compute, intervals
from data.indicators.indicator import Indicator
from data.indicators.measures import Floats, Task, full_mark, proactive
from data.vocabulary import MIX_NAMES, Words

if TYPE_CHECKING:
    from data.selection import Selection

LEAST_COVERED: Final = 0.8


@dataclass(frozen=True)
class Cells:
    """Cases and sums of their weights, per row of a task and category."""

    n: Floats
    weight: Floats
    square: Floats


def adjusts(selection: Selection, indicator: Indicator) -> bool:
    """Whether this selection asks for an adjustment that this indicator can have: rates of events and scores made of them."""
    return selection.adjust is not None and indicator.unit in ("rate", "score") and indicator.measure in ("outcome", "source", "score")


def label(selection: Selection, indicator: Indicator) -> Words | None:
    """What stands beside an adjusted number; None where it is not adjusted."""
    return MIX_NAMES[selection.adjust] if selection.adjust is not None and adjusts(selection, indicator) else None


def standardised(task: Task, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`data.indicators.areas.indicator_per_row` with adjusted values.

    ``value``, ``low``, ``high``, ``cases``, ``covered`` and ``shown`` are replaced; counts stay as they are. The variance of a
    cell counts one case of the pooled category in, so that a cell of one case is not taken for certain; the parts of a score are
    taken to vary together. The interval is Wilson's with the effective number of cases.
    """
    indicator, terms = task.indicator, _terms(task)
    value = np.full(task.size, sum(-points for points in terms.values() if points < 0), dtype=np.float64)
    deviation, covered = np.zeros(task.size), np.ones(task.size)
    for points, cells in zip(terms.values(), _cells(task, list(terms)), strict=True):
        rate, variance, share = _rate(cells)
        value += points * rate
        deviation += abs(points) * np.sqrt(variance)
        covered = np.minimum(covered, share)
    top = full_mark(indicator)
    cases = intervals.effective(value / top, (deviation / top) ** 2, frame["n"].to_numpy(dtype=np.float64))
    low, high = intervals.wilson(value / top * cases, cases)
    shown = frame["shown"].to_numpy(dtype=bool) & (covered >= LEAST_COVERED)
    return frame.assign(value=value, low=low * top, high=high * top, cases=cases, covered=covered, shown=shown)


def shares(task: Task, row: int) -> Iterator[tuple[str, Cells, Floats]]:
    """For each rate that an adjusted number is made of: its key, its cells, and by category the shares by which a row's are weighed."""
    for key, cells in zip(_terms(task), _cells(task, list(_terms(task))), strict=True):
        standard = np.where(cells.n[row] > 0, cells.n[-1], 0.0)
        yield key, cells, standard / max(standard.sum(), 1.0)


def _terms(task: Task) -> Mapping[str, float]:
    """The rates that the indicator is made of, with their points."""
    return task.view.definition.terms if task.indicator.measure == "score" else {task.indicator.key: 1.0}


def _rate(cells: Cells) -> tuple[Floats, Floats, Floats]:
    """Standardised rate, its variance, and the share of the standard that is covered, per row."""
    n, weight, square = cells.n, cells.weight, cells.square
    total = n[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        standard = np.where(n > 0, total / total.sum(), 0.0)
        covered = np.nan_to_num(standard.sum(axis=1))
        standard /= covered[:, None]
        rate = np.where(n > 0, standard * weight / n, 0.0).sum(axis=1)
        mean = (weight + weight[-1] / total) / (n + 1)
        spread = np.maximum((square + square[-1] / total) / (n + 1) - mean**2, 0.0)
        variance = np.where(n > 0, standard**2 * spread / n, 0.0).sum(axis=1)
    return np.where(covered > 0, rate, np.nan), variance, covered


def _cells(task: Task, keys: list[str]) -> list[Cells]:
    """The cells of each indicator, from one question."""
    view, tree = task.view, task.view.snapshot.categories
    depth = 1 + list(MIX_NAMES).index(task.selection.adjust or "category")
    own = np.arange(len(tree))
    strata = np.where(tree.ancestor(depth) < 0, own, tree.ancestor(depth))
    rows = task.ask(
        "outcomes_per_area_and_category",
        areas=[int(ix) for ix in task.group],
        categories=[int(ix) for ix in strata],
        chosen=bits(proactive(view)),
        asked=in_cohort(view),
    )
    area = rows["area_ix"].to_numpy(dtype=np.int64)
    row = np.where(area < 0, task.size - 2, task.slot[area])
    category, outcome = rows["category_ix"].to_numpy(dtype=np.int64), rows["outcome_ix"].to_numpy(dtype=np.int64)
    events, chosen = rows["n"].to_numpy(dtype=np.float64), rows["chosen"].to_numpy(dtype=np.float64)

    def summed(numbers: Floats) -> Floats:
        sums: Floats = (
            np.bincount(row * len(tree) + category, weights=numbers, minlength=task.size * len(tree))
            .astype(np.float64)
            .reshape(task.size, len(tree))
        )
        sums[-1] = sums.sum(axis=0)
        return sums

    if task.indicator.measure == "source":
        return [Cells(summed(events), summed(chosen), summed(chosen))]
    found = []
    for key in keys:
        weighed = compute.weights(view)[key]
        numerator, counted = weighed.numerator[outcome], weighed.denominator[outcome]
        found.append(Cells(summed(events * counted), summed(events * numerator), summed(events * numerator**2)))
    return found
