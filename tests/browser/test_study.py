"""The analysis page in a real browser: clicks narrow it, Back returns, a place opens and leads to the screen, phones, accessibility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
LINES = ".place-line"
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    contexts = []

    def start(query: str = "window=90d", width: int = 1366, height: int = 768) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.goto(f"{address}/analysis?{query}")
        page.wait_for_selector(LINES)
        page.wait_for_selector(".handover-row.is-all")
        return page

    yield start
    for context in contexts:
        context.close()


def test_clicks_narrow_the_page_in_place_and_back_returns(open_page: Open) -> None:
    page = open_page()
    page.evaluate("window.stays = true")
    whole = page.inner_text(".funnel-row .n >> nth=0")
    page.click(".wait-table th a >> nth=0")
    page.wait_for_url("**stage=*")
    page.wait_for_selector(f".funnel-row .n >> nth=0 >> text=/^(?!{whole}$)/")
    assert page.evaluate("window.stays")
    page.go_back()
    page.wait_for_selector(f".funnel-row .n >> nth=0 >> text='{whole}'")


def test_a_place_opens_to_its_cases_and_leads_to_them_on_the_screen(open_page: Open) -> None:
    page = open_page()
    page.click(f"{LINES} summary >> nth=0")
    cases = page.locator(f"{LINES}[open] .cases li")
    assert cases.count() >= 3
    page.click(f"{LINES}[open] .place-foot a")
    page.wait_for_selector(".numbers .value")
    assert "grid=" in page.url


def test_the_screen_and_the_page_lead_to_each_other_with_the_selection(open_page: Open) -> None:
    page = open_page("window=90d&source=hotline")
    page.click(".controls a.to-page >> nth=0")
    page.wait_for_selector(".numbers .value")
    assert "source=hotline" in page.url
    page.click(".controls a[href^='/analysis']")
    page.wait_for_selector(LINES)
    assert "source=hotline" in page.url


def test_a_phone_gets_a_column_no_wider_than_itself(open_page: Open) -> None:
    page = open_page(width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_serious_fault_of_accessibility(open_page: Open) -> None:
    page = open_page()
    page.click(f"{LINES} summary >> nth=0")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    serious = [
        (fault["id"], fault["nodes"][0]["html"][:160])
        for fault in found.response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []
