"""Publishing: a built file becomes an immutable snapshot and is put in force.

The order is what makes a crash harmless: tables, then manifest, then ``CURRENT``, each whole and on disk before the next,
each under its final name only when it is whole. Until the last rename the snapshot before stays in force.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from data.errors import SnapshotRefused, StoreBusy, StoreError
from data.schema import SCHEMA_VERSION, TABLES
from data.store.manifest import (
    CURRENT,
    ID,
    QUARANTINE,
    SNAPSHOTS,
    database_path,
    file_sha256,
    manifest_path,
    named_by_current,
    replace_text,
    sync,
    write_manifest,
)

BUILDING: Final = "building"
LOCK: Final = ".lock"
NOT_CONTENT: Final = {"feed": {"arrived_at", "file", "sha256"}}
"""Columns that say how content came, not what it is; left out of the content hash."""
_STAMP: Final = "%Y%m%dT%H%M%SZ"


@contextlib.contextmanager
def building(store: Path) -> Iterator[Path]:
    """Hold the store's only writing place: an empty folder on the store's own disk, removed at the end.

    What an earlier build left behind when it was killed is removed first. Call :func:`publish` inside with
    ``is_locked=True``.

    Raises
    ------
    StoreBusy
        Another process is building into this store.
    StoreError
        The store cannot be written to.
    """
    with _locked(store):
        folder = store / BUILDING
        _sweep(store)
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
    StoreError
        The store cannot be written to. The snapshot before stays in force.
    """
    with contextlib.nullcontext() if is_locked else _locked(store):
        try:
            return _publish(store, built_file, manifest_parts, quarantine)
        except OSError as error:
            raise StoreError(f"The store {store} cannot be written to ({error.strerror}); nothing was published.") from error


def content_sha256(file: Path) -> str:
    """Hash of the ordered content of all tables, in hex; the same whatever file layout, import time or row order of sources.

    Order counts through the ``*_ix`` columns that number the rows.
    """
    with _opened(file) as connection:
        return _content_sha256(connection)


def _publish(store: Path, built_file: Path, parts: Mapping[str, Any], quarantine: Path | None) -> str:
    if built_file.with_name(built_file.name + ".wal").exists():
        raise SnapshotRefused("The built file is not closed: a write-ahead log stands beside it. Checkpoint and close it first.")
    with _opened(built_file) as connection:
        found = _contents(connection)
    (store / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
    identity = _next_id(store, str(found["content_sha256"]))
    destination = database_path(store, identity)
    sync(built_file)
    manifest = {
        **parts,
        "id": identity,
        "path": destination.name,
        **found,
        "duckdb_version": duckdb.__version__,
        "sha256": file_sha256(built_file),
        "size": built_file.stat().st_size,
        "previous": _previous(store),
        "published_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    json.dumps(manifest)  # what cannot be written must fail before anything is moved
    try:
        _move(built_file, destination)
        if quarantine is not None and quarantine.is_dir():
            (store / QUARANTINE).mkdir(exist_ok=True)
            _move(quarantine, store / QUARANTINE / identity)
        write_manifest(store, manifest)
        replace_text(store / CURRENT, identity + "\n")
    except OSError:
        if _previous(store) != identity:
            manifest_path(store, identity).unlink(missing_ok=True)
            destination.unlink(missing_ok=True)
        raise
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
    """Now and the content's hash; a second later where the clock does not come after the newest id."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    taken = max((path.stem[:16] for path in (store / SNAPSHOTS).iterdir() if ID.fullmatch(path.stem)), default="")
    if now.strftime(_STAMP) <= taken:
        now = dt.datetime.strptime(taken, _STAMP).replace(tzinfo=dt.UTC) + dt.timedelta(seconds=1)
    return f"{now.strftime(_STAMP)}-{content[:8]}"


def _previous(store: Path) -> str | None:
    try:
        return named_by_current(store)
    except SnapshotRefused:
        return None


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
        "content_sha256": _content_sha256(connection),
    }


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  names of our own schema
    return int(row[0]) if row else 0


def _content_sha256(connection: duckdb.DuckDBPyConnection) -> str:
    digest = hashlib.sha256()
    for table, columns in TABLES.items():
        kept = ", ".join(column for column in columns if column not in NOT_CONTENT.get(table, ()))
        # Two independent sums over the rows' 64-bit hashes: neither depends on the order in which threads meet the rows.
        summary = connection.execute(
            f"SELECT count(*), bit_xor(row), sum(row) FROM (SELECT hash({kept}) AS row FROM {table})"  # noqa: S608  our own schema
        ).fetchone()
        digest.update(f"{table}({kept}){summary}".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _locked(store: Path) -> Iterator[None]:
    """The one writer of a store; the kernel lets go when the process ends, however it ends."""
    try:
        store.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(store / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"The store {store} cannot be written to ({error.strerror}); choose another with --store.") from error
    try:
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            raise StoreBusy(f"Another build into {store} is running; wait until it ends.") from None
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 -- exists only there

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 -- exists only there

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(store: Path) -> None:
    """Remove what killed builds left: their folder, temporary files, tables and quarantine that never got a manifest."""
    shutil.rmtree(store / BUILDING, ignore_errors=True)
    for folder in (store, store / SNAPSHOTS, store / QUARANTINE):
        for path in folder.glob(".*.tmp"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    named = _previous(store)
    for path in [*(store / SNAPSHOTS).glob("*.duckdb"), *(store / QUARANTINE).glob("*")]:
        identity = path.name.removesuffix(".duckdb")
        if ID.fullmatch(identity) and identity != named and not manifest_path(store, identity).exists():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
