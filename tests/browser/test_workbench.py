"""Linked views in a real browser: a brush moves everything else and not itself, clicks add up, undo and redo, one step a movement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
SHOWN = """days => {
    const told = JSON.parse(document.querySelector('[data-axis=days]').dataset.drawn);
    return told.from === days[0] && told.to === days[1];
}"""
SETTLED = """() => {
    const told = JSON.parse(document.querySelector('[data-axis=hours]').dataset.drawn);
    const asked = new URLSearchParams(location.search);
    const days = told.weekday.length ? told.weekday[0] + '-' + told.weekday[told.weekday.length - 1] : null;
    return told.hours.length > 0 && told.hours.join('-') === asked.get('hours') && days === asked.get('weekday');
}"""
"""The hours shown are those of the address, and some are chosen."""
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    contexts = []

    def start(query: str = "window=30d", width: int = 1366, height: int = 900) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.goto(f"{address}/analysis?{query}")
        page.wait_for_selector("[data-axis=days] canvas")
        page.wait_for_selector("#panel-view_urgencies .row")
        return page

    yield start
    for context in contexts:
        context.close()


def drawn(page: Page, axis: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.get_attribute(f"[data-axis={axis}]", "data-drawn") or "{}")
    return found


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def total(page: Page) -> int:
    return int(page.inner_text(".bench-numbers .total").replace(",", ""))


def test_a_brush_over_days_moves_everything_but_itself_in_one_step(open_page: Open) -> None:
    page = open_page()
    before, whole, steps = drawn(page, "days"), total(page), page.evaluate("history.length")
    box = page.locator("[data-axis=days]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.1, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for share in (0.2, 0.25, 0.3):
        page.mouse.move(box["x"] + box["width"] * share, y, steps=4)
    page.mouse.up()
    page.wait_for_function("steps => history.length === steps + 1", arg=steps)  # let go, and asked for
    page.wait_for_function(
        "whole => document.querySelector('.bench-numbers .total').textContent.replace(',', '') !== String(whole)", arg=whole
    )
    found = asked(page)
    chosen = found["from"][0], found["to"][0]
    page.wait_for_function(SHOWN, arg=list(chosen))
    after = drawn(page, "days")
    assert after["some"] == after["all"], "a view does not filter itself"
    assert (after["from"], after["to"]) == chosen
    assert sum(drawn(page, "hours")["some"]) == total(page)
    assert page.evaluate("history.length") == steps + 1, "the whole movement is one step"
    page.click("[data-step='-1']")
    page.wait_for_function(
        "whole => document.querySelector('.bench-numbers .total')?.textContent.replace(',', '') === String(whole)", arg=whole
    )
    assert drawn(page, "days")["from"] == before["from"]
    page.keyboard.press("Control+y")
    page.wait_for_function("day => location.search.includes(day)", arg=chosen[0])


def test_hours_and_bars_narrow_each_other_and_every_part_is_a_chip(open_page: Open) -> None:
    page = open_page("window=90d")
    box = page.locator("[data-axis=hours]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.15)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.45, steps=5)
    page.mouse.up()
    page.wait_for_function(SETTLED)
    hours = [int(hour) for hour in asked(page)["hours"][0].split("-")]
    days = [int(day) for day in asked(page)["weekday"][0].split("-")]
    told = drawn(page, "hours")["some"]
    inside = [n for hour, n in enumerate(told) if hours[0] <= hour % 24 < hours[1] and days[0] <= hour // 24 + 1 <= days[-1]]
    assert total(page) == sum(inside) < sum(told)
    first = page.locator("#panel-view_sources .row >> nth=0")
    n = int(first.locator(".n").inner_text().replace(",", ""))
    first.locator(".name").click()
    page.wait_for_selector("#panel-view_sources .row.is-chosen")
    page.wait_for_selector(".bench-head .chip >> nth=2")
    assert total(page) == n
    assert page.locator("#panel-view_sources .row").count() > 1, "what else could be chosen stays"
    page.locator("#panel-view_sources .row.is-chosen .n").click()
    page.wait_for_selector("#opened-dialog[open]:not(.is-waiting) .opened-head")
    assert f"{n:,}" in page.inner_text(".opened-head .opened-value")
    page.keyboard.press("Escape")
    page.click(".bench-head .clear")
    page.wait_for_selector(".bench-head .none")
    assert set(asked(page)) <= {"window"}


@pytest.mark.parametrize(("width", "lang"), [(1366, "zh"), (390, "en")])
def test_everybody_can_use_it(open_page: Open, width: int, lang: str) -> None:
    page = open_page(f"window=90d&lang={lang}", width, 844)
    found = Axe().run(page, context=".study-main > .slot-chips, .views", options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.focus("[data-axis=days]")
    before = drawn(page, "days")["from"]
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("day => JSON.parse(document.querySelector('[data-axis=days]').dataset.drawn).from < day", arg=before)
