"""Grid by grid on the workbench: picked areas beside each other, and all grids of a street, against pandas over the events."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.context import Context
from dashboard.panels import STUDY
from dashboard.settings import Settings
from data.courses import courses, history
from data.selection import Selection
from data.store.store import Store
from data.view import View
from tests import district
from tests.component.test_every_surface import Number, check, numbers
from tests.oracle import Oracle

FROM, TO = dt.date(2026, 10, 21), dt.date(2026, 11, 9)
DAYS = f"from={FROM}&to={TO}"
GRIDS = tuple(panel for panel in STUDY if panel.key == "grids")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Oracle, View]:
    path = district.build(tmp_path_factory.mktemp("grids") / "random.duckdb", 3000)
    oracle = Oracle(path)  # before the view: DuckDB opens one file with one set of settings
    return oracle, district.view(path)


@pytest.fixture(scope="module")
def context(demo_store: Path) -> Context:
    return Context(Settings(), Store(demo_store))


@pytest.fixture(scope="module")
def view(context: Context) -> View:
    snapshot = context.store.current()
    return View(snapshot, snapshot.definition())


def leaves(view: View, top: int) -> list[int]:
    tree = view.snapshot.areas
    return [ix for ix in range(top, int(tree.last[top]) + 1) if int(tree.last[ix]) == ix]


def test_courses_are_what_pandas_counts(told: tuple[Oracle, View]) -> None:
    oracle, view = told
    areas = [*view.snapshot.areas.children(0)]
    events = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"] & (oracle.events["source"] == "hotline")]
    parents = oracle.categories.set_index("category_ix")
    for course in courses(view, Selection.parse_strict(f"{DAYS}&source=hotline"), areas):
        own = events[events["area_ix"].isin(oracle.below(view.snapshot.areas.codes[course.area_ix]))]
        days = own["day"].value_counts()
        now = [int(days.get(FROM + dt.timedelta(days=at), 0)) for at in range(20)]
        before = [int(days.get(FROM + dt.timedelta(days=at - 20), 0)) for at in range(20)]
        assert (course.now.tolist(), course.before.tolist()) == (now, before)
        assert (course.n, course.n_before) == (sum(now), sum(before))
        inside = own[(own["day"] >= FROM) & (own["day"] <= TO)]
        kind = inside["category_ix"].map(lambda ix: ix if parents.at[ix, "depth"] < 3 else int(parents.at[ix, "parent_ix"]))
        assert dict(course.kinds) == kind.value_counts().to_dict()
        assert [n for _, n in course.kinds] == sorted((n for _, n in course.kinds), reverse=True)


def test_history_is_of_the_months_that_are_over(told: tuple[Oracle, View]) -> None:
    oracle, view = told
    areas = leaves(view, 0)[:4]
    months, counts = history(view, Selection.parse_strict(DAYS), areas)
    events = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    month = pd.to_datetime(events["day"]).dt.to_period("M")
    assert months[-1] == dt.date(2026, 10, 1)  # November has begun
    for at, ix in enumerate(areas):
        own = month[events["area_ix"] == ix].value_counts()
        assert counts[at].tolist() == [int(own.get(pd.Period(first, "M"), 0)) for first in months]
    assert counts.sum() > 0


def test_no_events_are_no_faults(told: tuple[Oracle, View]) -> None:
    _, view = told
    found = courses(view, Selection.parse_strict("from=2020-01-01&to=2020-01-07"), [1])[0]
    assert (found.n, found.n_before, found.kinds) == (0, None, ())
    assert np.array_equal(found.now, np.zeros(7))


def test_every_number_beside_each_other_opens(context: Context, view: View) -> None:
    tree = view.snapshot.areas
    picked = [tree.codes[ix] for ix in leaves(view, tree.children(0)[0])[:2]]
    address = f"window=30d&grid={','.join(picked)}"
    found = numbers(context, GRIDS, address)
    wanted = {code: [number for number in found if f"area={code}" in number.value] for code in (*picked, tree.codes[tree.children(0)[0]])}
    assert all(len(listed) >= 10 for listed in wanted.values())
    for number in (number for listed in wanted.values() for number in listed[:: max(1, len(listed) // 6)]):
        check(view, address, Number(number.panel, re.sub(r".* 处 ", "", number.text), number.value))


def test_the_grids_of_a_street_stand_in_the_order_of_their_growth(context: Context, view: View) -> None:
    street = view.snapshot.areas.children(0)[1]
    address = f"window=30d&area={view.snapshot.areas.codes[street]}"
    found = numbers(context, GRIDS, address)
    assert len(found) == len(leaves(view, street))
    for number in found[:3]:
        check(view, address, number)
    told = courses(view, Selection.parse_strict(address), leaves(view, street))
    growth = {view.snapshot.areas.codes[one.area_ix]: one.n - (one.n_before or 0) for one in told}
    order = [re.findall(r"area=(\w+)", number.value)[0] for number in found]
    assert [growth[code] for code in order] == sorted(growth.values(), reverse=True)


def test_of_a_whole_district_the_streets_are_drawn(context: Context, view: View) -> None:
    found = numbers(context, GRIDS, "window=30d")
    streets = {view.snapshot.areas.codes[ix] for ix in view.snapshot.areas.children(0)}
    assert {re.findall(r"area=(\w+)", number.value)[0] for number in found} == streets
    for number in found[:2]:
        check(view, "window=30d", number)
