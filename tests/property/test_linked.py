"""Linked views on random selections of every kind of filter: every count against pandas over the tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely

from data import bundle, queries
from data.answers import Answers
from data.bound import in_cohort
from data.comparison import KINDS
from data.dimensions import BITS, DIMENSIONS, DURATION_EDGES_H, DURATION_STEP_S, DURATION_STEPS
from data.due import due_until
from data.filters import FILTERS
from data.index.index import Index
from data.index.predicates import COLUMN_OF, EXACT
from data.index.rows import BY_MAPPING, COHORT, NOWHERE
from data.indicators.definition import shipped
from data.indicators.rules import Day
from data.linked import Linked, by_sql, of_counts
from data.question import FOLDER
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View
from data.window import window
from tests import district
from tests.oracle import Oracle
from tests.property.test_ask import random_selection

SELECTIONS, INDEXED = 24, 100
FEW = ("area", "grid", "domain", "category", "subcategory", "source", "department", "stage", "urgency", "deadline", "callback", "duration",
       "hours", "weekday", "q")  # fmt: skip
CALL_BACKS = (
    "effective",
    "none",
    "contacted",
    "not_contacted",
    "resolved",
    "unresolved",
    "satisfied",
    "basically",
    "unsatisfied",
    "unrated",
)
DEADLINES = ("on_time", "late", "overdue", "due_soon", "not_due")
COLUMNS = {"days": "day", "hours": "hour_of_week", "areas": "area_ix", "categories": "category_ix", "sources": "source_ix",
           "departments": "department_ix", "urgencies": "urgency_ix", "stages": "stage"}  # fmt: skip


def random_place(oracle: Oracle, rng: np.random.Generator) -> dict[str, Any]:
    """A box, a ring drawn by hand, both or neither, over the middle of the points."""
    points = oracle.events[["lon", "lat"]].dropna()
    west, south, east, north = (float(points[axis].quantile(share)) for share in (0.05, 0.95) for axis in ("lon", "lat"))
    drawn: dict[str, Any] = {}
    if rng.random() < 0.25:
        lons, lats = sorted(rng.uniform(west, east, 2).round(5)), sorted(rng.uniform(south, north, 2).round(5))
        drawn["bbox"] = (lons[0], lats[0], lons[1], lats[1])
    if rng.random() < 0.25:
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 40))))
        reach = rng.uniform(0.2, 1, len(angles))
        lons = (west + east) / 2 + (east - west) / 2 * reach * np.cos(angles)
        lats = (south + north) / 2 + (north - south) / 2 * reach * np.sin(angles)
        drawn["polygon"] = tuple(zip(lons.round(5).tolist(), lats.round(5).tolist(), strict=True))
    return drawn


def rows(oracle: Oracle, chosen: dict[str, Any], without: tuple[str, ...] = ()) -> pd.DataFrame:
    """The events of a selection without some of its filters."""
    left = {key: value for key, value in chosen.items() if key not in without}
    if "from" in without:
        left["days"] = (dt.date(1, 1, 1), dt.date(9999, 1, 1))
    found = oracle.selected(left)
    lon, lat = found["lon"].to_numpy(float), found["lat"].to_numpy(float)
    keep = np.ones(len(found), dtype=bool)
    if "bbox" in left:
        west, south, east, north = left["bbox"]
        keep &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if "polygon" in left:
        keep &= shapely.contains_xy(shapely.Polygon(left["polygon"]), np.nan_to_num(lon), np.nan_to_num(lat))
    return found[keep]


def expected(oracle: Oracle, key: str, found: pd.DataFrame, soon: dt.datetime) -> dict[Any, int]:
    """What a dimension's frame has to say of these events."""
    if key == "days":
        return Counter((day - dt.date(1970, 1, 1)).days for day in found["day"])
    if key == "deadlines":
        masks = oracle._deadlines(found, soon)
        return {state: int(masks[state].fillna(False).astype(bool).sum()) for state in DEADLINES}
    if key == "callbacks":
        called = found["has_call_back"]
        masks = Oracle._call_backs(found) | {"not_contacted": called & ~found["is_contacted"], "unresolved": called & ~found["is_resolved"]}
        return {result: int(masks[result].fillna(False).astype(bool).sum()) for result in CALL_BACKS}
    if key == "durations":
        hours = found["duration_s"].dropna().to_numpy(float) / 3600
        return Counter((np.searchsorted(DURATION_EDGES_H, hours, side="right") - 1).tolist())
    return Counter(found[COLUMNS[key]])


def compare(oracle: Oracle, linked: Linked, chosen: dict[str, Any], soon: dt.datetime, context: str) -> None:
    whole = rows(oracle, chosen)
    good = whole[~whole["is_void"] & ~whole["is_duplicate"]]
    assert dict(zip(linked.outcomes["outcome_ix"], linked.outcomes["n"], strict=True)) == Counter(whole["outcome_ix"]), context
    assert linked.n == len(good), context
    assert set(linked.frames) == set(DIMENSIONS)
    for key, dimension in DIMENSIONS.items():
        found = rows(oracle, chosen, dimension.own)
        wanted = expected(oracle, key, found[~found["is_void"] & ~found["is_duplicate"]], soon)
        frame = linked.frames[key]
        assert list(frame.columns) == [dimension.value, "n"]
        counted = dict(zip(frame[dimension.value], frame["n"], strict=True))
        assert counted == {value: n for value, n in wanted.items() if n}, f"{key} of {context}"


@dataclass(frozen=True)
class Place:
    """One snapshot: its tables, and the file opened once."""

    oracle: Oracle
    snapshot: Snapshot
    index: Index

    def view(self, scope: tuple[str, ...] | None = None, day: Day | None = None) -> View:
        return View(self.snapshot, dataclasses.replace(shipped()[0], day=day or Day()), scope)

    def with_events(self, events: pd.DataFrame) -> Oracle:
        other = Oracle.__new__(Oracle)
        vars(other).update(vars(self.oracle) | {"events": events})
        return other


@pytest.fixture(scope="module", params=["random", "demo"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A random district, and the made-up one."""
    path = tmp_path_factory.mktemp(request.param) / "snapshot.duckdb"
    if request.param == "random":
        district.build(path, 5000)
    else:
        store: Path = request.getfixturevalue("demo_store")
        current = (store / "CURRENT").read_text(encoding="utf-8").strip()
        shutil.copy(store / "snapshots" / f"{current}.duckdb", path)
    oracle = Oracle(path)  # before the snapshot: DuckDB refuses a second connection with other settings
    snapshot = Snapshot(path)
    index = made(snapshot)
    yield Place(oracle, snapshot, index)
    index.close()
    snapshot.close()


def made(snapshot: Snapshot) -> Index:
    view = View(snapshot, shipped()[0])
    return Index(snapshot, (due_until(view),), in_cohort(view))


def random_view(place: Place, rng: np.random.Generator) -> View:
    """Everything, or a scope of one or two areas, of which some are not in the snapshot."""
    codes = [*place.oracle.areas["area_code"], "unknown"]
    return place.view(tuple(map(str, rng.choice(codes, int(rng.integers(1, 3))))) if rng.random() < 0.3 else None)


def test_random_selections(place: Place) -> None:
    rng, view, some = np.random.default_rng(11), place.view(), 0
    soon = due_until(view)
    for _ in range(SELECTIONS):
        chosen, selection = random_selection(place.oracle, rng, soon)
        drawn = random_place(place.oracle, rng)
        selection = selection.with_(**drawn)
        linked = queries.linked(view, selection)
        compare(place.oracle, linked, chosen | drawn, soon, selection.query())
        assert_equal(view, place.index, selection)
        some += linked.n > 0
    assert some > SELECTIONS / 4


def assert_equal(view: View, index: Index, selection: Selection) -> None:
    """What the index says is what SQL says."""
    found, context = index.linked(view, selection), f"{view.scope} {selection.query()}"
    assert found is not None, context
    one, other = of_counts(view, found), of_counts(view, by_sql(view, selection))
    assert one.n == other.n, context
    assert one.outcomes.equals(other.outcomes), context
    for key in DIMENSIONS:
        assert one.frames[key].equals(other.frames[key]), f"{key} of {context}"


def test_the_index_is_what_sql_says(place: Place) -> None:
    """Also within scopes, for windows beyond the data, and whatever way of counting it takes."""
    rng, soon = np.random.default_rng(14), due_until(place.view())
    for number in range(INDEXED):
        view = random_view(place, rng)
        _, selection = random_selection(place.oracle, rng, soon)
        if number % 2:  # few filters at once: other ways of counting
            keys = [key for key in FEW if getattr(selection, key)]
            selection = selection.with_(**{key: Selection.__dataclass_fields__[key].default for key in keys[2:]})
        if rng.random() < 0.3:
            selection = selection.with_(window=str(rng.choice(["today", "all", "400d", "3d"])), from_day=None, to_day=None)
        if rng.random() < 0.2:
            low = float(rng.choice([0, 0.25, 1, 3.1, 24, 700]))
            selection = selection.with_(duration=(low, low + float(rng.choice([0.5, 8, 41.3, 9000]))))
        selection = selection.with_(**random_place(place.oracle, rng))
        assert_equal(view, place.index, selection)


def test_what_a_screen_asks_at_once_is_what_sql_says(place: Place) -> None:
    rng, soon = np.random.default_rng(15), due_until(place.view())
    answered = 0
    for _ in range(40):
        view = random_view(place, rng)
        _, selection = random_selection(place.oracle, rng, soon)
        if rng.random() < 0.6:
            name = str(rng.choice(["today", "all", "30d", "3d", "week", "month"]))
            selection = selection.with_(window=name, from_day=None, to_day=None, compare=str(rng.choice(KINDS)))
        selection = selection.with_(**random_place(place.oracle, rng))
        screen = Answers(view, selection, str(rng.choice(["closing_rate", "accepted"])))._together()
        found = place.index.together(view, selection, screen)
        previous = window(view, selection).previous
        assert (found is None) is (previous is not None and previous.cut_at is not None)
        if found is not None:
            answered += 1
            for name, frame in bundle.ask(view, selection, {QUESTIONS[name]: given for name, given in screen.items()}).items():
                assert list(found[name].columns) == list(frame.columns)
                assert (found[name].dtypes == frame.dtypes).all()
                one, other = (sorted(map(tuple, rows.to_numpy().tolist())) for rows in (found[name], frame))
                assert one == other, f"{name} of {view.scope} {selection.query()}"
    assert answered > 20


def test_the_index_leaves_to_sql_what_it_does_not_know(place: Place) -> None:
    noon = place.view(day=Day(12, "end"))
    assert place.index.linked(noon, Selection()) is None
    later = View(place.snapshot, dataclasses.replace(shipped()[0], due_soon_hours=1234))
    assert place.index.linked(later, Selection()) is None
    assert queries.linked(later, Selection(window="all")).n == queries.linked(place.view(), Selection(window="all")).n


def test_every_line_of_selected_is_known_to_the_index_or_left_to_sql() -> None:
    text = (FOLDER / "_selected.sql").read_text(encoding="utf-8")
    lines = set(re.findall(r"-- (\w+)$", text, re.MULTILINE)) - {"window_day", "window_hours", "window_cut"}
    assert lines == {line for owner in COLUMN_OF for line in (owner, f"{owner}_set")} | EXACT


def test_rings_that_cross_themselves_hold_what_lies_within_an_odd_number_of_turns(place: Place) -> None:
    """As a hand draws them: index, SQL, and crossings counted over the tables are of one mind."""
    rng, view, some = np.random.default_rng(16), place.view(), 0
    events = place.oracle.events[~place.oracle.events["is_void"] & ~place.oracle.events["is_duplicate"]]
    lon, lat = (events[axis].to_numpy(float)[:, None] for axis in ("lon", "lat"))
    sides = [np.nanquantile(axis, [0.02, 0.98]) for axis in (lon, lat)]
    for _ in range(30):
        many = int(rng.integers(4, 60))
        corners = np.column_stack([rng.uniform(*side, many) for side in sides]).round(5)
        selection = Selection(window="all", polygon=tuple(map(tuple, corners.tolist())))
        (x1, y1), (x2, y2) = corners.T, np.roll(corners, -1, axis=0).T
        crossed = ((y1 > lat) != (y2 > lat)) & (lon < x1 + (x2 - x1) * (lat - y1) / (y2 - y1))
        wanted = int((crossed.sum(axis=1) % 2 == 1).sum())
        assert queries.linked(view, selection).n == wanted
        assert_equal(view, place.index, selection)
        some += wanted > 0
    assert some > 20


def test_threads_share_a_pass_and_others_wait_for_none(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.index.counting.SHARED_ROWS", 1)
    index, view = made(place.snapshot), place.view()
    monkeypatch.setattr(index._counting, "_threads", 3)
    with ThreadPoolExecutor(4) as pool:
        selections = [Selection(window="all", hours=(low, low + 9), urgency=("normal",)) for low in range(12)] * 3
        list(pool.map(lambda selection: assert_equal(view, index, selection), selections))
    index.close()


@pytest.mark.parametrize("change", ["DELETE FROM event WHERE event_ix % 3 = 1", "UPDATE event SET day = day - event_ix % 5"])
def test_events_with_gaps_in_their_numbers_and_out_of_the_order_of_days(place: Place, tmp_path: Path, change: str) -> None:
    """Words are found by number, and passes rely on days that come one after another."""
    path = tmp_path / "changed.duckdb"
    shutil.copy(place.snapshot.path, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(change)
    snapshot = Snapshot(path)
    view = View(snapshot, shipped()[0])
    index = made(snapshot)
    grid = (snapshot.areas.codes[1],)
    for selection in (Selection(window="all", q="停"), Selection(window="all", q="路", grid=grid), Selection(window="30d", hours=(6, 20))):
        assert_equal(view, index, selection)
        assert_equal(view, index, selection)  # with the rows that are kept
    index.close()
    snapshot.close()


def test_a_background_has_area_and_window_only(place: Place) -> None:
    rng, view = np.random.default_rng(12), place.view()
    soon = due_until(view)
    for _ in range(3):
        chosen, selection = random_selection(place.oracle, rng, soon)
        bare = {key: value for key, value in chosen.items() if key in ("days", "area", "due_until")}
        behind = queries.linked_background(view, selection)
        compare(place.oracle, behind, bare, soon, selection.query())
        assert queries.linked_background(view, selection.with_(source=("hotline",), indicator="closing_rate")) is behind


def test_a_scope_holds_in_every_dimension_and_in_the_background(place: Place) -> None:
    oracle, soon = place.oracle, due_until(place.view())
    codes = set(oracle.areas["area_code"])
    streets = oracle.areas.loc[oracle.areas["depth"] == 1, "area_code"].tolist()
    days = (dt.date(2000, 1, 1), oracle.today)
    parts = (streets[0], streets[2])
    for scope, grid in ((parts[:1], ()), (parts, ()), (parts[:1], (streets[1], streets[0])), ((), ()), (("x",), ())):
        inside = set().union(set(), *(oracle.below(code) for code in scope if code in codes))
        seen = place.with_events(oracle.events[oracle.events["area_ix"].isin(inside)])
        bare = {"days": days, "due_until": soon}
        selection = Selection(from_day=days[0], to_day=days[1], grid=grid)
        compare(seen, queries.linked(place.view(scope), selection), bare | ({"grid": grid} if grid else {}), soon, f"{scope}")
        compare(seen, queries.linked_background(place.view(scope), selection), bare, soon, f"behind {scope}")


@pytest.mark.parametrize("named_by", ["begin", "end"])
def test_days_begin_when_the_definition_says(place: Place, named_by: Literal["begin", "end"]) -> None:
    rng, view, events = np.random.default_rng(13), place.view(day=Day(12, named_by)), place.oracle.events
    soon = due_until(view)
    moved = np.where(events["hour_of_week"] % 24 >= 12, 1, 0) - (named_by == "begin")
    oracle = place.with_events(events.assign(day=(pd.to_datetime(events["day"]) + pd.to_timedelta(moved, unit="D")).dt.date))
    for _ in range(8):
        chosen, selection = random_selection(oracle, rng, soon)
        compare(oracle, queries.linked(view, selection), chosen, soon, selection.query())


def test_every_filter_is_of_one_dimension_or_always_applies() -> None:
    owned = [key for dimension in DIMENSIONS.values() for key in dimension.own]
    assert len(owned) == len(set(owned))
    assert {key for row in FILTERS for key in row.keys} - set(owned) == {"area", "q"}


def test_bits_of_dimensions_leave_those_that_say_to_look() -> None:
    assert max(BITS.values()) < BY_MAPPING
    assert (BITS["outcomes"], BITS["outcomes"] | BITS["days"]) == (COHORT, NOWHERE)


def test_steps_of_durations_make_every_bucket() -> None:
    assert all(hours * 3600 % DURATION_STEP_S == 0 for hours in DURATION_EDGES_H)
    text = (FOLDER / "linked.sql").read_text(encoding="utf-8")
    assert re.search(rf"duration_s // {DURATION_STEP_S}, {DURATION_STEPS}\)", text)
