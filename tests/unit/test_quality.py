"""Quality by area and field, against plain loops over the tables, and against a file whose faults are known."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely

from data import quality, queries
from data.indicators.definition import shipped
from data.ingest.datum import gcj02_to_wgs84, wgs84_to_gcj02
from data.ingest.diagnosis import of_feeds
from data.ingest.rules import REPAIRS
from data.schema import TABLES
from data.selection import Selection
from data.store.build import build
from data.store.snapshot import Snapshot
from data.view import View
from tests import district

CODES = ("E_COORD_MISSING", "E_COORD_INVALID", "E_COORD_ZERO", "E_COORD_SWAPPED", "E_COORD_OUT_OF_AREA", "E_COORD_CRS")
STEPS = ("accepted_at", "registered_at", "dispatched_at", "disposed_at", "verified_at")


def faulty(path: Path) -> Path:
    """A random district in which every issue occurs."""
    district.build(path, 1500)
    rng = np.random.default_rng(11)
    n = 1500

    def some(share: float, values: Any, nothing: Any = None) -> list[Any]:
        return [value if hit else nothing for value, hit in zip(values, rng.random(n) < share, strict=True)]

    reported = pd.Timestamp("2026-11-01")
    frame = pd.DataFrame({
        "event_ix": range(n),
        "position_code": some(0.4, rng.choice(CODES, n)),
        "located_by": rng.integers(0, 3, n).astype(np.uint8),
        "declared_ix": rng.integers(0, 30, n),
        "repairs": np.where(rng.random(n) < 0.3, rng.integers(0, 1 << len(REPAIRS), n), 0),
        "address": some(0.5, ["路"] * n),
        "title": some(0.7, ["题"] * n),
        "description": some(0.6, ["述"] * n),
        "handle_level": some(0.5, ["grid"] * n),
        "duplicate_of": some(0.1, ["E00001"] * n),
        "updated_at": some(0.5, [reported] * n),
        "hours": rng.integers(-20, 200, (n, 5)).tolist(),
        "given": (rng.random((n, 5)) < 0.6).tolist(),
    })  # fmt: skip
    codes: list[list[str]] = [[], ["E_FK_STREET"], ["E_FK_GRID", "E_GRID_MISMATCH"]]
    with duckdb.connect(str(path)) as connection:
        for ix in range(30):
            area = ix // 3 - 1 if ix % 3 == 0 and ix < 6 else int(rng.integers(-1, 22))
            connection.execute(
                "INSERT INTO declared (declared_ix, area_code, names, area_ix, codes) VALUES (?, 'x', [], ?, ?)", [ix, area, codes[ix % 3]]
            )
        connection.register("frame", frame)
        steps = ", ".join(
            f"{step} = CASE WHEN given[{at}] THEN reported_at + to_hours(hours[{at}]::INTEGER) END" for at, step in enumerate(STEPS, 1)
        )
        plain = ", ".join(f"{name} = frame.{name}" for name in frame if name not in {"event_ix", "hours", "given"})
        connection.execute(f"UPDATE event SET {plain}, {steps} FROM frame WHERE event.event_ix = frame.event_ix")
        names = ", ".join(TABLES["event"])
        connection.execute(
            f"""INSERT INTO rival ({names}, code) SELECT {names}, CASE event_ix % 3 WHEN 0 THEN 'E_ID_DUP' WHEN 1 THEN 'E_ID_CONFLICT' END
                FROM event WHERE event_ix % 9 < 4"""
        )
    return path


class Told:
    """The rows of a file, each issue decided by a line of Python."""

    def __init__(self, path: Path) -> None:
        with duckdb.connect(str(path), read_only=True) as connection:
            self.areas = connection.execute("SELECT * FROM area ORDER BY area_ix").df()
            self.declared = connection.execute("SELECT * FROM declared").df().set_index("declared_ix").to_dict("index")
            self.categories = connection.execute("SELECT * FROM category").df().set_index("category_ix").to_dict("index")
            events = connection.execute("SELECT event.*, is_closed FROM event JOIN outcome USING (outcome_ix)").df()
            rivals = connection.execute("SELECT * FROM rival").df()
        self.events = events.astype(object).where(events.notna(), None).to_dict("records")
        self.rivals = rivals.astype(object).where(rivals.notna(), None).to_dict("records")

    def above(self, ix: int) -> list[int]:
        path = [ix]
        while pd.notna(self.areas["parent_ix"][path[0]]):
            path.insert(0, int(self.areas["parent_ix"][path[0]]))
        return path

    def issues(self, row: dict[str, Any]) -> set[str]:
        found = {f"coord_{row['position_code'].removeprefix('E_COORD_').lower()}"} if row["position_code"] else set()
        own = self.declared[row["declared_ix"]]
        codes, named = list(own["codes"]), int(own["area_ix"])
        here = int(row["area_ix"])
        steps = [row[step] for step in STEPS]
        accepted, registered, dispatched, disposed, _ = steps
        opened = registered or accepted
        tests = {
            "nowhere": row["located_by"] == 0,
            "by_code": row["located_by"] == 1,
            "declares_none": named <= 0 and not codes,
            "fk_street": "E_FK_STREET" in codes,
            "fk_grid": "E_FK_GRID" in codes,
            "code_parent": "E_GRID_MISMATCH" in codes,
            "code_position": row["located_by"] == 2 and named > 0 and here > 0
            and named not in self.above(here) and here not in self.above(named),
            "before_report": any(step < row["reported_at"] for step in steps if step),
            "dispatched_early": bool(dispatched and opened and dispatched < opened),
            "disposed_early": bool(disposed and (dispatched or opened) and disposed < (dispatched or opened)),
            "after_closing": bool(row["closed_at"]) and any(step > row["closed_at"] for step in steps[2:] if step),
            "deadline_early": bool(row["deadline_at"]) and row["deadline_at"] < row["reported_at"],
            "closed_untimed": row["is_closed"] and not row["closed_at"],
            "disposed_untimed": row["is_closed"] and not disposed,
            "duplicates": row["duplicate_of"] is not None,
            "unclassified": self.categories[row["category_ix"]]["name"] == "未分类",
            "no_title": row["title"] is None,
            "no_address": row["address"] is None,
            "no_description": row["description"] is None,
            "no_department": row["department_ix"] == 0,
            "no_deadline": row["deadline_at"] is None,
            "no_handle_level": row["is_closed"] and row["handle_level"] is None,
            "no_updated": row["updated_at"] is None,
            **{f"repair_{name}": bool(int(row["repairs"]) >> bit & 1) for bit, name in enumerate(REPAIRS)},
        }  # fmt: skip
        return found | {key for key, hit in tests.items() if hit}

    def counted(self, depth: int, within: int = 0) -> dict[tuple[int, bool, str], int]:
        """(area, is_rest, issue) → n over all days."""
        found: Counter[tuple[int, bool, str]] = Counter()
        for rows, keys in ((self.events, self.issues), (self.rivals, lambda row: {f"rival_{row['code'] or ''}"})):
            for row in rows:
                path = self.above(int(row["area_ix"]))
                if within in path:
                    cell = (path[depth], False) if len(path) > depth else (within, True)
                    found.update((*cell, key) for key in keys(row))
        return dict(found)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Snapshot]:
    path = faulty(tmp_path_factory.mktemp("quality") / "faulty.duckdb")
    return Told(path), Snapshot(path)


def counts(frame: pd.DataFrame) -> dict[tuple[int, bool, str], int]:
    rows = frame[frame["n"] > 0]
    return {
        (int(area), bool(rest), issue): int(n)
        for area, rest, issue, n in zip(rows["area_ix"], rows["is_rest"], rows["issue"], rows["n"], strict=True)
    }


@pytest.mark.parametrize(("address", "depth", "within"), [("window=all", 1, 0), ("window=all&area=999901002", 2, 8)])
def test_every_issue_is_counted_where_it_is(told: tuple[Told, Snapshot], address: str, depth: int, within: int) -> None:
    oracle, snapshot = told
    found = quality.quality_per_area(View(snapshot, shipped()[0]), Selection.parse_strict(address))
    expected = oracle.counted(depth, within)
    assert counts(found) == expected
    if not within:
        assert {key for *_, key in expected} == set(quality.ISSUES)
    assert found.groupby(["area_ix", "is_rest"]).size().eq(len(quality.ISSUES)).all()


def test_shares_are_of_what_the_issue_can_happen_to(told: tuple[Told, Snapshot]) -> None:
    oracle, snapshot = told
    found = quality.quality_per_area(View(snapshot, shipped()[0]), Selection(window="all"), depth=1)
    street = found[found["area_ix"] == 1].set_index("issue")
    inside = [row for row in oracle.events if 1 in oracle.above(int(row["area_ix"]))]
    closed = [row for row in inside if row["is_closed"]]
    placed = [row for row in inside if row["located_by"] == 2 and oracle.declared[row["declared_ix"]]["area_ix"] > 0]
    for key, of in (("no_title", inside), ("closed_untimed", closed), ("code_position", placed)):
        assert street["base"][key] == len(of)
        assert street["share"][key] == pytest.approx(street["n"][key] / len(of))
    assert np.isnan(street["share"]["rival_E_ID_DUP"])


def test_every_issue_opens_to_its_very_events(told: tuple[Told, Snapshot]) -> None:
    oracle, snapshot = told
    view, selection = View(snapshot, shipped()[0], ("999901002",)), Selection(window="all")
    inside = [row for row in oracle.events if 8 in oracle.above(int(row["area_ix"]))]
    for issue in quality.ISSUES:
        if issue.startswith("rival_"):
            continue
        page = queries.part_page(view, selection, "accepted", f"issue:{issue}", limit=1000)
        assert page["next"] is None
        assert {event["event_id"] for event in page["events"]} == {row["event_id"] for row in inside if issue in oracle.issues(row)}, issue


def test_filters_and_scope_hold(told: tuple[Told, Snapshot]) -> None:
    oracle, snapshot = told
    everyone, street = View(snapshot, shipped()[0]), View(snapshot, shipped()[0], ("999901002",))
    narrow = quality.quality_per_area(everyone, Selection.parse_strict("from=2026-11-10&to=2026-11-12&source=hotline"))
    days = {dt.date(2026, 11, day) for day in (10, 11, 12)}
    expected = [row for row in oracle.events if row["day"].date() in days and row["source_ix"] == 0]
    assert narrow.loc[narrow["issue"] == "no_title", "base"].sum() == len(expected)
    seen = quality.quality_per_area(street, Selection(window="all"))
    assert counts(seen) == counts(quality.quality_per_area(everyone, Selection.parse_strict("window=all&area=999901002")))
    hidden = quality.quality_per_area(street, Selection.parse_strict("window=all&area=999901001"))
    assert hidden["n"].sum() == 0
    nobody = View(snapshot, shipped()[0], ())
    assert quality.quality_per_area(nobody, Selection(window="all"))["n"].sum() == 0


def test_every_issue_has_words_and_a_group() -> None:
    assert {issue.group for issue in quality.ISSUES.values()} == set(quality.GROUPS)
    assert all(all(issue.words) for issue in quality.ISSUES.values())
    assert {key for key in quality.ISSUES if not key.startswith("rival_")} == set(quality.ISSUE_COLUMNS)


CONFIG = """
name = "示范区"
code = "990101"
levels = ["district", "street", "community"]
as_of = 2026-11-20T08:00:00
[[source]]
name = "街道"
kind = "area"
path = "streets.geojson"
level = "street"
datum = "WGS84"
[[source]]
name = "社区"
kind = "area"
path = "communities.geojson"
level = "community"
datum = "WGS84"
[[source]]
name = "热线"
kind = "event"
path = "events.csv"
"""
WEST, SOUTH, SIDE = 121.40, 29.80, 0.01


def feature(code: str, parent: str, shape: Any) -> dict[str, Any]:
    properties = {"区划代码": code, "名称": f"名{code}", "上级编码": parent}
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}


def square(column: int, columns: int = 1) -> Any:
    return shapely.box(WEST + SIDE * column, SOUTH, WEST + SIDE * (column + columns), SOUTH + SIDE)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Two streets of two communities each; 80 events in GCJ-02 that nobody declared, and a few with known faults."""
    folder = tmp_path_factory.mktemp("published")
    streets = [feature(f"99010100{at + 1}", "990101", square(2 * at, 2)) for at in range(2)]
    communities = [feature(f"99010100{1 + at // 2}00{1 + at % 2}", f"99010100{1 + at // 2}", square(at)) for at in range(4)]
    for name, features in (("streets", streets), ("communities", communities)):
        (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    (folder / "sources.toml").write_text(CONFIG, encoding="utf-8")
    rng = np.random.default_rng(2)
    lines = ["事件编号,上报时间,大类,标题,街道编码,社区编码,经度,纬度,派遣时间,处置时间,结案时间"]
    lon, lat = WEST + rng.random(80) * 4 * SIDE, SOUTH + rng.random(80) * SIDE
    for number, (x, y) in enumerate(zip(*wgs84_to_gcj02(lon, lat), strict=True)):
        at = int((lon[number] - WEST) // SIDE)
        code = f"99010100{1 + at // 2}00{1 + at % 2}"
        lines.append(f"G{number:03d},2026-11-18 08:00,停车,题,{code[:9]},{code},{x:.7f},{y:.7f},,,")
    middle = f"{WEST + SIDE / 2:.6f},{SOUTH + SIDE / 2:.6f}"
    lines += [
        f"Q1,2026-11-18 09:00,停车,,990101002,990101001001,{middle},,,",  # code and parent disagree; no title
        f"Q2,2026-11-18 09:00,停车,题,990101001,990101001001,{middle},2026-11-18 08:00,2026-11-18 07:00,2026-11-18 10:00",
        "Q3,2026-11-18 09:00,停车,题,990101001,990101001001,,,,,",  # no position: located by its code
    ]
    (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = build(folder / "sources.toml", folder / "store", now=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    assert report.snapshot
    copy = tmp_path_factory.mktemp("copy") / f"{report.snapshot}.duckdb"
    shutil.copy(folder / "store" / "snapshots" / f"{report.snapshot}.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("DELETE FROM finding WHERE column_name = 'datum'")
        for feed_ix, found in of_feeds(connection).items():
            connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [feed_ix, *found.finding])
    return Snapshot(copy)


def test_faults_of_a_file_are_found(published: Snapshot) -> None:
    found = quality.quality_per_area(View(published, shipped()[0]), Selection(window="all"))
    first = published.areas.find("990101001")[0]
    street = found[(found["area_ix"] == first) & ~found["is_rest"]].set_index("issue")["n"]
    total = found.groupby("issue")["n"].sum()
    assert (total["code_parent"], total["no_title"], total["coord_missing"]) == (1, 1, 1)
    assert (street["coord_missing"], street["before_report"], street["disposed_early"]) == (1, 1, 1)
    assert total["code_position"] > 10  # the datum that nobody declared


def test_the_points_of_a_source_tell_its_datum(published: Snapshot) -> None:
    view = View(published, shipped()[0])
    feed = int(published.frame("SELECT feed_ix FROM feed WHERE name = '热线'")["feed_ix"].iloc[0])
    points = quality.datum_points(view, feed, most=50)
    assert len(points) == 50
    assert points["inside_GCJ02"].mean() > 0.9
    assert points["inside_WGS84"].mean() < 0.7
    assert list(points["lon_GCJ02"]) == pytest.approx(list(gcj02_to_wgs84(points["lon_WGS84"], points["lat_WGS84"])[0]))
    assert points.equals(quality.datum_points(view, feed, most=50))
    one = View(published, shipped()[0], ("990101002",))
    inside = {ix for ix in range(len(published.areas)) if one.sees(ix)}
    assert set(quality.datum_points(one, feed)["area_ix"]) <= inside
    assert quality.datum_points(View(published, shipped()[0], ()), feed).empty
    assert quality.datum_points(view, 200).empty


def test_what_was_found_about_the_datum(published: Snapshot) -> None:
    (found,) = quality.diagnoses(View(published, shipped()[0]))
    assert (found["name"], found["code"], found["winner"], found["is_assumed"]) == ("热线", "W_CRS_SUSPECT", "GCJ02", True)
    assert found["shares"]["GCJ02"] > found["shares"]["WGS84"]
