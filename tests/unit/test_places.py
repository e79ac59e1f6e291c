"""The list of places that call again, against every pair of events of the snapshot."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data import places
from data.indicators.ask import ask
from data.selection import Selection
from data.window import window
from tests import district
from tests.oracle import Oracle

DAYS = 30
ADDRESSES = ("", "window=30d", "window=all", "area=999901002", "source=hotline", "from=2026-10-01&to=2026-10-20", "category=消防")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Oracle]:
    path = district.build(tmp_path_factory.mktemp("places") / "full.duckdb", 5000)
    return path, Oracle(path)


def of_every_pair(oracle: Oracle, until: pd.Timestamp) -> list[set[str]]:
    """Places of the thirty days before an instant: what hangs together by events that have two more before them."""
    parents = oracle.categories.set_index("category_ix")
    kind = [ix if parents.at[ix, "depth"] < 3 else int(parents.at[ix, "parent_ix"]) for ix in range(len(parents))]
    rows = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    rows = rows[(rows["reported_at"] < until) & (rows["reported_at"] >= until - pd.Timedelta(days=DAYS))]
    found: list[set[str]] = []
    for _, group in rows.groupby(["area_ix", rows["category_ix"].map(kind.__getitem__)]):
        ids, at = group["event_id"].tolist(), group["reported_at"].to_numpy()
        lon, lat = np.radians(group["lon"].to_numpy(float)), np.radians(group["lat"].to_numpy(float))
        texts = group["address"].fillna("").to_numpy()
        near = 6_371_008.8 * np.hypot((lon[:, None] - lon) * np.cos((lat[:, None] + lat) / 2), lat[:, None] - lat) <= 50
        near |= (texts[:, None] == texts) & (texts != "")
        np.fill_diagonal(near, True)
        calls = near & (at[:, None] >= at)
        own: list[set[str]] = []
        for row in np.flatnonzero(calls.sum(axis=1) >= 3):
            together = {ids[column] for column in np.flatnonzero(calls[row])}
            for other in [other for other in own if other & together]:
                own.remove(other)
                together |= other
            own.append(together)
        found += own
    return found


def as_sets(found: places.RepeatPlaces) -> list[list[str]]:
    return sorted(sorted(one.cases["event_id"]) for one in found.places)


@pytest.mark.parametrize("address", ADDRESSES)
def test_places_are_those_of_every_pair(place: tuple[Path, Oracle], address: str) -> None:
    path, oracle = place
    view, selection = district.view(path), Selection.parse_strict(address)
    found = places.repeat_places(view, selection, most=10_000)
    days = window(view, selection)
    until = min(pd.Timestamp(days.ends_at), pd.Timestamp(district.AS_OF) + pd.Timedelta(microseconds=1))
    assert (found.from_at, found.until_at) == (until - pd.Timedelta(days=DAYS), until)
    chosen = oracle.events
    if selection.area:
        chosen = chosen[chosen["area_ix"].isin(oracle.below(selection.area))]
    if selection.source:
        chosen = chosen[chosen["source"] == "hotline"]
    if selection.category:
        chosen = chosen[chosen["category_ix"].isin(oracle.kinds(2, ["消防"]))]
    ids = set(chosen["event_id"])
    expected = sorted(sorted(one) for one in of_every_pair(oracle, until) if one & ids)
    assert as_sets(found) == expected
    assert expected
    assert (found.total, found.events) == (len(expected), sum(map(len, expected)))


def test_numbers_of_a_place(place: tuple[Path, Oracle]) -> None:
    path, oracle = place
    view = district.view(path)
    found = places.repeat_places(view, Selection(window="all"), most=10_000)
    events = oracle.events.set_index("event_id")
    good = events[~events["is_void"] & ~events["is_duplicate"]]
    parents = oracle.categories.set_index("category_ix")
    kind = events["category_ix"].map(lambda ix: ix if parents.at[ix, "depth"] < 3 else int(parents.at[ix, "parent_ix"]))
    for one in found.places[:60]:
        own = events.loc[one.cases["event_id"]]
        assert set(own["area_ix"]) == {one.area_ix}
        assert set(kind[own.index]) == {one.category_ix}
        assert (one.n, one.open) == (len(own), int((~own["is_closed"]).sum()))
        assert one.overdue == int((~own["is_closed"] & own["is_past_deadline"]).sum())
        assert (one.first_at, one.last_at) == (own["reported_at"].min(), own["reported_at"].max())
        age = (found.until_at - own["reported_at"]) / pd.Timedelta(days=DAYS)
        assert one.pressure == pytest.approx(float((1 - age).sum()))
        earlier = good[(good["area_ix"] == one.area_ix) & (kind[good.index] == one.category_ix)]
        earlier = earlier[(earlier["reported_at"] < found.from_at) & (earlier["reported_at"] >= found.from_at - dt.timedelta(days=DAYS))]
        assert one.before == int(earlier["address"].isin(own["address"].dropna()).sum())  # no two positions are near by chance
    order = [one.pressure for one in found.places]
    assert order == sorted(order, reverse=True)


def test_a_short_list_is_the_head_of_the_long_one(place: tuple[Path, Oracle]) -> None:
    path, _ = place
    view = district.view(path)
    long, short = (places.repeat_places(view, Selection(), most=most) for most in (10_000, 5))
    assert [one.cases["event_id"].tolist() for one in short.places] == [one.cases["event_id"].tolist() for one in long.places[:5]]
    assert (short.total, short.events) == (long.total, long.events)


def test_a_scope_lists_its_own_places_whole(place: tuple[Path, Oracle]) -> None:
    path, oracle = place
    own = places.repeat_places(district.view(path, ("999901001",)), Selection(window="all"), most=10_000)
    asked = places.repeat_places(district.view(path), Selection(window="all", area="999901001"), most=10_000)
    assert as_sets(own) == as_sets(asked)
    assert {one.area_ix for one in own.places} <= oracle.below("999901001")
    nothing = places.repeat_places(district.view(path, ()), Selection(window="all"))
    assert nothing.places == ()


def test_ask_gives_them_with_their_cases(place: tuple[Path, Oracle]) -> None:
    path, _ = place
    view = district.view(path)
    answer = json.loads(json.dumps(ask(view, Selection(window="all")), allow_nan=False))["repeat_places"]
    assert answer["rule"] == {"cases": 3, "days": 30, "metres": 50.0}
    assert len(answer["places"]) == min(places.MOST, answer["total"])
    for one in answer["places"]:
        assert len(one["event_ids"]) == one["n"] >= 3
    empty = ask(view, Selection.parse_strict("q=nobody-wrote-this"))["repeat_places"]
    assert (empty["total"], empty["places"]) == (0, [])
