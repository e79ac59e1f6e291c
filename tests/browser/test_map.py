"""The map in a real browser: drill, names, layers, sharpness, hostile names, and what new colours for 3,000 areas take."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.build import build
from data.store.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LIMIT_S = 30.0
GRIDS, COMMUNITIES, STREETS = 3000, 150, 10
HOSTILE = "<img src=x onerror=window.__ran=1>"
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def curved(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Bends straight edges, the same way wherever the same point occurs."""
    x, y = points.T
    return np.column_stack([x + 0.0009 * np.sin(y * 900), y + 0.0009 * np.sin(x * 1100)])


def features(shapes: list[Any], names: list[str], codes: list[str], parents: list[str]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"area_code": code, "name": name, "parent_code": parent},
                    "geometry": json.loads(shapely.to_geojson(shape)),
                }
                for shape, name, code, parent in zip(shapes, names, codes, parents, strict=True)
            ],
        }
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with 3,000 irregular grids in 150 communities in 10 streets, one of them with a hostile name."""
    folder = tmp_path_factory.mktemp("city")
    draw = np.random.default_rng(7)
    box = shapely.box(120.0, 30.0, 120.3, 30.25)
    seeds = draw.uniform([120.0, 30.0], [120.3, 30.25], (GRIDS, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=box))
    cells = shapely.transform(shapely.segmentize(shapely.intersection(cells, box), 0.001), curved)
    middles = shapely.get_coordinates(shapely.centroid(cells))

    def nearest(points: np.ndarray[Any, Any], centres: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.argmin(((points[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)

    centres = middles[draw.choice(GRIDS, COMMUNITIES, replace=False)]
    community = nearest(middles, centres)
    street = nearest(centres, centres[:STREETS])
    streets = [f"9901{at + 1:05d}" for at in range(STREETS)]
    communities = [f"{streets[street[at]]}{at + 1:03d}" for at in range(COMMUNITIES)]
    grids = [f"{communities[community[at]]}{at + 1:04d}" for at in range(GRIDS)]
    merged = [shapely.union_all(cells[community == at]) for at in range(COMMUNITIES)]
    larger = [shapely.union_all([merged[at] for at in np.flatnonzero(street == one)]) for one in range(STREETS)]
    (folder / "streets.geojson").write_text(
        features(larger, [HOSTILE, *(f"{at}号街道" for at in range(1, STREETS))], streets, ["9901"] * STREETS), encoding="utf-8"
    )
    (folder / "communities.geojson").write_text(
        features(merged, [f"{at}号社区" for at in range(COMMUNITIES)], communities, [streets[at] for at in street]), encoding="utf-8"
    )
    (folder / "grids.geojson").write_text(
        features(list(cells), [f"{at}号网格" for at in range(GRIDS)], grids, [communities[at] for at in community]), encoding="utf-8"
    )
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["event_id", "reported_at", "category", "lon", "lat", "title", "deadline_at"])
        places = draw.uniform([120.01, 30.01], [120.29, 30.24], (4000, 2))
        for at, (lon, lat) in enumerate(places):
            reported = NOW - dt.timedelta(hours=6 + 20 * draw.random() * 24)
            due = reported + dt.timedelta(days=20 if at % 40 else 1)
            row = [f"E{at}", f"{reported:%Y-%m-%d %H:%M:%S}", HOSTILE if at % 2 else "噪声", lon, lat, HOSTILE, f"{due:%Y-%m-%d %H:%M:%S}"]
            writer.writerow(row)
    sources = "".join(
        f'[[source]]\nname = "{level}"\nkind = "area"\nlevel = "{level}"\npath = "{name}.geojson"\n'
        for level, name in (("street", "streets"), ("community", "communities"), ("grid", "grids"))
    )
    (folder / "sources.toml").write_text(
        f'name = "试验区"\ncode = "9901"\ntimezone = "UTC"\nas_of = {NOW:%Y-%m-%dT%H:%M:%SZ}\n'
        'levels = ["district", "street", "community", "grid"]\n'
        f'{sources}[[source]]\nname = "events"\nkind = "event"\npath = "events.csv"\n',
        encoding="utf-8",
    )
    report = build(folder / "sources.toml", folder / "store", now=NOW)
    assert report.snapshot is not None, report
    return folder / "store"


@pytest.fixture(scope="module")
def address(serve: Callable[[Any], str], city: Path) -> str:
    return serve(create_app(Settings(), Store(city)).server)


class Tab:
    """A page with its map, and what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: said.type in ("error", "warning") and self.errors.append(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, query: str) -> dict[str, Any]:
        self.page.goto(f"{self.address}/?{query}")
        return self.ready()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate("window.quanyu && window.quanyu.map ? window.quanyu.map.state() : {ready: false}")
        return found

    def ready(self, holds: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The map's state once it stands still and is as wanted. The policy forbids Playwright's own waiting for expressions."""
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            state = self.state()
            if state["ready"] and holds(state):
                return state
            self.page.wait_for_timeout(50)
        pytest.fail(f"the map did not settle: {str(self.state())[:600]} {self.errors}")

    def click(self, x: float, y: float) -> None:
        box = self.page.locator("#map").bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def hover(self, x: float, y: float) -> None:
        box = self.page.locator("#map").bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + x, box["y"] + y, steps=3)


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Callable[..., Tab]]:
    contexts = []

    def make(width: int = 1920, height: int = 1080, **arguments: Any) -> Tab:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **arguments))
        return Tab(contexts[-1].new_page(), address)

    yield make
    for context in contexts:
        context.close()


def test_a_click_opens_the_street_and_back_returns(tab: Callable[..., Tab]) -> None:
    one = tab()
    before = one.open("window=30d&layers=areas")
    wanted = before["named"][3]
    one.click(wanted["x"], wanted["y"])
    after = one.ready(lambda state: state["area"] == state["answered"] == wanted["code"])
    assert f"area={wanted['code']}" in one.page.url
    assert after["zoom"] > before["zoom"]
    assert sum("/layers/areas/" in url for url in one.requests) == 1  # the same file serves every level
    one.page.go_back()
    again = one.ready(lambda state: state["area"] == "9901")
    assert again["zoom"] == pytest.approx(before["zoom"], abs=0.02)
    assert one.errors == []


def test_backspace_goes_up_and_a_pasted_address_shows_the_same(tab: Callable[..., Tab]) -> None:
    one = tab()
    state = one.open("window=30d&area=990100002&layers=areas")
    assert state["area"] == "990100002"
    one.page.focus("#map")
    one.page.keyboard.press("Backspace")
    one.ready(lambda now: now["area"] == now["answered"] == "9901")
    assert one.errors == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (3840, 1080), (390, 844)])
def test_names_do_not_collide_and_stay_in_the_map(tab: Callable[..., Tab], width: int, height: int) -> None:
    state = tab(width, height).open("window=30d&indicator=accepted")
    boxes = [label["box"] for label in state["labels"]]
    assert len([label for label in state["labels"] if label["rank"] == 0]) >= (3 if width == 390 else STREETS - 2)
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= state["width"] and box[3] <= state["height"] for box in boxes)


def test_layers_are_switched_by_keyboard_and_stand_in_the_address(tab: Callable[..., Tab]) -> None:
    one = tab()
    state = one.open("window=30d&indicator=accepted")
    assert {mark["layer"] for mark in state["marks"]} == {"overdue"}
    overdue = len(state["marks"])
    assert overdue > 50
    one.page.focus(".quanyu-switch summary")
    one.page.keyboard.press("Enter")
    one.page.focus("[data-layer=overdue]")
    one.page.keyboard.press("Space")
    one.ready(lambda now: not now["marks"] and "overdue" not in one.page.url)
    one.page.focus("[data-layer=density]")
    one.page.keyboard.press("Space")
    one.ready(lambda now: now["cells"] > 100 and now["classes"] is None)
    assert "density" in one.page.url
    one.page.focus("[data-layer=density]")
    one.page.keyboard.press("Space")
    one.ready(lambda now: now["cells"] == 0 and now["classes"] is not None)
    assert one.errors == []


def test_canvases_are_sharp_and_follow_the_size_of_the_window(tab: Callable[..., Tab]) -> None:
    one = tab(1366, 768, device_scale_factor=2)
    one.open("window=30d&layers=areas")
    sizes = "[...document.querySelectorAll('.quanyu-canvas')].map(c => [c.width / c.clientWidth, c.height / c.clientHeight])"
    assert one.page.evaluate(sizes) == [[2, 2]] * 4
    before = one.state()
    one.page.set_viewport_size({"width": 1920, "height": 1080})
    after = one.ready(lambda state: state["width"] > before["width"])
    assert one.page.evaluate(sizes) == [[2, 2]] * 4
    assert after["zoom"] > before["zoom"]  # still fitted
    assert one.errors == []


def test_hostile_names_are_text(tab: Callable[..., Tab]) -> None:
    one = tab()
    state = one.open("window=30d&indicator=accepted&layers=areas,overdue,events")
    place = next(area for area in state["named"] if area["name"] == HOSTILE)
    one.hover(place["x"] + 3, place["y"] + 3)
    one.page.wait_for_selector(".quanyu-tip:not([hidden])")
    marks = [mark for mark in state["marks"] if mark["kind"] == "overdue" and 50 < mark["x"] < state["width"] - 250 and mark["y"] > 50]
    seen = ""
    for mark in marks[:12]:
        one.hover(mark["x"], mark["y"])
        one.page.wait_for_timeout(30)
        seen += one.page.inner_text(".quanyu-tip")
    assert HOSTILE in seen
    assert one.page.evaluate("document.querySelectorAll('.quanyu-map img').length") == 0
    assert one.page.evaluate("window.__ran === undefined")
    assert one.errors == []


def test_a_filter_keeps_map_and_files_and_an_update_is_never_lost(tab: Callable[..., Tab]) -> None:
    one = tab()
    one.open("window=30d&indicator=accepted&level=grid&layers=areas")
    files = [url for url in one.requests if "/layers/" in url]
    before = one.state()
    one.page.evaluate("window.quanyu.kept = document.querySelector('.quanyu-canvas')")
    for days in (3, 8, 12, 20, 5):
        one.page.evaluate(f"dash_clientside.set_props('selection', {{data: 'window={days}d&indicator=accepted&level=grid&layers=areas'}})")
    after = one.ready(lambda state: "window=5d" in one.page.url and state["classes"] != before["classes"])
    one.page.wait_for_load_state("networkidle")
    fresh = tab()
    wanted = fresh.open("window=5d&indicator=accepted&level=grid&layers=areas")["classes"]
    assert one.ready(lambda state: state["classes"] == wanted)["zoom"] == after["zoom"]
    assert one.page.evaluate("window.quanyu.kept.isConnected && window.quanyu.kept === document.querySelector('.quanyu-canvas')")
    assert [url for url in one.requests if "/layers/" in url] == files
    assert one.errors == []


def test_new_colours_for_three_thousand_areas_build_nothing_anew(tab: Callable[..., Tab]) -> None:
    """What makes it fast; how fast is measured by benchmarks/recolour.py."""
    one = tab()
    state = one.open("window=30d&indicator=accepted&level=grid&layers=areas")
    assert state["frontier"] == GRIDS
    answer = one.page.request.get(next(url for url in one.requests if "/layers/areas/" in url))
    assert len(gzip.compress(answer.body(), 6)) <= 300_000
    assert answer.headers["content-encoding"] in ("br", "gzip")
    one.page.wait_for_selector("#chart-hours .hm")  # the last that a page asks for by itself
    asked = len(one.requests)
    found = one.page.evaluate(
        """() => {
            const built = {paths: 0, nodes: 0};
            const Path = window.Path2D;
            window.Path2D = class extends Path { constructor(...given) { super(...given); built.paths += 1; } };
            const watch = new MutationObserver(list => { built.nodes += list.length; });
            watch.observe(document.querySelector(".quanyu-map"), {childList: true, subtree: true});
            const canvas = document.querySelector(".quanyu-canvas");
            const seen = new Set();
            for (let turn = 0; turn < 4; turn += 1) {
                window.quanyu.map.recolour(Array.from({length: 3000}, (_, at) => (at * 7 + turn) % 6 - 1));
                const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                seen.add(pixels.reduce((sum, value) => (sum * 31 + value) % 1000003, 7));
            }
            built.nodes += watch.takeRecords().length;
            watch.disconnect();
            window.Path2D = Path;
            return {...built, pictures: seen.size};
        }"""
    )
    assert found == {"paths": 0, "nodes": 0, "pictures": 4}
    assert len(one.requests) == asked
