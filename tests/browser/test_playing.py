"""Time is played on map and charts: by button and keyboard, without a request for a step, and left without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
PLAYED = "() => document.querySelector('.quanyu-player-range')"


def classes(page: Page) -> Any:
    return page.evaluate("window.quanyu.map.state().classes")


def is_at(page: Page, step: int) -> None:
    page.wait_for_function(f"step => ({PLAYED})().value === String(step)", arg=step)


def test_days_and_hours_are_played_in_place(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_timeout(SETTLED_MS)
    page.clock.install()
    said: list[str] = []
    page.on("console", lambda one: one.type in ("error", "warning") and said.append(one.text))
    page.goto(f"{address}/?window=30d")
    page.wait_for_function("() => window.quanyu?.map?.state().ready")
    page.wait_for_selector("#chart-trend .trace")
    page.wait_for_selector("#chart-hours .hm")
    before = classes(page)
    with page.expect_response("**/layers/steps/day?*") as answered:
        page.click("[aria-label='播放时间']")
    told = answered.value.json()
    page.wait_for_selector(".quanyu-player-said:has-text('受理')")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 6)
    sent: list[str] = []
    page.on("request", lambda request: "/layers/" in request.url and sent.append(request.url))
    page.focus(".quanyu-player-range")
    page.keyboard.press("Home")
    is_at(page, 0)
    assert told["labels"][0] in page.inner_text(".quanyu-player-said")
    first, mark = classes(page), page.locator("#chart-trend .quanyu-played")
    place = mark.bounding_box()
    page.keyboard.press(" ")
    page.clock.run_for(2_000)
    is_at(page, 2)
    assert f"受理 {told['totals'][2]:,} 件" in page.inner_text(".quanyu-player-said")
    assert classes(page) != first
    moved = mark.bounding_box()
    assert place is not None
    assert moved is not None
    assert moved["x"] > place["x"]
    assert page.inner_text(".quanyu-scale-head").startswith("受理量")
    page.keyboard.press(" ")
    page.clock.run_for(3_000)
    is_at(page, 2)
    assert sent == []
    page.clock.resume()
    found = Axe().run(page, context=".quanyu-player", options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [one["id"] for one in found] == []
    page.click(".quanyu-player [data-by=hour]")
    page.wait_for_selector("#chart-hours .quanyu-played", state="visible")
    assert page.locator("#chart-trend .quanyu-played").count() == 0
    page.focus(".quanyu-player-range")
    page.keyboard.press("Escape")
    page.wait_for_selector(".quanyu-player", state="detached")
    assert page.locator(".quanyu-played").count() == 0
    assert classes(page) == before
    assert said == []
    context.close()


def test_the_linked_views_follow_what_is_played_and_come_back(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    page = context.new_page()
    page.set_default_timeout(SETTLED_MS)
    page.clock.install()
    page.goto(f"{address}/analysis?window=30d&source=hotline")
    page.wait_for_function("() => window.quanyu?.map?.state().ready")
    page.wait_for_selector(".bench-map-menus")
    total = "n => document.querySelector('.bench-numbers .total').textContent === n"
    whole, steps = page.inner_text(".bench-numbers .total"), page.evaluate("history.length")
    with page.expect_response("**/layers/steps/day?*") as answered:
        page.click("[aria-label='播放时间']")
    told = answered.value.json()
    page.wait_for_selector(".quanyu-player-said:has-text('受理')")
    page.click(".quanyu-player [aria-label='暂停']")
    page.focus(".quanyu-player-range")
    for key, at in (("End", -1), ("Home", 0)):
        page.keyboard.press(key)
        page.wait_for_function(total, arg=f"{told['totals'][at]:,}")
        assert told["days"][at][0] in page.url
        assert page.inner_text("#panel-view_sources .row.is-chosen .n") == f"{told['totals'][at]:,}"
        assert sum(page.evaluate("JSON.parse(document.querySelector('[data-axis=hours]').dataset.drawn).some")) == told["totals"][at]
    page.click(".quanyu-player [data-by=hour]")
    page.wait_for_function("() => location.search.includes('hours=0-1') && location.search.includes('window=30d')")
    page.focus(".quanyu-player-range")
    page.keyboard.press("Escape")
    page.wait_for_function(total, arg=whole)
    assert page.evaluate("location.search") == "?window=30d&source=hotline"
    page.click("[aria-label='播放时间']")
    page.wait_for_function("() => location.search.includes('hours=')")
    page.click("#panel-view_categories .row .name >> nth=0")
    page.wait_for_function("() => location.search.includes('domain=') && !location.search.includes('hours=')")
    page.wait_for_selector(".quanyu-player", state="detached")
    assert page.evaluate("history.length") == steps + 1, "what was played is no step of the history"
    context.close()
