"""Many walls at once on one server: every wall refreshes every few seconds, each another view, while snapshots are published.

Usage: python benchmarks/walls.py STORE [--walls 16] [--seconds 600] [--every 5] [--publish 300] [--json]

STORE is any store; two of its snapshots in turn are published into a store of its own. The request of a refresh is taken from a real
page in Chromium, then sent by as many clients as there are walls, each on a connection of its own with the address of its own view
(areas below the top, windows, shipped scenes). A wall asks for the generation as the page does and then for its whole screen, as it
does on a change or a step of the tour; that is far more than a wall ever asks. Answers are read whole and must be whole. Wall time of
a refresh: p50, p95, worst; errors; exit status 1 where p95 is over 250 ms or anything failed. Needs Chromium.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.soak import Server, Shelf
from dashboard import ids
from dashboard.scenes.file import SHIPPED
from data.store.store import Store
from tests.prepare import chromium

MUST_S = 0.25
WINDOWS = ("7d", "30d", "90d", "today")


def refresh_of(address: str) -> dict[str, Any]:
    """What a page sends to have its whole screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        found: list[dict[str, Any]] = []

        def note(request: Any) -> None:
            if request.url.endswith("/_dash-update-component") or "/_dash-update-component?" in request.url:
                body = json.loads(request.post_data or "{}")
                if f"{ids.panel('ranking')}.children" in body.get("output", ""):
                    found.append(body)

        page.on("request", note)
        page.goto(address)
        page.wait_for_selector("#page[data-settled]")
        browser.close()
    return found[0]


def told(body: dict[str, Any], address: str) -> bytes:
    """The same request for another view."""
    inputs = [one | {"value": address} if one["id"] == ids.SELECTION else one for one in body["inputs"]]
    return json.dumps({**body, "inputs": inputs}).encode()


def views(store: Path, walls: int) -> list[str]:
    """An address for each wall."""
    rng = random.Random(16)
    snapshot = Store(store).current()
    areas = ["", *(snapshot.areas.codes[ix] for ix in snapshot.areas.children(0))]
    scenes = ["", "", "safety", "livelihood", "video"]
    listed = []
    for _ in range(walls):
        area, scene = rng.choice(areas), rng.choice(scenes)
        keys = {"window": rng.choice(WINDOWS), "area": area, "scene": scene, "kiosk": "1"}
        listed.append("&".join(f"{key}={value}" for key, value in keys.items() if value))
    return listed


class Wall(threading.Thread):
    """One wall: a connection that stays open, a view, and what its refreshes took."""

    def __init__(self, server: Server, body: bytes, every_s: float, until: float) -> None:
        super().__init__(daemon=True)
        self._host, self._body, self._every_s, self._until = urlsplit(server.address).netloc, body, every_s, until
        self.taken: list[float] = []
        self.sizes: list[int] = []
        self.errors: list[str] = []

    def run(self) -> None:
        """Refresh until the time is over."""
        connection = http.client.HTTPConnection(self._host, timeout=30)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "br, gzip", "Origin": f"http://{self._host}"}
        time.sleep(random.Random(id(self)).uniform(0, self._every_s))
        while time.monotonic() < self._until:
            begun = time.perf_counter()
            try:
                connection.request("POST", "/_dash-update-component", self._body, headers)
                answer = connection.getresponse()
                data = answer.read()
                if answer.status != 200 or not data:
                    self.errors.append(f"{answer.status} {data[:80]!r}")
                self.sizes.append(len(data))
            except OSError as error:
                self.errors.append(repr(error))
                connection.close()
            self.taken.append(time.perf_counter() - begun)
            time.sleep(max(0.0, self._every_s - self.taken[-1]))
        connection.close()


def main() -> int:
    """Run it and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--walls", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--publish", type=float, default=300.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shelf = Shelf(options.store, folder)
        shelf.publish()
        server = Server(shelf.path, SHIPPED)
        try:
            body = refresh_of(server.address)
            until = time.monotonic() + options.seconds
            walls = [Wall(server, told(body, view), options.every, until) for view in views(shelf.path, options.walls)]
            for wall in walls:
                wall.start()
            published = 0
            while time.monotonic() < until:
                time.sleep(min(options.publish, max(0.0, until - time.monotonic())))
                shelf.publish()
                published += 1
            for wall in walls:
                wall.join(timeout=60)
        finally:
            server.kill()
    taken = np.array([one for wall in walls for one in wall.taken])
    errors = [error for wall in walls for error in wall.errors]
    found = {
        "walls": options.walls,
        "seconds": options.seconds,
        "refreshes": len(taken),
        "published": published,
        "p50_ms": round(float(np.quantile(taken, 0.5)) * 1000, 1),
        "p95_ms": round(float(np.quantile(taken, 0.95)) * 1000, 1),
        "worst_ms": round(float(taken.max()) * 1000, 1),
        "mean_bytes": round(float(np.mean([size for wall in walls for size in wall.sizes]))),
        "errors": len(errors),
    }
    if options.json:
        print(json.dumps(found))
    else:
        for key, value in found.items():
            print(f"{key:>12} {value:,}")
        for error in errors[:5]:
            print("  ", error)
    return int(found["p95_ms"] > MUST_S * 1000 or bool(errors))


if __name__ == "__main__":
    sys.exit(main())
