"""Rows that were not accepted: which row, which column, which value, why; and the row as it came."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import pandas as pd

from data.codes import CODES

ID_CODES: Final = ("E_ID_DUP", "E_ID_CONFLICT")
"""Reasons that depend on other files too."""
EXPLAINING: Final = ("row", "code", "column", "value", "reason")
"""Headers of the columns that stand before a rejected row and are not read when it comes back."""


class Quarantine:
    """Collects reasons per file."""

    COLUMNS: ClassVar = ("file_ix", "row_no", "code", "column_name", "value")

    def __init__(self) -> None:
        self._frames: list[pd.DataFrame] = []

    def add(self, details: pd.DataFrame) -> None:
        """Take reasons with the columns :attr:`COLUMNS`."""
        if len(details):
            self._frames.append(details[list(self.COLUMNS)].astype({"file_ix": "int64", "row_no": "int64"}))

    def table(self) -> pd.DataFrame:
        """All reasons, one line each, by file, row and code."""
        if not self._frames:
            return pd.DataFrame({name: [] for name in self.COLUMNS})
        table = pd.concat(self._frames, ignore_index=True).drop_duplicates()
        return table.sort_values(["file_ix", "row_no", "code"], kind="stable").reset_index(drop=True)

    def reasons(self) -> dict[int, dict[str, int]]:
        """File → code → number of rows that have it."""
        counts = self.table().drop_duplicates(["file_ix", "row_no", "code"]).groupby(["file_ix", "code"]).size()
        found: dict[int, dict[str, int]] = {}
        for (file_ix, code), n in counts.items():
            found.setdefault(int(file_ix), {})[str(code)] = int(n)
        return found

    def rows(self, file_ix: int) -> dict[int, list[str]]:
        """Row number → codes of one file, in order."""
        table = self.table()
        chosen = table[table["file_ix"] == file_ix]
        return {int(row_no): sorted(set(group)) for row_no, group in chosen.groupby("row_no")["code"]}


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
