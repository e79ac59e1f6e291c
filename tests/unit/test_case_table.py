"""Cases in any order, by their place in it, and cases like one: against pandas over the same file."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data import case_table, similar
from data.course import course
from data.errors import SelectionError
from data.schema import STAGES
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle

ALL = Selection(window="all")
KEYS = {
    "deadline_at": "deadline_at", "closed_at": "closed_at", "hours_taken": "duration_s", "area": "area_ix", "category": "category_ix",
    "source": "source_ix", "urgency": "urgency_ix",
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return district.build(tmp_path_factory.mktemp("table") / "full.duckdb", 2500)


@pytest.fixture(scope="module")
def oracle(path: Path) -> Oracle:
    return Oracle(path)


@pytest.fixture(scope="module")
def view(path: Path, oracle: Oracle) -> View:
    return district.view(path)


def key(rows: pd.DataFrame, by: str) -> pd.Series:
    if by == "stage":
        return rows["stage"].map(STAGES.index)
    if by == "department":
        return rows["department"].map(sorted(rows["department"].unique()).index)
    return rows[KEYS[by]]


def asked(view: View, event_id: str) -> pd.Series:
    """A case as ``similar`` wants it."""
    found = course(view, event_id)
    assert found is not None
    return found.row


@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("by", case_table.ORDERS)
def test_every_selected_case_stands_where_pandas_puts_it(view: View, oracle: Oracle, by: str, is_descending: bool) -> None:
    good = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    newest_first = good.sort_values("event_ix", ascending=False)
    if by == "reported_at":
        expected = good.sort_values("event_ix", ascending=not is_descending)
    else:
        expected = newest_first.iloc[key(newest_first, by).reset_index(drop=True).sort_values(
            ascending=not is_descending, kind="stable", na_position="last").index]  # fmt: skip
    found = case_table.order(view, ALL, by, is_descending=is_descending)
    assert found.tolist() == expected["event_ix"].tolist()


def test_rows_come_as_they_are_wanted(view: View, oracle: Oracle) -> None:
    wanted = [7, 2000, 3, 999_999]
    found = case_table.rows(view, wanted)
    assert [row["event_id"] for row in found] == ["E00007", "E02000", "E00003"]
    assert case_table.rows(view, []) == []


def test_a_scoped_table_holds_the_scope_alone(path: Path, view: View, oracle: Oracle) -> None:
    own = View(view.snapshot, view.definition, ("999901001",))
    inside = oracle.below("999901001")
    areas = oracle.events.set_index("event_ix")["area_ix"]
    assert set(areas[case_table.order(own, ALL, "deadline_at")]) <= inside
    assert len(case_table.order(own, ALL)) > 0
    theirs = areas[~areas.isin(inside)].index[:20].tolist()
    assert case_table.rows(own, theirs) == []
    assert course(own, f"E{theirs[0]:05d}") is None
    ours = areas[areas.isin(inside)].index[0]
    near = similar.similar(own, asked(own, f"E{ours:05d}"))
    assert {case["event_id"] for case in near.cases} <= {f"E{ix:05d}" for ix in areas[areas.isin(inside)].index}
    assert len(case_table.order(View(view.snapshot, view.definition, ()), ALL)) == 0


def test_an_order_nobody_knows_is_refused(view: View) -> None:
    with pytest.raises(SelectionError, match="deadline_at"):
        case_table.order(view, ALL, "title")


def test_nothing_selected_is_an_empty_order(view: View) -> None:
    assert case_table.order(view, ALL.with_(q="nothing like this"), "closed_at").tolist() == []


def test_similar_cases_are_those_pandas_finds(view: View, oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "NEAR_M", 4000.0)  # the district is sparse
    monkeypatch.setattr(similar, "MOST", 10_000)
    parents = oracle.categories.set_index("category_ix")["parent_ix"].fillna(-1).astype(int)
    depths = oracle.categories.set_index("category_ix")["depth"]

    def of_its_kind(ix: int) -> set[int]:
        found = {int(parents[ix]) if depths[ix] == 3 else ix}
        for node in parents.index:
            if parents[node] in found:
                found.add(int(node))
        return found

    rows = oracle.events
    good = rows[~rows["is_void"] & ~rows["is_duplicate"]]
    told = 0
    for place in (0, 11, 500, 1203, 2499):
        one = rows[rows["event_ix"] == place].iloc[0]
        others = good[good["event_ix"] != place]
        in_time = (others["reported_at"] - one["reported_at"]).abs() <= dt.timedelta(days=90)
        lon, lat = np.radians(others["lon"] - one["lon"]), np.radians(others["lat"] - one["lat"])
        metres = 6_371_008.8 * np.hypot(lon * np.cos(np.radians((others["lat"] + one["lat"]) / 2)), lat)
        near = (metres <= 4000) & others["category_ix"].isin(of_its_kind(int(one["category_ix"])))
        same = others["address"].notna() & (others["address"] == one["address"])
        expected = others[in_time & (near | same)].sort_values(["reported_at", "event_id"], ascending=False)
        found = similar.similar(view, asked(view, one["event_id"])).cases
        assert [case["event_id"] for case in found] == expected["event_id"].tolist()
        assert [case["is_same_address"] for case in found] == same[expected.index].tolist()
        told += len(found)
    assert told > 20


def test_no_more_are_listed_than_are_looked_at(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "MOST", 2)
    monkeypatch.setattr(similar, "NEAR_M", 50_000.0)
    found = similar.similar(view, asked(view, "E01203"))
    assert found.is_cut
    assert len(found.cases) <= 2


def test_the_course_of_a_case_is_that_of_its_row(view: View, oracle: Oracle) -> None:
    events = oracle.events.set_index("event_id")
    late = oracle.events[oracle.events["is_closed"] & (oracle.events["closed_at"] > oracle.events["deadline_at"])]["event_id"].iloc[0]
    open_ = oracle.events[~oracle.events["is_closed"] & oracle.events["deadline_at"].notna()]["event_id"].iloc[0]
    for event_id, end in ((late, events.at[late, "closed_at"]), (open_, pd.Timestamp(district.AS_OF))):
        found = course(view, event_id)
        assert found is not None
        assert found.over_s == (end - events.at[event_id, "deadline_at"]).total_seconds()
        assert found.steps[0].key == "reported"
        known = [step for step in found.steps if step.at is not None]
        times = [events.at[event_id, f"{step.key}_at"] for step in known]
        assert [step.took_s for step in known][1:] == [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    assert course(view, "nobody") is None
