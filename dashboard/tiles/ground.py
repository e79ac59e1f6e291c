"""The base tiles of one installation, whatever kind they are."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboard.tiles.coverage import Coverage, NotTiles, Tiles, picture_type
from dashboard.tiles.folder import Folder
from dashboard.tiles.mbtiles import MAGIC as SQLITE
from dashboard.tiles.mbtiles import Mbtiles
from dashboard.tiles.pmtiles import MAGIC as PMTILES
from dashboard.tiles.pmtiles import Pmtiles
from data.errors import ConfigError
from data.settings import PREFIX

FILES: Final[dict[bytes, Callable[[Path], Tiles]]] = {SQLITE: Mbtiles, PMTILES: Pmtiles}
"""Kinds of files by their first bytes; the name says nothing."""
FAULTS: Final = (OSError, ValueError, sqlite3.Error)
"""What reading a tile raises where the file or folder is damaged or has gone."""


@dataclass(frozen=True)
class Ground:
    """Opened base tiles.

    Attributes
    ----------
    id
        Changes with the tiles; part of their addresses, which browsers keep for good.
    attribution
        Whose they are, as plain text.
    """

    id: str
    tiles: Tiles
    attribution: str

    @property
    def coverage(self) -> Coverage:
        """Where there are tiles."""
        return self.tiles.coverage

    def picture(self, z: int, x: int, y: int) -> tuple[bytes, str] | None:
        """A tile and its content type; None where there is none, or something that is no picture."""
        coverage = self.coverage
        if not (coverage.least_zoom <= z <= coverage.most_zoom and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        content = self.tiles.read(z, x, y)
        kind = None if content is None else picture_type(content)
        return None if content is None or kind is None else (content, kind)

    def drawn(self) -> dict[str, Any]:
        """What the map's script needs to know: address, zoom levels, bounds (south-west, north-east), attribution."""
        bounds = self.coverage.bounds
        return {
            "address": f"/tiles/{self.id}/{{z}}/{{x}}/{{y}}",
            "least": self.coverage.least_zoom,
            "most": self.coverage.most_zoom,
            "bounds": None if bounds is None else [[bounds[1], bounds[0]], [bounds[3], bounds[2]]],
            "attribution": self.attribution,
        }


def opened(path: Path, attribution: str = "") -> Ground:
    """The base tiles at a path.

    Parameters
    ----------
    attribution
        Shown on the map; what the tiles say themselves unless given.

    Raises
    ------
    ConfigError
        There are none that could be drawn; the sentence says what was expected, what was found and what to do.
    """
    try:
        tiles, state = _opened(path)
    except NotTiles as fault:
        raise ConfigError(_sentence(path, str(fault))) from fault
    except OSError as error:
        raise ConfigError(_sentence(path, f"it cannot be read ({error.strerror}); correct the path or its permissions")) from error
    return Ground(hashlib.sha256(state.encode()).hexdigest()[:12], tiles, attribution.strip() or tiles.coverage.attribution)


def _opened(path: Path) -> tuple[Tiles, str]:
    place = str(path.resolve())
    if path.is_dir():
        folder = Folder(path)
        return folder, "\n".join((place, *folder.state()))
    with path.open("rb") as file:
        head = file.read(16)
    kind = next((kind for magic, kind in FILES.items() if head.startswith(magic)), None)
    if kind is None:
        raise NotTiles("found a file of another kind; name one of these, or convert it (pmtiles convert, gdal2tiles --xyz)")
    held = path.stat()
    return kind(path), f"{place} {held.st_size} {held.st_mtime_ns}"


def _sentence(path: Path, found: str) -> str:
    expected = "a folder z/x/y.png (jpg, webp), an MBTiles or a PMTiles file with pictures"
    return f"{PREFIX}TILES is {str(path)[:200]!r}: expected {expected}; {found}."
