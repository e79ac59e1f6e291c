"""Base tiles as one PMTiles file (version 3, https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md), raster only.

A tile's id is its place on a Hilbert curve, levels one after another; directories say where the ids lie in the file.
"""

from __future__ import annotations

import bisect
import functools
import html
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from dashboard.tiles.coverage import MOST_BYTES, MOST_ZOOM, Coverage, NotTiles, checked

MAGIC: Final = b"PMTiles"
KEPT: Final = 64
"""Directories kept read."""
MOST_DEPTH: Final = 4
MOST_DIRECTORY: Final = 64 << 20
HEADER: Final = struct.Struct("<7sB11Q6B4i")
NONE, GZIP = 1, 2
VECTOR: Final = (1, 6)
RASTER: Final = (2, 3, 4)
_MARKUP: Final = re.compile(r"<[^>]*>")


class Entry(NamedTuple):
    """Where ``run`` tiles from ``first`` on lie, all the same; a run of 0 names a further directory."""

    first: int
    run: int
    offset: int
    length: int


class Pmtiles:
    """A PMTiles file. It is opened for every read; directories are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        with self._path.open("rb") as file:
            head = file.read(HEADER.size)
        if len(head) < HEADER.size:
            raise NotTiles("found a PMTiles file that is cut off; copy it again")
        _, version, *places = HEADER.unpack(head)
        (root, root_length, about, about_length, self._leaves, _, self._data, *_) = places[:11]
        _, self._inner, outer, kind, least, most, *degrees = places[11:]
        if version != 3:
            raise NotTiles(f"found PMTiles of version {version}; convert it to version 3 (pmtiles convert)")
        if kind in VECTOR:
            raise NotTiles("found vector tiles; only pictures are drawn: export raster tiles (PNG, JPEG or WebP)")
        if kind not in RASTER or outer not in (0, NONE) or self._inner not in (NONE, GZIP):
            raise NotTiles("found PMTiles of a kind or compression that is not read; write PNG, JPEG or WebP, directories as gzip or plain")
        if not 0 <= least <= most <= MOST_ZOOM:
            raise NotTiles(f"found zoom levels from {least} to {most}; they go from 0 to {MOST_ZOOM}")
        self._directory = functools.lru_cache(maxsize=KEPT)(self._read_directory)
        self._root = (root, root_length)
        try:
            is_empty = not self._directory(*self._root)
            said = json.loads(self._plain(about, about_length)) if about_length else {}
        except ValueError as error:
            raise NotTiles(f"found a PMTiles file that is damaged ({error}); copy or export it again") from error
        if is_empty:
            raise NotTiles("found PMTiles without a tile; export it again")
        west, south, east, north = (number / 1e7 for number in degrees)
        credit = said.get("attribution", "") if isinstance(said, dict) else ""
        self.coverage = Coverage(
            least,
            most,
            checked((west, south, east, north)),
            html.unescape(_MARKUP.sub("", credit)).strip() if isinstance(credit, str) else "",
        )

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """One tile; None where there is none or it is too large."""
        wanted, place = tile_id(z, x, y), self._root
        for _ in range(MOST_DEPTH):
            entries = self._directory(*place)
            at = bisect.bisect_right(entries, wanted, key=lambda entry: entry.first) - 1
            if at < 0:
                return None
            found = entries[at]
            if found.run:
                is_tile = wanted < found.first + found.run and found.length <= MOST_BYTES
                return self._bytes(self._data + found.offset, found.length) if is_tile else None
            place = (self._leaves + found.offset, found.length)
        raise ValueError("directories lie too deep")

    def _bytes(self, offset: int, length: int) -> bytes:
        if offset > 1 << 62:
            raise ValueError("it points outside itself")
        with self._path.open("rb") as file:
            file.seek(offset)
            found = file.read(length)
        if len(found) != length:
            raise ValueError("it is cut off")
        return found

    def _plain(self, offset: int, length: int) -> bytes:
        """A directory or the metadata, unpacked within bounds."""
        if length > MOST_DIRECTORY:
            raise ValueError("a directory is too large")
        raw = self._bytes(offset, length)
        if self._inner == NONE:
            return raw
        unpacking = zlib.decompressobj(wbits=31)
        try:
            plain = unpacking.decompress(raw, MOST_DIRECTORY)
        except zlib.error as error:
            raise ValueError("a directory cannot be unpacked") from error
        if not unpacking.eof:
            raise ValueError("a directory is cut off or too large")
        return plain

    def _read_directory(self, offset: int, length: int) -> tuple[Entry, ...]:
        numbers = _numbers(self._plain(offset, length))
        count = numbers[0] if numbers else 0
        if len(numbers) != 1 + 4 * count:
            raise ValueError("a directory does not hold what it says")
        steps, runs, lengths, offsets = (numbers[1 + part * count : 1 + (part + 1) * count] for part in range(4))
        entries: list[Entry] = []
        first = 0
        for step, run, size, written in zip(steps, runs, lengths, offsets, strict=True):
            first += step
            # 0: right after the entry before; else one more than the offset
            after = entries[-1].offset + entries[-1].length if entries and not written else written - 1
            if after < 0:
                raise ValueError("a directory does not hold what it says")
            entries.append(Entry(first, run, after, size))
        return tuple(entries)


def tile_id(z: int, x: int, y: int) -> int:
    """The tile's place: all tiles of the levels above, then along the Hilbert curve of its own."""
    found = ((1 << 2 * z) - 1) // 3
    for level in range(z - 1, -1, -1):
        side = 1 << level
        right, low = int(bool(x & side)), int(bool(y & side))
        found += ((3 * right) ^ low) << 2 * level
        if not low:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
    return found


def _numbers(plain: bytes) -> list[int]:
    """Whole numbers of seven bits a byte, the lowest first."""
    found: list[int] = []
    number = shift = 0
    for byte in plain:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 63:
                raise ValueError("a directory does not hold what it says")
        else:
            found.append(number)
            number = shift = 0
    if shift:
        raise ValueError("a directory is cut off")
    return found
