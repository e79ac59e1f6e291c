"""Every number opens, in a real browser: taken from its surface, opened, paged through, and worked out again from its cases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.indicators.ask import ask
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.store.store import Store
from data.view import View

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WINDOW = "window=30d"
SETTLED_MS = 30_000
CHANGED = """last => [...document.querySelectorAll('#cases tbody tr')]
    .every(row => (row.dataset.event || row.dataset.point) !== last)"""
TOTALS = """tabs => tabs.map(tab =>
    [new URLSearchParams(tab.dataset.cases.split('?')[1]).get('part'), tab.querySelector('b').textContent])"""
AXE = {"runOnly": ["wcag2a", "wcag2aa"]}


@pytest.fixture(scope="module")
def store(demo_store: Path) -> Store:
    return Store(demo_store)


@pytest.fixture(scope="module")
def address(store: Store, serve: Callable[[Any], str]) -> str:
    return serve(create_app(Settings(), store).server)


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What the console said in all tests of this module."""
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """One page for all: the numbers are opened one after the other."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(SETTLED_MS)
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/indicators?{WINDOW}")
    page.wait_for_selector("section .now")
    yield page
    context.close()


def opened(page: Page) -> None:
    page.wait_for_selector("#opened-dialog[open]:not(.is-waiting) .opened-head")


def exact(text: str) -> float:
    return float(text.replace(",", ""))


def pages(page: Page, wanted: str) -> list[dict[str, Any]]:
    """All cases of a part as the server gives them to whoever reads on from what the panel shows."""
    pinned = page.get_attribute("#opened-dialog .ways a[href^='/analysis']", "href") or ""
    query = pinned.split("?")[1]
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        asked = f"{query}&part={quote(wanted)}&limit=1000" + (f"&cursor={quote(cursor)}" if cursor else "")
        answer = page.request.get(f"{page.url.split('/indicators')[0]}/api/v1/events?{asked}").json()
        found += answer["events"]
        assert answer["total"] >= len(found)
        cursor = answer["next"] or ""
        if not cursor:
            assert answer["total"] == len(found)
            return found


def turned(page: Page, part: str) -> list[str]:
    """Ids of the rows of a part, by the panel's own pages; at most two of them."""
    page.click(f"#opened-dialog .opened-parts [data-cases*='part={part}']")
    page.wait_for_selector(f"#cases [data-part='{part}']")
    seen: list[str] = []
    for _ in range(2):
        page.wait_for_selector("#cases:not(.is-waiting)")
        seen += page.eval_on_selector_all("#cases tbody tr", "rows => rows.map(row => row.dataset.event || row.dataset.point)")
        following = page.locator("#cases [data-cases*='cursor=']")
        if not following.count():
            break
        last = seen[-1]
        following.click()
        page.wait_for_function(CHANGED, arg=last)
    return seen


def escape(page: Page) -> None:
    page.keyboard.press("Escape")
    page.wait_for_selector("#opened-dialog:not([open])", state="attached")


@pytest.mark.parametrize("key", INDICATORS)
def test_a_number_opens_to_the_cases_that_make_it(page: Page, store: Store, key: str) -> None:
    indicator = INDICATORS[key]
    number = page.locator(f"section#{key} .now")
    shown = number.inner_text()
    number.click()
    opened(page)
    value = page.get_attribute(".opened-head", "data-value") or ""
    digits = re.search(r"[\d,.]+", shown)
    if digits:
        assert exact(digits[0]) == pytest.approx(float(value) * (100 if indicator.unit == "rate" else 1), abs=0.0501)
        assert digits[0] in page.inner_text(".opened-head .opened-value")
    totals = dict(page.eval_on_selector_all("#opened-dialog .opened-parts [data-cases]", TOTALS))
    n = exact(totals["denominator"])
    if indicator.measure == "video":
        assert float(value) == pytest.approx(exact(totals["numerator"]) / n)
        assert len(turned(page, "numerator")) == min(exact(totals["numerator"]), 40)
    elif indicator.measure == "score":
        terms = page.locator("#opened-dialog .terms .opener")
        snapshot = store.current()
        assert terms.count() == len(snapshot.definition().terms)
        weights = [event["weight"] for event in pages(page, "denominator")]
        assert 100 * sum(weights) / len(weights) == pytest.approx(float(value))
    else:
        cases = pages(page, "numerator")
        weight = sum(event["weight"] for event in cases)
        if indicator.measure == "duration":
            assert float(np.quantile([event["duration_s"] / 3600 for event in cases], indicator.share)) == pytest.approx(float(value))
        elif indicator.unit == "rate":
            assert weight / n == pytest.approx(float(value))
        elif indicator.unit == "count":
            assert weight == float(value) == len(cases)
        else:
            snapshot = store.current()
            people = ask(View(snapshot, snapshot.definition()), Selection(window="30d"))["indicators"][key]["denominator"]
            assert weight / people == pytest.approx(float(value))
        part = "numerator" if "numerator" in totals else "denominator"
        assert turned(page, part) == [event["event_id"] for event in cases[:40]]
    escape(page)
    assert "open=" not in page.url
    assert page.evaluate("document.activeElement.className").startswith("opener")


def test_the_wall_opens_its_numbers_by_click_and_by_enter(page: Page, address: str) -> None:
    page.goto(f"{address}/?{WINDOW}")
    page.wait_for_selector(".ranking .opener")
    page.wait_for_selector(".bars .opener")
    sent: list[Any] = []
    page.on("request", lambda request: "_dash-update-component" in request.url and sent.append(json.loads(request.post_data or "{}")))
    for selector in (".numbers .opener:not(.evidence) >> nth=0", ".ranking .opener >> nth=0", ".slot-categories .opener >> nth=0",
                     ".slot-sources .opener >> nth=0", ".due .opener >> nth=1", ".coverage .opener >> nth=0"):  # fmt: skip
        before = len(sent)
        words = page.inner_text(selector)
        page.focus(selector)
        page.keyboard.press("Enter")
        opened(page)
        shown = page.inner_text(".opened-head .opened-value") + page.inner_text("#opened-dialog .opened-parts [aria-pressed=true] b")
        digits = re.search(r"[\d,.]+", words)
        assert digits is not None
        assert digits[0] in shown, (selector, words, shown)
        assert len(sent) == before + 1
        escape(page)


def test_numbers_of_the_legend_and_what_stands_beside_a_number_open(page: Page, address: str) -> None:
    page.goto(f"{address}/?{WINDOW}")
    page.wait_for_selector(".quanyu-mark a.opener")
    for chosen, key in (
        (".quanyu-mark a.opener >> nth=0", "accepted"),
        (".quanyu-mark a.opener >> nth=-1", "video_online_rate"),
        (".number .change >> nth=0", "accepted"),
        (".ranking .row > .n >> nth=0", None),
    ):
        page.click(chosen)
        opened(page)
        assert key is None or page.inner_text("#opened-title") == INDICATORS[key].names.zh
        escape(page)


def test_a_bucket_of_days_an_hour_and_an_area_of_the_map_open(page: Page, address: str) -> None:
    page.goto(f"{address}/?{WINDOW}")
    page.wait_for_selector("#chart-hours .hm")
    page.wait_for_selector("#chart-trend .trace")
    for key, said in (("trend", "from="), ("hours", "weekday=")):
        box = page.locator(f"#chart-{key} .nsewdrag").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.55)
        page.wait_for_selector(f"#chart-{key} .hoverlayer .hovertext, #chart-{key} .hoverlayer .legend")
        page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.55)
        opened(page)
        assert said in page.url.split("open=")[1].replace("%3D", "=")
        escape(page)
    page.focus("#map")
    page.keyboard.press("Enter")
    opened(page)
    whole = page.inner_text(".numbers .number:has(.is-chosen) .value")
    assert page.inner_text(".opened-head .opened-value") == whole
    escape(page)


def test_a_link_opens_the_same_again_and_back_closes_it(page: Page, address: str) -> None:
    page.goto(f"{address}/?{WINDOW}")
    page.wait_for_selector(".ranking .opener")
    page.click(".ranking .opener >> nth=0")
    opened(page)
    said, link = page.inner_text("#opened-dialog .facts"), page.url
    page.evaluate("document.getElementById('page').dataset.mark = 'same'")
    page.go_back()
    page.wait_for_selector("#opened-dialog:not([open])", state="attached")
    assert page.evaluate("document.getElementById('page').dataset.mark") == "same"
    page.goto("about:blank")
    page.goto(link)
    opened(page)
    assert page.inner_text("#opened-dialog .facts") == said
    page.click("#opened-dialog [data-copy]")
    page.wait_for_function("() => document.querySelector('[data-copy]').textContent === '已复制'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "snapshot=" in copied
    assert "definition=" in copied
    page.goto("about:blank")
    page.goto(copied)
    opened(page)
    assert page.inner_text("#opened-dialog .facts") == said


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 1080), (390, 844)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_panel_fits_and_can_be_read_by_everybody(page: Page, address: str, lang: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/?{WINDOW}&lang={lang}&open=satisfaction_rate")
    opened(page)
    page.wait_for_selector("#cases tbody tr")
    assert page.evaluate("""() => {
        const box = document.getElementById('opened-dialog').getBoundingClientRect();
        return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    }""")
    found = Axe().run(page, context="#opened-dialog", options=AXE).response["violations"]
    assert [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found] == []
    if width < 900:
        page.goto(f"{address}/indicators?{WINDOW}&lang={lang}")
        page.wait_for_selector("section .now")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options=AXE).response["violations"]
        assert [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found] == []


def test_the_console_said_nothing(complaints: list[str]) -> None:
    assert complaints == []
