"""Which rows of a file have which codes, held in a few bytes a row: every row of a file may have one."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from data.ingest import frames, quarantine
from data.ingest.rules import BIT, POSITION_CODES

_POSITION: Final = 40
"""First bit of the codes of positions, behind those of rows."""
_ASIDE: Final = "rows_set_aside"


class RowCodes(Mapping[str, list[str]]):
    """Row number as text → codes: those of the row in order, then that of its position. In the order of the rows.

    Parameters
    ----------
    numbers
        Row numbers in order.
    bits
        Of each row the bits of its codes, those of positions from bit 40 on.
    """

    def __init__(self, numbers: npt.NDArray[np.int64], bits: npt.NDArray[np.int64]) -> None:
        known, self._kinds = np.unique(bits, return_inverse=True)
        self._numbers, self._codes = numbers, [_codes(int(one)) for one in known]

    def __getitem__(self, number: str) -> list[str]:
        wanted = int(number) if number.isascii() and number.isdigit() else -1
        at = int(np.searchsorted(self._numbers, wanted))
        if at == len(self._numbers) or self._numbers[at] != wanted:
            raise KeyError(number)
        return list(self._codes[self._kinds[at]])

    def __iter__(self) -> Iterator[str]:
        return (str(number) for number in self._numbers)

    def items(self) -> ItemsView[str, list[str]]:
        """As of any mapping, but in one pass."""
        return _Items(self)

    def pairs(self) -> Iterator[tuple[str, list[str]]]:
        """Row number and codes in one pass; rows of one kind share their list."""
        return ((str(number), self._codes[kind]) for number, kind in zip(self._numbers, self._kinds, strict=True))

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return repr(dict(self))


class _Items(ItemsView[str, list[str]]):
    def __init__(self, codes: RowCodes) -> None:
        super().__init__(codes)
        self._of = codes

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        return self._of.pairs()


def of_file(connection: duckdb.DuckDBPyConnection, file_ix: int, aside: pd.DataFrame) -> RowCodes:
    """The quarantined rows of a file, and those whose position was set aside (``row_no``; ``place`` in ``POSITION_CODES``)."""
    branches = " ".join(f"WHEN '{code}' THEN {bit}" for code, bit in BIT.items())
    frames.temporary(connection, _ASIDE, aside)
    found = connection.execute(
        f"""SELECT row_no, bit_or(bits) AS bits FROM (
                SELECT row_no, (CASE code {branches} END)::BIGINT AS bits FROM {quarantine.TABLE} WHERE file_ix = $file_ix
                UNION ALL SELECT row_no, 1::BIGINT << ({_POSITION} + place::BIGINT) FROM {_ASIDE}) GROUP BY row_no ORDER BY row_no""",
        {"file_ix": file_ix},
    ).fetchnumpy()
    connection.execute(f"DROP TABLE {_ASIDE}")
    return RowCodes(np.asarray(found["row_no"], np.int64), np.asarray(found["bits"], np.int64))


def _codes(bits: int) -> list[str]:
    own = sorted(code for code, bit in BIT.items() if bits & bit)
    return own + [code for ix, code in enumerate(POSITION_CODES) if code and bits >> (_POSITION + ix) & 1]
