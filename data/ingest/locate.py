"""Which polygon a point lies in: exact, for millions of points.

A raster over all polygons holds, for every cell that no boundary passes through, the one answer for all its points;
cells that a boundary passes through hold a list of candidates, and only their points are put to Shapely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NOWHERE: Final = -1
CELLS_PER_POLYGON: Final = 16_384
CELLS_RANGE: Final = (2**16, 2**22)
CHUNK: Final = 2**20
"""Points looked at together; bounds the memory beside the raster to about 50 MB."""
_PAD: Final = 1e-6
"""In cells: far above rounding (1e-12), so no boundary is missed, far below what costs time."""


class Locator:
    """Finds the polygon that holds each point.

    A point on a boundary, or in several polygons that overlap, belongs to the one with the lowest id.

    Parameters
    ----------
    polygons
        Valid Polygons or MultiPolygons; None and empty ones hold nothing.
    ids
        One id per polygon, at least 0 and below 2³¹.
    cells
        About how many cells the raster has, 4 bytes each; chosen from the number of polygons unless given.
    """

    def __init__(self, polygons: Sequence[Any], ids: npt.ArrayLike, *, cells: int | None = None) -> None:
        shapes = np.asarray(polygons, dtype=object)
        numbers = np.asarray(ids, dtype=np.int64)
        if shapes.shape != numbers.shape:
            raise ValueError(f"Expected one id per polygon, found {len(shapes)} polygons and {len(numbers)} ids.")
        usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        order = np.argsort(numbers[usable], kind="stable")
        self._ids = numbers[usable][order].astype(np.int32)
        self._shapes = shapes[usable][order]
        shapely.prepare(self._shapes)
        if len(self._shapes):
            low, high = CELLS_RANGE
            self._lay_grid(cells or min(max(CELLS_PER_POLYGON * len(self._shapes), low), high))
            self._fill()

    def locate(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Ids of the polygons that hold the points; -1 where none does or a coordinate is NaN."""
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        answer = np.full(len(x), NOWHERE, dtype=np.int32)
        if len(self._shapes):
            for start in range(0, len(x), CHUNK):
                part = slice(start, start + CHUNK)
                answer[part] = self._locate(x[part], y[part])
        return answer

    def _lay_grid(self, cells: int) -> None:
        west, south, east, north = shapely.total_bounds(self._shapes)
        width, height = max(east - west, 1e-9), max(north - south, 1e-9)
        self._columns = int(np.clip(np.sqrt(cells * width / height), 1, cells))
        self._rows = max(cells // self._columns, 1)
        # A margin of one part in a million keeps points of the outermost edges inside the raster.
        self._west, self._south = west - width * 1e-6, south - height * 1e-6
        self._per_lon = self._columns / (width * (1 + 2e-6))
        self._per_lat = self._rows / (height * (1 + 2e-6))

    def _fill(self) -> None:
        """Number the cells: rank of the polygon, -1 nothing, -2 - k the k-th cell with candidates."""
        count = len(self._shapes)
        pairs = [_distinct(np.concatenate(list(self._edge_cells())))]
        edge_cells = _distinct(pairs[0] // count)
        raster = np.full(self._rows * self._columns, NOWHERE, dtype=np.int32)
        raster[edge_cells] = -2 - np.arange(len(edge_cells), dtype=np.int32)
        for cells, rank in self._covered_centres():
            # A polygon meets an edge cell with an edge, or covers it and so its centre.
            is_edge = raster[cells] < NOWHERE
            pairs.append(cells[is_edge] * count + rank[is_edge])
            raster[cells[~is_edge]] = rank[~is_edge]
        self._raster = raster
        cell, self._candidates = np.divmod(_distinct(np.concatenate(pairs)), count)
        self._offsets = np.searchsorted(cell, np.append(edge_cells, np.iinfo(np.int64).max))

    def _segments(self) -> tuple[Floats, Floats, Ints, Ints]:
        """Vertices in cells, the first vertex of every segment, and the rank each vertex belongs to."""
        parts, part_rank = shapely.get_parts(self._shapes, return_index=True)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
        x, y = (coordinates[:, 0] - self._west) * self._per_lon, (coordinates[:, 1] - self._south) * self._per_lat
        return x, y, np.flatnonzero(ring[1:] == ring[:-1]), part_rank[ring_part[ring]]

    def _covered_centres(self) -> Iterator[tuple[Ints, Ints]]:
        """Cells whose centre a polygon covers, and its rank; the lowest rank comes last."""
        x, y, first, rank = self._segments()
        lower, upper = np.minimum(y[first], y[first + 1]), np.maximum(y[first], y[first + 1])
        segment, row = _ranges(np.ceil(lower - 0.5), np.ceil(upper - 0.5) - 1)
        a = first[segment]
        crossing = x[a] + (row + 0.5 - y[a]) * (x[a + 1] - x[a]) / (y[a + 1] - y[a])
        order = np.lexsort((crossing, row, -rank[a]))
        enter, leave = order[::2], order[1::2]
        start, end = np.ceil(crossing[enter] - 0.5), np.floor(crossing[leave] - 0.5)
        for part in range(0, len(enter), CHUNK // 64):
            span, column = _ranges(start[part : part + CHUNK // 64], end[part : part + CHUNK // 64])
            here = enter[part + span]
            yield row[here] * self._columns + column, rank[a[here]]

    def _edge_cells(self) -> Iterator[Ints]:
        """``cell * polygons + rank`` for every cell that a boundary of a polygon passes through, with repeats."""
        x, y, first, rank = self._segments()
        for start in range(0, len(first), CHUNK // 4):
            a = first[start : start + CHUNK // 4]
            b = a + 1
            swap = x[a] > x[b]
            a, b = np.where(swap, b, a), np.where(swap, a, b)
            cells, segment = self._crossed(x[a], y[a], x[b], y[b])
            yield _distinct(cells * len(self._shapes) + rank[a[segment]])

    def _crossed(self, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> tuple[Ints, Ints]:
        """All cells that segments with ``x0 <= x1`` touch, and the segment of each."""
        segment, column = _ranges(np.floor(x0 - _PAD), np.floor(x1 + _PAD))
        slope_from = np.clip(_ratio(column - _PAD - x0[segment], (x1 - x0)[segment], 0.0), 0, 1)
        slope_to = np.clip(_ratio(column + 1 + _PAD - x0[segment], (x1 - x0)[segment], 1.0), 0, 1)
        rise = (y1 - y0)[segment]
        from_y, to_y = y0[segment] + slope_from * rise, y0[segment] + slope_to * rise
        part, row = _ranges(np.floor(np.minimum(from_y, to_y) - _PAD), np.floor(np.maximum(from_y, to_y) + _PAD))
        row, column = np.clip(row, 0, self._rows - 1), np.clip(column[part], 0, self._columns - 1)
        return row * self._columns + column, segment[part]

    def _locate(self, x: Floats, y: Floats) -> npt.NDArray[np.int32]:
        column, row = (x - self._west) * self._per_lon, (y - self._south) * self._per_lat
        inside = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        column[~inside] = row[~inside] = 0
        found = self._raster[row.astype(np.int32) * self._columns + column.astype(np.int32)]
        found[~inside] = NOWHERE
        near = np.flatnonzero(found < NOWHERE)
        found[near] = self._decide(x[near], y[near], -2 - found[near].astype(np.int64))
        return np.where(found < 0, NOWHERE, self._ids[found])

    def _decide(self, x: Floats, y: Floats, edge_cell: Ints) -> npt.NDArray[np.int32]:
        """Ranks of points in cells with candidates, each candidate asked once for all its points."""
        answer = np.full(len(x), NOWHERE, dtype=np.int32)
        point, slot = _ranges(self._offsets[edge_cell], self._offsets[edge_cell + 1] - 1)
        rank = self._candidates[slot]
        # The lowest rank comes last and so stays.
        order = np.argsort(-rank, kind="stable")
        point, rank = point[order], rank[order]
        bounds = np.flatnonzero(np.diff(rank, prepend=-1, append=-1))
        for start, end in pairwise(bounds):
            asked = point[start:end]
            hits = shapely.intersects_xy(self._shapes[rank[start]], x[asked], y[asked])
            answer[asked[hits]] = rank[start]
        return answer


def _ranges(low: npt.ArrayLike, high: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Index and value of every whole number of each inclusive range, in order."""
    first, last = np.asarray(low).astype(np.int64), np.asarray(high).astype(np.int64)
    counts = np.maximum(last - first + 1, 0)
    index = np.repeat(np.arange(len(first)), counts)
    before = np.cumsum(counts) - counts
    return index, np.arange(len(index)) - before[index] + first[index]


def _ratio(above: Floats, below: Floats, default: float) -> Floats:
    """``above / below``, ``default`` where a segment is upright."""
    upright = below < 1e-9
    return np.where(upright, default, above / np.where(upright, 1.0, below))


def _distinct(values: Ints) -> Ints:
    """Sorted and without repeats; ``np.unique`` hashes, which is ten times slower on keys like these (NumPy 2.4)."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
