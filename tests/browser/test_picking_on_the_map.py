"""The workbench's map in a real browser: areas are picked, a box and a ring are drawn, undone, and opened from their address elsewhere."""

from __future__ import annotations

import json
import math
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe

from data.selection import Selection

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
READY = "() => window.quanyu?.map?.state().ready && document.querySelector('.quanyu-picking')"
TOTAL = "n => document.querySelector('.bench-numbers .total')?.textContent.replace(',', '') === String(n)"
CHOSEN = "codes => window.quanyu.map.state().chosen?.join() === codes.join()"
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    contexts = []

    def start(query: str, width: int = 1366, height: int = 900) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.goto(f"{address}/analysis?{query}")
        page.wait_for_function(READY)
        page.wait_for_selector(".bench-map-menus")
        return page

    yield start
    for context in contexts:
        context.close()


def asked(page: Page, key: str) -> str:
    return parse_qs(urlsplit(page.url).query).get(key, [""])[0]


def total(page: Page) -> int:
    return int(page.inner_text(".bench-numbers .total").replace(",", ""))


def place(page: Page) -> dict[str, float]:
    found: Any = page.locator("#bench-map").bounding_box()
    assert found is not None
    return dict(found)


def named(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate("window.quanyu.map.state().named"))


def test_areas_are_picked_by_clicks_and_everything_else_follows(open_page: Open) -> None:
    page = open_page("window=90d&level=street")
    box, streets = place(page), named(page)
    whole, before = total(page), page.evaluate("window.quanyu.map.state().classes")
    for street in streets[:2]:
        page.mouse.click(box["x"] + street["x"], box["y"] + street["y"])
        page.wait_for_function("code => location.search.includes(code)", arg=street["code"])
    codes = [street["code"] for street in streets[:2]]
    page.wait_for_function(CHOSEN, arg=codes)
    page.wait_for_function(f"n => !({TOTAL})(n)", arg=whole)
    page.wait_for_selector("#panel-view_areas .row.is-chosen >> nth=1")
    rows = page.locator("#panel-view_areas .row.is-chosen .n").all_inner_texts()
    assert total(page) == sum(int(text.replace(",", "")) for text in rows) < whole
    assert page.evaluate("window.quanyu.map.state().classes") == before, "a view does not filter itself"
    assert page.locator(".bench-head .chip").all_inner_texts() == [f"{street['name']}×" for street in streets[:2]]
    page.click(".bench-head .chip >> nth=0")
    page.wait_for_function(CHOSEN, arg=codes[1:])
    page.click("[data-step='-1']")
    page.wait_for_function(READY)
    page.wait_for_function(CHOSEN, arg=codes)
    page.wait_for_selector(".quanyu-picking-clear:not([hidden])")
    page.click(".quanyu-picking-clear")
    page.wait_for_function(TOTAL, arg=whole)
    assert asked(page, "grid") == ""
    page.click("[data-tool=enter]")
    page.mouse.click(box["x"] + streets[0]["x"], box["y"] + streets[0]["y"])
    page.wait_for_function("code => window.quanyu.map.state().answered === code", arg=codes[0])
    assert asked(page, "area") == codes[0]
    page.focus("#bench-map")
    page.keyboard.press("Backspace")
    page.wait_for_function("code => window.quanyu.map.state().answered !== code", arg=codes[0])


def test_a_ring_and_a_box_hold_the_cases_in_them(open_page: Open, address: str) -> None:
    page = open_page("window=90d")
    whole, box = total(page), place(page)
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45
    corners = [(x + 90 * math.cos(turn * math.pi / 9), y + (40 + 5 * turn) * math.sin(turn * math.pi / 9)) for turn in range(18)]
    page.click("[data-tool=lasso]")
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners:
        page.mouse.move(*corner)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('polygon=')")
    page.wait_for_function(f"n => !({TOTAL})(n)", arg=whole)
    selection = Selection.parse_strict(urlsplit(page.url).query)
    assert selection.polygon is not None
    assert total(page) == inside(address, shapely.Polygon(selection.polygon)) > 0
    page.wait_for_function("n => window.quanyu.map.state().shape === n", arg=len(selection.polygon))
    there = open_page(urlsplit(page.url).query)
    assert total(there) == total(page), "the address opens the same elsewhere"
    page.click("[data-tool=box]")
    page.mouse.move(x - 60, y - 50)
    page.mouse.down()
    page.mouse.move(x + 70, y + 30, steps=4)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('bbox=') && !location.search.includes('polygon=')")
    drawn = Selection.parse_strict(urlsplit(page.url).query)
    assert drawn.bbox is not None
    page.wait_for_function(TOTAL, arg=inside(address, shapely.box(*drawn.bbox)))


def inside(address: str, shape: shapely.Geometry) -> int:
    """The cases of the window that a shape holds: by shapely, over the file of all of them."""
    with urllib.request.urlopen(f"{address}/export/geojson?window=90d") as answer:
        features = json.load(answer)["features"]
    places = [feature["geometry"]["coordinates"] for feature in features if feature["geometry"]]
    return int(shapely.contains_xy(shape, places).sum())


def test_areas_in_a_box_are_picked_escape_gives_up_and_numbers_open(open_page: Open) -> None:
    page = open_page("window=90d&level=street&lang=en")
    box, streets = place(page), named(page)
    page.click("[data-tool=lasso]")
    page.mouse.click(box["x"] + 30, box["y"] + 100)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-tool=pick][aria-pressed=true]")
    assert asked(page, "polygon") == ""
    page.click("[data-tool=box]")
    page.click(".quanyu-picking-of")
    page.mouse.move(box["x"] + 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4, steps=3)
    page.mouse.up()
    page.wait_for_function(CHOSEN, arg=[street["code"] for street in streets])
    assert sorted(asked(page, "grid").split(",")) == sorted(street["code"] for street in streets)
    page.wait_for_selector("#page:not(.is-waiting)")
    found = Axe().run(page, context=".bench-map", options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found] == []
    page.mouse.click(box["x"] + streets[0]["x"], box["y"] + streets[0]["y"])
    page.wait_for_function(CHOSEN, arg=[street["code"] for street in streets[1:]])
    n = page.locator(f"#panel-view_areas .row:has-text('{streets[0]['name']}') .n").inner_text()
    page.mouse.click(box["x"] + streets[0]["x"], box["y"] + streets[0]["y"], button="right")
    page.wait_for_selector("#opened-dialog[open]:not(.is-waiting) .opened-head")
    assert page.inner_text(".opened-head .opened-value").startswith(n), "a number of the map opens also where it is not picked"


def test_a_comparison_is_chosen_from_the_menu_and_coloured_on_the_map(open_page: Open) -> None:
    page = open_page("window=30d&level=street&lang=en")
    whole = total(page)
    page.click(".steps-back .menu summary")
    page.click(".steps-back .menu .item >> nth=0")
    page.wait_for_selector(".chip.is-against")
    page.wait_for_function("() => window.quanyu.map.state().hues === 'diverging'")
    assert asked(page, "against") == "previous"
    assert total(page) == whole
    assert page.locator("#panel-view_areas .row .change").count() == page.locator("#panel-view_areas .row").count() > 0
    page.click(".steps-back .menu summary")
    page.fill(".steps-back .dates input >> nth=0", "2026-10-01")
    page.wait_for_function("() => new URLSearchParams(location.search).get('against').startsWith('2026-10-01..')")
    page.click(".chip.is-against")
    page.wait_for_selector(".chip.is-against", state="detached")
    page.wait_for_function("() => window.quanyu.map.state().hues === 'sequential'")
    assert asked(page, "against") == ""
