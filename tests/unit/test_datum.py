"""Map datums against published reference points and the authors' scalar formula."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.ingest import datum

METRE = 1 / 111_000


def scalar_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The shift, written for one point in plain ``math`` as it was first published."""
    x, y, pi = lon - 105, lat - 35, math.pi
    common = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + common
    up += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3 + (160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)) * 2 / 3
    right = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + common
    right += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3 + (
        150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)
    ) * 2 / 3
    a, e2 = 6378245.0, 0.00669342162296594323
    magic = 1 - e2 * math.sin(lat / 180 * pi) ** 2
    d_lat = up * 180 / ((a * (1 - e2)) / (magic * math.sqrt(magic)) * pi)
    d_lon = right * 180 / (a / math.sqrt(magic) * math.cos(lat / 180 * pi) * pi)
    return lon + d_lon, lat + d_lat


inside_china = st.tuples(st.floats(74, 134), st.floats(4, 53))


@given(inside_china)
def test_forward_equals_the_published_formula(point: tuple[float, float]) -> None:
    lon, lat = datum.wgs84_to_gcj02(*point)
    assert (float(lon), float(lat)) == pytest.approx(scalar_gcj02(*point), abs=1e-11)


@given(inside_china)
def test_the_way_there_and_back_is_the_identity(point: tuple[float, float]) -> None:
    gcj02 = datum.wgs84_to_gcj02(*point)
    there_and_back = {"GCJ02": gcj02, "BD09": datum.gcj02_to_bd09(*gcj02)}
    for name, given_pair in there_and_back.items():
        lon, lat = datum.to_wgs84(*given_pair, name)  # type: ignore[arg-type]
        assert (float(lon), float(lat)) == pytest.approx(point, abs=1e-10)


@given(inside_china)
def test_the_shift_is_a_few_hundred_metres(point: tuple[float, float]) -> None:
    lon, lat = datum.wgs84_to_gcj02(*point)
    assert 0 < math.hypot(lon - point[0], lat - point[1]) < 2000 * METRE


@pytest.mark.parametrize("name", ["WGS84", "GCJ02", "BD09"])
def test_outside_china_and_unknown_positions_stay(name: datum.Datum) -> None:
    lon, lat = np.array([-73.98, 0.0, np.nan, 114.3, 151.2, 190.0]), np.array([40.75, 0.0, 22.7, np.nan, -33.9, 95.0])
    found_lon, found_lat = datum.to_wgs84(lon, lat, name)
    np.testing.assert_array_equal(found_lon, lon)
    np.testing.assert_array_equal(found_lat, lat)
    assert found_lon is not lon


def test_empty_arrays_and_unknown_names() -> None:
    assert [len(part) for part in datum.to_wgs84([], [], "BD09")] == [0, 0]
    with pytest.raises(ValueError, match="BD09"):
        datum.to_wgs84([1.0], [1.0], "EPSG:4490")  # type: ignore[arg-type]


@pytest.mark.real
def test_real_points_given_in_three_datums(real_data: Path) -> None:
    table = pd.read_csv(real_data / "pingshan" / "pingshan_communities.csv")
    gcj02 = datum.bd09_to_gcj02(table["bd09_lon"], table["bd09_lat"])
    np.testing.assert_allclose(gcj02, [table["gcj02_lon"], table["gcj02_lat"]], atol=1.5e-6)
    # The file's WGS 84 column was made with a one-step inverse, right to about a metre.
    for name in ("GCJ02", "BD09"):
        given_pair = table[f"{name.lower()}_lon"], table[f"{name.lower()}_lat"]
        found = datum.to_wgs84(*given_pair, name)  # type: ignore[arg-type]
        np.testing.assert_allclose(found, [table["wgs84_lon"], table["wgs84_lat"]], atol=1.2e-5)
