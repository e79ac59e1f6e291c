"""Over every panel of the registry: complete, bounded, and failing alone."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import brotli
import plotly.utils
import pytest
from dash import html, no_update

from dashboard import callbacks, ids
from dashboard.context import Context
from dashboard.panels import WALL
from dashboard.panels.panel import COLUMNS, Panel
from dashboard.scenes.file import shipped
from dashboard.scenes.scene import Scene, Scenes
from dashboard.settings import Settings
from data.errors import QueryTimeout
from data.store.store import Store
from data.vocabulary import Words

ASSETS = Path(__file__).resolve().parents[2] / "dashboard" / "assets"
BUDGET_BYTES = 12_000


@pytest.fixture(scope="module")
def context(demo_store: Path) -> Context:
    """With a scene in which every panel stands."""
    columns = {column: tuple(panel.key for panel in WALL if panel.column == column) for column in COLUMNS}
    return Context(Settings(), Store(demo_store), scenes=Scenes((Scene("whole", Words("全部", "All"), columns=columns),)))


def answered(context: Context, address: str = "", panels: tuple[Panel, ...] = WALL) -> dict[str, Any]:
    """Every output by ``id.property``."""
    values = callbacks.answer(context, panels, address, "")
    names = [f"{component}.{name}" for panel in panels for component, name in panel.outputs]
    assert len(names) == len(values)
    return dict(zip(names, values, strict=True))


def text_of(component: object) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize("panel", WALL, ids=lambda panel: panel.key)
def test_a_panel_has_names_and_a_place(panel: Panel) -> None:
    assert re.fullmatch(r"[a-z_]+", panel.key)
    assert all(panel.names[lang].strip() for lang in ("zh", "en"))
    styles = "".join(path.read_text(encoding="utf-8") for path in ASSETS.glob("*.css"))
    assert panel.key in ("map", "coverage") or f".slot-{panel.key}" in styles


def test_no_two_panels_write_the_same() -> None:
    outputs = [output for panel in WALL for output in panel.outputs]
    assert len(outputs) == len(set(outputs))


@pytest.mark.parametrize("scene", shipped().listed, ids=lambda scene: scene.key)
def test_only_the_panels_of_a_scene_are_computed(demo_store: Path, scene: Scene) -> None:
    asked: list[str] = []

    def noting(panel: Panel) -> Panel:
        return dataclasses.replace(panel, build=lambda look: asked.append(panel.key) or panel.build(look))

    found = answered(Context(Settings(), Store(demo_store)), f"scene={scene.key}", tuple(map(noting, WALL)))
    assert set(asked) == {panel.key for panel in WALL if panel.column is None} | scene.panels
    for panel in WALL:
        for component, name in panel.outputs:
            assert (found[f"{component}.{name}"] is no_update) == (panel.key not in asked)
    assert found[f"{ids.ARRANGED}.data"]["scene"] == scene.key
    size = len(brotli.compress(text_of({name: value for name, value in found.items() if value is not no_update}).encode(), quality=5))
    assert size <= BUDGET_BYTES, f"{size} bytes"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_panels_draw_the_demo(context: Context, lang: str) -> None:
    found = answered(context, f"lang={lang}&window=90d")
    assert [name for name, value in found.items() if "failed" in text_of(value)[:200]] == []
    assert len(found[f"{ids.figure('trend')}.data"]["data"]) >= 2


@pytest.mark.parametrize("panel", WALL, ids=lambda panel: panel.key)
@pytest.mark.parametrize("error", [RuntimeError("secret detail"), QueryTimeout("too long")], ids=["unknown", "known"])
def test_a_panel_fails_alone(context: Context, panel: Panel, error: Exception) -> None:
    def fail(look: object) -> tuple[Any, ...]:
        raise error

    panels = tuple(dataclasses.replace(one, build=fail) if one is panel else one for one in WALL)
    whole = answered(context, "window=90d")
    context.answers.forget(set())
    found = answered(context, "window=90d", panels)
    context.answers.forget(set())
    slot = found[f"{ids.panel(panel.key)}.children"]
    assert isinstance(slot, html.P)
    assert slot.className == "failed"
    assert "secret" not in text_of(slot)
    own = {f"{component}.{name}" for component, name in panel.outputs}
    for name, value in found.items():
        if name not in own:
            assert text_of(value) == text_of(whole[name]), name


def test_an_empty_selection_says_which_filter_emptied_it_and_offers_to_widen(context: Context) -> None:
    found = answered(context, "window=all&q=nobody-wrote-this")
    ranking = text_of(found[f"{ids.panel('ranking')}.children"])
    assert "所选范围没有事件" in ranking
    assert "nobody-wrote-this" in ranking
    assert "data-change" in ranking
    assert "q=" in ranking


def test_what_cannot_be_read_in_an_address_is_said(context: Context) -> None:
    head = text_of(answered(context, "foo=1&area=nowhere")[f"{ids.panel('masthead')}.children"])
    assert "foo" in head
    assert "nowhere" in head


def test_a_snapshot_that_is_not_there_is_a_sentence_and_no_error(context: Context) -> None:
    found = answered(context, "snapshot=20200101T000000Z-00000000")
    assert "snapshot=" in text_of(found[f"{ids.panel('masthead')}.children"])


def test_the_made_up_district_is_called_made_up(context: Context) -> None:
    assert "演示数据，均为虚构" in text_of(answered(context)[f"{ids.panel('masthead')}.children"])
    assert "Made-up data" in text_of(answered(context, "lang=en")[f"{ids.panel('masthead')}.children"])


def test_numbers_stand_beside_what_was_left_out(context: Context) -> None:
    found = answered(context, "window=90d")
    coverage = text_of(found[f"{ids.panel('coverage')}.children"])
    assert all(words in coverage for words in ("未上图", "未归属", "作废不计", "重复不计", "隔离行"))
    assert re.search(r"n \d", text_of(found[f"{ids.panel('headline')}.children"]))


def test_a_partial_window_says_that_the_one_before_is_cut(context: Context) -> None:
    head = text_of(answered(context, "window=month")[f"{ids.panel('masthead')}.children"])
    assert "同进度" in head
    assert "08:00" in head


@pytest.mark.parametrize("address", ["", "window=all", "window=90d&lang=en", "window=30d&source=hotline,patrol"])
def test_one_answer_fits_its_budget(demo_store: Path, address: str) -> None:
    found = answered(Context(Settings(), Store(demo_store)), address)
    size = len(brotli.compress(text_of({name: value for name, value in found.items() if value is not no_update}).encode(), quality=5))
    assert size <= BUDGET_BYTES, f"{size} bytes"


def test_a_scope_shows_no_other_area(demo_store: Path) -> None:
    store = Store(demo_store)
    snapshot = store.current()
    own, *others = snapshot.areas.children(0)
    scoped = Context(Settings(), store, scope=lambda: (snapshot.areas.codes[own],))
    found = text_of(answered(scoped, f"window=all&area={snapshot.areas.codes[others[0]]}"))
    assert snapshot.areas.names[own] in found
    for other in others:
        assert snapshot.areas.names[other] not in found
        assert f'"{snapshot.areas.codes[other]}"' not in found
