"""The brief in a real browser: it lays itself, writes its whole address, its numbers open, it is issued, printed, and read on a phone."""

from __future__ import annotations

import io
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
DASHES = re.compile("[ –—]")
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def own(demo_store: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Any], str]) -> str:
    """Address over a copy of the demo, in which briefs are issued."""
    folder = tmp_path_factory.mktemp("briefs")
    shutil.copytree(demo_store, folder / "store")
    return serve(create_app(Settings(store=folder / "store"), Store(folder / "store")).server)


@pytest.fixture
def open_page(browser: Browser, own: str) -> Iterator[Open]:
    contexts = []

    def start(query: str = "", width: int = 1920, height: int = 1080) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.faults = []
        page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{own}/brief?{query}")
        page.wait_for_selector(".brief-head h1")
        page.wait_for_selector("#page[data-settled]")
        return page

    yield start
    for context in contexts:
        context.close()


def test_the_address_holds_days_snapshot_and_definition_and_a_number_opens(open_page: Open) -> None:
    page = open_page()
    asked = parse_qs(urlsplit(page.url).query)
    assert {"from", "to", "snapshot", "definition", "template"} <= asked.keys()
    number = page.locator(".is-key_numbers td .brief-number").first
    shown = number.inner_text()
    number.click()
    page.wait_for_selector("#opened-title")
    assert shown in page.inner_text("#opened-dialog")
    page.keyboard.press("Escape")
    page.goto(page.url)
    page.wait_for_selector("#page[data-settled]")
    assert page.locator(".is-key_numbers td .brief-number").first.inner_text() == shown
    assert page.faults == []


def test_changes_intervals_ranges_and_exact_cases_open_by_enter(open_page: Open) -> None:
    page = open_page()
    for selector, said in (
        (".is-findings [data-open*='usual=1'] >> nth=0", ".facts"),
        (".is-key_numbers td:nth-child(4) .opener >> nth=0", ".facts"),
        (".is-categories td:nth-child(5) .opener >> nth=0", ".facts"),
        (".is-streets .is-total td:nth-last-child(3) .opener", ".facts"),
        (".is-repeats [data-open*='part=place:'] >> nth=0", ".opened-parts [aria-pressed=true] b"),
        (".is-quality [data-open*='part=issue:'] >> nth=0", ".opened-parts [aria-pressed=true] b"),
        (".is-deadlines [data-open^='case?'] >> nth=0", ".case-standing"),
    ):
        words = page.inner_text(selector)
        page.focus(selector)
        page.keyboard.press("Enter")
        page.wait_for_selector("#opened-dialog[open]:not(.is-waiting) #opened-title")
        told = page.inner_text(f"#opened-dialog {said}")
        assert DASHES.sub("", words) in DASHES.sub("", told), (selector, told)
        page.keyboard.press("Escape")
        page.wait_for_selector("#opened-dialog:not([open])", state="attached")
    assert page.faults == []


def test_it_prints_as_one_document_without_what_stands_beside_it(open_page: Open) -> None:
    page = open_page("template=daily")
    title = page.inner_text(".brief-head h1")
    reader = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = unicodedata.normalize("NFKC", "".join(one.extract_text() for one in reader.pages))
    assert title in text
    assert text.count(title) == 1
    assert page.inner_text("[data-brief=print]") not in text
    assert abs(float(reader.pages[0].mediabox.width) - 595.3) < 2


def test_it_is_issued_with_a_remark_and_reads_the_same_afterwards(open_page: Open) -> None:
    page = open_page()
    numbers = page.locator(".brief-number").all_inner_texts()
    page.click(".brief-issue summary")
    page.fill("[data-remark=findings]", "<b>请关注</b>排水")
    page.click("[data-brief=issue]")
    page.wait_for_selector(".brief-since")
    assert page.locator(".brief-sheet:not(.brief-since) .brief-number").all_inner_texts() == numbers
    assert page.inner_text(".brief-remark") == "编者按：<b>请关注</b>排水"
    assert page.locator(".brief-mark").count() == 0
    assert page.locator(".brief-issue").count() == 0
    page.click(".brief-side a[href*='issue=all']")
    page.wait_for_selector(".brief-table tbody tr")
    assert "weekly-2026-001" in page.inner_text(".brief-table")
    assert page.faults == []


def test_any_days_are_chosen_in_the_form(open_page: Open) -> None:
    page = open_page("lang=en")
    page.fill("#brief-days input[name=first]", "2026-10-01")
    page.fill("#brief-days input[name=last]", "2026-10-09")
    page.click("#brief-days button")
    page.wait_for_url("**from=2026-10-01*")
    page.wait_for_selector("#page[data-settled]")
    assert "2026-10-01 to 2026-10-09" in page.inner_text(".brief-line")


def test_a_phone_gets_a_column_no_wider_than_itself(open_page: Open) -> None:
    page = open_page(width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_serious_fault_of_accessibility(open_page: Open) -> None:
    page = open_page()
    page.click(".brief-issue summary")
    faults = [found for found in Axe().run(page).response["violations"] if found["impact"] in ("serious", "critical")]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in faults] == []
