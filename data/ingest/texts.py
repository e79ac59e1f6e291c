"""Texts that are staged as they came and read afterwards, each one once, however many rows hold it.

Names and free texts are the most cells of a large file, and nearly all of them are kept as they stand. Read cell by cell they
cost half of staging; their distinct texts cost a fraction of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import duckdb

from data.ingest import times, values
from data.ingest.cells import Cells
from data.ingest.fields import Field
from data.ingest.raw import Raw
from data.ingest.recognise import Recognised
from data.ingest.rules import Check

TYPES: Final = frozenset({"name", "text"})
"""Types of fields that may be read afterwards."""
_FEW: Final = 0.1
"""Share of the rows up to which distinct texts are gathered first."""


def put_right(
    connection: duckdb.DuckDBPyConnection,
    rows: tuple[str, str],
    item: Field,
    checks: Sequence[Check],
    *,
    stands_in: str,
    is_needed: bool,
    parameters: values.Parameters,
    used: Callable[[str], Mapping[str, Any]],
    zone: times.Zone,
) -> str | None:
    """Bring the texts of one column to what they are when every cell is read in full.

    Parameters
    ----------
    rows
        A table, and the condition for the rows that were staged as they came.
    checks
        The rules of this field alone.
    stands_in
        What is staged of the field: SQL over its name, which may put another text where a cell is empty.
    is_needed
        Rules over several fields ask whether this one is empty.
    used
        The parameters that a statement names.

    Returns
    -------
    str or None
        Condition on the rows for which this is not enough, for there is something against their text; None where there are none.
    """
    (table, where), name, found = rows, item.name, f"texts_of_{item.name}"
    n, distinct = connection.execute(f"SELECT count({name}), approx_count_distinct({name}) FROM {table} WHERE {where}").fetchall()[0]
    if not n:
        return None
    gathered = "DISTINCT " if distinct <= _FEW * n else ""
    given = f"(SELECT NULL AS row_no, * FROM (SELECT {gathered}{name} AS c0 FROM {table} WHERE {where} AND {name} IS NOT NULL))"
    raw = Raw(given, [name], ["VARCHAR"], n)
    cells = Cells([item], Recognised({name: (0,)}), raw, zone, parameters, words={}, is_projected=False, are_kept=True)
    against = " OR ".join(f"coalesce({check.condition}, false)" for check in checks) or "false"
    typed = cells.typed()
    # A text that stands in for empty cells was in none; where it is not as it would be read, only the cells can tell the two apart.
    odd = f"is_against OR coalesce(was = (SELECT {stands_in} FROM (SELECT CAST(NULL AS VARCHAR) AS {name})), false)"
    odd += f" OR {name} IS NULL" if is_needed else ""
    statement = f"""CREATE OR REPLACE TEMP TABLE {found} AS SELECT DISTINCT was, {stands_in} AS becomes, {odd} AS is_odd
        FROM (SELECT k0 AS was, {cells.output(item)} AS {name}, {against} AS is_against FROM ({typed}))
        WHERE is_against OR was IS DISTINCT FROM {name}"""
    connection.execute(statement, used(statement))
    odd_texts, others = connection.execute(f"SELECT count(*) FILTER (is_odd), count(*) FILTER (NOT is_odd) FROM {found}").fetchall()[0]
    if others:
        connection.execute(
            f"UPDATE {table} SET {name} = becomes FROM (SELECT was, becomes FROM {found} WHERE NOT is_odd) AS t "
            f"WHERE {where} AND {table}.{name} = was"
        )
    return f"{name} IN (SELECT was FROM {found} WHERE is_odd)" if odd_texts else None
