"""Simplified outlines: fewer vertices, no gaps between neighbours, nothing lost."""

from __future__ import annotations

import numpy as np
import shapely

from data.ingest.outline import outlines, tolerance


def wavy_neighbours() -> list[shapely.Geometry]:
    """Two areas that share one long wavy edge."""
    y = np.linspace(0, 1, 2001)
    shared = np.column_stack([1 + 0.05 * np.sin(9 * y) + 0.0004 * np.sin(700 * y), y])
    left = shapely.Polygon([(0, 0), *shared, (0, 1)])
    right = shapely.Polygon([*shared, (2, 1), (2, 0)])
    return [left, right]


def test_neighbours_keep_their_shared_edge() -> None:
    given = wavy_neighbours()
    left, right = outlines(given)
    assert shapely.get_num_coordinates([left, right]).sum() < shapely.get_num_coordinates(given).sum() / 5
    assert shapely.coverage_is_valid([left, right])
    assert left.intersection(right).area == 0
    whole = left.union(right)
    assert not whole.interiors
    for before, after in zip(given, (left, right), strict=True):
        assert before.symmetric_difference(after).area < 4 * tolerance(given)


def test_overlapping_areas_are_simplified_one_by_one() -> None:
    first, second = shapely.Point(0, 0).buffer(1, quad_segs=500), shapely.Point(0.5, 0).buffer(1, quad_segs=500)
    simple = outlines([first, second])
    assert all(shape.is_valid and not shape.is_empty for shape in simple)
    assert shapely.get_num_coordinates(simple).max() < 500
    assert shapely.hausdorff_distance(first, simple[0]) <= tolerance([first, second])


def test_missing_and_tiny_areas_come_through() -> None:
    tiny, large = shapely.box(0, 0, 1e-7, 1e-7), shapely.box(1, 1, 3, 3)
    simple = outlines([None, tiny, shapely.Polygon(), large])
    assert simple[0] is None
    assert simple[2] is None
    assert simple[1].area > 0
    assert simple[3].equals(large)
    assert outlines([]) == []
    assert tolerance([None]) == 0.0
