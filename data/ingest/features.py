"""Geometry from files: what coordinate systems are like, and into WGS 84."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from data.errors import FileRejected

LIKE_WGS84: Final = {"EPSG:4326", "OGC:CRS84", "EPSG:4490", "EPSG:4258", "EPSG:4269"}
"""Systems equal to WGS 84 at map accuracy; CGCS2000 is EPSG:4490."""
GEOMETRY_TYPES: Final = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
}  # fmt: skip
UNREADABLE: Final = shapely.Polygon([(1e9, 1e9), (2e9, 1e9), (1e9, 2e9)])
"""Stands for a geometry that is there but cannot be read: no place on Earth."""
WRONG_TYPE: Final = shapely.LineString([(0, 0), (1, 1)])
"""Stands for a geometry of a type that does not exist."""


def to_wgs84_system(geometry: npt.NDArray[np.object_], crs: str | None) -> npt.NDArray[np.object_]:
    """Geometry from any coordinate system to WGS 84. Chinese map datums (GCJ02, BD09) are left for :mod:`data.ingest.datum`.

    Raises
    ------
    FileRejected
        ``E_TYPE`` when the system is not known.
    """
    if crs is None or crs in {"WGS84", "GCJ02", "BD09"} or crs in LIKE_WGS84 or not len(geometry):
        return geometry
    transformer = transformer_to_wgs84(crs)
    if transformer is None:
        return geometry

    def move(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))

    return np.asarray(shapely.transform(geometry, move), dtype=object)


def transformer_to_wgs84(crs: str) -> pyproj.Transformer | None:
    """A transformer from ``crs``, or None when its coordinates already are WGS 84 at map accuracy."""
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise FileRejected("E_TYPE", f"The coordinate system '{crs[:60]}' is not known; name its EPSG code under datum.") from error
    authority = system.to_authority()
    if authority and ":".join(authority) in LIKE_WGS84:
        return None
    return pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)


def crs_or_none(name: str) -> str | None:
    """A coordinate system that a file names, or None where the name says nothing."""
    says_nothing = name.strip().lower() in {"", "unknown", "none"} or "undefined" in name[:60].lower()
    return None if says_nothing or name.startswith(("LOCAL_CS", "ENGCRS")) else name


def is_point(geometry: Any) -> bool:
    """Whether a geometry is one point with coordinates."""
    return geometry is not None and geometry.geom_type == "Point" and not geometry.is_empty
