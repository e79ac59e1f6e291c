"""The index is made when a snapshot is opened, goes with it, and leaves to SQL what it cannot hold."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dashboard.serve import open_store
from dashboard.settings import Settings
from data import queries
from data.index.codes import Packing
from data.indicators.definition import shipped
from data.linked import by_sql, of_counts
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.store.store import Store
from data.view import View
from tests import district

PATIENCE_S = 120.0
"""The first time on a machine, loops are compiled."""


def test_it_is_made_with_the_snapshot_and_goes_with_it(demo_store: Path) -> None:
    store = Store(demo_store, is_indexed=True)
    snapshot = store.current()
    index = snapshot.prepare().wait(PATIENCE_S)
    assert index is not None
    assert snapshot.index is index
    assert index.events == snapshot.frame("SELECT count(*) AS n FROM event")["n"].iloc[0]
    assert index.nbytes < 48 * index.events + 300e6
    store.close()
    assert snapshot.index is None


@pytest.mark.parametrize("is_on", [True, False])
def test_the_setting_switches_it(demo_store: Path, is_on: bool) -> None:
    store = open_store(Settings.load({}).model_copy(update={"store": demo_store, "index": is_on}))
    snapshot = store.current()
    assert (snapshot._preparation is not None) is is_on
    view = View(snapshot, shipped()[0])
    before = queries.linked(view, Selection(window="all"))
    if is_on:
        snapshot.prepare().wait(PATIENCE_S)
    after = queries.linked(view, Selection(window="all"))
    assert after.outcomes.equals(before.outcomes)
    assert after.n == before.n > 0
    store.close()


def test_what_cannot_be_held_stays_with_sql(tmp_path: Path) -> None:
    view = district.view(district.build(tmp_path / "empty.duckdb", is_empty=True))
    preparation = view.snapshot.prepare()
    assert preparation.wait(PATIENCE_S) is None
    assert "no events" in (preparation.problem or "")
    assert queries.linked(view, Selection(window="all")).n == 0


def test_more_combinations_than_two_bytes_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.index.codes.MOST_CODES", 100)
    preparation = district.view(district.build(tmp_path / "small.duckdb", 500)).snapshot.prepare()
    assert preparation.wait(PATIENCE_S) is None
    assert "more combinations" in (preparation.problem or "")


def test_no_fault_of_the_index_costs_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: Any) -> Any:
        raise IndexError("planted")

    monkeypatch.setattr("data.index.index.read", fail)
    view = district.view(district.build(tmp_path / "small.duckdb", 500))
    preparation = view.snapshot.prepare()
    assert preparation.wait(PATIENCE_S) is None
    assert "planted" in (preparation.problem or "")
    assert "planted" in caplog.text
    assert queries.linked(view, Selection(window="all")).n > 0


def test_a_question_under_way_is_answered_when_the_index_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.index.counting.SHARED_ROWS", 1)
    view = district.view(district.build(tmp_path / "small.duckdb", 500))
    index = view.snapshot.prepare().wait(PATIENCE_S)
    assert index is not None
    monkeypatch.setattr(index._counting, "_threads", 2)
    index.close()
    selection = Selection(window="all", hours=(3, 9), urgency=("normal",))
    found = index.linked(view, selection)
    assert found is not None
    assert of_counts(view, found).n == of_counts(view, by_sql(view, selection)).n > 0


def test_a_snapshot_that_is_closed_meanwhile_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, is_reading, may_go_on = Snapshot(district.build(tmp_path / "small.duckdb", 500)), threading.Event(), threading.Event()
    packed = Packing.of

    def wait(own: Snapshot, *given: Any) -> Packing:
        with own.cursor() as cursor:
            rows = cursor.sql("SELECT * FROM event").to_arrow_reader(10)
            is_reading.set()
            may_go_on.wait(PATIENCE_S)
            assert sum(batch.num_rows for batch in rows) == 500
        return packed(own, *given)

    monkeypatch.setattr(Packing, "of", wait)
    preparation = snapshot.prepare()
    assert is_reading.wait(PATIENCE_S)
    snapshot.close()  # while the index is read from it
    may_go_on.set()
    assert preparation.wait(PATIENCE_S) is None
    assert preparation.problem is None
