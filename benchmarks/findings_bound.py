"""How often any test at all could name a planted excess: one that knows every mean, the noise and the size of what is planted.

The likelihood ratio of "this cell has five standard deviations more on these three days" to "nothing changed" is the best such test
(Neyman and Pearson). It is told the truth that ``benchmarks/findings.py`` hides, so no brief can do better: at most 4.2 % of noise weeks
may be called a change, and a planted one is called so, or merely ranked first, as often as printed.

Usage: python benchmarks/findings_bound.py [--weeks 400] [--seed N]
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.findings import DISTRICTS, NOISES, RUN, WEEK, drawn, truth

SHARE = 0.042
NOISE_WEEKS = 200
PER_TRUTH = 40
"""Planted weeks of one made-up district."""
LEAST = 3
"""Expected cases of the three days, as in ``benchmarks/findings.py``."""


def log_share(count: np.ndarray, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Logarithm of the probability of a count; of one below zero minus infinity."""
    x = np.maximum(count, 0.0)
    gamma = np.vectorize(math.lgamma, otypes=[float])
    if dispersion > 1:
        size = mean / (dispersion - 1)
        told = gamma(x + size) - gamma(size) - size * math.log(dispersion) + x * math.log(1 - 1 / dispersion)
    else:
        told = x * np.log(mean) - mean
    return np.where(count >= 0, told - gamma(x + 1), -np.inf)


def ratios(week: np.ndarray, mean: np.ndarray, more: np.ndarray, dispersion: float) -> np.ndarray:
    """The largest log likelihood ratio of each cell over its runs of three days; ``week`` has shape (days, cells)."""
    summed = np.concatenate([np.zeros((1, week.shape[1])), np.cumsum(week, axis=0)])
    runs = [summed[at + RUN] - summed[at] for at in range(WEEK - RUN + 1)]
    return np.max([log_share(run - more, mean, dispersion) - log_share(run, mean, dispersion) for run in runs], axis=0)


def main() -> None:
    """Print a table of the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("district                      noise   planted three days: ranked first / called a change")
    for name, streets, kinds, per_day in DISTRICTS:
        for dispersion, _ in NOISES:
            generator = np.random.default_rng(given.seed)
            first = called = 0
            for _ in range(given.weeks // PER_TRUTH):
                cells = truth(generator, streets, kinds, per_day).ravel()
                cells = cells[cells * RUN >= LEAST]
                mean, daily = cells * RUN, np.repeat(cells[None], WEEK, axis=0)
                more = np.ceil(5 * np.sqrt(mean * dispersion))
                noise = [ratios(drawn(generator, daily, dispersion), mean, more, dispersion).max() for _ in range(NOISE_WEEKS)]
                limit = np.quantile(noise, 1 - SHARE)
                for _ in range(PER_TRUTH):
                    week, at, cell = (
                        drawn(generator, daily, dispersion),
                        int(generator.integers(WEEK - RUN + 1)),
                        generator.integers(len(cells)),
                    )
                    total = int(more[cell])
                    week[at : at + RUN, cell] += [total // RUN + (day < total % RUN) for day in range(RUN)]
                    found = ratios(week, mean, more, dispersion)
                    is_first = int(found.argmax()) == cell
                    first += is_first
                    called += is_first and found.max() >= limit
            n = given.weeks // PER_TRUTH * PER_TRUTH
            print(f"{name:<29} ×{dispersion:<6g} {first / n:6.1%} / {called / n:.1%}", flush=True)


if __name__ == "__main__":
    main()
