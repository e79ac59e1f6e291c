"""Questions about single cases and places, against pandas and shapely over the same file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data import queries
from data.answers import Answers
from data.due import due_until
from data.errors import SelectionError
from data.filters import sentence
from data.schema import CELL_COLUMNS
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle

ALL = Selection(window="all")
RING = ((120.05, 30.05), (120.4, 30.1), (120.2, 30.2), (120.35, 30.38), (120.1, 30.3))


@dataclass(frozen=True)
class Place:
    view: View
    events: pd.DataFrame

    @property
    def good(self) -> pd.DataFrame:
        return self.events[~self.events["is_void"] & ~self.events["is_duplicate"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    path: Path = district.build(tmp_path_factory.mktemp("queries") / "full.duckdb", 3000)
    oracle = Oracle(path)
    return Place(district.view(path), oracle.events)


def test_polygon_is_shapelys(place: Place) -> None:
    inside = shapely.contains_xy(shapely.Polygon(RING), place.good["lon"], place.good["lat"])
    assert 0 < queries.event_count(place.view, ALL.with_(polygon=RING)) == int(inside.sum())


def test_box_holds_its_edges(place: Place) -> None:
    row = place.good[place.good["is_mapped"]].iloc[0]
    west, south = float(row["lon"]), float(row["lat"])
    assert queries.event_count(place.view, ALL.with_(bbox=(west, south, west + 1e-9, south + 1e-9))) == 1


def test_pages_give_every_case_once_newest_first(place: Place) -> None:
    found: list[str] = []
    cursor = None
    while True:
        page = queries.event_page(place.view, ALL, 700, cursor)
        found += [event["event_id"] for event in page["events"]]
        cursor = page["next"]
        if cursor is None:
            break
    expected = place.good.sort_values(["reported_at", "event_id"], ascending=False)["event_id"].tolist()
    assert found == expected
    assert page["total"] == len(expected)


@pytest.mark.parametrize("cursor", ["", "x", "1~", "-1~a", "9" * 30 + "~a", "1" * 10, "~", "1~\x00"])
def test_a_cursor_that_no_page_gave_is_refused_or_empty(place: Place, cursor: str) -> None:
    if cursor == "1~":
        assert queries.event_page(place.view, ALL, 5, cursor)["events"] == []
        return
    with pytest.raises(SelectionError, match="cursor"):
        queries.event_page(place.view, ALL, 5, cursor)


def test_void_cases_are_listed_when_asked_for_and_counted_never(place: Place) -> None:
    selection = ALL.with_(stage=("void",))
    expected = place.events[place.events["stage"] == "void"]
    assert queries.event_page(place.view, selection, 1)["total"] == len(expected)
    good = place.good[place.good["stage"] == "void"]
    assert queries.hours_of_week(place.view, selection)["n"].sum() == len(good) < len(expected)


def test_a_case_has_its_timeline(place: Place) -> None:
    row = place.events[place.events["has_duration"]].iloc[0]
    case = queries.event_case(place.view, row["event_id"])
    assert case is not None
    assert case["reported_at"] == row["reported_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert case["duration_s"] == row["duration_s"]
    assert case["stage"] == row["stage"]
    assert queries.event_case(place.view, "nothing") is None


def test_points_up_to_the_limit_else_their_number(place: Place) -> None:
    mapped = place.good[place.good["cell"].notna()]
    found = queries.event_points(place.view, ALL, 10_000)
    assert found.total == len(found.frame) == len(mapped)
    assert found.frame["event_ix"].tolist() == sorted(mapped["event_ix"])
    for points in (queries.event_points(place.view, ALL, 10), queries.event_points(place.view, ALL, 10, total=len(mapped))):
        assert points.total == len(mapped)
        assert points.frame.empty
        assert set(points.frame.columns) == set(found.frame.columns)
    soon = pd.Timestamp(due_until(place.view))
    joined = found.frame[["event_ix", "state"]].merge(mapped, on="event_ix")
    assert len(joined) == len(mapped)
    expected = np.select(
        [joined["is_closed"], joined["is_past_deadline"], joined["has_deadline"] & (joined["deadline_at"] <= soon)],
        ["closed", "overdue", "due_soon"],
        "open",
    )
    assert (joined["state"] == expected).all()
    assert set(expected) == {"closed", "overdue", "due_soon", "open"}


def test_totals_of_marks_follow_from_what_panels_ask(place: Place) -> None:
    totals = queries.deadline_totals(place.view, queries.outcomes_per_bucket(place.view, ALL), queries.due_soon_rows(place.view, ALL))
    for state, total in totals.items():
        mapped = queries.mapped_count(place.view, ALL.with_(deadline=(state,)))
        # in the random district a place and its flag are drawn together, so both count the same events
        assert total == mapped > 0


def test_density_counts_every_mapped_event_in_its_block(place: Place) -> None:
    found = queries.density(place.view, ALL, 256)
    block = CELL_COLUMNS // 256
    cells = place.good["cell"].dropna().astype(int)
    expected = pd.Series(1, index=cells.index).groupby([cells // CELL_COLUMNS // block, cells % CELL_COLUMNS // block]).sum()
    assert dict(zip(zip(found.frame["row"], found.frame["column"], strict=True), found.frame["n"], strict=True)) == expected.to_dict()
    assert found.width == pytest.approx(0.5 / CELL_COLUMNS * block)


def test_lists_of_urgent_events(place: Place) -> None:
    found = queries.urgent_events(place.view, ALL, 12)
    soon = due_until(place.view)
    waiting = place.good[~place.good["is_closed"] & ~place.good["is_past_deadline"] & place.good["has_deadline"]]
    waiting = waiting[waiting["deadline_at"].between(pd.Timestamp(district.AS_OF), pd.Timestamp(soon))]
    overdue = place.good[~place.good["is_closed"] & place.good["is_past_deadline"]]
    expected = {
        "due_soon": waiting.sort_values(["deadline_at", "event_ix"])["event_id"].head(12).tolist(),
        "overdue": overdue.sort_values("event_ix", ascending=False)["event_id"].head(12).tolist(),
        "newest": place.good.sort_values("event_ix", ascending=False)["event_id"].head(12).tolist(),
    }
    assert {name: rows["event_id"].tolist() for name, rows in found.groupby("list")} == expected


ADDRESSES = ("window=all", "window=30d", "", "window=1d", "area=999901001001001", "window=all&stage=closed,void", "q=nothing")


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_panels_know_spares_work_and_changes_nothing(place: Place, address: str) -> None:
    view, selection = place.view, Selection.parse_strict(address)
    answers = Answers(view, selection)
    outcomes = answers(queries.outcomes_per_bucket)
    for limit in (1, 3, 12, 500):
        assert answers(queries.urgent_events, limit).equals(queries.urgent_events(view, selection, limit))
    late = selection.with_(deadline=("overdue", "due_soon"))
    total = queries.event_points(view, late, 10_000).total
    since = queries.first_day(view, selection, outcomes, ("overdue", "due_soon"))
    spared = queries.event_points(view, late, 10_000, total=total, since=since)
    assert spared.frame["event_ix"].tolist() == queries.event_points(view, late, 10_000).frame["event_ix"].tolist()


def test_no_points_have_the_columns_of_points(place: Place) -> None:
    some = queries.event_points(place.view, ALL, 10_000).frame
    assert list(queries.NO_POINTS.columns) == list(some.columns)


def test_due_soon_and_overdue_per_stage(place: Place) -> None:
    found = queries.due_soon(place.view, ALL, queries.outcomes_per_bucket(place.view, ALL)).set_index("stage")
    for column, state in (("due_soon", "due_soon"), ("overdue", "overdue")):
        for stage, n in found[column].items():
            assert n == queries.event_count(place.view, ALL.with_(deadline=(state,), stage=(str(stage),))), (stage, state)
        assert found[column].sum() == queries.event_count(place.view, ALL.with_(deadline=(state,)))


def test_due_soon_looks_four_working_hours_ahead(place: Place) -> None:
    # Friday 11:30: half an hour until noon, then 13:30 to 17:00 make four
    assert due_until(place.view) == dt.datetime(2026, 11, 20, 9, 0)


def test_stages_add_up(place: Place) -> None:
    found = queries.stages(place.view, queries.outcomes_per_bucket(place.view, ALL)).set_index("stage")["n"]
    assert found.to_dict() == place.good.groupby("stage").size().to_dict()


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            "street999901001，2026-11-16 至 11-20（未结束），大平安，热线，超期未结，22 至 6 时，快照 2026-11-20 11:30，口径 接诉即办 v2",
        ),
        (
            "en",
            "street999901001, 2026-11-16 to 11-20 (not over), 大平安, 12345 hotline, overdue and open, 22 to 6 h, "
            "snapshot 2026-11-20 11:30, definition Swift response to complaints v2",
        ),
    ],
)
def test_sentence(place: Place, lang: str, expected: str) -> None:
    selection = Selection.parse_strict("area=999901001&window=week&domain=大平安&source=hotline&deadline=overdue&hours=22-6")
    found = sentence(place.view, selection, lang)  # type: ignore[arg-type]
    assert found == expected
