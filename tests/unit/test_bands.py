"""Places, bands and their guarantees, against tables, by hand, and by a small seeded simulation."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.indicators import intervals
from data.indicators.bands import Standing, angles, critical, kept_last, standing

RUNS = 400


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "ranking.py"
    spec = importlib.util.spec_from_file_location("ranking_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def of_rates(good: np.ndarray, n: np.ndarray) -> Standing:
    share = good / n
    angle, error = angles(share, n.astype(float))
    return standing(share, angle, error * critical(len(n)), error * critical(len(n)))


def by_pairs(value: list[float], scaled: list[float], reach: list[float]) -> list[tuple[int, int, int, int]]:
    """Place, first, last and band as the definition says, pair by pair."""
    k, kept = len(value), kept_last(len(value))
    beats = [
        [value[i] > value[j] and scaled[i] - scaled[j] > math.hypot(reach[i], reach[j]) for j in range(k)] for i in range(k)
    ]  # fmt: skip
    band = [0] * k
    number, members, waiting = 1, [], sorted(range(k), key=lambda i: value[i])
    while waiting:
        tied = [i for i in waiting if value[i] == value[waiting[0]]]
        if any(sum(beats[i][j] for j in members) >= kept for i in tied):
            number, members = number + 1, []
        for i in tied:
            band[i] = number
        members += tied
        waiting = [i for i in waiting if i not in tied]
    return [
        (
            1 + sum(other > value[i] for other in value),
            1 + sum(beats[j][i] for j in range(k)),
            k - sum(beats[i]),
            number - band[i] + 1,
        )
        for i in range(k)
    ]


def test_the_studentised_range_is_that_of_the_tables() -> None:
    tables = {2: 2.77, 3: 3.31, 4: 3.63, 5: 3.86, 6: 4.03, 8: 4.29, 10: 4.47, 12: 4.62, 14: 4.74, 16: 4.85, 20: 5.01}  # 5 %, ∞
    for areas, expected in tables.items():
        assert critical(areas) * math.sqrt(2) == pytest.approx(expected, abs=0.006)
    drawn = np.random.default_rng(0).standard_normal((20_000, 300))
    assert critical(300) * math.sqrt(2) == pytest.approx(np.quantile(np.ptp(drawn, axis=1), 0.95), abs=0.04)
    assert critical(2) == pytest.approx(intervals.Z)


def test_two_areas_by_hand() -> None:
    """A 95 of 100, B 80 of 100: 2 asin sqrt(95.375/100.75) − 2 asin sqrt(80.375/100.75) = 0.463, standard error sqrt(2/100.5) = 0.141."""
    found = of_rates(np.array([95, 80]), np.array([100, 100]))
    assert found.place.tolist() == found.band.tolist() == found.first.tolist() == found.last.tolist() == [1, 2]
    near = of_rates(np.array([95, 90]), np.array([100, 100]))  # 0.191 / 0.141 = 1.35
    assert near.place.tolist() == [1, 2]
    assert near.band.tolist() == [1, 1]
    assert (near.first.tolist(), near.last.tolist()) == ([1, 1], [2, 2])


def test_equal_values_share_place_and_band() -> None:
    found = of_rates(np.array([27, 54, 270, 90]), np.array([30, 60, 300, 300]))
    assert found.place.tolist() == [1, 1, 1, 4]
    assert found.band.tolist() == [1, 1, 1, 2]


def test_nobody_and_one_alone() -> None:
    nobody = np.zeros(0)
    assert standing(nobody, nobody, nobody, nobody).place.tolist() == []
    alone = of_rates(np.array([5]), np.array([9]))
    assert (alone.place.tolist(), alone.first.tolist(), alone.last.tolist(), alone.band.tolist()) == ([1], [1], [1], [1])


def test_an_area_of_few_cases_does_not_melt_the_bands_but_is_marked() -> None:
    n = np.array([2000] * 6 + [30] + [2000] * 6)
    good = np.array([1000, 1010, 1020, 1030, 1040, 1050, 30, 1900, 1905, 1910, 1915, 1920, 1925])
    found = of_rates(good, n)
    assert found.band.max() == 2
    assert found.band[6] == 1
    assert not found.is_unsure.any()  # 30 of 30 is surely above one half
    good[6] = 29
    n[:6], good[:6] = 2000, np.array([1820, 1822, 1824, 1826, 1828, 1830])
    n[7:], good[7:] = 20000, np.array([19200, 19205, 19210, 19215, 19220, 19225])
    found = of_rates(good, n)
    assert found.band[7:].tolist() == [1] * 6
    assert found.band[:6].tolist() == [2] * 6
    assert found.is_unsure.tolist() == [at == 6 for at in range(13)]
    assert (found.place[6], found.first[6], found.last[6]) == (1, 1, 13)


def test_no_limit_on_a_side_is_never_told_apart() -> None:
    value = np.array([1.0, 2.0, 3.0])
    found = standing(value, value, np.array([0.1, 0.1, np.inf]), np.array([0.1, 0.1, 0.1]))
    assert found.last.tolist() == [3, 2, 3]
    assert found.first.tolist() == [2, 1, 1]


@st.composite
def districts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = np.array(draw(st.lists(st.integers(1, 800), min_size=1, max_size=24)))
    return np.array([draw(st.integers(0, int(cases))) for cases in n]), n


@settings(deadline=None, max_examples=60)
@given(districts())
def test_places_and_bands_are_what_the_definition_says(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    good, n = drawn
    found = of_rates(good, n)
    share = good / n
    angle, error = angles(share, n.astype(float))
    expected = by_pairs(share.tolist(), angle.tolist(), (error * critical(len(n))).tolist())
    assert list(zip(found.place, found.first, found.last, found.band, strict=True)) == expected


@settings(deadline=None, max_examples=60)
@given(districts(), st.randoms(use_true_random=False))
def test_the_order_of_the_areas_changes_nothing(drawn: tuple[np.ndarray, np.ndarray], random: object) -> None:
    good, n = drawn
    order = np.arange(len(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = of_rates(good, n), of_rates(good[order], n[order])
    for name in ("place", "first", "last", "band", "is_unsure"):
        assert (getattr(one, name)[order] == getattr(other, name)).all()


@settings(deadline=None, max_examples=60)
@given(districts())
def test_bands_follow_the_values_and_hold_the_places(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    good, n = drawn
    found = of_rates(good, n)
    share = good / n
    assert ((share[:, None] <= share[None, :]) | (found.band[:, None] <= found.band[None, :])).all()
    assert set(found.band) == set(range(1, found.band.max() + 1))
    assert ((found.first <= found.place) & (found.place <= found.last)).all()
    lowest = found.band == found.band.max()
    assert lowest.sum() >= kept_last(len(n))
    assert (lowest | found.is_unsure)[found.last > len(n) - kept_last(len(n))].all()


def test_the_last_band_holds_the_last_and_bands_still_tell_the_best_apart(simulation: ModuleType) -> None:
    close, wide, steps = (simulation.simulate(setting, RUNS, 1) for setting in simulation.SETTINGS[:3])
    assert close.held >= 0.95
    assert 0.3 < close.found < 0.45
    assert (wide.together, steps.together) == (0, 0)
    assert min(wide.held, steps.held) >= 0.95
    assert wide.bands > steps.bands > 2


def test_equal_areas_are_told_apart_in_one_district_of_twenty(simulation: ModuleType) -> None:
    for setting in simulation.SETTINGS[3:]:
        found = simulation.simulate(setting, RUNS, 2)
        assert found.ranges == pytest.approx(0.95, abs=4 * math.sqrt(0.05 * 0.95 / RUNS))


def test_three_thousand_areas_in_blocks() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(30, 300, 3000)
    good = rng.binomial(n, rng.beta(20, 3, 3000))
    found = of_rates(good, n)
    share = good / n
    angle, error = angles(share, n.astype(float))
    reach = error * critical(3000)
    for at in rng.integers(0, 3000, 20):
        beats = (share[at] > share) & (angle[at] - angle > np.hypot(reach[at], reach))
        beaten = (share > share[at]) & (angle - angle[at] > np.hypot(reach[at], reach))
        assert (found.first[at], found.last[at]) == (1 + beaten.sum(), 3000 - beats.sum())
