"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

StoreFolder = Annotated[Path, typer.Option("--store", envvar="QUANYU_STORE", help="Folder of the snapshots.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value, nothing else, on standard output.")]
DEFAULT_STORE: Final = Path("var/store")
