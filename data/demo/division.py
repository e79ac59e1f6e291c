"""Cut the land into areas, level by level, along rivers, streams and roads.

Each cut is a curve that halves (by people, softened so that suburbs are not too large) what it cuts. All curves are
noded together at the end, so neighbours share their edges vertex by vertex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import split

from data.demo.terrain import Floats, Terrain, waves

SNAP_M = 0.5
"""All vertices lie on a raster this fine: curves that meet, meet in the same point."""


@dataclass(frozen=True)
class Bend:
    """How a cut winds: largest excursion as a share of its length, number of waves, how rugged (see :func:`waves`)."""

    amplitude: float
    finest: int
    roughness: float


_RIVER: Final = Bend(0.22, 16, 0.85)
_STREAM: Final = Bend(0.07, 12, 0.85)
_ROAD: Final = Bend(0.025, 3, 0.2)


@dataclass
class Piece:
    """A part of the land while it is being cut.

    Attributes
    ----------
    polygon : Polygon
        Metres.
    points : int array
        The terrain's sample points inside.
    cuts : list of int
        Numbers of the cuts that bound it, the latest last.
    """

    polygon: shapely.Polygon
    points: npt.NDArray[np.int64]
    cuts: list[int] = field(default_factory=list)


class Division:
    """The district cut into streets, communities and grids.

    Attributes
    ----------
    grids : list of Piece
        Ordered so that each street's and each community's grids are together.
    street, community : int arrays, shape (number of grids,)
        Which street (from 0) and which community (from 0, over the whole district) a grid belongs to.
    cut_levels : list of int
        For each cut 0 where it is the river, 1 between streets, 2 between communities, 3 between grids.
    """

    def __init__(self, rng: np.random.Generator, land: Terrain, streets: int, communities: int, grids: int) -> None:
        self._rng = rng
        self._land = land
        self._weight = land.people**0.72 * _even(land) ** 0.28
        self._reach = float(np.sqrt(land.outline.area / np.pi))
        self._tilt = rng.uniform(0, np.pi / 2)
        self._bend = rng.uniform(0, 2 * np.pi, 2)
        self.cut_levels: list[int] = []
        street_pieces = self._streets(streets)
        per_street = shares([self._total(piece) for piece in street_pieces], communities, 2)
        self.grids: list[Piece] = []
        street_of: list[int] = []
        community_of: list[int] = []
        community_pieces: list[tuple[int, Piece]] = []
        for number, (piece, parts) in enumerate(zip(street_pieces, per_street, strict=True)):
            community_pieces += [(number, part) for part in self._cut(piece, parts, 2)]
        per_community = shares([self._total(piece) for _, piece in community_pieces], grids, 2)
        for number, ((street, piece), parts) in enumerate(zip(community_pieces, per_community, strict=True)):
            for part in self._cut(piece, parts, 3):
                self.grids.append(part)
                street_of.append(street)
                community_of.append(number)
        self.street = np.array(street_of)
        self.community = np.array(community_of)
        self._node()

    def _total(self, piece: Piece) -> float:
        return float(self._weight[piece.points].sum())

    def _streets(self, streets: int) -> list[Piece]:
        whole = Piece(self._land.outline, np.arange(len(self._land.points)))
        banks = self._river(whole)
        pieces: list[Piece] = []
        for bank, parts in zip(banks, shares([self._total(b) for b in banks], streets, 1), strict=True):
            pieces += self._cut(bank, parts, 1)
        # streets are numbered as offices do: from the centre outwards
        return sorted(pieces, key=lambda piece: float(np.hypot(*np.asarray(piece.polygon.centroid.coords)[0])))

    def _river(self, whole: Piece) -> list[Piece]:
        """Two banks of a river that winds past the centre."""
        best: tuple[float, list[Piece]] | None = None
        for _ in range(12):
            parts = self._halve(whole, self._rng.uniform(-0.6, 0.6), 0.45 + self._rng.uniform(-0.05, 0.15), _RIVER)
            if parts is not None:
                score = min(part.polygon.area for part in parts)
                if best is None or score > best[0]:
                    best = (score, parts)
        if best is None:
            return [whole]
        self.cut_levels.append(0)
        for part in best[1]:
            part.cuts.append(0)
        return best[1]

    def _cut(self, piece: Piece, parts: int, level: int) -> list[Piece]:
        if parts == 1:
            return [piece]
        fewer = parts // 2 if parts % 2 == 0 or self._rng.random() < 0.5 else parts - parts // 2
        if parts >= 5 and self._rng.random() < 0.4:
            fewer += 1 if fewer < parts / 2 else -1
        share = float(np.clip(fewer / parts * np.exp(self._rng.normal(0, 0.10)), 0.12, 0.88))
        halves = self._best(piece, share, level)
        number = len(self.cut_levels)
        self.cut_levels.append(level)
        found: list[Piece] = []
        for half, count in zip(halves, (fewer, parts - fewer), strict=True):
            half.cuts = [*piece.cuts, number]
            found += self._cut(half, count, level)
        return found

    def _best(self, piece: Piece, share: float, level: int) -> list[Piece]:
        """The best of a few random cuts: both halves in one piece and as compact as can be."""
        box = np.asarray(shapely.minimum_rotated_rectangle(piece.polygon).exterior.coords)
        sides = np.diff(box[:3], axis=0)
        long_side = sides[int(np.argmax(np.hypot(*sides.T)))]
        across = float(np.arctan2(long_side[1], long_side[0]) + np.pi / 2)
        natural = self._rng.random() < (0.6, 0.55, 0.35, 0.12)[level]
        bend = _STREAM if natural else _ROAD
        best: tuple[float, list[Piece]] | None = None
        for attempt in range(14):
            if best is not None and attempt >= (0, 8, 6, 4)[level]:
                break
            angle = across + self._rng.normal(0, 0.16 + 0.05 * attempt)
            if attempt % 2:
                angle = self._along_roads(piece, angle)
            milder = bend if attempt < 8 else replace(bend, amplitude=bend.amplitude * 0.2)
            halves = self._halve(piece, angle, share, milder)
            if halves is None:
                continue
            score = min(half.polygon.area / half.polygon.length**2 for half in halves)
            if best is None or score > best[0]:
                best = (score, halves)
        if best is None:
            raise AssertionError("an area could not be cut in two in 14 tries")
        return best[1]

    def _along_roads(self, piece: Piece, angle: float) -> float:
        """The nearest direction of the local road pattern, which turns slowly across the district."""
        x, y = piece.polygon.centroid.coords[0]
        local = self._tilt + 0.7 * np.sin(x / self._reach * 1.9 + self._bend[0]) + 0.6 * np.sin(y / self._reach * 1.7 + self._bend[1])
        quarter = np.pi / 2
        return float(local + quarter * np.round((angle - local) / quarter))

    def _halve(self, piece: Piece, angle: float, share: float, bend: Bend) -> list[Piece] | None:
        """Cut along a curve in direction ``angle`` that leaves ``share`` of the weight on its left; None if that fails."""
        points = self._land.points[piece.points]
        forward, side = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        corners = np.asarray(piece.polygon.exterior.coords)
        along = corners @ forward
        low, high = float(along.min()), float(along.max())
        length = high - low
        steps = np.linspace(low - 0.05 * length, high + 0.05 * length, int(np.clip(length / 60, 8, 120)))
        curve = waves(self._rng, steps, length * 1.6, bend.finest, bend.roughness) * bend.amplitude * length
        above = points @ side - np.interp(points @ forward, steps, curve)
        order = np.argsort(above)
        cumulative = np.cumsum(self._weight[piece.points][order])
        place = int(np.searchsorted(cumulative, (1 - share) * cumulative[-1]))
        offset = float(above[order[min(place, len(order) - 1)]])
        line = shapely.LineString(steps[:, None] * forward + (curve + offset)[:, None] * side)
        parts = [part for part in split(piece.polygon, line).geoms if part.area > 1.0]
        if len(parts) < 2:
            return None
        centre = np.array([part.representative_point().coords[0] for part in parts])
        left = centre @ side - np.interp(centre @ forward, steps, curve) > offset
        if len(parts) == 2:
            if left.all() or not left.any():
                return None
            first, second = parts[int(np.argmax(left))], parts[int(np.argmin(left))]
        else:
            first = max((part for part, here in zip(parts, left, strict=True) if here), key=lambda part: float(part.area), default=None)
            if first is None:
                return None
            second = shapely.union_all([part for part in parts if part is not first])
        if second.geom_type != "Polygon" or second.interiors or first.interiors:
            return None
        inside = shapely.contains_xy(first, points)
        if not 3 <= int(inside.sum()) <= len(points) - 3:
            return None
        return [Piece(first, piece.points[inside]), Piece(second, piece.points[~inside])]

    def _node(self) -> None:
        """Put a vertex into every edge where another one ends, so that shared edges are the same vertices."""
        outlines = [piece.polygon.exterior for piece in self.grids]
        network = shapely.union_all(shapely.set_precision(outlines, SNAP_M), grid_size=SNAP_M)
        faces = shapely.get_parts(shapely.polygonize([network]))
        tree = shapely.STRtree([piece.polygon for piece in self.grids])
        face_ix, grid_ix = tree.query(shapely.point_on_surface(faces), predicate="within")
        for number, piece in enumerate(self.grids):
            own = faces[face_ix[grid_ix == number]]
            merged = own[0] if len(own) == 1 else shapely.union_all(own)
            if merged.geom_type != "Polygon":
                merged = max(merged.geoms, key=lambda part: float(part.area))
            piece.polygon = merged


def _even(land: Terrain) -> Floats:
    """Each sample point's share of the surface, so that large empty land also asks for areas of its own."""
    reach = float(np.sqrt(land.outline.area / np.pi))
    step = reach / 25
    cell = np.floor(land.points / step).astype(np.int64)
    key = cell[:, 0] * 100_003 + cell[:, 1]
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[inverse] / len(counts), dtype=np.float64)


def shares(weights: Sequence[float], total: int, least: int) -> list[int]:
    """Whole numbers that add up to ``total``, in proportion to ``weights``, none below ``least``."""
    weight = np.asarray(weights, dtype=np.float64)
    spare = total - least * len(weight)
    exact = weight / weight.sum() * spare
    whole = np.floor(exact).astype(int)
    for ix in np.argsort(-(exact - whole), kind="stable")[: spare - int(whole.sum())]:
        whole[ix] += 1
    return [int(n) + least for n in whole]
