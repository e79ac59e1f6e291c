"""How many events come on which day: growth, weeks, holidays, weather, and the hour it is now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data.calendar import CHINA, default_rows
from data.demo.catalogue import SOURCE_SHARES, SOURCES
from data.demo.terrain import Floats

# Monday … Sunday; then the factor of a public holiday and of the days of 春节
_WEEK: Final[dict[str, tuple[float, ...]]] = {
    "hotline": (1.17, 1.19, 1.11, 1.05, 1.07, 0.74, 0.67),
    "patrol": (1.20, 1.22, 1.18, 1.15, 1.13, 0.62, 0.50),
    "video": (1.03, 1.02, 1.01, 1.0, 1.04, 0.98, 0.92),
    "sensor": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "drone": (1.25, 1.3, 1.25, 1.2, 1.2, 0.45, 0.35),
    "inspect": (1.3, 1.35, 1.3, 1.25, 1.2, 0.35, 0.25),
}
_HOLIDAY: Final = {"hotline": 0.66, "patrol": 0.42, "video": 0.85, "sensor": 0.95, "drone": 0.3, "inspect": 0.15}
_SPRING_FESTIVAL: Final = {"hotline": 0.30, "patrol": 0.22, "video": 0.52, "sensor": 0.8, "drone": 0.12, "inspect": 0.05}
_GROWTH_A_YEAR: Final = {"hotline": 0.05, "patrol": 0.03, "video": 0.22, "sensor": 0.18, "drone": 0.35, "inspect": 0.0}


@dataclass(frozen=True)
class Rhythm:
    """Events per source and local day.

    Attributes
    ----------
    days : datetime64[D] array, shape (n,)
        Local days, the last one today (which has only begun).
    counts : int array, shape (sources, n)
        Add up to the number asked for.
    hours_today : int
        How many whole hours of today are over.
    """

    days: npt.NDArray[np.datetime64]
    counts: npt.NDArray[np.int64]
    hours_today: int


def rhythm(rng: np.random.Generator, events: int, days: int, now: dt.datetime) -> Rhythm:
    """Share ``events`` out over ``days`` whole local days and the begun one.

    Parameters
    ----------
    now
        Local time; what is left of its day stays empty.
    """
    today = np.datetime64(now.date())
    span = np.arange(today - np.timedelta64(days, "D"), today + 1)
    n = len(span)
    years = np.arange(n) / 365.25
    weekday = (span.astype(np.int64) + 3) % 7
    off, festival = _holidays(span)
    differs = {row.day: row.is_working for row in default_rows(CHINA) if row.day is not None}
    make_up = np.array([bool(differs.get(day)) and day.weekday() > 4 for day in span.tolist()])
    calm = np.ones(n)
    for ix in np.flatnonzero(festival).tolist():  # quiet before, and until people are back
        calm[max(ix - 4, 0) : ix] = np.minimum(calm[max(ix - 4, 0) : ix], 0.72)
        calm[ix + 1 : ix + 7] = np.minimum(calm[ix + 1 : ix + 7], 0.8)
    mood = np.zeros(n)
    for ix in range(1, n):
        mood[ix] = 0.7 * mood[ix - 1] + rng.normal(0, 0.05)
    storms = np.zeros(n)
    for ix in rng.choice(n, max(1, n // 60), replace=False):
        storms[ix : ix + 3] += np.array([0.45, 0.22, 0.08])[: len(storms[ix : ix + 3])]
    season = 1 + 0.09 * np.sin(2 * np.pi * ((span - span.astype("datetime64[Y]")).astype(int) / 365.25 - 0.30))
    weight = np.empty((len(SOURCES), n))
    for row, source in enumerate(SOURCES):
        factor = np.array(_WEEK[source])[np.where(make_up, 2, weekday)]
        factor = np.where(off, np.minimum(factor, 1) * _HOLIDAY[source], factor)
        factor = np.where(festival, _SPRING_FESTIVAL[source], factor) * calm
        factor = factor * (1 + _GROWTH_A_YEAR[source]) ** years * season * np.exp(mood + rng.normal(0, 0.035, n))
        factor = factor * (1 + storms * (1.0 if source in {"hotline", "sensor", "patrol"} else 0.4))
        weight[row] = factor / factor.sum() * SOURCE_SHARES[row]
    weight[:, -1] *= _over(now)
    flat: Floats = (weight / weight.sum()).ravel()
    return Rhythm(span, rng.multinomial(events, flat).reshape(weight.shape), now.hour)


def _over(now: dt.datetime) -> float:
    """Roughly which share of a day's events comes before the current hour."""
    share = np.cumsum([0, 9, 4, 3, 3, 4, 9, 24, 44, 74, 88, 92, 76, 52, 48, 64, 70, 72, 66, 58, 52, 46, 38, 28])
    return float(share[now.hour] / share[-1])


def _holidays(span: npt.NDArray[np.datetime64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which days are public holidays, and which of them 春节 (the ones in late January and February)."""
    off_days = {row.day for row in default_rows(CHINA) if row.day is not None and not row.is_working}
    off = np.zeros(len(span), dtype=bool)
    festival = np.zeros(len(span), dtype=bool)
    for ix, day in enumerate(span.tolist()):
        off[ix] = day in off_days
        near = [day + dt.timedelta(step) for step in (-2, -1, 0, 1, 2)]
        festival[ix] = (day.month, day.day) > (1, 20) and day.month < 3 and any(other in off_days and other.month < 3 for other in near)
        festival[ix] &= off[ix] or day.weekday() > 4
    return off, festival
