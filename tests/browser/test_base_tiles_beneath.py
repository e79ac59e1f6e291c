"""Base tiles in a real browser: asked for here, drawn beneath the areas, said whose they are as text."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LIMIT_S = 20.0
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
ZOOM, COLUMNS, ROWS = 9, range(412, 418), range(211, 219)
"""Some hundred kilometres around the demo district (111.4° E, 27.4° N): 512 × (111.4 + 180) / 360 = 414.4."""
WHOSE = "<b onclick=x>Survey</b> GS(2026)0001"
READY = """() => {
    const pictures = Array.from(document.querySelectorAll('.leaflet-tile-pane img'));
    const state = window.quanyu && window.quanyu.map ? window.quanyu.map.state() : { ready: false };
    return state.ready && pictures.length > 0 && pictures.every((picture) => picture.complete);
}"""


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    for x in COLUMNS:
        (tmp_path / str(ZOOM) / str(x)).mkdir(parents=True)
        for y in ROWS:
            (tmp_path / str(ZOOM) / str(x) / f"{y}.png").write_bytes(PIXEL)
    return tmp_path


def test_tiles_are_asked_for_here_and_lie_beneath_the_areas(
    browser: Browser, serve: Callable[[Any], str], demo_store: Path, ground: Path
) -> None:
    address = serve(create_app(Settings(tiles=ground, tiles_attribution=WHOSE), Store(demo_store)).server)
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    errors: list[str] = []
    outside: list[str] = []
    tiles: list[tuple[int, str]] = []
    page.on("console", lambda said: said.type in ("error", "warning") and errors.append(said.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: request.url.startswith((address, "data:", "blob:")) or outside.append(request.url))
    page.on("response", lambda answer: "/tiles/" in answer.url and tiles.append((answer.status, answer.url)))
    page.goto(f"{address}/?layers=areas")
    until = time.monotonic() + LIMIT_S
    while not page.evaluate(READY):
        assert time.monotonic() < until, (errors, tiles)
        page.wait_for_timeout(50)
    assert {status for status, _ in tiles} == {200}
    assert {url.split("/")[-3] for _, url in tiles} == {str(ZOOM)}
    layers = page.evaluate(
        """() => ['.leaflet-map-pane', '.quanyu-canvas.is-fill', '.quanyu-canvas.is-mark', '.quanyu-parts']
            .map((name) => Number(getComputedStyle(document.querySelector('#map ' + name) || document.querySelector(name)).zIndex))"""
    )
    assert layers == sorted(set(layers)), "tiles, areas, marks, words: each above the one before"
    assert WHOSE in page.inner_text(".quanyu-notes")
    assert page.locator(".quanyu-notes b").count() == 0
    with_tiles = page.locator("#map").screenshot()
    page.evaluate("document.querySelector('.leaflet-tile-pane').style.visibility = 'hidden'")
    assert page.locator("#map").screenshot() != with_tiles, "they are seen"
    assert (errors, outside) == ([], [])
    context.close()
