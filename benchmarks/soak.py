"""A wall over weeks, in minutes: memory and nodes of the page and memory of the server while snapshots change and the tour walks.

Usage: python benchmarks/soak.py STORE [--changes 2000] [--steps 500] [--restarts 20] [--json]

STORE is any store; of its snapshot in force and a second one without a tenth of the events so many more are published into a
store of its own, as fast as the page shows them, while its tour walks; the page's clock is wound on by hand. JavaScript heap
(after a forced collection) and DOM nodes at the end may be at most 1.2 times those after the first 50 changes, the server's memory
too, no error may stand in the console, and the clock of the page must still be right. Then, on a page with a clock of its own, the
server is killed and started again and the network cut so many times each, with a new snapshot meanwhile: the page must show it
within ten seconds of either coming back. Exit status 1 where anything of that fails. Needs Chromium.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from dashboard.scenes.file import SHIPPED
from data.store.disk import replace_text
from data.store.layout import CURRENT, STAMP, database_path, manifest_path
from data.store.manifest import read_manifest, write_manifest
from data.store.publish import publish
from data.store.store import Store
from tests.prepare import chromium

ROOT = Path(__file__).resolve().parents[1]
BEGUN = 50
"""Changes after which the page counts as warm."""
LIMIT = 1.2
BACK_S = 10.0
LONG_EVERY, LONG_S = 5, 18.0
"""Every so many cuts one is long enough for the banner."""
KEPT = 3
WOUND_FROM = "2026-11-22T23:00:00Z"
SHOWN = "document.querySelector('.age time')?.title"
WAIT_MS = 60_000


class Shelf:
    """A store in which publishing costs a link and a manifest: two snapshots in turn, each time under a new id."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.path = folder / "store"
        original = Store(source).current().path
        self._templates = []
        for number in range(2):
            built = folder / f"{number}.duckdb"
            shutil.copy(original, built)
            if number:
                with duckdb.connect(str(built)) as connection:
                    connection.execute("DELETE FROM event WHERE event_ix % 10 = 0")
                    connection.execute("CHECKPOINT")
            identity = publish(self.path, built, {})
            self._templates.append((folder / f"template-{number}.duckdb", read_manifest(self.path, identity)))
            os.link(database_path(self.path, identity), self._templates[-1][0])
        self._last = dt.datetime.strptime(identity[:16], STAMP).replace(tzinfo=dt.UTC)
        self._published: list[str] = []

    def publish(self) -> str:
        """Put the other of the two in force under a new id; only the last few stay."""
        file, manifest = self._templates[len(self._published) % 2]
        self._last += dt.timedelta(seconds=1)
        identity = f"{self._last.strftime(STAMP)}-{manifest['id'][-8:]}"
        destination = database_path(self.path, identity)
        os.link(file, destination)
        write_manifest(self.path, {**manifest, "id": identity, "path": destination.name, "previous": None})
        replace_text(self.path / CURRENT, identity + "\n")
        self._published.append(identity)
        for old in self._published[:-KEPT][-1:]:
            manifest_path(self.path, old).unlink()
            database_path(self.path, old).unlink()
        return identity


class Server:
    """The application in a process of its own, always on the same port."""

    def __init__(self, store: Path, scenes: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        settings = {"QUANYU_STORE": str(store), "QUANYU_PORT": str(port), "QUANYU_SCENES": str(scenes), "QUANYU_LOG_LEVEL": "error"}
        self._environment = {**os.environ, **settings}
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=self._environment, stdout=silent, stderr=silent)
        until = time.monotonic() + 120
        while True:
            try:
                with urlopen(f"{self.address}/healthz", timeout=5):
                    return
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.wait()

    def resident_mb(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Wall:
    """The page of a wall, with what should not happen in it."""

    def __init__(self, browser: Browser, address: str, *, is_wound: bool) -> None:
        self.page: Page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.errors: list[str] = []
        self.page.on("console", lambda said: said.type == "error" and self.errors.append(said.text[:200]))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)[:200]))
        if is_wound:
            self.page.clock.install(time=WOUND_FROM)
        self.page.goto(f"{address}/?kiosk=1&tour=1&window=90d")
        self.page.wait_for_selector("#page[data-scene]")
        self._session: CDPSession = self.page.context.new_cdp_session(self.page)
        self._session.send("Performance.enable")

    def shows(self, identity: str, timeout_ms: float = WAIT_MS) -> None:
        """Wait until the page shows a snapshot."""
        self.page.wait_for_function(f"wanted => {SHOWN} === wanted", arg=identity, timeout=timeout_ms)

    def beat(self) -> None:
        """Let the page look for a new snapshot now, as it does when the network returns."""
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def wind(self, seconds: int) -> None:
        """Let time go by, no faster than the server can answer."""
        for _ in range(seconds):
            self.page.clock.run_for(1_000)
            self.page.evaluate("fetch('/healthz').catch(() => null)")

    def clock_is_right(self) -> bool:
        """Whether the page's clock agrees with the time it was wound to, to ten seconds."""
        shown, zone = self.page.inner_text(".time"), self.page.get_attribute("[data-clock]", "data-clock")
        now = dt.datetime.fromtimestamp(self.page.evaluate("Date.now()") / 1_000, dt.UTC)
        around = [now + dt.timedelta(seconds=off) for off in (-10, 0, 10)]
        return shown in {instant.astimezone(ZoneInfo(zone or "UTC")).strftime("%H:%M") for instant in around}

    def used(self) -> dict[str, float]:
        """Bytes of JavaScript heap after a collection, and nodes, those out of the document included."""
        for _ in range(2):
            self._session.send("HeapProfiler.collectGarbage")
        metrics = {row["name"]: row["value"] for row in self._session.send("Performance.getMetrics")["metrics"]}
        return {"heap_mb": round(metrics["JSHeapUsedSize"] / 1e6, 2), "nodes": metrics["Nodes"]}

    def address(self) -> str:
        """Scene and area that are shown."""
        return str(self.page.evaluate("location.search"))


def quick_scenes(folder: Path) -> Path:
    """The shipped scenes with three seconds for each, the first of them over every street too."""
    text = re.sub(r"(?m)^seconds = .*$", "", SHIPPED.read_text(encoding="utf-8")).replace("[[scene]]", "[[scene]]\nseconds = 3")
    file = folder / "scenes.toml"
    file.write_text(text.replace("[[scene]]", '[[scene]]\nareas = "street"', 1), encoding="utf-8")
    return file


def soak(browser: Browser, server: Server, shelf: Shelf, changes: int, steps: int) -> dict[str, Any]:
    """Changes and steps in turn; what is used after the first 50 changes (or a fifth, where there are fewer) and at the end."""
    wall = Wall(browser, server.address, is_wound=True)
    warm = min(BEGUN, max(changes // 5, 1))
    start: dict[str, float] = {}
    stepped, seen = 0, wall.address()
    for number in range(1, changes + 1):
        identity = shelf.publish()
        wall.beat()
        wall.shows(identity)
        wall.wind(1)
        while stepped < steps * number // changes:
            wall.wind(1)
            now = wall.address()
            stepped, seen = (stepped + 1, now) if now != seen else (stepped, seen)
        if number % BEGUN == 0:
            print(f"{number} of {changes} changes, {stepped} steps", file=sys.stderr)
        if number == warm:
            start = {**wall.used(), "server_mb": round(server.resident_mb(), 1)}
    end = {**wall.used(), "server_mb": round(server.resident_mb(), 1)}
    is_kiosk = bool(wall.page.evaluate("document.getElementById('page').classList.contains('is-kiosk')"))
    found = {
        "changes": changes, "steps": stepped, "start": start, "end": end,
        "ratios": {key: round(end[key] / start[key], 3) for key in end},
        "console_errors": wall.errors, "clock_is_right": wall.clock_is_right(), "is_kiosk": is_kiosk,
    }  # fmt: skip
    wall.page.context.close()
    return found


def restarts(browser: Browser, server: Server, shelf: Shelf, times: int) -> dict[str, list[float]]:
    """Seconds from the server's, or the network's, coming back until the page shows the snapshot published meanwhile."""
    wall = Wall(browser, server.address, is_wound=False)
    back: dict[str, list[float]] = {"server": [], "network": []}
    for number in range(times):
        long_s = LONG_S if number % LONG_EVERY == LONG_EVERY - 1 else 0.0
        for cut, seconds in back.items():
            if cut == "server":
                server.kill()
                identity = shelf.publish()
                time.sleep(long_s)
                server.start()
            else:
                wall.page.context.set_offline(True)
                identity = shelf.publish()
                wall.page.wait_for_timeout(max(long_s, 5.0) * 1_000)
                wall.page.context.set_offline(False)
            began = time.monotonic()
            wall.shows(identity)
            seconds.append(round(time.monotonic() - began, 2))
    wall.page.context.close()
    return back


def failures(found: dict[str, Any]) -> list[str]:
    """What is not as it must be."""
    soaked, said = found["soak"], []
    said += [f"{key} grew by {ratio} (at most {LIMIT})" for key, ratio in soaked["ratios"].items() if ratio > LIMIT]
    said += [f"console: {text}" for text in soaked["console_errors"][:5]]
    said += [] if soaked["clock_is_right"] else ["the clock is wrong"]
    said += [] if soaked["is_kiosk"] else ["the tour lost the kiosk view"]
    said += [f"back after {s} s ({cut})" for cut, all_s in found["back_s"].items() for s in all_s if s > BACK_S]
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path, metavar="STORE")
    parser.add_argument("--changes", type=int, default=2_000)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server must not outlive this
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shelf = Shelf(given.store, folder)
        server = Server(shelf.path, quick_scenes(folder))
        try:
            with sync_playwright() as playwright:
                arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
                browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
                found: dict[str, Any] = {"soak": soak(browser, server, shelf, given.changes, given.steps)}
                found["back_s"] = restarts(browser, server, shelf, given.restarts)
                browser.close()
        finally:
            server.kill()
    found["failures"] = failures(found)
    if given.json:
        print(json.dumps(found))
    else:
        soaked = found["soak"]
        print(f"{soaked['changes']} snapshot changes and {soaked['steps']} steps of the tour")
        for key, ratio in soaked["ratios"].items():
            print(f"  {key:10} {soaked['start'][key]:10,.1f} → {soaked['end'][key]:10,.1f}   × {ratio}")
        for cut, all_s in found["back_s"].items():
            print(f"back after the {cut} was away, {len(all_s)} times: at most {max(all_s, default=0)} s")
        print("\n".join(found["failures"]) or "no console error, the clock is right, kiosk view kept")
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
