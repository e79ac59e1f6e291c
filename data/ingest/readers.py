"""Files to raw rows: whatever the format, a relation of text columns ``c0, c1, …`` beside ``row_no``.

``row_no`` 1 is the first record after the header that is not blank. Parquet keeps its own column types; everything
else is text. Nothing is judged here beyond what makes a record unreadable.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data.errors import FileRejected
from data.ingest import delimited, features, sniff, workbook
from data.ingest.values import BLANKS

MAX_COLUMNS: Final = 1000
MAX_ROWS: Final = 100_000_000
_numbers = itertools.count()

Score = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Options:
    """What the configuration says about reading: ``encoding``, ``sheet``, an EPSG code as ``datum``."""

    encoding: str | None = None
    sheet: str | None = None
    datum: str | None = None


@dataclass
class Raw:
    """Raw rows of one file.

    Attributes
    ----------
    relation
        Name of the relation in the connection: ``row_no`` and one column ``c<i>`` per header.
    types
        DuckDB type of each column.
    rows
        Number of rows.
    faults
        Row number → codes of what made the record unreadable.
    geometry
        One shapely geometry per row, for formats that have it.
    """

    relation: str
    headers: list[str]
    types: list[str]
    rows: int
    faults: dict[int, tuple[str, ...]] = field(default_factory=dict)
    geometry: npt.NDArray[np.object_] | None = None
    warnings: list[str] = field(default_factory=list)
    format: str = "text"


def read(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, score: Score, workspace: Path) -> Raw:
    """Read one file into ``connection``.

    Parameters
    ----------
    score
        How many cells of a row are known headers; the row with most, within the first dozen, is the header.
    workspace
        A folder for what must be unpacked or transcoded; the caller removes it.

    Raises
    ------
    FileRejected
        With one of the file codes.
    """
    kind = sniff.format_of(path)
    while kind in {"gzip", "zip"}:
        path = sniff.unpacked(path, workspace / f"unpacked{next(_numbers)}")
        kind = sniff.format_of(path)
    if kind == "parquet":
        raw = _parquet(connection, path)
    elif kind == "workbook":
        raw = _workbook(connection, path, options, score)
    elif kind in {"json", "vector"}:
        raw = _features(connection, path, options, kind)
    else:
        raw = _text(connection, path, options, score, workspace)
    if raw.rows > MAX_ROWS:
        raise FileRejected("E_TOO_MANY_ROWS", f"{path.name} has {raw.rows:,} rows, allowed are {MAX_ROWS:,}; split it by time.")
    if raw.rows == 0:
        raw.warnings.append("W_NO_ROWS")
    return raw


def _columns(path: Path, headers: Sequence[str]) -> list[str]:
    if len(headers) > MAX_COLUMNS:
        raise FileRejected("E_TOO_MANY_COLUMNS", f"{path.name} has {len(headers):,} columns, allowed are {MAX_COLUMNS:,}.")
    return [f"c{ix}" for ix in range(len(headers))]


def _text(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, score: Score, workspace: Path) -> Raw:
    text = sniff.text_of(path, options.encoding)
    if text.encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        path = sniff.transcoded(path, text.encoding, workspace / f"text{next(_numbers)}.csv")
    separator = delimited.separator_of(path)
    head = delimited.head(path, separator)
    headers, last = header_of([fields for fields, _ in head], score, path)
    skipped = head[last][1]
    warnings = ["W_MOJIBAKE"] if any(sniff.looks_garbled(cell) for fields, _ in head for cell in fields) else []
    columns = _columns(path, headers)
    relation = f"raw{next(_numbers)}"
    if not text.has_nul:
        try:
            _scan(connection, relation, path, separator, columns=columns, skipped=skipped)
        except duckdb.Error:
            pass
        else:
            return Raw(relation, headers, ["VARCHAR"] * len(headers), _count(connection, relation), warnings=warnings)
    return _record_by_record(connection, relation, path, separator, headers=headers, last=last, warnings=warnings)


def _scan(connection: duckdb.DuckDBPyConnection, relation: str, path: Path, separator: str, *, columns: list[str], skipped: int) -> None:
    """DuckDB's own reader, for files without a single irregular record; raises where there is one."""
    blank = " AND ".join(f"({column} IS NULL OR trim({column}, $blanks) = '')" for column in columns)
    connection.execute(
        f"""CREATE TEMP TABLE {relation}_rows AS SELECT * FROM read_csv($path, auto_detect=false, header=false, skip=$skip,
            delim=$separator, quote='"', escape='"', all_varchar=true, null_padding=false, strict_mode=true,
            columns=$columns, max_line_size=33554432) WHERE NOT ({blank})""",
        {"path": str(path), "skip": skipped, "separator": separator, "columns": dict.fromkeys(columns, "VARCHAR"), "blanks": BLANKS},
    )
    connection.execute(f"CREATE TEMP VIEW {relation} AS SELECT rowid + 1 AS row_no, * FROM {relation}_rows")


def _record_by_record(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    path: Path,
    separator: str,
    *,
    headers: list[str],
    last: int,
    warnings: list[str],
) -> Raw:
    rows: list[list[str]] = []
    faults: dict[int, tuple[str, ...]] = {}
    seen = -1
    for record in delimited.records(path, separator):
        if record is None:
            continue
        if not record.faults or seen >= last:
            seen += 1
        if seen <= last:
            continue
        codes = record.faults
        if not codes and len(record.fields) != len(headers):
            codes = ("E_RAGGED",)
        rows.append((record.fields + [""] * len(headers))[: len(headers)])
        if codes:
            faults[len(rows)] = codes
    _insert(connection, relation, rows, len(headers))
    return Raw(relation, headers, ["VARCHAR"] * len(headers), len(rows), faults, warnings=warnings)


def _workbook(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, score: Score) -> Raw:
    sheet = workbook.read_sheet(path, options.sheet)
    filled = [row for row in sheet.rows if any(cell.strip() for cell in row)]
    headers, last = header_of(filled[: delimited.HEADER_ROWS], score, path)
    _columns(path, headers)
    rows = [(row + [""] * len(headers))[: len(headers)] for row in filled[last + 1 :]]
    relation = f"raw{next(_numbers)}"
    _insert(connection, relation, rows, len(headers))
    return Raw(relation, headers, ["VARCHAR"] * len(headers), len(rows), warnings=list(sheet.warnings), format="workbook")


def _features(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, kind: str) -> Raw:
    is_json = kind == "json"
    found = features.read_geojson(path, options.datum) if is_json else features.read_vector(path, options.datum, options.encoding)
    headers, rows = found.headers, found.rows
    is_point = (shapely.get_type_id(found.geometry) == 0) & ~shapely.is_empty(found.geometry)
    if is_point.any():
        kept = [ix for ix, header in enumerate(headers) if header.lower() not in {"lon", "lat"}]
        headers = [*(headers[ix] for ix in kept), "lon", "lat"]
        x, y = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        x[is_point], y[is_point] = shapely.get_x(found.geometry[is_point]), shapely.get_y(found.geometry[is_point])
        pairs = [("", "") if np.isnan(a) else (repr(float(a)), repr(float(b))) for a, b in zip(x, y, strict=True)]
        rows = [[*(row[ix] for ix in kept), *pair] for row, pair in zip(rows, pairs, strict=True)]
    _columns(path, headers)
    relation = f"raw{next(_numbers)}"
    _insert(connection, relation, rows, len(headers))
    return Raw(
        relation, headers, ["VARCHAR"] * len(headers), len(rows), geometry=found.geometry, warnings=list(found.warnings), format=kind
    )


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Raw:
    relation = f"raw{next(_numbers)}"
    try:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
        count = connection.execute("SELECT count(*) FROM read_parquet($path)", {"path": str(path)}).fetchall()
    except duckdb.Error as error:
        raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened as Parquet; send it again.") from error
    headers = [str(row[0]) for row in described]
    columns = _columns(path, headers)
    renamed = ", ".join(f"{quoted(header)} AS {column}" for header, column in zip(headers, columns, strict=True))
    connection.from_parquet(str(path), file_row_number=True).project(f"file_row_number + 1 AS row_no, {renamed}").create_view(relation)
    return Raw(relation, headers, [str(row[1]) for row in described], int(count[0][0]), format="parquet")


def header_of(rows: Sequence[Sequence[str]], score: Score, path: Path) -> tuple[list[str], int]:
    """Which of the first rows is the header, two-row headings joined; the names and the index of its last row.

    Raises
    ------
    FileRejected
        ``E_NO_HEADER`` when the first row reads like data.
    """
    best: tuple[int, int, list[str]] | None = None
    for ix, row in enumerate(rows):
        names = [cell.strip() for cell in row]
        options = [(score(names), ix, names)]
        if ix + 1 < len(rows):
            width = max(len(row), len(rows[ix + 1]))
            upper, lower = ((list(part) + [""] * width)[:width] for part in (row, rows[ix + 1]))
            joined = [(below or above).strip() for above, below in zip(upper, lower, strict=True)]
            options.append((score(joined), ix + 1, joined))
        for option in options:
            if option[0] > (best[0] if best else 0):
                best = option
    if best is not None:
        return best[2], best[1]
    first = [cell.strip() for cell in rows[0]]
    if any(cell.replace(".", "").replace("-", "").isdigit() for cell in first) or not any(first):
        raise FileRejected("E_NO_HEADER", f"{path.name} has no header row; its first row is '{', '.join(first[:4])[:80]}'.")
    return first, 0


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: Sequence[Sequence[Any]], width: int) -> None:
    frame = pd.DataFrame([list(row) for row in rows], columns=[f"c{ix}" for ix in range(width)], dtype="str")
    frame.insert(0, "row_no", np.arange(1, len(frame) + 1, dtype=np.int64))
    connection.register("rows_to_insert", frame)
    typed = ", ".join(["row_no", *(f"CAST(c{ix} AS VARCHAR) AS c{ix}" for ix in range(width))])
    connection.execute(f"CREATE TEMP TABLE {relation} AS SELECT {typed} FROM rows_to_insert")
    connection.unregister("rows_to_insert")


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    # fetchone would leave the result open, and an open result blocks registering frames.
    return int(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])
