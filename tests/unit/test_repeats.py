"""Repeat points and places against every pair of events, and what a definition, a scope and a filter may change of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from data.answers import Answers
from data.indicators import repeats
from data.indicators.areas import indicator_per_area
from data.indicators.ask import ask, numbers, previous_numbers
from data.indicators.definition import shipped
from data.indicators.registry import INDICATORS
from data.indicators.repeat_points import DAY_US, RepeatPoints, Sightings
from data.indicators.rules import Repeat
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View
from data.window import window
from tests import district
from tests.oracle import Oracle

RATE = INDICATORS["repeat_rate"]
METRE = 1 / 111_195
"""Degrees of latitude."""


def events(*rows: tuple[float, int, int, float | None, int]) -> Sightings:
    """Day, area, category, metres north (None: no position), address."""
    at, area, category, north, address = zip(*rows, strict=True)
    lat = np.array([np.nan if metres is None else 30 + metres * METRE for metres in north])
    return Sightings(
        (np.array(at) * DAY_US).astype(np.int64),
        np.array(area),
        np.array(category),
        np.where(np.isnan(lat), np.nan, 120.0),
        lat,
        np.array(address, dtype=np.uint64),
    )


def drawn(rng: np.random.Generator, *, has_ties: bool, is_rounded: bool) -> Sightings:
    n = int(rng.integers(1, 200))
    at = np.sort(rng.integers(0, 60, n) * DAY_US if has_ties else rng.integers(0, 60 * DAY_US, n))
    lon, lat = 120 + rng.random(n) * 0.003, 30 + rng.random(n) * 0.003
    if is_rounded:
        lon, lat = np.round(lon, 4), np.round(lat, 4)
    lost = rng.random(n) < 0.2
    lon[lost] = lat[lost] = np.nan
    address = (rng.integers(0, 30, n) * (rng.random(n) < 0.5)).astype(np.uint64)
    return Sightings(at, rng.integers(0, 3, n), rng.integers(0, 3, n), lon, lat, address)


def of_every_pair(given: Sightings, rule: Repeat) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """What stands at a repeat point and the first event of each one's place, from a matrix of all pairs."""
    lon, lat = np.radians(given.lon), np.radians(given.lat)
    metres = 6_371_008.8 * np.hypot((lon[:, None] - lon) * np.cos((lat[:, None] + lat) / 2), lat[:, None] - lat)
    place = (metres <= rule.metres) | ((given.address[:, None] == given.address) & (given.address != 0))
    place &= (given.area[:, None] == given.area) & (given.category[:, None] == given.category)
    np.fill_diagonal(place, True)
    before = given.at_us[:, None] - given.at_us
    calls = place & (before >= 0) & (before < rule.days * DAY_US)
    calls &= (calls.sum(axis=1) >= rule.cases)[:, None]
    label, linked = np.arange(len(given)), calls | calls.T
    while True:
        lowest = np.array([min([label[at], *label[linked[at]]]) for at in range(len(given))])
        if (lowest == label).all():
            break
        label = lowest
    found = calls.any(axis=0)
    return found, np.where(found, label, -1)


@pytest.mark.parametrize("seed", range(40))
def test_repeat_points_and_places_are_those_of_every_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    given = drawn(rng, has_ties=seed % 2 == 0, is_rounded=seed % 3 == 0)
    rule = Repeat(int(rng.integers(1, 5)), int(rng.integers(1, 40)), float(rng.choice([10.0, 50.0, 120.0])))
    found, places = of_every_pair(given, rule)
    points = RepeatPoints(given, rule)
    assert (points.repeated() == found).all()
    assert (points.places() == places).all()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # the third within 30 days calls the other two; exactly 30 days later is too late
        ([(0, 1, 1, 0, 0), (8, 1, 1, 0, 0), (29.99, 1, 1, 0, 0)], [True] * 3),
        ([(0, 1, 1, 0, 0), (8, 1, 1, 0, 0), (30, 1, 1, 0, 0)], [False] * 3),
        ([(0, 1, 1, 0, 0), (8, 1, 1, 0, 0), (29, 1, 1, 0, 0), (59, 1, 1, 0, 0)], [True, True, True, False]),
        # another area, another category
        ([(0, 1, 1, 0, 0), (1, 2, 1, 0, 0), (2, 1, 1, 0, 0)], [False] * 3),
        ([(0, 1, 1, 0, 0), (1, 1, 2, 0, 0), (2, 1, 1, 0, 0)], [False] * 3),
        # 50 metres from the last one, not from each other
        ([(0, 1, 1, -49, 0), (1, 1, 1, 49, 0), (2, 1, 1, 0, 0)], [True] * 3),
        ([(0, 1, 1, 0, 0), (1, 1, 1, 49, 0), (2, 1, 1, 98, 0)], [False] * 3),
        ([(0, 1, 1, 0, 0), (1, 1, 1, 51, 0), (2, 1, 1, 0, 0)], [False] * 3),
        # the same address, with and without positions; no address is none
        ([(0, 1, 1, None, 7), (1, 1, 1, 900, 7), (2, 1, 1, 0, 7)], [True] * 3),
        ([(0, 1, 1, None, 0), (1, 1, 1, None, 0), (2, 1, 1, None, 0)], [False] * 3),
        # of the same instant each sees the other
        ([(3, 1, 1, 0, 0), (3, 1, 1, 0, 0), (3, 1, 1, 0, 0)], [True] * 3),
    ],
)
def test_by_hand(rows: list[tuple[float, int, int, float | None, int]], expected: list[bool]) -> None:
    assert RepeatPoints(events(*rows), Repeat(3, 30, 50.0)).repeated().tolist() == expected


def test_nothing_is_at_no_place() -> None:
    none = Sightings(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int64, np.int64, float, float, np.uint64)))
    points = RepeatPoints(none, Repeat())
    assert len(points.repeated()) == len(points.places()) == 0


def test_thousands_at_one_spot_are_one_place() -> None:
    n = 1500
    given = Sightings(np.arange(n), np.zeros(n, int), np.zeros(n, int), np.full(n, 120.0), np.full(n, 30.0), np.zeros(n, np.uint64))
    points = RepeatPoints(given, Repeat(3, 30, 50.0))
    assert points.repeated().all()
    assert (RepeatPoints(given, Repeat(n + 1, 30, 50.0)).repeated() == 0).all()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Oracle]:
    path = district.build(tmp_path_factory.mktemp("repeats") / "full.duckdb", 6000)
    return path, Oracle(path)


@pytest.mark.parametrize("rule", [Repeat(), Repeat(2, 7, 500.0), Repeat(4, 60, 50.0)])
def test_by_event_whatever_is_asked_first(place: tuple[Path, Oracle], rule: Repeat) -> None:
    path, oracle = place
    view = View(Snapshot(path), dataclasses.replace(shipped()[0], repeat=rule))
    expected = oracle.repeated(rule.cases, rule.days, rule.metres)
    assert 0 < expected.sum() < len(expected)
    for address in ("from=2026-10-05&to=2026-10-20", "window=7d", "window=all"):
        selection = Selection.parse_strict(address)
        mask, days = repeats.repeat_mask(view, selection), window(view, selection)
        inside = oracle.events["day"].between(days.from_day, days.to_day)
        assert (mask[oracle.events.loc[inside, "event_ix"]] == expected[inside]).all()


@pytest.mark.parametrize("address", ["window=30d", "from=2026-10-20&to=2026-11-05&source=hotline", "window=all&area=999901002"])
def test_ask_areas_and_the_window_before_are_the_same_count(place: tuple[Path, Oracle], address: str) -> None:
    path, oracle = place
    view, selection = district.view(path), Selection.parse_strict(address)
    answer = ask(view, selection)
    number = answer["indicators"]["repeat_rate"]
    frame = indicator_per_area(view, selection, "repeat_rate")
    assert frame["numerator"].sum() == number["numerator"] > 0
    assert frame["n"].sum() == number["n"] == answer["indicators"]["accepted"]["value"]
    assert number["low"] < number["value"] < number["high"]
    assert {"void", "duplicate"} == set(number["excluded"])
    before = previous_numbers(Answers(view, selection), [RATE])
    previous = answer["window"]["previous"]
    if previous is None:
        assert before == {}
        return
    alone = ask(
        view, selection.with_(window=None, from_day=dt.date.fromisoformat(previous["from"]), to_day=dt.date.fromisoformat(previous["to"]))
    )
    assert before["repeat_rate"].numerator == alone["indicators"]["repeat_rate"]["numerator"]
    assert before["repeat_rate"].n == alone["indicators"]["repeat_rate"]["n"]
    assert oracle.events is not None


def test_a_scope_and_a_filter_make_no_repeat_point_and_unmake_none(place: tuple[Path, Oracle]) -> None:
    path, _ = place
    whole, own = district.view(path), district.view(path, ("999901001",))
    selection = Selection(window="all")
    rows = repeats.repeats_per_area(own, selection)
    every = repeats.repeats_per_area(whole, selection)
    kept = every[every["area_ix"].isin(rows["area_ix"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(rows.reset_index(drop=True), kept)
    parts = [
        numbers(Answers(whole, selection.with_(source=(name,))), [RATE])["repeat_rate"] for name in ("hotline", "patrol", "video", "media")
    ]
    assert sum(part.numerator or 0 for part in parts) == every["repeated"].sum()


def test_without_any_place_the_rate_says_so(tmp_path: Path) -> None:
    path = district.build(tmp_path / "placeless.duckdb", 300)
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE event SET address = NULL, lon = NULL, lat = NULL")
        connection.execute("UPDATE outcome SET is_mapped = false")
    number = ask(district.view(path), Selection(window="all"))["indicators"]["repeat_rate"]
    assert number["caveats"] == ["C_NOT_RECORDED"]
    assert not number["shown"]
