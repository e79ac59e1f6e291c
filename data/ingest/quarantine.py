"""Rows that were not accepted: which row, which column, which value, why; and the row as it came."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import duckdb
import pandas as pd

from data.codes import CODES
from data.ingest import frames

ID_CODES: Final = ("E_ID_DUP", "E_ID_CONFLICT")
"""Reasons that depend on other files too."""
EXPLAINING: Final = ("row", "code", "column", "value", "reason")
"""Headers of the columns that stand before a rejected row and are not read when it comes back."""
TABLE: Final = "quarantined"


class Quarantine:
    """Collects reasons per file, in a temporary table: the database holds what does not fit into memory on disk."""

    COLUMNS: ClassVar = ("file_ix", "row_no", "code", "column_name", "value")

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute(f"CREATE TEMP TABLE {TABLE} (file_ix BIGINT, row_no BIGINT, code VARCHAR, column_name VARCHAR, value VARCHAR)")

    def add(self, details: pd.DataFrame | str) -> None:
        """Take reasons with the columns :attr:`COLUMNS`: a frame, or a relation of the connection by name."""
        if isinstance(details, str):
            self._connection.execute(f"INSERT INTO {TABLE} SELECT {', '.join(self.COLUMNS)} FROM {details}")
        elif len(details):
            frames.temporary(self._connection, f"{TABLE}_new", details[list(self.COLUMNS)])
            self._connection.execute(f"INSERT INTO {TABLE} SELECT * FROM {TABLE}_new; DROP TABLE {TABLE}_new")

    def take(self, file_ix: int, relation: str) -> None:
        """Take the reasons of one file out of a relation with the columns :attr:`COLUMNS` but ``file_ix``."""
        columns = ", ".join(self.COLUMNS[1:])
        self._connection.execute(f"INSERT INTO {TABLE} SELECT $file_ix, {columns} FROM {relation}", {"file_ix": file_ix})

    def table(self, file_ix: int | None = None) -> pd.DataFrame:
        """All reasons, or those of one file, one line each, by file, row and code."""
        rows = f"SELECT DISTINCT * FROM {TABLE} WHERE $file_ix IS NULL OR file_ix = $file_ix ORDER BY file_ix, row_no, code, column_name"
        return self._connection.execute(rows, {"file_ix": file_ix}).df()

    def first(self, file_ix: int, most: int) -> pd.DataFrame:
        """Of one file the first ``most`` rows of each reason."""
        rows = f"""SELECT row_no, code, column_name, value FROM {TABLE} WHERE file_ix = $file_ix
            QUALIFY row_number() OVER (PARTITION BY code ORDER BY row_no, column_name) <= $most ORDER BY row_no, code, column_name"""
        return self._connection.execute(rows, {"file_ix": file_ix, "most": most}).df()

    def reasons(self) -> dict[int, dict[str, int]]:
        """File → code → number of rows that have it."""
        found: dict[int, dict[str, int]] = {}
        counts = f"SELECT file_ix, code, count(DISTINCT row_no) FROM {TABLE} GROUP BY ALL ORDER BY ALL"
        for file_ix, code, n in self._connection.execute(counts).fetchall():
            found.setdefault(file_ix, {})[code] = n
        return found


@dataclass(frozen=True)
class Originals:
    """The headers of a file and, by row number, cells exactly as they came; a ragged row may have more cells than headers."""

    headers: Sequence[str]
    cells: Mapping[int, Sequence[str | None]]


def write(path: Path, reasons: pd.DataFrame, originals: Originals) -> None:
    """Write one file's quarantine: ``row, code, column, value, reason``, then the row under its own headers.

    It can be corrected and sent again: the first five columns are not read. The values may hold personal data: the file is
    readable by its owner only.

    Parameters
    ----------
    reasons
        With the columns :attr:`Quarantine.COLUMNS`; one line is written per row and reason.
    """
    width = max([len(originals.headers), *(len(cells) for cells in originals.cells.values())])
    headers = [*originals.headers, *("" for _ in range(width - len(originals.headers)))]
    save(path, [*EXPLAINING, *headers], lines(reasons, originals, width))


def lines(reasons: pd.DataFrame, originals: Originals, width: int = 0) -> list[list[object]]:
    """The lines of a quarantine, ``width`` cells after our own five."""
    columns = reasons[["row_no", "code", "column_name", "value"]].astype(object)
    return [
        [row_no, code, column, "" if value is None or value != value else value, _sentence(code),  # noqa: PLR0124 - NaN
         *_padded(originals.cells.get(int(row_no), ()), width or len(originals.headers))]
        for row_no, code, column, value in columns.itertuples(index=False, name=None)
    ]  # fmt: skip


def save(path: Path, headers: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write a table that only its owner may read."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(lines)


def _padded(cells: Sequence[str | None], width: int) -> list[str]:
    return ["" if cell is None or cell != cell else str(cell) for cell in (*cells, *("",) * (width - len(cells)))]  # noqa: PLR0124 - NaN


def _sentence(code: str) -> str:
    known = CODES.get(code)
    return "" if known is None else f"{known.zh} {known.en}"
