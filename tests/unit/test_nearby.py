"""Cameras near a place: distances and directions against pyproj's ellipsoid, states against those worked by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from pyproj import Geod

from dashboard.cameras import direction
from data import nearby
from data.view import View
from tests import district

PLACE = (120.1, 30.2)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district with its cameras around a place: the dead ones nearest, one online without a position."""
    file = district.build(tmp_path_factory.mktemp("nearby") / "file.duckdb", 40)
    with duckdb.connect(str(file)) as connection:
        for ix, point_id in enumerate(district.video_points()["point_id"]):
            lon, lat = PLACE[0] + 0.0007 * (ix - 6), PLACE[1] + 0.0004 * ((ix * 5) % 7 - 3)
            connection.execute("UPDATE video_point SET lon = ?, lat = ? WHERE point_id = ?", [lon, lat, point_id])
        connection.execute(
            "INSERT INTO video_point (point_ix, point_id, name, area_ix, reported_status, state, is_device, last_seen_at) "
            "VALUES (90, 'C90', '无位置', 2, 'ON', 'in_use', false, ?)",
            [district.AS_OF],
        )
    return file


def online(view: View, scope: str = "") -> list[str]:
    codes = view.snapshot.areas.codes
    points = district.video_points()
    found = points[(points["expected"] == "online") & ~points["is_device"]]
    return [row.point_id for row in found.itertuples() if codes[row.area_ix].startswith(scope)]


def test_the_nearest_are_the_nearest_on_the_ellipsoid(path: Path) -> None:
    view = district.view(path)
    found = nearby.nearest_cameras(view, *PLACE).cameras
    geod = Geod(ellps="WGS84")
    places = {row["point_id"]: (row["lon"], row["lat"]) for row in nearby.working_cameras(view).to_dict("records")}
    assert sorted(places) == sorted(online(view))
    away = {key: geod.inv(*PLACE, *place)[2] for key, place in places.items()}
    assert found["point_id"].tolist() == sorted(away, key=away.__getitem__)[:3]
    for row in found.itertuples():
        azimuth, _, metres = geod.inv(*PLACE, row.lon, row.lat)
        assert row.distance_m == pytest.approx(metres, rel=0.005)
        assert abs((row.bearing - azimuth + 180) % 360 - 180) < 0.3


def test_a_scope_has_only_its_own(path: Path) -> None:
    view = district.view(path, ("999901001",))
    found = nearby.nearest_cameras(view, *PLACE)
    assert found.cameras["point_id"].tolist() == online(view, "999901001")
    assert nearby.camera(view, "C4") is None
    assert nearby.camera(view, "C1") is not None
    assert nearby.nearest_cameras(district.view(path, ("unknown",)), *PLACE).total == 0


def test_a_recorder_is_no_camera(path: Path) -> None:
    assert nearby.camera(district.view(path), "D1") is None


def test_distances_are_exact_where_they_can_be_told() -> None:
    lon, lat = np.array([0.0, 180.0, 0.0]), np.array([90.0, 0.0, 0.0])
    quarter = np.pi / 2 * nearby.EARTH_M
    assert nearby.distance_m(0.0, 0.0, lon, lat) == pytest.approx([quarter, 2 * quarter, 0.0])


@pytest.mark.parametrize(
    ("bearing", "zh", "en"), [(0, "北", "north"), (44, "东北", "north-east"), (338, "北", "north"), (225, "西南", "south-west")]
)
def test_directions_are_eight(bearing: float, zh: str, en: str) -> None:
    assert (direction(bearing, "zh"), direction(bearing, "en")) == (zh, en)
