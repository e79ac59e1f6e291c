"""Working cameras near a place.

Working means derived online (:mod:`data.video`); a camera without a position is near nothing. Distances are along the great circle of
a sphere, within half a percent of those on the ellipsoid; directions are where one looks from the place, clockwise from north.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.selection import Selection
from data.video import cameras, judged, video_points
from data.view import View

MOST: Final = 3
EARTH_M: Final = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Nearby:
    """The working cameras nearest to a place.

    Attributes
    ----------
    cameras
        Rows of :func:`data.video.video_points` with ``distance_m`` and ``bearing`` (degrees), nearest first.
    total
        Cameras that the view holds, working or not.
    is_known
        Whether any of them reports a state; else none can be said to work.
    """

    cameras: pd.DataFrame
    total: int
    is_known: bool


def nearest_cameras(view: View, lon: float, lat: float, most: int = MOST) -> Nearby:
    """The ``most`` nearest working cameras of the view's whole scope; equally near ones by id."""
    points = video_points(view, Selection())
    working = working_cameras(view)
    away = distance_m(lon, lat, working["lon"].to_numpy(dtype=float), working["lat"].to_numpy(dtype=float))
    first = np.lexsort((working["point_id"].to_numpy(dtype=str), away))[:most]
    found = working.iloc[first]
    bearing = bearing_degrees(lon, lat, found["lon"].to_numpy(dtype=float), found["lat"].to_numpy(dtype=float))
    return Nearby(found.assign(distance_m=away[first], bearing=bearing), len(cameras(points)), not judged(points).empty)


def working_cameras(view: View) -> pd.DataFrame:
    """Cameras of the view's whole scope that are derived online and have a position."""
    known = judged(video_points(view, Selection()))
    return known[(known["status"] == "online") & known["lon"].notna() & known["lat"].notna()]


def camera(view: View, point_id: str) -> pd.Series | None:
    """One camera by its id; None where this view has none, recorders included."""
    points = cameras(video_points(view, Selection()))
    found = points[points["point_id"] == point_id]
    return None if found.empty else found.iloc[0]


def distance_m(lon: float | Floats, lat: float | Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    """Metres between WGS 84 positions; the haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984)."""
    one, other = np.radians(lat), np.radians(other_lat)
    across = np.sin((np.radians(other_lon) - np.radians(lon)) / 2) ** 2 * np.cos(one) * np.cos(other)
    up = np.sin((other - one) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(up + across, 0, 1))), dtype=np.float64)


def bearing_degrees(lon: float, lat: float, other_lon: Floats, other_lat: Floats) -> Floats:
    """Where the others lie from here, in degrees clockwise from north, 0 to 360."""
    one, other, east = np.radians(lat), np.radians(other_lat), np.radians(other_lon) - np.radians(lon)
    y = np.sin(east) * np.cos(other)
    x = np.cos(one) * np.sin(other) - np.sin(one) * np.cos(other) * np.cos(east)
    return np.asarray(np.degrees(np.arctan2(y, x)) % 360, dtype=np.float64)
