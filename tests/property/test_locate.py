"""The locator against Shapely's own predicates, point by point."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest.locate import Locator


def brute_force(polygons: list[shapely.Geometry], ids: list[int], lon: np.ndarray, lat: np.ndarray) -> list[int]:
    """Lowest id of the polygons that cover each point."""
    points = [shapely.Point(x, y) if np.isfinite(x) and np.isfinite(y) else None for x, y in zip(lon, lat, strict=True)]
    covering = [
        [number for shape, number in zip(polygons, ids, strict=True) if point is not None and shape.covers(point)] for point in points
    ]
    return [min(numbers, default=-1) for numbers in covering]


small = st.integers(0, 12)


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Geometry:
    """Overlapping, touching and nested shapes on whole coordinates, with holes and several parts."""
    corners = draw(st.lists(st.tuples(small, small), min_size=3, max_size=9, unique=True))
    shape = shapely.convex_hull(shapely.MultiPoint(corners))
    for _ in range(draw(st.integers(0, 2))):
        west, south = draw(small), draw(small)
        box = shapely.box(west, south, west + draw(st.integers(1, 4)), south + draw(st.integers(1, 4)))
        shape = shape.difference(box) if draw(st.booleans()) else shape.union(box)
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else (parts[0] if parts else shapely.box(0, 0, 1, 1))


@settings(max_examples=100, deadline=None)
@given(st.lists(polygons(), min_size=1, max_size=6), st.sampled_from([1, 50, 3000]), st.integers(0, 2**32 - 1))
def test_equals_shapely_inside_outside_and_on_boundaries(shapes: list[shapely.Geometry], cells: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = [int(value) for value in rng.permutation(1000)[: len(shapes)]]
    vertices = shapely.get_coordinates(shapes)
    halfway = (vertices[1:] + vertices[:-1]) / 2
    grid = np.stack(np.meshgrid(np.arange(-1, 18, 2), np.arange(-1, 18)), axis=-1).reshape(-1, 2)
    near = vertices + rng.choice([-1e-9, 1e-9, 1e-15], vertices.shape)
    points = np.concatenate([vertices, halfway, grid, near, rng.uniform(-2, 18, (50, 2))])
    found = Locator(shapes, ids, cells=cells).locate(points[:, 0], points[:, 1])
    assert found.tolist() == brute_force(shapes, ids, points[:, 0], points[:, 1])


def test_a_point_on_a_shared_edge_belongs_to_the_lowest_id() -> None:
    left, right = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    lon, lat = np.array([1.0, 1.0, 0.5, 1.5, 2.0, 2.1]), np.array([0.5, 1.0, 0.5, 0.5, 0.0, 0.5])
    assert Locator([left, right], [9, 4]).locate(lon, lat).tolist() == [4, 4, 9, 4, 4, -1]
    assert Locator([left, right], [4, 9]).locate(lon, lat).tolist() == [4, 4, 4, 9, 9, -1]


def test_real_sized_coordinates_far_from_the_origin() -> None:
    rng = np.random.default_rng(3)
    sites = rng.uniform([114.2, 22.6], [114.4, 22.8], (200, 2))
    cells = list(shapely.voronoi_polygons(shapely.MultiPoint(sites)).geoms)
    points = rng.uniform([114.1, 22.5], [114.5, 22.9], (20_000, 2))
    tree = shapely.STRtree(cells)
    expected = np.full(len(points), len(cells))
    np.minimum.at(expected, *tree.query(shapely.points(points), predicate="intersects"))
    expected[expected == len(cells)] = -1
    assert (Locator(cells, np.arange(len(cells))).locate(points[:, 0], points[:, 1]) == expected).all()


def test_missing_things() -> None:
    square = shapely.box(0, 0, 1, 1)
    locator = Locator([None, square, shapely.Polygon()], [1, 2, 3])
    nan, inf = float("nan"), float("inf")
    assert locator.locate([0.5, nan, 0.5, inf, -inf], [0.5, 0.5, nan, 0.5, 0.5]).tolist() == [2, -1, -1, -1, -1]
    assert locator.locate([], []).tolist() == []
    assert Locator([], []).locate([0.5], [0.5]).tolist() == [-1]
    with pytest.raises(ValueError, match="one id per polygon"):
        Locator([square], [1, 2])
