"""The SQL of a whole screen against one plain filtered count of the same filter, over random selections, in one run.

Usage: python benchmarks/screen.py STORE [SELECTIONS] [SEED] [--each]

STORE is a store with a large snapshot, e.g. made by `python -m data demo --scale city --store STORE`. For every selection
(area × window from a day to all time × category) every panel of the page `/` is built as the page builds it, and a plain count
with the same predicates is put; the time of both is that between sending a statement and having its rows. Of three runs of each
statement the best counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboard.look import Look
from dashboard.panels import WALL
from data.indicators.definition import shipped
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View

RUNS = 3
WINDOWS = ("1d", "7d", "30d", "90d", "365d", "all")
REFERENCE = "event_count"


class Stopwatch:
    """A cursor that notes the time from sending a statement to having its rows, under the statement's first line."""

    def __init__(self, cursor: Any, spent_s: dict[str, float]) -> None:
        self._cursor, self._spent_s, self._name = cursor, spent_s, ""

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._cursor, name)
        if name not in ("execute", "df", "fetchall", "fetchone", "fetchnumpy"):
            return found

        def timed(*args: Any, **kwargs: Any) -> Any:
            if name == "execute":
                self._name = args[0].splitlines()[0].removeprefix("-- ")
            start = time.perf_counter()
            answer = found(*args, **kwargs)
            self._spent_s[self._name] += time.perf_counter() - start
            return self if name == "execute" else answer

        return timed


class TimedSnapshot(Snapshot):
    """A snapshot that notes how long its statements take."""

    spent_s: dict[str, float]

    def cursor(self) -> Any:
        """A cursor that is timed."""
        return Stopwatch(super().cursor(), self.__dict__.setdefault("spent_s", defaultdict(float)))


def selections(view: View, count: int, seed: int) -> list[Selection]:
    """Random areas of every level, windows from a day to all time, categories of every depth or none."""
    rng = np.random.default_rng(seed)
    areas, categories = view.snapshot.areas, view.snapshot.categories
    keys = ("", "domain", "category", "subcategory")
    found = []
    for _ in range(count):
        depth = int(rng.integers(0, int(areas.depth.max()) + 1))
        area = int(rng.choice(np.flatnonzero(areas.depth == depth)))
        level = int(rng.integers(0, int(categories.depth.max()) + 1))
        selection = Selection(area=areas.codes[area], window=str(rng.choice(WINDOWS)))
        if level:
            name = categories.names[int(rng.choice(np.flatnonzero(categories.depth == level)))]
            selection = selection.with_(**{keys[level]: (name,)})
        found.append(selection)
    return found


def spent(snapshot: TimedSnapshot, view: View, selection: Selection) -> dict[str, float]:
    """Seconds of SQL per statement for one screen, and for the reference."""
    snapshot.spent_s.clear()
    QUESTIONS[REFERENCE].ask(view, selection)
    reference = dict(snapshot.spent_s)
    snapshot.spent_s.clear()
    look = Look(view, selection)
    for panel in WALL:
        panel.build(look)
    screen = dict(snapshot.spent_s)
    return {f"screen: {name}": seconds for name, seconds in screen.items()} | reference


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("selections", type=int, nargs="?", default=60)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--each", action="store_true", help="print every selection")
    options = parser.parse_args()
    current = (options.store / "CURRENT").read_text(encoding="utf-8").strip()
    snapshot = TimedSnapshot(options.store / "snapshots" / f"{current}.duckdb")
    view = View(snapshot, shipped()[0])
    events = int(snapshot.frame("SELECT count(*) AS n FROM event")["n"].iloc[0])
    totals: dict[str, float] = defaultdict(float)
    screens = []
    for selection in selections(view, options.selections, options.seed):
        runs = [spent(snapshot, view, selection) for _ in range(RUNS)]
        best = {name: min(run.get(name, np.inf) for run in runs) for name in runs[-1]}
        reference = best[REFERENCE]
        screens.append(sum(best.values()) - reference)
        for name, seconds in best.items():
            totals[name] += seconds
        if options.each:
            print(f"{screens[-1] * 1e3:8.1f} / {reference * 1e3:6.1f} ms  {selection.query()}")
    reference = totals.pop(REFERENCE)
    print(f"{events:,} events, {options.selections} selections, best of {RUNS} runs")
    print(f"{reference * 1e3:9.1f} ms   1.00 ×  one plain filtered count")
    for name, seconds in sorted(totals.items(), key=lambda item: -item[1]):
        print(f"{seconds * 1e3:9.1f} ms {seconds / reference:6.2f} ×  {name}")
    print(f"a screen: p50 {np.median(screens) * 1e3:.1f} ms, p95 {np.quantile(screens, 0.95) * 1e3:.1f} ms")
    print(f"whole screen: {sum(totals.values()) / reference:.2f} × one plain filtered count (must be ≤ 13, wanted ≤ 8)")


if __name__ == "__main__":
    main()
