"""Points per second: the Locator against Shapely's STRtree on the same points, in one run.

Usage: python benchmarks/locate.py [POINTS] [POLYGONS]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.ingest.locate import Locator


def wobbly_cells(count: int, seed: int) -> list[shapely.Geometry]:
    """Voronoi cells of random sites with every edge bent, neighbours sharing the bends."""
    rng = np.random.default_rng(seed)
    sites = shapely.multipoints(rng.uniform(0, 1, (count, 2)))
    frame = shapely.box(0, 0, 1, 1)
    cells = [cell for cell in shapely.voronoi_polygons(sites, extend_to=frame).geoms if cell.intersects(frame)]
    clipped = shapely.intersection(shapely.set_precision(cells, 1e-9), frame)

    def bend(points: np.ndarray) -> np.ndarray:
        x, y = points[:, 0], points[:, 1]
        return np.column_stack([x + 0.004 * np.sin(60 * y) + 0.001 * np.sin(190 * x), y + 0.004 * np.sin(50 * x + 1)])

    return list(shapely.make_valid(shapely.transform(shapely.segmentize(clipped, 0.002), bend)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("points", type=int, nargs="?", default=2_000_000)
    parser.add_argument("polygons", type=int, nargs="?", default=3_000)
    options = parser.parse_args()
    points, polygons = options.points, options.polygons
    rng = np.random.default_rng(7)
    shapes = wobbly_cells(polygons, 5)
    lon, lat = rng.uniform(-0.02, 1.02, (2, points))

    start = time.perf_counter()
    locator = Locator(shapes, np.arange(len(shapes)))
    built = time.perf_counter()
    ours = locator.locate(lon, lat)
    done = time.perf_counter()

    tree = shapely.STRtree(shapes)
    at, rank = tree.query(shapely.points(lon, lat), predicate="intersects")
    theirs = np.full(points, len(shapes))
    np.minimum.at(theirs, at, rank)
    end = time.perf_counter()

    differing = int(np.count_nonzero(ours != np.where(theirs == len(shapes), -1, theirs)))
    print(f"{points:,} points, {len(shapes):,} polygons, {shapely.get_num_coordinates(shapes).sum():,} vertices")
    print(f"STRtree {end - done:.2f} s; Locator {done - built:.2f} s, built in {built - start:.2f} s; answers that differ: {differing}")
    print(f"ratio without building {(end - done) / (done - built):.1f} x, with building {(end - done) / (done - start):.1f} x")


if __name__ == "__main__":
    main()
