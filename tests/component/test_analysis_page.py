"""The analysis page over the demo: complete in both languages, bounded, failing alone, escaped, and with the numbers of ask."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import brotli
import plotly.utils
import pytest
from dash import html

from dashboard import callbacks, ids
from dashboard.charts import places as places_chart
from dashboard.charts import stages as stages_chart
from dashboard.charts.places import Case, PlaceLine
from dashboard.charts.stages import WaitRow
from dashboard.context import Context
from dashboard.pages.analysis import PAGE
from dashboard.panels import STUDY
from dashboard.panels.panel import Panel
from dashboard.settings import Settings
from data.indicators.ask import ask
from data.selection import Selection
from data.store.store import Store

ASSETS = Path(__file__).resolve().parents[2] / "dashboard" / "assets"
BUDGET_BYTES = 12_000
OWN = [panel for panel in STUDY if not panel.key.startswith("study_")]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def context(demo_store: Path) -> Context:
    return Context(Settings(), Store(demo_store))


def answered(context: Context, address: str = "", panels: tuple[Panel, ...] = STUDY) -> dict[str, str]:
    """The text of every panel by key."""
    values = callbacks.answer(context, panels, address, "")
    first = slots(values, panels)
    return {panel.key: text_of(value) for panel, value in zip(panels, first, strict=True)}


def slots(values: list[Any], panels: tuple[Panel, ...]) -> list[Any]:
    """What stands in the slot of every panel; what a panel writes beside it is left out."""
    assert len(values) == sum(len(panel.outputs) for panel in panels)
    ends = itertools.accumulate(len(panel.outputs) for panel in panels)
    return [values[end - len(panel.outputs)] for panel, end in zip(panels, ends, strict=True)]


def text_of(component: object) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def test_every_panel_has_a_slot_a_style_and_names(context: Context) -> None:
    laid = text_of(PAGE.layout(context, ""))
    style = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("study.css", "cases.css", "grids.css"))
    for panel in STUDY:
        assert f'"{ids.panel(panel.key)}"' in laid
        assert f".slot-{panel.key}" in style
        assert all(panel.names[lang].strip() for lang in ("zh", "en"))


@pytest.mark.parametrize("address", ["window=90d", "window=90d&lang=en", "window=all", "window=90d&source=hotline"])
def test_all_panels_draw_the_demo_within_their_budget(context: Context, address: str) -> None:
    found = answered(context, address)
    assert [key for key, text in found.items() if '"failed"' in text] == []
    assert len(brotli.compress("".join(found.values()).encode(), quality=5)) <= BUDGET_BYTES
    words = (
        ("All 4: Street", "Repeat places", "Closed", "median", "open", "Bounced", "All cases")
        if "lang=en" in address
        else ("全部 4 个街道", "重复地点", "结案", "中位数", "未结", "推诿", "全部案件")
    )
    for panel, word in zip(OWN, words, strict=True):
        assert word in found[panel.key], panel.key


def test_what_is_shown_is_what_ask_gives(context: Context) -> None:
    found = answered(context, "window=90d")
    with context.view(None, None) as view:
        answer: dict[str, Any] = ask(view, Selection.parse_strict("window=90d"))
    steps = answer["stages"]["funnel"]["steps"]
    assert all(f'"{step["n"]:,}"' in found["funnel"] for step in steps)
    assert f"未结 {steps[0]['n'] - steps[-1]['n']:,} 件" in found["waiting"]
    places = answer["repeat_places"]
    assert f"{places['total']:,} 处 {places['events']:,} 件" in found["places"]
    assert places["places"][0]["event_ids"][0] in found["places"]
    together = answer["stages"]["handovers"]["together"]["bounced"]
    assert f"{together['numerator']:,} / {together['n']:,}" in found["handovers"]


@pytest.mark.parametrize("panel", OWN, ids=lambda panel: panel.key)
def test_a_panel_fails_alone(context: Context, panel: Panel) -> None:
    def fail(look: object) -> tuple[Any, ...]:
        raise RuntimeError("secret detail")

    panels = tuple(dataclasses.replace(one, build=fail) if one is panel else one for one in STUDY)
    values = callbacks.answer(context, panels, "window=90d&q=车", "")
    failed = [
        one.key
        for one, value in zip(panels, slots(values, panels), strict=True)
        if isinstance(value, html.P) and value.className == "failed"
    ]
    assert failed == [panel.key]
    assert "secret" not in text_of(values)
    context.answers.forget(set())


def test_an_empty_selection_says_so(context: Context) -> None:
    found = answered(context, "window=all&q=nobody-wrote-this")
    assert all("所选范围没有事件" in found[panel.key] for panel in OWN)


def test_a_scope_names_no_other_area(demo_store: Path) -> None:
    store = Store(demo_store)
    snapshot = store.current()
    own, *others = snapshot.areas.children(0)
    scoped = Context(Settings(), store, scope=lambda: (snapshot.areas.codes[own],))
    found = "".join(text for key, text in answered(scoped, "window=all").items() if key not in ("handovers", "waiting"))
    assert snapshot.areas.names[own] in found
    for other in others:
        assert f'"{snapshot.areas.codes[other]}"' not in found


def test_names_reach_the_page_as_text() -> None:
    line = PlaceLine(HOSTILE, HOSTILE, HOSTILE, 3, 0, 1, 1, "", "", "/?grid=1", [Case("", HOSTILE, "", HOSTILE, True)])
    drawn = text_of(places_chart.draw([line], title="t", aside="a", rate=None, rule="r", days=30, rest=0, lang="zh"))
    drawn += text_of(stages_chart.waiting([("x", [WaitRow(HOSTILE, [1, 0, 0, 0, 0], {"department": HOSTILE})], "")], "t", "", "zh"))
    assert f'"children": "{HOSTILE}"' in drawn
    assert "dangerously" not in drawn


def test_a_place_leads_to_the_screen_with_its_cases(context: Context) -> None:
    found = answered(context, "window=90d")["places"]
    with context.view(None, None) as view:
        answer = ask(view, Selection.parse_strict("window=90d"))["repeat_places"]["places"]
    assert f"/?grid={answer[0]['area_code']}&category=" in found
