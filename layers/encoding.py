"""Geometry as short text: Web Mercator, whole steps, differences, five bits to a character.

A ring or a row of points becomes one text. Coordinates are counted in steps of ``Frame.step`` metres from the north-west
corner, x to the right and y *down*, so that a browser draws them with one scale and one shift and no trigonometry. Each
number is the difference to the one before it (zigzag, then groups of five bits, low first, as in encoded polylines).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

EARTH: Final = 6378137.0
"""Radius in metres of the sphere of Web Mercator (EPSG:3857)."""
STEPS: Final = 1 << 15
"""Steps across the longer side of a frame, at most."""
SMALLEST_STEP: Final = 0.5
"""Metres; finer than any boundary is known."""
_LATITUDE_LIMIT: Final = 85.0511287798

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def mercator(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Web Mercator metres of WGS 84 degrees; latitudes beyond ±85.05° are cut there, NaN stays."""
    x = np.radians(np.asarray(lon, dtype=float)) * EARTH
    cut = np.clip(np.asarray(lat, dtype=float), -_LATITUDE_LIMIT, _LATITUDE_LIMIT)
    y = np.arcsinh(np.tan(np.radians(cut))) * EARTH
    return x, y


@dataclass(frozen=True)
class Frame:
    """Where whole steps begin and how long one is.

    Attributes
    ----------
    x, y
        North-west corner in Web Mercator metres.
    step
        Metres (of Web Mercator) to a step.
    """

    x: float
    y: float
    step: float

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float) -> Frame:
        """The frame of a box in degrees."""
        (left, right), (bottom, top) = mercator([west, east], [south, north])
        return cls(float(left), float(top), max(SMALLEST_STEP, float(max(right - left, top - bottom)) / STEPS))

    def steps(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Ints:
        """Whole steps, shape (n, 2); degrees must be finite."""
        x, y = mercator(lon, lat)
        return np.column_stack([np.rint((x - self.x) / self.step), np.rint((self.y - y) / self.step)]).astype(np.int64)

    def json(self) -> dict[str, float]:
        """As sent: ``{"x", "y", "step"}``."""
        return {"x": round(float(self.x), 2), "y": round(float(self.y), 2), "step": float(self.step)}


def encoded(numbers: npt.ArrayLike) -> str:
    """Whole numbers below 2³⁰ in size as text of the characters ``?`` to ``~`` (without differences)."""
    flat = np.asarray(numbers, dtype=np.int64).ravel()
    if not len(flat):
        return ""
    return _characters(flat)[0].tobytes().decode("ascii")


def rows(steps: Ints, starts: Sequence[int] | Ints) -> list[str]:
    """One text per run of points.

    Parameters
    ----------
    steps
        Shape (n, 2).
    starts
        Index of each run's first point, ascending, the first 0. Differences begin anew at each.
    """
    begins = np.asarray(starts, dtype=np.int64)
    if not len(steps) or not len(begins):
        return [""] * len(begins)
    differences = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    differences[begins] = steps[begins]
    characters, widths = _characters(differences.ravel())
    text = characters.tobytes().decode("ascii")
    ends = np.concatenate([[0], np.cumsum(widths)])
    cuts = [*ends[begins * 2].tolist(), len(text)]
    return [text[low:high] for low, high in itertools.pairwise(cuts)]


def _characters(numbers: Ints) -> tuple[npt.NDArray[np.uint8], Ints]:
    """The characters of all numbers and how many each has."""
    zigzag = np.where(numbers < 0, ~(numbers << 1), numbers << 1)
    groups = np.stack([(zigzag >> shift) & 31 for shift in range(0, 35, 5)], axis=1)
    wide = np.maximum(1, 7 - np.argmax(groups[:, ::-1] != 0, axis=1))
    wide[zigzag == 0] = 1
    position = np.arange(7)
    more = position < (wide - 1)[:, None]
    used = position < wide[:, None]
    return ((groups | np.where(more, 32, 0)) + 63).astype(np.uint8)[used], wide


def rings(frame: Frame, shapes: npt.NDArray[Any]) -> list[str]:
    """One text per shape: its rings, outer and inner alike, separated by spaces; empty for None or nothing left.

    Points that fall on the step before them are left out, and so is the closing point. A ring with fewer than three
    points left is dropped.
    """
    import shapely  # noqa: PLC0415 — half of the import time of this package, only needed to send boundaries

    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    outlines, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(outlines, return_index=True)
    answer: list[list[str]] = [[] for _ in shapes]
    if not len(points):
        return [""] * len(shapes)
    steps = frame.steps(points[:, 0], points[:, 1])
    is_first = np.diff(ring_of_point, prepend=-1) != 0
    is_last = np.diff(ring_of_point, append=-1) != 0
    moved = np.any(np.diff(steps, axis=0, prepend=steps[:1]) != 0, axis=1)
    kept = (is_first | moved) & ~is_last
    # The last but one may equal the first after rounding; harmless, the ring is closed there.
    steps, ring_of_point = steps[kept], ring_of_point[kept]
    enough = np.bincount(ring_of_point, minlength=len(outlines)) >= 3
    kept = enough[ring_of_point]
    steps, ring_of_point = steps[kept], ring_of_point[kept]
    starts = np.flatnonzero(np.diff(ring_of_point, prepend=-1) != 0)
    for ring, text in zip(ring_of_point[starts], rows(steps, starts), strict=True):
        answer[shape_of_part[part_of_ring[ring]]].append(text)
    return [" ".join(texts) for texts in answer]
