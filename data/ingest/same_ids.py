"""Rows that share an id: which one is stored, and what becomes of the others.

The latest ``updated_at`` wins and what it supersedes is accepted. Among rows that are equal in this, identical ones are
``E_ID_DUP`` but one; of different ones that with the latest instant stays, ties going by content, and the others are
``E_ID_CONFLICT``. None of this depends on the order of files or rows, or on which of them came first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import duckdb
import numpy as np
import pandas as pd

from data.ingest import frames
from data.ingest.events import NOT_HELD
from data.ingest.fields import EVENT, EVENT_INSTANTS
from data.ingest.rules import BIT

SUPERSEDED: Final = 1 << 60
"""Bit of a row that a later one with the same id replaces: accepted, but kept aside."""
LOST: Final[Mapping[str, int]] = {"E_ID_DUP": BIT["E_ID_DUP"], "E_ID_CONFLICT": BIT["E_ID_CONFLICT"]}
VALID: Final = f"codes IN (0, {SUPERSEDED}, {', '.join(str(bit) for bit in LOST.values())})"
"""Condition on a staged row: nothing is against it but, perhaps, another row of its id."""
_BY_DEFAULT: Final = {
    "urgency": "coalesce(urgency, 'normal')",
    "is_supervised": "coalesce(is_supervised, false)",
    **{name: f"coalesce({name}, 0)" for name in ("rework_count", "postpone_count", "bounce_count")},
}
_LOSERS: Final = "lost_to_same_id"
_FIELDS: Final = tuple(item.name for item in EVENT if item.name not in {"source", "department", *NOT_HELD})


def settle(connection: duckdb.DuckDBPyConnection, area_columns: Sequence[str], absent: Mapping[str, str]) -> str | None:
    """Mark the rows of ``stage`` that lose.

    Parameters
    ----------
    area_columns
        Columns in which a row names its area.
    absent
        Fields without a column in ``stage``, and their types.

    Returns
    -------
    str or None
        A relation with ``file_ix, row_no, code, column_name, value``: the rows that are quarantined; None where no rows share an id.
    """
    if not _find(connection):
        return None
    nothing = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in absent.items())
    rows = f"(SELECT *, stage.rowid AS stage_row{nothing} FROM stage WHERE codes = 0 AND event_id IN (SELECT event_id FROM doubled))"
    compared = {name: _BY_DEFAULT.get(name, name) for name in dict.fromkeys([*_FIELDS, *area_columns])}
    compared["outcome_base"] = "outcome_base"
    content = ", ".join(f"{name} := {sql}" for name, sql in compared.items())
    instants = ", ".join(name for name in EVENT_INSTANTS if name != "updated_at")
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE contested AS SELECT *,
                row_number() OVER (PARTITION BY event_id, content ORDER BY source, department, place, row_no) AS copy,
                first_value(content) OVER (PARTITION BY event_id ORDER BY last_at DESC, content) AS winner
            FROM (SELECT stage_row, file_ix, row_no, event_id, source, department, place,
                    md5(CAST(struct_pack({content}) AS VARCHAR)) AS content, list_max([{instants}]) AS last_at
                FROM {rows} JOIN file_place USING (file_ix)
                QUALIFY updated_at IS NOT DISTINCT FROM max(updated_at) OVER (PARTITION BY event_id))"""
    )
    connection.execute(
        f"""UPDATE stage SET codes = {SUPERSEDED} FROM (SELECT rowid AS stage_row FROM stage WHERE codes = 0
            AND event_id IN (SELECT event_id FROM doubled) AND rowid NOT IN (SELECT stage_row FROM contested)) AS late
            WHERE stage.rowid = late.stage_row"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {_LOSERS} AS SELECT stage_row, file_ix, row_no,
                CASE WHEN content = winner THEN 'E_ID_DUP' ELSE 'E_ID_CONFLICT' END AS code, 'event_id' AS column_name, event_id AS value
            FROM contested WHERE content <> winner OR copy > 1 ORDER BY stage_row"""
    )
    # In the order of the rows they mark: out of order an update of a million rows takes a minute.
    bits = " ".join(f"WHEN '{name}' THEN {bit}" for name, bit in LOST.items())
    connection.execute(f"UPDATE stage SET codes = CASE code {bits} END FROM {_LOSERS} AS lost WHERE stage.rowid = lost.stage_row")
    return _LOSERS


def _find(connection: duckdb.DuckDBPyConnection) -> int:
    """Fill ``doubled`` with the ids that several rows share; how many there are.

    Ids are few that share a hash with another row, and sorting hashes costs a quarter of grouping ids.
    """
    hashes = np.sort(np.asarray(connection.execute("SELECT hash(event_id) AS h FROM stage WHERE codes = 0").fetchnumpy()["h"]))
    frames.temporary(connection, "hash_shared", pd.DataFrame({"h": np.unique(hashes[1:][hashes[1:] == hashes[:-1]])}))
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE doubled AS SELECT event_id FROM stage
            WHERE codes = 0 AND hash(event_id) IN (SELECT h FROM hash_shared) GROUP BY event_id HAVING count(*) > 1"""
    )
    return int(connection.execute("SELECT count(*) FROM doubled").fetchall()[0][0])
