"""What a brief calls a change: planted excesses are named first, noise is not, and expectations follow weekdays and holidays."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from data.daily import Daily
from data.expected import HOLIDAY, MAKE_UP, Expected, classes_of, score
from data.findings import of, usual_range
from data.scan import smallest_by_chance, tail

FIRST = dt.date(2024, 1, 1)  # a Monday
PAST, WEEK = 203, 7
STREETS, KINDS = 4, 6
LEVELS = np.linspace(2.0, 9.0, STREETS)[:, None] * np.linspace(0.4, 1.6, KINDS)[None, :]
WEEKDAYS = np.array([1.2, 1.0, 1.0, 1.0, 1.0, 0.6, 0.5])
DAYS = [FIRST + dt.timedelta(days=at) for at in range(PAST + WEEK)]
CLASSES = classes_of(DAYS, [day.weekday() < 5 for day in DAYS])


def drawn(seed: int) -> np.ndarray:
    mean = LEVELS[None] * WEEKDAYS[[day.weekday() for day in DAYS]][:, None, None]
    return np.random.default_rng(seed).poisson(mean)


def model(counts: np.ndarray, classes: np.ndarray = CLASSES) -> Expected:
    whole = np.zeros((len(counts), STREETS + 1, KINDS + 1), dtype=np.int64)
    whole[:, :-1, :-1] = counts
    whole[:, -1, :] = whole[:, :-1, :].sum(axis=1)
    whole[:, :, -1] = whole[:, :, :-1].sum(axis=2)
    return Expected(Daily(FIRST, WEEK, whole, tuple(range(STREETS)), tuple(range(10, 10 + KINDS))), classes)


def test_expectations_are_the_level_by_weekday() -> None:
    expected = model(drawn(1))
    for offset in range(WEEK):
        mean, variance, _ = expected.run(offset, 1)
        assert mean[:-1, :-1] == pytest.approx(LEVELS * WEEKDAYS[offset], rel=0.35)
        assert mean[-1, -1] == pytest.approx(LEVELS.sum() * WEEKDAYS[offset], rel=0.05)
        assert (variance >= 1).all()


def test_a_day_off_is_expected_to_be_one() -> None:
    off = {DAYS[30], DAYS[73], DAYS[PAST + 1]}  # a Wednesday, a Thursday, and Tuesday of the window
    made_up = DAYS[40]  # a Saturday
    classes = classes_of(DAYS, [(day.weekday() < 5 and day not in off) or day == made_up for day in DAYS])
    assert [int(classes[at]) for at in (30, 73, PAST + 1, 40, 0)] == [HOLIDAY, HOLIDAY, HOLIDAY, MAKE_UP, 0]
    counts = drawn(2)
    counts[[30, 73]] //= 4
    expected = model(counts, classes)
    tuesday, wednesday = (expected.run(offset, 1)[0][-1, -1] for offset in (1, 2))
    assert tuesday < 0.6 * wednesday


@pytest.mark.parametrize(("street", "kind", "start"), [(0, 5, 0), (3, 1, 4), (2, 3, 2)])
def test_a_planted_excess_is_named_first_with_its_days(street: int, kind: int, start: int) -> None:
    counts = drawn(street)
    daily_spread = np.sqrt(LEVELS[street, kind])
    counts[PAST + start : PAST + start + 3, street, kind] += int(np.ceil(5 * daily_spread))
    found = of(model(counts)).found
    assert (found[0].area_ix, found[0].category_ix) == (street, 10 + kind)
    assert found[0].more > 10 * daily_spread
    assert found[0].offset <= start + 1
    assert found[0].offset + found[0].length >= start + 2
    assert found[0].chance <= 0.01


def test_noise_is_seldom_called_a_change() -> None:
    smallest = smallest_by_chance(model(drawn(99)))
    alarms = sum(bool(of(model(drawn(100 + seed)), smallest).found) for seed in range(20))
    assert alarms <= 4  # more would come three times in a thousand at 5 %


def test_a_street_that_falls_silent_is_named_with_what_drives_it() -> None:
    counts = drawn(5)
    counts[PAST:, 3] //= 3
    found = of(model(counts)).found
    silent = next(one for one in found if one.area_ix == 3 and one.category_ix is None)
    assert silent.more < 0
    assert silent.driver is not None
    assert silent.driver[0] == 3


def test_what_departs_most_is_known_though_nothing_is_sure() -> None:
    quiet = next(found for found in (of(model(drawn(seed))) for seed in range(30, 40)) if not found.found)
    assert quiet.strongest is not None
    assert quiet.strongest.chance > 0.03
    counts = drawn(31)
    counts[PAST + 2 : PAST + 5, 1, 2] += 12
    assert (of(model(counts)).strongest or quiet.strongest).category_ix == 12


def test_a_tail_is_the_sum_of_its_probabilities() -> None:
    for count, mean, variance in ((16, 5.0, 1.0), (20, 5.0, 1.6), (5, 0.3, 1.2), (700, 600.0, 1.3)):
        generator = np.random.default_rng(1)
        size = mean / (variance - 1) if variance > 1 else np.inf
        at = np.arange(count, count + 3000)
        if variance > 1:
            logs = [math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1) - size * math.log(variance) for k in at]
            logs = [log + k * math.log(1 - 1 / variance) for log, k in zip(logs, at, strict=True)]
        else:
            logs = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in at]
        wanted = sum(math.exp(log) for log in logs)
        assert tail(np.array([count]), np.array([mean]), np.array([variance]))[0] == pytest.approx(wanted, rel=1e-6)
    drawn_ones = generator.poisson(generator.standard_gamma(5 / 0.6, 400_000) * 0.6)
    assert tail(np.array([11]), np.array([5.0]), np.array([1.6]))[0] == pytest.approx(np.mean(drawn_ones >= 11), rel=0.05)


def test_short_pasts_and_single_events_name_nothing() -> None:
    short = model(drawn(1)[-30:], CLASSES[-30:])
    assert not short.can_say
    rare = drawn(3)
    rare[:, 0, 0] = 0
    rare[PAST + 1, 0, 0] = 3
    assert not any(one.category_ix == 10 and one.area_ix == 0 for one in of(model(rare)).found)


def test_ranges_and_scores_are_those_of_counts() -> None:
    poisson = np.random.default_rng(0).poisson(12.0, 200_000)
    low, high = usual_range(12.0, 1.0)
    assert 0.93 <= np.mean((poisson >= low) & (poisson <= high)) <= 0.985
    assert score(12, 12, 1) == pytest.approx(0)
    assert score(30, 12, 1) > 4.0 > score(30, 12, 2)
    assert score(0, 12, 1) < -4
