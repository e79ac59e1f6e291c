"""Which of a table's first rows is its header: titles and notes above it, headings of two rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from data.errors import FileRejected
from data.ingest.delimited import BLANKS

_LOOKS_LIKE_DATA: Final = re.compile(r"[\s\d./:年月日时分秒TZ+-]*\d[\s\d./:年月日时分秒TZ+-]*")
_MOST_BELOW: Final = 20
"""Rows below a heading that are looked at to tell it from them."""


def header_of(rows: Sequence[Sequence[str]], score: Callable[[Sequence[str]], int], name: str) -> tuple[list[str], int, bool]:
    """Which of the first rows is the header, two-row headings joined.

    Where no name is known it is the first row that is at least half as full as the fullest: titles and notes above a table are not. The
    row below belongs to it where it names columns that have no name yet and reads otherwise than the rows that follow.

    Returns
    -------
    tuple
        The names, the index of the header's last row, and whether any name is known.

    Raises
    ------
    FileRejected
        ``E_NO_HEADER`` when that row reads like data.
    """
    best: tuple[int, int, list[str]] | None = None
    for ix, row in enumerate(rows):
        names = [cell.strip(BLANKS) for cell in row]
        options = [(score(names), ix, names)]
        if ix + 1 < len(rows):
            joined = _joined(row, rows[ix + 1])
            options.append((score(joined), ix + 1, joined))
        for option in options:
            if option[0] > (best[0] if best else 0):
                best = option
    if best is not None and (best[0] > 1 or not any(_LOOKS_LIKE_DATA.fullmatch(cell) for cell in best[2])):
        return best[2], best[1], True
    filled = [len({cell.strip(BLANKS) for cell in row} - {""}) for row in rows]
    at = next(ix for ix, n in enumerate(filled) if 2 * n >= max(filled))
    first = [cell.strip(BLANKS) for cell in rows[at]]
    if any(_LOOKS_LIKE_DATA.fullmatch(cell) for cell in first) or not any(first):
        raise FileRejected("E_NO_HEADER", f"{name} has no header row; its first row is '{', '.join(first[:4])[:80]}'.")
    if at + 1 < len(rows) and _is_second(first, rows[at + 1], rows[at + 2 : at + 2 + _MOST_BELOW]):
        return _joined(first, rows[at + 1]), at + 1, False
    if at > 0 and filled[at - 1] > 1 and _is_second(rows[at - 1], first, rows[at + 1 : at + 1 + _MOST_BELOW]):
        return _joined(rows[at - 1], first), at, False
    return first, at, False


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of a heading of two rows: the lower one's, where it has none the upper one's."""
    width = max(len(upper), len(lower))
    above, below = ((list(part) + [""] * width)[:width] for part in (upper, lower))
    return [(under.strip(BLANKS) or over.strip(BLANKS)) for over, under in zip(above, below, strict=True)]


def _is_second(upper: Sequence[str], lower: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row is the lower half of a heading: it names what the upper leaves open, and reads like none of the rows below it."""
    width = max(len(upper), len(lower))
    above, below = ([cell.strip(BLANKS) for cell in (list(part) + [""] * width)[:width]] for part in (upper, lower))
    # A merged cell of a workbook stands in all the cells that it covers.
    spread = [bool(over) and over in above[max(ix - 1, 0) : ix] + above[ix + 1 : ix + 2] for ix, over in enumerate(above)]
    opened = sum(
        bool(under and under != over and (not over or is_spread)) for over, under, is_spread in zip(above, below, spread, strict=True)
    )
    closed = sum(bool(over and under in ("", over)) for over, under in zip(above, below, strict=True))
    if not opened or opened + closed < 2 or any(_LOOKS_LIKE_DATA.fullmatch(cell) for cell in (*above, *below)):
        return False
    for ix, cell in enumerate(below):
        column = [value for row in rows if ix < len(row) and (value := row[ix].strip(BLANKS))]
        if cell and column and 2 * sum(bool(_LOOKS_LIKE_DATA.fullmatch(value)) for value in column) > len(column):
            return True
    return False
