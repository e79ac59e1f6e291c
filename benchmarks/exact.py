"""Linked views on random selections of every kind: the index, SQL and pandas have to say the same, every number.

Usage: python benchmarks/exact.py [--selections 2000] [--seed 1] [--events 5000]

Half of the selections are put to a random district written straight into the schema, in which nearly every combination of flags
occurs, half to the small made-up city, built by the road that real data take. Filters are those of the suite's own tests, shapes drawn by
hand among them. Ends with 1 at the first difference.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data import queries
from data.demo import demo
from data.due import due_until
from data.indicators.definition import shipped
from data.linked import by_sql, of_counts
from data.store.snapshot import Snapshot
from data.view import View
from tests import district
from tests.oracle import Oracle
from tests.property.test_ask import random_selection
from tests.property.test_linked import compare, random_place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--selections", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=5000, help="of the random district")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo(scale="small", seed=options.seed, out=folder / "files", store=folder / "store")
        current = (folder / "store" / "CURRENT").read_text(encoding="utf-8").strip()
        paths = {
            "random district": district.build(folder / "random.duckdb", options.events, options.seed),
            "made-up city": folder / "store" / "snapshots" / f"{current}.duckdb",
        }
        for words, path in paths.items():
            compared(words, path, options.selections // len(paths), options.seed)


def compared(words: str, path: Path, count: int, seed: int) -> None:
    """Compare so many selections."""
    oracle = Oracle(path)  # before the snapshot: DuckDB refuses a second connection with other settings
    snapshot, rng = Snapshot(path), np.random.default_rng(seed)
    view = View(snapshot, shipped()[0])
    index, soon = snapshot.prepare().wait(), due_until(view)
    if index is None:
        raise SystemExit(snapshot.prepare().problem)
    begun, some, shapes = time.perf_counter(), 0, 0
    for number in range(count):
        chosen, selection = random_selection(oracle, rng, soon)
        drawn = random_place(oracle, rng)
        selection = selection.with_(**drawn)
        if index.linked(view, selection) is None:
            raise SystemExit(f"The index does not answer {selection.query()}")
        linked = queries.linked(view, selection)
        for found in (linked, of_counts(view, by_sql(view, selection))):
            compare(oracle, found, chosen | drawn, soon, selection.query())
        some, shapes = some + (linked.n > 0), shapes + bool(drawn)
        if number % 100 == 99:
            print(f"{words}: {number + 1} selections, {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    print(f"{words}: {count} selections ({some} with events, {shapes} with a box or a ring): index = SQL = pandas in all dimensions")
    snapshot.close()


if __name__ == "__main__":
    main()
