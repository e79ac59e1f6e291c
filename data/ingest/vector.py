"""Shapefile and GeoPackage. Runs in the reading process, in batches, so that memory does not grow with the file."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from data.errors import FileRejected
from data.ingest import sniff
from data.ingest.features import UNREADABLE, crs_or_none, is_point, to_wgs84_system
from data.ingest.handover import Handover, cell_text
from data.ingest.limits import limit

_BATCH: Final = 20_000
_LOOKED_AT: Final = 4 * 2**20


def read(path: Path, declared: str | None, encoding: str | None, layer: str | None, folder: Path) -> dict[str, Any]:
    """Hand over the features of a file. Attributes of a Shapefile are UTF-8 or GB18030, whichever reads them.

    Raises
    ------
    FileRejected
        ``E_SHP_PART_MISSING``, ``E_CORRUPT``, ``E_FILE_TYPE``, ``E_TYPE``, ``E_TOO_MANY_COLUMNS``, ``E_TOO_MANY_ROWS``.
    """
    # The library loads these where it finds them; here they would only cost memory.
    for name in ("geopandas", "pandas", "pyarrow"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    from pyogrio import errors, raw  # noqa: PLC0415

    warnings: list[str] = []
    options: dict[str, Any] = {}
    with path.open("rb") as file:
        is_shapefile = not file.read(16).startswith(b"SQLite")
    if is_shapefile:
        options["encoding"] = _shapefile(path, encoding)
    else:
        options["layer"], more = _layer(path, layer)
        warnings += more
    # The library goes by the ending of names.
    named = path if is_shapefile else sniff.with_ending(path, ".gpkg", folder)
    try:
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(Handover(folder))
            start, headers = 0, None
            while True:
                meta, _, wkb, columns = raw.read(named, force_2d=True, skip_features=start, max_features=_BATCH, **options)
                if headers is None:
                    headers = [str(name) for name in meta["fields"]]
                    if len(headers) > limit("max_columns"):
                        raise FileRejected("E_TOO_MANY_COLUMNS", f"{path.name} has {len(headers):,} columns.")
                size = len(columns[0]) if columns else len(wkb) if wkb is not None else 0
                if declared is None and wkb is not None and not _is_named(meta.get("crs")) and "W_CRS_ASSUMED" not in warnings:
                    warnings.append("W_CRS_ASSUMED")
                _hand_over(out, size, dict(zip(headers, columns, strict=True)), wkb, crs=meta.get("crs"), declared=declared)
                start += size
                if size < _BATCH:
                    break
    except (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, ValueError, RuntimeError) as error:
        raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened ({str(error)[:200]}); export it again.") from error
    kept = [name for name in headers if name.lower() not in {"lon", "lat"}]
    return {
        **out.answer([*kept, "lon", "lat"], warnings),
        "has_position": out.has_position or len(kept) < len(headers),
        "has_shapes": wkb is not None,
    }


def _hand_over(out: Handover, size: int, columns: dict[str, Any], wkb: Any, *, crs: str | None, declared: str | None) -> None:
    """One batch; every row ends with longitude and latitude: the point's, else those among its attributes."""
    own = [next((columns[name] for name in columns if name.lower() == wanted), None) for wanted in ("lon", "lat")]
    kept = [column for name, column in columns.items() if name.lower() not in {"lon", "lat"}]
    given = np.full(size, None, dtype=object) if wkb is None else np.array([_geometry(shape) for shape in wkb], dtype=object)
    moved = to_wgs84_system(given, declared or (crs_or_none(crs) if crs else None))
    for ix in range(size):
        raw = given[ix] if declared else moved[ix]
        if raw is not None and raw.geom_type == "MultiPoint" and len(raw.geoms) == 1:
            raw = raw.geoms[0]
        if is_point(raw):
            place = [repr(float(raw.x)), repr(float(raw.y))]
            out.has_position = True
        else:
            place = ["" if column is None else _text(column[ix]) for column in own]
        out.add([*(_text(column[ix]) for column in kept), *place])
        out.has_geometry = out.has_geometry or not (is_point(raw) or moved[ix] is None)
        out.shape(None if moved[ix] is None else shapely.to_wkb(moved[ix]))


def _is_named(crs: str | None) -> bool:
    return bool(crs and crs_or_none(crs))


def _geometry(wkb: bytes | None) -> Any:
    if wkb is None:
        return None
    try:
        return shapely.from_wkb(wkb)
    except shapely.errors.GEOSException:
        return UNREADABLE


def _part(path: Path, suffix: str) -> Path | None:
    return next((part for part in path.parent.glob("*") if part.stem == path.stem and part.suffix.lower() == suffix), None)


def _shapefile(path: Path, encoding: str | None) -> str:
    parts = {suffix: _part(path, suffix) for suffix in (".shx", ".dbf", ".cpg")}
    missing = [suffix for suffix in (".shx", ".dbf") if parts[suffix] is None]
    if missing:
        raise FileRejected("E_SHP_PART_MISSING", f"{path.name} came without {' and '.join(missing)}; send all parts together.")
    dbf = parts[".dbf"]
    if dbf is None or dbf.stat().st_size < 33:
        raise FileRejected("E_CORRUPT", f"{path.name} has a table that ends early; export it again.")
    return encoding or _dbf_encoding(dbf, parts[".cpg"])


def _dbf_encoding(dbf: Path, cpg: Path | None) -> str:
    """What the bytes are decides; what the .cpg says only where they are plain."""
    with dbf.open("rb") as file:
        content = file.read(_LOOKED_AT)
    body = content[int.from_bytes(content[8:10], "little") :]
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if not character.isascii()) - bad
    if good > bad * 3:
        return "UTF-8"
    if bad:
        return "GB18030"
    named = cpg.read_text(encoding="ascii", errors="ignore")[:40].strip().upper() if cpg is not None else ""
    return "GB18030" if named in {"GBK", "GB2312", "GB18030", "936", "CP936", "ANSI 936", "CHINESEGB"} else "UTF-8"


def _layer(path: Path, wanted: str | None) -> tuple[str, list[str]]:
    """The layer of a GeoPackage to read: the named one, else the first with rows."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{path.as_posix().replace('?', '%3f').replace('#', '%23')}?mode=ro", uri=True)
        ) as base:
            names = [
                str(row[0]) for row in base.execute("SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')")
            ]
            filled = [name for name in names if base.execute(f"SELECT 1 FROM {_quoted(name)} LIMIT 1").fetchall()]
    except sqlite3.OperationalError as error:
        if "no such table: gpkg_contents" in str(error):
            raise FileRejected("E_FILE_TYPE", f"{path.name} is a database but no GeoPackage; export the table as CSV.") from error
        raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened ({error}); export it again.") from error
    except sqlite3.Error as error:
        raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened ({error}); export it again.") from error
    if wanted is not None:
        if wanted not in names:
            raise FileRejected("E_TYPE", f"{path.name} has no layer '{wanted}'; it has {', '.join(names[:20])}.")
        return wanted, []
    if not names:
        raise FileRejected("E_EMPTY_FILE", f"{path.name} holds no layers; export it again.")
    return (filled or names)[0], ["W_MULTI_SHEET"] if len(filled) > 1 else []


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any) -> str:
    if isinstance(value, np.generic):
        if isinstance(value, np.datetime64):
            return "" if np.isnat(value) else str(value).replace("T", " ")
        value = value.item()
    return cell_text(value)
