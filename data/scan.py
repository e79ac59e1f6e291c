"""A scan of cells: which category, in which area and on which run of days, has more cases than chance explains.

Each cell and run is judged by its *tail*: how often so many cases, or more, come of the expectation (a negative binomial: Poisson whose
mean is known only from a past that itself strays). Tails are on one scale whether three cases or three hundred were expected, so the
smallest of all names the strongest departure. Cells in which less than three cases are expected, by far the most, are weighed down, so
that they do not use up the false alarms that all have together. How small the smallest of so many overlapping tails becomes by chance
alone is learnt from windows drawn from the very expectation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data.expected import Expected

FEWEST: Final = 5
FEWEST_MORE: Final = 3.0
"""Cases without which a cell is not spoken of, and cases more than expected."""
RUN_DAYS: Final = 3
LONGEST_SCAN: Final = 35
"""Days up to which runs within the window are looked at."""
DRAWS: Final = 1000
BATCH: Final = 50
WHOLE: Final = 3.0
LEAST_WEIGHT: Final = 0.02
"""Expected cases from which a cell's tail counts whole; below, in proportion, but never less than this share."""
LEAST_OFF: Final = 2.0
"""Standard deviations below which no tail is worked out."""
_SEED: Final = 20240101
_TERMS: Final = 64
"""Terms of a tail that are summed at a time."""
_ENOUGH: Final = 1e-12

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Departure:
    """A cell and run of days with more cases than expected: positions of area and kind, the run, and how it compares.

    ``variance`` is a multiple of the mean; ``tail`` is weighed, and may exceed 1.
    """

    area: int
    kind: int
    offset: int
    length: int
    count: int
    mean: float
    variance: float
    tail: float


def runs(days: int) -> Iterator[tuple[int, int]]:
    """Runs of days to look at, as offset and length: the whole window, every three days in it, every week of a longer one."""
    lengths = {days}
    if RUN_DAYS < days <= LONGEST_SCAN:
        lengths.add(RUN_DAYS)
    if 14 < days <= LONGEST_SCAN:
        lengths.add(7)
    for length in sorted(lengths):
        yield from ((offset, length) for offset in range(days - length + 1))


def departures(model: Expected) -> list[Departure]:
    """The run of each cell that departs most, the strongest first; cells that stay near their expectation are absent."""
    found: dict[tuple[int, int], Departure] = {}
    for offset, length in runs(model.daily.length):
        mean, variance, count = (side[:-1, :-1] for side in model.run(offset, length))
        area, kind = _apart(count, mean, variance)
        tails = weighed(count[area, kind], mean[area, kind], variance[area, kind])
        for at, one in enumerate(zip(area.tolist(), kind.tolist(), strict=True)):
            if one not in found or tails[at] < found[one].tail:
                found[one] = Departure(*one, offset, length, int(count[one]), float(mean[one]), float(variance[one]), float(tails[at]))
    return sorted(found.values(), key=lambda one: one.tail)


def smallest_by_chance(model: Expected) -> Floats:
    """The smallest tail of all cells and runs in each of :data:`DRAWS` windows drawn from the expectation, in ascending order."""
    generator = np.random.default_rng(_SEED)
    known, length = model.daily, model.daily.length
    per_day = np.stack([model.forecast(known.start + at, 1, known.start)[0][:-1, :-1] for at in range(length)])
    dispersion = model.dispersion(min(length, RUN_DAYS))[:-1, :-1]
    level = known.counts[model.level_from : known.start].sum(axis=0)[:-1, :-1] + 0.5
    expectations = [(offset, size, *_of_cells(model, offset, size)) for offset, size in runs(length)]
    smallest = np.ones(DRAWS)
    for first in range(0, DRAWS, BATCH):
        draws = np.arange(first, min(first + BATCH, DRAWS))
        # the level is known as well as its counts tell
        mean = per_day * (generator.standard_gamma(level, (len(draws), *level.shape)) / level)[:, None]
        counts = _drawn(generator, mean, dispersion)
        summed = np.concatenate([np.zeros((len(draws), 1, *level.shape)), np.cumsum(counts, axis=1)], axis=1)
        for offset, size, expectation, variance in expectations:
            count = summed[:, offset + size] - summed[:, offset]
            draw, area, kind = _apart(count, expectation, variance)
            found = weighed(count[draw, area, kind], expectation[area, kind], variance[area, kind])
            np.minimum.at(smallest, draws[draw], found)
    return np.sort(smallest)


def _of_cells(model: Expected, offset: int, length: int) -> tuple[Floats, Floats]:
    """Mean and variance of every cell."""
    mean, variance, _ = model.run(offset, length)
    return mean[:-1, :-1], variance[:-1, :-1]


def weighed(count: Floats, mean: Floats, variance: Floats) -> Floats:
    """Tails divided by what their cells may take of the false alarms: the many in which next to nothing is expected take least."""
    return tail(count, mean, variance) / np.clip(mean / WHOLE, LEAST_WEIGHT, 1.0)


def chance(smallest: Floats, one: float) -> float:
    """How often a window has such a tail somewhere, or a smaller one, by chance alone."""
    return float((1 + np.searchsorted(smallest, one, side="right")) / (len(smallest) + 1))


def tail(count: Floats, mean: Floats, variance: Floats) -> Floats:
    """How often a negative binomial of that mean, its variance ``variance`` times as large, is at least ``count``; Poisson where that is 1.

    Summed term by term from ``count`` on, which lies above the mean.
    """
    x, m, v = (np.asarray(side, dtype=np.float64) for side in (count, mean, variance))
    v = np.maximum(v, 1 + 1e-9)
    size, rest = m / (v - 1), 1 - 1 / v
    first = np.exp(_log_rising(size, x) - size * np.log(v) + x * np.log(rest)) if len(x) else np.zeros(0)
    total, term, at = first.copy(), first.copy(), x.copy()
    while (term > total * _ENOUGH).any():
        steps = at[:, None] + np.arange(_TERMS)
        terms = term[:, None] * np.cumprod((steps + size[:, None]) / (steps + 1) * rest[:, None], axis=1)
        total += terms.sum(axis=1)
        term, at = terms[:, -1], at + _TERMS
    return np.minimum(total, 1.0)


def _log_rising(size: Floats, count: Floats) -> Floats:
    """Logarithm of Γ(size + count) / (Γ(size) count!), as a sum over the counts."""
    most = int(count.max(initial=0))
    steps = np.arange(most)
    terms = np.log1p((size[:, None] - 1) / (steps + 1))
    return np.asarray(np.where(steps < count[:, None], terms, 0.0).sum(axis=1), dtype=np.float64)


def _apart(count: Floats, mean: Floats, variance: Floats) -> tuple[npt.NDArray[np.int64], ...]:
    """Where there are enough cases, and enough more than expected, to be spoken of."""
    more = count - mean
    return np.nonzero((count >= FEWEST) & (more >= FEWEST_MORE) & (more >= LEAST_OFF * np.sqrt(mean * variance)))


def _drawn(generator: np.random.Generator, mean: Floats, dispersion: Floats) -> Floats:
    """Counts of a mean whose variance is a multiple of it; Poisson where that is one."""
    extra = np.broadcast_to(dispersion - 1, mean.shape)
    wide = extra > 1e-6
    shaped = mean.copy()
    if wide.any():
        shape = np.maximum(mean[wide] / extra[wide], 1e-9)
        shaped[wide] = generator.standard_gamma(shape) * extra[wide]
    return generator.poisson(shaped).astype(np.float64)
