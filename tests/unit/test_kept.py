"""What a build keeps of the snapshot before: areas, categories, points and rejected rows of files that did not change or were refused."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from data.config import source_of
from data.errors import FileRejected, NoSnapshot
from data.ingest import intake
from data.ingest.sniff import Stamp
from data.store import delivery
from data.store.build import BuildReport, build, take
from data.store.manifest import read_manifest
from data.store.store import Store

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
CONFIG = """
name = "示范区"
levels = ["district", "street", "grid"]
[[source]]
name = "街"
kind = "area"
level = "street"
path = "streets.csv"
[[source]]
name = "格"
kind = "area"
level = "grid"
path = "grids.csv"
[[source]]
name = "类"
kind = "category"
path = "categories.csv"
[[source]]
name = "热线"
kind = "event"
path = "hotline.csv"
[[source]]
name = "巡查"
kind = "event"
path = "patrol.csv"
[[source]]
name = "点位"
kind = "video_point"
path = "points.csv"
"""
FILES = {
    "streets.csv": "区域编码,名称\nS1,东街\nS2,西街\n",
    "grids.csv": "区域编码,名称,上级编码\nG1,一格,S1\nG2,二格,S2\n",
    "categories.csv": "领域,大类\n大建管,占道\n",
    "hotline.csv": "事件编号,上报时间,大类,网格编码\nA1,2026-11-20 08:00,占道,G1\nA2,坏,占道,G1\nA3,2026-11-20 09:00,噪声,G2\n",
    "patrol.csv": "事件编号,上报时间,大类,网格编码\nB1,2026-11-19 08:00,占道,G2\nA1,2026-11-20 08:00,占道,G1\n",
    "points.csv": "点位编号,名称,网格编码\nP1,东口,G1\nP2,西口,G2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(CONFIG, encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _build(folder: Path) -> BuildReport:
    return build(folder / "sources.toml", folder / "store", now=NOW)


def _rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    store = Store(folder / "store")
    with store.lease() as snapshot:
        frame = snapshot.frame(sql)
    store.close()
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


_EVENTS = """SELECT event_id, area_code, d.name FROM event JOIN area USING (area_ix) JOIN category c USING (category_ix)
    LEFT JOIN category d ON d.category_ix = coalesce(c.parent_ix, c.category_ix) ORDER BY 1"""


def test_no_level_of_areas_is_replaced_while_one_of_them_cannot_be_read(folder: Path) -> None:
    _build(folder)
    before = _rows(folder, "SELECT area_code, name FROM area ORDER BY 1")
    (folder / "streets.csv").write_text("区域编码,名称\nS1,南街\nS2,北街\n", encoding="utf-8")
    (folder / "grids.csv").write_bytes(b"")
    (folder / "hotline.csv").write_text(FILES["hotline.csv"] + "A4,2026-11-21 08:00,占道,G2\n", encoding="utf-8")
    report = _build(folder)
    assert report.snapshot
    assert _rows(folder, "SELECT area_code, name FROM area ORDER BY 1") == before
    assert [row[:2] for row in _rows(folder, _EVENTS)] == [("A1", "G1"), ("A3", "G2"), ("A4", "G2"), ("B1", "G2")]
    told = {(source["file"], source["read"], source["kept"]) for source in read_manifest(folder / "store", report.snapshot)["sources"]}
    assert {("streets.csv", "ok", True), ("grids.csv", "ok", True), ("grids.csv", "rejected", False)} <= told
    held = [source for source in report.sources if source.file == "streets.csv" and source.message]
    assert len(held) == 1
    (folder / "grids.csv").write_text(FILES["grids.csv"], encoding="utf-8")
    assert _build(folder).snapshot
    assert [row[1] for row in _rows(folder, "SELECT area_code, name FROM area ORDER BY 1") if str(row[0]).startswith("S")] == [
        "南街",
        "北街",
    ]


def test_a_changed_category_table_moves_events_that_are_not_read_again(folder: Path) -> None:
    _build(folder)
    assert {row[0]: row[2] for row in _rows(folder, _EVENTS)} == {"A1": "大建管", "A3": "未分类", "B1": "大建管"}
    (folder / "categories.csv").write_text("领域,大类\n大民生,噪声\n大市场,占道\n", encoding="utf-8")
    (folder / "hotline.csv").rename(folder / "moved")
    (folder / "hotline.csv").write_text(FILES["hotline.csv"], encoding="utf-8")
    report = _build(folder)
    assert report.snapshot
    assert {row[0]: row[2] for row in _rows(folder, _EVENTS)} == {"A1": "大市场", "A3": "大民生", "B1": "大市场"}
    fresh = build(folder / "sources.toml", folder / "fresh", now=NOW).snapshot
    assert report.snapshot.rpartition("-")[2] == str(fresh).rpartition("-")[2]


def test_video_points_stay_when_their_file_is_refused(folder: Path) -> None:
    _build(folder)
    (folder / "points.csv").write_bytes(b"\x00\x01\x02")
    (folder / "patrol.csv").write_text(FILES["patrol.csv"] + "B2,2026-11-20 08:00,占道,G1\n", encoding="utf-8")
    assert _build(folder).snapshot
    assert _rows(folder, "SELECT point_id, area_code FROM video_point JOIN area USING (area_ix) ORDER BY 1") == [("P1", "G1"), ("P2", "G2")]


def test_rejected_rows_of_files_that_did_not_change_are_handed_on(folder: Path) -> None:
    def rejected(identity: str | None) -> dict[str, list[tuple[str, str]]]:
        found = {}
        for path in (folder / "store" / "quarantine" / str(identity)).rglob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                found[path.parent.name] = [(row["row"], row["code"]) for row in csv.DictReader(file)]
        return found

    both = {"热线": [("1", "E_ID_DUP"), ("2", "E_TIME_INVALID")]}
    assert rejected(_build(folder).snapshot) == both
    (folder / "points.csv").write_text(FILES["points.csv"] + "P3,南口,G1\n", encoding="utf-8")
    assert rejected(_build(folder).snapshot) == both
    # The row that won goes, so the one that lost is stored and no longer rejected.
    (folder / "patrol.csv").write_text(FILES["patrol.csv"].replace("A1,2026-11-20 08:00,占道,G1\n", ""), encoding="utf-8")
    assert rejected(_build(folder).snapshot) == {"热线": [("2", "E_TIME_INVALID")]}
    assert [row[0] for row in _rows(folder, _EVENTS)] == ["A1", "A3", "B1"]


def test_one_source_is_handed_in_beside_the_others_and_stays(folder: Path) -> None:
    _build(folder)
    folder_of_uploads = folder / "uploads"
    folder_of_uploads.mkdir()
    rows = pd.DataFrame(
        {"工单编号": ["C1", "C2", "C2"], "受理时间": ["2026/11/20 8:05"] * 3, "诉求类型": ["占道"] * 3, "所属网格": ["G1", "G2", "G2"]}
    )
    rows.to_excel(folder_of_uploads / "补录.xlsx", index=False)
    source = source_of({"name": "补录", "kind": "event", "path": "补录.xlsx"}, folder_of_uploads)
    report = take(folder / "store", source, [folder_of_uploads / "补录.xlsx"], now=NOW)
    assert report.snapshot
    shutil.rmtree(folder_of_uploads)
    sent = next(item for item in report.sources if item.name == "补录")
    assert (sent.rows_in, sent.accepted, sent.quarantined, sent.reasons) == (3, 2, 1, {"E_ID_DUP": 1})
    (folder / "patrol.csv").write_text(FILES["patrol.csv"] + "B2,2026-11-20 08:00,占道,G1\n", encoding="utf-8")
    assert _build(folder).snapshot
    assert [row[:2] for row in _rows(folder, _EVENTS)] == [
        ("A1", "G1"),
        ("A3", "G2"),
        ("B1", "G2"),
        ("B2", "G1"),
        ("C1", "G1"),
        ("C2", "G2"),
    ]


@pytest.mark.parametrize("given", [True, False])
def test_a_now_that_was_given_stays_through_what_is_handed_in(folder: Path, *, given: bool) -> None:
    wanted = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
    if given:
        (folder / "sources.toml").write_text("as_of = 2026-11-21T17:30:00\n" + CONFIG, encoding="utf-8")
    _build(folder)
    for number in (1, 2):
        path = folder / f"more{number}.csv"
        path.write_text(f"事件编号,上报时间,大类,网格编码\nD{number},2026-11-20 10:00,占道,G1\n", encoding="utf-8")
        source = source_of({"name": "补录", "kind": "event", "path": path.name}, folder)
        assert take(folder / "store", source, [path], now=NOW).snapshot
    now = Store(folder / "store").current().as_of
    latest = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
    assert now.astimezone(dt.UTC) == (wanted if given else latest)


def test_nothing_can_be_handed_in_beside_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILES["hotline.csv"], encoding="utf-8")
    with pytest.raises(NoSnapshot, match="build one"):
        take(tmp_path / "store", source_of({"name": "a", "kind": "event", "path": "a.csv"}, tmp_path), [tmp_path / "a.csv"], now=NOW)


def test_a_file_that_changes_while_it_is_read_leaves_the_rows_of_others_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "grids.csv").write_text(
        "区域编码,名称,上级编码,边界\n"
        'G1,一格,S1,"POLYGON ((104 30, 104.1 30, 104.1 30.1, 104 30.1, 104 30))"\n'
        'G2,二格,S2,"POLYGON ((104.1 30, 104.2 30, 104.2 30.1, 104.1 30.1, 104.1 30))"\n',
        encoding="utf-8",
    )
    rows = ["B1,2026-11-19 08:00,占道,104.05,30.05", "B2,2026-11-19 09:00,占道,120,40", "B3,2026-11-19 10:00,占道,104.15,30.05"]
    (folder / "patrol.csv").write_text("事件编号,上报时间,大类,经度,纬度\n" + "\n".join(rows) + "\n", encoding="utf-8")
    confirm = Stamp.confirm

    def changed(self: Stamp) -> None:
        if self.path.name == "hotline.csv":
            raise FileRejected("E_CORRUPT", "hotline.csv changed while it was read; send it again.")
        confirm(self)

    monkeypatch.setattr(Stamp, "confirm", changed)
    report = _build(folder)
    assert [source.file for source in report.sources if source.read == "rejected"] == ["hotline.csv"]
    found = _rows(folder, "SELECT event_id, area_code, position_code FROM event JOIN area USING (area_ix) ORDER BY 1")
    whole = found[1][1]
    assert found == [("B1", "G1", None), ("B2", whole, "E_COORD_OUT_OF_AREA"), ("B3", "G2", None)]


def test_bytes_are_looked_at_again_only_where_the_file_system_says_they_were_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(intake, "_JUST_NOW_NS", 0)
    monkeypatch.setattr(delivery, "file_sha256", lambda path: hashed.append(path.name) or intake.file_sha256(path))
    first = _build(folder)
    path = folder / "hotline.csv"
    before = path.stat()
    path.write_text(FILES["hotline.csv"].replace("08:00", "08:01"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    second = _build(folder)
    assert hashed == ["hotline.csv"]
    assert second.snapshot not in {None, first.snapshot}
    with Store(folder / "store").lease() as snapshot:
        assert snapshot.frame("SELECT reported_at FROM event WHERE event_id = 'A1'")["reported_at"].dt.minute.tolist() == [1]


def test_a_file_written_just_now_is_not_vouched_for(folder: Path) -> None:
    assert intake.seen(folder / "hotline.csv") == ""
