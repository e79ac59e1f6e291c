"""Geometry texts against a decoder written from the description alone, and Web Mercator against pyproj."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from layers.encoding import Frame, encoded, mercator, rings, rows


def decoded(text: str) -> list[int]:
    """The numbers of a text: groups of five bits, low first, zigzag."""
    found, value, shift = [], 0, 0
    for character in text:
        bits = ord(character) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            found.append(value // 2 if value % 2 == 0 else -(value + 1) // 2)
            value = shift = 0
    return found


def points(text: str) -> list[tuple[int, int]]:
    """The points of a run of differences."""
    flat = np.cumsum(np.array(decoded(text)).reshape(-1, 2), axis=0)
    return [tuple(pair) for pair in flat.tolist()]


@pytest.mark.parametrize("numbers", [[], [0], [1, -1, 15, 16, -16, -17, 31, 32], [2**29, -(2**29)], list(range(-2000, 2000, 37))])
def test_numbers_come_back(numbers: list[int]) -> None:
    text = encoded(numbers)
    assert decoded(text) == numbers
    assert all("?" <= character <= "~" for character in text)


def test_runs_begin_anew_so_that_each_can_be_read_alone() -> None:
    steps = np.array([[5, 5], [6, 4], [100, 200], [99, 201], [0, 0]])
    assert [points(text) for text in rows(steps, [0, 2, 4])] == [[(5, 5), (6, 4)], [(100, 200), (99, 201)], [(0, 0)]]


def test_mercator_is_epsg_3857() -> None:
    lon, lat = np.array([121.5, -73.9, 0.0, 179.9]), np.array([29.9, 40.7, 0.0, -84.0])
    expected = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    np.testing.assert_allclose(mercator(lon, lat), expected, rtol=1e-9, atol=1e-6)


def test_rings_stay_within_a_step_and_neighbours_share_their_points() -> None:
    outer = [(120.0, 30.0), (120.1, 30.0), (120.1, 30.1), (120.05, 30.13), (120.0, 30.1)]
    hole = [(120.02, 30.02), (120.04, 30.02), (120.04, 30.04), (120.02, 30.04)]
    neighbour = shapely.Polygon([(120.1, 30.0), (120.2, 30.0), (120.2, 30.1), (120.1, 30.1)])
    island = shapely.Polygon([(120.3, 30.0), (120.31, 30.0), (120.31, 30.01)])
    speck = shapely.Polygon([(120.4, 30.0), (120.4000001, 30.0), (120.4, 30.0000001)])
    shapes = np.array([shapely.Polygon(outer, [hole]), shapely.MultiPolygon([neighbour, island]), None, speck], dtype=object)
    frame = Frame.around(120.0, 30.0, 120.5, 30.2)
    first, second, missing, tiny = rings(frame, shapes)
    assert (missing, tiny) == ("", "")
    assert [len(points(text)) for text in first.split(" ")] == [5, 4]
    assert [len(points(text)) for text in second.split(" ")] == [4, 3]
    shared = set(points(first.split(" ")[0])) & set(points(second.split(" ")[0]))
    assert len(shared) == 2
    x, y = mercator(*np.array(outer).T)
    drawn = np.array(sorted(points(first.split(" ")[0])))
    exact = np.array(sorted(zip((x - frame.x) / frame.step, (frame.y - y) / frame.step, strict=True)))
    assert np.abs(drawn - exact).max() <= 0.5
