"""Boundaries simplified for drawing, so that neighbours still fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

SHARE_OF_EXTENT: Final = 1 / 3000
"""Tolerance as a share of the longer side of the extent: about half a pixel when a level fills a large screen."""
SHARE_OF_POLYGON: Final = 1 / 20
"""Upper limit of the tolerance, as a share of the side of a typical polygon, so that small ones keep their shape."""


def tolerance(polygons: Sequence[Any]) -> float:
    """How far an outline may leave the boundary, in the polygons' own unit; 0 when there is nothing to draw."""
    shapes = np.asarray(polygons, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not len(shapes):
        return 0.0
    west, south, east, north = shapely.total_bounds(shapes)
    side = float(np.sqrt(np.median(shapely.area(shapes))))
    return float(min(max(east - west, north - south) * SHARE_OF_EXTENT, side * SHARE_OF_POLYGON))


def outlines(polygons: Sequence[Any]) -> list[Any]:
    """Simplify all polygons of one level.

    Parameters
    ----------
    polygons
        Valid Polygons or MultiPolygons; None and empty ones come back as None.

    Returns
    -------
    list
        In the same order. Edges shared by neighbours stay the same on both sides where the polygons form a coverage;
        where they overlap or nearly meet, each polygon is simplified for itself, its kind of topology kept. A shape is
        never empty and always valid.
    """
    shapes = np.asarray(polygons, dtype=object)
    answer: list[Any] = [None] * len(shapes)
    kept = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if not len(kept):
        return answer
    given = shapely.force_2d(shapes[kept])
    limit = tolerance(given)
    if shapely.coverage_is_valid(given):
        # Its tolerance is the square root of an area: a triangle with legs of the limit.
        simple = shapely.coverage_simplify(given, limit)
    else:
        simple = shapely.simplify(given, limit, preserve_topology=True)
    broken = shapely.is_empty(simple) | ~shapely.is_valid(simple) | ~np.isin(shapely.get_type_id(simple), (3, 6))
    simple[broken] = given[broken]
    for ix, shape in zip(kept, simple, strict=True):
        answer[ix] = shape
    return answer
