"""Unions of many boundaries, against one union of all at once."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from data.ingest.boundaries import fit, united

SIDE = 20


def _squares(size: float) -> list[shapely.Polygon]:
    """Squares of a lattice of 1 in no order, so many that they are united by neighbourhoods."""
    corners = np.random.default_rng(7).permutation([(x, y) for x in range(SIDE) for y in range(SIDE)])
    return [shapely.box(x, y, x + size, y + size) for x, y in corners]


@pytest.mark.parametrize("size", [0.5, 1, 1.5])
def test_the_union_of_neighbourhoods_is_that_of_all(size: float) -> None:
    shapes = _squares(size)
    assert shapely.equals(united(shapes), shapely.union_all(shapes))


def test_overlaps_and_gaps_among_many_boundaries() -> None:
    assert fit(_squares(1), []) == []
    assert fit(_squares(1.5), []) == ["W_GRID_OVERLAP"]
    assert fit(_squares(1)[:-1], [shapely.box(0, 0, SIDE, SIDE)]) == ["W_GRID_GAP"]
