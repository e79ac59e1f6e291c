"""Files that people hand in: one folder each beside the store, readable by the server's user only, gone after a day.

The folder is the only memory: any process of the server can go on with an upload, and a restart loses none.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from dashboard.desk.upload import ID, Upload, UploadFault, file_name

FOLDER: Final = "uploads"
KEPT_S: Final = 24 * 3600
MOST: Final = 20
"""Uploads that may lie here at once; beyond it those that nobody touched for an hour go, the oldest first."""
TOUCHED_S: Final = 3600
CHUNK: Final = 1 << 20
SPARE_BYTES: Final = 256 << 20
"""Space that an upload must leave free on the disk."""
_SECRET: Final = ".secret"  # noqa: S105 -- the name of a file
_META: Final = "upload.json"


class Uploads:
    """The uploads of one store.

    Parameters
    ----------
    store
        The store's folder; uploads lie beside it.
    """

    def __init__(self, store: Path) -> None:
        self.store = store.absolute()
        self.folder = self.store.parent / FOLDER

    def token(self, now: dt.datetime | None = None) -> str:
        """What a page of this server must send with everything that writes; another one every day.

        Raises
        ------
        UploadFault
            The folder cannot be written to.
        """
        day = (now or dt.datetime.now(dt.UTC)).date().isoformat()
        return hmac.new(self._secret(), f"desk {day}".encode(), hashlib.sha256).hexdigest()

    def knows(self, token: str) -> bool:
        """Whether a token is today's or yesterday's."""
        now = dt.datetime.now(dt.UTC)
        given = token.encode("utf-8", "replace")
        return any([hmac.compare_digest(given, self.token(now - dt.timedelta(days=ago)).encode()) for ago in (0, 1)])  # noqa: C419 -- both, always

    def take(self, name: str, stream: IO[bytes], limit: int, *, expected: int | None = None) -> Upload:
        """Write a stream into a folder of its own.

        Parameters
        ----------
        limit
            Bytes; a longer stream is refused and leaves nothing.
        expected
            Bytes the sender announced; another number is refused.

        Raises
        ------
        UploadFault
            ``too_big``, ``cut``, ``empty``, ``too_many``, ``full``.
        """
        self.sweep()
        if sum(1 for _ in self._folders()) >= MOST:
            raise UploadFault("too_many", 429)
        identity = secrets.token_hex(16)
        folder = self.folder / identity
        try:
            if shutil.disk_usage(self._made()).free < (expected or 0) + SPARE_BYTES:
                raise UploadFault("full", 507)
            folder.mkdir(mode=0o700)
            upload = self._written(identity, folder, file_name(name), stream, limit)
            if expected is not None and upload.size != expected:
                raise UploadFault("cut", 400)
            if not upload.size:
                raise UploadFault("empty", 400)
            self.save(upload)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise UploadFault("full", 507) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return upload

    def _written(self, identity: str, folder: Path, name: str, stream: IO[bytes], limit: int) -> Upload:
        hashed, size = hashlib.sha256(), 0
        (folder / "file").mkdir(mode=0o700)
        descriptor = os.open(folder / "file" / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise UploadFault("too_big", 413)
                hashed.update(chunk)
                file.write(chunk)
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        return Upload(identity, name, size, hashed.hexdigest(), at=at)

    def find(self, identity: str) -> Upload:
        """An upload by its id.

        Raises
        ------
        UploadFault
            There is none, or no longer.
        """
        try:
            if not ID.fullmatch(identity):
                raise ValueError(identity)
            raw: dict[str, Any] = json.loads((self.folder / identity / _META).read_text(encoding="utf-8"))
            return Upload(**raw)
        except (OSError, ValueError, TypeError) as error:
            raise UploadFault("gone", 404) from error

    def save(self, upload: Upload) -> None:
        """Remember what is said about an upload; it appears at once and whole."""
        path = self.folder / upload.id / _META
        temporary = path.with_name(f"{_META}.{secrets.token_hex(4)}")
        temporary.write_text(json.dumps(asdict(upload), ensure_ascii=False), encoding="utf-8")
        temporary.replace(path)

    def path(self, upload: Upload) -> Path:
        """The file itself."""
        return self.folder / upload.id / "file" / upload.name

    def forget_file(self, upload: Upload) -> None:
        """Remove the file itself, which may hold personal data, and keep what became of it."""
        shutil.rmtree(self.path(upload).parent, ignore_errors=True)

    def work(self, upload: Upload) -> Path:
        """Where its attempts are kept."""
        return self.folder / upload.id

    def discard(self, identity: str) -> None:
        """Remove an upload and everything that was made of it."""
        if ID.fullmatch(identity):
            shutil.rmtree(self.folder / identity, ignore_errors=True)

    def sweep(self, now: float | None = None) -> None:
        """Remove what is older than a day, and what is too many and untouched for an hour."""
        now = time.time() if now is None else now
        ages = sorted(((now - _touched(folder), folder) for folder in self._folders()), reverse=True)
        for position, (age, folder) in enumerate(ages):
            if age > KEPT_S or (len(ages) - position >= MOST and age > TOUCHED_S):
                shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            yield from (path for path in self.folder.iterdir() if ID.fullmatch(path.name))

    def _made(self) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder

    def _secret(self) -> bytes:
        try:
            path = self._made() / _SECRET
            for _ in range(3):
                with contextlib.suppress(FileExistsError):
                    temporary = path.with_name(f"{_SECRET}.{secrets.token_hex(4)}")
                    if not path.exists():
                        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                        with open(descriptor, "wb") as file:
                            file.write(secrets.token_bytes(32))
                        try:
                            os.link(temporary, path)  # whoever is first wins, and nobody reads half of it
                        finally:
                            temporary.unlink()
                found = path.read_bytes()
                if len(found) == 32:
                    return found
                path.unlink()
        except OSError as error:
            raise UploadFault("full", 507) from error
        raise UploadFault("full", 507)


def _touched(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return time.time()
