"""Rows that were not accepted: which row, which column, which value, why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pandas as pd


class Quarantine:
    """Collects reasons per file and writes them for the source's publisher.

    The values are as they were sent and may hold personal data: the files are readable by their owner only.
    """

    COLUMNS: ClassVar = ("feed_ix", "file_ix", "row_no", "code", "column_name", "value")

    def __init__(self) -> None:
        self._frames: list[pd.DataFrame] = []

    def add(self, details: pd.DataFrame) -> None:
        """Take reasons with the columns :attr:`COLUMNS`."""
        if len(details):
            self._frames.append(details[list(self.COLUMNS)].astype({"feed_ix": "int64", "file_ix": "int64", "row_no": "int64"}))

    def table(self) -> pd.DataFrame:
        """All reasons, one line each, by file, row and code."""
        if not self._frames:
            return pd.DataFrame({name: [] for name in self.COLUMNS})
        table = pd.concat(self._frames, ignore_index=True).drop_duplicates()
        return table.sort_values(["feed_ix", "file_ix", "row_no", "code"], kind="stable").reset_index(drop=True)

    def reasons(self, feed_ix: int, file_ix: int) -> dict[str, int]:
        """Code → number of rows of one file that have it."""
        table = self.table()
        chosen = table[(table["feed_ix"] == feed_ix) & (table["file_ix"] == file_ix)]
        counts = chosen.drop_duplicates(["row_no", "code"]).groupby("code").size()
        return {str(code): int(n) for code, n in counts.items()}

    def rows(self, feed_ix: int, file_ix: int) -> dict[int, list[str]]:
        """Row number → codes of one file, in order."""
        table = self.table()
        chosen = table[(table["feed_ix"] == feed_ix) & (table["file_ix"] == file_ix)]
        return {int(row_no): sorted(set(group)) for row_no, group in chosen.groupby("row_no")["code"]}

    def write(self, folder: Path, sources: Mapping[int, str], files: Mapping[tuple[int, int], str]) -> None:
        """One CSV per source that has rows here: ``file, row, column, value, code``."""
        table = self.table()
        for feed_ix, rows in table.groupby("feed_ix"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{sources[int(feed_ix)]}.csv"
            path.touch(mode=0o600)
            names = [files.get((int(feed_ix), int(file_ix)), "") for file_ix in rows["file_ix"]]
            shown = pd.DataFrame(
                {
                    "file": names,
                    "row": rows["row_no"].array,
                    "column": rows["column_name"].array,
                    "value": rows["value"].array,
                    "code": rows["code"].array,
                }
            )
            shown.to_csv(path, index=False, encoding="utf-8-sig")
