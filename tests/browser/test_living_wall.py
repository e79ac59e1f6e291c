"""A wall left to itself: scenes in place, the tour, kiosk view, midnight, a new snapshot, a server that goes and comes back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import BaseWSGIServer, make_server

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.publish import publish
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

pytestmark = pytest.mark.browser
SETTLED_MS = 30_000
SCENES = """
[tour]
resume_seconds = 30
[[scene]]
key = "all"
zh = "全部"
en = "All"
seconds = 10
panels = ["headline", "ranking", "trend", "due_soon", "events"]
[[scene]]
key = "people"
zh = "民生"
en = "People"
domain = ["大民生"]
layers = ["areas"]
seconds = 10
panels = ["headline", "hours", "sources", "events"]
"""
GENERATION = "/api/v1/generation"
UPDATE = "_dash-update-component"
SHOWN = "document.querySelector('.age time')?.title"


class Server:
    """The application on one port, which can go away and come back."""

    def __init__(self, application: Any) -> None:
        self._application, self._running = application, self._start(application, 0)
        self.address = f"http://127.0.0.1:{self._running.server_port}"

    @staticmethod
    def _start(application: Any, port: int) -> BaseWSGIServer:
        running = make_server("127.0.0.1", port, application, threaded=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        return running

    def stop(self) -> None:
        self._running.shutdown()
        self._running.server_close()

    def start(self) -> None:
        self._running = self._start(self._application, int(self.address.rsplit(":", 1)[1]))


@pytest.fixture(scope="module")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("living") / "store"
    shutil.copytree(demo_store, folder)
    return folder


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    file = tmp_path_factory.mktemp("scenes") / "scenes.toml"
    file.write_text(SCENES, encoding="utf-8")
    running = Server(create_app(Settings(scenes=file), Store(store)).server)
    yield running
    running.stop()


@pytest.fixture
def open_wall(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    contexts = []

    def start(query: str, time: str | None = None) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 768}))
        page = contexts[-1].new_page()
        page.set_default_timeout(SETTLED_MS)
        page.clock.install(time=time)
        page.goto(f"{server.address}/?{query}")
        page.wait_for_selector("#page[data-scene]")
        page.evaluate("window.__same = true")
        return page

    yield start
    for context in contexts:
        context.close()


def later(page: Page, seconds: int) -> None:
    """Let time go by, no faster than the server can answer."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        page.evaluate("fetch('/healthz').catch(() => null)")


def is_same(page: Page) -> bool:
    return bool(page.evaluate("window.__same"))


def scene(page: Page, key: str) -> None:
    """Wait until a scene is shown."""
    page.wait_for_selector(f"#page[data-scene={key}]:not(.is-waiting)")


def in_sight(page: Page) -> list[str]:
    slots = ".left > .slot, .right > .slot, .foot > .slot"
    return page.eval_on_selector_all(slots, "all => all.filter(slot => !slot.hidden).map(slot => slot.dataset.panel)")


def publish_again(store: Path, folder: Path) -> str:
    built = folder / "built.duckdb"
    shutil.copy(Store(store).current().path, built)
    return publish(store, built, {})


def test_a_scene_changes_in_place_by_click_and_by_digit(open_wall: Callable[..., Page]) -> None:
    page = open_wall("window=90d")
    assert in_sight(page) == ["headline", "ranking", "trend", "due_soon", "events"]
    page.evaluate("document.querySelector('.leaflet-container').__kept = true")
    page.click(".tabs .tab >> text=民生")
    scene(page, "people")
    assert in_sight(page) == ["headline", "hours", "events", "sources"]
    assert "大民生" in page.inner_text(".sentence")
    assert "scene=people" in page.url
    page.wait_for_selector("#chart-hours .hm")
    page.keyboard.press("1")
    scene(page, "all")
    assert "scene" not in page.url
    assert "domain" not in page.url
    assert "window=90d" in page.url
    assert page.evaluate("document.querySelector('.leaflet-container').__kept")
    assert is_same(page)
    page.go_back()
    scene(page, "people")
    assert "大民生" in page.inner_text(".sentence")
    page.evaluate("[...document.querySelectorAll('.controls .item')].find(e => e.textContent === '全部类别').click()")
    page.wait_for_function("() => !document.querySelector('.sentence').textContent.includes('大民生')")
    assert page.get_attribute("#page", "data-scene") == "people", "what it sets can be taken away"
    page.reload()
    scene(page, "people")
    assert "大民生" not in page.inner_text(".sentence")


def test_the_tour_walks_pauses_at_a_touch_and_goes_on(open_wall: Callable[..., Page]) -> None:
    page = open_wall("tour=1&kiosk=1&window=90d")
    long = page.evaluate("history.length")
    later(page, 11)
    scene(page, "people")
    assert "tour=1" in page.url
    assert "kiosk=1" in page.url
    assert "window=90d" in page.url
    assert page.evaluate("history.length") == long, "the way back is the visitor's"
    page.keyboard.press("a")
    page.clock.run_for(1_000)
    assert "已暂停" in page.inner_text(".touring")
    page.evaluate("[...document.querySelectorAll('.ranking a, .controls .item')].find(e => e.textContent === '近 30 天').click()")
    page.wait_for_function("() => location.search.includes('window=30d')")
    later(page, 20)
    assert page.get_attribute("#page", "data-scene") == "people"
    page.reload()
    page.wait_for_selector("#page[data-scene=people]")
    later(page, 12)
    page.wait_for_function("() => location.search.includes('window=90d')")
    scene(page, "people")
    page.wait_for_selector(".touring:has-text('下一站 全部')")
    later(page, 11)
    scene(page, "all")
    assert page.evaluate("document.getElementById('page').classList.contains('is-kiosk')")


def test_kiosk_view_is_quiet_until_somebody_touches_it_and_f_takes_the_whole_display(open_wall: Callable[..., Page]) -> None:
    page = open_wall("kiosk=1")
    assert not page.is_visible(".controls")
    page.mouse.move(300, 300)
    page.mouse.move(400, 400)
    page.wait_for_selector(".controls", state="visible")
    later(page, 21)
    page.wait_for_selector(".controls", state="hidden")
    page.keyboard.press("Tab")
    page.wait_for_selector(".controls", state="visible")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.evaluate("document.querySelector('[data-change=\"kiosk=\"]').click()")
    page.wait_for_function("() => !document.getElementById('page').classList.contains('is-kiosk')")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [one["id"] for one in found] == []


def test_at_the_deployments_midnight_the_page_asks_anew(open_wall: Callable[..., Page]) -> None:
    page = open_wall("", time="2026-11-22T15:00:00Z")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 6)
    with page.expect_response(f"**{GENERATION}"):
        page.clock.run_for(4_000)
    later(page, 1)  # no heartbeat is open while time leaps
    page.clock.pause_at("2026-11-22T15:59:50Z")  # ten seconds before midnight in Shanghai
    sent: list[Request] = []
    page.on("request", lambda request: UPDATE in request.url and sent.append(request))
    later(page, 5)
    assert sent == []
    with page.expect_response(f"**/{UPDATE}*"):
        later(page, 7)
    later(page, 5)
    page.wait_for_function("() => document.querySelector('.time').textContent === '00:00'")
    assert len(sent) == 1
    assert is_same(page)


def test_a_new_snapshot_is_shown_in_place(open_wall: Callable[..., Page], store: Path, tmp_path: Path) -> None:
    page = open_wall("window=90d")
    page.evaluate("document.querySelector('.leaflet-container').__kept = true")
    page.evaluate("window.quanyu.map.open(document.querySelector('.ranking [data-change]')?.dataset.change.split('=')[1])")
    new = publish_again(store, tmp_path)
    later(page, 4)
    page.wait_for_function(f"new_ => {SHOWN} === new_", arg=new)
    assert page.evaluate("document.querySelector('.leaflet-container').__kept")
    assert is_same(page)


HEARD = """window.__tones = 0;
class Silent {
    constructor() { this.currentTime = 0; this.destination = {}; }
    resume() { return Promise.resolve(); }
    createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect(next) { return next; } }; }
    createOscillator() { return { frequency: {}, connect(next) { return next; }, start() { window.__tones += 1; }, stop() {} }; }
}
window.AudioContext = Silent;"""


def publish_others(store: Path, folder: Path) -> str:
    """The same events under other ids."""
    built = folder / "others.duckdb"
    shutil.copy(Store(store).current().path, built)
    with duckdb.connect(str(built)) as connection:
        connection.execute("UPDATE event SET event_id = event_id || 'N'")
    return publish(store, built, {})


def test_new_urgent_events_are_heard_where_somebody_asked_for_it(open_wall: Callable[..., Page], store: Path, tmp_path: Path) -> None:
    page = open_wall("window=90d")
    page.add_init_script(HEARD)
    page.reload()
    page.wait_for_selector("#panel-events .line.is-overdue, #panel-events .line.is-due-soon")
    shown = publish_others(store, tmp_path)
    later(page, 4)
    page.wait_for_selector(f".events[data-snapshot='{shown}']")
    assert page.evaluate("window.__tones") == 0, "it is quiet until it is switched on"
    page.click(".controls summary:has-text('显示')")
    page.click("[data-sound]")
    page.wait_for_function("() => document.querySelector('[data-sound]').getAttribute('aria-pressed') === 'true'")
    begun = page.evaluate("window.__tones")
    assert begun > 0, "the tones are heard once, to be known"
    same = publish_again(store, tmp_path)
    later(page, 4)
    page.wait_for_selector(f".events[data-snapshot='{same}']")
    assert page.evaluate("window.__tones") == begun, "the events are known"
    others = publish_others(store, tmp_path)
    later(page, 4)
    page.wait_for_selector(f".events[data-snapshot='{others}']")
    page.wait_for_function("begun => window.__tones > begun", arg=begun)


@pytest.mark.parametrize("cut", ["server", "network"])
def test_after_a_short_cut_the_page_goes_on_in_place(
    open_wall: Callable[..., Page], server: Server, store: Path, tmp_path: Path, cut: str
) -> None:
    page = open_wall("kiosk=1&tour=1")
    if cut == "server":
        server.stop()
    else:
        page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        later(page, 4)
    new = publish_again(store, tmp_path)
    if cut == "server":
        server.start()
    else:
        page.context.set_offline(False)
    later(page, 2)
    page.wait_for_function(f"new_ => {SHOWN} === new_", arg=new)
    assert is_same(page)
    assert page.locator("#banner").is_hidden()


def test_two_releases_that_answer_in_turn_reload_the_page_once(open_wall: Callable[..., Page], server: Server) -> None:
    page = open_wall("")
    other = page.request.get(server.address + GENERATION).json() | {"build": "other"}
    with page.expect_navigation():
        page.route(f"**{GENERATION}", lambda route: route.fulfill(json=other))
        page.clock.run_for(4_000)
    page.wait_for_selector("#page[data-scene]")
    page.evaluate("window.__same = true")
    later(page, 20)
    assert is_same(page)
