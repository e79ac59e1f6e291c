"""Files to raw rows: whatever the format, a relation of text columns ``c0, c1, …`` beside ``row_no``.

``row_no`` 1 is the first record after the header that is not blank. Parquet keeps its own column types; everything
else is text. Nothing is judged here beyond what makes a record unreadable.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import shapely

from data.errors import FileRejected, QuanyuError
from data.ingest import delimited, encodings, geoparquet, regular, sniff
from data.ingest.delimited import Score
from data.ingest.fields import FIELDS
from data.ingest.handover import shapes_of
from data.ingest.headings import header_of
from data.ingest.limits import MB, limit
from data.ingest.raw import Options, Raw
from data.ingest.sandbox import Sandbox
from data.ingest.sniff import Stamp

STREAMED_MB: Final = 8
"""Size from which a text is read where its rows are used, not into a table first."""
_SAMPLE: Final = 300
_MORE_THAN_ANY: Final = 100
"""Rows a byte of Parquet may stand for; a footer that claims more lies or is a bomb."""
_numbers = itertools.count()
_log = logging.getLogger(__name__)


def read(
    connection: duckdb.DuckDBPyConnection, path: Path, options: Options, score: Score, workspace: Path, *, sandbox: Sandbox | None = None
) -> Raw:
    """Read one file into ``connection``.

    Parameters
    ----------
    score
        How many cells of a row are known headers; the row with most, within the first ones, is the header.
    workspace
        A folder for what must be unpacked or transcoded; the caller removes it.
    sandbox
        The process that reads risky formats, shared by the files of one build; without it one is started where needed.

    Raises
    ------
    FileRejected
        With one of the file codes; nothing else, whatever the file holds.
    """
    own = Sandbox() if sandbox is None else None
    try:
        with _told(path):
            stamp = Stamp.of(path)
            place = workspace / f"read{next(_numbers)}"
            place.mkdir(parents=True)
            raw = _Reading(connection, path, options, score, place, sandbox=sandbox or own or Sandbox()).raw()
            raw.stamp = stamp
            raw.confirm()
    finally:
        if own is not None:
            own.close()
        elif sandbox is not None:
            sandbox.rest()
    if raw.rows == 0 and raw.later is None:
        raw.warnings.append("W_NO_ROWS")
    return raw


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """One file must never end a build: whatever goes wrong is that it cannot be read."""
    try:
        yield
    except QuanyuError:
        raise
    except Exception as error:
        if os.environ.get("QUANYU_TRACEBACK"):
            _log.exception("reading %s", path)
        code = "E_FILE_TOO_BIG" if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)) else "E_CORRUPT"
        raise FileRejected(code, f"{path.name} cannot be read ({type(error).__name__}: {str(error)[:200]}); export it again.") from error


class _Reading:
    """The reading of one file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, options: Options, score: Score, folder: Path, *, sandbox: Sandbox
    ) -> None:
        self._connection, self._path, self._options, self._score = connection, path, options, score
        self._folder, self._sandbox, self._name = folder, sandbox, path.name

    def raw(self) -> Raw:
        """The rows, whatever the format."""
        kind, found = sniff.format_of(self._path), {}
        if kind in {"gzip", "zip"}:
            self._make("unpacked")
            found = self._sandbox.run("contents", self._path, self._name, folder=str(self._folder / "unpacked"))
            self._path = Path(found["path"])
            try:
                kind = "workbook" if found["workbook"] else sniff.format_of(self._path)
            except FileRejected as error:
                raise FileRejected(error.code, str(error).replace(self._path.name, self._name)) from error
        if kind == "parquet":
            return self._parquet()
        if kind == "workbook":
            return self._workbook(found["workbook"] if found else ".xls")
        if kind == "json":
            return self._features("json", encoding=self._options.encoding)
        if kind == "vector":
            return self._features("vector", encoding=self._options.encoding, layer=self._options.sheet)
        return self._text()

    def _columns(self, headers: Sequence[str]) -> list[str]:
        if len(headers) > limit("max_columns"):
            raise FileRejected("E_TOO_MANY_COLUMNS", f"{self._name} has {len(headers):,} columns, allowed are {limit('max_columns'):,}.")
        return [f"c{ix}" for ix in range(len(headers))]

    def _text(self) -> Raw:
        text = encodings.text_of(self._path, self._options.encoding)
        path = self._path
        if not text.is_utf8 and text.encoding != "utf-8-sig":
            path = encodings.transcoded(path, text.encoding, self._folder / "utf8.csv")
        separator = delimited.separator_of(path, self._score)
        head = delimited.head_of(path, separator)
        if not head:
            raise delimited.no_header(path, self._name)
        headers, last, is_known = header_of([fields for fields, _ in head], self._score, self._name)
        if not is_known and sniff.names_no_text(self._path):
            raise FileRejected("E_CORRUPT", f"{self._name} is not what its name says; export it again.")
        columns = self._columns(headers)
        warnings = ["W_MOJIBAKE"] if text.is_spoilt else []
        raw = Raw(f"raw{next(_numbers)}", headers, ["VARCHAR"] * len(headers), 0, warnings=warnings)
        is_plain = not text.has_nul and delimited.takes_a_line_each(path, head[last][1])
        fill = partial(self._fill, path=path, separator=separator, skipped=head[last][1] if is_plain else None, last=last)
        if is_plain and path.stat().st_size >= STREAMED_MB * MB:
            raw.later = fill
            plain = sniff.plainly_named(path, self._folder, "plain.csv")
            rows = regular.written_out(*regular.rows_of(plain, separator, columns, skipped=head[last][1]))
            self._connection.execute(f"CREATE TEMP VIEW {raw.relation} AS SELECT CAST(NULL AS BIGINT) AS row_no, * FROM {rows}")
        else:
            fill(raw)
        return self._garbled(raw)

    def _fill(self, raw: Raw, *, path: Path, separator: str, skipped: int | None, last: int) -> None:
        """Put the records of a text into a table: by DuckDB's own reader where that takes them (``skipped`` lines), else one by one."""
        columns, relation = self._columns(raw.headers), f"raw{next(_numbers)}"
        with _told(self._path):
            if skipped is not None:
                try:
                    self._scan(relation, sniff.plainly_named(path, self._folder, "plain.csv"), separator, columns, skipped=skipped)
                except duckdb.Error as error:
                    if isinstance(error, duckdb.OutOfMemoryException):
                        raise
                else:
                    raw.relation, raw.rows = relation, self._count(relation)
                    return
            cleaned = delimited.clean(path, separator, last, len(raw.headers), self._folder / "clean.csv")
            relation = f"raw{next(_numbers)}"
            self._scan(relation, self._folder / "clean.csv", separator, columns, skipped=0, has_blanks=False)
            raw.relation, raw.rows, raw.faults, raw.originals = relation, cleaned.rows, cleaned.originals.faults, cleaned.originals
            if self._count(relation) != cleaned.rows:
                raise FileRejected("E_CORRUPT", f"{self._name} has records that cannot be told apart; export it again.")

    def _scan(
        self,
        relation: str,
        path: Path,
        separator: str,
        columns: Sequence[str],
        *,
        skipped: int,
        has_blanks: bool = True,
        padded: bool = False,
    ) -> None:
        """DuckDB's own reader, for files without a single irregular record; raises where there is one."""
        rows_of = partial(regular.rows_of, path, separator, columns, skipped=skipped, has_blanks=has_blanks, padded=padded)
        table = f"CREATE TEMP TABLE {relation}_rows AS SELECT * FROM"
        rows, parameters = rows_of()
        try:
            self._connection.execute(f"{table} {rows}", parameters)
        except duckdb.OutOfMemoryException:
            # Left to itself the reader takes many times the longest line for a buffer, and several of them.
            rows, parameters = rows_of(is_frugal=True)
            self._connection.execute(f"{table} {rows}", parameters)
        self._connection.execute(f"CREATE TEMP VIEW {relation} AS SELECT rowid + 1 AS row_no, * FROM {relation}_rows")

    def _workbook(self, ending: str) -> Raw:
        # The library that reads workbooks goes by the ending of their names.
        self._path = sniff.with_ending(self._path, ending, self._folder)
        found = self._sandbox.run("heads", self._path, self._name, sheet=self._options.sheet)
        known = [max((self._score(row) for row in head["rows"]), default=0) for head in found["heads"]]
        # The first sheet that has about as many known headers as any.
        best = next(head for head, score in zip(found["heads"], known, strict=True) if 2 * score >= max(known))
        headers, last, _ = header_of(best["rows"], self._score, self._name)
        columns = self._columns(headers)
        folder = self._make("sheet")
        rows = self._sandbox.run(
            "rows", self._path, self._name, sheet=best["sheet"], skipped=last + 1, width=len(headers), folder=str(folder)
        )
        raw = self._handed_over(folder, headers, columns, rows)
        raw.warnings = [*found["warnings"], *raw.warnings]
        raw.format = "workbook"
        return raw

    def _features(self, task: str, **given: Any) -> Raw:
        folder = self._make("features")
        found = self._sandbox.run(task, self._path, self._name, declared=self._options.datum, folder=str(folder), **given)
        headers = list(found["headers"])
        columns = self._columns(headers)
        if not found["rows"] and not headers:
            # A collection without features says nothing about its columns; it is a table without rows, not a wrong one.
            headers = [item.name for fields in FIELDS.values() for item in fields if item.required and self._score([item.name])]
            headers = list(dict.fromkeys(headers))
            columns = self._columns(headers)
        raw = self._handed_over(folder, headers, columns, found)
        if found.get("has_position") is False:
            raw.headers, raw.types = raw.headers[:-2], raw.types[:-2]
        if found["has_geometry"]:
            raw.geometry = np.array([None if wkb is None else shapely.from_wkb(wkb) for wkb in shapes_of(folder)], dtype=object)
        raw.format = "features" if found.get("has_shapes", True) else task
        return raw

    def _handed_over(self, folder: Path, headers: list[str], columns: list[str], found: Mapping[str, Any]) -> Raw:
        """Rows that the reading process wrote."""
        relation = f"raw{next(_numbers)}"
        self._scan(relation, folder / "rows.csv", ",", columns, skipped=0, has_blanks=False, padded=True)
        faults = {int(row): tuple(codes) for row, codes in found["faults"].items()}
        raw = Raw(relation, headers, ["VARCHAR"] * len(headers), found["rows"], faults, warnings=list(found["warnings"]))
        if faults:
            raw.originals = {}
            raw.originals = raw.cells(self._connection, faults)
        if self._count(relation) != found["rows"]:
            raise FileRejected("E_CORRUPT", f"{self._name} has rows that cannot be told apart; export it again.")
        return self._garbled(raw)

    def _parquet(self) -> Raw:
        relation = f"raw{next(_numbers)}"
        path = sniff.plainly_named(self._path, self._folder, "plain.parquet")
        found = geoparquet.look(self._connection, path, self._name)
        most = min(limit("max_rows"), _MORE_THAN_ANY * path.stat().st_size)
        if found.rows > most:
            raise FileRejected(
                "E_TOO_MANY_ROWS", f"{self._name} claims {found.rows:,} rows, at most {most:,} can be in it; split it or send it again."
            )
        self._columns(found.headers)
        raw = geoparquet.relation(self._connection, path, found, relation, self._options.datum)
        return self._garbled(raw) if 0 < raw.rows <= _SAMPLE * 1000 else raw

    def _garbled(self, raw: Raw) -> Raw:
        """Look at a sample for text that was decoded wrongly before it was sent."""
        if "W_MOJIBAKE" in raw.warnings:
            return raw
        texts = [f"c{ix}" for ix, kind in enumerate(raw.types) if kind == "VARCHAR"]
        cells = [header[:200] for header in raw.headers]
        if texts:
            try:
                rows = self._first(raw, texts)
            except duckdb.Error:
                raw.settle()
                rows = self._first(raw, texts)
            cells += [cell[:200] for row in rows for cell in row if cell]
        if encodings.looks_garbled(cells):
            raw.warnings.append("W_MOJIBAKE")
        return raw

    def _first(self, raw: Raw, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        return self._connection.execute(f"SELECT {', '.join(columns)} FROM {raw.relation} LIMIT {_SAMPLE}").fetchall()

    def _make(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    def _count(self, relation: str) -> int:
        # fetchone would leave the result open, and an open result blocks registering frames.
        return int(self._connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])
