"""Parquet: its columns as they are named, and the geometry of GeoParquet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd
import shapely

from data.errors import FileRejected
from data.ingest import frames
from data.ingest.features import UNREADABLE, crs_or_none, is_point, to_wgs84_system
from data.ingest.raw import Raw

_BATCH: Final = 20_000
_NEAR: Final = re.compile(r"\d{4}-")
_PLAINER: Final = {
    "TIMESTAMPTZ_NS": "TIMESTAMP WITH TIME ZONE",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_S": "TIMESTAMP",
}
"""Types of instants that not everything can be done with, and what they are cast to."""
_BYTES_OF_AN_ENTRY: Final = 4
_OF_GEOMETRY: Final = ("geometry", "geom", "wkb", "wkb_geometry", "shape")


@dataclass(frozen=True)
class Found:
    """What a Parquet file says about itself.

    Attributes
    ----------
    headers, types
        Of its columns but the geometry, in order; ``places`` are their positions in the file.
    geometry
        Position of the geometry, or None.
    crs
        Coordinate system of the geometry; None where it is WGS 84 or not known.
    is_assumed
        Nothing says that it is WGS 84.
    far
        Positions of columns whose instants may be beyond the years 1 to 9999, which nothing can be computed with.
    """

    headers: list[str]
    types: list[str]
    places: list[int]
    width: int
    rows: int
    geometry: int | None = None
    crs: str | None = None
    is_assumed: bool = False
    far: frozenset[int] = frozenset()


def look(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Found:
    """Read the footer.

    Raises
    ------
    FileRejected
        ``E_CORRUPT``, ``E_FILE_ENCRYPTED``.
    """
    given = {"path": str(path)}
    try:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet($path, hive_partitioning=false)", given).fetchall()
        counted = connection.execute(
            "SELECT coalesce(sum(num_rows), 0), coalesce(sum(file_size_bytes), 0) FROM parquet_file_metadata($path)", given
        ).fetchall()
        schema = connection.execute("SELECT name, num_children FROM parquet_schema($path)", given).fetchall()
        keys = connection.execute("SELECT decode(key), value FROM parquet_kv_metadata($path)", given).fetchall()
    except duckdb.Error as error:
        if "encrypt" in str(error).lower():
            raise FileRejected("E_FILE_ENCRYPTED", f"{name} is encrypted; send it without encryption.") from error
        raise FileRejected("E_CORRUPT", f"{name} cannot be opened as Parquet; send it again.") from error
    names = list(_top(schema))
    if len(names) != len(described):
        names = [str(row[0]) for row in described]
    types = [str(row[1]) for row in described]
    geo = next((_object(value) for key, value in keys if key == "geo"), {})
    geometry = next((ix for ix, kind in enumerate(types) if kind.startswith("GEOMETRY")), None)
    if geometry is None:
        wanted = (geo.get("primary_column"),) if geo else _OF_GEOMETRY
        geometry = next(
            (ix for ix, kind in enumerate(types) if kind == "BLOB" and (names[ix] if geo else names[ix].lower()) in wanted), None
        )
    places = [ix for ix in range(len(names)) if ix != geometry]
    crs, is_assumed = None, False
    if geometry is not None:
        columns = geo.get("columns")
        of_column = columns.get(names[geometry], {}) if isinstance(columns, dict) else {}
        stated = of_column.get("crs") if isinstance(of_column, dict) else None
        crs = json.dumps(stated) if isinstance(stated, dict) else crs_or_none(stated) if isinstance(stated, str) else None
        if crs is None and not geo and "(" in types[geometry]:
            crs = types[geometry].removeprefix("GEOMETRY('").removesuffix("')")
        # What names no system is WGS 84 by the format's rules; one that is null, or bytes outside those rules, are not.
        is_assumed = crs is None and (("crs" in of_column) if geo and isinstance(of_column, dict) else types[geometry] == "BLOB")
    far = frozenset(ix for ix in places if types[ix].startswith("TIMESTAMP") and not _is_near(connection, path, names[ix]))
    return Found(
        [names[ix] for ix in places], [types[ix] for ix in places], places, len(names), int(counted[0][0]), geometry, crs, is_assumed, far
    )


def _is_near(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> bool:
    """Whether the footer says of a column of instants that all lie in years of four digits."""
    try:
        rows = connection.execute(
            "SELECT stats_min_value, stats_max_value FROM parquet_metadata($path) WHERE path_in_schema = $name",
            {"path": str(path), "name": name},
        ).fetchall()
    except duckdb.Error:
        return False
    return bool(rows) and all(_NEAR.match(str(low)) and _NEAR.match(str(high)) for low, high in rows)


def _repeating(connection: duckdb.DuckDBPyConnection, path: Path, found: Found) -> frozenset[int]:
    """Columns that take fewer bytes than their texts have: those that were written as entries of a dictionary."""
    statement = (
        "SELECT path_in_schema FROM parquet_metadata($path) GROUP BY 1 HAVING sum(total_uncompressed_size) < $most * sum(num_values)"
    )
    try:
        rows = connection.execute(statement, {"path": str(path), "most": _BYTES_OF_AN_ENTRY}).fetchall()
    except duckdb.Error:  # least and greatest values that no calendar reaches
        return frozenset()
    small = {row[0] for row in rows}
    return frozenset(ix for ix, header in enumerate(found.headers) if found.types[ix] == "VARCHAR" and header in small)


def relation(connection: duckdb.DuckDBPyConnection, path: Path, found: Found, name: str, declared: str | None) -> Raw:
    """The rows as a view; with geometry as a table, whose points are longitude and latitude beside the other columns.

    Raises
    ------
    FileRejected
        ``E_CORRUPT`` when the geometry cannot be read, ``E_TYPE`` when its coordinate system is not known.
    """
    own = {header.lower(): ix for ix, header in enumerate(found.headers)}
    aliases = ", ".join(f"p{ix}" for ix in range(found.width))
    source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}', file_row_number=true, hive_partitioning=false) AS t({aliases}, nr)"
    cells = [_cell(f"p{place}", kind, is_far=place in found.far) for place, kind in zip(found.places, found.types, strict=True)]
    types = ["VARCHAR" if kind == "BLOB" else _PLAINER.get(kind, kind) for kind in found.types]
    warnings = ["W_CRS_ASSUMED"] if found.is_assumed and declared is None else []
    shown = ", ".join(["nr + 1 AS row_no", *(f"{cell} AS c{ix}" for ix, cell in enumerate(cells))])
    if found.geometry is None:
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {shown} FROM {source}")
        return Raw(name, found.headers, types, found.rows, format="parquet", repeating=_repeating(connection, path, found))
    lon, lat, shapes = _positions(connection, source, found, declared)
    headers = list(found.headers)
    has_points = bool(np.isfinite(lon).any())
    if has_points and not {"lon", "lat"} & own.keys():
        frames.temporary(connection, f"{name}_places", pd.DataFrame({"lon": lon, "lat": lat}))
        width = len(headers)
        nan = ", ".join(f"CASE WHEN isfinite({axis}) THEN {axis} END AS c{width + ix}" for ix, axis in enumerate(("lon", "lat")))
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {shown}, {nan} FROM (SELECT * FROM {source}) POSITIONAL JOIN {name}_places")
        headers, types = [*headers, "lon", "lat"], [*types, "DOUBLE", "DOUBLE"]
    else:
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {shown} FROM {source}")
    return Raw(name, headers, types, found.rows, geometry=shapes, warnings=warnings, format="parquet")


def _cell(column: str, kind: str, *, is_far: bool) -> str:
    """A column as the relation has it: bytes as text, instants within the years that are computed with."""
    if kind == "BLOB":
        return f"CASE WHEN {column} IS NOT NULL THEN coalesce(TRY(decode({column})), '\ufffd') END"
    plainer = _PLAINER.get(kind)
    cell = f"CAST({column} AS {plainer})" if plainer else column
    if not is_far:
        return cell
    kind = plainer or kind
    low, high = (f"{kind} '{year}-01-01'" if kind == "TIMESTAMP" else f"CAST('{year}-01-01' AS {kind})" for year in ("0002", "9998"))
    return f"CASE WHEN {cell} < {low} THEN {low} WHEN {cell} > {high} THEN {high} ELSE {cell} END"


def _positions(connection: duckdb.DuckDBPyConnection, source: str, found: Found, declared: str | None) -> tuple[Any, Any, Any]:
    """Longitude and latitude of points, NaN elsewhere; all geometry in WGS 84, or None where all are points."""
    xs, ys, shapes = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=object)]
    is_kept = False
    result = connection.execute(f"SELECT p{found.geometry}::BLOB FROM {source}")
    while batch := result.fetchmany(_BATCH):
        given = np.array([_geometry(row[0]) for row in batch], dtype=object)
        moved = to_wgs84_system(given, declared or found.crs)
        points = np.array([is_point(shape) for shape in moved], dtype=bool)
        placed = given if declared else moved
        x, y = np.full(len(batch), np.nan), np.full(len(batch), np.nan)
        x[points], y[points] = shapely.get_x(placed[points]), shapely.get_y(placed[points])
        is_kept = is_kept or any(shape is not None and not point for shape, point in zip(moved, points, strict=True)) or not points.any()
        xs.append(x)
        ys.append(y)
        shapes.append(moved)
    return np.concatenate(xs), np.concatenate(ys), np.concatenate(shapes) if is_kept else None


def _geometry(wkb: bytes | None) -> Any:
    if wkb is None:
        return None
    try:
        return shapely.force_2d(shapely.from_wkb(bytes(wkb)))
    except shapely.errors.GEOSException:
        return UNREADABLE


def _top(schema: list[tuple[Any, ...]]) -> Iterator[str]:
    """Names of the top-level columns, out of the flat list of the schema's tree."""
    left = 0

    def size(at: int) -> int:
        end = at + 1
        for _ in range(schema[at][1] or 0):
            end = size(end)
        return end

    at = 1
    while at < len(schema) and left < len(schema):
        yield str(schema[at][0])
        at = size(at)
        left += 1


def _object(value: bytes) -> dict[str, Any]:
    try:
        found = json.loads(bytes(value))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
