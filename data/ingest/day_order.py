"""Whether 3/4/2026 is the fourth of March or the third of April: what the other times of the file say.

Dates that end in the year are written by programs set to another country, and one file is written by one of them. A file in
which 13/4/2026 stands has the day first, one in which 4/13/2026 stands or a clock of twelve hours the month. Where nothing
tells, or both stand, a date that can be read both ways is refused instead of guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

import duckdb

FORM: Final = "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?: .*)?"
_HALVES: Final = "[AaPp][Mm]$"


class DayOrder(Enum):
    """What stands first in the dates of a file that end in the year; ``UNTOLD`` where the file does not tell."""

    MONTH = "month"
    DAY = "day"
    UNTOLD = "untold"


def day_order(connection: duckdb.DuckDBPyConnection, cells: str, names: Sequence[str], parameters: dict[str, object]) -> DayOrder:
    """The order in one file, from all of its times together.

    Parameters
    ----------
    cells
        A relation with the columns ``names`` of text.
    """
    told = ", ".join(f"count(*) FILTER ({condition})" for condition in (_part(1) + " > 12", _part(2) + " > 12", _is_halved(), is_open("g")))
    statement = f"SELECT {told} FROM (SELECT unnest([{', '.join(names)}]) AS g FROM ({cells})) WHERE {_has_form('g')}"
    named = duckdb.extract_statements(statement)[0].named_parameters
    days, months, halves, opens = connection.execute(statement, {name: parameters[name] for name in named}).fetchall()[0]
    if bool(days) != bool(months):
        return DayOrder.DAY if days else DayOrder.MONTH
    return DayOrder.UNTOLD if opens and (days or not halves) else DayOrder.MONTH


def is_open(cell: str) -> str:
    """Whether a cell is a date that has another day when day and month change places."""
    first, second = _part(1, cell), _part(2, cell)
    return f"(coalesce({_has_form(cell)} AND {first} <= 12 AND {second} <= 12 AND {first} <> {second}, false))"


def is_day_first(cell: str) -> str:
    """Whether a cell of the form can only have its day first."""
    return f"({_part(1, cell)} > 12)"


def _has_form(cell: str) -> str:
    return f"regexp_full_match({cell}, '{FORM}')"


def _part(place: int, cell: str = "g") -> str:
    return f"TRY_CAST(split_part({cell}, '/', {place}) AS INTEGER)"


def _is_halved(cell: str = "g") -> str:
    return f"regexp_matches({cell}, '{_HALVES}')"
