"""Pages in a real browser: nothing from outside, no console error, Back, heartbeat, hostile data and addresses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import pytest
from dash import Dash, Input, Output, dcc, html

from dashboard import ids
from dashboard.factory import create_app
from dashboard.page import Page, text
from dashboard.pages import PAGES
from dashboard.settings import Settings
from data.store.publish import publish
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser
GENERATION = "/api/v1/generation"
HEARTBEAT = f"**{GENERATION}"
SETTLED_MS = 20_000
RAN = "window.__ran"
HOSTILE = (
    f"<img src=x onerror='{RAN}=1'>",
    f"<script>{RAN}=1</script>",
    f"'\"><svg onload={RAN}=1>",
    f"javascript:{RAN}=1",
    f"{{{{constructor.constructor('{RAN}=1')()}}}}",
    f"[x](javascript:{RAN}=1)",
    f"</script><script>{RAN}=1</script>",
    f"<a href='javascript:{RAN}=1'>x</a>",
    "<iframe srcdoc='<script>parent.__ran=1</script>'>",
)


class Watched:
    """A tab and everything that should not happen in it."""

    def __init__(self, tab: Tab, address: str) -> None:
        self.tab, self.address = tab, address
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.updates: list[Any] = []
        tab.on("console", lambda said: said.type in ("error", "warning") and self.errors.append(said.text))
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.on("request", self._note)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)
        if request.url.startswith(f"{self.address}/_dash-update-component"):
            self.updates.append(json.loads(request.post_data))

    def open(self, path: str) -> None:
        self.tab.goto(self.address + path)

    def is_clean(self) -> bool:
        assert self.errors == []
        assert self.outside == []
        return True


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    contexts = []

    def open_tab(address: str, **arguments: Any) -> Watched:
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 768}, **arguments))
        return Watched(contexts[-1].new_page(), address)

    yield open_tab
    for context in contexts:
        context.close()


def _echo(*seen: str) -> str:
    return " | ".join(map(str, seen))


def _register(app: Dash, context: Any) -> None:
    app.callback(Output("echo", "children"), Input(ids.SELECTION, "data"), Input(ids.GENERATION, "data"))(_echo)


def _planted(context: Any, query: str) -> Any:
    return html.Main([dcc.Store(id=ids.SELECTION, data=query), html.H1(f"laid for {query}"), html.P(id="echo")])


PLANTED = Page(
    "/",
    "planted",
    {"zh": "一页", "en": "A page"},
    _planted,
    _register,
    {f"{ids.SELECTION}.data": text(4096), f"{ids.GENERATION}.data": text(80)},
)


@pytest.fixture(scope="module")
def planted(serve: Callable[[Any], str], demo_store: Path) -> str:
    return serve(create_app(Settings(), Store(demo_store), pages=[PLANTED]).server)


@pytest.fixture(scope="module")
def real(serve: Callable[[Any], str], demo_store: Path) -> str:
    return serve(create_app(Settings(), Store(demo_store)).server)


def settled(watched: Watched) -> None:
    """Wait until the page asked everything it asks and everything was answered."""
    watched.tab.wait_for_selector(f"#{ids.FRAME} > *", timeout=SETTLED_MS)
    watched.tab.wait_for_load_state("networkidle")


def test_the_address_is_read_on_opening_and_on_back_and_forward(planted: str, watch: Callable[..., Watched]) -> None:
    watched = watch(planted)
    watched.open("/?area=1&lang=en")
    tab = watched.tab
    tab.wait_for_selector("h1:has-text('laid for area=1&lang=en')")
    tab.wait_for_function("document.title === 'A page' && document.documentElement.lang === 'en'")
    tab.evaluate("history.pushState(null, '', '/?area=2')")
    tab.evaluate("history.pushState(null, '', '/?area=3')")
    tab.go_back()
    tab.wait_for_selector("h1:has-text('laid for area=2')")
    tab.wait_for_function("document.documentElement.lang === 'zh-CN'")
    tab.go_back()
    tab.wait_for_selector("h1:has-text('laid for area=1')")
    tab.go_forward()
    tab.wait_for_selector("h1:has-text('laid for area=2')")
    assert watched.is_clean()


def answer(tab: Tab, address: str, **changes: Any) -> None:
    """Answer the heartbeat with something else from now on."""
    said = tab.request.get(address + GENERATION).json() | changes
    tab.unroute(HEARTBEAT)
    tab.route(HEARTBEAT, lambda route: route.fulfill(json=said))


def test_a_new_snapshot_arrives_without_a_reload(planted: str, watch: Callable[..., Watched]) -> None:
    watched = watch(planted)
    watched.tab.clock.install()
    watched.open("/?area=1")
    watched.tab.wait_for_selector("#echo:not(:empty)")
    watched.tab.evaluate("window.__same = true")
    answer(watched.tab, planted, generation="20991231T000000Z-0123abcd")
    watched.tab.clock.run_for(10_000)
    watched.tab.wait_for_selector("#echo:has-text('area=1 | 20991231T000000Z-0123abcd')")
    assert watched.tab.evaluate("window.__same")
    assert watched.is_clean()


def test_a_new_release_reloads_the_page(planted: str, watch: Callable[..., Watched]) -> None:
    watched = watch(planted)
    watched.tab.clock.install()
    watched.open("/?area=1")
    watched.tab.wait_for_selector("#echo:not(:empty)")
    watched.tab.evaluate("window.__same = true")
    with watched.tab.expect_navigation():
        answer(watched.tab, planted, build="another")
        watched.tab.clock.run_for(5_000)
    watched.tab.wait_for_selector("h1:has-text('laid for area=1')")
    assert watched.tab.evaluate("window.__same") is None


def test_a_server_that_is_away_is_said_within_fifteen_seconds_and_comes_back(planted: str, watch: Callable[..., Watched]) -> None:
    watched = watch(planted)
    tab = watched.tab
    tab.clock.install()
    watched.open("/?area=1")
    tab.wait_for_selector("#echo:not(:empty)")
    tab.clock.run_for(5_000)
    assert tab.locator(f"#{ids.BANNER}").is_hidden()
    tab.route(HEARTBEAT, lambda route: route.abort())
    for _ in range(17):
        tab.clock.run_for(1_000)
        tab.evaluate("fetch('/healthz')")  # lets the aborted request be heard before time goes on
    tab.wait_for_selector(f"#{ids.BANNER}:has-text('连不上服务器')")
    with tab.expect_navigation():
        answer(tab, planted)
        tab.clock.run_for(5_000)
    tab.wait_for_selector("h1:has-text('laid for area=1')")
    assert tab.locator(f"#{ids.BANNER}").is_hidden()


@pytest.mark.parametrize(
    ("said", "words"),
    [({"status": "degraded"}, "未通过校验"), ({"status": "down"}, "还没有可用的数据"), ({"is_late": True, "age_s": 90_000}, "25 小时前")],
)
def test_the_banner_says_what_is_wrong_with_the_data(planted: str, watch: Callable[..., Watched], said: dict[str, Any], words: str) -> None:
    watched = watch(planted)
    watched.tab.clock.install()
    answer(watched.tab, planted, **said)
    watched.open("/")
    watched.tab.wait_for_selector("#echo:not(:empty)")
    watched.tab.clock.run_for(5_000)
    watched.tab.wait_for_selector(f"#{ids.BANNER}:has-text('{words}')")
    assert watched.is_clean()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_whole_without_the_outside_world(real: str, watch: Callable[..., Watched], page: Page, lang: str) -> None:
    watched = watch(real)
    watched.open(f"{page.path}?lang={lang}")
    settled(watched)
    assert watched.tab.title() == page.names[lang]
    assert watched.is_clean()


@pytest.fixture(scope="module")
def hostile_store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with hostile texts wherever a department could write any."""
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / "hostile.duckdb"
    shutil.copy(Store(demo_store).current().path, file)
    texts = {
        "area": ("name", "grid_worker"),
        "category": ("name",),
        "source": ("name",),
        "department": ("name",),
        "event": ("title", "address", "description"),
        "video_point": ("name", "kind", "owner", "category"),
        "snapshot": ("name",),
    }
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TEMP TABLE hostile AS SELECT unnest(?) AS text, unnest(range(?)) AS n", [list(HOSTILE), len(HOSTILE)])
        for table, columns in texts.items():
            for column in columns:
                connection.execute(
                    f"UPDATE {table} SET {column} = (SELECT text FROM hostile WHERE n = {table}.rowid % {len(HOSTILE)}) || {table}.rowid"
                )
        connection.execute("DROP TABLE hostile")
        connection.execute("CHECKPOINT")
    publish(folder / "store", file, {"sources": [{"name": text, "file": text} for text in HOSTILE]})
    return folder / "store"


@pytest.mark.slow
@pytest.mark.parametrize("is_policy_on", [True, False], ids=["policy", "no policy"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_hostile_texts_run_nothing(
    serve: Callable[[Any], str], watch: Callable[..., Watched], hostile_store: Path, page: Page, is_policy_on: bool
) -> None:
    address = serve(create_app(Settings(), Store(hostile_store), is_policy_on=is_policy_on).server)
    watched = watch(address)
    everything = "&".join(
        f"{key}={quote(hostile)}" for key, hostile in zip(("q", "area", "domain", "scene", "level"), HOSTILE, strict=False)
    )
    for query in ("", "lang=en&window=30d&layers=areas,video,events,overdue,density", everything, quote(HOSTILE[0])):
        watched.open(f"{page.path}?{query}")
        settled(watched)
        watched.tab.wait_for_function("() => document.body.innerText.includes('onerror')")  # the texts are shown
        canvas = watched.tab.locator(".leaflet-container")
        if canvas.count():
            box = canvas.bounding_box()
            assert box is not None
            for step in range(1, 6):  # tooltips
                watched.tab.mouse.move(box["x"] + box["width"] * step / 6, box["y"] + box["height"] * step / 6)
        assert watched.tab.evaluate(RAN) is None, query
        assert watched.tab.locator("[onerror], [onload], iframe, a[href^='javascript']").count() == 0, query
    assert watched.outside == []
    assert watched.errors == []


@pytest.mark.parametrize(("is_policy_on", "runs"), [(True, False), (False, True)], ids=["policy", "no policy"])
def test_the_policy_stops_what_slips(
    serve: Callable[[Any], str], watch: Callable[..., Watched], demo_store: Path, is_policy_on: bool, runs: bool
) -> None:
    watched = watch(serve(create_app(Settings(), Store(demo_store), pages=[PLANTED], is_policy_on=is_policy_on).server))
    watched.open("/")
    watched.tab.wait_for_selector("#echo:not(:empty)")
    watched.tab.evaluate(
        """hostile => new Promise(done => {
            document.body.insertAdjacentHTML("beforeend", hostile);
            const image = document.body.lastElementChild;
            image.addEventListener("error", () => done());
        })""",
        HOSTILE[0],
    )
    assert (watched.tab.evaluate(RAN) == 1) is runs
    assert any("Content Security Policy" in error for error in watched.errors) is not runs
