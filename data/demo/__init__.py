"""A made-up district, written as department files, then built by the same road as real data."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Final

from data.demo.scale import SCALES
from data.demo.write import Progress, default_now, write_files

WRITING_SHARE: Final = 0.4
"""How much of a demo's time goes into writing its files, for the progress shown."""


def demo(
    scale: str = "district",
    seed: int = 1,
    out: Path | None = None,
    store: Path = Path("var/store"),
    progress: Progress | None = None,
    *,
    as_of: dt.datetime | None = None,
) -> str:
    """Write a made-up district and build it into a store; gives the id of the snapshot published.

    Parameters
    ----------
    out
        Where its department files go; without it they are written to a temporary folder and removed afterwards.
    as_of
        As in :func:`write_files`.

    Raises
    ------
    ConfigError
        There is no such scale.
    StoreError
        The store cannot be written, or nothing could be published.
    """
    from data.errors import StoreError  # noqa: PLC0415
    from data.store.build import build  # noqa: PLC0415

    tell = progress or (lambda _step, _share: None)
    with tempfile.TemporaryDirectory(prefix="quanyu-demo-") as scratch:
        config = write_files(out or Path(scratch), scale, seed, lambda step, share: tell(step, share * WRITING_SHARE), as_of=as_of)
        report = build(config, store, lambda step, share: tell(step, WRITING_SHARE + share * (1 - WRITING_SHARE)))
    if report.snapshot is None:
        raise StoreError("The demo's files were refused; run the build on them with --out to see its report.")
    return str(report.snapshot)


__all__ = ["SCALES", "Progress", "default_now", "demo", "write_files"]
