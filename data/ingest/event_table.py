"""Staged events of all files to the tables ``event``, ``outcome``, ``category``, ``source`` and ``department``.

Everything that touches every row is SQL or numpy; Python sees only distinct values.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from data.ingest import outcomes, placing, values
from data.ingest.areas import Division
from data.ingest.categories import CategoryTree, index_of
from data.ingest.events import absent
from data.ingest.fields import EVENT, EVENT_INSTANTS, level_fields
from data.ingest.origins import departments, sources
from data.ingest.rules import BIT, POSITION_CODES
from data.schema import CELL_COLUMNS, DATUMS, TABLES, URGENCIES

SUPERSEDED: Final = 1 << 60
"""Bit of a row that a later one with the same id replaces: accepted, but not stored."""
_FK: Final = ("E_FK_STREET", "E_FK_GRID", "E_GRID_MISMATCH")
_CONTENT: Final = tuple(item.name for item in EVENT if item.name not in {"point", "datum", "source", "department"})
_WITHOUT: Final = {"urgency_ix": "0", "is_supervised": "false", "rework_count": "0", "postpone_count": "0", "bounce_count": "0"}
"""What columns of an event hold where no file has their field, other than NULL."""


class EventTable:
    """Judges the staged events together and writes them.

    Parameters
    ----------
    connection
        Holds the table ``stage`` (:mod:`data.ingest.events`).
    division
        The areas, or None where a file is checked on its own.
    epsg
        Feeds whose positions are in a projected system.

    Attributes
    ----------
    details
        ``feed_ix, file_ix, row_no, code, column_name, value``: reasons found here, as frames.
    findings
        ``(feed_ix, code, column, n)``: let pass, but counted.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, division: Division | None, levels: tuple[str, ...], epsg: Mapping[int, str]
    ) -> None:
        self._connection, self._division, self._epsg = connection, division, dict(epsg)
        self._area_columns = ["area_code", *(item.name for item in level_fields(levels))]
        self._levels = levels
        self._named_by: list[str] = []
        self._absent = absent(connection, levels)
        self.details: list[pd.DataFrame] = []
        self.findings: list[tuple[int, str, str, int]] = []

    def judge(self) -> None:
        """Locate every event, resolve the codes it gives itself, and settle rows that share an id."""
        self._locate()
        self._resolve_own_codes()
        self._without_place()
        self._same_ids()

    def _locate(self) -> None:
        arrays = self._connection.execute(
            "SELECT coalesce(lon, 'nan') AS lon, coalesce(lat, 'nan') AS lat, position_code, datum_ix, feed_ix FROM stage"
        ).fetchnumpy()
        lon, lat = np.array(arrays["lon"], dtype=float), np.array(arrays["lat"], dtype=float)
        code, datum_ix, feed_ix = (np.array(arrays[name]) for name in ("position_code", "datum_ix", "feed_ix"))
        for feed, epsg in self._epsg.items():
            rows = np.flatnonzero(feed_ix == feed)
            part = lon[rows], lat[rows], code[rows]
            placing.to_degrees(*part, datum_ix[rows], epsg)
            lon[rows], lat[rows], code[rows] = part
        placing.to_degrees(lon, lat, code, np.where(np.isin(feed_ix, list(self._epsg)), 0, datum_ix), None)
        found = placing.judge(lon, lat, code, self._division)
        self._create("located", pd.DataFrame({"at_lon": found.lon, "at_lat": found.lat, "at_code": found.code, "at_area": found.area_ix}))

    def _resolve_own_codes(self) -> None:
        """Table ``own``: per distinct combination of area columns the area it names and what is wrong with it."""
        lasts = [0] if self._division is None else self._division.table["last_ix"].tolist()
        self._create("area_last", pd.DataFrame({"ix": np.arange(len(lasts), dtype=np.int32), "at_last": np.array(lasts, dtype=np.int32)}))
        if self._division is None:
            return
        self._named_by = [name for name in self._area_columns if name not in self._absent]
        if not self._named_by:
            return
        names = ", ".join(self._named_by)
        rows = self._connection.execute(f"SELECT {names} FROM stage GROUP BY ALL").fetchall()
        codes = placing.OwnCodes(self._division, self._levels)
        answer = []
        for row in rows:
            by_name = dict(zip(self._named_by, row, strict=True))
            at, bits = codes.resolve(by_name.get("area_code"), [by_name.get(name) for name in self._area_columns[1:]])
            answer.append((*row, at, lasts[at] if at >= 0 else -1, bits))
        columns = [*(f"own_{name}" for name in self._named_by), "own_area", "own_last", "own_bits"]
        self._create("own", pd.DataFrame(answer, columns=columns).astype(dict.fromkeys(columns[:-3], "str")))

    def _placed(self, both: str = "(SELECT *, stage.rowid AS stage_row FROM stage POSITIONAL JOIN located)") -> str:
        """``stage`` with its position, the area it lies in (``at_``) and the area it names itself (``own_``)."""
        if not self._named_by:
            return f"(SELECT *, -1 AS own_area, -1 AS own_last, 0::BIGINT AS own_bits FROM {both})"
        on = " AND ".join(f"b.{name} IS NOT DISTINCT FROM own.own_{name}" for name in self._named_by)
        return f"(SELECT b.*, own_area, own_last, own_bits FROM {both} AS b JOIN own ON {on})"

    def _without_place(self) -> None:
        """Codes that name no area quarantine a row without a usable position; with one they are findings."""
        if not self._named_by:
            return
        value = ", ".join(self._named_by)
        self._connection.execute(
            f"""CREATE TEMP TABLE nowhere AS SELECT stage_row, own_bits, feed_ix, file_ix, row_no, concat_ws(' / ', {value}) AS value
                FROM {self._placed()} WHERE codes = 0 AND at_code <> 0 AND own_bits <> 0"""
        )
        self._connection.execute("UPDATE stage SET codes = codes | own_bits FROM nowhere WHERE stage.rowid = stage_row")
        for name in _FK:
            column = "area_code" if "area_code" in self._named_by else self._named_by[-1]
            self.details.append(
                self._connection.execute(
                    "SELECT feed_ix, file_ix, row_no, $code AS code, $column AS column_name, value FROM nowhere WHERE own_bits & $bit <> 0",
                    {"code": name, "column": column, "bit": BIT[name]},
                ).df()
            )
            outside = (
                "at_area >= 0 AND own_area > 0 AND at_area NOT BETWEEN own_area AND own_last AND own_area NOT BETWEEN at_area AND at_last"
            )
            condition = f"(own_bits & $bit <> 0 OR {outside})" if name == "E_GRID_MISMATCH" else "own_bits & $bit <> 0"
            counted = self._connection.execute(
                f"""SELECT feed_ix, count(*) FROM {self._placed()} LEFT JOIN area_last ON ix = at_area
                    WHERE codes = 0 AND {condition} GROUP BY 1""",
                {"bit": BIT[name]},
            ).fetchall()
            self.findings += [(feed_ix, name, column, n) for feed_ix, n in counted]

    def _same_ids(self) -> None:
        """Rows that share an id.

        The latest ``updated_at`` wins and what it supersedes is accepted. Among rows that are equal in this, identical ones
        are ``E_ID_DUP`` but one; of different ones that with the latest instant stays, ties going by content, and the others
        are ``E_ID_CONFLICT``. None of this depends on the order of files or rows.
        """
        connection = self._connection
        connection.execute("CREATE TEMP TABLE doubled AS SELECT event_id FROM stage WHERE codes = 0 GROUP BY event_id HAVING count(*) > 1")
        if not connection.execute("SELECT count(*) FROM doubled").fetchall()[0][0]:
            return
        held = [name for name in dict.fromkeys([*_CONTENT, *self._area_columns]) if name not in self._absent]
        content = ", ".join(f"{name} := {name}" for name in held)
        updated = "CAST(NULL AS TIMESTAMP)" if "updated_at" in self._absent else "updated_at"
        instants = ", ".join(name for name in EVENT_INSTANTS if name != "updated_at" and name not in self._absent)
        connection.execute(
            f"""CREATE TEMP TABLE rivals AS SELECT *,
                    row_number() OVER (PARTITION BY event_id, content ORDER BY feed_ix, file_ix, row_no) AS copy,
                    first_value(content) OVER (PARTITION BY event_id ORDER BY last_at DESC, content) AS winner
                FROM (SELECT rowid AS stage_row, feed_ix, file_ix, row_no, event_id, {updated} AS updated,
                        md5(CAST(struct_pack({content}) AS VARCHAR)) AS content, list_max([{instants}]) AS last_at
                    FROM stage WHERE codes = 0 AND event_id IN (SELECT event_id FROM doubled)
                    QUALIFY updated IS NOT DISTINCT FROM max(updated) OVER (PARTITION BY event_id))"""
        )
        connection.execute(
            f"""UPDATE stage SET codes = {SUPERSEDED} FROM (SELECT rowid AS stage_row FROM stage WHERE codes = 0
                AND event_id IN (SELECT event_id FROM doubled) AND rowid NOT IN (SELECT stage_row FROM rivals)) AS late
                WHERE stage.rowid = late.stage_row"""
        )
        for name, condition in (("E_ID_DUP", "content = winner AND copy > 1"), ("E_ID_CONFLICT", "content <> winner")):
            connection.execute(
                f"""UPDATE stage SET codes = {BIT[name]} FROM (SELECT stage_row FROM rivals WHERE {condition}) AS lost
                    WHERE stage.rowid = lost.stage_row"""
            )
            self.details.append(
                connection.execute(
                    f"""SELECT feed_ix, file_ix, row_no, $code AS code, 'event_id' AS column_name, event_id AS value
                        FROM rivals WHERE {condition}""",
                    {"code": name},
                ).df()
            )

    def set_aside(self) -> list[tuple[int, int, str, int]]:
        """``(feed_ix, file_ix, code, n)`` of positions that accepted rows have but that cannot be used, or do not have."""
        rows = self._connection.execute(
            f"""SELECT feed_ix, file_ix, at_code, count(*) FROM stage POSITIONAL JOIN located
                WHERE at_code <> 0 AND (codes = 0 OR codes = {SUPERSEDED}) GROUP BY ALL"""
        ).fetchall()
        return [(feed_ix, file_ix, POSITION_CODES[code], n) for feed_ix, file_ix, code, n in rows]

    def set_aside_rows(self, feed_ix: int) -> list[tuple[int, str]]:
        """``(row_no, code)`` of one feed's accepted rows without a usable position."""
        rows = self._connection.execute(
            f"""SELECT row_no, at_code FROM stage POSITIONAL JOIN located
                WHERE at_code <> 0 AND (codes = 0 OR codes = {SUPERSEDED}) AND feed_ix = $feed_ix ORDER BY row_no""",
            {"feed_ix": feed_ix},
        ).fetchall()
        return [(row_no, POSITION_CODES[code]) for row_no, code in rows]

    def counts(self) -> dict[tuple[int, int], tuple[int, int]]:
        """``(feed_ix, file_ix)`` → accepted and quarantined rows."""
        rows = self._connection.execute(
            f"""SELECT feed_ix, file_ix, count(*) FILTER (codes = 0 OR codes = {SUPERSEDED}),
                count(*) FILTER (codes <> 0 AND codes <> {SUPERSEDED}) FROM stage GROUP BY ALL"""
        ).fetchall()
        return {(feed_ix, file_ix): (accepted, refused) for feed_ix, file_ix, accepted, refused in rows}

    def write(self, zone: values.Zone, parameters: values.Parameters, as_of: dt.datetime, tree: CategoryTree) -> None:
        """Fill ``category``, ``source``, ``department``, ``outcome`` and ``event``."""
        connection = self._connection
        self._dictionaries(tree)
        # A positional join runs in one thread: it is used for the few narrow columns that number the accepted rows.
        connection.execute(
            """CREATE TEMP TABLE ranked AS SELECT row_number() OVER () - 1 AS event_ix, * EXCLUDE (reported_at, event_id) FROM (
                SELECT stage.rowid AS stage_row, reported_at, event_id, at_lon, at_lat, at_code, at_area
                FROM stage POSITIONAL JOIN located WHERE codes = 0 ORDER BY reported_at, event_id)"""
        )
        # The sides of the joins are as written: rows stream past small tables, which the planner cannot know of them.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        connection.execute(
            f"""CREATE TEMP TABLE example AS SELECT {outcomes.key()} AS outcome_key, min(event_ix) AS event_ix
                FROM {outcomes.with_implied(self._judged())} GROUP BY outcome_key""",
            {"as_of": as_of},
        )
        connection.execute(
            f"""CREATE TEMP TABLE combination AS SELECT outcome_key,
                    {", ".join(f"{outcomes.EXPRESSIONS[name]} AS o_{name}" for name in outcomes.COLUMNS)}
                FROM {outcomes.with_implied(self._judged())} JOIN example USING (event_ix)""",
            {"as_of": as_of},
        )
        connection.execute(
            f"""CREATE TEMP TABLE outcome_place AS
                SELECT *, row_number() OVER (ORDER BY {outcomes.ORDER}) - 1 AS place FROM combination"""
        )
        connection.execute(
            f"INSERT INTO outcome SELECT place, {', '.join(f'o_{name}' for name in outcomes.COLUMNS)} FROM outcome_place ORDER BY place"
        )
        statement = self._insert(zone)
        named = {"as_of": as_of, **self._raster(), **parameters.values}
        wanted = duckdb.extract_statements(statement)[0].named_parameters
        connection.execute(statement, {name: value for name, value in named.items() if name in wanted})
        connection.execute("RESET disabled_optimizers")

    def _judged(self) -> str:
        """Accepted rows with their place in the order and their judged position; fields that no file has are NULL."""
        absent = "".join(f", CAST(NULL AS {kind}) AS {name}" for name, kind in self._absent.items())
        return f"""(SELECT stage.* EXCLUDE (position_code), ranked.*, at_code AS position_code{absent}
            FROM stage JOIN ranked ON stage.rowid = ranked.stage_row)"""

    def _insert(self, zone: values.Zone) -> str:
        local = zone.to_local("reported_at")
        mapped = "at_code = 0"
        column = "greatest(least(CAST(floor((at_lon - $west) / $cell_w) AS INTEGER), $columns - 1), 0)"
        row = "greatest(least(CAST(floor((at_lat - $south) / $cell_h) AS INTEGER), $rows - 1), 0)"
        codes = ", ".join(f"'{code}'" for code in POSITION_CODES)
        datums = ", ".join(f"'{datum}'" for datum in DATUMS)
        urgency = " ".join(f"WHEN '{name}' THEN {ix}" for ix, name in enumerate(URGENCIES))
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
            "given_lon": "lon",
            "given_lat": "lat",
            "datum": f"[{datums}][CAST(datum_ix AS SMALLINT) + 1]",
            "position_code": f"CASE WHEN at_code > 0 THEN [{codes}][at_code + 1] END",
            "is_supervised": "coalesce(is_supervised, false)",
            **{name: f"coalesce({name}, 0)" for name in ("rework_count", "postpone_count", "bounce_count")},
        }
        # What no file has is added after sorting, which moves every column it is given.
        constant = {name: f"CAST(NULL AS {TABLES['event'][name]})" for name in TABLES["event"] if name in self._absent}
        constant |= {name: value for name, value in _WITHOUT.items() if name.removesuffix("_ix") in self._absent}
        chosen = ", ".join(f"{expressions.get(name, name)} AS {name}" for name in TABLES["event"] if name not in constant)
        shown = ", ".join(f"{constant.get(name, name)} AS {name}" for name in TABLES["event"])
        keyed = f"(SELECT *, {outcomes.key()} AS outcome_key FROM {outcomes.with_implied(self._placed(self._judged()))})"
        paths = " AND ".join(f"e.{name} IS NOT DISTINCT FROM c_{name}" for name in ("domain", "category", "subcategory"))
        return f"""INSERT INTO event SELECT {shown} FROM (SELECT {chosen} FROM {keyed} AS e
            JOIN outcome_place USING (outcome_key)
            JOIN category_place ON {paths}
            JOIN source_place ON e.source = source_place.text
            LEFT JOIN department_place ON e.department = department_place.text
            ORDER BY event_ix)"""

    def _dictionaries(self, tree: CategoryTree) -> None:
        connection = self._connection
        rows = connection.execute("SELECT domain, category, subcategory FROM stage WHERE codes = 0 GROUP BY ALL ORDER BY ALL").fetchall()
        paths = [tree.resolve(*row) for row in rows]
        table, index = tree.table()
        self._append("category", table)
        places = [(*row, index_of(path, index)) for row, path in zip(rows, paths, strict=True)]
        names = ["c_domain", "c_category", "c_subcategory"]
        self._create("category_place", pd.DataFrame(places, columns=[*names, "place"]).astype(dict.fromkeys(names, "str")))
        for column, make in (("source", sources), ("department", departments)):
            given = connection.execute(
                f"SELECT {column}, count(*) FROM stage WHERE codes = 0 AND {column} IS NOT NULL GROUP BY 1"
            ).fetchall()
            table, by_text = make(given)
            self._append(column, table)
            self._create(f"{column}_place", pd.DataFrame({"text": list(by_text), "place": list(by_text.values())}).astype({"text": "str"}))

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

    def _create(self, name: str, frame: pd.DataFrame) -> None:
        self._connection.register("frame_to_insert", frame)
        self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM frame_to_insert")
        self._connection.unregister("frame_to_insert")

    def _append(self, table: str, frame: pd.DataFrame) -> None:
        self._connection.register("frame_to_insert", frame)
        self._connection.execute(f"INSERT INTO {table} SELECT {', '.join(TABLES[table])} FROM frame_to_insert")
        self._connection.unregister("frame_to_insert")
