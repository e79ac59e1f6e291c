"""The data page in a real browser: a clerk hands in a workbook nobody configured, understands, corrects, publishes, sees it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WAIT_MS = 60_000
HEADINGS = ("工单号", "来电时间", "事件大类", "诉求内容", "所属街道", "办理状态", "办结时间")
GOOD = [
    (
        f"LX2026{n:05d}",
        f"2026-11-{n % 20 + 1:02d} 09:{n:02d}:00",
        "市容环境",
        f"第{n}件",
        "",
        "已办结",
        f"2026-11-{n % 20 + 1:02d} 18:00:00",
    )
    for n in range(1, 21)
]
OTHERS = [(f"LS{row[0]}", *row[1:]) for row in GOOD]
BAD = [
    ("", "2026-11-05 10:00:00", "市容环境", "没有编号", "", "已办结", "2026-11-06 10:00:00"),
    ("LX202600098", "昨天上午", "市容环境", "时间看不懂", "", "已办结", "2026-11-06 10:00:00"),
    ("LX202600099", "2026-11-08 10:00:00", "市容环境", "先结案后上报", "", "已办结", "2026-11-06 10:00:00"),
]
MENDED = [
    ("LX202600097", *BAD[0][1:]),
    ("LX202600098", "2026-11-05 09:30:00", *BAD[1][2:]),
    (*BAD[2][:6], "2026-11-09 10:00:00"),
]  # fmt: skip
TOO_WIDE = """() => [...document.querySelectorAll(".part > table, .part-handover form")]
    .filter(found => found.getBoundingClientRect().right > found.closest("section").getBoundingClientRect().right + 1)
    .map(found => found.className)"""
SIZES = ((1366, 768), (1920, 1080), (3840, 1080), (390, 844))


def workbook(path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> Path:
    """A workbook as offices make them: a title over everything, an empty row, then the headings."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["2026年11月工单明细表"], [], headings, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


@pytest.fixture(scope="module")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(shutil.copytree(demo_store, tmp_path_factory.mktemp("desk") / "store"))


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], store: Store) -> str:
    return serve(create_app(Settings(), store).server)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab in which nothing may be complained about and nothing fetched from elsewhere."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("http://127.0.0.1", "data:", "blob:")) or complaints.append(request.url))
    yield page
    context.close()
    assert complaints == []


def opened(tab: Page, address: str) -> None:
    """Open a page of any kind and wait until it has said all it has to say."""
    tab.goto(address)
    tab.wait_for_selector(".refusal, .slot-events .line, .part-changes h2", timeout=WAIT_MS)
    tab.wait_for_function("() => !document.querySelector('.slot:not([hidden]) .skeleton')", timeout=WAIT_MS)


def handed_in(tab: Page, path: Path, heading: str) -> str:
    """Choose a file, have it checked, and read what is said about it."""
    tab.set_input_files("#desk-file", path)
    tab.click("form.handover button[type=submit]")
    tab.wait_for_selector(f"#handover-outcome h3:has-text('{heading}')", timeout=WAIT_MS)
    return tab.inner_text("#handover-outcome")


def test_a_clerk_hands_in_a_workbook_understands_corrects_and_publishes_it(tab: Page, address: str, store: Store, tmp_path: Path) -> None:
    before = store.generation
    opened(tab, f"{address}/data")
    said = handed_in(tab, workbook(tmp_path / "工单.xlsx", [*GOOD, *BAD]), "一部分行不能接收")
    assert "送来 23 行 = 接收 20 + 隔离 3" in said
    for words in ("缺少编号，请补上", "第 21 行 工单号", "第 22 行（LX202600098） 来电时间 “昨天上午”", "第 23 行（LX202600099） 办结时间"):
        assert words in " ".join(said.split()), words
    assert "事件编号 ← 工单号" in said
    assert store.generation == before, "a check changes nothing"

    said = handed_in(tab, workbook(tmp_path / "工单.xlsx", [*GOOD, *MENDED]), "全部可以接收")
    assert "送来 23 行 = 接收 23 + 隔离 0" in said
    tab.click("#handover-outcome summary.is-main")
    assert "将新建来源“工单”，发布 23 行" in tab.inner_text("#handover-outcome .question")
    assert store.generation == before, "a question is not yet an answer"
    tab.click("button[data-deed=publish]")
    tab.wait_for_selector("#handover-outcome h3:has-text('已发布')", timeout=WAIT_MS)
    after = store.generation
    assert after != before
    tab.click("text=看这个来源的账目")
    tab.wait_for_selector(".sources .is-open:has-text('23 = 23 + 0')")

    tab.goto(f"{address}/?window=all&q=LX202600099")
    tab.wait_for_selector(".slot-events [data-event=LX202600099]", timeout=WAIT_MS)
    tab.click("a.to-page[href^='/data']")
    tab.wait_for_selector("tr.snapshot", timeout=WAIT_MS)

    rows = tab.locator("tr.snapshot")
    rows.nth(1).locator("a:has-text('比较')").click()
    tab.wait_for_selector(".changes:has-text('新增') b:has-text('23')", timeout=WAIT_MS)
    rows.nth(1).locator("summary:has-text('回到此份')").click()
    rows.nth(1).locator("button[data-deed=rollback]").click()
    tab.wait_for_selector("tr.snapshot:nth-child(2) .is-in-force", timeout=WAIT_MS)
    assert store.generation == before


UNKNOWN = ("来信编号", "来信日期", "问题归类", "内容摘要", "属地", "目前进展", "答复日期")
NAMES = {"来信编号": "event_id", "来信日期": "reported_at", "问题归类": "category", "目前进展": "stage", "答复日期": "closed_at"}


def test_columns_nobody_knows_are_named_and_refused_rows_come_back_corrected(tab: Page, address: str, tmp_path: Path) -> None:
    opened(tab, f"{address}/data?lang=en")
    said = handed_in(tab, workbook(tmp_path / "来信.xlsx", [*OTHERS, *BAD], UNKNOWN), "cannot be accepted")
    assert "Columns that must be there are missing: event id, reported at, category" in said
    assert tab.inner_text(".naming label:has(select[data-header=来信编号]) .example") == OTHERS[0][0]
    for header in ("来信编号", "来信日期"):
        tab.select_option(f".naming select[data-header={header}]", "event_id")
    tab.click("button[data-deed=columns]")
    tab.wait_for_selector(".is-problem:has-text('chosen for more than one column')")
    for header, field in NAMES.items():
        tab.select_option(f".naming select[data-header={header}]", field)
    tab.click("button[data-deed=columns]")
    tab.wait_for_selector("#handover-outcome h3:has-text('some rows would be refused')", timeout=WAIT_MS)
    assert "2 columns are not read: 内容摘要, 属地" in tab.inner_text("#handover-outcome .naming-more")
    published(tab, "3 other rows go to quarantine")
    tab.click("text=See the books of this source")
    with tab.expect_download() as download:
        tab.click("a.download")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert rows[0][:6] == ["row", "code", "column", "value", "reason", "来信编号"]
    assert [row[0] for row in rows[1:]] == ["21", "22", "23"]

    corrected = tmp_path / download.value.suggested_filename
    with corrected.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([rows[0], *([*row[:5], *mended] for row, mended in zip(rows[1:], MENDED, strict=True))])
    tab.reload()
    opened(tab, f"{address}/data?lang=en")
    said = handed_in(tab, corrected, "Confirm what the columns are")
    assert tab.input_value("select[name=source]") == "来信"
    assert tab.input_value("select[name=mode]") == "changes"
    assert "Filled in as “来信” was read last time" in said
    tab.click("button[data-deed=columns]")
    tab.wait_for_selector("#handover-outcome h3:has-text('all rows would be accepted')", timeout=WAIT_MS)
    published(tab, "The 20 rows of “来信” stay; these 3 are added")
    tab.click("text=See the books of this source")
    tab.wait_for_selector(".sources .is-open:has-text('26 = 23 + 3')", timeout=WAIT_MS)


def published(tab: Page, question: str) -> None:
    """Answer the question before publishing and wait until it is done."""
    tab.click("#handover-outcome summary.is-main")
    assert question in tab.inner_text("#handover-outcome .question")
    tab.click("button[data-deed=publish]")
    tab.wait_for_selector("#handover-outcome h3:has-text('Published')", timeout=WAIT_MS)


def test_an_upload_is_found_again_after_a_reload_and_two_tabs_do_not_mix(tab: Page, address: str, tmp_path: Path) -> None:
    opened(tab, f"{address}/data")
    other = tab.context.new_page()
    opened(other, f"{address}/data")
    handed_in(tab, workbook(tmp_path / "甲.xlsx", GOOD[:3]), "全部可以接收")
    handed_in(other, workbook(tmp_path / "乙.xlsx", GOOD[:5]), "全部可以接收")
    assert "送来 3 行" in tab.inner_text("#handover-outcome")
    tab.reload()
    tab.wait_for_selector("#handover-outcome:has-text('送来 3 行')", timeout=WAIT_MS)
    tab.click("#handover-outcome [data-deed=discard]")
    tab.wait_for_selector("#handover-outcome:empty", state="attached")
    assert "送来 5 行" in other.inner_text("#handover-outcome")


@pytest.mark.parametrize("query", ["", "?lang=en", "?lang=en&theme=dark&source=12345热线"], ids=["zh", "en", "en, dark, open"])
def test_the_page_fits_every_size_and_is_accessible(tab: Page, address: str, query: str) -> None:
    opened(tab, f"{address}/data{query}")
    for width, height in SIZES:
        tab.set_viewport_size({"width": width, "height": height})
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, height)
        assert tab.evaluate(TOO_WIDE) == [], (width, height)
    found = Axe().run(tab, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/", "/data"])
def test_a_snapshot_that_is_gone_leads_to_the_newest_data(tab: Page, address: str, path: str) -> None:
    opened(tab, f"{address}{path}?snapshot=20250101T000000Z-00000000&lang=en")
    tab.wait_for_selector(".refusal:has-text('cannot be shown')", timeout=WAIT_MS)
    assert not tab.locator(".leaflet-container").is_visible()
    assert not tab.locator("#part-sources").is_visible()
    tab.click(".refusal a")
    tab.wait_for_selector(".slot-ranking .row, tr.source", timeout=WAIT_MS)
    assert "snapshot" not in tab.url


def test_a_wall_in_kiosk_mode_has_no_way_to_the_data_page(tab: Page, address: str) -> None:
    opened(tab, f"{address}/?kiosk=1")
    tab.wait_for_selector(".controls", state="attached", timeout=WAIT_MS)
    assert tab.locator("a.to-page").count() == 0
