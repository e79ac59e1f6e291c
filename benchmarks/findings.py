"""How often a brief names a change where there is none, and how often it finds one that was planted.

Weeks are made up from a known truth: levels of areas and categories, weekdays, public holidays, a year's swing, and noise that is
Poisson's or wider. In noise weeks any finding is a false alarm. In planted weeks one category of one street gets five standard
deviations more on three days; it is named first where the first sentence of a brief names that category and that street, and called a
change where that sentence does not say that chance brings forth one like it.

Usage: python benchmarks/findings.py [--weeks 200] [--seed N] [--district N] [--noise N]
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

import holidays
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.daily import Daily
from data.expected import Expected, classes_of
from data.findings import of
from data.scan import smallest_by_chance

BACK = 420
WEEK = 7
RUN = 3
DISTRICTS = (
    ("12 streets, 27 kinds, 411/d", 12, 27, 411.0),
    ("20 streets, 15 kinds, 2740/d", 20, 15, 2740.0),
    ("4 streets, 12 kinds, 120/d", 4, 12, 120.0),
)
NOISES = ((1.0, 0.25), (1.6, 0.1))
"""How wide the noise is beside Poisson's, and how far categories swing over the year."""


def truth(generator: np.random.Generator, streets: int, kinds: int, per_day: float) -> np.ndarray:
    """Mean events a day of every cell, uneven as districts are."""
    street, kind = generator.lognormal(0, 0.35, streets), generator.lognormal(0, 0.8, kinds)
    cells = np.outer(street, kind) * generator.lognormal(0, 0.25, (streets, kinds))
    return cells / cells.sum() * per_day


def means(generator: np.random.Generator, cells: np.ndarray, days: list[dt.date], off: list[bool], swing: float) -> np.ndarray:
    """Means of every day: weekends and holidays bring less, each category has its own year."""
    phase, depth = generator.uniform(0, 2 * np.pi, cells.shape[1]), generator.uniform(0, swing, cells.shape[1])
    season = np.stack([1 + depth * np.sin(2 * np.pi * day.timetuple().tm_yday / 365 + phase) for day in days])
    weekday = np.array([0.72 if is_off else 1.08 if day.weekday() == 0 else 1.0 for day, is_off in zip(days, off, strict=True)])
    return cells[None] * season[:, None, :] * weekday[:, None, None]


def drawn(generator: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Counts whose variance is ``dispersion`` times their mean."""
    if dispersion > 1:
        mean = generator.standard_gamma(mean / (dispersion - 1)) * (dispersion - 1)
    return generator.poisson(mean)


def model(counts: np.ndarray, days: list[dt.date], works: list[bool], length: int) -> Expected:
    """What was to be expected."""
    whole = np.zeros((len(counts), counts.shape[1] + 1, counts.shape[2] + 1), dtype=np.int64)
    whole[:, :-1, :-1] = counts
    whole[:, -1, :] = whole[:, :-1, :].sum(axis=1)
    whole[:, :, -1] = whole[:, :, :-1].sum(axis=2)
    known = Daily(days[0], length, whole, tuple(range(counts.shape[1])), tuple(range(counts.shape[2])))
    return Expected(known, classes_of(days, works))


def excess(cell: np.ndarray, start: int, reading: str) -> np.ndarray:
    """Events to be added on each of three days: five standard deviations of the cell as its past shows them."""
    past = cell[:start].astype(float)
    if reading == "each day":
        return np.full(RUN, np.ceil(5 * past.std()))
    span = RUN if reading == "three days" else WEEK
    sums = np.convolve(past, np.ones(span), "valid")[::span]
    total = int(np.ceil(5 * sums.std()))
    return np.array([total // RUN + (at < total % RUN) for at in range(RUN)], dtype=float)


def main() -> None:
    """Print a table of false alarms and of planted changes found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--district", type=int, choices=range(len(DISTRICTS)), help="only this one")
    parser.add_argument("--noise", type=int, choices=range(len(NOISES)), help="only this one")
    given = parser.parse_args()
    china = holidays.country_holidays("CN", years=range(2023, 2027))
    make_up = set(china.weekend_workdays)
    print("district                      noise   false alarms   planted: named first with street and category / called a change")
    began, clock = time.process_time(), time.perf_counter()
    for name, streets, kinds, per_day in DISTRICTS if given.district is None else DISTRICTS[given.district :][:1]:
        for dispersion, swing in NOISES if given.noise is None else NOISES[given.noise :][:1]:
            generator = np.random.default_rng(given.seed)
            readings = ("three days", "week", "each day")
            alarms, found, called, size = 0, dict.fromkeys(readings, 0), dict.fromkeys(readings, 0), {key: [] for key in readings}
            for _ in range(given.weeks):
                last = dt.date(2025, 1, 5) + dt.timedelta(days=7 * int(generator.integers(0, 100)))
                days = [last - dt.timedelta(days=BACK + WEEK - 1 - at) for at in range(BACK + WEEK)]
                works = [(day.weekday() < 5 and day not in china) or day in make_up for day in days]
                cells = truth(generator, streets, kinds, per_day)
                counts = drawn(generator, means(generator, cells, days, [not one for one in works], swing), dispersion)
                expected = model(counts, days, works, WEEK)
                smallest = smallest_by_chance(expected)
                alarms += bool(of(expected, smallest).found)
                busy = np.argwhere(cells * RUN >= 3)
                street, kind = busy[generator.integers(len(busy))]
                at = BACK + int(generator.integers(0, WEEK - RUN + 1))
                for reading in found:
                    more = excess(counts[:, street, kind], BACK, reading)
                    planted = counts.copy()
                    planted[at : at + RUN, street, kind] += more.astype(int)
                    size[reading].append(more.sum())
                    told = of(model(planted, days, works, WEEK), smallest)
                    first = next(iter(told.found), told.strongest)
                    is_named = first is not None and (first.area_ix, first.category_ix) == (street, kind)
                    found[reading] += is_named
                    called[reading] += is_named and bool(told.found)
            said = "  ".join(
                f"{key} {found[key] / given.weeks:.1%} / {called[key] / given.weeks:.1%} (+{np.median(size[key]):.0f})" for key in readings
            )
            noise = f"×{dispersion:g}{', season' if swing else ''}"
            print(f"{name:<29} {noise:<13} {alarms / given.weeks:6.1%}   {said}", flush=True)
    print(f"processor time {time.process_time() - began:.0f} s, wall {time.perf_counter() - clock:.0f} s")


if __name__ == "__main__":
    main()
