"""What a build with all its checks costs, as a multiple of a raw ``CREATE TABLE AS`` from the same Parquet or CSV file.

``python benchmarks/build.py [--rows 10000000] [--grids 3000] [--kind parquet]``: makes the file itself, times both in one run, prints the
ratio and the time of each step. The file is messy as department files are: duplicates, impossible times, positions that
are zero, swapped or missing, telephone numbers in texts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.config import Config
from data.store.build import build_file

BOX = shapely.box(104.0, 30.3, 104.4, 30.6)
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
CONFIG = """
name = "Benchmark"
as_of = 2026-11-22T08:00:00
levels = ["district", "grid"]
[[source]]
name = "grids"
kind = "area"
level = "grid"
path = "grids.geojson"
[[source]]
name = "events"
kind = "event"
path = "events.{kind}"
"""


def write_grids(folder: Path, grids: int, rng: np.random.Generator) -> pd.Series:
    points = shapely.MultiPoint(np.column_stack([rng.uniform(104.0, 104.4, grids), rng.uniform(30.3, 30.6, grids)]))
    cells = [cell.intersection(BOX) for cell in shapely.voronoi_polygons(points, extend_to=BOX).geoms]
    codes = pd.Series([f"510118001001{ix:03d}" if ix < 1000 else f"510118001{ix:06d}" for ix in range(len(cells))])
    frame = gpd.GeoDataFrame({"area_code": codes, "name": "G" + codes, "population": 2500}, geometry=cells, crs="EPSG:4326")
    frame.to_file(folder / "grids.geojson", driver="GeoJSON")
    return codes


def batch(first: int, rows: int, codes: pd.Series, rng: np.random.Generator) -> pa.Table:
    """One row group of events."""

    def words(prefix: str, count: int) -> pa.Array:
        return pa.array(pd.Series([f"{prefix}{ix}" for ix in range(count)])).take(pa.array(rng.integers(0, count, rows)))

    def after(start: np.ndarray, hours: float, share: float) -> pa.Array:
        value = start + (rng.exponential(hours * 3600, rows)).astype("timedelta64[s]")
        return pa.array(value, mask=(rng.random(rows) > share) | (value > np.datetime64(NOW.replace(tzinfo=None)) + np.timedelta64(8, "h")))

    reported = np.datetime64("2023-11-22") + np.sort(rng.integers(0, 3 * 365 * 86400, rows)).astype("timedelta64[s]")
    lon, lat = rng.uniform(104.0, 104.4, rows), rng.uniform(30.3, 30.6, rows)
    wrong = rng.random(rows)
    lon[wrong < 0.002] = 0
    lon, lat = np.where(wrong > 0.999, lat, lon), np.where(wrong > 0.999, lon, lat)
    number = pa.array(np.arange(first, first + rows)).cast(pa.string())
    phone = rng.random(rows) < 0.05
    street = words("金桥街道滨河路", 900).to_pandas()
    text = ("市民反映" + street + "有人占道经营，噪声扰民，希望尽快处理").where(~phone, "来电人13812345678反映" + street + "路面破损")
    identity = pd.Series(number.to_pandas()).radd("SJ20260000")
    identity[wrong < 0.0005] = "SJ0"
    return pa.table(
        {
            "event_id": pa.array(identity),
            "reported_at": pa.array(reported),
            "registered_at": after(reported, 1, 0.97),
            "dispatched_at": after(reported, 2, 0.96),
            "disposed_at": after(reported, 30, 0.95),
            "closed_at": after(reported, 40, 0.93),
            "deadline_at": pa.array(reported + np.timedelta64(3, "D")),
            "domain": words("领域", 5),
            "category": words("大类", 30),
            "subcategory": words("小类", 200),
            "source": words("来源", 6),
            "department": words("部门", 54),
            "area_code": pa.array(codes).take(pa.array(rng.integers(0, len(codes), rows))),
            "title": words("占道经营问题", 2000),
            "description": pa.array(text),
            "address": pa.array(street),
            "lon": pa.array(lon, mask=rng.random(rows) < 0.04),
            "lat": pa.array(lat),
            "satisfaction": pa.array(["满意", "基本满意", "不满意", None]).take(pa.array(rng.integers(0, 4, rows))),
            "rework_count": pa.array((rng.random(rows) < 0.02).astype(np.int64)),
        }
    )


def write_events(folder: Path, rows: int, codes: pd.Series, rng: np.random.Generator) -> None:
    step = 1_000_000
    with pq.ParquetWriter(folder / "events.parquet", batch(0, 1, codes, rng).schema) as writer:
        for first in range(0, rows, step):
            writer.write_table(batch(first, min(step, rows - first), codes, rng))


def raw(folder: Path, kind: str) -> tuple[float, float]:
    path = folder / "raw.duckdb"
    path.unlink(missing_ok=True)
    start, busy = time.perf_counter(), time.process_time()
    with duckdb.connect(str(path)) as connection:
        reader = "read_parquet" if kind == "parquet" else "read_csv"
        connection.execute(f"CREATE TABLE event AS SELECT * FROM {reader}(?)", [str(folder / f"events.{kind}")])
        connection.execute("CHECKPOINT")
    return time.perf_counter() - start, time.process_time() - busy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--grids", type=int, default=3000)
    parser.add_argument("--kind", choices=["parquet", "csv"], default="parquet")
    given = parser.parse_args()
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_events(folder, given.rows, write_grids(folder, given.grids, rng), rng)
        if given.kind == "csv":
            with duckdb.connect() as connection:
                connection.execute(f"COPY (FROM '{folder}/events.parquet') TO '{folder}/events.csv'")
        (folder / "sources.toml").write_text(CONFIG.replace("{kind}", given.kind), encoding="utf-8")
        before = raw(folder, given.kind)
        steps, busy = [("", time.perf_counter())], time.process_time()
        built = build_file(
            Config.load(folder / "sources.toml"),
            folder / "built.duckdb",
            lambda step, _: steps.append((step, time.perf_counter())),
            now=NOW,
        )
        steps.append(("end", time.perf_counter()))
        busy = time.process_time() - busy
        after = raw(folder, given.kind)
        report = next(report for report in built.reports.values() if report.kind == "event")
        size = built.path.stat().st_size
    for (step, start), (_, end) in pairwise(steps[1:]):
        print(f"  {step:<28}{end - start:8.1f} s")
    taken = steps[-1][1] - steps[0][1]
    print(f"{report.rows_in:,} rows in = {report.accepted:,} accepted + {report.quarantined:,} quarantined; {size / 2**20:,.0f} MiB")
    print(f"raw CREATE TABLE AS {before[0]:.1f} s before, {after[0]:.1f} s after; build {taken:.1f} s")
    reference = (before[1] + after[1]) / 2
    print(f"processor time: raw {before[1]:.1f} s before, {after[1]:.1f} s after; build {busy:.1f} s; ratio {busy / reference:.2f}")
    most = 4 if given.kind == "parquet" else 2.2
    print(f"ratio {2 * taken / (before[0] + after[0]):.2f}  (must be at most {most})")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
