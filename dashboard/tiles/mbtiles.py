"""Base tiles as one MBTiles file: SQLite with the tables ``metadata`` and ``tiles``, rows counted from the south (MBTiles 1.3)."""

from __future__ import annotations

import contextlib
import html
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dashboard.tiles.coverage import MOST_BYTES, MOST_ZOOM, Bounds, Coverage, NotTiles, checked, picture_type

MAGIC: Final = b"SQLite format 3\0"
_MARKUP: Final = re.compile(r"<[^>]*>")


class Mbtiles:
    """An MBTiles file. Every read has a connection of its own, which cannot write and takes no lock."""

    def __init__(self, path: Path) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            said = {str(name): str(value) for name, value in self._rows("SELECT name, value FROM metadata")}
            first = self._rows("SELECT tile_data FROM tiles LIMIT 1")
            ((least, most),) = self._rows("SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)")
        except sqlite3.Error as error:
            raise NotTiles(f"found an SQLite file that is not MBTiles or is damaged ({error}); export it again") from error
        if said.get("format") in ("pbf", "mvt"):
            raise NotTiles("found vector tiles; only pictures are drawn: export raster tiles (PNG, JPEG or WebP)")
        if not first:
            raise NotTiles("found MBTiles without a tile; export it again")
        if not isinstance(first[0][0], bytes) or picture_type(first[0][0]) is None:
            raise NotTiles("found tiles that are not PNG, JPEG or WebP (vector tiles, perhaps); export raster tiles")
        if not (isinstance(least, int) and isinstance(most, int) and 0 <= least <= most <= MOST_ZOOM):
            raise NotTiles(f"found zoom levels from {least} to {most}; they go from 0 to {MOST_ZOOM}")
        self.coverage = Coverage(least, most, _bounds(said), html.unescape(_MARKUP.sub("", said.get("attribution", ""))).strip())

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """One tile; None where there is none or it is too large."""
        rows = self._rows(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? AND length(tile_data) <= ?",
            (z, x, (1 << z) - 1 - y, MOST_BYTES),
        )
        return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None

    def _rows(self, sql: str, values: tuple[int, ...] = ()) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self._address, uri=True)) as connection:
            return connection.execute(sql, values).fetchall()


def _bounds(said: Mapping[str, str]) -> Bounds | None:
    try:
        west, south, east, north = map(float, said.get("bounds", "").split(","))
    except ValueError:
        return None
    return checked((west, south, east, north))
