"""Files with geometry: GeoJSON, Shapefile, GeoPackage. Rows of text beside one geometry each, in WGS 84."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pyogrio
import pyproj
import shapely

from data.errors import FileRejected
from data.ingest.workbook import cell_text

LIKE_WGS84: Final = {"EPSG:4326", "OGC:CRS84", "EPSG:4490", "EPSG:4258", "EPSG:4269"}
"""Systems equal to WGS 84 at map accuracy; CGCS2000 is EPSG:4490."""
_GEOMETRY_TYPES: Final = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
}  # fmt: skip


@dataclass(frozen=True)
class Features:
    """Rows with geometry.

    Attributes
    ----------
    headers, rows
        Attribute names, and per row the attributes as text (blank where null).
    geometry
        One shapely geometry per row in WGS 84, lon before lat; None where the file has none.
    """

    headers: list[str]
    rows: list[list[str]]
    geometry: npt.NDArray[np.object_]
    warnings: tuple[str, ...] = ()


def read_geojson(path: Path, declared: str | None = None) -> Features:
    """Read a GeoJSON FeatureCollection (or a list of plain records, whose geometry is None).

    Raises
    ------
    FileRejected
        ``E_JSON`` when it does not parse, ``E_TYPE`` when it is other JSON.
    """
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        raw = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileRejected("E_JSON", f"{path.name} is not valid JSON ({error}); export it again.") from error
    items = raw.get("features") if isinstance(raw, dict) else raw
    if isinstance(raw, dict) and raw.get("type") == "Feature":
        items = [raw]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FileRejected("E_TYPE", f"{path.name} is JSON but no list of features; export it as a GeoJSON FeatureCollection.")
    plain = not isinstance(raw, dict)
    properties = [item if plain and "properties" not in item else (item.get("properties") or {}) for item in items]
    if not all(isinstance(row, dict) for row in properties):
        raise FileRejected("E_TYPE", f"{path.name} has features whose properties are no object; export it as a GeoJSON FeatureCollection.")
    headers = list(dict.fromkeys(key for row in properties for key in row))
    rows = [[_text(row.get(header)) for header in headers] for row in properties]
    geometry = np.array([_shape(item.get("geometry")) for item in items], dtype=object)
    crs = declared or (_named_crs(raw) if isinstance(raw, dict) else None)
    return Features(headers, rows, to_wgs84_system(geometry, crs))


def read_vector(path: Path, declared: str | None = None, encoding: str | None = None) -> Features:
    """Read a Shapefile or GeoPackage. Attributes of a Shapefile are UTF-8 or GB18030, whichever reads them.

    Raises
    ------
    FileRejected
        ``E_SHP_PART_MISSING``, ``E_CORRUPT``.
    """
    warnings: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    if path.suffix.lower() == ".shp":
        parts = {part.suffix.lower(): part for part in path.parent.glob(f"{path.stem}.*")}
        missing = [suffix for suffix in (".shx", ".dbf") if suffix not in parts]
        if missing:
            raise FileRejected("E_SHP_PART_MISSING", f"{path.name} came without {' and '.join(missing)}; send all parts together.")
        if ".prj" not in parts and declared is None:
            warnings = ("W_CRS_ASSUMED",)
        options["encoding"] = encoding or _dbf_encoding(parts[".dbf"], parts.get(".cpg"))
    try:
        meta, _, wkb, columns = pyogrio.raw.read(path, force_2d=True, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened ({error}); export it again.") from error
    headers = [str(name) for name in meta["fields"]]
    rows = [[_text(value) for value in row] for row in zip(*columns, strict=True)] if columns else []
    geometry = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    return Features(headers, rows, to_wgs84_system(geometry, declared or meta.get("crs")), warnings)


def to_wgs84_system(geometry: npt.NDArray[np.object_], crs: str | None) -> npt.NDArray[np.object_]:
    """Geometry from any coordinate system to WGS 84. Chinese map datums (GCJ02, BD09) are left for :mod:`data.ingest.datum`.

    Raises
    ------
    FileRejected
        ``E_COORD_CRS`` when the system is not known.
    """
    if crs is None or crs in {"WGS84", "GCJ02", "BD09"} or crs in LIKE_WGS84:
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


def _named_crs(raw: dict[str, Any]) -> str | None:
    named = raw.get("crs")
    properties = named.get("properties") if isinstance(named, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return None if name is None or "CRS84" in str(name) else str(name)


def _shape(geometry: Any) -> Any:
    if not isinstance(geometry, dict) or geometry.get("type") not in _GEOMETRY_TYPES:
        return None
    try:
        return shapely.force_2d(shapely.from_geojson(orjson.dumps(geometry), on_invalid="ignore"))
    except shapely.errors.GEOSException:
        return None


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return orjson.dumps(value).decode()
    if isinstance(value, np.generic):
        if isinstance(value, np.datetime64):
            return "" if np.isnat(value) else str(value).replace("T", " ")
        value = value.item()
    return cell_text(value)


def _dbf_encoding(dbf: Path, cpg: Path | None) -> str:
    if cpg is not None:
        named = cpg.read_text(encoding="ascii", errors="ignore").strip().upper()
        if named in {"UTF-8", "UTF8", "65001"}:
            return "UTF-8"
        if named in {"GBK", "GB2312", "GB18030", "936", "CP936", "ANSI 936", "CHINESEGB"}:
            return "GB18030"
    content = dbf.read_bytes()
    try:
        content[32 * (1 + _dbf_fields(content)) :].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _dbf_fields(content: bytes) -> int:
    return max(0, (int.from_bytes(content[8:10], "little") - 33) // 32)
