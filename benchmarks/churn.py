"""Readers while snapshots come and go: errors, wrong answers, memory and open files.

``python benchmarks/churn.py [--publications 100] [--processes 2] [--threads 8] [--events 20000] [--json]``: each process has
one store and so many threads that ask without a pause, what is in force mostly, now and then one by its id. Meanwhile so many
snapshots are published and all but the one in force retired. An answer is wrong when it does not agree with the manifest of
its snapshot. Memory and open files of each reader are taken a quarter of the way and at the end; exit status 1 when there was
an error or a wrong answer, when open files grew or memory grew by more than 30 MB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.kill import write_events
from data.config import Config
from data.errors import NoSnapshot
from data.settings import StoreSettings
from data.store.build import build_file
from data.store.publish import publish
from data.store.retention import retire
from data.store.store import Store

FLAT_FILES = 2
"""One more snapshot may be open than before: the one that is about to be served."""
SQL = "SELECT count(*) AS n, count(DISTINCT event_id) AS ids, max(reported_at) AS last FROM event"


def used() -> tuple[float, int]:
    """Resident megabytes and open files of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len(os.listdir("/proc/self/fd"))


def read_on(path: Path, threads: int, orders: Connection) -> None:
    """In a process of its own: threads that ask; at each order what is used is told, at the order None how it went."""
    store, stop, counts, wrong = Store(path, threads=1), threading.Event(), [0] * threads, []
    pause, between = threading.Event(), threading.Barrier(threads + 1)

    def ask(number: int) -> None:
        last = None
        while not stop.is_set():
            if pause.is_set():
                between.wait()  # all are between two questions
                between.wait()  # what is used has been taken
            wanted = last if number == 0 and counts[number] % 5 == 4 else None  # one thread also asks by id
            try:
                with store.lease(wanted) as snapshot:
                    found = snapshot.frame(SQL).iloc[0]
                    expected = snapshot.manifest["counts"]["event"]
                    last = snapshot.id
                if not found["n"] == found["ids"] == expected or wanted not in (None, last):
                    wrong.append(f"{last}: {found['n']} events, {expected} published")
            except NoSnapshot as error:
                if wanted is None:
                    wrong.append(repr(error))
            except Exception as error:  # noqa: BLE001  whatever comes is the finding
                wrong.append(repr(error))
            if store.problem:
                wrong.append(str(store.problem))
            counts[number] += 1

    running = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    while orders.recv():
        pause.set()
        between.wait()
        pause.clear()
        orders.send(used())
        between.wait()
    stop.set()
    for thread in running:
        thread.join()
    orders.send((sum(counts), wrong[:20]))


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    publications = given.publications
    context = multiprocessing.get_context("spawn")
    inbox, store = folder / "inbox", folder / "store"
    inbox.mkdir()
    templates = []
    for number in range(4):
        write_events(inbox, given.events + 100 * number)
        templates.append(folder / f"{number}.duckdb")
        build_file(Config.load(inbox / "sources.toml"), templates[-1])
    settings = StoreSettings(keep_all_hours=0, keep_hourly_days=0, keep_daily_days=0, keep_weekly_days=0)

    def publish_one(number: int) -> None:
        shutil.copy(templates[number % len(templates)], folder / "built.duckdb")
        publish(store, folder / "built.duckdb", {})
        retire(store, dt.datetime.now(dt.UTC) + dt.timedelta(days=1), settings=settings)

    publish_one(0)
    pipes, readers = [], []
    for _ in range(given.processes):
        here, there = context.Pipe()
        readers.append(context.Process(target=read_on, args=(store, given.threads, there)))
        readers[-1].start()
        pipes.append(here)
    started = time.monotonic()
    marks: list[list[tuple[float, int]]] = []
    for number in range(1, publications + 1):
        publish_one(number)
        if number in (max(publications // 4, 1), publications):
            for pipe in pipes:
                pipe.send(True)
            marks.append([pipe.recv() for pipe in pipes])
    took_s = time.monotonic() - started
    for pipe in pipes:
        pipe.send(None)
    ends = [pipe.recv() for pipe in pipes]
    for reader in readers:
        reader.join()
    failures = [sentence for _, wrong in ends for sentence in wrong]
    for (mb, files), (mb_after, files_after) in zip(marks[0], marks[-1], strict=True):
        if files_after > files + FLAT_FILES:
            failures.append(f"open files grew from {files} to {files_after}")
        if mb_after > mb + given.flat_mb:
            failures.append(f"memory grew from {mb:.0f} to {mb_after:.0f} MB")
    kept = len(list((store / "snapshots").glob("*.duckdb")))
    if kept != 1:
        failures.append(f"{kept} snapshots are left, not one")
    return {
        "publications": publications, "seconds": round(took_s, 1), "reads": sum(reads for reads, _ in ends),
        "mb": [[round(mb, 1) for mb, _ in mark] for mark in marks], "files": [[files for _, files in mark] for mark in marks],
        "failures": failures,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publications", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--flat-mb", type=float, default=30.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given, Path(folder))
    if given.json:
        print(json.dumps(found))
    else:
        print(f"{found['publications']} published and retired in {found['seconds']} s, {found['reads']:,} reads meanwhile")
        print(f"memory in MB, a quarter of the way and at the end, per process: {found['mb']}; open files: {found['files']}")
        print("\n".join(found["failures"]) or "no error, no wrong answer, memory and open files flat")
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
