"""95 % intervals: Wilson for plain rates, bootstrap for weighted ones, Poisson for counts, order statistics for quantiles."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

LEVEL: Final = 0.95
Z: Final = NormalDist().inv_cdf(0.5 + LEVEL / 2)
DRAWS: Final = 2000
EXACT_UP_TO: Final = 1000
POISSON_EXACT_UP_TO: Final = 100
LOG_FACTORIALS: Final = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, EXACT_UP_TO + 1)))])
LOG_FACTORIALS.flags.writeable = False

Floats = npt.NDArray[np.float64]


def wilson(successes: Any, n: Any, z: float = Z) -> tuple[Any, Any]:
    """Wilson's score interval of a 0/1 rate; arrays or numbers, NaN where ``n`` is 0.

    ``z`` standard errors, 95 % unless set; ``n`` may be an effective number of cases (:func:`effective`).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        n = np.asarray(n, dtype=np.float64)
        share = np.asarray(successes, dtype=np.float64) / n
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def effective(share: Any, variance: Any, n: Any) -> Any:
    """Cases of a 0/1 rate that would vary as much as a weighted rate does; ``n`` where it does not vary at all.

    With them Wilson's interval holds for weighted rates too (Franco, Little, Louis and Slud 2019). Shares are 0 to 1.
    """
    share, variance = np.asarray(share, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        cases = share * (1 - share) / variance
    return np.where((variance > 0) & (cases > 0), cases, n)


def bootstrap(counts: npt.NDArray[np.int64], *terms: tuple[Floats, Floats, float], seed: int = 0) -> tuple[float, float]:
    """Percentile interval of Σ points × (Σ numerator ÷ Σ denominator) over cases drawn with replacement.

    Parameters
    ----------
    counts
        Cases per class.
    terms
        Numerator and denominator of each class, and points.
    """
    kept = np.flatnonzero(counts)
    n = int(counts.sum())
    if n == 0:
        return math.nan, math.nan
    listed = np.column_stack([side[kept] for numerator, denominator, _ in terms for side in (numerator, denominator)])
    alike, at = np.unique(listed, axis=0, return_inverse=True)  # classes that count alike are drawn as one
    drawn = np.random.default_rng(seed).multinomial(n, np.bincount(at.ravel(), counts[kept]) / n, size=DRAWS)
    total = np.zeros(DRAWS)
    with np.errstate(invalid="ignore", divide="ignore"):
        for term, (_, _, points) in enumerate(terms):
            total += points * (drawn @ alike[:, 2 * term]) / (drawn @ alike[:, 2 * term + 1])
    total = total[np.isfinite(total)]
    if not len(total):
        return math.nan, math.nan
    low, high = np.quantile(total, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


@lru_cache(maxsize=4096)
def poisson(count: int) -> tuple[float, float]:
    """Garwood's interval of a count; above a hundred by the Wilson-Hilferty cube, which then agrees to four digits."""
    tail = (1 - LEVEL) / 2
    if count > POISSON_EXACT_UP_TO:

        def cube(k: float, sign: float) -> float:
            return float(k * (1 - 1 / (9 * k) + sign * Z / (3 * math.sqrt(k))) ** 3)

        return cube(count, -1.0), cube(count + 1, 1.0)
    low = 0.0 if count == 0 else _root(lambda mean: _poisson_below(count - 1, mean) - (1 - tail), 0.0, float(count))
    return low, _root(lambda mean: _poisson_below(count, mean) - tail, float(count), count + 10 * math.sqrt(count + 1) + 10)


@lru_cache(maxsize=8192)
def order_ranks(n: int, share: float, z: float = Z) -> tuple[int | None, int | None]:
    """Ranks (from 0) of the order statistics that enclose a quantile; None where the sample is too small for that side.

    The binomial distribution decides, above a thousand cases its normal approximation. ``z`` standard errors, 95 % unless set.
    """
    if n == 0:
        return None, None
    tail = 1 - NormalDist().cdf(z)
    if n > EXACT_UP_TO:
        half = z * math.sqrt(n * share * (1 - share))
        low, high = math.floor(n * share - half) - 1, math.ceil(n * share + half)
    else:
        k = np.arange(n + 1)
        logs = LOG_FACTORIALS[n] - LOG_FACTORIALS[: n + 1] - LOG_FACTORIALS[n::-1]
        below = np.cumsum(np.exp(logs + k * math.log(share) + (n - k) * math.log(1 - share)))
        low = int(np.searchsorted(below, tail, side="right")) - 1
        high = int(np.searchsorted(below, 1 - tail))
    return (low if low >= 0 else None), (high if high < n else None)


def _poisson_below(k: int, mean: float) -> float:
    """P(X ≤ k)."""
    if mean <= 0:
        return 1.0
    i = np.arange(k + 1)
    factorials = np.cumsum(np.log(np.maximum(i, 1)))
    return float(np.exp(i * math.log(mean) - mean - factorials).sum())


def _root(function: Any, low: float, high: float) -> float:
    """Where a falling function is zero, by halving."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2
