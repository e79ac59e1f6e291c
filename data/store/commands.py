"""The commands about a store: what is in it, what is in force, what stays."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from data import console
from data.errors import ConfigError
from data.options import DEFAULT_STORE, AsJson, StoreFolder
from data.settings import store_settings
from data.store import pins, publish, retention
from data.store.history import entries
from data.store.store import Store
from data.store.watch import Outcome, Watch, look

Identity = Annotated[str, typer.Argument(metavar="ID", help="A snapshot, as `list` shows it.")]


def list_snapshots(store: StoreFolder = DEFAULT_STORE, as_json: AsJson = False) -> None:
    """List the snapshots, newest first."""
    opened = Store(store)
    manifests = opened.manifests()
    if not manifests:
        opened.current()
    if as_json:
        console.emit(manifests)
        return
    console.listed(manifests)
    retired = [entry for entry in entries(store) if entry["do"] == "retire"]
    if retired:
        console.say(f"Retired so far: {len(retired):,}, last on {retired[-1]['at'][:10]}; see history.jsonl in the store.")


def show(identity: Identity, store: StoreFolder = DEFAULT_STORE, as_json: AsJson = False) -> None:
    """Show one snapshot's manifest."""
    manifest = Store(store).manifest(identity)
    if as_json:
        console.emit(manifest)
    else:
        console.shown(manifest)


def verify(
    identity: Annotated[str | None, typer.Argument(metavar="[ID]", help="A snapshot; without it the one in force.")] = None,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """See whether a snapshot is exactly what was published."""
    found = Store(store).verify(identity)
    if as_json:
        console.emit(found)
    elif found["ok"]:
        console.say(f"{found['snapshot']} is what was published.")
    else:
        console.complain(found["reason"])
    if not found["ok"]:
        raise typer.Exit(1)


def rollback(identity: Identity, store: StoreFolder = DEFAULT_STORE, as_json: AsJson = False) -> None:
    """Put a kept snapshot in force again; it is verified first."""
    before = publish.rollback(store, identity)
    if as_json:
        console.emit({"snapshot": identity, "previous": before})
    elif before == identity:
        console.say(f"{identity} is in force already.")
    else:
        console.say(f"{identity} is in force now" + (f" instead of {before}." if before else "."))


def pin(
    identity: Identity,
    undo: Annotated[bool, typer.Option("--undo", help="Take the pin away.")] = False,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Keep a snapshot for ever."""
    is_new = pins.unpin(store, identity) if undo else pins.pin(store, identity)
    if as_json:
        console.emit({"snapshot": identity, "pinned": not undo, "changed": is_new})
    elif undo:
        console.say(f"{identity} is pinned no longer; retention applies to it." if is_new else f"{identity} was not pinned.")
    else:
        console.say(f"{identity} is kept for ever." if is_new else f"{identity} was pinned already.")


def unpin(identity: Identity, store: StoreFolder = DEFAULT_STORE, as_json: AsJson = False) -> None:
    """Give a pinned snapshot back to retention."""
    pin(identity, True, store, as_json)


def retire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Remove the snapshots that retention does not keep."""
    if not store.is_dir():
        Store(store).current()
    plan = retention.planned(store) if dry_run else retention.carry_out(store)
    if as_json:
        console.emit(
            {"retired": list(plan.retired), "kept": plan.kept, "size": plan.size, "warnings": list(plan.warnings), "dry_run": dry_run}
        )
        return
    verb = "would be retired" if dry_run else "retired"
    for identity, why in plan.retired.items():
        console.say(f"{identity} {verb}: {why}.")
    console.say(f"{len(plan.retired):,} {verb}, {len(plan.kept):,} kept with {plan.size / retention.GB:.2f} GB.")
    for sentence in plan.warnings:
        console.complain(sentence)


def watch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds the departments' files.")],
    config: Annotated[
        Path | None, typer.Option(metavar="CONFIG.toml", help="Names the sources; sources.toml in the folder unless given.")
    ] = None,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Build when the files in a folder are complete; ends with Ctrl-C or SIGTERM."""
    configuration = config or folder / "sources.toml"
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}; check the path.")
    if not configuration.is_file():
        raise ConfigError(f"There is no file {configuration}; put a configuration there or name one with --config.")
    settings = store_settings()
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        watcher = Watch(
            store,
            configuration,
            lambda: look(folder, configuration),
            lambda: _build(configuration, store, stop),
            console.complain,
            settle_s=settings.watch_settle_s,
        )
        console.complain(f"Watching {folder}; builds go into {store}.")
        while not stop.is_set():
            outcome = watcher.step()
            if outcome is not None and as_json:
                _emit_line(outcome.report)
            stop.wait(settings.watch_interval_s)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    console.complain("Stopped watching.")


def _emit_line(report: Any) -> None:
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    sys.stdout.write(json.dumps({"at": at, **report}, default=str) + "\n")
    sys.stdout.flush()


def _build(configuration: Path, store: Path, stop: threading.Event) -> Outcome:
    """Build in a process of its own: its memory is given back, and its end is not ours."""
    command = [sys.executable, "-m", "data", "build", str(configuration.resolve()), "--store", str(store.resolve()), "--json"]
    with subprocess.Popen(  # noqa: S603  our own program
        command,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as child:
        is_told = False
        while True:
            try:
                out, _ = child.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if stop.is_set() and not is_told:
                    child.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
                    is_told = True
    try:
        report = json.loads(out)
    except ValueError:
        return Outcome({"error": f"The build ended with status {child.returncode} and without a report."}, is_refused_by_machine=True)
    return Outcome(report, is_refused_by_machine="error" in report and child.returncode == 1)


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command("list")(list_snapshots)
    for command in (show, verify, rollback, pin, unpin, retire, watch):
        app.command()(command)
