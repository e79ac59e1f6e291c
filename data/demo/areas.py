"""The made-up district's areas: codes, names, people, boundaries, and the addresses in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from data.demo import names
from data.demo.division import Division
from data.demo.names import Names
from data.demo.scale import Scale
from data.demo.terrain import Floats, Terrain, terrain

ORIGIN: Final = (111.3625, 27.4180)
"""Longitude and latitude of the middle of the district, WGS 84: some hills in southern China."""
METRES_A_DEGREE: Final = 111_319.49

ZONES: Final = ("suburb", "town", "urban")
Ints = npt.NDArray[np.int64]


def to_degrees(metres: Floats) -> Floats:
    """Metres east and north of the middle → WGS 84 degrees, rounded to about a centimetre."""
    lon = ORIGIN[0] + metres[:, 0] / (METRES_A_DEGREE * np.cos(np.radians(ORIGIN[1])))
    return np.round(np.column_stack([lon, ORIGIN[1] + metres[:, 1] / METRES_A_DEGREE]), 7)


@dataclass(frozen=True)
class Area:
    """One row of a boundary file."""

    level: str
    area_code: str
    name: str
    parent_code: str
    polygon: shapely.Geometry
    population: int
    households: int
    area_km2: float
    grid_type: str = ""
    grid_worker: str = ""


@dataclass(frozen=True)
class District:
    """Areas by level, and per grid and per place what events need.

    Attributes
    ----------
    levels : dict of level name to list of Area
        ``district``, ``street``, ``community``, ``grid``.
    street, community, zone : int arrays, shape (grids,)
        Each grid's street, community and kind of surroundings (index into ``ZONES``).
    people : float array, shape (grids,)
        Inhabitants.
    place_grid : int array, shape (places,)
        The grid of each known address; addresses of a grid are together.
    place_metres : float array, shape (places, 2)
        Where it is, metres.
    place_names, place_short : lists of str
        The address with street and community, and without.
    """

    levels: dict[str, list[Area]]
    street: Ints
    community: Ints
    zone: Ints
    people: Floats
    place_grid: Ints
    place_metres: Floats
    place_names: list[str]
    place_short: list[str]


def _merged(pieces: list[shapely.Polygon], of: Ints) -> list[shapely.Geometry]:
    """Pieces of the same number as one polygon each."""
    polygons = np.array(pieces)
    return [shapely.coverage_union_all(polygons[of == number]) for number in range(int(of.max()) + 1)]


def district(rng: np.random.Generator, scale: Scale) -> District:
    """Make the land, cut it up, name everything, and place the addresses."""
    land = terrain(rng, scale.area_km2, scale.grids * 180)
    division = Division(rng, land, scale.streets, scale.communities, scale.grids)
    named = Names(rng)
    pieces = [piece.polygon for piece in division.grids]
    raw = np.array([float(land.people[piece.points].sum()) for piece in division.grids]) * rng.lognormal(0, 0.22, len(pieces))
    people = np.maximum(np.round(raw / raw.sum() * scale.population), 12).astype(np.int64)
    km2 = np.array([piece.area for piece in pieces]) / 1e6
    density = people / km2
    zone = np.digitize(density, np.quantile(density, [0.3, 0.65]))
    degrees = [shapely.transform(piece, to_degrees) for piece in pieces]
    street, community = division.street, division.community
    street_of_community = np.array([street[community == number][0] for number in range(scale.communities)])

    # towns are the streets that live farthest apart
    crowded = np.bincount(street, people) / np.bincount(street, km2)
    rank = np.argsort(np.argsort(-crowded, kind="stable"), kind="stable")
    street_names = [named.streets(scale.streets)[place] for place in rank]
    towns = np.array([name.endswith("镇") for name in street_names])
    numbers, seen = [], {False: 0, True: 0}
    for town in towns.tolist():
        seen[town] += 1
        numbers.append(seen[town] + (100 if town else 0))
    street_codes = [f"{names.DISTRICT_CODE}{number:03d}" for number in numbers]

    levels: dict[str, list[Area]] = {"district": [], "street": [], "community": [], "grid": []}

    def household(count: int) -> int:
        return int(count / rng.uniform(2.3, 2.9))

    for number, polygon in enumerate(_merged(degrees, street)):
        here = street == number
        count = int(people[here].sum())
        levels["street"].append(
            Area("street", street_codes[number], street_names[number], names.DISTRICT_CODE, polygon, count, household(count),
                 round(float(km2[here].sum()), 3))
        )  # fmt: skip
    counter: dict[int, int] = {}
    for number, polygon in enumerate(_merged(degrees, community)):
        here, parent = community == number, int(street_of_community[number])
        counter[parent] = counter.get(parent, 0) + 1
        count, name = int(people[here].sum()), named.community(bool(towns[parent]))
        code = f"{street_codes[parent]}{counter[parent] + (200 if name.endswith('村') else 0):03d}"
        levels["community"].append(
            Area("community", code, name, street_codes[parent], polygon, count, household(count), round(float(km2[here].sum()), 3))
        )
    counter = {}
    for number, polygon in enumerate(degrees):
        parent = int(community[number])
        counter[parent] = counter.get(parent, 0) + 1
        above = levels["community"][parent]
        short = above.name.removesuffix("社区").removesuffix("村")
        levels["grid"].append(
            Area("grid", f"{above.area_code}{counter[parent]:03d}", f"{short}第{counter[parent]:02d}网格", above.area_code, polygon,
                 int(people[number]), household(int(people[number])), round(float(km2[number]), 4),
                 "专属网格" if rng.random() < 0.06 else "单元网格", named.person())
        )  # fmt: skip
    whole = shapely.coverage_union_all(np.array(degrees))
    total = int(people.sum())
    levels["district"].append(
        Area("district", names.DISTRICT_CODE, names.DISTRICT, "", whole, total, household(total), round(float(km2.sum()), 2))
    )

    full, short_names, place_grid, place_metres = _places(rng, named, land, division, levels, count=scale.places)
    return District(
        levels, street, community, np.asarray(zone), people.astype(np.float64), place_grid, place_metres,
        full, short_names,
    )  # fmt: skip


def _places(
    rng: np.random.Generator, named: Names, land: Terrain, division: Division, levels: dict[str, list[Area]], *, count: int
) -> tuple[list[str], list[str], Ints, Floats]:
    """Known addresses, ``count`` in each grid: with street and community, without, their grids, where they are."""
    roads = [named.road(level) for level in division.cut_levels]
    place_grid, place_metres, full, short_names = [], [], [], []
    for number, piece in enumerate(division.grids):
        chosen = rng.choice(piece.points, count, replace=len(piece.points) < count)
        above = levels["community"][int(division.community[number])]
        prefix = levels["street"][int(division.street[number])].name + above.name
        own = _addresses(rng, named, [roads[cut] for cut in piece.cuts[-4:]], count, above.name.endswith("村"))
        place_grid.append(np.full(count, number))
        place_metres.append(land.points[chosen])
        short_names += own
        full += [prefix + address for address in own]
    return full, short_names, np.concatenate(place_grid), np.concatenate(place_metres)


def _addresses(rng: np.random.Generator, named: Names, roads: list[str], count: int, village: bool) -> list[str]:
    """Addresses of one grid, the best known first: estates, junctions, shops, house numbers."""
    estates = [named.estate() for _ in range(1 if village else 2)]
    found: list[str] = []
    lots = [int(number) for number in rng.integers(1, 400, count)]
    blocks = [int(number) for number in rng.integers(1, 29, count)]
    for place in range(count):
        road = roads[-1 - int(rng.integers(0, min(len(roads), 3)))]
        kind = rng.random()
        if place == 0:
            address = f"{estates[0]}{rng.choice(['南门', '北门', '东门', '小区内'])}"
        elif place == 1 and len(roads) > 1:
            address = f"{roads[-1]}与{roads[-2]}交叉口"
        elif place == 2:
            address = f"{road}{rng.choice(['农贸市场', '便民市场', '公交站', '小学门口', '口袋公园', '临时停车场', '夜市'])}"
        elif kind < 0.42:
            address = f"{estates[place % len(estates)]}{blocks[place]}栋" + (f"{blocks[place] % 4 + 1}单元" if kind < 0.2 else "")
        elif kind < 0.80:
            address = f"{road}{lots[place]}号" + ("附近" if kind > 0.7 else "")
        elif village:
            address = f"{blocks[place] % 12 + 1}组" + str(rng.choice(["村口", "河边", "村道", "文化广场"]))
        else:
            address = f"{road}{rng.choice(['沿线', '中段', '西侧人行道', '东侧绿化带', '辅道', '工地旁'])}"
        found.append(address)
    return found
