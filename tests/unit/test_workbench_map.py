"""The map among the linked views: counts of its areas against pandas, without its own filters; what comes later is of the same areas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard.look import Look
from dashboard.workbench import map_view
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle

RING = ((120.1, 30.05), (120.3, 30.05), (120.3, 30.3), (120.2, 30.35))
OWN = "grid=999901001001,999901002&bbox=120.05,30.02,120.4,30.3"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[View, Oracle]:
    file = district.build(tmp_path_factory.mktemp("map") / "district.duckdb", 4000, seed=5)
    oracle = Oracle(file)
    return district.view(Path(file)), oracle


def look(view: View, address: str, **more: Any) -> Look:
    return Look(view, Selection.parse_strict(address).with_(**more))


@pytest.mark.parametrize(
    ("address", "chosen", "depth"),
    [
        ("window=30d", {}, 2),
        ("window=30d&level=grid&source=hotline", {"source": ["hotline"]}, 3),
        ("window=30d&area=999901001", {"area": "999901001"}, 3),
        ("window=90d&level=street&weekday=1,2", {"weekdays": [1, 2]}, 1),
    ],
)
def test_areas_are_coloured_by_what_the_other_views_leave(
    known: tuple[View, Oracle], address: str, chosen: dict[str, Any], depth: int
) -> None:
    view, oracle = known
    drawn = look(view, f"{address}&{OWN}", polygon=RING)
    _, told = map_view.build(drawn)
    areas = view.snapshot.areas
    rows = oracle.selected({"days": (drawn.window.from_day, drawn.window.to_day)} | {k: v for k, v in chosen.items() if k != "weekdays"})
    rows = rows[~rows["is_void"] & ~rows["is_duplicate"]]
    if "weekdays" in chosen:
        rows = rows[(rows["hour_of_week"] // 24 + 1).isin(chosen["weekdays"])]
    own = areas.find(chosen.get("area", areas.codes[0]))[0]
    shown = areas.within(own, depth)
    assert told["depth"] == depth
    assert told["layers"]["areas"]["n"] == [int(rows["area_ix"].isin(oracle.below(areas.codes[ix])).sum()) for ix in shown]
    rest = len(rows) - sum(told["layers"]["areas"]["n"])
    assert any(f"{rest:,}" in note for note in told["legend"]["notes"]) == (rest > 0)


def test_shapes_are_told_as_the_address_has_them(known: tuple[View, Oracle]) -> None:
    _, told = map_view.build(look(known[0], OWN, polygon=RING))
    assert (told["picked"]["box"], told["picked"]["ring"]) == ((120.05, 30.02, 120.4, 30.3), RING)


@pytest.mark.parametrize(
    "address", ["", "indicator=closing_rate", "level=grid", "layers=areas,hotspots&indicator=closing_rate", "layers=density"]
)
def test_what_comes_later_is_of_the_same_areas_and_holds_the_rest(known: tuple[View, Oracle], address: str) -> None:
    drawn = look(known[0], f"window=90d&{OWN}&{address}")
    _, now = map_view.build(drawn)
    head, later = map_view.build_later(drawn)
    assert head is not None
    for key in ("snapshot", "area", "depth", "areas_address"):
        assert now[key] == later[key], key
    assert tuple(now["on"]) == map_view.chosen(drawn)
    assert set(now["on"]) == set(now["layers"]) | set(later["layers"])
    assert not set(now["layers"]) & set(later["layers"])
    if "closing_rate" in address:
        assert later["layers"]["areas"]["key"] == "closing_rate"


def test_a_scope_sees_its_own_areas_only(known: tuple[View, Oracle]) -> None:
    view, oracle = known
    scoped = View(view.snapshot, view.definition, ("999901002",))
    _, told = map_view.build(look(scoped, f"window=30d&{OWN}"))
    assert told["area"]["code"] == "999901002"
    drawn = look(scoped, "window=30d")
    rows = oracle.selected({"days": (drawn.window.from_day, drawn.window.to_day), "area": "999901002"})
    rows = rows[~rows["is_void"] & ~rows["is_duplicate"]]
    counted = sum(told["layers"]["areas"]["n"])
    lost = len(rows) - counted
    assert lost == sum(int(note.replace(",", "").split(" ")[1]) for note in told["legend"]["notes"] if "未" in note)
