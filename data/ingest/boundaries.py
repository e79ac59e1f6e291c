"""Boundaries: what is usable, what can be mended, how the areas of one level fit together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pyproj
import shapely

from data.ingest.datum import to_wgs84
from data.ingest.features import UNREADABLE

SLIVER: Final = 1e-4
"""Overlaps and gaps below this share of the level's area are digitising noise."""
MENDED: Final = 0.01
"""A boundary counts as mended when making it valid changes its area by less than this share."""
_NEIGHBOURS: Final = 256
_GEOD: Final = pyproj.Geod(ellps="WGS84")


def parse(text: str | None) -> Any:
    """A boundary from WKT or a GeoJSON geometry; None for a blank cell, a polygon off the Earth where it cannot be read."""
    if not text:
        return None
    try:
        if text.lstrip().startswith("{"):
            geometry = shapely.from_geojson(text, on_invalid="ignore")
        else:
            geometry = shapely.from_wkt(text, on_invalid="ignore")
    except (shapely.errors.GEOSException, orjson.JSONDecodeError):
        geometry = None
    return UNREADABLE if geometry is None else shapely.force_2d(geometry)


def usable(geometry: Any) -> tuple[Any, str | None]:  # noqa: PLR0911 -- one reason, one return
    """The polygon to use, mended where that is harmless, and the reason code where there is none."""
    if geometry is None:
        return None, "E_GEOM_NULL"
    if geometry.is_empty:
        return None, "E_GEOM_EMPTY"
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return None, "E_GEOM_TYPE"
    west, south, east, north = geometry.bounds
    if not np.isfinite([west, south, east, north]).all() or west < -180 or east > 180 or south < -90 or north > 90:
        return None, "E_GEOM_INVALID"
    if geometry.is_valid:
        return geometry, ("E_GEOM_EMPTY" if geometry.area == 0 else None)
    mended = shapely.make_valid(geometry)
    if mended.geom_type == "GeometryCollection":
        mended = shapely.union_all([part for part in mended.geoms if part.geom_type in {"Polygon", "MultiPolygon"}])
    if mended.geom_type in {"Polygon", "MultiPolygon"} and geometry.area > 0 and abs(mended.area / geometry.area - 1) < MENDED:
        return mended, None
    return None, "E_GEOM_INVALID"


def from_datum(geometry: npt.NDArray[np.object_], datum: str | None) -> npt.NDArray[np.object_]:
    """Geometry in a Chinese map datum as WGS 84; any other is given back."""
    if datum not in {"GCJ02", "BD09"}:
        return geometry

    def move(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_wgs84(coordinates[:, 0], coordinates[:, 1], "GCJ02" if datum == "GCJ02" else "BD09"))

    return np.asarray(shapely.transform(geometry, move), dtype=object)


def km2(geometry: Any) -> float:
    """Area on the ellipsoid."""
    return abs(float(_GEOD.geometry_area_perimeter(geometry)[0])) / 1e6


def united(polygons: Sequence[Any]) -> Any:
    """The union of polygons, of neighbours first: GEOS copies all it is given at once, and between neighbours most vertices go."""
    shapes = np.asarray(polygons, dtype=object)
    if len(shapes) <= _NEIGHBOURS:
        return shapely.union_all(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    columns = math.ceil(math.sqrt(len(shapes) / _NEIGHBOURS))
    tiles = []
    for column in np.array_split(np.argsort(west + east, kind="stable"), columns):
        for tile in np.array_split(column[np.argsort((south + north)[column], kind="stable")], columns):
            tiles.append(shapely.union_all(shapes[tile]))
    return shapely.union_all(tiles)


def fit(polygons: Sequence[Any], parents: Sequence[Any]) -> list[str]:
    """``W_GRID_OVERLAP`` and ``W_GRID_GAP`` for the polygons of one level, against the level above where it has boundaries."""
    shapes = [polygon for polygon in polygons if polygon is not None]
    if len(shapes) < 2:
        return []
    total = float(np.sum(shapely.area(np.asarray(shapes, dtype=object))))
    union = united(shapes)
    warnings = ["W_GRID_OVERLAP"] if total - union.area > SLIVER * total else []
    above = [parent for parent in parents if parent is not None]
    outer = united(above) if above else union
    if above:
        gap = outer.difference(union).area
    else:
        gap = sum(shapely.Polygon(ring).area for part in shapely.get_parts(union) for ring in part.interiors)
    return warnings + (["W_GRID_GAP"] if gap > SLIVER * total else [])
