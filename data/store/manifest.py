"""Manifests: what a snapshot file must be, and the check that it is.

``snapshots/<id>.json`` stands beside ``snapshots/<id>.duckdb``. A file made of two generations opens in DuckDB without an
error and answers wrongly, so nothing is opened before its whole content was hashed against its manifest. The manifest
itself ends with a seal, ``manifest_sha256``: the hash of its own bytes with the seal written as zeros.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from data.errors import NoSnapshot, SnapshotRefused, SnapshotRetired
from data.schema import SCHEMA_VERSION
from data.store.disk import content, file_sha256, replace_text
from data.store.history import retirement
from data.store.layout import CURRENT, ID, database_path, identities, manifest_path

SENTENCE_LIMIT: Final = 80
"""How much of a foreign value an error repeats."""
CURRENT_LIMIT: Final = 1000
MANIFEST_LIMIT: Final = 64_000_000
"""Bytes; whatever is larger was not written by us and is not read into memory."""
_REMEDY: Final = "Roll back or publish again."
_UNSEALED: Final = f"Snapshot {{}} is refused: its manifest is not as it was written. {_REMEDY}"
_NO_SEAL: Final = "0" * 64
_SEAL: Final = re.compile(rb'"manifest_sha256": "([0-9a-f]{64})"\n\}\n\Z')


def named_by_current(store: Path) -> str | None:
    """The id in force; None where nothing was ever published.

    Raises
    ------
    SnapshotRefused
        ``CURRENT`` cannot be read or holds no id.
    """
    try:
        text = content(store / CURRENT, CURRENT_LIMIT).decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotRefused(f"{store / CURRENT} cannot be read ({type(error).__name__}); publish again or roll back.") from error
    if not ID.fullmatch(text.strip()):
        raise SnapshotRefused(f"{store / CURRENT} does not hold the id of a snapshot; publish again or roll back.")
    return text.strip()


def read_manifest(store: Path, identity: str) -> dict[str, Any]:
    """A manifest exactly as it was written.

    Raises
    ------
    NoSnapshot
        The store has no snapshot of this id, or no longer (:class:`SnapshotRetired`), or this is no id.
    SnapshotRefused
        The manifest cannot be read, is that of another snapshot, or was changed.
    """
    manifest, is_sealed = _read(store, identity)
    if not is_sealed:
        raise SnapshotRefused(_UNSEALED.format(identity))
    return manifest


def verified(store: Path, identity: str) -> dict[str, Any]:
    """The manifest of a snapshot whose file is exactly what was published.

    Raises
    ------
    NoSnapshot
        The store has no such snapshot.
    SnapshotRefused
        Manifest, path, schema, size or hash is wrong; the sentence says which.
    """
    manifest, is_sealed = _read(store, identity)
    if manifest.get("schema_version") != SCHEMA_VERSION:
        found = str(manifest.get("schema_version"))[:SENTENCE_LIMIT]
        raise SnapshotRefused(
            f"Snapshot {identity} has schema {found}, this release reads {SCHEMA_VERSION}. Build it again, "
            "or start the release that wrote it."
        )
    if not is_sealed:
        raise SnapshotRefused(_UNSEALED.format(identity))
    path = database_path(store, identity)
    if manifest.get("path") != path.name or path.is_symlink() or not path.is_file():
        raise SnapshotRefused(f"Snapshot {identity} is refused: its manifest names no file of its own in the store. {_REMEDY}")
    try:
        before = path.stat()
        if manifest.get("size") != before.st_size:
            raise SnapshotRefused(f"Snapshot {identity} is refused: its file has {before.st_size} bytes, not those published. {_REMEDY}")
        if manifest.get("sha256") != file_sha256(path) or _moved(before, path.stat()):
            raise SnapshotRefused(f"Snapshot {identity} is refused: its file is not the one published (sha256). {_REMEDY}")
    except OSError as error:
        raise SnapshotRefused(f"Snapshot {identity} cannot be read ({error.strerror}). {_REMEDY}") from error
    return manifest


def manifests(store: Path) -> list[dict[str, Any]]:
    """All manifests that can be read, newest first; one that was changed has the sentence about it as ``refused``."""
    found = []
    for identity in sorted(identities(store), reverse=True):
        try:
            manifest, is_sealed = _read(store, identity)
        except (NoSnapshot, SnapshotRefused):
            continue
        found.append(manifest if is_sealed else {**manifest, "refused": _UNSEALED.format(identity)})
    return found


def _read(store: Path, identity: str) -> tuple[dict[str, Any], bool]:
    """A manifest and whether its seal is whole."""
    if not ID.fullmatch(identity):
        raise NoSnapshot(f"{identity[:SENTENCE_LIMIT]!r} is not the id of a snapshot; `list` shows those of the store.")
    path = manifest_path(store, identity)
    try:
        if path.is_symlink():
            raise SnapshotRefused(f"The manifest of snapshot {identity} is a link, not a file. {_REMEDY}")
        written = content(path, MANIFEST_LIMIT)
        manifest = json.loads(written)
    except FileNotFoundError:
        raise _missing(store, identity) from None
    except (OSError, ValueError, RecursionError) as error:
        raise SnapshotRefused(f"The manifest of snapshot {identity} cannot be read ({type(error).__name__}). {_REMEDY}") from error
    if not isinstance(manifest, dict) or manifest.get("id") != identity:
        raise SnapshotRefused(f"The manifest of snapshot {identity} is not its own. {_REMEDY}")
    found = _SEAL.search(written)
    if found is None:
        return manifest, False
    unsealed = written[: found.start(1)] + _NO_SEAL.encode() + written[found.end(1) :]
    return manifest, hashlib.sha256(unsealed).hexdigest().encode() == found[1]


def _missing(store: Path, identity: str) -> NoSnapshot:
    line = retirement(store, identity)
    if line is None:
        return NoSnapshot(f"The store has no snapshot {identity}; `list` shows those it has.")
    why = f" ({line['why']})" if "why" in line else ""
    return SnapshotRetired(f"Snapshot {identity} was retired on {str(line['at'])[:10]}{why}; `list` shows those that are kept.")


def _moved(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns)


def write_manifest(store: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest beside its file, sealed, whole or not at all."""
    text = json.dumps({**manifest, "manifest_sha256": _NO_SEAL}, ensure_ascii=False, indent=2) + "\n"
    unsealed = text.encode("utf-8", "replace")  # a file name may hold bytes that are no text
    ending = f'"{_NO_SEAL}"\n}}\n'.encode()
    seal = f'"{hashlib.sha256(unsealed).hexdigest()}"\n}}\n'.encode()
    replace_text(manifest_path(store, str(manifest["id"])), (unsealed.removesuffix(ending) + seal).decode())
