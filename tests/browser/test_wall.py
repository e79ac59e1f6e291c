"""The wall in a real browser: fits every screen, one request a change, Back, two browsers apart, keyboard, contrast."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.scenes.file import shipped

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
DRAWN = ".numbers .value"
SIZES = [(1366, 768), (1920, 1080), (2560, 1080), (3840, 1080), (7680, 2160)]
Open = Callable[..., "Page"]

OVERFLOWING = """() => [...document.querySelectorAll('.slot, .left, .right, .foot, .centre')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && (box.bottom > innerHeight + 1 || box.right > innerWidth + 1
        || (e.scrollWidth > e.clientWidth + 6 && getComputedStyle(e).display !== 'contents'));
}).map(e => e.className)"""
OVERLAPPING = """() => {
    const slots = [...document.querySelectorAll('.slot')].filter(e => !e.matches('.slot-path, .slot-map'))
        .map(e => [e.className, e.getBoundingClientRect()]).filter(pair => pair[1].width > 0 && pair[1].height > 0);
    const found = [];
    slots.forEach(([a, p], i) => slots.slice(i + 1).forEach(([b, q]) => {
        if (Math.min(p.right, q.right) - Math.max(p.left, q.left) > 2 && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 2) {
            found.push(a + ' over ' + b);
        }
    }));
    return found;
}"""
FONT_SIZES = """() => [...new Set([...document.querySelectorAll('.slot *')].filter(e => e.children.length === 0 && e.textContent.trim()
    && e.getClientRects().length && !e.closest('.js-plotly-plot') && !e.closest('.parts'))
    .map(e => Math.round(parseFloat(getComputedStyle(e).fontSize) * 10) / 10))]"""


@pytest.fixture
def open_wall(browser: Browser, address: str) -> Iterator[Open]:
    contexts = []

    def start(query: str = "window=90d", width: int = 1366, height: int = 768) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.goto(f"{address}/?{query}")
        page.wait_for_selector(DRAWN)
        page.wait_for_selector("#chart-hours .hm")
        return page

    yield start
    for context in contexts:
        context.close()


def says(page: Page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('.sentence')?.textContent.includes(words)", arg=words)


def updates(page: Page) -> list[Any]:
    """Bodies of the callback requests from now on."""
    found: list[Any] = []
    page.on("request", lambda request: "_dash-update-component" in request.url and found.append(json.loads(request.post_data or "{}")))
    return found


@pytest.mark.parametrize(("width", "height"), SIZES, ids=str)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_fits_one_viewport_and_nothing_lies_over_another(open_wall: Open, width: int, height: int, lang: str) -> None:
    page = open_wall(f"window=90d&lang={lang}", width, height)
    for scene in ("overview", "video"):
        if page.get_attribute("#page", "data-scene") != scene:
            page.keyboard.press(str([one.key for one in shipped()].index(scene) + 1))
            page.wait_for_selector(f"#page[data-scene={scene}]:not(.is-waiting)")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate(OVERLAPPING) == []


def test_a_wall_has_three_sizes_of_type(open_wall: Open) -> None:
    assert len(open_wall("", 1920, 1080).evaluate(FONT_SIZES)) == 3


def test_a_phone_gets_a_column_no_wider_than_itself(open_wall: Open) -> None:
    page = open_wall("", 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollHeight") > 844
    assert page.evaluate(OVERLAPPING) == []


def test_one_change_is_one_request_and_one_address(open_wall: Open) -> None:
    page = open_wall()
    sent = updates(page)
    page.click(".tab >> text=大民生")
    says(page, "大民生")
    assert len(sent) == 1
    assert re.search(r"domain=%E5%A4%A7%E6%B0%91%E7%94%9F", page.url)
    assert "window=90d" in page.url


def test_quick_clicks_add_up(open_wall: Open) -> None:
    page = open_wall("")
    page.evaluate("""() => {
        document.querySelectorAll('.tab')[1].click();
        [...document.querySelectorAll('.item')].find(item => item.dataset.change.startsWith('window=90d')).click();
    }""")
    page.wait_for_function("() => /window=90d/.test(location.search) && /domain=/.test(location.search)")


def test_back_and_a_pasted_address_give_the_same_numbers(open_wall: Open) -> None:
    page = open_wall()
    before = page.inner_text(".numbers .value >> nth=0")
    page.click(".ranking .row >> nth=0 >> a")
    page.wait_for_function("() => location.search.includes('area=')")
    page.wait_for_function("before => document.querySelector('.numbers .value').textContent !== before", arg=before.replace("\n", ""))
    street, drilled = page.inner_text("h1"), page.inner_text(".numbers")
    pasted = open_wall(page.url.split("?")[1])
    says(pasted, street)
    assert pasted.inner_text(".numbers") == drilled
    page.go_back()
    page.wait_for_function("street => document.querySelector('h1') && document.querySelector('h1').textContent !== street", arg=street)
    assert page.inner_text(".numbers .value >> nth=0") == before


def test_two_browsers_never_influence_each_other(open_wall: Open) -> None:
    one, two = open_wall(), open_wall("window=30d")
    unchanged = two.inner_text(".numbers")
    one.click(".tab >> text=大平安")
    says(one, "大平安")
    two.reload()
    two.wait_for_selector(DRAWN)
    assert two.inner_text(".numbers") == unchanged
    assert "大平安" not in two.inner_text(".sentence")


def test_the_language_is_switched_in_the_page_and_leaves_no_chinese_of_ours(open_wall: Open) -> None:
    page = open_wall()
    page.click(".language")
    page.wait_for_selector("#page[lang=en] .numbers")
    assert "lang=en" in page.url
    headings = page.eval_on_selector_all(
        ".heading, .number .name, .made-up, .controls summary, .controls .language, .coverage", "all => all.map(one => one.textContent)"
    )
    left = [text for text in headings if re.search(r"[\u4e00-\u9fff]", text.replace("中文", ""))]
    assert left == []


def test_controls_work_from_the_keyboard(open_wall: Open) -> None:
    page = open_wall("")
    page.focus(".controls .menu summary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".controls .menu[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector(".controls .menu[open]", state="detached")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "近 30 天"
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('window=30d')")


def test_every_number_opens_to_what_it_is_made_of(open_wall: Open) -> None:
    page = open_wall()
    page.click(".numbers .evidence >> nth=1")
    page.wait_for_selector("#cases tbody tr")
    sheet = page.inner_text("#opened-dialog")
    assert all(word in sheet for word in ("算法", "分子", "分母", "快照", "口径"))


def test_an_event_opens_to_its_detail(open_wall: Open) -> None:
    page = open_wall()
    page.click(".line summary >> nth=0")
    sheet = page.inner_text(".line[open] .sheet")
    assert page.get_attribute(".line[open]", "data-event") in sheet
    assert page.evaluate("(() => { const box = document.querySelector('.line[open] .sheet').getBoundingClientRect();"
                         " return box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth; })()")  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_no_serious_fault_of_accessibility(open_wall: Open, width: int, height: int) -> None:
    page = open_wall("window=90d", width, height)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    serious = [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []


def test_map_and_numbers_do_not_wait_for_the_library_of_the_charts(open_wall: Open) -> None:
    page = open_wall()
    when = page.evaluate("""() => performance.getEntriesByType('resource').map(one => [one.name, one.startTime, one.responseEnd])""")
    library = next(start for name, start, _ in when if "plotly" in name)
    boundaries = next(end for name, _, end in when if "/layers/areas/" in name)
    numbers = min(end for name, _, end in when if "_dash-update-component" in name)
    assert library > max(boundaries, numbers)
