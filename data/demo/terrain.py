"""The lie of the made-up land: an outline, a river, and how densely people live where.

Everything here is in metres, x to the east and y to the north of the middle of the district.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terrain:
    """Outline, settlements and sample points.

    Attributes
    ----------
    outline : Polygon
        The district, metres.
    centres : float array, shape (k, 4)
        Settlements: x, y, spread in metres, share of the population.
    points : float array, shape (n, 2)
        Sample points inside the outline, dense where people live.
    people : float array, shape (n,)
        Share of the population that each sample point stands for; adds up to 1.
    """

    outline: shapely.Polygon
    centres: Floats
    points: Floats
    people: Floats


def waves(rng: np.random.Generator, at: Floats, length: float, finest: int, roughness: float) -> Floats:
    """A random smooth function of one variable: sines of falling amplitude, largest excursion about 1.

    Parameters
    ----------
    at
        Where it is wanted, metres.
    length
        The longest wave, metres.
    finest
        Number of waves; the shortest is ``length / finest``.
    roughness
        Amplitude falls as ``k ** -(2 - roughness)``: 0 is a gentle bend, 1 a rugged ridge.
    """
    k = np.arange(1, finest + 1)
    amplitude = rng.normal(0, 1, finest) * k ** -(2.0 - roughness)
    phase = rng.uniform(0, 2 * np.pi, finest)
    total = (amplitude * np.sin(2 * np.pi * k * at[:, None] / length + phase)).sum(axis=1)
    return np.asarray(total / max(float(np.abs(amplitude).sum()), 1e-9), dtype=np.float64)


def _outline(rng: np.random.Generator, area_km2: float) -> shapely.Polygon:
    """An irregular outline: here a smooth river bank, there a rugged ridge, never a circle."""
    theta = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    for _ in range(200):
        radius = np.ones_like(theta)
        for k in range(2, 7):
            radius += 0.56 / k**1.2 * rng.normal(0, 0.75) * np.cos(k * theta + rng.uniform(0, 2 * np.pi))
        rugged = np.clip(np.sin(theta * 2 + rng.uniform(0, 6.3)) + 0.45, 0.35, 1.0)
        fine = np.zeros_like(theta)
        for k in range(7, 160):
            fine += rng.normal(0, 1) * k**-1.3 * np.cos(k * theta + rng.uniform(0, 2 * np.pi))
        radius = np.clip(radius + 0.42 * rugged * fine, 0.35, None)
        x, y = radius * np.cos(theta) * 1.22, radius * np.sin(theta) * 0.9
        turn = rng.uniform(-0.5, 0.5)
        x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
        x = x + 0.16 * np.sin(2.2 * y + rng.uniform(0, 6.3))
        y = y + 0.16 * np.sin(2.0 * x + rng.uniform(0, 6.3))
        polygon = shapely.Polygon(np.column_stack([x, y]))
        if not polygon.is_valid:
            continue
        full = polygon.area / polygon.convex_hull.area
        if not 0.79 < full < 0.89:
            continue
        scale = float(np.sqrt(area_km2 * 1e6 / polygon.area))
        middle = polygon.centroid
        moved = shapely.Polygon((shapely.get_coordinates(polygon) - [middle.x, middle.y]) * scale)
        return shapely.Polygon(shapely.simplify(moved, 15.0).exterior)
    raise AssertionError("no valid outline in 200 tries: the amplitudes in _outline are too large")


def terrain(rng: np.random.Generator, area_km2: float, samples: int) -> Terrain:
    """Make the land.

    Parameters
    ----------
    rng
        Source of randomness.
    area_km2
        Size of the district.
    samples
        How many sample points to keep; about 150 for each of the smallest areas is enough.
    """
    outline = _outline(rng, area_km2)
    reach = float(np.sqrt(outline.area / np.pi))
    angle = rng.uniform(0, 2 * np.pi)
    centres = [[0.06 * reach, -0.05 * reach, 0.17 * reach, 0.34], [0.0, 0.05 * reach, 0.34 * reach, 0.24]]
    centres.append([0.52 * reach * np.cos(angle), 0.52 * reach * np.sin(angle), 0.13 * reach, 0.13])
    inner = outline.buffer(-0.10 * reach)
    west, south, east, north = inner.bounds
    while len(centres) < 9:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(inner, x, y) and all((x - c[0]) ** 2 + (y - c[1]) ** 2 > (0.28 * reach) ** 2 for c in centres):
            centres.append([x, y, rng.uniform(0.045, 0.08) * reach, rng.uniform(0.015, 0.045)])
    towns = np.array(centres)
    spread_out = 1.0 - float(towns[:, 3].sum())

    # half of the points even over the land, half where people are; each carries its weight
    west, south, east, north = outline.bounds
    even = np.column_stack([rng.uniform(west, east, samples), rng.uniform(south, north, samples)])
    which = rng.choice(len(towns), samples, p=towns[:, 3] / towns[:, 3].sum())
    dense = towns[which, :2] + rng.normal(0, 1, (samples, 2)) * towns[which, 2:3]
    shapely.prepare(outline)
    even = even[shapely.contains_xy(outline, even)][: samples // 2]
    dense = dense[shapely.contains_xy(outline, dense)][: samples - len(even)]
    points = np.concatenate([even, dense])
    distance2 = ((points[:, None, :] - towns[None, :, :2]) ** 2).sum(axis=2)
    bell = (towns[:, 3] / towns[:, 3].sum() * np.exp(-distance2 / (2 * towns[:, 2] ** 2)) / (2 * np.pi * towns[:, 2] ** 2)).sum(axis=1)
    flat = 1.0 / outline.area
    proposal = (len(even) * flat + len(dense) * bell) / len(points)
    people = ((1 - spread_out) * bell + spread_out * flat) / proposal
    return Terrain(outline, towns, points, people / people.sum())
