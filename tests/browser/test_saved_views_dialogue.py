"""The dialogue of saved views in a real browser: a view is kept, opened in another browser, pinned and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000


@pytest.fixture(scope="module")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "store"
    shutil.copytree(demo_store, folder)
    return folder


@pytest.fixture(scope="module")
def address(store: Path, serve: Callable[[Any], str]) -> str:
    return serve(create_app(Settings(), Store(store)).server)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1600, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(SETTLED_MS)
    yield page
    context.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.click(".controls a[href='#views']")
    page.wait_for_selector(".saved-items[data-filled]")


def test_a_view_is_kept_and_opens_in_another_browser(page: Page, browser: Browser, address: str) -> None:
    opened(page, f"{address}/analysis?window=90d&source=patrol")
    for name, is_pinned in (("巡查三个月", False), ("<i>固定</i>", True)):
        page.fill(".saved-items form input[type=text]", name)
        if is_pinned:
            page.check(".saved-items form input[type=checkbox]")
        page.press(".saved-items form input[type=text]", "Enter")
        page.wait_for_selector(f".saved-link >> text={name}")
    assert page.locator(".saved-items i").count() == 0
    other = browser.new_context().new_page()
    other.set_default_timeout(SETTLED_MS)
    opened(other, f"{address}/")
    assert other.locator(".saved-link").count() == 2
    other.click(".saved-link >> text=巡查三个月")
    other.wait_for_selector(".funnel-row")
    assert "source=patrol" in other.url
    assert "snapshot=" not in other.url
    opened(other, f"{address}/")
    other.click(".saved-link >> text=固定")
    other.wait_for_selector(".funnel-row")
    assert "snapshot=" in other.url
    other.context.close()


def test_the_link_copied_names_snapshot_and_definition(page: Page, address: str, store: Path) -> None:
    opened(page, f"{address}/?window=30d")
    page.click(".saved-copy")
    page.wait_for_selector(".saved-copy >> text=已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{address}/?")
    assert f"snapshot={(store / 'CURRENT').read_text(encoding='utf-8').strip()}" in copied
    assert "definition=" in copied
    assert "window=30d" in copied


def test_a_view_is_deleted_only_when_asked_twice(page: Page, address: str) -> None:
    opened(page, f"{address}/")
    page.fill(".saved-items form input[type=text]", "gone soon")
    page.press(".saved-items form input[type=text]", "Enter")
    line = page.locator(".saved-items li", has_text="gone soon")
    line.locator("button >> nth=1").click()
    assert line.count() == 1
    line.locator("button >> nth=1").click()
    page.wait_for_function("() => ![...document.querySelectorAll('.saved-link')].some(one => one.textContent.includes('gone soon'))")
