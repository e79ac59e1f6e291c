"""Sums over days: a window without other filters, however wide, is the difference of two rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.index.codes import PACKED, Packing
from data.index.compiled import compiled
from data.index.rows import ByCode, Mask, Rows


@dataclass(frozen=True)
class Sums:
    """Events before each day by code, for each packed column; shape (days + 1, codes).

    Cases are all events; kinds, clocks and areas only those of the cohort. Areas are summed over areas, too: column ``ix`` holds those
    of all areas before ``ix``, so there is one column more.
    """

    case: ByCode
    kind: ByCode
    clock: ByCode
    area: ByCode

    @classmethod
    def over(cls, rows: Rows, packing: Packing, in_cohort: Mask) -> Sums:
        """Add up all rows; ``in_cohort`` is by outcome."""
        widths = [packing.size(name) + (name == "area") for name in PACKED]
        found = cls(*(np.zeros((packing.days + 1, width), dtype=np.uint32) for width in widths))
        _add_up(rows, in_cohort[packing.values["case"]["outcome_ix"]], found.case, found.kind, found.clock, found.area)
        for table in (found.case, found.kind, found.clock, found.area):
            np.cumsum(table, axis=0, out=table)
        np.cumsum(found.area, axis=1, out=found.area)
        return found

    def between(self, column: str, first: int, end: int) -> ByCode:
        """Events by code from one day to before another."""
        table: ByCode = getattr(self, column)
        found: ByCode = table[end] - table[first]
        return np.diff(found) if column == "area" else found

    def per_day(self, column: str, passes: Mask) -> ByCode:
        """Events per day of the codes that pass."""
        table: ByCode = getattr(self, column)
        if column != "area":
            return np.diff(_of_codes(table, passes.astype(np.uint32)))
        edges = np.diff(np.concatenate([[0], passes.astype(np.int8), [0]]))
        total = np.zeros(len(table), dtype=np.uint32)
        for first, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
            total += table[:, end] - table[:, first]
        return np.diff(total)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(table.nbytes for table in (self.case, self.kind, self.clock, self.area))


@compiled
def _add_up(rows: Rows, in_cohort: Mask, case: ByCode, kind: ByCode, clock: ByCode, area: ByCode) -> None:  # noqa: PLR0917
    """Count rows into the row of the day after theirs."""
    for i in range(len(rows.day)):
        day = rows.day[i] + 1
        case[day, rows.case[i]] += 1
        if in_cohort[rows.case[i]]:
            kind[day, rows.kind[i]] += 1
            clock[day, rows.clock[i]] += 1
            area[day, rows.area[i] + 1] += 1


@compiled
def _of_codes(table: ByCode, passes: ByCode) -> ByCode:
    """Of each row the sum over the codes that pass."""
    found = np.zeros(len(table), np.uint32)
    for row in range(len(table)):
        total = np.uint32(0)
        for code in range(len(passes)):
            total += table[row, code] * passes[code]
        found[row] = total
    return found
