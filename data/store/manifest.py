"""Manifests: what a snapshot file must be, and the check that it is.

``snapshots/<id>.json`` stands beside ``snapshots/<id>.duckdb``. A file made of two generations opens in DuckDB without an
error and answers wrongly, so nothing is opened before its whole content was hashed against its manifest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from data.errors import NoSnapshot, SnapshotRefused
from data.schema import SCHEMA_VERSION

ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]{8}")
CURRENT: Final = "CURRENT"
SNAPSHOTS: Final = "snapshots"
QUARANTINE: Final = "quarantine"
SENTENCE_LIMIT: Final = 80
"""How much of a foreign value an error repeats."""


def database_path(store: Path, identity: str) -> Path:
    """Where a snapshot's tables are."""
    return store / SNAPSHOTS / f"{identity}.duckdb"


def manifest_path(store: Path, identity: str) -> Path:
    """Where a snapshot's manifest is."""
    return store / SNAPSHOTS / f"{identity}.json"


def named_by_current(store: Path) -> str | None:
    """The id in force; None where nothing was ever published.

    Raises
    ------
    SnapshotRefused
        ``CURRENT`` cannot be read or holds no id.
    """
    try:
        text = (store / CURRENT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotRefused(f"{store / CURRENT} cannot be read ({type(error).__name__}); publish again.") from error
    if not ID.fullmatch(text.strip()):
        raise SnapshotRefused(f"{store / CURRENT} does not hold the id of a snapshot; publish again.")
    return text.strip()


def read_manifest(store: Path, identity: str) -> dict[str, Any]:
    """A manifest as it was written.

    Raises
    ------
    NoSnapshot
        The store has no snapshot of this id, or this is no id.
    SnapshotRefused
        The manifest cannot be read or is that of another snapshot.
    """
    if not ID.fullmatch(identity):
        raise NoSnapshot(f"{identity[:SENTENCE_LIMIT]!r} is not the id of a snapshot; `list` shows those of the store.")
    path = manifest_path(store, identity)
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise NoSnapshot(f"The store has no snapshot {identity}; `list` shows those it has.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SnapshotRefused(f"The manifest of snapshot {identity} cannot be read ({type(error).__name__}); publish again.") from error
    if not isinstance(manifest, dict) or manifest.get("id") != identity:
        raise SnapshotRefused(f"The manifest of snapshot {identity} is not its own; publish again.")
    return manifest


def verified(store: Path, identity: str) -> dict[str, Any]:
    """The manifest of a snapshot whose file is exactly what was published.

    Raises
    ------
    NoSnapshot
        The store has no such snapshot.
    SnapshotRefused
        Path, schema, size or hash is wrong; the sentence says which.
    """
    manifest = read_manifest(store, identity)
    path = database_path(store, identity)
    if manifest.get("path") != path.name or path.is_symlink() or not path.is_file():
        raise SnapshotRefused(f"Snapshot {identity} is refused: its manifest names no file of its own in the store. Publish again.")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        found = str(manifest.get("schema_version"))[:SENTENCE_LIMIT]
        raise SnapshotRefused(f"Snapshot {identity} has schema {found}, this release reads {SCHEMA_VERSION}. Build it again.")
    try:
        size = path.stat().st_size
        if manifest.get("size") != size:
            raise SnapshotRefused(f"Snapshot {identity} is refused: its file has {size} bytes, not those published. Publish again.")
        if manifest.get("sha256") != file_sha256(path):
            raise SnapshotRefused(f"Snapshot {identity} is refused: its file is not the one published (sha256). Publish again.")
    except OSError as error:
        raise SnapshotRefused(f"Snapshot {identity} cannot be read ({error.strerror}); publish again.") from error
    return manifest


def manifests(store: Path) -> list[dict[str, Any]]:
    """All readable manifests, newest first."""
    found = []
    for path in sorted((store / SNAPSHOTS).glob("*.json"), reverse=True):
        with contextlib.suppress(NoSnapshot, SnapshotRefused):
            found.append(read_manifest(store, path.stem))
    return found


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(store: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest beside its file, whole or not at all."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    replace_text(manifest_path(store, str(manifest["id"])), text)


def replace_text(path: Path, text: str) -> None:
    """Write a file so that whoever reads it, whenever a crash comes, sees the old or the new text, never a part."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, survive a power cut."""
    if sys.platform == "win32" and path.is_dir():
        return  # Windows has no handle on a folder's entries
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
