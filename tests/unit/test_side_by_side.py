"""Areas side by side: numbers and weeks of each against pandas, with all filters but those of the map."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import plotly.utils
import pytest

from dashboard.look import Look
from dashboard.workbench import side_by_side
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[View, Oracle]:
    file = district.build(tmp_path_factory.mktemp("side") / "district.duckdb", 5000, seed=6)
    oracle = Oracle(file)
    return district.view(Path(file)), oracle


def cards(look: Look) -> list[dict[str, Any]]:
    text = json.dumps(side_by_side.build(look)[0], cls=plotly.utils.PlotlyJSONEncoder)
    found: list[dict[str, Any]] = json.loads(text)["props"]["children"][1]["props"]["children"]
    return found


def told(card: dict[str, Any]) -> tuple[str, int, list[int], str]:
    """Name, cases, weeks, and all that is said."""
    head, image, *said = card["props"]["children"]
    name, n = (part["props"]["children"] for part in head["props"]["children"])
    weeks = image["props"]["alt"].rsplit("：", 1)[1].split(", ")
    return name, int(n.replace(",", "")), [int(week) for week in weeks], json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize(
    ("address", "codes"),
    [
        ("window=30d&source=hotline&grid=999901001,999901002001&bbox=120.1,30.1,120.2,30.2", ["999901001", "999901002001"]),
        ("window=30d&area=999901001001", ["999901001001001", "999901001001002"]),
    ],
)
def test_each_has_its_own_numbers(known: tuple[View, Oracle], address: str, codes: list[str]) -> None:
    view, oracle = known
    look = Look(view, Selection.parse_strict(address))
    names = [view.snapshot.areas.names[view.snapshot.areas.find(code)[0]] for code in codes]
    found = [told(card) for card in cards(look)]
    assert [name for name, *_ in found] == names
    last = look.window.to_day
    for code, (_, n, weeks, said) in zip(codes, found, strict=True):
        chosen: dict[str, Any] = {"area": code} | ({"source": ["hotline"]} if "hotline" in address else {})
        rows = oracle.selected(chosen | {"days": (last - dt.timedelta(days=83), last)})
        rows = rows[~rows["is_void"] & ~rows["is_duplicate"]]
        assert n == int(rows["day"].between(look.window.from_day, last).sum())
        ago = rows["day"].map(lambda day: (last - day).days // 7)
        assert weeks == [int((ago == week).sum()) for week in range(11, -1, -1)]
        before = int(rows["day"].between(last - dt.timedelta(days=59), last - dt.timedelta(days=30)).sum())
        assert f"：{before} 件" in said


def test_the_dashed_line_is_the_mean_of_those_below_the_same_area(known: tuple[View, Oracle]) -> None:
    view, _ = known
    look = Look(view, Selection.parse_strict("window=30d&area=999901001001"))
    of = [side_by_side._weeks(look, side_by_side._of(look, ix)) for ix in look.areas_below]
    whole = side_by_side._weeks(look, side_by_side._of(look, look.area_ix))
    assert (whole >= sum(of)).all(), "what lies in none of them counts as well"
    assert side_by_side._parent(look, look.areas_below[0]) == look.area_ix


def test_a_scope_has_no_area_above_its_own(known: tuple[View, Oracle]) -> None:
    scoped = View(known[0].snapshot, known[0].definition, ("999901002",))
    look = Look(scoped, Selection.parse_strict("window=30d&grid=999901002"))
    top = scoped.top
    assert side_by_side._parent(look, top) == top
    assert [told(card)[0] for card in cards(look)] == [scoped.snapshot.areas.names[top]]


def test_at_the_top_nothing_is_passed_over_as_a_whole(known: tuple[View, Oracle]) -> None:
    assert side_by_side.build(Look(known[0], Selection.parse_strict("window=30d"))) == (None,)
