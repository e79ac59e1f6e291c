"""Publishing: a built file becomes an immutable snapshot and is put in force.

The order is what makes a crash harmless: tables, then manifest, then ``CURRENT``, each whole and on disk before the next,
each under its final name only when it is whole. Until the last rename the snapshot before stays in force.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from data import video_trend
from data.errors import SnapshotRefused
from data.schema import SCHEMA_VERSION, TABLES
from data.settings import store_settings
from data.store import content
from data.store.disk import discard, file_sha256, replace_text, sync
from data.store.faults import told
from data.store.history import entries, last_in_force, record
from data.store.layout import BUILDING, CURRENT, ID, QUARANTINE, SNAPSHOTS, STAMP, database_path, manifest_path, quarantine_path
from data.store.lock import locked
from data.store.manifest import named_by_current, verified, write_manifest
from data.store.snapshot import opens
from data.store.sweep import sweep


@contextlib.contextmanager
def building(store: Path) -> Iterator[Path]:
    """Hold the store's only writing place: an empty folder on the store's own disk, removed at the end.

    What an earlier build left behind when it was killed is removed first. Call :func:`publish` inside with
    ``is_locked=True``.

    Raises
    ------
    StoreBusy
        Another process is building into this store.
    StoreFull
        What is done inside found no space left, by Python's means or DuckDB's.
    StoreError
        The store cannot be written to, or DuckDB could not go on.
    ConfigError
        A setting of the store is wrong: better said before than after hours of building.
    """
    store_settings()
    with locked(store), told(store):
        sweep(store)
        folder = store / BUILDING
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(
    store: Path, built_file: Path, manifest_parts: Mapping[str, Any], *, quarantine: Path | None = None, is_locked: bool = False
) -> str:
    """Make a closed DuckDB file the snapshot in force.

    Parameters
    ----------
    store
        The store's folder; made where it does not exist.
    built_file
        All tables of :data:`data.schema.TABLES`, filled, checkpointed and closed. It is moved into the store.
    manifest_parts
        What only the builder knows, ``sources`` above all; it may not replace what this function finds out itself.
    quarantine
        A folder with what was rejected; moved to ``quarantine/<id>``.
    is_locked
        The caller is inside :func:`building`.

    Returns
    -------
    str
        The new snapshot's id; it sorts after every earlier one.

    Raises
    ------
    StoreBusy
        Another process is building into this store.
    SnapshotRefused
        The built file is not a whole snapshot. Nothing changed.
    StoreFull, StoreError
        There is no space, or the store cannot be written to. The snapshot before stays in force.
    """
    with contextlib.nullcontext() if is_locked else locked(store), told(store):
        return _publish(store, built_file, manifest_parts, quarantine)


def rollback(store: Path, identity: str) -> str | None:
    """Put a kept snapshot in force again; whoever looks follows by itself, and the next build starts from it.

    Parameters
    ----------
    identity
        Any snapshot of the store, so that a rollback can be taken back too.

    Returns
    -------
    str or None
        What was in force before; None where ``CURRENT`` named nothing readable.

    Raises
    ------
    NoSnapshot, SnapshotRefused
        It is not in the store, or it is not what was published. Nothing changed.
    StoreBusy, StoreFull, StoreError
        A build is running, or the store cannot be written to. Nothing changed.
    """
    manifest = verified(store, identity)  # before the lock: an id that is none must not make a folder
    with locked(store), told(store, "The snapshot in force did not change."):
        opens(database_path(store, identity), manifest)
        before = _previous(store)
        if not _is_named(store, identity):
            replace_text(store / CURRENT, identity + "\n")
            record(store, "rollback", identity, previous=before)
        return before


def content_sha256(file: Path) -> str:
    """Hash of what the tables say, in hex; the same whatever file layout, import time or row order (:mod:`data.store.content`)."""
    with _opened(file) as connection:
        return content.content_sha256(connection)


def _publish(store: Path, built_file: Path, parts: Mapping[str, Any], quarantine: Path | None) -> str:
    if built_file.with_name(built_file.name + ".wal").exists():
        raise SnapshotRefused("The built file is not closed: a write-ahead log stands beside it. Checkpoint and close it first.")
    with _opened(built_file) as connection:
        found = _contents(connection)
    video = video_trend.tallied(built_file) if found["counts"]["video_point"] else None
    (store / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
    identity = _next_id(store, str(found["content_sha256"]))
    destination = database_path(store, identity)
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(sync, built_file)
        sha256 = file_sha256(built_file)
        written.result()
    manifest = {
        **parts,
        "id": identity,
        "path": destination.name,
        **found,
        **({video_trend.KEY: video} if video is not None else {}),
        "duckdb_version": duckdb.__version__,
        "sha256": sha256,
        "size": built_file.stat().st_size,
        "previous": _previous(store),
        "published_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    json.dumps(manifest)  # what cannot be written must fail before anything is moved
    try:
        _move(built_file, destination)
        if quarantine is not None and quarantine.is_dir():
            (store / QUARANTINE).mkdir(mode=0o700, exist_ok=True)
            _move(quarantine, quarantine_path(store, identity))
        write_manifest(store, manifest)
        replace_text(store / CURRENT, identity + "\n")
    except OSError:
        if not _is_named(store, identity):
            for path in (manifest_path(store, identity), destination, quarantine_path(store, identity)):
                discard(path)
            raise
    record(store, "publish", identity, previous=manifest["previous"])
    return identity


def _move(source: Path, destination: Path) -> None:
    """Rename, through a temporary copy where the source lies on another disk."""
    if source.stat().st_dev != destination.parent.stat().st_dev:
        near = destination.with_name(f".{destination.name}.tmp")
        shutil.move(source, near)
        source = near
        if source.is_file():
            sync(source)
    source.rename(destination)
    sync(destination.parent)


def _next_id(store: Path, content: str) -> str:
    """Now and the content's hash; a second later where the clock does not come after the newest id, retired ones included."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    stems = [path.stem for path in (store / SNAPSHOTS).iterdir()] + [str(entry["id"]) for entry in entries(store)]
    taken = max((stem[:16] for stem in stems if ID.fullmatch(stem)), default="")
    if now.strftime(STAMP) <= taken:
        now = dt.datetime.strptime(taken, STAMP).replace(tzinfo=dt.UTC) + dt.timedelta(seconds=1)
    return f"{now.strftime(STAMP)}-{content[:8]}"


def _is_named(store: Path, identity: str) -> bool:
    with contextlib.suppress(SnapshotRefused):
        return named_by_current(store) == identity
    return False


def _previous(store: Path) -> str | None:
    """What is in force, as far as it is known where ``CURRENT`` is unreadable."""
    try:
        return named_by_current(store) or last_in_force(store)
    except SnapshotRefused:
        return last_in_force(store)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with duckdb.connect(str(file), read_only=True, config={"enable_external_access": False}) as connection:
            yield connection
    except duckdb.Error as error:
        raise SnapshotRefused(f"The built file {file.name} is not a snapshot ({type(error).__name__}); build it again.") from error


def _contents(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What a manifest says about the tables, read from the tables."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'main' ORDER BY ordinal_position"
    ).fetchall():
        columns.setdefault(table, []).append(column)
    for table, expected in TABLES.items():
        if columns.get(table) != list(expected):
            raise SnapshotRefused(f"The built file has not the columns of table {table} that schema {SCHEMA_VERSION} has; build it again.")
    rows = connection.execute("SELECT schema_version, as_of, name, made_up FROM snapshot").fetchall()
    if len(rows) != 1 or rows[0][0] != SCHEMA_VERSION:
        raise SnapshotRefused(f"The built file does not say that it has schema {SCHEMA_VERSION}; build it again.")
    definitions = connection.execute("SELECT name, version, sha256 FROM definition ORDER BY is_default DESC, name, version").fetchall()
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": rows[0][1].isoformat(timespec="seconds") + "Z",
        "name": rows[0][2],
        "made_up": rows[0][3],
        "definitions": [{"name": name, "version": version, "sha256": sha256} for name, version, sha256 in definitions],
        "counts": {table: _count(connection, table) for table in TABLES},
        "content_sha256": content.content_sha256(connection),
    }


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  names of our own schema
    return int(row[0]) if row else 0
