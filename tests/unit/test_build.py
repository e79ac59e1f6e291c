"""Builds into a store: every row accounted for, nothing taken away by a bad file, the same content from the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import stat
from pathlib import Path

import duckdb
import pytest

from data.config import Config
from data.errors import ConfigError
from data.store.build import build
from data.store.store import Store

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
CONFIG = """
name = "示范区"
levels = ["district", "grid"]
[[source]]
name = "热线"
kind = "event"
path = "hotline*.csv"
[[source]]
name = "网格"
kind = "event"
path = "patrol.csv"
"""
HEADER = "事件编号,上报时间,大类,更新时间\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "hotline1.csv").write_text(HEADER + "A1,2026-11-20 08:00,甲,\nA2,2026-11-20 09:00,乙,\nA3,坏,乙,\n", encoding="utf-8")
    (tmp_path / "hotline2.csv").write_text(HEADER + "A4,2026-11-20 10:00,甲,\nA1,2026-11-20 08:00,甲,\n", encoding="gb18030")
    (tmp_path / "patrol.csv").write_text(HEADER + "B1,2026-11-19 08:00,丙,\n,2026-11-19 08:00,丙,\n", encoding="utf-8")
    return tmp_path


def test_every_row_of_every_file_is_accounted_for(folder: Path) -> None:
    report = build(folder / "sources.toml", folder / "store", now=NOW)
    answer = report.as_dict()
    assert answer["snapshot"]
    assert [(source["file"], source["rows_in"], source["accepted"], source["quarantined"]) for source in answer["sources"]] == [
        ("hotline1.csv", 3, 2, 1),
        ("hotline2.csv", 2, 1, 1),
        ("patrol.csv", 2, 1, 1),
    ]
    assert [source["reasons"] for source in answer["sources"]] == [{"E_TIME_INVALID": 1}, {"E_ID_DUP": 1}, {"E_ID_MISSING": 1}]
    snapshot = Store(folder / "store").current()
    ids = snapshot.frame("SELECT event_id FROM event ORDER BY event_ix")["event_id"].tolist()
    snapshot.close()
    assert ids == ["B1", "A1", "A2", "A4"]


def test_the_quarantine_holds_row_column_value_and_code_for_its_owner_only(folder: Path) -> None:
    identity = build(folder / "sources.toml", folder / "store", now=NOW).snapshot
    found = {}
    for path in sorted((folder / "store" / "quarantine" / str(identity)).rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[f"{path.parent.name}/{path.name}"] = [{k: v for k, v in row.items() if k != "reason"} for row in csv.DictReader(file)]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    given = {"事件编号": "A3", "上报时间": "坏", "大类": "乙", "更新时间": ""}
    copy = {"事件编号": "A1", "上报时间": "2026-11-20 08:00", "大类": "甲", "更新时间": ""}
    blank = {"事件编号": "", "上报时间": "2026-11-19 08:00", "大类": "丙", "更新时间": ""}
    assert found == {
        "热线/hotline1.csv.csv": [{"row": "3", "code": "E_TIME_INVALID", "column": "reported_at", "value": "坏", **given}],
        "热线/hotline2.csv.csv": [{"row": "2", "code": "E_ID_DUP", "column": "event_id", "value": "A1", **copy}],
        "网格/patrol.csv.csv": [{"row": "2", "code": "E_ID_MISSING", "column": "event_id", "value": "", **blank}],
    }


def test_a_refused_or_empty_file_takes_nothing_away(folder: Path) -> None:
    first = build(folder / "sources.toml", folder / "store", now=NOW).snapshot
    for content in ("", HEADER, "nothing,here\n1,2\n"):
        (folder / "patrol.csv").write_text(content, encoding="utf-8")
        report = build(folder / "sources.toml", folder / "store", now=NOW)
        assert report.snapshot is None
        assert report.reason
        assert (folder / "store" / "CURRENT").read_text(encoding="utf-8").strip() == first


@pytest.mark.parametrize("content", ["", HEADER, "nothing,here\n1,2\n"])
def test_beside_a_refused_file_the_rest_is_published(folder: Path, content: str) -> None:
    build(folder / "sources.toml", folder / "store", now=NOW)
    (folder / "patrol.csv").write_text(content, encoding="utf-8")
    (folder / "hotline1.csv").write_text(HEADER + "A7,2026-11-21 08:00,甲,\n", encoding="utf-8")
    report = build(folder / "sources.toml", folder / "store", now=NOW)
    assert report.snapshot
    snapshot = Store(folder / "store").current()
    assert snapshot.frame("SELECT event_id FROM event ORDER BY event_id")["event_id"].tolist() == ["A1", "A4", "A7", "B1"]
    snapshot.close()
    kept = {(source.file, source.kept, source.accepted) for source in report.sources if source.name == "网格" and source.is_good}
    assert kept == {("patrol.csv", True, 1)}


def test_nothing_is_published_when_every_file_is_refused(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(b"")
    report = build(folder / "sources.toml", folder / "store", now=NOW)
    assert report.snapshot is None
    assert {source.code for source in report.sources} == {"E_EMPTY_FILE"}
    assert not (folder / "store" / "CURRENT").exists()


def test_the_same_rows_give_the_same_content_in_any_order(folder: Path) -> None:
    first = build(folder / "sources.toml", folder / "one", now=NOW).snapshot
    one, two = folder / "hotline1.csv", folder / "hotline2.csv"
    (folder / "hotline1.csv").rename(folder / "x")
    two.rename(one)
    (folder / "x").rename(two)
    second = build(folder / "sources.toml", folder / "two", now=NOW).snapshot
    assert str(first).rpartition("-")[2] == str(second).rpartition("-")[2]


def test_as_of_is_the_latest_event_unless_set(folder: Path) -> None:
    for text, expected in (("", dt.datetime(2026, 11, 20, 2)), ("as_of = 2026-11-21T12:00:00\n", dt.datetime(2026, 11, 21, 4))):
        (folder / "sources.toml").write_text(text + CONFIG, encoding="utf-8")
        identity = build(folder / "sources.toml", folder / "store", now=NOW).snapshot
        with duckdb.connect(str(folder / "store" / "snapshots" / f"{identity}.duckdb"), read_only=True) as connection:
            assert connection.execute("SELECT as_of FROM snapshot").fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("kind =", "knd ="), "knd"),
        (('kind = "event"', 'kind = "events"'), "event"),
        (("patrol.csv", "absent.csv"), "absent"),
        (('levels = ["district", "grid"]', 'levels = ["district", "district"]'), "levels"),
        (('name = "网格"', 'name = "热线"'), "热线"),
        (('name = "网格"', 'name = "../x"'), "file name"),
        (('path = "patrol.csv"', 'path = "patrol.csv"\ndatum = "mars"'), "datum"),
        (('path = "patrol.csv"', 'path = "patrol.csv"\ncolumns = { evnt_id = "事件编号" }'), "evnt_id"),
        (('path = "patrol.csv"', 'path = "patrol.csv"\nvalues = { stage = { "办了" = "finished" } }'), "finished"),
        (('name = "示范区"', 'name = "示范区"\ntimezone = "Mars/Base"'), "timezone"),
        (('name = "示范区"', 'name = "示范区"\nas_of = "soon"'), "as_of"),
        (('name = "示范区"', "name = 示范区"), "TOML"),
    ],
)
def test_a_wrong_configuration_is_a_sentence_that_names_the_place(folder: Path, change: tuple[str, str], words: str) -> None:
    (folder / "sources.toml").write_text(CONFIG.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        build(folder / "sources.toml", folder / "store", now=NOW)
    assert not (folder / "store" / "CURRENT").exists()


def test_a_personal_column_cannot_be_configured_into_a_field(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("事件编号,上报时间,大类,联系电话\nA1,2026-11-20,甲,1\n", encoding="utf-8")
    source = {"name": "a", "kind": "event", "path": "a.csv", "columns": {"title": "联系电话"}}
    with pytest.raises(ConfigError, match="personal"):
        build(Config.parse({"source": [source]}, tmp_path), tmp_path / "store", now=NOW)


def test_stages_and_on_time_follow_from_times(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "事件编号,上报时间,大类,处置时间,结案时间,截止时间,满意度\n"
        "A1,2026-11-20 08:00,甲,2026-11-20 10:00,2026-11-20 12:00,2026-11-20 11:00,满意\n"
        "A2,2026-11-20 08:01,甲,,2026-11-20 11:00,2026-11-20 11:00,\n"
        "A3,2026-11-20 08:02,甲,2026-11-20 12:00,,2026-11-20 11:00,\n"
        "A4,2026-11-20 08:03,甲,,,2026-11-20 11:00,\n"
        "A5,2026-11-20 08:04,甲,,,,\n",
        encoding="utf-8",
    )
    source = {"name": "a", "kind": "event", "path": "a.csv"}
    identity = build(Config.parse({"source": [source], "as_of": "2026-11-21"}, tmp_path), tmp_path / "store", now=NOW).snapshot
    with duckdb.connect(str(tmp_path / "store" / "snapshots" / f"{identity}.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            """SELECT stage, is_registered, is_disposed, is_closed, disposed_on_time, closed_on_time, is_past_deadline, has_call_back,
                satisfaction, duration_s FROM event JOIN outcome USING (outcome_ix) ORDER BY event_ix"""
        ).fetchall()
    assert rows == [
        ("closed", True, True, True, True, False, True, True, "satisfied", 14400),
        ("closed", True, True, True, True, True, True, False, "unrated", 10740),
        ("verifying", True, True, False, False, None, True, False, "unrated", None),
        ("dispatched", True, False, False, None, None, True, False, "unrated", None),
        ("dispatched", True, False, False, None, None, False, False, "unrated", None),
    ]


def test_one_column_serves_several_fields(tmp_path: Path) -> None:
    (tmp_path / "streets.csv").write_text("street,grid\nNORTH,G1\nNORTH,G2\nOLD TOWN,G3\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("事件编号,上报时间,大类,网格编码\n7,2026-11-20 08:00:00,甲,G2\n", encoding="utf-8")
    sources: list[dict[str, object]] = [
        {"name": "街", "kind": "area", "level": "street", "path": "streets.csv", "dissolve": True,
         "columns": {"area_code": "street", "name": "street"}},
        {"name": "格", "kind": "area", "level": "grid", "path": "streets.csv",
         "columns": {"area_code": "grid", "name": "grid", "parent_code": "street"}},
        {"name": "热线", "kind": "event", "path": "a.csv"},
    ]  # fmt: skip
    report = build(Config.parse({"source": sources, "levels": ["district", "street", "grid"]}, tmp_path), tmp_path / "store", now=NOW)
    assert [(source.accepted, source.quarantined, source.reasons) for source in report.sources] == [(3, 0, {}), (3, 0, {}), (1, 0, {})]
    snapshot = Store(tmp_path / "store").current()
    areas = snapshot.frame("SELECT a.area_code, a.name, p.area_code AS parent FROM area a LEFT JOIN area p ON p.area_ix = a.parent_ix")
    snapshot.close()
    assert set(areas.iloc[1:].itertuples(index=False, name=None)) == {
        ("NORTH", "NORTH", areas["area_code"][0]), ("OLD TOWN", "OLD TOWN", areas["area_code"][0]),
        ("G1", "G1", "NORTH"), ("G2", "G2", "NORTH"), ("G3", "G3", "OLD TOWN"),
    }  # fmt: skip
