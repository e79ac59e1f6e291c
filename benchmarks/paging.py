"""How long a page of the table of all cases takes, at the top, in the middle and at the end, in every order.

Usage: python benchmarks/paging.py STORE [--pages 12]

STORE is a store with a large snapshot, e.g. made by `python -m data demo --scale city --store STORE`. All cases are selected. For every
order: the time until the order is known, then that of a page of 100 rows at random depths of three thirds (median). The
reference is what paging by OFFSET costs at the same depths in DuckDB.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data import case_table
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View

ROWS = 100


def spent(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--pages", type=int, default=12, help="pages of every third")
    options = parser.parse_args()
    current = (options.store / "CURRENT").read_text(encoding="utf-8").strip()
    snapshot = Snapshot(options.store / "snapshots" / f"{current}.duckdb", memory_limit="2GB")
    view, rng = View(snapshot, snapshot.definition()), np.random.default_rng(1)
    selection = Selection(window="all")
    case_table.rows(view, [0])
    for by in case_table.ORDERS:
        start = time.perf_counter()
        order = case_table.order(view, selection, by)
        known = time.perf_counter() - start
        found = []
        for third in range(3):
            depths = rng.integers(len(order) * third // 3, max(1, len(order) * (third + 1) // 3 - ROWS), options.pages)
            pages = [order[depth : depth + ROWS].tolist() for depth in depths]
            found.append(np.median([spent(lambda page=page: case_table.rows(view, page)) for page in pages]))
        shown = "  ".join(f"{seconds * 1e3:7.1f}" for seconds in found)
        print(f"{by:12} {len(order):>12,} cases  order {known * 1e3:8.0f} ms  page of {ROWS}: {shown} ms (top, middle, end)")
    middle = len(order) // 2
    sql = f"SELECT event_id, title, address FROM event ORDER BY deadline_at DESC NULLS LAST LIMIT {ROWS} OFFSET {middle}"
    offset = spent(lambda: snapshot.frame(sql))
    print(f"reference: ORDER BY deadline_at LIMIT {ROWS} OFFSET {middle:,}: {offset * 1e3:.0f} ms, for every page")


if __name__ == "__main__":
    main()
