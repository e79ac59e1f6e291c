"""Every entry of the layer registry is complete, bilingual, small, and shows nothing outside a viewer's scope."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import map as map_component
from data.answers import Answers
from data.indicators.rules import Target
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.store.store import Store
from data.view import View
from layers.layer import Drawing, Drawn, Layer
from layers.registry import LAYERS, chosen

CJK = re.compile(r"[\u3400-\u9fff]")
ALL = "layers=" + ",".join(LAYERS)
SELECTIONS = (
    "",
    "window=all",
    "window=all&indicator=accepted",
    "indicator=satisfaction_rate&window=all",
    "deadline=on_time",
    "level=grid",
    "q=nothing",
)
KEYS = pytest.mark.parametrize("key", LAYERS)


@pytest.fixture(scope="module")
def snapshot(demo_store: Path) -> Iterator[Snapshot]:
    with Store(demo_store).lease(None) as held:
        yield held


@pytest.fixture(scope="module")
def whole(snapshot: Snapshot) -> View:
    return View(snapshot, snapshot.definition(None))


@pytest.fixture(scope="module")
def street(snapshot: Snapshot) -> View:
    """A viewer who may see the second street only."""
    return View(snapshot, snapshot.definition(None), (snapshot.areas.codes[snapshot.areas.children(0)[1]],))


def faults(layers: dict[str, Layer]) -> list[str]:
    """What is missing in the entries of a registry."""
    found = []
    for key, layer in layers.items():
        if key != layer.key or not re.fullmatch(r"[a-z_]+", key):
            found.append(f"{key}: key")
        if (
            set(layer.names) != {"zh", "en"}
            or not all(layer.names.values())
            or CJK.search(layer.names["en"])
            or not CJK.search(layer.names["zh"])
        ):
            found.append(f"{key}: names")
        if not layer.draw.__doc__:
            found.append(f"{key}: draw says nothing")
    return found


def test_entries_are_complete() -> None:
    assert faults(dict(LAYERS)) == []
    assert {"areas", "overdue", "events", "density", "video"} <= set(LAYERS)


def test_an_incomplete_entry_is_found() -> None:
    good = LAYERS["areas"]
    assert faults({"areas": dataclasses.replace(good, names={"zh": "区域", "en": ""})}) == ["areas: names"]
    assert faults({"other": good}) == ["other: key"]
    assert faults({"areas": dataclasses.replace(good, draw=lambda _: Drawn({}))}) == ["areas: draw says nothing"]


def drawn(view: View, key: str, query: str, lang: str = "zh") -> Drawn:
    selection = Selection.parse(query)[0]
    return LAYERS[key].draw(Drawing(Answers(view, selection), selection.indicator or "disposal_on_time_rate", lang))  # type: ignore[arg-type]


@KEYS
@pytest.mark.parametrize("query", SELECTIONS)
def test_every_layer_draws_every_selection_in_both_languages(whole: View, key: str, query: str) -> None:
    zh, en = drawn(whole, key, query, "zh"), drawn(whole, key, query, "en")
    assert len(gzip.compress(json.dumps(zh.values).encode())) < 8_000
    assert len(zh.marks) == len(en.marks)
    assert len(zh.notes) == len(en.notes)
    told = [mark.text for mark in en.marks] + list(en.notes) + ([en.scale.title, en.scale.rule, en.scale.no_data] if en.scale else [])
    assert [text for text in told if CJK.search(text)] == []
    assert all(mark.text for mark in zh.marks)


def test_letters_values_and_areas_agree_with_the_indicator(whole: View) -> None:
    answer = drawn(whole, "areas", "window=all&indicator=accepted&level=community").values
    tree = whole.snapshot.areas
    nodes = [ix for ix in range(len(tree)) if tree.depth[ix] == 2]
    events = whole.snapshot.frame(
        "SELECT area_ix, count(*) AS n FROM event JOIN outcome USING (outcome_ix) WHERE NOT is_void AND NOT is_duplicate GROUP BY ALL"
    ).set_index("area_ix")["n"]
    days = whole.snapshot.days
    assert days is not None
    expected = [int(sum(events.get(below, 0) for below in range(ix, tree.last[ix] + 1))) for ix in nodes]
    assert answer["values"] == expected
    assert len(answer["classes"]) == len(nodes)
    for one, other in zip(range(len(nodes)), range(1, len(nodes)), strict=False):
        if expected[one] < expected[other]:
            assert answer["classes"][one] <= answer["classes"][other]


@pytest.mark.parametrize("key", ["areas", "video"])
def test_files_hold_nothing_outside_the_scope(whole: View, street: View, key: str) -> None:
    tree, own = whole.snapshot.areas, street.top
    geometry = LAYERS[key].geometry
    for ix in range(len(tree)):
        inside = own <= ix <= tree.last[own]
        assert (geometry(street, ix) is not None) == inside
    assert geometry(street, own) == geometry(whole, own)  # the same address gives everybody the same
    text = (geometry(street, own) or b"").decode()
    names = set(tree.names) - set(tree.names[own : tree.last[own] + 1])
    assert [name for name in names if f'"{name}"' in text] == []


def test_a_payload_of_a_scoped_viewer_names_no_other_area(whole: View, street: View) -> None:
    tree, own = whole.snapshot.areas, street.top
    outside = [ix for ix in range(len(tree)) if not own <= ix <= tree.last[own]]
    for code in (tree.codes[0], tree.codes[outside[-1]], None):
        selection = Selection.parse(f"{ALL}&window=all" + (f"&area={code}" if code else ""))[0]
        text = json.dumps(
            map_component.payload(Drawing(Answers(street, selection), "accepted", "zh"), chosen(selection.layers)), ensure_ascii=False
        )
        assert [tree.codes[ix] for ix in outside if f'"{tree.codes[ix]}"' in text or f"/{tree.codes[ix]}." in text] == []


def test_which_layers_are_drawn() -> None:
    assert chosen(None) == tuple(key for key, layer in LAYERS.items() if layer.on_by_default)
    assert chosen(()) == ()
    assert chosen(("density", "areas", "nonsense")) == ("areas", "density")


def test_too_many_points_are_grouped_and_none_is_lost(whole: View) -> None:
    answer = drawn(whole, "events", "window=all")
    total = int(answer.marks[0].text.split(" ")[1].replace(",", ""))
    assert answer.marks[0].kind == "group"
    assert answer.notes
    mapped = whole.snapshot.frame(
        "SELECT count(*) AS n FROM event JOIN outcome USING (outcome_ix) WHERE NOT is_void AND NOT is_duplicate AND cell IS NOT NULL"
    )["n"].iloc[0]
    assert total == mapped
    numbers = answer.values["parts"][0]["numbers"]
    value, shift, sums = 0, 0, 0
    for character in numbers:
        bits = ord(character) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            sums += value // 2
            value = shift = 0
    assert sums == total


def test_areas_beyond_the_definitions_threshold_are_marked_and_counted(whole: View) -> None:
    query = "window=all&indicator=closing_on_time_rate&level=community"
    plain = dataclasses.replace(whole.definition, minimum_n=1, targets={})
    none = drawn(View(whole.snapshot, plain), "areas", query)
    assert (none.values["missed"], none.scale.missed if none.scale else None) == ([], "")
    rates = {at: value / 1000 for at, value in enumerate(none.values["values"]) if value is not None}
    goal = Target(target=1.0, threshold=round(sorted(rates.values())[len(rates) // 2], 2))
    clear = {at for at, rate in rates.items() if abs(rate - goal.threshold) > 0.0005}  # a rate as shown says where it stands
    below = {at for at in clear if rates[at] < goal.threshold}
    assert below
    assert below < clear
    answer = drawn(View(whole.snapshot, dataclasses.replace(plain, targets={"closing_on_time_rate": goal})), "areas", query)
    assert set(answer.values["missed"]) & clear == below
    assert set(answer.values["missed"]) <= set(rates)
    assert answer.scale is not None
    assert answer.scale.missed == f"▾ 触警戒线 {goal.threshold:.0%}：{len(answer.values['missed'])}"
