"""The commands that check and publish an upload: the same that an operator types."""

from __future__ import annotations

import sys

from dashboard.desk.upload import Upload
from dashboard.desk.uploads import Uploads


def check(uploads: Uploads, upload: Upload) -> list[str]:
    """Read and check the file as its source would be; publish nothing."""
    return [*_data("check", uploads, upload), "--source", upload.source, *_named(upload)]


def publish(uploads: Uploads, upload: Upload) -> list[str]:
    """Publish the file as the delivery of its source."""
    return [*_data("take", uploads, upload), "--source", upload.source, "--mode", upload.mode, *_named(upload)]


def _data(command: str, uploads: Uploads, upload: Upload) -> list[str]:
    path = str(uploads.path(upload))
    return [sys.executable, "-m", "data", command, path, "--kind", upload.kind, "--store", str(uploads.store), "--json"]


def _named(upload: Upload) -> list[str]:
    level = ["--level", upload.level] if upload.level else []
    return [*level, *(part for field, header in upload.columns.items() for part in ("--column", f"{field}={header}"))]
