"""The made-up district after the road all data take: every event counted, every fault found, nothing personal left."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from data import queries
from data.demo import SCALES, demo
from data.indicators.ask import ask
from data.selection import Selection
from data.store.store import Store
from data.view import View
from tests.conftest import DEMO_AS_OF

SMALL = SCALES["small"]


@pytest.fixture(scope="module")
def view(demo_store: Path) -> View:
    snapshot = Store(demo_store).current()
    return View(snapshot, snapshot.definition())


def test_rows_in_are_accepted_or_quarantined(demo_store: Path) -> None:
    manifest = Store(demo_store).manifests()[0]
    for source in manifest["sources"]:
        assert source["rows_in"] == source["accepted"] + source["quarantined"], source["name"]
    assert manifest["counts"]["event"] == SMALL.events
    assert manifest["counts"]["video_point"] == SMALL.video_points
    assert manifest["counts"]["area"] == 1 + SMALL.streets + SMALL.communities + SMALL.grids


def test_every_planted_fault_was_found(demo_store: Path) -> None:
    folder = demo_store / "quarantine" / Store(demo_store).current().id
    codes: Counter[str] = Counter()
    for path in folder.rglob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        codes.update(re.findall(r"E_[A-Z_]+", text))
    assert set(codes) >= {
        "E_ID_MISSING",
        "E_ID_DUP",
        "E_TIME_MISSING",
        "E_TIME_INVALID",
        "E_TIME_FUTURE",
        "E_CLOSE_BEFORE_REPORT",
        "E_ENUM",
    }


def test_nothing_personal_is_left(view: View) -> None:
    for table in ("event", "video_point"):
        frame = view.snapshot.frame(f"SELECT * FROM {table}")
        texts = frame.select_dtypes(include=["object", "str"])
        free = texts[[name for name in texts if not name.endswith(("_id", "_code", "_of"))]].astype("str")
        assert not free.apply(lambda column: column.str.contains(r"(?:^|\D)140\d{8}(?:\D|$)|demo-only|女士|先生")).to_numpy().any()
    told = view.snapshot.frame("SELECT description FROM event WHERE description LIKE '%联系电话***%'")
    assert len(told) > 20


def test_positions_agree_with_the_grids_they_name(view: View) -> None:
    """GCJ-02 was turned back: patrol events lie where their grid is."""
    events = view.snapshot.frame(
        "SELECT a.area_code, e.located_by, s.source FROM event e JOIN area a USING (area_ix) JOIN source s USING (source_ix)"
    )
    patrol = events[(events["source"] == "patrol") & (events["located_by"] == 2)]
    assert (patrol["area_code"].str.len() == 15).mean() > 0.99
    mismatches = view.snapshot.frame("SELECT sum(n) AS n FROM finding WHERE code = 'E_GRID_MISMATCH'")["n"].iloc[0]
    assert 0 < mismatches < 0.04 * len(patrol) + 40


def test_what_a_wall_shows_is_there(view: View) -> None:
    selection = Selection.parse_strict("window=all")
    soon = queries.due_soon(view, selection, queries.outcomes_per_bucket(view, selection))
    assert soon["due_soon"].sum() > 0
    assert soon["overdue"].sum() > 0
    share = soon["overdue"].sum() / SMALL.events
    assert share < 0.01


def test_numbers_are_believable(view: View) -> None:
    values = {key: number["value"] for key, number in ask(view, Selection.parse_strict("window=90d"))["indicators"].items()}
    bounds = {
        "disposal_on_time_rate": (0.88, 0.97),
        "closing_on_time_rate": (0.86, 0.95),
        "satisfaction_rate": (0.76, 0.90),
        "resolution_rate": (0.80, 0.93),
        "proactive_rate": (0.30, 0.55),
        "resolved_locally_rate": (0.85, 0.97),
        "video_online_rate": (0.86, 0.96),
        "unmapped": (0.02, 0.07),
        "median_hours": (6.0, 40.0),
    }
    outside = {key: values[key] for key, (low, high) in bounds.items() if not low < values[key] < high}
    assert not outside


def test_the_same_demo_has_the_same_content(demo_store: Path, tmp_path: Path) -> None:
    again = demo(scale="small", seed=1, store=tmp_path / "store", as_of=DEMO_AS_OF)
    assert again.split("-")[-1] == Store(demo_store).current().id.split("-")[-1]


def test_a_reader_of_the_demo_needs_no_warning(demo_store: Path) -> None:
    snapshot = Store(demo_store).current()
    found = set(snapshot.frame("SELECT DISTINCT code FROM finding")["code"])
    assert "DATUM_SHARES" in found
    assert not {code for code in found if code.startswith(("C_", "W_CRS_SUSPECT"))}
