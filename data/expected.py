"""What counts were to be expected, and how far they usually stray from it.

The level of an area and category is that of the eight weeks before; it is spread over days by what each weekday, public holiday and
make-up working day usually brings, learnt from up to a year before. How far counts stray from such forecasts is measured by making
them for earlier windows of the same length; where they stray no further than chance, chance (Poisson) is taken.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from data import days
from data.calendar import WorkingTime
from data.daily import Daily
from data.view import View

LEVEL_DAYS: Final = 56
"""Days before a window whose counts give the level."""
LONGEST_DAYS: Final = 62
"""Days of a window, two months, beyond which eight weeks say nothing."""
FEWEST_DAYS: Final = 28
"""Days without which nothing is expected."""
FORECASTS: Final = 26
"""Earlier windows that are forecast to see how far counts stray."""
HOLIDAY: Final = 7
MAKE_UP: Final = 8
CLASSES: Final = 9
"""Kinds of days: the weekdays from Monday, days off that usually are none, working days that usually are none."""
_PRIOR: Final = 30.0
"""Events that the profile of all categories counts for in that of one."""
_HALF: Final = 0.5

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def day_classes(view: View, found: Daily) -> Ints:
    """The class of every day of the counts, by the snapshot's calendar."""
    listed = [found.day(at) for at in range(len(found.counts))]
    return classes_of(listed, _is_working(view, listed))


def classes_of(listed: Sequence[dt.date], works: Sequence[bool]) -> Ints:
    """The class of each day: its weekday, unless it is off or at work unlike most of its weekdays."""
    at_work = np.array(works, dtype=bool)
    weekday = np.array([day.weekday() for day in listed], dtype=np.int64)
    usual = np.array([at_work[weekday == one].mean() >= 0.5 if (weekday == one).any() else one < 5 for one in range(7)])
    return np.where(at_work == usual[weekday], weekday, np.where(at_work, MAKE_UP, HOLIDAY))


def _is_working(view: View, listed: list[dt.date]) -> list[bool]:
    calendar = view.snapshot.once(("working_time",), lambda: WorkingTime.of(view.snapshot))
    begins = [days.utc_of(view, dt.datetime.combine(day, dt.time())) for day in (*listed, listed[-1] + dt.timedelta(days=1))]
    return [calendar.hours_between(one, other) > 0 for one, other in itertools.pairwise(begins)]


@dataclass(frozen=True)
class Expected:
    """Expected counts of runs of days within the window.

    Attributes
    ----------
    daily
        The counts, all areas and all kinds last.
    classes
        The class of each day.
    """

    daily: Daily
    classes: Ints

    @property
    def can_say(self) -> bool:
        """Whether there is enough before the window, and the window no longer than what its level is taken from, but for a few days."""
        return self.daily.start >= FEWEST_DAYS and 0 < self.daily.length <= LONGEST_DAYS

    @cached_property
    def level_from(self) -> int:
        """The day the level begins with."""
        return max(0, self.daily.start - LEVEL_DAYS)

    @cached_property
    def _profile(self) -> Floats:
        """What a day of each class brings beside the mean day, shape (classes, kinds + 1), learnt before the window."""
        counts = self.daily.counts[: self.daily.start, -1, :].astype(np.float64)
        classes = self.classes[: self.daily.start]
        level = _moving_mean(counts, LEVEL_DAYS // 2 + 1)
        pooled = np.ones(CLASSES)
        for one in range(CLASSES):
            here = classes == one
            pooled[one] = (counts[here, -1].sum() + _PRIOR * _usual(one)) / (level[here, -1].sum() + _PRIOR)
        profile = np.ones((CLASSES, counts.shape[1]))
        for one in range(CLASSES):
            here = classes == one
            profile[one] = (counts[here].sum(axis=0) + _PRIOR * pooled[one]) / (level[here].sum(axis=0) + _PRIOR)
        profile[:, -1] = pooled
        return profile

    @cached_property
    def _weights(self) -> Floats:
        """What each day brings beside the mean day, shape (days, kinds + 1)."""
        return np.asarray(self._profile[self.classes], dtype=np.float64)

    @cached_property
    def _summed(self) -> tuple[Floats, Floats]:
        """Counts and weights up to each day."""
        zero = np.zeros((1, *self.daily.counts.shape[1:]))
        counts = np.concatenate([zero, np.cumsum(self.daily.counts, axis=0, dtype=np.float64)])
        weights = np.concatenate([np.zeros((1, self._weights.shape[1])), np.cumsum(self._weights, axis=0)])
        return counts, weights

    def forecast(self, at: int, length: int, level_at: int | None = None) -> tuple[Floats, Floats]:
        """Expected counts of ``length`` days from ``at``, and by how much more than chance the level's own error makes them stray.

        ``level_at`` is the day up to which the level is taken; that of the run's begin unless given.
        """
        end = at if level_at is None else level_at
        begin = max(0, end - LEVEL_DAYS)
        counts, weights = self._summed
        known, exposure = counts[end] - counts[begin] + _HALF, np.maximum(weights[end] - weights[begin], 1e-9)
        ahead = weights[at + length] - weights[at]
        return known / exposure * ahead, 1 + np.broadcast_to(ahead / exposure, known.shape)

    def run(self, offset: int, length: int) -> tuple[Floats, Floats, Floats]:
        """Of days within the window: expected counts, variance as a multiple of them, and the counts there were."""
        at = self.daily.start + offset
        expected, own = self.forecast(at, length, self.daily.start)
        return expected, self.dispersion(length) * own, self.daily.counts[at : at + length].sum(axis=0).astype(np.float64)

    def dispersion(self, length: int) -> Floats:
        """How much further than chance counts of so many days stray from their forecasts, at least 1; shape (areas + 1, kinds + 1).

        Single areas and categories are judged together for each category, since one alone has too few windows to tell.
        """
        if length not in self._dispersions:
            self._dispersions[length] = self._strayed(length)
        return self._dispersions[length]

    @cached_property
    def _dispersions(self) -> dict[int, Floats]:
        return {}

    def _strayed(self, length: int) -> Floats:
        start, shape = self.daily.start, self.daily.counts.shape[1:]
        squares, n = np.zeros(shape), 0
        for step in range(1, FORECASTS + 1):
            at = start - step * length
            if at < FEWEST_DAYS:
                break
            expected, own = self.forecast(at, length)
            squares += (self.daily.counts[at : at + length].sum(axis=0) - expected) ** 2 / (expected * own)
            n += 1
        if not n:
            return np.full(shape, 2.0 if length > LEVEL_DAYS else 1.0)
        cells = squares[:-1, :-1]
        overall = cells.mean() / n
        per_kind = (cells.sum(axis=0) + 60 * overall) / (cells.shape[0] * n + 60)
        found = np.empty(shape)
        found[:-1, :-1] = per_kind
        margins = (squares + 4 * max(1.0, overall)) / (n + 4)
        found[-1, :], found[:, -1] = margins[-1, :], margins[:, -1]
        return np.maximum(1.0, found)

    def forecasts(self, length: int) -> int:
        """How many earlier windows of that length could be forecast."""
        return sum(1 for step in range(1, FORECASTS + 1) if self.daily.start - step * length >= FEWEST_DAYS)


def expected(view: View, found: Daily) -> Expected:
    """What the window's counts were to be."""
    return Expected(found, day_classes(view, found))


def score(count: npt.ArrayLike, mean: npt.ArrayLike, variance: npt.ArrayLike) -> Floats:
    """How many standard deviations a count lies off: the signed root of its likelihood ratio, which holds for small means too.

    Parameters
    ----------
    variance
        As a multiple of the mean.
    """
    x, e = np.asarray(count, dtype=np.float64), np.maximum(np.asarray(mean, dtype=np.float64), 1e-9)
    logs = np.where(x > 0, x * np.log(np.maximum(x, 1e-9) / e), 0.0)
    ratio = np.maximum(2 * (logs - (x - e)), 0.0) / np.asarray(variance, dtype=np.float64)
    return np.asarray(np.sign(x - e) * np.sqrt(ratio), dtype=np.float64)


def _usual(one: int) -> float:
    return 0.8 if one in (5, 6, HOLIDAY) else 1.0


def _moving_mean(counts: Floats, half: int) -> Floats:
    """The mean of the days around each, fewer at the ends."""
    summed = np.concatenate([np.zeros((1, counts.shape[1])), np.cumsum(counts, axis=0)])
    at = np.arange(len(counts))
    low, high = np.maximum(0, at - half), np.minimum(len(counts), at + half + 1)
    return np.asarray((summed[high] - summed[low]) / (high - low)[:, None], dtype=np.float64)
