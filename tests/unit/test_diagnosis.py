"""Datum diagnosis: the right one wins where positions were shifted, and nothing is said without clear evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from data.codes import CODES
from data.ingest.datum import gcj02_to_bd09, wgs84_to_gcj02
from data.ingest.diagnosis import SAMPLE, SUSPECT, Diagnosis, diagnose, inside, of_feeds
from data.schema import create_statements

WEST, SOUTH, SIDE = 121.40, 29.80, 0.01
"""Ningbo; communities about a kilometre wide."""


def shifted(lon: Any, lat: Any, datum: str) -> tuple[Any, Any]:
    """What a file in this datum gives for WGS 84 positions."""
    if datum == "WGS84":
        return lon, lat
    pair = wgs84_to_gcj02(lon, lat)
    return pair if datum == "GCJ02" else gcj02_to_bd09(*pair)


def squares() -> list[Any]:
    """A 6 × 6 checker of communities."""
    return [
        shapely.box(WEST + SIDE * column, SOUTH + SIDE * row, WEST + SIDE * (column + 1), SOUTH + SIDE * (row + 1))
        for row in range(6)
        for column in range(6)
    ]


def events(n: int, datum: str, seed: int = 1, wrong: float = 0.0) -> tuple[Any, Any, Any]:
    """Positions as a file in this datum gives them, with the community each lies in; a share of those is another."""
    rng = np.random.default_rng(seed)
    lon, lat = WEST + rng.random(n) * 6 * SIDE, SOUTH + rng.random(n) * 6 * SIDE
    area = ((lat - SOUTH) // SIDE).astype(int) * 6 + ((lon - WEST) // SIDE).astype(int)
    area = np.where(rng.random(n) < wrong, rng.integers(0, 36, n), area)
    return *shifted(lon, lat, datum), area


@pytest.mark.parametrize("datum", ["WGS84", "GCJ02", "BD09"])
@pytest.mark.parametrize("declared", ["WGS84", "GCJ02", "BD09"])
def test_the_right_datum_wins(datum: Any, declared: Any) -> None:
    found = diagnose(*events(400, datum, wrong=0.1), squares(), declared)
    assert found.winner == datum
    assert found.is_suspect is (datum != declared)
    share = found.shares[datum]
    assert found.n == 400
    assert share is not None
    assert 0.85 < share < 0.96
    assert all(found.inside[other] < 0.7 * 400 for other in found.inside if other != datum)


def test_the_counts_are_those_of_a_plain_loop() -> None:
    lon, lat, area = events(150, "GCJ02", seed=3, wrong=0.3)
    shapes = squares()
    expected = sum(shapely.contains_xy(shapes[at], x, y) for x, y, at in zip(lon, lat, area, strict=True))
    found = diagnose(lon, lat, area, shapes)
    assert found.inside["WGS84"] == expected
    assert inside((lon, lat), area, shapes).sum() == expected


def test_few_events_are_no_evidence() -> None:
    few = diagnose(*events(29, "GCJ02"), squares())
    assert (few.winner, few.is_suspect) == ("GCJ02", False)
    assert diagnose(*events(60, "GCJ02"), squares()).is_suspect


def test_codes_that_are_wrong_anyway_say_nothing() -> None:
    assert not diagnose(*events(2000, "GCJ02", wrong=0.7), squares()).is_suspect


def test_intervals_that_overlap_say_nothing() -> None:
    assert not Diagnosis(100, {"WGS84": 80, "GCJ02": 86, "BD09": 10}, "WGS84").is_suspect
    assert Diagnosis(1000, {"WGS84": 800, "GCJ02": 860, "BD09": 10}, "WGS84").is_suspect


def test_ties_go_to_the_declared_one_outside_china() -> None:
    shapes = [shapely.box(-74.1, 40.6, -73.9, 40.8)]
    found = diagnose(np.full(50, -74.0), np.full(50, 40.7), np.zeros(50, dtype=int), shapes, "BD09")
    assert (found.winner, found.is_suspect, set(found.inside.values())) == ("BD09", False, {50})


def test_rows_that_cannot_be_judged_are_left_out() -> None:
    lon, lat, area = events(40, "WGS84")
    shapes = [None, *squares()[1:]]
    area = area.copy()
    area[:5], area[5:8] = -1, 0
    lon[8:10] = np.nan
    found = diagnose(lon, lat, area, shapes)
    assert found.n == int((area[10:] > 0).sum())
    nothing = diagnose([], [], [], [])
    assert (nothing.n, nothing.shares["WGS84"], nothing.is_suspect) == (0, None, False)
    assert json.loads(nothing.finding[3])["n"] == 0


def snapshot(feeds: list[tuple[str | None, str, str, int]]) -> duckdb.DuckDBPyConnection:
    """Finished tables: per feed its configured datum, the datum its rows were read as, the one they are in, how many."""
    connection = duckdb.connect()
    for statement in create_statements():
        connection.execute(statement)
    connection.execute("INSERT INTO area (area_ix, last_ix, depth, area_code) VALUES (0, 72, 0, 'd')")
    for ix, shape in enumerate(squares()):
        # Every community has one grid without a boundary of its own.
        connection.execute(
            "INSERT INTO area (area_ix, last_ix, parent_ix, depth, area_code, boundary) VALUES ($a, $b, 0, 1, 'c' || $a, $shape)",
            {"a": 1 + 2 * ix, "b": 2 + 2 * ix, "shape": shapely.to_wkb(shape)},
        )
        connection.execute(
            "INSERT INTO area (area_ix, last_ix, parent_ix, depth) VALUES ($b, $b, $a, 2)", {"a": 1 + 2 * ix, "b": 2 + 2 * ix}
        )
    connection.execute("INSERT INTO declared (declared_ix, area_ix) SELECT i, i - 1 FROM range(80) t(i)")
    for feed_ix, (configured, read_as, datum, n) in enumerate(feeds):
        connection.execute("INSERT INTO feed (feed_ix, name, kind, datum) VALUES (?, 'f', 'event', ?)", [feed_ix, configured])
        connection.execute("INSERT INTO file (file_ix, feed_ix, accepted) VALUES (?, ?, ?)", [feed_ix + 10, feed_ix, n])
        lon, lat, area = events(n, datum, seed=feed_ix)
        frame = pd.DataFrame({
            "event_id": [f"F{feed_ix}-{number}" for number in range(n)], "lon": lon, "lat": lat, "datum": read_as,
            "reported_at": pd.date_range("2026-11-01", periods=n, freq="s"),
            "declared_ix": np.where(np.arange(n) % 2, 2 + 2 * area, 3 + 2 * area), "file_ix": feed_ix + 10,
        })  # fmt: skip
        connection.register("frame", frame)
        connection.execute(f"INSERT INTO event ({', '.join(frame)}) SELECT * FROM frame")
    return connection


def test_every_source_is_told_by_its_own_events() -> None:
    connection = snapshot(
        [("WGS84", "WGS84", "WGS84", 300), (None, "WGS84", "GCJ02", 300), ("GCJ02", "GCJ02", "GCJ02", 300), ("BD09", "BD09", "WGS84", 300),
         ("EPSG:4547", "WGS84", "WGS84", 300), (None, "WGS84", "WGS84", 0)]
    )  # fmt: skip
    found = of_feeds(connection)
    assert {feed_ix: (item.declared, item.winner, item.is_suspect, item.is_assumed) for feed_ix, item in found.items()} == {
        0: ("WGS84", "WGS84", False, False),
        1: ("WGS84", "GCJ02", True, True),
        2: ("GCJ02", "GCJ02", False, False),
        3: ("BD09", "WGS84", True, False),
    }
    assert {item.n for item in found.values()} == {300}
    assert [item.finding[0] for item in found.values()] == ["DATUM_SHARES", "W_CRS_SUSPECT", "DATUM_SHARES", "W_CRS_SUSPECT"]
    assert SUSPECT in CODES
    detail = json.loads(found[1].finding[3])
    assert detail["winner"] == "GCJ02"
    assert detail["shares"]["GCJ02"] > 0.99
    assert detail["intervals"]["GCJ02"][0] > detail["intervals"]["WGS84"][1]


def test_of_many_events_a_sample_is_looked_at_and_it_is_the_same_each_time() -> None:
    n = 3 * SAMPLE
    connection = snapshot([(None, "WGS84", "BD09", n)])
    first = of_feeds(connection)[0]
    assert 0.9 * SAMPLE < first.n < 1.1 * SAMPLE
    connection.execute("CREATE TABLE turned AS SELECT * FROM event ORDER BY hash(event_id, 7)")
    connection.execute("DELETE FROM event")
    connection.execute("INSERT INTO event SELECT * FROM turned")
    assert of_feeds(connection)[0] == first
    assert first.is_suspect


def test_where_few_of_many_events_can_be_judged_all_of_them_are() -> None:
    connection = snapshot([(None, "WGS84", "GCJ02", 5 * SAMPLE)])
    connection.execute("UPDATE event SET declared_ix = 1 WHERE event_ix IS NULL AND NOT event_id LIKE '%77'")
    found = of_feeds(connection)[0]
    assert found.n == 5 * SAMPLE // 100
    assert found.is_suspect


@pytest.mark.real
def test_real_communities(real_data: Path) -> None:
    places = geopandas.read_file(real_data / "haishu" / "haishu_communities.geojson")
    rng = np.random.default_rng(5)
    shapes = list(places.geometry)
    points, area = [], []
    for ix, shape in enumerate(shapes):
        west, south, east, north = shape.bounds
        drawn = shapely.points(rng.uniform(west, east, 60), rng.uniform(south, north, 60))
        kept = drawn[shapely.contains(shape, drawn)][:12]
        points += list(kept)
        area += [ix] * len(kept)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    for datum in ("WGS84", "GCJ02", "BD09"):
        found = diagnose(*shifted(lon, lat, datum), area, shapes)
        assert found.winner == datum
        assert found.is_suspect is (datum != "WGS84")
        assert found.inside[datum] >= found.n - 1  # datum "WGS84" returns them as they are; the others to a hundredth of a millimetre


@pytest.mark.real
def test_points_of_real_communities_in_three_datums(real_data: Path) -> None:
    table = pd.read_csv(real_data / "pingshan" / "pingshan_communities.csv")
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(table[["wgs84_lon", "wgs84_lat"]].to_numpy())))
    near = [shapely.intersection(shapely.Point(x, y).buffer(0.003), next(c for c in cells if c.contains(shapely.Point(x, y))))
            for x, y in table[["wgs84_lon", "wgs84_lat"]].to_numpy()]  # fmt: skip
    for datum in ("WGS84", "GCJ02", "BD09"):
        key = datum.lower()
        found = diagnose(table[f"{key}_lon"], table[f"{key}_lat"], np.arange(len(table)), near)
        assert (found.winner, found.inside[datum]) == (datum, 23)
        assert not found.is_suspect  # 23 events are too few
