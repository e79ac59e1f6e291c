"""What all kinds of base tiles have in common: where they reach, and how a picture is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

MOST_ZOOM: Final = 24
MOST_BYTES: Final = 8 << 20
"""Largest tile that is served."""
MOST_LATITUDE: Final = 85.06
"""Where the square of Web Mercator ends, rounded up."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class Coverage:
    """Where tiles are to be had.

    Attributes
    ----------
    least_zoom, most_zoom
        Whole zoom levels, inclusive.
    bounds
        Degrees of WGS 84 outside which there is no tile; None where that is not known.
    attribution
        As the tiles say it themselves, without markup; empty where they say nothing.
    """

    least_zoom: int
    most_zoom: int
    bounds: Bounds | None = None
    attribution: str = ""


class Tiles(Protocol):
    """Base tiles of one kind, opened read-only. Any number of threads may read at the same time."""

    @property
    def coverage(self) -> Coverage:
        """Where there are tiles."""

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """One tile as it lies there; ``y`` counts from the north. None where there is none.

        Raises
        ------
        OSError, ValueError, sqlite3.Error
            The file or folder is damaged or has gone.
        """


class NotTiles(Exception):
    """What is there cannot be served as base tiles. The text says what was found and what to do, as the end of a sentence."""


def picture_type(content: bytes) -> str | None:
    """Content type of a PNG, JPEG or WebP, by its first bytes; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def checked(bounds: Bounds) -> Bounds | None:
    """Bounds that can be: finite, west of east, south of north, cut to the world; else None."""
    west, south, east, north = bounds
    if not (all(map(math.isfinite, bounds)) and west < east and south < north and south < MOST_LATITUDE and north > -MOST_LATITUDE):
        return None
    return max(west, -180.0), max(south, -MOST_LATITUDE), min(east, 180.0), min(north, MOST_LATITUDE)


def corner(z: int, x: int, y: int) -> tuple[float, float]:
    """Longitude and latitude of a tile's north-western corner in Web Mercator."""
    across = 1 << z
    return x / across * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / across))))
