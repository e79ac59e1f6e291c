"""A view scoped to one street sees no other, through any question and any indicator, whatever the selection says."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data import queries
from data.answers import Answers
from data.filters import sentence, settle
from data.indicators.areas import indicator_per_area
from data.indicators.ask import ask
from data.indicators.definition import shipped
from data.indicators.registry import INDICATORS
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View
from tests import district
from tests.contract.test_questions import arguments
from tests.oracle import Oracle

OWN, OTHER = "999901001", "999901002"
PARTS = ("999901001", "999901003002")
"""A scope of two areas with a gap between them."""
ADDRESSES = (
    "window=all",
    f"window=all&area={OTHER}",
    "window=all&area=999901",
    f"window=all&grid={OTHER}001,999901",
    f"window=all&area=999901&grid={OTHER}",
    "window=all&bbox=-180,-90,180,90",
    "window=all&q=停车&stage=void,closed,accepted",
    "window=all&deadline=overdue,due_soon",
    "from=2026-09-01&to=2026-11-30&hours=0-24&level=grid&indicator=accepted",
)


@dataclass(frozen=True)
class Place:
    """One built file: its tables, and a view of it for any scope, opened once."""

    path: Path
    snapshot: Snapshot
    oracle: Oracle

    @classmethod
    def opened(cls, path: Path) -> Place:
        oracle = Oracle(path)  # before the snapshot: DuckDB refuses a second connection with other settings
        return cls(path, Snapshot(path), oracle)

    def inside(self, scope: tuple[str, ...]) -> set[int]:
        """Positions of the areas in a scope."""
        return set().union(set(), *(self.oracle.below(code) for code in scope if code != "unknown"))

    def view(self, scope: tuple[str, ...] | None = None) -> View:
        return View(self.snapshot, shipped()[0], scope)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place.opened(district.build(tmp_path_factory.mktemp("scope") / "full.duckdb", 3000))


@pytest.fixture(scope="module")
def alone(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same file where everything out of the first scope has been taken away."""
    other = tmp_path_factory.mktemp("alone") / "alone.duckdb"
    other.write_bytes(place.path.read_bytes())
    inside = ", ".join(map(str, place.oracle.below(OWN)))
    with duckdb.connect(str(other)) as connection:
        connection.execute(f"DELETE FROM event WHERE area_ix NOT IN ({inside})")
        connection.execute(f"DELETE FROM video_point WHERE NOT is_device AND area_ix NOT IN ({inside})")
    return Place.opened(other)


def answer(view: View, name: str, address: str) -> pd.DataFrame:
    question = QUESTIONS[name]
    given = arguments(question, view) | ({"most": 10_000} if "most" in question.parameters else {})
    if name == "event_page":
        given |= {"after_at": dt.datetime(2100, 1, 1), "after_id": ""}
    if name == "boundaries":
        given["depth"] = 3
    return question.ask(view, Selection.parse_strict(address), **given)


def rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return sorted(map(tuple, frame.astype(str).to_numpy().tolist()))


@pytest.mark.parametrize(
    "name", [name for name, question in QUESTIONS.items() if question.reach != "everything" and name != "video_points"]
)
def test_a_scoped_view_answers_as_if_there_were_nothing_else(place: Place, alone: Place, name: str) -> None:
    for address in ADDRESSES:
        lonely = alone.view((OWN,) if "area" in address or "grid" in address else None)
        assert rows(answer(place.view((OWN,)), name, address)) == rows(answer(lonely, name, address)), address


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("scope", [(OWN,), PARTS, (), ("unknown",)])
def test_no_area_out_of_scope_is_named(place: Place, scope: tuple[str, ...], name: str) -> None:
    inside = place.inside(scope)
    for address in ADDRESSES:
        frame = answer(place.view(scope), name, address)
        if "area_ix" in frame and name != "durations_per_area":  # there the areas are those the caller named
            assert set(frame["area_ix"]) <= inside, address
        if not inside and "n" in frame:
            assert frame["n"].sum() == 0, address


def test_another_streets_case_cannot_be_opened(place: Place) -> None:
    events = place.oracle.events
    theirs = events[events["area_ix"].isin(place.inside((OTHER,)))].iloc[0]
    ours = events[events["area_ix"].isin(place.inside((OWN,)))].iloc[0]
    view = place.view((OWN,))
    assert queries.event_case(view, theirs["event_id"]) is None
    assert queries.event_case(view, ours["event_id"]) is not None


@pytest.mark.parametrize("address", ADDRESSES)
def test_ask_and_pages_of_cases(place: Place, address: str) -> None:
    view, selection = place.view((OWN,)), Selection.parse_strict(address)
    found = ask(view, selection)
    accepted = found["indicators"]["accepted"]["value"]
    if selection.area in (OTHER, "999901") or selection.grid:
        assert accepted == 0
    else:
        assert accepted == ask(place.view(), selection.with_(area=OWN))["indicators"]["accepted"]["value"]
    assert OTHER not in json.dumps({key: value for key, value in found.items() if key != "selection"})
    codes = {place.oracle.areas["area_code"][ix] for ix in place.inside((OWN,))}
    assert {event["area_code"] for event in queries.event_page(view, selection, 1000)["events"]} <= codes


@pytest.mark.parametrize("key", INDICATORS)
def test_no_indicator_per_area_names_another_street(place: Place, key: str) -> None:
    for scope, depth, address in product(((OWN,), PARTS), (None, 1, 3), ("window=all", f"window=all&area={OTHER}")):
        selection, view = Selection.parse_strict(address), place.view(scope)
        for frame in (indicator_per_area(view, selection, key, depth), Answers(view, selection, key)(indicator_per_area, key, depth)):
            assert set(frame.loc[~frame["is_rest"], "area_ix"]) <= place.inside(scope)
            assert address == "window=all" or frame["events"].sum() == 0


def test_an_area_out_of_scope_is_unknown_in_the_same_words(place: Place) -> None:
    view = place.view((OWN,))
    notes = [settle(view, Selection(area=code))[1][0].replace(code, "…") for code in (OTHER, "999999", "999901")]
    assert len(set(notes)) == 1
    assert f"street{OTHER}" not in sentence(view, Selection(area=OTHER))
    assert f"street{OTHER}" not in sentence(view, Selection(grid=(OTHER,)))
    assert f"street{OWN}" in sentence(view, Selection())


def test_boundaries_are_those_of_the_scope(place: Place) -> None:
    for depth in range(4):
        collection = json.loads(queries.area_collection(place.view((OWN,)), depth))
        codes = {feature["properties"]["area_code"] for feature in collection["features"]}
        assert codes <= {place.oracle.areas["area_code"][ix] for ix in place.inside((OWN,))}
        assert bool(codes) is (depth > 0)
        assert all(feature["properties"]["parent_code"] != "999901" for feature in collection["features"])
