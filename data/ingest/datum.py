"""Chinese map datums: GCJ-02 and BD-09 to and from WGS 84.

GCJ-02 shifts positions inside China by a known smooth function of the position; BD-09 shifts them once more. Neither
has a closed inverse, so the way back is a fixed-point iteration on the forward function, exact to about a
hundredth of a millimetre. Outside China nothing is shifted.

All functions take and give arrays of degrees, ``lon, lat`` in that order, any shape that broadcasts; NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]
Pair = tuple[Degrees, Degrees]
Datum = Literal["WGS84", "GCJ02", "BD09"]

SEMI_MAJOR_M: Final = 6378245.0
"""Krasovsky 1940, which the shift is defined on."""
ECCENTRICITY_2: Final = 0.00669342162296594323
CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north: the box within which mapping services apply the shift, its edge included."""
_BAIDU: Final = np.pi * 3000.0 / 180.0
_ROUNDS: Final = 10


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether the shift applies; False for NaN."""
    x, y = _arrays(lon, lat)
    west, south, east, north = CHINA
    inside: npt.NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """WGS 84 → GCJ-02; unchanged outside China."""
    x, y = _arrays(lon, lat)
    d_lon, d_lat = _shift(x, y)
    return x + d_lon, y + d_lat


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """GCJ-02 → WGS 84; unchanged outside China."""
    return _inverse(wgs84_to_gcj02, *_arrays(lon, lat))


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """GCJ-02 → BD-09; unchanged outside China."""
    x, y = _arrays(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    inside = in_china(x, y)
    return np.where(inside, radius * np.cos(angle) + 0.0065, x), np.where(inside, radius * np.sin(angle) + 0.006, y)


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """BD-09 → GCJ-02; unchanged outside China."""
    return _inverse(gcj02_to_bd09, *_arrays(lon, lat))


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: Datum) -> Pair:
    """Positions of one datum as WGS 84.

    Parameters
    ----------
    lon, lat
        Degrees in ``datum``; NaN stays NaN.
    datum
        ``WGS84`` (also CGCS2000, equal at map accuracy), ``GCJ02`` or ``BD09``.

    Returns
    -------
    lon, lat
        New arrays; positions outside China are returned as they came.
    """
    if datum == "WGS84":
        x, y = _arrays(lon, lat)
        return x.copy(), y.copy()
    if datum == "GCJ02":
        return gcj02_to_wgs84(lon, lat)
    if datum == "BD09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    raise ValueError(f"Unknown datum {datum!r}; expected WGS84, GCJ02 or BD09.")


def _arrays(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return x, y


def _inverse(forward: Callable[[Degrees, Degrees], Pair], x: Degrees, y: Degrees) -> Pair:
    """Find what ``forward`` maps to ``x, y``: the shift changes by under 1 % of a step, so each round gains two digits or more."""
    inside = in_china(x, y)
    lon, lat = x.copy(), y.copy()
    for _ in range(_ROUNDS):
        at_x, at_y = forward(lon, lat)
        step_x, step_y = np.where(inside, x - at_x, 0.0), np.where(inside, y - at_y, 0.0)
        lon, lat = lon + step_x, lat + step_y
        if not step_x.size or np.nanmax(np.abs([step_x, step_y]), initial=0.0) < 1e-11:
            break
    return lon, lat


def _shift(lon: Degrees, lat: Degrees) -> Pair:
    """The GCJ-02 shift in degrees, 0 outside China."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north_m += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east_m += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    sine = np.sin(np.radians(lat))
    magic = 1.0 - ECCENTRICITY_2 * sine * sine
    d_lat = np.degrees(north_m * magic * np.sqrt(magic) / (SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2)))
    d_lon = np.degrees(east_m * np.sqrt(magic) / (SEMI_MAJOR_M * np.cos(np.radians(lat))))
    inside = in_china(lon, lat)
    return np.where(inside, d_lon, 0.0), np.where(inside, d_lat, 0.0)
