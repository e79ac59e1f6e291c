"""The table of all selected cases and the dialogue of files, in a real browser, against the programming interface and the file itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
ROW = "#cases-grid .ag-center-cols-container .ag-row"
QUERY = "window=365d"


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What the console said in all tests of this module."""
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(SETTLED_MS)
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def opened(page: Page, address: str, query: str = QUERY) -> None:
    page.goto(f"{address}/analysis?{query}")
    wait_for_first(page, rows(page, address, query, count=1)["rows"][0]["event_id"])
    page.locator("#cases-table").scroll_into_view_if_needed()


def rows(page: Page, address: str, query: str = QUERY, **more: Any) -> Any:
    extra = "".join(f"&{key}={value}" for key, value in more.items())
    answer = page.request.get(f"{address}/cases/rows?{query}{extra}")
    assert answer.ok, answer.text()
    return answer.json()


def ids_shown(page: Page) -> list[str]:
    """Ids of the rows in the table from top to bottom."""
    found = page.eval_on_selector_all(ROW, "rows => rows.map(row => [Number(row.getAttribute('row-index')), row.getAttribute('row-id')])")
    return [identity for _, identity in sorted(found) if identity]


def wait_for_first(page: Page, identity: str) -> None:
    page.wait_for_selector(f"{ROW}[row-index='0'][row-id='{identity}']")


def test_the_table_shows_every_selected_case_newest_first(page: Page, address: str) -> None:
    opened(page, address)
    found = rows(page, address, start=0, count=100)
    events = page.request.get(f"{address}/api/v1/events?{QUERY}&limit=100").json()
    assert found["total"] == events["total"]
    assert sorted(row["event_id"] for row in found["rows"][:50]) == sorted(event["event_id"] for event in events["events"][:50])
    shown = ids_shown(page)
    assert shown == [row["event_id"] for row in found["rows"]][: len(shown)]
    assert f"{found['total']:,}" in page.inner_text(".slot-cases h2")
    assert page.get_attribute("#cases-grid [role=treegrid], #cases-grid [role=grid]", "aria-rowcount") is not None


def test_a_heading_puts_all_cases_in_order_not_only_those_loaded(page: Page, address: str) -> None:
    opened(page, address)
    for down in (1, 0):
        expected = rows(page, address, start=0, count=5, by="hours_taken", down=down)["rows"]
        page.evaluate("document.querySelector('#cases-grid .ag-center-cols-viewport').scrollLeft = 5000")
        page.click("#cases-grid .ag-header-cell[col-id=hours_taken] .ag-header-cell-label")
        wait_for_first(page, expected[0]["event_id"])
        page.wait_for_function(f'n => document.querySelectorAll("{ROW}[row-id]").length >= n', arg=5)
        assert ids_shown(page)[:5] == [row["event_id"] for row in expected]


def test_the_last_case_is_there_at_the_end(page: Page, address: str) -> None:
    opened(page, address)
    total = rows(page, address)["total"]
    last = rows(page, address, start=total - 1, count=1)["rows"][0]["event_id"]
    page.evaluate("n => window.dash_ag_grid.getApi('cases-grid').ensureIndexVisible(n - 1)", total)
    page.wait_for_selector(f"{ROW}[row-index='{total - 1}'][row-id='{last}']")


def test_a_search_narrows_the_whole_page(page: Page, address: str) -> None:
    opened(page, address)
    words = rows(page, address, start=40, count=1)["rows"][0]["title"][:6]
    expected = rows(page, address, f"{QUERY}&q={words}", start=0, count=100)
    page.fill(".cases-search input", words)
    page.press(".cases-search input", "Enter")
    page.wait_for_url("**q=*")
    assert words in unquote(page.url)
    wait_for_first(page, expected["rows"][0]["event_id"])
    page.wait_for_selector(f".slot-cases h2 >> text=/\\b{expected['total']:,}\\b/")
    page.wait_for_selector("a.chip[data-change*='q=']")
    page.go_back()
    page.wait_for_selector(f".slot-cases h2 >> text=/\\b{rows(page, address)['total']:,}\\b/")


def test_a_row_opens_the_case_and_back_closes_it(page: Page, address: str) -> None:
    opened(page, address, f"{QUERY}&deadline=overdue")
    first = ids_shown(page)[0]
    page.click(f"{ROW}[row-id='{first}'] [col-id=event_id]")
    page.wait_for_selector(".opened .course li")
    assert first in page.inner_text(".opened .sentence")
    assert page.locator(".opened .course li.is-deadline.is-overdue").count() == 1
    assert page.locator(".opened .course li").count() == 9  # seven steps, the deadline, now
    page.go_back()
    page.wait_for_selector("#opened-dialog:not([open])", state="attached")
    page.focus(f"{ROW}[row-id='{first}'] [col-id=event_id]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#opened-dialog[open] .course li")


def test_the_address_of_a_case_opens_it_again(page: Page, address: str) -> None:
    identity = rows(page, address, start=7, count=1)["rows"][0]["event_id"]
    page.goto(f"{address}/analysis?{QUERY}&lang=en&open=case%3Fid%3D{identity}")
    page.wait_for_selector(".opened .course li")
    assert identity in page.inner_text(".opened .sentence")
    assert "Its course" in page.inner_text(".opened")
    page.goto(f"{address}/?open=case%3Fid%3Dnobody")
    page.wait_for_selector(".opened [role=alert]")
    assert "打不开" in page.inner_text(".opened")


def test_a_file_is_fetched_with_progress_and_holds_every_row(page: Page, address: str) -> None:
    opened(page, address)
    total = rows(page, address)["total"]
    page.click(".export-opener")
    assert f"{total:,}" in page.inner_text(".export-dialog h2")
    with page.expect_download() as waiting:
        page.click(".export-files a >> nth=0")
    page.wait_for_selector(".export-progress[data-done]")
    download = waiting.value
    read = pd.read_csv(io.BytesIO(download.path().read_bytes()), dtype=str)
    assert len(read) == total
    assert read["编号"].iloc[-1] == rows(page, address, start=0, count=1)["rows"][0]["event_id"]
    assert download.suggested_filename.endswith(".csv")
    assert download.suggested_filename in page.inner_text(".export-progress")
    page.keyboard.press("Escape")
    page.wait_for_selector(".export-dialog", state="detached")
    assert page.evaluate("document.activeElement.className") == "export-opener"


def test_a_file_can_be_given_up(page: Page, address: str) -> None:
    opened(page, address)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/export/xlsx*", hold)
    page.click(".export-opener")
    page.click(".export-files a >> nth=2")
    page.click(".export-foot button >> nth=0")
    page.wait_for_selector(".export-progress [role=status]")
    assert "取消" in page.inner_text(".export-progress")
    assert len(held) == 1
    page.unroute("**/export/xlsx*")
    page.keyboard.press("Escape")


def test_a_page_without_a_table_does_not_load_its_library(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/?{QUERY}")
    page.wait_for_selector(".numbers .value", timeout=SETTLED_MS)
    assert not [url for url in asked if "ag_grid" in url]
    context.close()


@pytest.mark.parametrize("what", ["table", "dialogue", "case"])
def test_no_serious_fault_of_accessibility(page: Page, address: str, what: str) -> None:
    opened(page, address)
    if what == "dialogue":
        page.click(".export-opener")
    elif what == "case":
        page.click(f"{ROW}[row-index='0'] [col-id=event_id]")
        page.wait_for_selector(".opened .course li")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    serious = [
        (fault["id"], fault["nodes"][0]["html"][:160])
        for fault in found.response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_phone_gets_no_wider_page(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(SETTLED_MS)
    opened(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_the_console_stayed_quiet(complaints: list[str]) -> None:
    assert complaints == []
