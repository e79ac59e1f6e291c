"""Where areas lie to what was drawn, so that only events near an edge are looked at one by one."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from data.index.compiled import compiled
from data.index.rows import Floats, Spans, within

MARGIN: Final = 1e-9
"""Degrees: nearer to an edge than this, an area is looked at event by event."""
INSIDE, OUTSIDE, MAPPED_INSIDE, ACROSS = 0, 1, 2, 3


@compiled
def drawn(extents: Floats, box: Floats, ring: Floats) -> npt.NDArray[np.uint8]:
    """Of each area, whether its events lie in box and ring: all (INSIDE), none (OUTSIDE), those with a position, or some (ACROSS).

    Only where no edge comes near do all of an area's events lie on one side, however the arithmetic rounds. ``extents`` as from
    :func:`extents_of`; ``box`` holds the ring; a ring without edges is none.
    """
    found = np.full(len(extents), OUTSIDE, np.uint8)
    for area in range(len(extents)):
        west, south, east, north, is_full = extents[area]
        if west > box[2] or east < box[0] or south > box[3] or north < box[1]:
            continue
        is_across = west < box[0] or east > box[2] or south < box[1] or north > box[3]
        for edge in range(len(ring)):
            if not is_across:
                is_across = _is_near(ring[edge], west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN)
        if is_across:
            found[area] = ACROSS
        elif len(ring) == 0 or within((west + east) / 2, (south + north) / 2, ring):
            found[area] = INSIDE if is_full == 1.0 else MAPPED_INSIDE
    return found


@compiled
def _is_near(edge: Floats, west: float, south: float, east: float, north: float) -> bool:
    """Whether an edge may meet a box: their own boxes meet, and the box does not lie on one side of the edge's line."""
    x1, y1, x2, y2 = edge[0], edge[1], edge[2], edge[3]
    if max(x1, x2) < west or min(x1, x2) > east or max(y1, y2) < south or min(y1, y2) > north:
        return False
    dx, dy = x2 - x1, y2 - y1
    low, high = dx * (south - y1), dx * (north - y1)
    left, right = dy * (west - x1), dy * (east - x1)
    return bool(min(low, high) - max(left, right) <= 0.0 <= max(low, high) - min(left, right))


@compiled
def extents_of(starts: Spans, lon: Floats, lat: Floats) -> Floats:
    """West, south, east, north of each area's events, and 1 where every one of them has a position."""
    found = np.empty((len(starts) - 1, 5), np.float64)
    for area in range(len(starts) - 1):
        west, south, east, north, is_full = np.inf, np.inf, -np.inf, -np.inf, 1.0
        for i in range(starts[area], starts[area + 1]):
            if np.isnan(lon[i]):
                is_full = 0.0
            else:
                west, east = min(west, lon[i]), max(east, lon[i])
                south, north = min(south, lat[i]), max(north, lat[i])
        found[area, 0], found[area, 1], found[area, 2], found[area, 3], found[area, 4] = west, south, east, north, is_full
    return found
