"""The ranking in a real browser: thirteen streets in one glance, the table by keyboard, adjusted and labelled, on wall and phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
QUERY = "window=365d&indicator=resolution_rate"
ROWS = ".ranking .rows"
FILL = """count => {
    const rows = document.querySelector('.ranking .rows');
    const streets = [...rows.children].filter(row => row.querySelector('a.name'));
    for (let n = streets.length; n < count; n += 1) {
        rows.insertBefore(streets[0].cloneNode(true), rows.firstChild);
    }
    [...rows.querySelectorAll('.opens-band')].forEach(row => row.classList.remove('opens-band'));
    rows.children[3].classList.add('opens-band');
    rows.children[8].classList.add('opens-band');
    return [rows.scrollHeight, rows.clientHeight];
}"""
INSIDE = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect();
    return box.left >= 0 && box.top >= 0 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
}"""
Open = Callable[..., "Page"]


@pytest.fixture
def open_wall(browser: Browser, address: str) -> Iterator[Open]:
    contexts = []

    def start(query: str = QUERY, width: int = 1366, height: int = 768) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.goto(f"{address}/?{query}")
        page.wait_for_selector(f"{ROWS} .row")
        page.wait_for_selector("#chart-hours .hm")
        return page

    yield start
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("adjust", ["", "&adjust=category"])
def test_thirteen_streets_do_not_scroll(open_wall: Open, language: str, adjust: str) -> None:
    page = open_wall(f"{QUERY}{adjust}&lang={language}")
    needed, given = page.evaluate(FILL, 13)
    assert needed <= given + 2


def test_the_table_opens_and_closes_by_keyboard_and_stays_on_the_screen(open_wall: Open) -> None:
    page = open_wall()
    page.focus(".ranking-table > summary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ranking-table[open] table")
    assert page.evaluate(INSIDE, ".ranking-table .sheet")
    streets = page.locator(f"{ROWS} a.name").all_text_contents()
    named = page.locator(".ranking-table tbody th").all_text_contents()
    assert set(streets) <= set(named)
    problems = [found["id"] for found in Axe().run(page, context=".slot-ranking").response["violations"]]
    assert problems == []
    page.keyboard.press("Enter")
    page.wait_for_selector(".ranking-table:not([open])")


def test_an_adjustment_is_chosen_from_the_table_and_labelled(open_wall: Open) -> None:
    page = open_wall()
    page.click(".ranking-table > summary")
    page.click(".ranking-table .mix:not(.is-chosen)")
    page.wait_for_function("() => location.search.includes('adjust=category')")
    page.wait_for_selector(".ranking .heading .adjusted")
    assert page.text_content(".ranking .heading .adjusted") == "按类别结构调整"
    page.wait_for_function("() => document.querySelector('.centre').textContent.includes('按类别结构调整')")


def test_a_phone_shows_the_table_within_its_width(open_wall: Open) -> None:
    page = open_wall(width=390, height=844)
    page.click(".ranking-table > summary")
    page.wait_for_selector(".ranking-table[open] table")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
