"""Short ways to values, as SQL: cells that stand as their values are written need no reading.

Every way takes a raw cell and gives its value, or NULL where the long way (:mod:`data.ingest.values`) must decide. Both
ways give the same wherever both give anything; the short one costs a fraction and repairs nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import duckdb

from data.ingest import values
from data.ingest.fields import Field
from data.ingest.raw import Raw
from data.ingest.recognise import Recognised

FEWEST: Final = 20_000
"""Rows of a file for which going two ways costs less than one."""
SAMPLE: Final = 2_000
"""Rows that are looked at before a way is chosen."""
ODD: Final = "row_no IN (SELECT row_no FROM odd_rows)"
"""Condition on a row that the short ways did not serve."""
_MOST_ODD: Final = 0.05
MOST_LEFT: Final = 1 / 3
"""Share of rows beyond which leaving them out costs more than it saves."""
_PLAIN_INSTANT: Final = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_BARE_CODE: Final = "[0-9A-Za-z][0-9A-Za-z_/:()-]{0,63}"
"""Without a point, so that no number is among them."""
_BARE: Final = "[0-9A-Za-z_/:()~-]*"


def ways(
    connection: duckdb.DuckDBPyConnection,
    fields: Sequence[Field],
    recognised: Recognised,
    raw: Raw,
    words: Mapping[str, Mapping[str, str]],
    *,
    later: Collection[str] = (),
) -> dict[int, str]:
    """Raw column → SQL of its value or NULL, for columns of text that are one field's alone and that no configured word changes.

    Only columns whose first cells are nearly all served. The fields ``later`` are taken as they come, for whoever asks reads them
    afterwards (:mod:`data.ingest.texts`).
    """
    found = _possible(fields, recognised, raw, words, later)
    if not found:
        return found
    counts = ", ".join(f"count(c{ix}) - count({value})" for ix, value in found.items())
    statement = f"SELECT count(*), {counts} FROM (SELECT * FROM {raw.relation} LIMIT {SAMPLE})"
    rows, *odd = connection.execute(statement).fetchall()[0]
    served = {ix: value for (ix, value), n in zip(found.items(), odd, strict=True) if n <= _MOST_ODD * rows}
    as_they_come = {ix for name in later for ix in recognised.columns.get(name, ())}
    return {ix: f"c{ix}" if ix in as_they_come else value for ix, value in served.items()}


def _possible(
    fields: Sequence[Field], recognised: Recognised, raw: Raw, words: Mapping[str, Mapping[str, str]], later: Collection[str]
) -> dict[int, str]:
    found = {}
    uses = Counter(ix for columns in recognised.columns.values() for ix in columns)
    for item in fields:
        columns = recognised.columns.get(item.name, ())
        if len(columns) != 1 or uses[columns[0]] > 1 or raw.types[columns[0]] != "VARCHAR" or words.get(item.name):
            continue
        if item.type in _WAYS:
            found[columns[0]] = _WAYS[item.type](f"c{columns[0]}")
        elif item.type == "choice":
            found[columns[0]] = choice(f"c{columns[0]}", item)
        elif item.name in later:
            found[columns[0]] = text(f"c{columns[0]}")
    return found


def instant(cell: str) -> str:
    """The local time of an untouched cell that is written in full and in the order of ISO, else NULL.

    What it gives is what :func:`data.ingest.times.local_instant` gives, at a fraction of the cost.
    """
    shape = f"({cell} LIKE '____-__-__ __:__:__' OR regexp_full_match({cell}, '{_PLAIN_INSTANT}'))"
    return f"CASE WHEN {shape} THEN TRY_CAST({cell} AS TIMESTAMP) END"


def number(cell: str) -> str:
    """The number of an untouched cell that needs no reading, else NULL."""
    return f"CASE WHEN isfinite(TRY_CAST({cell} AS DOUBLE)) THEN TRY_CAST({cell} AS DOUBLE) END"


def count(cell: str) -> str:
    """The whole number from 0 of an untouched cell, else NULL."""
    value = f"TRY_CAST({cell} AS DOUBLE)"
    return f"CASE WHEN {value} >= 0 AND {value} < 9e15 AND {value} = trunc({value}) THEN CAST({value} AS BIGINT) END"


def choice(cell: str, item: Field) -> str:
    """The key of an untouched cell that is one of the shipped words, else NULL."""
    known = {
        word: key for key, words in reversed(list(item.words.items())) for word in (key, *words) if word.lower() not in values.NULL_WORDS
    }
    words, keys = (", ".join("'" + text.replace("'", "''") + "'" for text in texts) for texts in (known, known.values()))
    return f"([{keys}])[list_position([{words}], {cell})]" if known else "NULL::VARCHAR"


def text(cell: str) -> str:
    """An untouched cell that is neither blank at an end nor a word for nothing, else NULL."""
    return f"CASE WHEN trim({cell}, '{values.BLANKS}') = {cell} AND NOT {values.is_nothing(cell, is_varied=True)} THEN {cell} END"


def code(cell: str) -> str:
    """An untouched cell that is an id or code as it stands, else NULL."""
    words = values.is_one_of(f"lower({cell})", (word for word in values.NULL_WORDS if re.fullmatch(_BARE, word)))
    # Letters, digits and the four characters "-_.~" are all that needs no escape in an address: one look instead of a pattern's.
    is_plain = f"(url_encode({cell}) = {cell} AND NOT contains({cell}, '.') AND strlen({cell}) <= 64)"
    return f"CASE WHEN ({is_plain} OR regexp_full_match({cell}, '{_BARE_CODE}')) AND NOT (strlen({cell}) < 12 AND {words}) THEN {cell} END"


_WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "instant": instant, "degrees": number, "number": number, "count": count, "id": code, "code": code,
}  # fmt: skip
