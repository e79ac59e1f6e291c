"""Stored events back to staged rows, so that they can be judged beside new ones without reading their files again.

What is stored is enough: staging it again gives the same events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb

from data.ingest import events, outcomes
from data.ingest.fields import EVENT, level_fields
from data.ingest.placing import UNKNOWN_DATUM
from data.ingest.rules import POSITION_CODES
from data.schema import DATUMS, URGENCIES

_SWAPPED: Final = POSITION_CODES.index("E_COORD_SWAPPED")
_NOT_DEGREES: Final = "abs(e.given_lon) > 180 OR abs(e.given_lat) > 90"


def stage_again(
    connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...], table: str, where: str, parameters: Mapping[str, Any]
) -> None:
    """Append stored events, or rows that lost to them, to ``stage``.

    Parameters
    ----------
    table
        ``event`` or ``rival``, after the name of an attached database where it is not the one in use.
    where
        Condition over ``e``, a row of the table.
    """
    prefix = table.rpartition(".")[0]
    prefix = f"{prefix}." if prefix else ""
    area_levels = level_fields(levels)
    events.provide(connection, levels, [*(item.name for item in EVENT), *(item.name for item in area_levels)])
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in _columns([item.name for item in area_levels]).items())
    connection.execute(
        f"""INSERT INTO stage BY NAME SELECT {chosen} FROM {table} AS e
            JOIN {prefix}given AS g USING (given_ix) JOIN {prefix}source AS s USING (source_ix)
            JOIN {prefix}department AS d USING (department_ix) JOIN {prefix}outcome AS o USING (outcome_ix)
            JOIN {prefix}declared AS w USING (declared_ix) WHERE {where}""",
        dict(parameters),
    )


def _columns(area_levels: Sequence[str]) -> dict[str, str]:
    again = {"E_COORD_OUT_OF_AREA": "0", "E_COORD_SWAPPED": f"CASE WHEN {_NOT_DEGREES} THEN {_SWAPPED} ELSE 0 END"}
    codes = " ".join(f"WHEN '{code}' THEN {again.get(code, ix)}" for ix, code in enumerate(POSITION_CODES) if code)
    datums = " ".join(f"WHEN '{datum}' THEN {ix}" for ix, datum in enumerate(DATUMS))
    words = ", ".join(f"'{word}'" for word in URGENCIES)
    same = [item.name for item in EVENT if item.type in {"instant", "count", "id"} or item.name in {"title", "address", "description"}]
    return {
        "file_ix": "e.file_ix",
        "row_no": "e.row_no",
        "codes": "0",
        "position_code": f"coalesce(CASE e.position_code {codes} END, 0)",
        "datum_ix": f"coalesce(CASE e.datum {datums} END, {UNKNOWN_DATUM})",
        "repairs": "e.repairs",
        **{name: f"e.{name}" for name in same},
        **{name: f"g.{name}" for name in ("domain", "category", "subcategory")},
        "source": "s.source",
        "department": "nullif(d.name, '')",
        "lon": "coalesce(e.given_lon, e.lon)",
        "lat": "coalesce(e.given_lat, e.lat)",
        "area_code": "w.area_code",
        **{name: f"w.names[{ix}]" for ix, name in enumerate(area_levels, 1)},
        "outcome_base": outcomes.key(outcomes.early({name: f"o.{name}" for name in outcomes.COLUMNS})),
        "urgency": f"[{words}][e.urgency_ix + 1]",
        "handle_level": "e.handle_level",
        "is_supervised": "e.is_supervised",
    }
