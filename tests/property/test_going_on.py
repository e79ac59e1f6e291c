"""However a store came to hold its files, what it says is what a build from nothing says."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.store.build import build
from data.store.manifest import read_manifest

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
CONFIG = """
name = "示范"
levels = ["district", "grid"]
[[source]]
name = "格"
kind = "area"
level = "grid"
path = "grids.geojson"
[[source]]
name = "热线"
kind = "event"
path = "a*.csv"
mode = "changes"
[[source]]
name = "巡查"
kind = "event"
path = "b*.csv"
"""
COUNTED = ("rows_in", "accepted", "quarantined", "reasons", "findings", "positions_set_aside")


class District:
    """Files of a small district that are added, replaced and removed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, np.random.default_rng(seed)
        (folder / "sources.toml").write_text(CONFIG, encoding="utf-8")
        self.grids(9)

    def grids(self, count: int) -> None:
        cells = [shapely.box(104 + i * 0.1, 30 + j * 0.1, 104.1 + i * 0.1, 30.1 + j * 0.1) for i in range(3) for j in range(3)][:count]
        names = [f"G{ix}" for ix in range(count)]
        frame = gpd.GeoDataFrame({"area_code": names, "name": names}, geometry=cells, crs="EPSG:4326")
        frame.to_file(self.folder / "grids.geojson", driver="GeoJSON")

    def write(self, name: str, rows: int, ids: list[str], start: str, *, is_dated: bool = True) -> None:
        rng = self.rng
        reported = pd.Timestamp(start) + pd.to_timedelta(rng.integers(0, 30 * 86400, rows), unit="s")
        frame = pd.DataFrame(
            {
                "event_id": rng.choice(ids, rows),
                "reported_at": reported,
                "category": rng.choice(["a", "b", f"new{rng.integers(99)}"], rows),
                "closed_at": np.where(rng.random(rows) < 0.5, (reported + pd.Timedelta(hours=5)).astype(str), ""),
                "deadline_at": (reported + pd.Timedelta(days=int(rng.integers(1, 9)))).astype(str),
                "lon": np.where(rng.random(rows) < 0.1, "", (104 + rng.random(rows) * 0.35).astype(str)),
                "lat": (30 + rng.random(rows) * 0.3).astype(str),
                "area_code": rng.choice(["G1", "G2", "", "X9"], rows),
                "department": rng.choice(["城管局", "城 管局", f"d{rng.integers(9)}"], rows),
                "source": rng.choice(["12345", "网格员上报", "奇怪"], rows),
                "满意度": rng.choice(["满意", "", "不满意"], rows),
                "title": rng.choice(["t1", "t2"], rows),
            }
        )
        if is_dated:
            frame["updated_at"] = np.where(rng.random(rows) < 0.5, f"2026-11-{rng.integers(10, 20)} 00:00:00", "2026-11-05 00:00:00")
        frame.to_csv(self.folder / name, index=False)


def _equal(district: District, store: Path, fresh: Path) -> dict[str, object]:
    shutil.rmtree(fresh, ignore_errors=True)
    manifests = []
    for target in (store, fresh):
        identity = build(district.folder / "sources.toml", target, now=NOW).snapshot
        assert identity
        manifests.append(read_manifest(target, identity))
    going_on, from_nothing = manifests
    books = [{(s["name"], s["file"]): [s[key] for key in COUNTED] for s in manifest["sources"]} for manifest in manifests]
    assert books[0] == books[1]
    assert going_on["content_sha256"] == from_nothing["content_sha256"]
    assert going_on["counts"]["event"] == from_nothing["counts"]["event"]
    return going_on


@pytest.mark.parametrize("seed", [1])
def test_a_store_that_grew_says_what_a_build_from_nothing_says(tmp_path: Path, seed: int) -> None:
    district, store, fresh = District(tmp_path, seed), tmp_path / "store", tmp_path / "fresh"
    ids, others = [f"E{ix}" for ix in range(200)], [f"B{ix}" for ix in range(100)]
    district.write("a1.csv", 300, ids, "2026-10-01")
    district.write("b1.csv", 150, [*others, *ids[:20]], "2026-10-01", is_dated=False)
    assert _equal(district, store, fresh)["appended"] == 0
    district.write("a2.csv", 30, [*ids, "N1"], "2026-10-13")
    assert _equal(district, store, fresh)["appended"] != 0
    district.write("b1.csv", 120, [*others, *ids[:20]], "2026-09-01", is_dated=False)
    _equal(district, store, fresh)
    district.write("b2.csv", 20, [*ids, "N2"], "2026-10-03", is_dated=False)
    _equal(district, store, fresh)
    (tmp_path / "b2.csv").unlink()
    _equal(district, store, fresh)
    district.grids(7)
    assert _equal(district, store, fresh)["appended"] == 0


def test_rows_of_a_source_of_changes_stay_when_their_file_is_gone(tmp_path: Path) -> None:
    district, store = District(tmp_path, 3), tmp_path / "store"
    district.write("b1.csv", 20, ["B1", "B2"], "2026-10-01")
    for name in ("a1.csv", "a2.csv"):
        district.write(name, 40, [f"{name}{ix}" for ix in range(40)], "2026-10-01")
    both = _equal(district, store, tmp_path / "fresh")
    (tmp_path / "a1.csv").unlink()
    identity = build(tmp_path / "sources.toml", store, now=NOW).snapshot
    assert identity
    assert read_manifest(store, identity)["content_sha256"] == both["content_sha256"]
