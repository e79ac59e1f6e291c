"""What happens in the made-up district: categories, who deals with them, when and where they occur.

The table stands in ``categories.csv`` beside this file. Its shares by kind follow published open data of several
cities; its phrases are invented.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from data.demo.terrain import Floats

SOURCES: Final = ("hotline", "patrol", "video", "sensor", "drone", "inspect")
SOURCE_SHARES: Final = (0.555, 0.255, 0.115, 0.040, 0.015, 0.020)

# hour 0 … 23 of the local day
_HOURS: Final[dict[str, str]] = {
    "day": "5 2 1 1 1 2 8 25 80 105 112 82 48 42 66 85 86 74 44 27 20 17 13 9",
    "night": "92 55 30 17 12 13 19 18 20 22 20 21 35 32 22 18 18 20 30 46 66 88 105 112",
    "evening": "24 9 5 3 2 4 14 24 34 34 34 42 50 40 32 32 38 58 92 108 104 82 58 38",
    "commute": "7 3 2 2 2 8 36 98 106 66 48 44 48 40 40 44 60 100 94 58 40 28 20 12",
    "shop": "6 2 1 1 1 2 6 18 44 66 76 76 74 60 58 62 66 68 72 66 56 38 22 12",
    "dawn": "4 2 1 2 6 24 72 98 96 82 72 56 46 42 52 58 58 52 40 30 22 14 9 6",
    "flat": "26 20 17 16 17 22 34 46 54 56 56 56 54 50 48 50 52 56 58 56 52 48 42 34",
}
# month 1 … 12
_SEASONS: Final[dict[str, str]] = {
    "": "1 1 1 1 1 1 1 1 1 1 1 1",
    "summer": ".62 .62 .78 .95 1.15 1.38 1.5 1.5 1.25 1 .75 .62",
    "winter": "1.7 1.5 1.15 .8 .65 .6 .6 .6 .7 .9 1.25 1.7",
    "rain": ".5 .6 .9 1.3 1.6 2.0 1.7 1.1 .7 .5 .5 .45",
    "spring": "1.8 1.1 .9 .9 .9 .95 .9 .9 .9 .95 1.1 1.5",
    "spring_growth": ".5 .7 1.3 1.6 1.5 1.3 1.2 1.0 .9 .8 .6 .45",
    "school": ".6 .6 1.0 1.1 1.5 2.2 2.2 2.0 .9 .45 .45 .5",
    "autumn": ".8 .7 .8 .9 .9 1.0 .9 .9 1.1 1.3 1.8 1.4",
    "dry": "1.3 1.4 1.4 1.2 .8 .5 .6 .8 1.1 1.5 1.4 1.2",
    "wind": ".6 .8 1.4 1.4 1.2 1.1 1.4 1.4 .9 .7 .6 .6",
}
_ZONES: Final[dict[str, tuple[float, float, float]]] = {"suburb": (2.6, 1.0, 0.45), "even": (1.1, 1.0, 0.95), "urban": (0.55, 1.0, 1.25)}
_MACHINE_HOURS: Final = "2 1 1 1 2 6 30 70 96 98 92 78 56 54 78 90 92 78 40 22 12 8 5 3"


def _row(text: str) -> Floats:
    values = np.array(text.split(), dtype=np.float64)
    return np.asarray(values / values.sum(), dtype=np.float64)


@dataclass(frozen=True)
class Catalogue:
    """The categories as columns; one entry each, in the order of the file."""

    domain: list[str]
    category: list[str]
    subcategory: list[str]
    limit: Floats
    unit: list[str]
    department: list[str]
    level: list[str]
    phrases: list[list[str]]
    weights: Floats  # (sources, leaves)
    hours: Floats  # (leaves, 24)
    seasons: Floats  # (leaves, 12)
    zones: Floats  # (leaves, zones)

    def __len__(self) -> int:
        return len(self.subcategory)

    @cached_property
    def departments(self) -> list[str]:
        """Departments of the district, in order of the table."""
        return list(dict.fromkeys(self.department))

    def shares(self, source: int, month: int, zone: int) -> Floats:
        """Share of each category among a source's events in a month (1–12) and surroundings."""
        weight = self.weights[source] * self.seasons[:, month - 1] * self.zones[:, zone]
        return np.asarray(weight / weight.sum(), dtype=np.float64)

    def hours_of(self, source: int) -> Floats:
        """Share of each local hour by category: patrols and drones go out by day, whatever they find."""
        if SOURCES[source] in {"patrol", "drone", "inspect"}:
            return np.repeat(_row(_MACHINE_HOURS)[None, :], len(self), axis=0)
        return self.hours


def catalogue() -> Catalogue:
    """Read the table."""
    with (Path(__file__).parent / "categories.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Catalogue(
        domain=[row["domain"] for row in rows],
        category=[row["category"] for row in rows],
        subcategory=[row["subcategory"] for row in rows],
        limit=np.array([float(row["limit"]) for row in rows]),
        unit=[row["unit"] for row in rows],
        department=[row["department"] for row in rows],
        level=[row["level"] for row in rows],
        phrases=[row["phrases"].split("|") for row in rows],
        weights=np.array([[float(row[source]) for row in rows] for source in SOURCES]),
        hours=np.array([_row(_HOURS[row["hours"]]) for row in rows]),
        seasons=np.array([[float(value) for value in _SEASONS[row["season"]].split()] for row in rows]),
        zones=np.array([_ZONES[row["zone"]] for row in rows]),
    )
