"""Faults of the disk while a store is written, as sentences that say what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb

from data.errors import SnapshotRefused, StoreError, StoreFull
from data.store.layout import database_path
from data.store.manifest import named_by_current

FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
FULL_WORDS: Final = ("No space left", "File too large", "quota exceeded", "max_temp_directory_size", "not enough space", "disk full")
OF_THE_DISK: Final = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException)
_GB: Final = 1e9


@contextlib.contextmanager
def told(store: Path, outcome: str = "Nothing was published.") -> Iterator[None]:
    """Turn faults of the store's disk into sentences; every other error passes.

    Parameters
    ----------
    outcome
        What is true after the fault, as a sentence.

    Raises
    ------
    StoreFull
        No space is left, a quota or a limit on file size is reached.
    StoreError
        The folder cannot be written to, or DuckDB cannot go on.
    """
    try:
        yield
    except OSError as error:
        if _is_full(error):
            raise StoreFull(full_sentence(store, outcome)) from error
        if isinstance(error, shutil.Error) or (error.errno is not None and _is_inside(store, error)):
            reason = error.strerror or "files could not be moved"
            remedy = "Correct the folder's rights or disk, or name another store."
            raise StoreError(f"The store {store} cannot be written to ({reason}). {outcome} {remedy}") from error
        raise
    except duckdb.Error as error:
        text = str(error)
        if any(words.lower() in text.lower() for words in FULL_WORDS):
            raise StoreFull(full_sentence(store, outcome)) from error
        if not isinstance(error, OF_THE_DISK):
            raise
        reason = " ".join(text.split("\n", 1)[0].split())[:200]
        raise StoreError(f"DuckDB could not go on ({reason}). {outcome}") from error


def full_sentence(store: Path, outcome: str) -> str:
    """What is free, what a build takes, what to do."""
    return (
        f"No space is left for the store {store}: {_free(store)} free, a build takes about {_gb(_needed(store))}. {outcome} "
        "Free space there, run `retire`, set QUANYU_STORE_MAX_GB lower or name another store."
    )


def _is_full(error: OSError) -> bool:
    if isinstance(error, shutil.Error):  # a list of what went wrong file by file
        return any(words in str(error) for words in FULL_WORDS)
    return error.errno in FULL


def _is_inside(store: Path, error: OSError) -> bool:
    names = [name for name in (error.filename, error.filename2) if isinstance(name, str | bytes | os.PathLike)]
    if not names:
        return error.errno in {errno.EROFS, errno.EIO}
    return any(Path(os.fsdecode(name)).absolute().is_relative_to(store.absolute()) for name in names)


def _free(store: Path) -> str:
    try:
        return _gb(shutil.disk_usage(store).free)
    except OSError:
        return "unknown how much is"


def _needed(store: Path) -> int:
    """Bytes: the new snapshot and what is spilled while it is made, about twice the one in force."""
    with contextlib.suppress(OSError, SnapshotRefused):
        identity = named_by_current(store)
        if identity is not None:
            return 2 * database_path(store, identity).stat().st_size + 50_000_000
    return 500_000_000


def _gb(size: int) -> str:
    return f"{size / _GB:.2f} GB"
