"""Every number on every surface opens to the number it is, and its cases count up to it.

Each opener of each panel is taken as a browser would take it: its text, and the value of ``data-open`` it writes into the address.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import numpy as np
import plotly.utils
import pytest

from dashboard import callbacks, ids
from dashboard.context import Context
from dashboard.format import MISSING, count, plain
from dashboard.opened import panel, sheet
from dashboard.opened.address import Asked
from dashboard.panels import STUDY, WALL
from dashboard.panels.panel import Panel
from dashboard.settings import Settings
from dashboard.words import say
from dashboard.workbench import WORKBENCH
from data import queries
from data.answers import Answers
from data.indicators import parts
from data.indicators.registry import INDICATORS
from data.opening import Opening, opening
from data.store.store import Store
from data.view import View
from layers.layer import Drawing

WINDOW = "window=30d"
RANKED = tuple(panel for panel in WALL if panel.key in ("headline", "ranking"))
EVIDENCE = {say("basis", lang) for lang in ("zh", "en")}
"""A way to a number that stands beside it."""
FEW = 3
"""Rows of a list that are opened, besides its last one."""


class Number(NamedTuple):
    """A number that opens: the panel it stands in, its text, and what it opens."""

    panel: str
    text: str
    value: str


@pytest.fixture(scope="module")
def context(demo_store: Path) -> Context:
    return Context(Settings(), Store(demo_store))


@pytest.fixture(scope="module")
def view(context: Context) -> View:
    snapshot = context.store.current()
    return View(snapshot, snapshot.definition())


def numbers(context: Context, panels: tuple[Panel, ...], address: str) -> list[Number]:
    """All numbers that open, panel by panel."""
    found = []
    outputs = [(panel.key, f"{component}.{name}") for panel in panels for component, name in panel.outputs]
    for (place, _), answered in zip(outputs, callbacks.answer(context, panels, address, ""), strict=True):
        tree = json.loads(json.dumps(answered, cls=plotly.utils.PlotlyJSONEncoder))
        found += [Number(place, text_of(node), node["props"]["data-open"]) for node in nodes(tree) if "data-open" in node["props"]]
    return found


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """All components of a tree."""
    if isinstance(tree, list):
        for child in tree:
            yield from nodes(child)
    elif isinstance(tree, dict) and "props" in tree:
        yield tree
        yield from nodes(tree["props"].get("children"))


def text_of(tree: Any) -> str:
    """What a reader reads of it."""
    if isinstance(tree, list):
        return "".join(map(text_of, tree))
    if isinstance(tree, dict):
        return text_of(tree.get("props", {}).get("children"))
    return "" if tree is None else str(tree)


def opens(view: View, address: str, number: Number) -> tuple[Asked, Opening]:
    """What the number opens, as the panel finds it."""
    asked = Asked.parse({"n": 1, "base": address, "open": number.value})
    assert asked.is_readable, number
    assert asked.indicator is not None
    selection = asked.settled(view)
    assert selection is not None, number
    return asked, opening(view, selection, asked.indicator, asked.standard(view), asked.part)


def check(view: View, address: str, number: Number) -> None:
    """The text is the number that opens, and its cases count up to it."""
    asked, found = opens(view, address, number)
    indicator, told = found.indicator, found.number
    if number.text in EVIDENCE:
        pass
    elif number.text.startswith("n "):
        assert number.text.startswith(f"n {count(told.n)}"), (number, told)
        assert all(count(n) in number.text for reason, n in told.excluded.items() if reason not in ("void", "duplicate")), (number, told)
    elif asked.part is not None:
        assert count(found.totals[asked.part]) in number.text, number
    elif told.shown:
        assert plain(told.value, indicator.unit) in number.text, (number, told)
    else:
        assert MISSING in number.text, (number, told)
    if indicator.measure == "video" or told.value is None:
        return
    if indicator.measure == "duration":
        page = queries.part_page(view, found.selection, indicator.key, parts.NUMERATOR, limit=1000)
        hours = [event["duration_s"] / 3600 for event in page["events"]]
        if page["total"] == len(hours):
            assert math.isclose(float(np.quantile(hours, indicator.share)), told.value, rel_tol=1e-9), number
    elif indicator.measure != "score":
        page = queries.part_page(view, found.selection, indicator.key, parts.NUMERATOR, limit=1)
        assert math.isclose(page["weighted"], told.numerator or 0, abs_tol=1e-6), number


def some(found: list[Number], most: int = FEW) -> list[Number]:
    """The first few of each panel and its last one."""
    chosen: list[Number] = []
    for place in dict.fromkeys(number.panel for number in found):
        own = [number for number in found if number.panel == place]
        chosen += [*own[:most], *own[most:][-1:]]
    return chosen


@pytest.mark.parametrize("key", [key for key, indicator in INDICATORS.items() if indicator.measure != "video"])
def test_key_numbers_and_ranking_rows_of_every_indicator(context: Context, view: View, key: str) -> None:
    address = f"{WINDOW}&indicator={key}"
    found = numbers(context, RANKED, address)
    assert {number.panel for number in found} == {"headline", "ranking"}
    assert any(number.value.startswith(f"{key}?area=") or number.value.startswith("per_10k?area=") for number in found)
    for number in some([number for number in found if number.panel == "ranking" or number.value.startswith(key)]):
        check(view, address, number)


@pytest.mark.parametrize("key", ["disposal_on_time_rate", "satisfaction_rate", "composite_score", "proactive_rate"])
def test_an_adjusted_row_opens_to_how_it_was_adjusted(context: Context, view: View, key: str) -> None:
    address = f"{WINDOW}&indicator={key}&adjust=category"
    rows = [number for number in numbers(context, RANKED, address) if number.panel == "ranking" and "?area=" in number.value]
    assert len(rows) > 3
    for number in rows:
        check(view, address, number)
        _, found = opens(view, address, number)
        told = found.adjusted
        assert told is not None
        assert told.crude.value == opens(view, WINDOW, number)[1].number.value
        for listed in told.strata.values():
            assert sum(stratum.share for stratum in listed) == pytest.approx(1)
            assert [stratum.share for stratum in listed] == sorted((stratum.share for stratum in listed), reverse=True)
        if key != "composite_score":
            assert told.rates == {key: pytest.approx(told.value)}
            assert sum(stratum.n for stratum in told.strata[key]) == told.crude.n
            assert sum(stratum.numerator for stratum in told.strata[key]) == pytest.approx(told.crude.numerator)
        else:
            assert sum(points * told.rates[rate] for rate, points in view.definition.terms.items()) == pytest.approx(told.value)


def test_the_panel_of_an_adjusted_row_says_so_and_its_link_opens_the_same(context: Context, view: View) -> None:
    street = view.snapshot.areas.codes[view.snapshot.areas.children(0)[0]]
    base = f"{WINDOW}&indicator=closing_rate&adjust=category"
    said, again = (
        json.dumps(panel.answer(context, sheet.draw, {"n": 1, "base": address, "open": value}), cls=plotly.utils.PlotlyJSONEncoder)
        for address, value in linked(context, base, f"closing_rate?area={street}")
    )
    assert said == again
    text = text_of(json.loads(said))
    assert "按类别结构调整" in text
    assert "调整前" in text
    assert "按标准结构相加" in text
    plain_said = panel.answer(context, sheet.draw, {"n": 1, "base": f"{base}&area={street}", "open": "closing_rate"})
    assert "结构调整" not in text_of(json.loads(json.dumps(plain_said, cls=plotly.utils.PlotlyJSONEncoder)))


def linked(context: Context, base: str, value: str) -> list[tuple[str, str]]:
    """An address with what it opens, and those of the link that its panel copies; both with snapshot and definition."""
    drawn = panel.answer(context, sheet.draw, {"n": 1, "base": base, "open": value})
    tree = json.loads(json.dumps(drawn, cls=plotly.utils.PlotlyJSONEncoder))
    link = next(node["props"]["data-copy"] for node in nodes(tree) if "data-copy" in node["props"])
    copied = dict(parse_qsl(link))
    shared = copied.pop("open")
    pinned = urlencode(copied)
    return [(pinned, value + "&part=denominator"), (pinned, shared)]


@pytest.mark.parametrize(("panels", "address"), [
    (WALL, "window=90d"),
    (WALL, "window=30d&lang=en&area={street}"),
    (STUDY, "window=90d"),
    (WORKBENCH, "window=90d"),
    (WORKBENCH, "window=90d&lang=en&area={street}&source=hotline&weekday=1-5"),
    (WORKBENCH, "window=365d&domain=大民生&stage=closed&deadline=on_time,late&bbox=0,-60,180,60"),
    (WORKBENCH, "window=365d&grid={street}&callback=effective"),
], ids=["wall", "area", "study", "workbench", "narrowed", "boxed", "picked"])  # fmt: skip
def test_every_number_of_a_page(context: Context, view: View, panels: tuple[Panel, ...], address: str) -> None:
    address = address.format(street=view.snapshot.areas.codes[view.snapshot.areas.children(0)[0]])
    found = [number for number in numbers(context, panels, address) if not number.panel.startswith("video")]
    assert len(found) > 12
    for number in some(found, 8):
        check(view, address, number)


@pytest.mark.parametrize("key", [key for key, indicator in INDICATORS.items() if indicator.measure != "video"])
def test_an_area_of_the_map_opens_to_the_value_it_is_coloured_by(view: View, key: str) -> None:
    asked = Asked.parse({"n": 1, "base": WINDOW, "open": f"{key}?area="})
    selection = asked.settled(view)
    assert selection is not None
    rows = Drawing(Answers(view, selection), key, "zh").per_area
    rows = rows[~rows["is_rest"] & rows["shown"]]
    for row in rows.iloc[:: max(1, len(rows) // 3)].to_dict("records"):
        code = view.snapshot.areas.codes[row["area_ix"]]
        _, found = opens(view, WINDOW, Number("map", "", f"{key}?area={code}"))
        assert found.number.value == pytest.approx(row["value"]), (key, code)


@pytest.mark.parametrize("window", ["window=30d", "window=2d", "from=2026-06-01&to=2026-11-20"])
def test_a_bucket_of_the_trend_and_an_hour_of_the_week_open_to_their_events(context: Context, view: View, window: str) -> None:
    """As ``opened.js`` puts a click into the address: first and last day of the bucket, or hour and weekday of the cell."""
    panels = tuple(panel for panel in WALL if panel.key in ("trend", "hours"))
    names = [f"{component}.{name}" for panel in panels for component, name in panel.outputs]
    answered = dict(zip(names, callbacks.answer(context, panels, window, ""), strict=True))
    trend, hours = (answered[f"{ids.figure(key)}.data"] for key in ("trend", "hours"))
    meta = trend["layout"]["meta"]
    days = np.array(trend["data"][0]["x"], dtype="datetime64[D]")
    heights = np.sum([trace["y"] for trace in trend["data"]], axis=0)
    for at in range(0, len(days), max(1, len(days) // 4)):
        last = min(str(days[at] + np.timedelta64(meta["step"] - 1, "D")), meta["last"])
        _, found = opens(view, window, Number("trend", "", f"accepted?window=&from={days[at]}&to={last}"))
        assert found.number.value == heights[at]
    cells = hours["data"][0]
    for row, column in ((0, 9), (4, 15), (6, 20)):
        value = f"accepted?hours={column}-{column + 1}&weekday={row + 1}"
        _, found = opens(view, window, Number("hours", "", value))
        assert found.number.value == cells["z"][row][column]
