"""What changed, and whether it is real: every area, category and pair of them is tested against what was to be expected.

* A *cell*, one category in one area, is tested for excess over the whole window and over every run of three days in it (a week in longer
  windows too). How large the largest of so many scores may be by chance is learnt from weeks drawn from the very expectation, so that
  discreteness, overlapping runs and uncertain levels are all in it.
* The whole, each area and each category are tested both ways over the whole window (Bonferroni).

Together at most one brief in twenty reports anything where nothing changed. See docs/findings.md and ``benchmarks/findings.py``.
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
from data.selection import Selection
from data.view import View

CELL_SHARE: Final = 0.03
MARGIN_SHARE: Final = 0.008
"""Shares of the briefs that may report a change of a cell, or of the whole, an area or a category, where there is none."""
FEWEST: Final = 5
FEWEST_MORE: Final = 3.0
"""Cases without which a cell is not spoken of, and cases more than expected."""
RUN_DAYS: Final = 3
DRAWS: Final = 1000
BATCH: Final = 50
SIZES: Final = (1.5, 4.0, 10.0, 30.0)
"""Expected cases at which cells are judged among larger ones."""
LEAST_SCORE: Final = 2.5
LONGEST_SCAN: Final = 35
"""Days up to which runs within the window are looked at."""
RANGE: Final = 0.95
_SEED: Final = 20240101

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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
    expected
        The model, which can tell any range; None where too little lies before the window.
    tested
        How many areas, categories and pairs were looked at.
    """

    found: tuple[Finding, ...]
    expected: Expected | None
    tested: int
    daily: Daily


def findings(view: View, selection: Selection, counts: Daily | None = None) -> Findings:
    """The changes of the selection's window."""
    known = daily(view, selection) if counts is None else counts
    model = expected(view, known)
    if not model.can_say or (known.in_window[-1, -1] == 0 and known.counts.sum() == 0):
        return Findings((), None, 0, known)
    return of(model)


def of(model: Expected, largest: Floats | None = None) -> Findings:
    """The changes of a window whose expectation is known.

    ``largest`` is the answer of :func:`largest_by_chance`, where windows with the same past are looked at one after another.
    """
    known = model.daily
    runs = list(_runs(known.length))
    cells = [finding for finding in _cells(model, runs, largest) if finding.area_ix != REST]
    margins = [margin for margin in _margins(model) if not _is_echo(margin, cells)]
    listed = sorted([*cells, *margins], key=lambda one: -abs(one.score))
    size = (len(known.areas) + 1) * (len(known.kinds) + 1)
    return Findings(tuple(listed), model, size, known)


def usual_range(mean: float, variance: float, share: float = RANGE) -> tuple[int, int]:
    """Whole numbers between which a count lies in ``share`` of all cases."""
    wide = NormalDist().inv_cdf((1 + share) / 2) * math.sqrt(max(mean, 1e-9) * variance)
    skew = (NormalDist().inv_cdf((1 + share) / 2) ** 2 - 1) / 6 * variance
    return max(0, math.ceil(mean - wide + skew - 0.5)), math.floor(mean + wide + skew + 0.5)


def _runs(days: int) -> Iterator[tuple[int, int]]:
    """Runs of days to look at, as offset and length."""
    lengths = {days}
    if RUN_DAYS < days <= LONGEST_SCAN:
        lengths.add(RUN_DAYS)
    if 14 < days <= LONGEST_SCAN:
        lengths.add(7)
    for length in sorted(lengths):
        yield from ((offset, length) for offset in range(days - length + 1))


def _spoken_of(count: Floats, mean: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray((count >= FEWEST) & (count - mean >= FEWEST_MORE), dtype=bool)


def _cells(model: Expected, runs: list[tuple[int, int]], largest: Floats | None) -> list[Finding]:
    known = model.daily
    candidates: list[tuple[int, int, tuple[int, int], int, float, int, float, float]] = []
    for run in runs:
        mean, variance, count = (side[:-1, :-1] for side in model.run(*run))
        scores = np.where(_spoken_of(count, mean), score(count, mean, variance), 0.0)
        size = np.searchsorted(SIZES, mean)
        for area, kind in zip(*np.nonzero(scores > LEAST_SCORE), strict=True):
            at = (area, kind)
            found = (int(size[at]), float(scores[at]), int(count[at]), float(mean[at]), float(variance[at]))
            candidates.append((int(area), int(kind), run, *found))
    if not candidates:
        return []
    chances = largest_by_chance(model) if largest is None else largest
    answer: dict[tuple[int, int], Finding] = {}
    for area, kind, run, at_size, off, n, expectation, spread in candidates:
        chance = _chance(chances, at_size, off)
        before = answer.get((area, kind))
        if chance > CELL_SHARE or (before is not None and (before.chance, -before.score) <= (chance, -off)):
            continue
        low, high = usual_range(expectation, spread)
        answer[area, kind] = Finding(known.areas[area], known.kinds[kind], *run, n, expectation, low, high, off, chance)
    return list(answer.values())


def _chance(largest: Floats, size: int, off: float) -> float:
    """How often a window names any cell with such a score, or a larger one, by chance alone."""
    in_use = int((largest.max(axis=1) > 0).sum()) or 1
    reached = int((largest[size] >= off).sum())
    return min(1.0, in_use * (1 + reached) / (DRAWS + 1))


def largest_by_chance(model: Expected) -> Floats:
    """The largest score of all cells and runs in each of :data:`DRAWS` windows drawn from the expectation, shape (sizes, draws).

    Scores of few cases reach further by chance than those of many, so cells are judged among those of their size.
    """
    runs = list(_runs(model.daily.length))
    generator = np.random.default_rng(_SEED)
    known, length = model.daily, model.daily.length
    per_day = np.stack([model.forecast(known.start + at, 1, known.start)[0][:-1, :-1] for at in range(length)])
    dispersion = model.dispersion(min(length, RUN_DAYS))[:-1, :-1]
    level = known.counts[model.level_from : known.start].sum(axis=0)[:-1, :-1] + 0.5
    expectations = [(offset, size, *_of_cells(model, offset, size)) for offset, size in runs]
    largest = np.zeros((len(SIZES) + 1, DRAWS))
    for first in range(0, DRAWS, BATCH):
        draws = np.arange(first, min(first + BATCH, DRAWS))
        # the level is known as well as its counts tell
        mean = per_day * (generator.standard_gamma(level, (len(draws), *level.shape)) / level)[:, None]
        counts = _drawn(generator, mean, dispersion)
        summed = np.concatenate([np.zeros((len(draws), 1, *level.shape)), np.cumsum(counts, axis=1)], axis=1)
        for offset, size, expectation, variance in expectations:
            count = summed[:, offset + size] - summed[:, offset]
            draw, area, kind = np.nonzero(_spoken_of(count, expectation))
            scores = score(count[draw, area, kind], expectation[area, kind], variance[area, kind])
            np.maximum.at(largest, (np.searchsorted(SIZES, expectation)[area, kind], draws[draw]), scores)
    return largest


def _of_cells(model: Expected, offset: int, length: int) -> tuple[Floats, Floats]:
    """Mean and variance of every cell."""
    mean, variance, _ = model.run(offset, length)
    return mean[:-1, :-1], variance[:-1, :-1]


def _drawn(generator: np.random.Generator, mean: Floats, dispersion: Floats) -> Floats:
    """Counts of a mean whose variance is a multiple of it; Poisson where that is one."""
    extra = np.broadcast_to(dispersion - 1, mean.shape)
    wide = extra > 1e-6
    shaped = mean.copy()
    if wide.any():
        shape = np.maximum(mean[wide] / extra[wide], 1e-9)
        shaped[wide] = generator.standard_gamma(shape) * extra[wide]
    return generator.poisson(shaped).astype(np.float64)


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
        chance = min(1.0, 2 * tests * (1 - NormalDist().cdf(_as_normal(abs(off), freedom))))
        if chance > MARGIN_SHARE or abs(count[area, kind] - mean[area, kind]) < FEWEST_MORE:
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
            area_ix, category_ix, 0, known.length, int(count[area, kind]), float(mean[area, kind]), low, high, off,
            max(chance, 1 / (DRAWS + 1)), driver,
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
