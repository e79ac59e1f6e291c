"""Staged events of all files to the tables of a snapshot: located, told apart by id, written.

Everything that touches every row is SQL or numpy; Python sees only distinct values. The tables may hold events already: what
is staged is then written beside them, under the same dictionaries.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from data.ingest import frames, placing, same_ids, values
from data.ingest.areas import Division
from data.ingest.categories import CategoryTree
from data.ingest.dictionaries import Dictionaries, outcome_key
from data.ingest.events import absent
from data.ingest.fields import level_fields
from data.ingest.rules import BIT, POSITION_CODES, REPAIR
from data.ingest.same_ids import LOST, SUPERSEDED, VALID
from data.schema import CELL_COLUMNS, DATUMS, TABLES, URGENCIES

_FK: Final = ("E_FK_STREET", "E_FK_GRID", "E_GRID_MISMATCH")
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
    division
        The areas, or None where a file is checked on its own.
    epsg
        Files whose positions are in a projected system.

    Attributes
    ----------
    details
        ``file_ix, row_no, code, column_name, value``: reasons found here, as frames; those for single rows, not for ids.
    lost
        The same for rows that lost to another of their id, as a relation; None where there are none.
    findings
        ``(file_ix, code, n)``: let pass, but counted, before rows of one id are compared.
    first, written
        ``event_ix`` of the first event written here, and how many were.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, division: Division | None, levels: tuple[str, ...], epsg: Mapping[int, str]
    ) -> None:
        self._connection, self._division, self._epsg = connection, division, dict(epsg)
        self._area_columns = ["area_code", *(item.name for item in level_fields(levels))]
        self._levels = levels
        self._absent = absent(connection, levels)
        self._named_by = [name for name in self._area_columns if name not in self._absent]
        self.first = int(connection.execute("SELECT coalesce(max(event_ix) + 1, 0) FROM event").fetchall()[0][0])
        self.written = 0
        self.details: list[pd.DataFrame] = []
        self.lost: str | None = None
        self.findings: list[tuple[int, str, int]] = []

    def judge(self) -> None:
        """Locate every event, resolve the codes it gives itself, and settle rows that share an id."""
        self._locate()
        self._declare()
        self._without_place()
        self._count_findings()
        self.lost = same_ids.settle(self._connection, self._area_columns, self._absent)

    def _locate(self) -> None:
        positions = "coalesce(lon, 'nan') AS lon, coalesce(lat, 'nan') AS lat, position_code, datum_ix, file_ix"
        arrays = self._connection.execute(f"SELECT rowid AS stage_row, {positions} FROM stage").fetchnumpy()
        # Taken out one by one: of millions of rows no array is held twice.
        lon, lat = (np.array(arrays.pop(name), dtype=float) for name in ("lon", "lat"))
        rows, staged, datum_ix, file_ix = (np.array(arrays.pop(name)) for name in ("stage_row", "position_code", "datum_ix", "file_ix"))
        code = staged.copy()
        for file, epsg in self._epsg.items():
            rows = np.flatnonzero(file_ix == file)
            part = lon[rows], lat[rows], code[rows]
            placing.to_degrees(*part, datum_ix[rows], epsg)
            lon[rows], lat[rows], code[rows] = part
        placing.to_degrees(lon, lat, code, np.where(np.isin(file_ix, list(self._epsg)), 0, datum_ix), None)
        del datum_ix, file_ix
        found = placing.judge(lon, lat, code, self._division)
        del lon, lat
        places = {"stage_row": rows, "at_lon": found.lon, "at_lat": found.lat, "at_area": found.area_ix}
        frames.temporary(self._connection, "located", pd.DataFrame(places, copy=False))
        changed = np.flatnonzero(found.code != staged)
        moved = pd.DataFrame({"stage_row": rows[changed], "code": found.code[changed]})
        frames.temporary(self._connection, "moved", moved)
        self._connection.execute("UPDATE stage SET position_code = moved.code FROM moved WHERE stage.rowid = moved.stage_row")

    def _declare(self) -> None:
        """Fill ``declared``; table ``own``: per distinct combination of area columns its place there and what is wrong with it."""
        connection = self._connection
        lasts = [0] if self._division is None else self._division.table["last_ix"].tolist()
        last_of = pd.DataFrame({"ix": np.arange(len(lasts), dtype=np.int32), "at_last": np.array(lasts, dtype=np.int32)})
        frames.temporary(connection, "area_last", last_of)
        known = {
            (code, tuple(names)): int(ix)
            for ix, code, names in connection.execute("SELECT declared_ix, area_code, names FROM declared").fetchall()
        }
        codes = None if self._division is None else placing.OwnCodes(self._division, self._levels)
        chosen = ", ".join(self._named_by) or "NULL"
        own, new = [], []
        for row in connection.execute(f"SELECT DISTINCT {chosen} FROM stage ORDER BY ALL").fetchall():
            by_name = dict(zip(self._named_by, row, strict=False))
            code, names = by_name.get("area_code"), tuple(by_name.get(name) for name in self._area_columns[1:])
            at, bits = (-1, 0) if codes is None else codes.resolve(code, names)
            if (code, names) not in known:
                known[code, names] = len(known)
                new.append((known[code, names], code, list(names), at, [name for name in _FK if bits & BIT[name]]))
            cells = row if self._named_by else ()
            own.append((*cells, known[code, names], at, lasts[at] if at >= 0 else -1, bits))
        if new:
            parts = dict(zip(("ix", "code", "names", "area", "found"), (list(part) for part in zip(*new, strict=True)), strict=True))
            connection.execute(
                "INSERT INTO declared SELECT unnest($ix), unnest($code::VARCHAR[]), unnest($names::VARCHAR[][]), unnest($area), "
                "unnest($found::VARCHAR[][])",
                parts,
            )
        columns = [*(f"own_{name}" for name in self._named_by), "own_ix", "own_area", "own_last", "own_bits"]
        frames.temporary(self._connection, "own", pd.DataFrame(own, columns=columns).astype(dict.fromkeys(columns[:-4], "str")))

    def _placed(self, rows: str, name: str = "b") -> str:
        """Rows beside the area they name themselves (``own_``)."""
        on = " AND ".join(f"{name}.{column} IS NOT DISTINCT FROM own.own_{column}" for column in self._named_by) or "true"
        return f"(SELECT {name}.*, own_ix, own_area, own_last, own_bits FROM {rows} AS {name} JOIN own ON {on})"

    def _without_place(self) -> None:
        """Codes that name no area quarantine a row without a usable position; with one they are findings."""
        if not self._named_by or self._division is None:
            return
        value = ", ".join(self._named_by)
        rows = "(SELECT *, rowid AS stage_row FROM stage WHERE codes = 0 AND position_code <> 0)"
        self._connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE nowhere AS SELECT stage_row, own_bits, file_ix, row_no, concat_ws(' / ', {value}) AS value
                FROM {self._placed(rows)} WHERE own_bits <> 0"""
        )
        self._connection.execute("UPDATE stage SET codes = codes | own_bits FROM nowhere WHERE stage.rowid = stage_row")
        column = "area_code" if "area_code" in self._named_by else self._named_by[-1]
        for name in _FK:
            self.details.append(
                self._connection.execute(
                    "SELECT file_ix, row_no, $code AS code, $column AS column_name, value FROM nowhere WHERE own_bits & $bit <> 0",
                    {"code": name, "column": column, "bit": BIT[name]},
                ).df()
            )

    def _count_findings(self) -> None:
        for file_ix, code, n in self._connection.execute(
            "SELECT file_ix, position_code, count(*) FROM stage WHERE codes = 0 AND position_code <> 0 GROUP BY ALL"
        ).fetchall():
            self.findings.append((file_ix, POSITION_CODES[code], n))
        if not self._named_by or self._division is None:
            return
        outside = "at_area >= 0 AND own_area > 0 AND at_area NOT BETWEEN own_area AND own_last AND own_area NOT BETWEEN at_area AND at_last"
        named = ", ".join(self._named_by)
        both = f"(SELECT file_ix, codes, at_area, {named} FROM stage POSITIONAL JOIN located)"
        counted = ", ".join(
            f"count(*) FILTER (own_bits & {BIT[name]} <> 0{f' OR ({outside})' if name == 'E_GRID_MISMATCH' else ''})" for name in _FK
        )
        rows = self._connection.execute(
            f"SELECT file_ix, {counted} FROM {self._placed(both)} LEFT JOIN area_last ON ix = at_area WHERE codes = 0 GROUP BY 1"
        ).fetchall()
        self.findings += [(file_ix, name, n) for file_ix, *found in rows for name, n in zip(_FK, found, strict=True) if n]

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
        self, zone: values.Zone, parameters: values.Parameters, as_of: dt.datetime, tree: CategoryTree, before: dt.datetime | None = None
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
        order = "" if self._is_in_order() else "ORDER BY reported_at"
        for table, condition in (("event", "codes = 0"), ("rival", "codes <> 0")):
            statement = self._insert(zone, table, condition, order)
            named = {"as_of": as_of, **self._raster(), **parameters.values}
            wanted = duckdb.extract_statements(statement)[0].named_parameters
            connection.execute(statement, {name: value for name, value in named.items() if name in wanted})
        connection.execute("RESET disabled_optimizers")
        new = "event_ix IS NULL"
        shift, self.written = connection.execute(f"SELECT coalesce(min(rowid), 0), count(*) FROM event WHERE {new}").fetchall()[0]
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
        nothing = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in self._absent.items())
        return f"(SELECT *{', ' + also if also else ''}{nothing} FROM stage WHERE {VALID})"

    def _insert(self, zone: values.Zone, table: str, condition: str, order: str) -> str:
        local = zone.to_local("reported_at")
        mapped = "position_code = 0"
        column = "greatest(least(CAST(floor((at_lon - $west) / $cell_w) AS INTEGER), $columns - 1), 0)"
        row = "greatest(least(CAST(floor((at_lat - $south) / $cell_h) AS INTEGER), $rows - 1), 0)"
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
            "lon": "CASE WHEN isnan(at_lon) THEN NULL ELSE at_lon END",
            "lat": "CASE WHEN isnan(at_lat) THEN NULL ELSE at_lat END",
            "given_lon": "CASE WHEN at_lon = lon AND at_lat = lat THEN NULL ELSE lon END",
            "given_lat": "CASE WHEN at_lon = lon AND at_lat = lat THEN NULL ELSE lat END",
            "datum": f"[{datums}][CAST(datum_ix AS SMALLINT) + 1]",
            "position_code": f"CASE WHEN position_code > 0 THEN [{codes}][position_code + 1] END",
            "is_supervised": "coalesce(is_supervised, false)",
            **{name: f"coalesce({name}, 0)" for name in ("rework_count", "postpone_count", "bounce_count")},
            "given_ix": "category_place.given_place",
            "declared_ix": "own_ix",
            "repairs": "coalesce(repairs, 0)",
            "code": f"CASE codes {lost} END",
        }
        # What no file has is added after sorting, which moves every column it is given.
        constant = {name: f"CAST(NULL AS {TABLES['event'][name]})" for name in TABLES["event"] if name in self._absent}
        constant |= {name: value for name, value in _WITHOUT.items() if name.removesuffix("_ix") in self._absent}
        constant |= {"event_ix": "NULL"}
        chosen = ", ".join(f"{expressions.get(name, name)} AS {name}" for name in TABLES[table] if name not in constant)
        shown = ", ".join(f"{constant.get(name, name)} AS {name}" for name in TABLES[table])
        few = f"WHERE stage_row IN (SELECT rowid FROM stage WHERE {condition})" if table == "rival" else ""
        rows = f"(SELECT * FROM {self._rows('rowid AS stage_row')} JOIN (SELECT * FROM located {few}) USING (stage_row) WHERE {condition})"
        keyed = f"(SELECT *, {outcome_key()} AS outcome_key FROM {self._placed(rows)})"
        paths = " AND ".join(f"e.{name} IS NOT DISTINCT FROM c_{name}" for name in ("domain", "category", "subcategory"))
        return f"""INSERT INTO {table} SELECT {shown} FROM (SELECT {chosen} FROM {keyed} AS e
            JOIN outcome_place USING (outcome_key)
            JOIN category_place ON {paths}
            JOIN source_place ON e.source = source_place.text
            LEFT JOIN department_place ON e.department = department_place.text
            {order})"""

    def _raster(self) -> dict[str, Any]:
        """The density raster over the whole area's box: cells square in metres."""
        box = self._division.box if self._division else None
        if box is None:
            return {"west": 0.0, "south": 0.0, "cell_w": 0.0, "cell_h": 0.0, "columns": CELL_COLUMNS, "rows": 1}
        west, south, east, north = box
        cell_w = (east - west) / CELL_COLUMNS
        cell_h = cell_w * math.cos(math.radians((south + north) / 2))
        rows = max(1, math.ceil((north - south) / cell_h))
        return {"west": west, "south": south, "cell_w": cell_w, "cell_h": cell_h, "columns": CELL_COLUMNS, "rows": rows}
