"""Video points: staged rows of all files to the table ``video_point``. A point without a usable position is kept."""

from __future__ import annotations

from typing import Final

import duckdb
import numpy as np
import pandas as pd

from data.config import Config, SourceConfig
from data.ingest import events, frames, placing
from data.ingest.areas import Division
from data.ingest.cells import TYPES
from data.ingest.fields import VIDEO_POINT, level_fields
from data.ingest.rules import POSITION_CODES
from data.schema import DATUMS, TABLES

DEVICE_TYPES: Final = (111, 130)
"""Digits 11–13 of a GB/T 28181 id, from and to: recorders, servers' front ends and the like; 131 and 132 are cameras."""
SERVER_TYPES: Final = (200, 216)
DEVICE_WORDS: Final = ("nvr", "dvr", "硬盘录像机", "录像机", "服务器", "平台", "编码器", "decoder", "server")
CAMERA_GATE: Final = 121
"""卡口 counts as a camera."""
STAGE: Final = "video_stage"
LOST: Final = "video_lost"
_NOT_COMPARED: Final = frozenset({"point_id", "point", "datum"})


class VideoPoints:
    """Collects staged video points in a temporary table, judges them together, and writes them.

    Attributes
    ----------
    details
        Relations with the columns of :attr:`data.ingest.quarantine.Quarantine.COLUMNS`: reasons found when judging points together.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...]) -> None:
        self._connection = connection
        taken = {item.name for item in VIDEO_POINT}
        self._levels = [item for item in level_fields(levels) if item.name not in taken]
        self.fields = (*VIDEO_POINT, *self._levels)
        self.details: list[str] = []
        self._held = [item.name for item in self.fields if item.name not in {"point", "datum"}]
        types = {item.name: TYPES[item.type] for item in self.fields}
        columns = ", ".join(f"{name} {types[name]}" for name in self._held)
        connection.execute(
            f"CREATE TEMP TABLE {STAGE} (file_ix INTEGER, row_no BIGINT, position_code UTINYINT, datum_ix UTINYINT, {columns})"
        )

    def take(self, relation: str, source: SourceConfig, file_ix: int) -> int:
        """Take the staged rows of one file that nothing was found against, and tell how many the others are."""
        self._connection.execute(
            f"""INSERT INTO {STAGE} BY NAME SELECT {file_ix} AS file_ix, row_no, position_code, {events.datum_place(source)} AS datum_ix,
                {", ".join(self._held)} FROM {relation} WHERE codes = 0"""
        )
        return int(self._connection.execute(f"SELECT count(*) FROM {relation} WHERE codes <> 0").fetchall()[0][0])

    def add_stored(self, points: pd.DataFrame, areas: pd.DataFrame) -> None:
        """Take rows of an earlier snapshot's table ``video_point``, to be judged by other areas; ``areas`` is its table ``area``."""
        places = {code: ix for ix, code in enumerate(POSITION_CODES) if code not in {"E_COORD_OUT_OF_AREA", "E_COORD_SWAPPED"}}
        codes = areas.sort_values("area_ix")["area_code"].to_numpy()
        datum = points["datum"].astype(object)
        frame = points.assign(
            lon=points["given_lon"],
            lat=points["given_lat"],
            position_code=[places.get(code, 0) for code in points["position_code"]],
            datum_ix=np.array([DATUMS.index(name) if name in DATUMS else placing.UNKNOWN_DATUM for name in datum], dtype=np.uint8),
            area_code=pd.Series([codes[ix] if ix > 0 else None for ix in points["area_ix"]], index=points.index, dtype="str"),
        )
        unknown = ["given_lon", "given_lat", "area_ix", "point_ix", "is_device", "datum"]
        frames.temporary(self._connection, "video_stored", frame.drop(columns=unknown))
        self._connection.execute(f"INSERT INTO {STAGE} BY NAME SELECT * FROM video_stored; DROP TABLE video_stored")

    def set_aside(self) -> list[tuple[int, str, int]]:
        """``(file_ix, code, n)`` of positions that cannot be used."""
        if not self._is_judged():
            return []
        rows = self._connection.execute(
            f"SELECT file_ix, place, count(*) FROM {self._kept()} WHERE place <> 0 GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return [(file_ix, POSITION_CODES[place], n) for file_ix, place, n in rows]

    def refusals(self) -> list[tuple[int, int]]:
        """``(file_ix, n)`` of rows quarantined when judged together."""
        if not self._is_judged():
            return []
        return self._connection.execute(f"SELECT file_ix, count(*) FROM {LOST} GROUP BY ALL ORDER BY ALL").fetchall()

    def set_aside_rows(self, file_ix: int) -> pd.DataFrame:
        """``row_no`` and ``place`` in ``POSITION_CODES`` of one file's points without a usable position."""
        rows = f"SELECT row_no, CAST(place AS BIGINT) AS place FROM {self._kept()} WHERE place <> 0 AND file_ix = $file_ix"
        return self._connection.execute(rows, {"file_ix": file_ix}).df()

    def judge(self, division: Division | None, config: Config, epsg: dict[int, str]) -> None:
        """Locate all points and settle doubled ids."""
        self._locate(division, epsg)
        self._declare(division, config)
        self._settle_ids()

    def write(self) -> None:
        """Fill the table ``video_point`` with the judged points."""
        codes, datums = (", ".join(f"'{name}'" for name in names) for names in (POSITION_CODES, DATUMS))
        expressions = {
            "point_ix": "row_number() OVER (ORDER BY point_id) - 1",
            "area_ix": "CASE WHEN at_area >= 0 THEN at_area ELSE own_area END",
            "lon": "CASE WHEN NOT isnan(at_lon) THEN at_lon END",
            "lat": "CASE WHEN NOT isnan(at_lat) THEN at_lat END",
            "given_lon": "lon",
            "given_lat": "lat",
            "datum": f"[{datums}][CAST(datum_ix AS SMALLINT) + 1]",
            "position_code": f"CASE WHEN place > 0 THEN [{codes}][place + 1] END",
            "state": "coalesce(state, 'in_use')",
            "is_device": _is_device(),
        }
        chosen = ", ".join(f"{expressions.get(name, name)} AS {name}" for name in TABLES["video_point"])
        self._connection.execute(f"INSERT INTO video_point SELECT {chosen} FROM {self._kept()} ORDER BY point_id")

    def _is_judged(self) -> bool:
        return bool(self.details)

    def _kept(self) -> str:
        """Staged rows but for those that lost to another of their id, with what was found of their positions."""
        named = " AND ".join(f"s.{name} IS NOT DISTINCT FROM own.{name}" for name in self._names())
        return f"""(SELECT s.*, at_lon, at_lat, place, at_area, own_area FROM {STAGE} AS s JOIN video_located ON s.rowid = stage_row
            JOIN video_own AS own ON {named} WHERE s.rowid NOT IN (SELECT stage_row FROM {LOST}))"""

    def _names(self) -> list[str]:
        """Columns in which a row names its area."""
        return ["area_code", *(item.name for item in self._levels)]

    def _locate(self, division: Division | None, epsg: dict[int, str]) -> None:
        arrays = self._connection.execute(
            f"""SELECT rowid AS stage_row, coalesce(lon, 'nan') AS lon, coalesce(lat, 'nan') AS lat, position_code, datum_ix, file_ix
                FROM {STAGE}"""
        ).fetchnumpy()
        stage_row, lon, lat, code, datum_ix, file_ix = (np.array(array) for array in arrays.values())
        for file, system in epsg.items():
            rows = np.flatnonzero(file_ix == file)
            part = lon[rows], lat[rows], code[rows]
            placing.to_degrees(*part, datum_ix[rows] * 0, system)
            lon[rows], lat[rows], code[rows] = part
            datum_ix[rows] = 0
        placing.to_degrees(lon, lat, code, datum_ix, None)
        found = placing.judge(lon, lat, code, division)
        columns = {"stage_row": stage_row, "at_lon": found.lon, "at_lat": found.lat, "place": found.code, "at_area": found.area_ix}
        frames.temporary(self._connection, "video_located", pd.DataFrame(columns))

    def _declare(self, division: Division | None, config: Config) -> None:
        """Table ``video_own``: points outside every area belong to the area they name themselves, else to the whole."""
        names = self._names()
        own = None if division is None else placing.OwnCodes(division, config.levels)
        rows = self._connection.execute(f"SELECT DISTINCT {', '.join(names)} FROM {STAGE}").fetchall()
        places = [0 if own is None else max(own.resolve(row[0], row[1:])[0], 0) for row in rows]
        table = pd.DataFrame(rows, columns=names).astype("str").assign(own_area=np.array(places, dtype=np.int32))
        frames.temporary(self._connection, "video_own", table)

    def _settle_ids(self) -> None:
        """One row per id: copies are ``E_ID_DUP``, different rows ``E_ID_CONFLICT``; the first by content stays."""
        compared = [item.name for item in VIDEO_POINT if item.name not in _NOT_COMPARED]
        content = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in compared)
        self._connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE {LOST} AS SELECT stage_row, file_ix, row_no, 'point_id' AS column_name, point_id AS value,
                    CASE WHEN content = winner THEN 'E_ID_DUP' ELSE 'E_ID_CONFLICT' END AS code
                FROM (SELECT *, first_value(content) OVER same AS winner, row_number() OVER same AS copy FROM (
                        SELECT rowid AS stage_row, file_ix, row_no, point_id, md5(concat_ws(chr(31), {content})) AS content FROM {STAGE}
                        WHERE point_id IN (SELECT point_id FROM {STAGE} GROUP BY point_id HAVING count(*) > 1))
                    WINDOW same AS (PARTITION BY point_id ORDER BY content, file_ix, row_no))
                WHERE copy > 1"""
        )
        self.details = [LOST]


def _is_device() -> str:
    """Recorders and servers that cameras hang on, by their id's type digits, their kind, or nothing else being known of them."""
    digits = "CASE WHEN regexp_full_match(point_id, '[0-9]{20}') THEN CAST(substr(point_id, 11, 3) AS INTEGER) END"
    ranges = " OR ".join(f"digits BETWEEN {low} AND {high}" for low, high in (DEVICE_TYPES, SERVER_TYPES))
    by_id = f"list_transform([{digits}], lambda digits: coalesce(({ranges}) AND digits <> {CAMERA_GATE}, false))[1]"
    words = " OR ".join(f"contains(lower(kind), '{word}')" for word in DEVICE_WORDS)
    return f"({by_id} OR coalesce({words}, false))"
