"""Files written whole or not at all, and read without trust."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
from pathlib import Path


def content(path: Path, limit: int) -> bytes:
    """A small regular file's bytes; never waits for a pipe, never fills the memory."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            found = file.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(found) > limit:
        raise OSError(errno.EFBIG, "too large")
    return found


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_text(path: Path, text: str) -> None:
    """Write a file so that whoever reads it, whenever a crash comes, sees the old or the new text, never a part."""
    for left in (2, 1, 0):
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if path.is_dir():  # not ours: out of the way, to be swept
                path.rename(path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp"))
            temporary.replace(path)
            break
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if not left or not isinstance(error, FileNotFoundError) or not path.parent.is_dir():
                raise  # else a build that began just now has swept it
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


def discard(path: Path) -> bool:
    """Remove a file or folder; a folder leaves its name first, so that no half of it is ever seen. Gives whether it is gone."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            if not path.name.startswith("."):
                path = path.rename(path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp"))
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return not path.exists()
