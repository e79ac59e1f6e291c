"""The made-up district: believable outlines, exact edges, files as departments write them, the same every time."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import itertools
import json
import tomllib
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pytest
import shapely

from data.config import Config
from data.demo import SCALES, write_files
from data.demo.areas import District, district
from data.demo.cases import STAGE_TIMES, World, cases
from data.demo.catalogue import SOURCES, catalogue
from data.demo.division import shares
from data.demo.rhythm import Rhythm, rhythm
from data.demo.write import default_now
from data.errors import ConfigError
from data.ingest.datum import gcj02_to_wgs84

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 19, 8, 0, tzinfo=ZONE)
SEED = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("demo"), "small", SEED, as_of=NOW).parent


@pytest.fixture(scope="module")
def land() -> District:
    return district(np.random.default_rng([SEED, 1]), SCALES["small"])


@pytest.fixture(scope="module")
def world() -> World:
    """The small land with the events of three years, so that shares are steady."""
    rng = np.random.default_rng(SEED)
    land = district(rng, SCALES["small"])
    return World.make(rng, land, catalogue(), rhythm(rng, 120_000, 1096, NOW), NOW)


def rows(folder: Path, name: str, encoding: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def areas(folder: Path, name: str) -> list[dict]:
    return json.loads((folder / "区划" / f"{name}.geojson").read_text(encoding="utf-8"))["features"]


# --- outlines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["街道界", "社区界", "网格界"])
def test_neighbours_share_their_edges_exactly(folder: Path, name: str) -> None:
    polygons = np.array([shapely.geometry.shape(feature["geometry"]) for feature in areas(folder, name)])
    assert all(polygon.geom_type == "Polygon" and polygon.is_valid for polygon in polygons)
    assert shapely.coverage_is_valid(polygons)
    whole = shapely.geometry.shape(areas(folder, "区界")[0]["geometry"])
    assert shapely.coverage_union_all(polygons).symmetric_difference(whole).area < 1e-12


def test_codes_nest_and_add_up(folder: Path) -> None:
    levels = {name: [feature["properties"] for feature in areas(folder, name)] for name in ("区界", "街道界", "社区界", "网格界")}
    assert [len(levels[name]) for name in levels] == [1, 4, 16, 60]
    for (above, below), digits in zip(itertools.pairwise(levels), (9, 12, 15), strict=True):
        parents = {row["区划代码"]: row for row in levels[above]}
        assert len({row["区划代码"] for row in levels[below]}) == len(levels[below])
        assert len({row["名称"] for row in levels[below]}) == len(levels[below])
        for row in levels[below]:
            assert len(row["区划代码"]) == digits
            assert row["区划代码"].startswith(row["上级代码"])
        for code, parent in parents.items():
            assert sum(row["常住人口"] for row in levels[below] if row["上级代码"] == code) == parent["常住人口"]


def test_areas_are_no_lattice(land: District) -> None:
    polygons = [area.polygon for area in land.levels["grid"]]
    corners = [len(polygon.exterior.coords) - 1 for polygon in polygons]
    assert np.median(corners) > 8
    box = [polygon.area / polygon.envelope.area for polygon in polygons]
    assert np.mean([share > 0.97 for share in box]) < 0.02
    sizes = np.array([area.area_km2 for area in land.levels["grid"]])
    assert sizes.max() / sizes.min() > 6
    centre = land.zone == 2
    assert np.median(sizes[centre]) < 0.5 * np.median(sizes[land.zone == 0])


def test_addresses_lie_in_their_grid(land: District) -> None:
    from data.demo.areas import to_degrees

    polygons = np.array([area.polygon for area in land.levels["grid"]])[land.place_grid]
    lonlat = to_degrees(land.place_metres)
    assert shapely.intersects_xy(polygons, lonlat[:, 0], lonlat[:, 1]).mean() > 0.995


@pytest.mark.parametrize(("weights", "total", "least"), [([1, 1, 1], 10, 2), ([5, 0.1], 7, 1), ([3.0], 4, 1), ([1, 2, 3, 4], 8, 2)])
def test_shares_add_up(weights: list[float], total: int, least: int) -> None:
    found = shares(weights, total, least)
    assert sum(found) == total
    assert min(found) >= least


# --- events ---------------------------------------------------------------------------------------------------------


def test_rhythm_shares_out_all_events_and_leaves_the_rest_of_today_empty() -> None:
    made = rhythm(np.random.default_rng(1), 30_000, 400, NOW)
    assert made.counts.sum() == 30_000
    assert made.days[-1] == np.datetime64("2026-11-19")
    assert made.counts[:, -1].sum() < 0.3 * made.counts[:, -8].sum()


def test_rhythm_rests_at_spring_festival_and_weekends() -> None:
    made: Rhythm = rhythm(np.random.default_rng(1), 400_000, 1096, NOW)
    daily = dict(zip(made.days.tolist(), made.counts.sum(axis=0).tolist(), strict=True))
    festival = np.mean([daily[dt.date(2026, 2, day)] for day in range(17, 22)])
    assert festival < 0.5 * np.mean([daily[dt.date(2026, 3, day)] for day in range(9, 14)])
    ordinary = [day for day in daily if day.month in {3, 11}]
    assert np.mean([daily[day] for day in ordinary if day.weekday() == 6]) < 0.8 * np.mean(
        [daily[day] for day in ordinary if day.weekday() == 1]
    )
    assert sum(daily[day] for day in daily if day.year == 2025) > 1.02 * sum(daily[day] for day in daily if day.year == 2024)


@pytest.mark.parametrize("source", range(len(SOURCES)))
def test_no_event_runs_ahead_of_itself(world: World, source: int) -> None:
    made = cases(np.random.default_rng(3), world, source, 0, len(world.rhythm.days) - 1)
    assert len(made) == world.rhythm.counts[source].sum()
    before = made.reported
    for key in STAGE_TIMES:
        reached = ~np.isnat(made.times[key])
        assert (made.times[key][reached] >= before[reached]).all(), key
        assert (made.times[key][reached] <= world.now).all(), key
        before = made.times[key]
    assert (made.deadline > made.reported).all()
    copied = made.duplicate >= 0
    assert (made.duplicate[copied] < np.flatnonzero(copied)).all()
    assert (made.duplicate[made.duplicate[copied]] == -1).mean() > 0.95
    assert (made.leaf[made.duplicate[copied]] == made.leaf[copied]).all()


def test_numbers_are_believable(world: World) -> None:
    made = cases(np.random.default_rng(3), world, 0, 0, len(world.rhythm.days) - 1)
    closed = ~np.isnat(made.times["closed"])
    assert 0.86 < (made.times["closed"][closed] <= made.deadline[closed]).mean() < 0.95
    effective = made.call_back == 1
    score = (made.satisfaction[effective] == 0) + 0.9 * (made.satisfaction[effective] == 1)
    assert 0.78 < score.mean() < 0.90
    assert 0.25 < effective.sum() / closed.sum() < 0.65
    standing = ~closed & ~made.void
    assert 0.001 < standing.mean() < 0.02
    assert (made.reported[standing] > world.now - np.timedelta64(120, "D")).mean() > 0.97
    assert len(np.unique(made.leaf)) > 70
    local = (made.reported + world.offset).astype("datetime64[h]").astype(np.int64) % 24
    by_hour = np.bincount(local, minlength=24)
    assert by_hour[3] < 0.25 * by_hour[10]


def test_one_category_rises_in_one_street_for_a_week(world: World) -> None:
    made = cases(np.random.default_rng(3), world, 0, 0, len(world.rhythm.days) - 1)
    there = (made.leaf == world.rising_leaf) & (world.district.street[made.grid] == world.rising_street)
    last = len(world.rhythm.days) - 1
    week = (there & (made.day >= last - 7)).sum()
    weeks_before = [(there & (made.day >= last - 7 - 8 * back) & (made.day < last + 1 - 8 * back)).sum() for back in range(1, 9)]
    assert week > 2 * max(weeks_before)


def test_deadlines_fall_in_working_time(world: World) -> None:
    made = cases(np.random.default_rng(3), world, 1, 1000, 1010)
    worked = np.array([unit.startswith("work") for unit in world.catalogue.unit])[made.leaf]
    for due in made.deadline[worked][:200].astype(dt.datetime):
        an_hour_before = due - dt.timedelta(hours=1)
        assert 0 < world.working.hours_between(an_hour_before, due) <= 1


# --- files ----------------------------------------------------------------------------------------------------------


def test_configuration_can_be_loaded_and_its_files_are_there(folder: Path) -> None:
    config = Config.load(folder / "sources.toml")
    assert config.made_up
    assert config.as_of == NOW
    assert all(source.files() for source in config.sources)
    assert Counter(source.kind for source in config.sources) == {"area": 4, "category": 1, "video_point": 1, "event": 6}


def test_files_hold_the_promised_events_and_a_few_wrong_rows(folder: Path) -> None:
    hotline = [row for path in sorted(folder.glob("12345热线工单_*.csv")) for row in rows(folder, path.name, "gb18030")]
    patrol = rows(folder, "网格员上报.csv", "utf-8-sig")
    video, sensor = rows(folder, "视频AI告警.csv", "utf-8"), rows(folder, "物联感知告警.csv", "utf-16")
    drone = json.loads((folder / "无人机巡查.geojson").read_text(encoding="utf-8"))["features"]
    sheet = list(openpyxl.load_workbook(folder / "督查转办台账.xlsx")["台账"].iter_rows())
    count = len(hotline) + len(patrol) + len(video) + len(sensor) + len(drone) + len(sheet) - 2
    assert 5_000 < count < 5_100
    ids = Counter(row["工单编号"] for row in hotline)
    assert ids[""] >= 1
    assert max(number for key, number in ids.items() if key) == 2
    assert "待补录" in {row["受理时间"] for row in hotline}
    assert {row["所属社区"] for row in hotline} >= {"-"}


def test_positions_come_in_two_datums(folder: Path, land: District) -> None:
    grids = {area.area_code: area.polygon for area in land.levels["grid"]}
    found = [row for row in rows(folder, "网格员上报.csv", "utf-8-sig") if row["经度"] not in {"", "0"} and float(row["经度"]) > 90]
    lon, lat = np.array([[float(row["经度"]), float(row["纬度"])] for row in found]).T
    own = np.array([grids[row["网格编码"]] for row in found])
    converted = shapely.intersects_xy(own, *gcj02_to_wgs84(lon, lat)).mean()
    assert converted > 0.95
    assert shapely.intersects_xy(own, lon, lat).mean() < 0.6


def test_about_four_in_a_hundred_have_no_position(folder: Path) -> None:
    hotline = [row for path in folder.glob("12345热线工单_*.csv") for row in rows(folder, path.name, "gb18030")]
    missing = sum(not 100 < float(row["经度"] or 0) < 113 for row in hotline)
    assert 0.045 < missing / len(hotline) < 0.085


def test_video_points(folder: Path) -> None:
    sheet = list(openpyxl.load_workbook(folder / "视频点位台账.xlsx")["点位"].iter_rows(values_only=True))
    head, *body = sheet
    assert {"IP地址", "密码"} <= set(head)  # refused when read
    points = {row[0]: dict(zip(head, row, strict=True)) for row in body if row[0]}
    assert len(points) == SCALES["small"].video_points
    assert all(len(key) == 20 and key.isdigit() for key in points)
    now = NOW.replace(tzinfo=None)

    def online(point: dict) -> bool:
        fresh = now - point["最后心跳时间"] <= dt.timedelta(hours=1)
        parent = points.get(point["上级设备编号"])
        return point["使用状态"] == "在用" and point["在线状态"] == "ON" and fresh and (parent is None or online(parent))

    used = [point for point in points.values() if point["使用状态"] == "在用"]
    assert 0.85 < sum(map(online, used)) / len(used) < 0.96
    assert any(point["在线状态"] == "ON" and not online(point) for point in used)


def test_same_seed_same_files(folder: Path, tmp_path: Path) -> None:
    def digests(at: Path) -> dict[str, str]:
        return {str(path.relative_to(at)): hashlib.sha256(path.read_bytes()).hexdigest() for path in at.rglob("*") if path.is_file()}

    again, other = tmp_path / "again", tmp_path / "other"
    write_files(again, "small", SEED, as_of=NOW)
    write_files(other, "small", SEED + 1, as_of=NOW)
    assert digests(again) == digests(folder)
    assert digests(other)["区划/网格界.geojson"] != digests(folder)["区划/网格界.geojson"]


def test_progress_ends_at_one(tmp_path: Path) -> None:
    told: list[float] = []
    write_files(tmp_path, "small", 1, lambda _step, share: told.append(share), as_of=NOW)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_now_is_the_latest_eight_o_clock() -> None:
    now = default_now()
    assert (now.hour, now.minute) == (8, 0)
    assert dt.timedelta() <= dt.datetime.now(ZONE) - now < dt.timedelta(days=1)


def test_unknown_scale_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="small, district, city"):
        write_files(tmp_path, "village")


def test_config_is_plain_toml(folder: Path) -> None:
    raw = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))
    assert raw["as_of"] == NOW
    assert raw["name"] == "澜溪区"
