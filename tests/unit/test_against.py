"""What is compared with, and how: counts and differences against pandas, intervals against published values and by drawing."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import plotly.utils
import pytest

from dashboard.compared import compared
from dashboard.look import Look
from dashboard.workbench import map_view
from dashboard.workbench.behind import behind, selected, told
from dashboard.workbench.lists import LISTS
from data import against
from data.against import Estimate
from data.errors import NoSnapshot
from data.indicators.intervals import wilson
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle

OCTOBER = "2026-10-01..2026-10-20"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[View, Oracle]:
    file = district.build(tmp_path_factory.mktemp("against") / "district.duckdb", 6000, seed=8)
    oracle = Oracle(file)
    return district.view(Path(file)), oracle


def look(view: View, address: str, there: View | None = None) -> Look:
    selection = Selection.parse_strict(address)
    other = against.other(view, selection)
    assert other is not None
    return Look(view, selection, other=Look(there or view, other))


def counted(oracle: Oracle, **chosen: Any) -> Any:
    rows = oracle.selected(chosen)
    return rows[~rows["is_void"] & ~rows["is_duplicate"]]


@pytest.mark.parametrize("text", ["previous", "last_year_lunar", OCTOBER, "area:999901001", "20261122T000000Z-0a1b2c3d"])
def test_every_form_stands_in_the_address(text: str) -> None:
    selection = Selection.parse_strict(f"against={text}")
    assert Selection.parse_strict(selection.query()) == selection
    assert selection.against == text


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-10-20..2026-10-01", "2026-13-01..2026-13-02", "0001-01-01..2026-10-02", "area:", "20261122T000000Z"]
)
def test_other_forms_are_refused_in_words(text: str) -> None:
    selection, notes = Selection.parse(f"against={text}")
    assert selection.against is None
    assert "against=" in notes[0]


def test_another_window_stands_behind_every_view_with_its_days_moved(known: tuple[View, Oracle]) -> None:
    view, oracle = known
    drawn = look(view, f"window=30d&source=hotline&against={OCTOBER}")
    days = (dt.date(2026, 10, 1), dt.date(2026, 10, 20))
    rows = counted(oracle, days=days, source=["hotline"])
    assert behind(drawn, "hours") == rows["hour_of_week"].value_counts().to_dict()
    assert behind(drawn, "departments") == rows["department_ix"].value_counts().to_dict()
    every = counted(oracle, source=["hotline"], days=(dt.date(1, 1, 1), dt.date(9999, 1, 1)))
    shift = (drawn.window.from_day - days[0]).days
    moved = every["day"].map(lambda day: (day - dt.date(1970, 1, 1)).days + shift).value_counts().to_dict()
    assert behind(drawn, "days") == moved
    change, words, _ = told(drawn, 90, 40)
    assert change == f"+{90 / 30 / (40 / 20) - 1:.0%}"
    assert "40" in words


def test_another_area_stands_behind_without_what_is_picked_in_this_one(known: tuple[View, Oracle]) -> None:
    view, oracle = known
    drawn = look(view, "window=90d&area=999901001&grid=999901001001&weekday=1&against=area:999901002")
    days = (drawn.window.from_day, drawn.window.to_day)
    rows = counted(oracle, days=days, area="999901002")
    rows = rows[rows["hour_of_week"] // 24 == 0]
    assert drawn.other is not None
    assert behind(drawn, "sources") == rows["source_ix"].value_counts().to_dict()
    assert selected(drawn, "sources") != behind(drawn, "sources")
    assert all(listed.build(drawn) for listed in LISTS)


def test_an_area_out_of_scope_is_none_to_compare_with(known: tuple[View, Oracle]) -> None:
    scoped = View(known[0].snapshot, known[0].definition, ("999901001",))
    assert against.other(scoped, Selection.parse_strict("against=area:999901002")) is None


@pytest.mark.parametrize("key", ["closing_rate", "accepted", "per_10k"])
def test_the_difference_map_is_what_pandas_gives(known: tuple[View, Oracle], key: str) -> None:
    view, oracle = known
    drawn = look(view, f"window=60d&level=street&indicator={key}&against={OCTOBER}")
    _, later = map_view.build_later(drawn)
    told_ = later["layers"]["areas"]
    streets = [code for code in view.snapshot.areas.codes if len(code) == 9]
    for at, code in enumerate(streets):
        sides = []
        for days in ((drawn.window.from_day, drawn.window.to_day), (dt.date(2026, 10, 1), dt.date(2026, 10, 20))):
            number, numerator, denominator = oracle.numbers({"days": days, "area": code}, view.definition.weights)[key]
            if key != "closing_rate":
                sides.append(float(number) * 60 / ((days[1] - days[0]).days + 1))
            else:
                sides.append((numerator, denominator))
        if key != "closing_rate":
            assert told_["values"][at] == round((sides[0] - sides[1]) * 10 ** told_["digits"])
            continue
        shares = [n / of for n, of in sides]
        low, high = zip(*(wilson(n, of) for n, of in sides), strict=True)
        assert told_["values"][at] == pytest.approx(1000 * (shares[0] - shares[1]), abs=0.51)
        assert told_["low"][at] == pytest.approx(
            1000 * (shares[0] - shares[1] - np.hypot(shares[0] - low[0], high[1] - shares[1])), abs=0.51
        )
        is_told = not told_["low"][at] <= 0 <= told_["high"][at]
        assert (told_["classes"][at] != "2") == is_told
    assert later["legend"]["scale"]["hues"] == "diverging"


def test_counts_are_not_compared_with_another_area_as_a_whole(known: tuple[View, Oracle]) -> None:
    drawn = look(known[0], "window=60d&area=999901001&against=area:999901002")
    _, later = map_view.build_later(drawn)
    assert "hues" not in later["layers"]["areas"]
    assert any("按率着色" in note for note in later["legend"]["notes"])
    _, rate = map_view.build_later(
        look(known[0], "window=200d&area=999901001&level=community&indicator=closing_rate&against=area:999901002")
    )
    assert len(set(rate["layers"]["areas"]["before"])) == 1, "the other area as a whole stands beside each"


def test_names_lead_from_one_snapshot_to_another(known: tuple[View, Oracle], tmp_path: Path) -> None:
    file = district.build(tmp_path / "other.duckdb", 500, seed=9)
    oracle = Oracle(file)
    there = district.view(Path(file))
    view = known[0]
    drawn = look(view, "window=200d&against=20261122T000000Z-0a1b2c3d", there)
    assert drawn.is_of_two_snapshots
    rows = counted(oracle, days=(drawn.window.from_day, drawn.window.to_day))
    names = there.snapshot.departments
    found = {view.snapshot.departments[ix]: n for ix, n in behind(drawn, "departments").items()}
    assert found == {names[ix]: n for ix, n in rows["department_ix"].value_counts().items() if names[ix] in view.snapshot.departments}
    codes = there.snapshot.areas.codes
    found = {view.snapshot.areas.codes[ix]: n for ix, n in behind(drawn, "areas").items()}
    assert found == {codes[ix]: n for ix, n in rows["area_ix"].value_counts().items()}
    assert told(drawn, 10, 9) == ("+11%", "对比 9 件 +11%", True)


def test_another_snapshot_is_held_open_meanwhile_and_one_that_is_gone_is_said(known: tuple[View, Oracle], tmp_path: Path) -> None:
    there = district.view(Path(district.build(tmp_path / "held.duckdb", 300, seed=4)))
    held: list[str] = []

    class Store:
        @contextlib.contextmanager
        def view(self, snapshot: str, definition: str, *, is_strict: bool) -> Iterator[View]:
            if snapshot.endswith("gone0000"):
                raise NoSnapshot(snapshot)
            held.append(definition)
            yield there
            held.clear()

    context: Any = Store()
    selection = Selection.parse_strict("window=30d&grid=999901001,G0&against=20261122T000000Z-0a1b2c3d")
    with compared(context, known[0], selection) as (other, notes):
        assert other is not None
        assert other.view is there
        assert (other.window.from_day, other.window.to_day) == (
            Look(known[0], selection).window.from_day,
            Look(known[0], selection).window.to_day,
        )
        assert other.selection.grid == ("999901001",)
        assert "G0" in notes[0]
        assert held == [known[0].definition.key]
    assert held == []
    gone = selection.with_(against="20261122T000000Z-gone0000")
    with compared(context, known[0], gone) as (other, notes):
        assert other is None
        assert "against=20261122T000000Z-gone0000" in notes[0]


def test_while_comparing_what_grew_most_comes_first(known: tuple[View, Oracle]) -> None:
    drawn = look(known[0], f"window=30d&against={OCTOBER}")
    departments = next(listed for listed in LISTS if listed.key == "departments")
    now, before = selected(drawn, "departments"), behind(drawn, "departments")
    grown = sorted(now | before, key=lambda ix: before.get(ix, 0) * 30 / 20 - now.get(ix, 0))
    shown = json.dumps(departments.build(drawn), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
    names = [known[0].snapshot.departments[ix] for ix in grown[:8] if ix]
    places = [shown.index(f'"title": "{name}"') for name in names]
    assert places == sorted(places)


def test_intervals_of_differences_are_the_published_ones() -> None:
    """Newcombe 1998, table II (a): 56/70 less 48/80, method 10."""
    found = against.difference(Estimate(56 / 70, *wilson(56, 70)), Estimate(48 / 80, *wilson(48, 80)))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_intervals_of_changes_hold_the_true_one_nineteen_times_of_twenty() -> None:
    rng = np.random.default_rng(3)
    for mean, before in ((60, 40), (12, 9), (400, 500)):
        drawn = against.change(rng.poisson(mean, 20_000), rng.poisson(before, 20_000), 30, 20)
        truth = mean / 30 / (before / 20) - 1
        held = np.mean((drawn.low <= truth) & (truth <= drawn.high))
        assert 0.94 < held < 0.97
