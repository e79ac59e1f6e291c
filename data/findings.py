"""What changed, and whether it is real: every area, category and pair of them is tested against what was to be expected.

* A *cell*, one category in one area, is tested for excess over the whole window and over every run of three days in it (a week in longer
  windows too): :mod:`data.scan`.
* The whole, each area and each category are tested both ways over the whole window (Bonferroni).

Together at most one brief in twenty reports anything where nothing changed. Where nothing is reported, the cell that departs most is still
known, with how often chance alone brings forth one like it. See docs/findings.md and ``benchmarks/findings.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from data.daily import REST, Daily, daily
from data.expected import Expected, expected, score
from data.scan import DRAWS, FEWEST_MORE, Departure, chance, departures, smallest_by_chance
from data.selection import Selection
from data.view import View

CELL_SHARE: Final = 0.03
MARGIN_SHARE: Final = 0.008
"""Shares of the briefs that may report a change of a cell, or of the whole, an area or a category, where there is none."""
RANGE: Final = 0.95

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """A change that chance does not explain.

    Attributes
    ----------
    area_ix, category_ix
        Where and what; None for all of them.
    offset, length
        The run of days, counted from the window's first.
    count, mean, low, high
        Cases there were, and were to be expected: mean and 95 % range.
    score
        Standard deviations off.
    tail
        How often that many cases, or more (for fewer than expected: or fewer), come of the expectation of this very one; that of a cell is
        weighed, see :mod:`data.scan`.
    chance
        How often a brief would say so, or more, by chance alone; at least one in so many as were drawn.
    driver
        For the whole, an area or a category: area, category and cases beyond expectation of the cell with most of them.
    """

    area_ix: int | None
    category_ix: int | None
    offset: int
    length: int
    count: int
    mean: float
    low: int
    high: int
    score: float
    tail: float
    chance: float
    driver: tuple[int, int, float] | None = None

    @property
    def more(self) -> float:
        """Cases beyond expectation; negative where there are fewer."""
        return self.count - self.mean


@dataclass(frozen=True)
class Findings:
    """All of a window, the surest first.

    Attributes
    ----------
    strongest
        The cell with more cases than expected that chance explains least, whether or not it is among those found; None where no cell
        is worth a word.
    expected
        The model, which can tell any range; None where too little lies before the window.
    tested
        How many areas, categories and pairs were looked at.
    """

    found: tuple[Finding, ...]
    expected: Expected | None
    tested: int
    daily: Daily
    strongest: Finding | None = None


def findings(view: View, selection: Selection, counts: Daily | None = None) -> Findings:
    """The changes of the selection's window."""
    known = daily(view, selection) if counts is None else counts
    model = expected(view, known)
    if not model.can_say or (known.in_window[-1, -1] == 0 and known.counts.sum() == 0):
        return Findings((), None, 0, known)
    return of(model)


def of(model: Expected, smallest: Floats | None = None) -> Findings:
    """The changes of a window whose expectation is known.

    ``smallest`` is the answer of :func:`data.scan.smallest_by_chance`, where windows with the same past are looked at one after another.
    """
    known = model.daily
    apart = [one for one in departures(model) if known.areas[one.area] != REST]
    chances = smallest_by_chance(model) if smallest is None and apart else smallest
    judged = [] if chances is None else [_cell(model, one, chances) for one in apart]
    cells = [cell for cell in judged if cell.chance <= CELL_SHARE]
    margins = [margin for margin in _margins(model) if not _is_echo(margin, cells)]
    listed = sorted([*cells, *margins], key=lambda one: (one.tail, -abs(one.score)))
    size = (len(known.areas) + 1) * (len(known.kinds) + 1)
    return Findings(tuple(listed), model, size, known, next(iter(judged), None))


def usual_range(mean: float, variance: float, share: float = RANGE) -> tuple[int, int]:
    """Whole numbers between which a count lies in ``share`` of all cases."""
    wide = NormalDist().inv_cdf((1 + share) / 2) * math.sqrt(max(mean, 1e-9) * variance)
    skew = (NormalDist().inv_cdf((1 + share) / 2) ** 2 - 1) / 6 * variance
    return max(0, math.ceil(mean - wide + skew - 0.5)), math.floor(mean + wide + skew + 0.5)


def _cell(model: Expected, one: Departure, smallest: Floats) -> Finding:
    known = model.daily
    low, high = usual_range(one.mean, one.variance)
    off = float(score(one.count, one.mean, one.variance))
    cell = (known.areas[one.area], known.kinds[one.kind])
    return Finding(*cell, one.offset, one.length, one.count, one.mean, low, high, off, one.tail, chance(smallest, one.tail))


def _margins(model: Expected) -> Iterator[Finding]:
    """The whole, each area, each category, over the whole window."""
    known = model.daily
    mean, variance, count = model.run(0, known.length)
    forecasts = model.forecasts(known.length)
    freedom = forecasts + 4
    tests = len(known.areas) + len(known.kinds) + 1
    listed = [(len(known.areas), len(known.kinds))]
    listed += [(area, len(known.kinds)) for area in range(len(known.areas)) if known.areas[area] != REST]
    listed += [(len(known.areas), kind) for kind in range(len(known.kinds))]
    more = (count - mean)[:-1, :-1]
    for area, kind in listed:
        off = float(score(count[area, kind], mean[area, kind], variance[area, kind]))
        tail = NormalDist().cdf(-_as_normal(abs(off), freedom))
        by_chance = min(1.0, 2 * tests * tail)
        if by_chance > MARGIN_SHARE or abs(count[area, kind] - mean[area, kind]) < FEWEST_MORE:
            continue
        area_ix = None if area == len(known.areas) else known.areas[area]
        category_ix = None if kind == len(known.kinds) else known.kinds[kind]
        inside = more * np.sign(off)
        if area_ix is not None:
            inside = np.where(np.arange(len(known.areas))[:, None] == area, inside, -np.inf)
        if category_ix is not None:
            inside = np.where(np.arange(len(known.kinds))[None, :] == kind, inside, -np.inf)
        top = np.unravel_index(int(np.argmax(inside)), inside.shape)
        driver = (known.areas[int(top[0])], known.kinds[int(top[1])], float(more[top]))
        low, high = usual_range(float(mean[area, kind]), float(variance[area, kind]))
        yield Finding(
            area_ix, category_ix, 0, known.length, int(count[area, kind]), float(mean[area, kind]), low, high, off, tail,
            max(by_chance, 1 / (DRAWS + 1)), driver,
        )  # fmt: skip


def _as_normal(score_: float, freedom: int) -> float:
    """A score whose spread was measured on few windows, as one of a known spread (Wallace 1959)."""
    return (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(score_**2 / freedom))


def _is_echo(margin: Finding, cells: list[Finding]) -> bool:
    """Whether the whole, an area or a category changed only because a cell of it did, which is named itself."""
    return any(
        margin.area_ix in (None, cell.area_ix)
        and margin.category_ix in (None, cell.category_ix)
        and cell.more * margin.more > 0
        and abs(cell.more) >= abs(margin.more) / 2
        for cell in cells
    )
