"""Staged events of all files to the tables of a snapshot: located, told apart by id, written.

Everything that touches every row is SQL or numpy; Python sees only distinct values. The tables may hold events already: what
is staged is then written beside them, under the same dictionaries.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from data.ingest import same_ids, times, values
from data.ingest.categories import CategoryTree
from data.ingest.dictionaries import Dictionaries, outcome_key
from data.ingest.event_places import EventPlaces
from data.ingest.rules import POSITION_CODES, REPAIR
from data.ingest.same_ids import LOST, SUPERSEDED, VALID
from data.schema import CELL_COLUMNS, DATUMS, TABLES, URGENCIES

_ROW_GROUP: Final = 122_880
"""Rows whose least and greatest time DuckDB keeps."""
_FEW_GROUPS: Final = 4
_OVERLAP: Final = 1.2
"""Times what the groups of rows would span in perfect order."""
_WITHOUT: Final = {"urgency_ix": "0", "is_supervised": "false", "rework_count": "0", "postpone_count": "0", "bounce_count": "0"}
"""What columns of an event hold where no file has their field, other than NULL."""


class EventTable:
    """Judges the staged events together and writes them.

    Parameters
    ----------
    connection
        Holds the table ``stage`` (:mod:`data.ingest.events`) and the tables of a snapshot.
    places
        Where the staged events are; :meth:`judge` finds out.

    Attributes
    ----------
    lost
        ``file_ix, row_no, code, column_name, value``: rows that lost to another of their id, as a relation; None where there are none.
    first, written
        ``event_ix`` of the first event written here, and how many were.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, places: EventPlaces) -> None:
        self._connection, self.places = connection, places
        self.first = int(connection.execute("SELECT coalesce(max(event_ix) + 1, 0) FROM event").fetchall()[0][0])
        self.written = 0
        self.lost: str | None = None

    def judge(self) -> None:
        """Locate every event, resolve the codes it gives itself, and settle rows that share an id."""
        self.places.judge()
        self.lost = same_ids.settle(self._connection, self.places.columns, self.places.absent)

    def set_aside_rows(self, file_ix: int) -> pd.DataFrame:
        """``row_no`` and ``place`` in ``POSITION_CODES`` of one file's accepted rows without a usable position."""
        return self._connection.execute(
            f"""SELECT row_no, position_code AS place FROM stage
                WHERE position_code <> 0 AND (codes = 0 OR codes = {SUPERSEDED}) AND file_ix = $file_ix""",
            {"file_ix": file_ix},
        ).df()

    def repairs(self, file_ix: int) -> dict[str, int]:
        """What was put right to read the accepted rows of one file, and in how many."""
        counts = ", ".join(f"count(*) FILTER (repairs & {bit} > 0)" for bit in REPAIR.values())
        statement = f"SELECT {counts} FROM stage WHERE file_ix = $file_ix AND (codes = 0 OR codes = {SUPERSEDED})"
        found = self._connection.execute(statement, {"file_ix": file_ix}).fetchall()[0]
        return {name: n for name, n in zip(REPAIR, found, strict=True) if n}

    def set_aside(self) -> dict[int, int]:
        """File → rows without a usable position, before rows of one id are compared."""
        rows = self._connection.execute(f"SELECT file_ix, count(*) FROM stage WHERE position_code <> 0 AND {VALID} GROUP BY 1").fetchall()
        return dict(rows)

    def refused(self) -> dict[int, int]:
        """File → rows quarantined for what they are, before rows of one id are compared."""
        return dict(self._connection.execute(f"SELECT file_ix, count(*) FILTER (NOT {VALID}) FROM stage GROUP BY 1").fetchall())

    def write(
        self, zone: times.Zone, parameters: values.Parameters, as_of: dt.datetime, tree: CategoryTree, before: dt.datetime | None = None
    ) -> Dictionaries:
        """Write what is staged to ``event`` and ``rival``, and the dictionaries of both.

        Parameters
        ----------
        before
            The data's now of the events that the tables hold already; None for empty tables.
        """
        connection = self._connection
        dictionaries = Dictionaries(connection)
        dictionaries.settle(tree)
        # The sides of the joins are as written: rows stream past small tables, which the planner cannot know of them.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        dictionaries.outcomes(self._rows(), as_of, before)
        is_in_order = self._is_in_order()
        for table, condition in (("event", "codes = 0"), ("rival", "codes <> 0")):
            statement = self._insert(zone, table, condition, dictionaries.path_key, is_in_order=is_in_order)
            named = {"as_of": as_of, "first": self.first, **self._raster(), **parameters.values}
            wanted = duckdb.extract_statements(statement)[0].named_parameters
            connection.execute(statement, {name: value for name, value in named.items() if name in wanted})
        connection.execute("RESET disabled_optimizers")
        new = f"event_ix >= {self.first}" if is_in_order else "event_ix IS NULL"
        shift, self.written = connection.execute(f"SELECT coalesce(min(rowid), 0), count(*) FROM event WHERE {new}").fetchall()[0]
        if not is_in_order:
            connection.execute(f"UPDATE event SET event_ix = rowid - $shift + $first WHERE {new}", {"shift": shift, "first": self.first})
        return dictionaries

    def _is_in_order(self) -> bool:
        """Whether staged rows come in order of time as they are, so closely that sorting them would not make any window cheaper to read."""
        rows = self._connection.execute("SELECT reported_at FROM stage").fetchnumpy()["reported_at"]
        times = np.ma.filled(rows, np.datetime64("1970-01-01")).astype("datetime64[us]").astype(np.int64)
        groups = np.arange(0, len(times), _ROW_GROUP)
        if len(groups) < _FEW_GROUPS:
            return False
        spans = np.maximum.reduceat(times, groups) - np.minimum.reduceat(times, groups)
        return bool(spans.sum() <= _OVERLAP * (times.max() - times.min()))

    def _rows(self, also: str = "") -> str:
        """Staged rows that nothing is against but another row of their id; fields that no file has are NULL."""
        nothing = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in self.places.absent.items())
        return f"(SELECT *{', ' + also if also else ''}{nothing} FROM stage WHERE {VALID})"

    def _insert(self, zone: times.Zone, table: str, condition: str, path_key: str, *, is_in_order: bool) -> str:
        local = zone.to_local("reported_at")
        mapped = "position_code = 0"
        lon, lat = ("at_lon", "at_lat") if self.places.are_converted else ("lon", "lat")
        is_as_given = f"{mapped} AND {lon} = lon AND {lat} = lat" if self.places.are_converted else mapped
        column = f"greatest(least(CAST(floor(({lon} - $west) / $cell_w) AS INTEGER), $columns - 1), 0)"
        row = f"greatest(least(CAST(floor(({lat} - $south) / $cell_h) AS INTEGER), $rows - 1), 0)"
        codes = ", ".join(f"'{code}'" for code in POSITION_CODES)
        datums = ", ".join(f"'{datum}'" for datum in DATUMS)
        urgency = " ".join(f"WHEN '{name}' THEN {ix}" for ix, name in enumerate(URGENCIES))
        lost = " ".join(f"WHEN {bit} THEN '{name}'" for name, bit in LOST.items())
        expressions = {
            "day": f"CAST({local} AS DATE)",
            "hour_of_week": f"(isodow({local}) - 1) * 24 + hour({local})",
            "area_ix": "CASE WHEN at_area >= 0 THEN at_area WHEN own_area >= 0 THEN own_area ELSE 0 END",
            "category_ix": "category_place.place",
            "source_ix": "source_place.place",
            "department_ix": "coalesce(department_place.place, 0)",
            "outcome_ix": "outcome_place.place",
            "urgency_ix": f"coalesce(CASE urgency {urgency} END, 0)",
            "located_by": "CASE WHEN at_area >= 0 THEN 2 WHEN own_area >= 0 THEN 1 ELSE 0 END",
            "cell": f"CASE WHEN {mapped} THEN {row} * $columns + {column} END" if self._raster()["cell_w"] else "NULL",
            "duration_s": "CAST(date_diff('second', reported_at, closed_at) AS INTEGER)",
            "lon": f"CASE WHEN {mapped} THEN {lon} END",
            "lat": f"CASE WHEN {mapped} THEN {lat} END",
            "given_lon": f"CASE WHEN {is_as_given} THEN NULL ELSE lon END",
            "given_lat": f"CASE WHEN {is_as_given} THEN NULL ELSE lat END",
            "datum": f"[{datums}][CAST(datum_ix AS SMALLINT) + 1]",
            "position_code": f"CASE WHEN position_code > 0 THEN [{codes}][position_code + 1] END",
            "is_supervised": "coalesce(is_supervised, false)",
            **{name: f"coalesce({name}, 0)" for name in ("rework_count", "postpone_count", "bounce_count")},
            "given_ix": "category_place.given_place",
            "declared_ix": "own_ix",
            "repairs": "coalesce(repairs, 0)",
            "code": f"CASE codes {lost} END",
        }
        # Sorting moves every column it is given: what no file has, and what follows from other columns, is added after it.
        after = {name: expressions.pop(name) for name in ("day", "hour_of_week", "duration_s", "datum", "position_code")}
        moved = ("stage_row", "datum_ix", "position_code", *(["closed_at"] if "closed_at" in self.places.absent else []))
        constant = {name: f"CAST(NULL AS {TABLES['event'][name]})" for name in TABLES["event"] if name in self.places.absent}
        constant |= {name: value for name, value in _WITHOUT.items() if name.removesuffix("_ix") in self.places.absent}
        # Sorted rows are numbered where they come to stand, others by where they were staged.
        constant |= {"event_ix": "CAST($first + stage_row AS INTEGER)" if is_in_order and table == "event" else "NULL"}
        chosen = ", ".join(
            [*moved, *(f"{expressions.get(name, name)} AS {name}" for name in TABLES[table] if name not in constant | after)]
        )
        shown = ", ".join(f"{(constant | after).get(name, name)} AS {name}" for name in TABLES[table])
        few = f"WHERE stage_row IN (SELECT rowid FROM stage WHERE {condition})" if table == "rival" else ""
        rows = f"(SELECT * FROM {self._rows('rowid AS stage_row')} JOIN (SELECT * FROM located {few}) USING (stage_row) WHERE {condition})"
        keyed = f"(SELECT *, {outcome_key()} AS outcome_key, {path_key} AS path_key FROM {rows})"
        return f"""INSERT INTO {table} SELECT {shown} FROM (SELECT {chosen} FROM {keyed} AS e
            JOIN outcome_place USING (outcome_key)
            JOIN category_place USING (path_key)
            JOIN source_place ON e.source = source_place.text
            LEFT JOIN department_place ON e.department = department_place.text
            {"" if is_in_order else "ORDER BY reported_at"})"""

    def _raster(self) -> dict[str, Any]:
        """The density raster over the whole area's box: cells square in metres."""
        box = self.places.division.box if self.places.division else None
        if box is None:
            return {"west": 0.0, "south": 0.0, "cell_w": 0.0, "cell_h": 0.0, "columns": CELL_COLUMNS, "rows": 1}
        west, south, east, north = box
        cell_w = (east - west) / CELL_COLUMNS
        cell_h = cell_w * math.cos(math.radians((south + north) / 2))
        rows = max(1, math.ceil((north - south) / cell_h))
        return {"west": west, "south": south, "cell_w": cell_w, "cell_h": cell_h, "columns": CELL_COLUMNS, "rows": rows}
