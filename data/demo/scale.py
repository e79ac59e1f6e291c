"""How large the made-up district is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Scale:
    """Sizes of one scale of the demo.

    Attributes
    ----------
    streets, communities, grids
        How many areas of each level.
    area_km2, population
        Of the whole district.
    events, days
        How many events are accepted, reported over how many days up to the demo's now.
    video_points
        Cameras and the recorders they hang on.
    places
        Known addresses in each grid.
    as_parquet
        Event files are Parquet instead of CSV and Excel, and carry no descriptions.
    """

    streets: int
    communities: int
    grids: int
    area_km2: float
    population: int
    events: int
    days: int
    video_points: int
    places: int
    as_parquet: bool = False


SCALES: Final[dict[str, Scale]] = {
    "small": Scale(4, 16, 60, 26.0, 64_000, 5_000, 182, 260, 24),
    "district": Scale(12, 120, 900, 310.0, 786_000, 450_000, 1096, 3_918, 24),
    "city": Scale(18, 320, 3_000, 560.0, 2_710_000, 10_000_000, 1096, 10_000, 20, as_parquet=True),
}
