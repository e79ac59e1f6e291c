"""Builds that are killed, or that run out of disk, at random moments; what readers see meanwhile and what is left.

``python benchmarks/kill.py [--kills 200] [--full-disk] [--seed 1] [--json]``: a real small build runs in a process of its own
and is killed with SIGKILL at a random moment, every second time within the few milliseconds in which it publishes. With
``--full-disk`` the disk is full at a random moment instead: a small file system in memory where that is permitted, else a
limit on the size of files. All the while another process reads what is in force and counts. After each build ``CURRENT`` must
name a snapshot that verifies; at the end the next build must succeed and leave nothing but snapshots. Exit status 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.config import Config
from data.errors import StoreError, StoreFull
from data.store.build import build
from data.store.manifest import read_manifest
from data.store.store import Store

CONFIG = """
name = "Small"
as_of = 2026-11-22T08:00:00
levels = ["district"]
[[source]]
name = "events"
kind = "event"
path = "events.csv"
"""
LARGEST = 400
PUBLISHING = "publishing"


def write_events(folder: Path, count: int) -> None:
    rows = [f"A{n:05d},2026-11-{1 + n % 20:02d} 08:{n % 60:02d}:00,噪声,x" for n in range(count)]
    rows.append("bad,soon,噪声,x")  # something for the quarantine
    (folder / "events.csv").write_text("\n".join(["事件编号,上报时间,小类,描述", *rows, ""]), encoding="utf-8")
    (folder / "sources.toml").write_text(CONFIG, encoding="utf-8")


def build_once(inbox: Path, store: Path, steps: Connection, limit: int | None) -> None:
    """In a process of its own: one build; every step is told, then how it ended."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        report = build(Config.load(inbox / "sources.toml"), store, lambda step, _share: steps.send(("step", step)))
        refused = [f"{source.code} {source.message}" for source in report.sources if source.read == "rejected"]
        steps.send(("fault", f"a good file was refused: {refused}") if refused else ("done", report.snapshot))
    except StoreError as error:
        steps.send((type(error).__name__, str(error)))
    except Exception as error:  # noqa: BLE001  whatever else comes is the finding
        steps.send(("fault", repr(error)))


def read_on(store: Path, stop: Event, findings: Connection) -> None:
    """In a process of its own: count what is in force again and again, and compare with its manifest."""
    opened, reads, wrong = Store(store, threads=1), 0, []
    while not stop.is_set():
        try:
            with opened.lease() as snapshot:
                found = int(snapshot.frame("SELECT count(*) AS n FROM event")["n"][0])
                expected = snapshot.manifest["counts"]["event"]
            reads += 1
            if found != expected:
                wrong.append(f"{snapshot.id}: {found} events, {expected} published")
            if opened.problem:
                wrong.append(opened.problem)
        except Exception as error:  # noqa: BLE001
            wrong.append(repr(error))
        time.sleep(0.002)
    findings.send((reads, wrong[:20]))


def duration(context: Any, inbox: Path, store: Path) -> float:
    """Seconds of an undisturbed build."""
    started = time.monotonic()
    outcome = run(context, inbox, store)
    if outcome[0] != "done" or outcome[1] is None:
        raise SystemExit(f"The build itself fails: {outcome}")
    return time.monotonic() - started


def run(
    context: Any, inbox: Path, store: Path, *, kill_after: tuple[str, float] | None = None, limit: int | None = None
) -> tuple[str, Any]:
    """One build; killed so many seconds after its start or after the step named. Gives how it ended."""
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=build_once, args=(inbox, store, send, limit))
    child.start()
    send.close()
    since, deadline = time.monotonic(), time.monotonic() + 120
    outcome: tuple[str, Any] = ("killed", None)
    waiting_for = kill_after[0] if kill_after else None
    while time.monotonic() < deadline:
        left = since + kill_after[1] - time.monotonic() if kill_after and not waiting_for else 0.5
        if kill_after and not waiting_for and left <= 0:
            os.kill(child.pid, signal.SIGKILL)
            break
        if receive.poll(max(left, 0)):
            try:
                said = receive.recv()
            except EOFError:
                break
            if said[0] != "step":
                outcome = said
                break
            if waiting_for == said[1]:
                waiting_for, since = None, time.monotonic()
    child.join(60)
    if child.is_alive():
        child.kill()
        outcome = ("fault", "the build hangs")
    receive.close()
    return outcome


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """A file system of so many bytes at ``folder``, where this process may make one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    is_mounted = sys.platform == "linux" and os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def litter(store: Path) -> list[str]:
    """Files that belong to no snapshot."""
    known = {"snapshots", "quarantine", ".lock", ".keeping.lock", "CURRENT", "history.jsonl"}
    whole = {path.stem for path in (store / "snapshots").glob("*.json")}
    left = [
        str(path.relative_to(store)) for path in store.iterdir() if path.name not in known and path.name not in ("snapshots", "quarantine")
    ]
    left += [path.name for path in (store / "snapshots").iterdir() if path.name.split(".")[0] not in whole]
    left += [f"quarantine/{path.name}" for path in (store / "quarantine").glob("*") if path.name not in whole]
    return left


def measure(kills: int, seed: int, is_full_disk: bool, folder: Path) -> dict[str, Any]:
    random_ = random.Random(seed)
    context = multiprocessing.get_context("fork")
    inbox = folder / "inbox"
    inbox.mkdir()
    write_events(inbox, 10)
    failures: list[str] = []
    ends: Counter[str] = Counter()
    with small_disk(folder / "disk", 100_000_000) if is_full_disk else contextlib.nullcontext(False) as is_mounted:
        store = folder / "disk" / "store" if is_mounted else folder / "store"
        whole_s = min(duration(context, inbox, store) for _ in range(2))
        stop, (findings, send) = context.Event(), context.Pipe(duplex=False)
        reader = context.Process(target=read_on, args=(store, stop, send))
        reader.start()
        try:
            for number in range(kills):
                write_events(inbox, random_.randrange(5, LARGEST))
                before = (store / "CURRENT").read_text().strip()
                if not is_full_disk:
                    outcome = run(context, inbox, store, kill_after=moment(random_, whole_s, is_publishing=number % 2 == 1))
                elif is_mounted:
                    with filled(store, random_.randrange(24_000_000 if number else 1_000_000)):
                        outcome = run(context, inbox, store)
                else:
                    largest = max(path.stat().st_size for path in (store / "snapshots").glob("*.duckdb"))
                    outcome = run(context, inbox, store, limit=random_.randrange(1000, int(largest * 1.1)))
                ends[outcome[0]] += 1
                if outcome[0] == "fault" or (outcome[0] not in ("done", "killed") and len(str(outcome[1])) < 30):
                    failures.append(f"build {number}: {outcome}")
                failures += [f"build {number}: {sentence}" for sentence in judged(store, before, outcome)]
        finally:
            stop.set()
            reads, wrong = findings.recv() if findings.poll(60) else (0, ["the reader ended"])
            reader.join(60)
        failures += wrong
        write_events(inbox, 77)
        last = run(context, inbox, store)
        if last[0] != "done" or read_manifest(store, str(last[1]))["counts"]["event"] != 77:
            failures.append(f"the next build: {last}")
        failures += [f"left behind: {name}" for name in (*litter(store), *os.listdir(tempfile.gettempdir()))]
        disk = "a small file system" if is_mounted else "a limit on file size" if is_full_disk else None
    return {
        "builds": kills, "disk": disk, "build_s": round(whole_s, 3), "ends": dict(ends), "reads": reads, "failures": failures,
    }  # fmt: skip


def moment(random_: random.Random, whole_s: float, *, is_publishing: bool) -> tuple[str, float]:
    """When a build is killed: at any time, or while it publishes."""
    return (PUBLISHING, random_.uniform(0, 0.2 * whole_s)) if is_publishing else ("", random_.uniform(0, 1.1 * whole_s))


@contextlib.contextmanager
def filled(store: Path, left: int) -> Iterator[None]:
    """The store's disk with so many bytes left; all snapshots but the last three make room first."""
    filler = store.parent / "filler"
    for old in sorted((store / "snapshots").glob("*.json"))[:-3]:
        for path in (old, old.with_suffix(".duckdb")):
            path.unlink()
        shutil.rmtree(store / "quarantine" / old.stem, ignore_errors=True)
    free = shutil.disk_usage(store).free
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while file.tell() < free - left:
            file.write(b"\0" * min(1_000_000, free - left - file.tell()))
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def judged(store: Path, before: str, outcome: tuple[str, Any]) -> Iterator[str]:
    """What is wrong after a build."""
    opened = Store(store, threads=1)
    found = opened.verify()
    if not found["ok"]:
        yield f"{found}"
    if outcome[0] == "done" and found["snapshot"] != outcome[1]:
        yield f"{outcome[1]} was reported as published, {found['snapshot']} is in force"
    if outcome[0] in (StoreFull.__name__, StoreError.__name__) and found["snapshot"] != before:
        yield f"the build failed, yet {found['snapshot']} took the place of {before}"
    opened.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--full-disk", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tmp").mkdir()
        tempfile.tempdir = os.environ["TMPDIR"] = str(Path(folder) / "tmp")  # whatever builds leave there is litter, too
        found = measure(given.kills, given.seed, given.full_disk, Path(folder))
    if given.json:
        print(json.dumps(found))
    else:
        print(f"{found['builds']} builds disturbed, an undisturbed one takes {found['build_s']} s; {found['disk'] or 'SIGKILL'}")
        print(f"how they ended: {found['ends']}; {found['reads']:,} reads meanwhile")
        print("\n".join(found["failures"]) or "no torn read, CURRENT always verified, the next build succeeded, nothing left behind")
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
