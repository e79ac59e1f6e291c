"""Base tiles as a folder ``z/x/y.png`` (XYZ: ``y`` counts from the north)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dashboard.tiles.coverage import MOST_BYTES, MOST_ZOOM, Coverage, NotTiles, checked, corner

ENDINGS: Final = ("png", "jpg", "jpeg", "webp")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_FILE: Final = re.compile(rf"(0|[1-9][0-9]{{0,8}})\.(?:{'|'.join(ENDINGS)})")


class Folder:
    """A folder of tiles. Only files that really lie in it are read: links that lead out of it are not followed."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        zooms = sorted(int(folder.name) for folder in _numbered(self._root) if int(folder.name) <= MOST_ZOOM)
        zooms = [zoom for zoom in zooms if next(self._places(zoom), None) is not None]
        if not zooms:
            raise NotTiles(f"found a folder without such files; name the one that holds the zoom levels 0, 1, 2 … ({', '.join(ENDINGS)})")
        least = zooms[0]
        places = list(self._places(least))
        west, north = corner(least, min(x for x, _ in places), min(y for _, y in places))
        east, south = corner(least, max(x for x, _ in places) + 1, max(y for _, y in places) + 1)
        self.coverage = Coverage(least, zooms[-1], checked((west, south, east, north)))

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """One tile; None where there is none, where it is too large, and where it lies elsewhere."""
        for ending in ENDINGS:
            path = self._root / str(z) / str(x) / f"{y}.{ending}"
            if path.is_file() and path.resolve().is_relative_to(self._root) and path.stat().st_size <= MOST_BYTES:
                return path.read_bytes()
        return None

    def state(self) -> Iterator[str]:
        """What changes with the tiles: names and times of the folders (a picture written over in its place changes neither)."""
        for zoom in (self._root, *_numbered(self._root)):
            yield f"{zoom.name} {zoom.stat().st_mtime_ns}"
            yield from (f"{column.name} {column.stat().st_mtime_ns}" for column in _numbered(zoom))

    def _places(self, zoom: int) -> Iterator[tuple[int, int]]:
        """Column and row of every tile of a zoom level."""
        for column in _numbered(self._root / str(zoom)):
            for found in map(_FILE.fullmatch, sorted(path.name for path in column.iterdir())):
                if found is not None:
                    yield int(column.name), int(found[1])


def _numbered(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _NUMBER.fullmatch(path.name) and path.is_dir())
