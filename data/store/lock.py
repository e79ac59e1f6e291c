"""Who may write into a store: one builder at a time, and for moments only whoever pins or removes.

The kernel lets go of both locks when the process ends, however it ends, so a killed builder never blocks the next.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data.errors import StoreBusy, StoreError

LOCK: Final = ".lock"
KEEPING_LOCK: Final = ".keeping.lock"
PATIENCE_S: Final = 20.0
"""How long a pin waits for a removal that is under way, which takes milliseconds."""


@contextlib.contextmanager
def locked(store: Path) -> Iterator[None]:
    """Be the one who builds, rolls back or retires; the folder is made where it does not exist.

    Raises
    ------
    StoreBusy
        Another process does one of these.
    StoreError
        The store cannot be written to.
    """
    with _held(store, LOCK) as descriptor:
        if not _lock(descriptor, store):
            raise StoreBusy(f"Another build into {store} is running; wait until it ends.")
        yield


@contextlib.contextmanager
def keeping(store: Path) -> Iterator[None]:
    """Hold still what is kept: pins come and snapshots go only inside.

    Raises
    ------
    StoreBusy
        Somebody holds it for longer than :data:`PATIENCE_S`.
    StoreError
        The store cannot be written to.
    """
    with _held(store, KEEPING_LOCK) as descriptor:
        until = time.monotonic() + PATIENCE_S
        while not _lock(descriptor, store):
            if time.monotonic() > until:
                raise StoreBusy(f"Snapshots of {store} are being retired; try again in a minute.")
            time.sleep(0.01)
        yield


@contextlib.contextmanager
def _held(store: Path, name: str) -> Iterator[int]:
    try:
        store.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(store / name, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"The store {store} cannot be written to ({error.strerror}); choose another with --store.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, store: Path) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 -- exists only there

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 -- exists only there

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:  # some network shares
        raise StoreError(f"The disk of the store {store} cannot lock files ({error.strerror}); keep the store on a local disk.") from error
    return True
