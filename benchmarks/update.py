"""What publishing a few changed rows onto many costs, from the file on disk to the snapshot in force.

``python benchmarks/update.py [--rows 10000000] [--changed 1000] [--store DIR]``: builds the rows once (kept in ``--store`` where that is
given), then sends files of new and changed rows and prints the seconds of each, beside a plain copy of the snapshot's file with its
hash, which any publication needs. ``--compare`` builds the same files from nothing at the end and compares the content.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.build import CONFIG, NOW, write_events, write_grids
from data.config import Config
from data.store.build import build
from data.store.manifest import read_manifest


def prepare(folder: Path, rows: int) -> None:
    rng = np.random.default_rng(1)
    write_events(folder, rows, write_grids(folder, 3000, rng), rng)
    text = CONFIG.replace('path = "events.{kind}"', 'path = "events*.parquet"\nmode = "changes"')
    (folder / "sources.toml").write_text(text, encoding="utf-8")


def change(folder: Path, number: int, rows: int) -> None:
    """A file in which half of the rows are known and now closed, the others new."""
    sample = f"SELECT * FROM read_parquet($path) USING SAMPLE reservoir({rows} ROWS) REPEATABLE ({number})"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT * EXCLUDE (nth) REPLACE (
                    CASE WHEN nth % 2 = 0 THEN event_id ELSE event_id || '-{number}' END AS event_id,
                    greatest(closed_at, TIMESTAMP '2026-11-21 12:00:00') AS closed_at)
                FROM (SELECT *, row_number() OVER () AS nth FROM ({sample}))) TO '{folder}/events-{number}.parquet'""",
            {"path": str(folder / "events.parquet")},
        )


def reference(path: Path, folder: Path) -> float:
    start = time.perf_counter()
    copy = folder / "copy"
    shutil.copyfile(path, copy)
    with copy.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    copy.unlink()
    return time.perf_counter() - start


def update(folder: Path, config: Config, changed: int) -> str:
    """Send one file; gives the snapshot's id."""
    steps = [("planning", time.perf_counter())]
    report = build(config, folder / "store", lambda step, _: steps.append((step, time.perf_counter())), now=NOW)
    end = time.perf_counter()
    manifest = read_manifest(folder / "store", str(report.snapshot))
    least = reference(folder / "store" / "snapshots" / manifest["path"], folder)
    taken = end - steps[0][1]
    print(f"{changed:,} rows onto {manifest['counts']['event']:,}: {taken:.2f} s; copy and hash {least:.2f} s; ratio {taken / least:.2f}")
    ends = [*(at for _, at in steps[1:]), end]
    print("   " + ", ".join(f"{step} {until - at:.2f}" for (step, at), until in zip(steps, ends, strict=True)))
    return str(report.snapshot)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--changed", type=int, default=1000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--compare", action="store_true")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = given.store or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "sources.toml").exists():
            prepare(folder, given.rows)
        config = Config.load(folder / "sources.toml")
        if not (folder / "store" / "CURRENT").exists():
            start = time.perf_counter()
            build(config, folder / "store", now=NOW)
            print(f"first build and publication {time.perf_counter() - start:.1f} s")
        first = len(list(folder.glob("events-*.parquet")))
        identity = ""
        for number in range(first, first + given.times):
            change(folder, number, given.changed)
            identity = update(folder, config, given.changed)
        print("must be at most 5 s; wanted 2 s")
        if given.compare:
            stores = [(folder / "store", identity), (folder / "fresh", str(build(config, folder / "fresh", now=NOW).snapshot))]
            hashes = {read_manifest(*pair)["content_sha256"] for pair in stores}
            print("content equal to a build from nothing:", len(hashes) == 1)


if __name__ == "__main__":
    main()
