"""Video points: staged rows of all files to the table ``video_point``. A point without a usable position is kept."""

from __future__ import annotations

from typing import Final

import duckdb
import numpy as np
import pandas as pd

from data.config import Config, SourceConfig
from data.ingest import frames, placing
from data.ingest.areas import Division
from data.ingest.fields import VIDEO_POINT, level_fields
from data.ingest.rules import POSITION_CODES
from data.schema import DATUMS

DEVICE_TYPES: Final = range(111, 131)
"""Digits 11–13 of a GB/T 28181 id: recorders, servers' front ends and the like; 131 and 132 are cameras."""
SERVER_TYPES: Final = range(200, 217)
DEVICE_WORDS: Final = ("nvr", "dvr", "硬盘录像机", "录像机", "服务器", "平台", "编码器", "decoder", "server")
CAMERA_GATE: Final = 121
"""卡口 counts as a camera."""


class VideoPoints:
    """Collects staged video points and writes them.

    Attributes
    ----------
    details
        Reasons found when judging points together, as for events.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, levels: tuple[str, ...]) -> None:
        self._connection = connection
        taken = {item.name for item in VIDEO_POINT}
        self._levels = [item for item in level_fields(levels) if item.name not in taken]
        self.fields = (*VIDEO_POINT, *self._levels)
        self.details: list[pd.DataFrame] = []
        self._frames: list[pd.DataFrame] = []
        self._points: pd.DataFrame | None = None
        self._aside: list[tuple[int, str, int]] = []
        self._refused: list[tuple[int, int]] = []

    def add(self, frame: pd.DataFrame, source: SourceConfig, file_ix: int) -> None:
        """Take staged rows that nothing was found against."""
        default = source.datum if source.datum in DATUMS else "WGS84"
        named = frame["datum"].astype(object).str.upper().str.replace("-", "", regex=False)
        known = {name: ix for ix, name in enumerate(DATUMS)} | {"CGCS2000": 0, "火星": 1, "高德": 1, "百度": 2}
        datum_ix = [DATUMS.index(default) if not isinstance(name, str) else known.get(name, placing.UNKNOWN_DATUM) for name in named]
        self._frames.append(frame.assign(file_ix=file_ix, datum_ix=np.array(datum_ix, dtype=np.uint8)))

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
            area_code=[codes[ix] if ix > 0 else None for ix in points["area_ix"]],
            **{item.name: None for item in self._levels},
        )
        self._frames.append(frame.drop(columns=["given_lon", "given_lat", "area_ix", "point_ix", "is_device"]))

    def set_aside(self) -> list[tuple[int, str, int]]:
        """``(file_ix, code, n)`` of positions that cannot be used."""
        return self._aside

    def refusals(self) -> list[tuple[int, int]]:
        """``(file_ix, n)`` of rows quarantined when judged together."""
        return self._refused

    def set_aside_rows(self, file_ix: int) -> pd.DataFrame:
        """``row_no`` and ``place`` in ``POSITION_CODES`` of one file's points without a usable position."""
        if self._points is None:
            return pd.DataFrame({"row_no": np.empty(0, np.int64), "place": np.empty(0, np.int64)})
        chosen = self._points[(self._points["file_ix"] == file_ix) & self._points["position_code"].notna()]
        places = [POSITION_CODES.index(code) for code in chosen["position_code"]]
        return pd.DataFrame({"row_no": chosen["row_no"].to_numpy(np.int64), "place": np.array(places, np.int64)})

    def judge(self, division: Division | None, config: Config, epsg: dict[int, str]) -> None:
        """Locate all points and settle doubled ids."""
        if not self._frames:
            return
        points = self._frames[0].reset_index(drop=True) if len(self._frames) == 1 else pd.concat(self._frames, ignore_index=True)
        self._frames = []
        points = points.rename(columns={"lon": "given_lon", "lat": "given_lat"})
        points["datum"] = [DATUMS[ix] if ix < len(DATUMS) else None for ix in points["datum_ix"]]
        lon, lat = points["given_lon"].to_numpy(float, na_value=np.nan).copy(), points["given_lat"].to_numpy(float, na_value=np.nan).copy()
        code = points["position_code"].to_numpy(np.uint8).copy()
        datum_ix = points["datum_ix"].to_numpy(np.uint8).copy()
        for file, system in epsg.items():
            rows = np.flatnonzero(points["file_ix"] == file)
            part = lon[rows], lat[rows], code[rows]
            placing.to_degrees(*part, datum_ix[rows] * 0, system)
            lon[rows], lat[rows], code[rows] = part
            datum_ix[rows] = 0
        placing.to_degrees(lon, lat, code, datum_ix, None)
        found = placing.judge(lon, lat, code, division)
        points["lon"], points["lat"] = found.lon, found.lat
        points["position_code"] = [POSITION_CODES[value] or None for value in found.code]
        points["area_ix"] = found.area_ix
        self._own_codes(points, division, config)
        points = self._without_doubles(points)
        counted = points[points["position_code"].notna()].groupby(["file_ix", "position_code"]).size()
        self._aside = [(int(file), str(name), int(n)) for (file, name), n in counted.items()]
        self._points = points

    def write(self) -> None:
        """Fill the table ``video_point`` with the judged points."""
        if self._points is None:
            return
        points = self._points.sort_values("point_id", kind="stable").reset_index(drop=True)
        points["point_ix"] = np.arange(len(points))
        points["is_device"] = _are_devices(points)
        points["state"] = points["state"].astype(object).where(points["state"].notna(), "in_use")
        frames.replace(self._connection, "video_point", points)
        self._connection.execute("UPDATE video_point SET lon = NULL, lat = NULL WHERE isnan(lon) OR isnan(lat)")

    def _own_codes(self, points: pd.DataFrame, division: Division | None, config: Config) -> None:
        """Points outside every area belong to the area they name themselves, else to the whole."""
        if division is None:
            points["area_ix"] = 0
            return
        names = ["area_code", *(item.name for item in self._levels)]
        own = placing.OwnCodes(division, config.levels)
        cells = points[names].astype(object).where(points[names].notna(), None).to_records(index=False).tolist()
        resolved = [own.resolve(row[0], row[1:]) for row in cells]
        at = points["area_ix"].to_numpy()
        points["area_ix"] = np.where(at >= 0, at, np.maximum([ix for ix, _ in resolved], 0)).astype(np.int32)

    def _without_doubles(self, points: pd.DataFrame) -> pd.DataFrame:
        """One row per id: copies are ``E_ID_DUP``, different rows ``E_ID_CONFLICT``; the first by content stays."""
        shared = points[points["point_id"].duplicated(keep=False)]
        if shared.empty:
            return points
        own = {item.name for item in VIDEO_POINT} - {"point_id", "point", "lon", "lat", "datum"}
        content = [*sorted(own), "given_lon", "given_lat"]
        columns = [shared[name].astype(object).where(shared[name].notna(), "") for name in content]
        text = ["\x1f".join(map(str, row)) for row in zip(*columns, strict=True)]
        order = shared.assign(content=text).sort_values(["point_id", "content", "file_ix", "row_no"], kind="stable")
        doubled = order["point_id"].duplicated()
        winner = order.groupby("point_id")["content"].transform("first")
        lost = order[doubled].assign(code=np.where(order["content"] == winner, "E_ID_DUP", "E_ID_CONFLICT")[doubled.to_numpy()])
        details = lost[["file_ix", "row_no", "code"]].assign(column_name="point_id", value=lost["point_id"])
        self.details.append(details)
        self._refused = [(int(str(file)), int(n)) for file, n in lost.groupby("file_ix").size().items()]
        return points.drop(index=lost.index)


def _are_devices(points: pd.DataFrame) -> list[bool]:
    """Recorders and servers that cameras hang on, by their id's type digits, their kind, or nothing else being known of them."""
    answer = []
    for point_id, kind in zip(points["point_id"], points["kind"], strict=True):
        text = str(kind).lower() if isinstance(kind, str) else ""
        digits = int(point_id[10:13]) if len(point_id) == 20 and point_id.isdigit() else 0
        by_id = (digits in DEVICE_TYPES and digits != CAMERA_GATE) or digits in SERVER_TYPES
        answer.append(by_id or any(word in text for word in DEVICE_WORDS))
    return answer
