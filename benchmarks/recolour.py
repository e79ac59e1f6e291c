"""New colours for every area on the map against dash-leaflet's ``hideout`` with the same areas, in one run of one browser.

Usage: python benchmarks/recolour.py STORE [LEVEL] [TURNS]

STORE is a store with many areas, e.g. the 3,000 grids of `python -m data demo --scale city --store STORE`. Needs Chromium. Both
are timed from the new values to the pixels: the map of the page `/` until its canvas can be read, dash-leaflet until it has asked
its style function for every area and two frames have passed.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import dash_leaflet as dl
from dash import Dash, html
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store
from tests.prepare import chromium

CLASSES = 6
STYLE = """
window.styled = 0;
window.dash_props = Object.assign({}, window.dash_props, {recolour: {style: function (feature, context) {
    window.styled += 1;
    return {weight: 1, fillOpacity: 1, color: ["#245", "#357", "#479", "#59b", "#6bd", "#888"][context.hideout[feature.id]]};
}}});
"""
OURS = """turn => window.quanyu.map.recolour(Array.from({length: %d}, (_, at) => (at * 7 + turn) %% 6 - 1))"""
HIDEOUT = """async turn => {
    const wanted = window.styled + %d;
    const start = performance.now();
    dash_clientside.set_props("areas", {hideout: Array.from({length: %d}, (_, at) => (at * 7 + turn) %% 6)});
    while (window.styled < wanted) { await new Promise(done => requestAnimationFrame(done)); }
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - start;
}"""


def served(application: Any) -> str:
    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def with_hideout(boundaries: dict[str, Any], bounds: list[list[float]]) -> Any:
    """A page with nothing but dash-leaflet's own layer of the same areas."""
    app = Dash(__name__, assets_folder="none")
    app.index_string = app.index_string.replace("{%scripts%}", f"<script>{STYLE}</script>{{%scripts%}}")
    features = dl.GeoJSON(
        id="areas", data=boundaries, style={"variable": "dash_props.recolour.style"}, hideout=[0] * len(boundaries["features"])
    )
    app.layout = html.Div(dl.Map([features], bounds=bounds, zoomAnimation=False, style={"height": "100vh", "width": "100vw"}))
    return app.server


def until(page: Page, expression: str, limit_s: float = 120.0) -> Any:
    """The value of an expression once it is true; the policy of the page forbids waiting for expressions in the page."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if found := page.evaluate(expression):
            return found
        page.wait_for_timeout(50)
    sys.exit(f"The page did not come to: {expression}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("level", nargs="?", default="grid")
    parser.add_argument("turns", type=int, nargs="?", default=15)
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    page_address = served(create_app(Settings(), Store(options.store)).server)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{page_address}/?level={options.level}&layers=areas")
        until(page, "Boolean(window.quanyu && window.quanyu.map && window.quanyu.map.state().ready)")
        areas = page.evaluate("window.quanyu.map.state().frontier")
        ours = [page.evaluate(OURS % areas, turn) for turn in range(options.turns)]
        boundaries = json.loads(page.request.get(f"{page_address}/api/v1/areas.geojson?level={options.level}").body())
        for at, feature in enumerate(boundaries["features"]):
            feature.update(id=at, properties={})
        shapes = [feature for feature in boundaries["features"] if feature["geometry"]]
        points = [point for feature in shapes for point in _points(feature["geometry"]["coordinates"])]
        west, south, east, north = (pick(point[axis] for point in points) for pick, axis in ((min, 0), (min, 1), (max, 0), (max, 1)))
        page.goto(served(with_hideout({**boundaries, "features": shapes}, [[south, west], [north, east]])))
        until(page, f"window.styled >= {len(shapes)}")
        page.wait_for_timeout(1000)
        theirs = [page.evaluate(HIDEOUT % (len(shapes), len(boundaries["features"])), turn) for turn in range(max(3, options.turns // 3))]
        browser.close()
    print(f"{areas:,} areas of level {options.level} at 1920 x 1080, drawn in software; {len(ours)} and {len(theirs)} turns")
    for name, times in (("own layer", ours), ("dash-leaflet", theirs)):
        print(f"{name:13} median {statistics.median(times):7.1f} ms   best {min(times):7.1f} ms")
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"ratio of the medians {ratio:.1f} (must be >= 15), of the best {min(theirs) / min(ours):.1f}")


def _points(nested: Any) -> list[list[float]]:
    """All positions of a geometry's coordinates, whatever their depth."""
    return [nested] if isinstance(nested[0], (int, float)) else [point for part in nested for point in _points(part)]


if __name__ == "__main__":
    main()
