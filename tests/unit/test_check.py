"""Every rule on one file: ``check`` says which row, which code, and that no row is lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data import console
from data.config import Config, SourceConfig
from data.errors import ConfigError
from data.store import elsewhere
from data.store.build import build
from data.store.check import check

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
GOOD = {"事件编号": "A1", "上报时间": "2026-11-20 08:00:00", "事件大类": "市容环境"}
AREAS = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"area_code": "510118", "name": "示范区", "level": "district"}, "geometry":
  {"type": "Polygon", "coordinates": [[[104,30],[104.2,30],[104.2,30.1],[104,30.1],[104,30]]]}},
 {"type": "Feature", "properties": {"area_code": "510118001", "name": "河东街道", "level": "street", "parent_code": "510118"}, "geometry":
  {"type": "Polygon", "coordinates": [[[104,30],[104.1,30],[104.1,30.1],[104,30.1],[104,30]]]}},
 {"type": "Feature", "properties": {"area_code": "510118002", "name": "河西街道", "level": "street", "parent_code": "510118"}, "geometry":
  {"type": "Polygon", "coordinates": [[[104.1,30],[104.2,30],[104.2,30.1],[104.1,30.1],[104.1,30]]]}}]}"""


def write(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    headers = list(dict.fromkeys(key for row in rows for key in row))
    lines = [",".join(headers), *(",".join(row.get(header, "") for header in headers) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def judged(tmp_path: Path, *rows: dict[str, str], config: Config | None = None) -> dict[str, Any]:
    report = check(write(tmp_path / "events.csv", list(rows)), "event", config, now=NOW)
    assert report["rows_in"] == report["accepted"] + report["quarantined"]
    json.dumps(report, default=dict)
    return report


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "areas.geojson").write_text(AREAS, encoding="utf-8")
    source = {"name": "areas", "kind": "area", "path": "areas.geojson"}
    return Config.parse({"levels": ["district", "street", "grid"], "source": [source]}, tmp_path)


def test_a_good_row_is_accepted(tmp_path: Path) -> None:
    report = judged(tmp_path, GOOD)
    expected = {
        "read": "ok",
        "code": None,
        "rows_in": 1,
        "accepted": 1,
        "quarantined": 0,
        "rows": {},
        "positions_set_aside": 0,
        "warnings": [],
    }
    assert {key: report[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"事件编号": ""}, "E_ID_MISSING"),
        ({"事件编号": "-"}, "E_ID_MISSING"),
        ({"事件编号": "<b>1"}, "E_ID_INVALID"),
        ({"事件编号": "A" * 70}, "E_ID_INVALID"),
        ({"事件编号": "A" * 300}, "E_FIELD_TOO_LONG"),
        ({"事件编号": "5.10118E+17"}, "E_ID_PRECISION"),
        ({"事件编号": "=A1&B1"}, "E_FORMULA"),
        ({"事件编号": "#REF!"}, "E_FORMULA"),
        ({"上报时间": ""}, "E_TIME_MISSING"),
        ({"上报时间": "昨天下午"}, "E_TIME_INVALID"),
        ({"上报时间": "2026-02-30 08:00"}, "E_TIME_INVALID"),
        ({"上报时间": "1900-01-01 08:00"}, "E_TIME_RANGE"),
        ({"上报时间": "2026-11-22 08:00:01"}, "E_TIME_FUTURE"),
        ({"上报时间": "2027-11-22 08:00"}, "E_TIME_FUTURE"),
        ({"事件大类": ""}, "E_ENUM"),
        ({"状态": "飞走了"}, "E_ENUM"),
        ({"满意度": "五星"}, "E_ENUM"),
        ({"是否督办": "也许"}, "E_ENUM"),
        ({"返工次数": "两次"}, "E_ENUM"),
        ({"结案时间": "2026-11-20 07:59:59", "状态": "结案"}, "E_CLOSE_BEFORE_REPORT"),
        ({"结案时间": "", "状态": "已办结"}, "E_CLOSE_TIME_MISSING"),
        ({"结案时间": "2026-11-21 08:00", "状态": "处置中"}, "E_STATUS_TIME_CONFLICT"),
        ({"结案时间": "下周", "状态": ""}, "E_TIME_INVALID"),
        ({"截止时间": "2026-11-19 08:00"}, "E_TIME_RANGE"),
        ({"描述": "长" * 20_001}, "E_FIELD_TOO_LONG"),
    ],
)
def test_a_bad_row_is_quarantined_with_its_code(tmp_path: Path, change: dict[str, str], code: str) -> None:
    report = judged(tmp_path, {**dict.fromkeys(change, ""), **GOOD}, {**GOOD, "事件编号": "A2", **change})
    assert report["rows"] == {"2": [code]}
    assert (report["accepted"], report["quarantined"]) == (1, 1)


@pytest.mark.parametrize(
    "text",
    ["2024/1/3 8:05", "2024-01-03 08:05:00", "2024-1-3 8:05", "2024-01-03T08:05:00", "2024年1月3日 8时5分",
     "20240103080500", "45294.336806",
     "2024-01-03T00:05:00Z", "2024-01-03T08:05:00+08:00", "２０２４-01-03 08:05", " 2024.01.03 08:05 "],
)  # fmt: skip
def test_times_as_files_write_them(tmp_path: Path, text: str) -> None:
    from tests.unit.reading import events

    row = events(write(tmp_path / "events.csv", [{**GOOD, "上报时间": text}])).iloc[0]
    assert abs((row["reported_at"] - dt.datetime(2024, 1, 3, 0, 5)).total_seconds()) <= 1


def test_clock_changes_make_times_ambiguous(tmp_path: Path) -> None:
    config = Config.parse({"timezone": "America/New_York"}, tmp_path)
    times = ["2025-11-02 01:30:00", "2026-03-08 02:30:00", "2025-11-02 03:30:00", "2025-11-02T01:30:00-04:00"]
    report = judged(tmp_path, *({**GOOD, "事件编号": f"A{ix}", "上报时间": text} for ix, text in enumerate(times)), config=config)
    assert report["rows"] == {"1": ["E_TIME_AMBIGUOUS"], "2": ["E_TIME_AMBIGUOUS"]}
    assert report["warnings"] == ["W_MIXED_TZ"]


def test_records_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(
        "事件编号,上报时间,事件大类\n\nA1,2026-11-20 08:00,a\nA2,2026-11-20 08:00\nA3,2026-11-20 08:00,b,c\n,,\n"
        'A4,2026-11-20 08:00,"open\nA5,2026-11-20 08:00,c\nA6,2026-11-20 08:00,d\0d\nA7,2026-11-20 08:00,"line\nbreak"\n'.encode()
    )
    report = check(path, "event", now=NOW)
    assert report["rows"] == {"2": ["E_RAGGED"], "3": ["E_RAGGED"], "4": ["E_QUOTE"], "6": ["E_NUL"]}
    assert (report["rows_in"], report["accepted"]) == (7, 3)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        ("", "", "E_COORD_MISSING"),
        ("-", "30.05", "E_COORD_MISSING"),
        ("x", "30.05", "E_COORD_INVALID"),
        ("0", "0", "E_COORD_ZERO"),
        ("30.05", "104.05", "E_COORD_SWAPPED"),
        ("200", "30.05", "E_COORD_INVALID"),
        ("35451234.5", "3325678.1", "E_COORD_CRS"),
        ("116.4", "39.9", "E_COORD_OUT_OF_AREA"),
        ("104.05", "30.05", None),
        ("104.205", "30.05", None),
    ],
)
def test_a_bad_position_is_set_aside_and_its_row_kept(tmp_path: Path, config: Config, lon: str, lat: str, code: str | None) -> None:
    report = judged(tmp_path, {**GOOD, "经度": lon, "纬度": lat}, config=config)
    assert report["rows"] == ({} if code is None else {"1": [code]})
    assert (report["accepted"], report["positions_set_aside"]) == (1, 0 if code is None else 1)


def test_unknown_codes_quarantine_only_without_a_position(tmp_path: Path, config: Config) -> None:
    rows = [
        {"区划代码": "510118001", "经度": "", "纬度": ""},
        {"区划代码": "510118009", "经度": "", "纬度": ""},
        {"区划代码": "510118001001001", "经度": "", "纬度": ""},
        {"区划代码": "510118009", "经度": "104.05", "纬度": "30.05"},
        {"区划代码": "510118002", "经度": "104.05", "纬度": "30.05"},
        {"区划代码": "５１０１１８００１", "经度": "", "纬度": ""},
        {"区划代码": "510118001", "街道": "河西街道", "经度": "0", "纬度": "0"},
        {"区划代码": "", "街道": "河北街道", "经度": "", "纬度": ""},
    ]
    report = judged(tmp_path, *({**GOOD, "事件编号": f"A{ix}", "街道": "", **row} for ix, row in enumerate(rows, 1)), config=config)
    quarantined = {row: codes for row, codes in report["rows"].items() if not codes[0].startswith("E_COORD")}
    assert quarantined == {"2": ["E_FK_STREET"], "7": ["E_GRID_MISMATCH"], "8": ["E_FK_STREET"]}
    assert report["findings"] == {"E_COORD_MISSING": 3, "E_FK_STREET": 1, "E_GRID_MISMATCH": 1}


def test_rows_of_one_id(tmp_path: Path) -> None:
    report = judged(tmp_path, GOOD, GOOD, {**GOOD, "事件编号": "A2"}, {**GOOD, "事件编号": "A2", "事件大类": "别的"})
    assert report["rows"]["2"] == ["E_ID_DUP"]
    assert [code for codes in report["rows"].values() for code in codes] == ["E_ID_DUP", "E_ID_CONFLICT"]
    assert report["accepted"] == 2


def test_which_of_two_rows_stays_does_not_depend_on_their_order(tmp_path: Path) -> None:
    from tests.unit.reading import events

    first, second = {**GOOD, "事件大类": "甲"}, {**GOOD, "事件大类": "乙"}
    kept = {events(write(tmp_path / f"{ix}.csv", rows))["category"].item() for ix, rows in enumerate([[first, second], [second, first]])}
    assert len(kept) == 1


def test_the_latest_update_wins_and_what_it_replaces_is_accepted(tmp_path: Path) -> None:
    from tests.unit.reading import events

    old = {**GOOD, "更新时间": "2026-11-20 09:00", "事件大类": "旧"}
    new = {**GOOD, "更新时间": "2026-11-20 10:00", "事件大类": "新"}
    report = judged(tmp_path, new, old)
    assert (report["accepted"], report["quarantined"], report["rows"]) == (2, 0, {})
    assert events(tmp_path / "events.csv")["category"].tolist() == ["新"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E_EMPTY_FILE"),
        (b"\n\n", "E_EMPTY_FILE"),
        (b"1,2026-11-20 08:00:00,3\n2,2026-11-20 08:00:00,4\n", "E_NO_HEADER"),
        ("事件编号,上报时间\nA1,2026-11-20\n".encode(), "E_MISSING_COLUMN"),
        ("事件编号,事件编号,上报时间,大类\nA1,A1,2026-11-20,x\n".encode(), "E_DUP_COLUMN"),
        (b"\xff\xfe\xfa" + bytes(range(128, 256)) * 4, "E_ENCODING"),
        (b"%PDF-1.7 abc", "E_FILE_TYPE"),
        (b"PAR1 abc", "E_CORRUPT"),
        (b'{"type": "FeatureCollection", "features": [', "E_JSON"),
        (b'{"a": 1}', "E_TYPE"),
        (b"<?xml version='1.0'?><a>", "E_XML"),
        (b"PK\x03\x04 broken", "E_CORRUPT"),
    ],
)
def test_a_file_is_refused_with_its_code(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    report = check(path, "event", now=NOW)
    assert (report["read"], report["code"]) == ("rejected", code)
    assert (report["rows_in"], report["accepted"], report["quarantined"], report["rows"]) == (0, 0, 0, {})


def test_warnings(tmp_path: Path) -> None:
    report = judged(tmp_path, {**GOOD, "心情": "好"})
    assert report["warnings"] == ["W_UNKNOWN_COLUMN"]
    empty = tmp_path / "empty.csv"
    empty.write_text("事件编号,上报时间,大类\n", encoding="utf-8")
    assert check(empty, "event", now=NOW)["warnings"] == ["W_NO_ROWS"]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        ("null", "E_GEOM_NULL"),
        ('{"type": "Polygon", "coordinates": []}', "E_GEOM_EMPTY"),
        ('{"type": "LineString", "coordinates": [[104,30],[105,31]]}', "E_GEOM_TYPE"),
        ('{"type": "Polygon", "coordinates": [[[104,30],[105,31],[105,30],[104,31],[104,30]]]}', "E_GEOM_INVALID"),
    ],
)
def test_an_area_with_an_unusable_boundary_is_quarantined(tmp_path: Path, geometry: str, code: str) -> None:
    path = tmp_path / "areas.geojson"
    good = '{"type": "Polygon", "coordinates": [[[104,30],[105,30],[105,31],[104,30]]]}'
    rows = [
        f'{{"type":"Feature","properties":{{"area_code":"G{ix}","name":"n"}},"geometry":{shape}}}'
        for ix, shape in enumerate([good, geometry])
    ]
    path.write_text(f'{{"type":"FeatureCollection","features":[{",".join(rows)}]}}', encoding="utf-8")
    report = check(path, "area")
    assert (report["rows"], report["accepted"], report["quarantined"]) == ({"2": [code]}, 1, 1)


def test_a_video_point_without_a_usable_position_is_kept(tmp_path: Path, config: Config) -> None:
    path = tmp_path / "points.csv"
    path.write_text(
        "设备编号,点位名称,经度,纬度,在线状态,IP地址,端口,用户名,密码,rtsp地址\n"
        "51011800001310000001,东门,104.05,30.05,在线,10.0.0.1,554,admin,secret,rtsp://x\n"
        "51011800001310000002,西门,0,0,离线,10.0.0.2,554,admin,secret,rtsp://x\n"
        "51011800001310000002,西门,0,0,离线,10.0.0.2,554,admin,secret,rtsp://x\n",
        encoding="gb18030",
    )
    report = check(path, "video_point", config)
    assert report["rows"] == {"2": ["E_COORD_ZERO"], "3": ["E_ID_DUP"]}
    assert (report["accepted"], report["quarantined"], report["positions_set_aside"]) == (2, 1, 1)
    assert report["warnings"] == []


def test_wrong_use_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.csv"):
        check(tmp_path / "nothing.csv", "event")
    with pytest.raises(ConfigError, match="video_point"):
        check(tmp_path, "camera")


def test_what_was_put_right_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        '事件编号,上报时间,大类,经纬度\nＡ１,46345.5,甲,"104.1,30.2"\nA2,2026-11-20 08:00,甲,\nA3,坏,甲,"104.1,30.2"\n', encoding="utf-8"
    )
    found = check(path, "event", now=NOW)
    assert found["accepted"] == 2
    assert found["repairs"] == {"half_width": 1, "serial_date": 1, "glued_position": 1}


def test_ids_that_another_source_uses_are_told_and_cost_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, ids in (("hotline", "BC"), ("patrol", "CD")):
        write(tmp_path / f"{name}.csv", [{**GOOD, "事件编号": one} for one in ids])
    sources = [{"name": name, "kind": "event", "path": f"{name}.csv"} for name in ("hotline", "patrol")]
    config = Config.parse({"levels": ["district"], "source": sources}, tmp_path)
    sent = write(tmp_path / "sent.csv", [{**GOOD, "事件编号": one} for one in "ABC"])
    report = check(sent, "event", config, now=NOW)
    expected = [{"source": "hotline", "n": 2, "ids": ["B", "C"]}, {"source": "patrol", "n": 1, "ids": ["C"]}]
    assert (report["rows"], report["elsewhere"]) == ({}, expected)
    own = check(tmp_path / "patrol.csv", "event", config, now=NOW)
    assert own["elsewhere"] == [{"source": "hotline", "n": 1, "ids": ["C"]}]
    patrol = tmp_path / "patrol.csv"
    patrol.write_text(patrol.read_text(encoding="utf-8") + "\n" * 5000, encoding="utf-8")
    monkeypatch.setattr(elsewhere, "MOST", 5000)
    partly = check(sent, "event", config, now=NOW)
    assert (report["elsewhere_not_read"], partly["elsewhere"], partly["elsewhere_not_read"]) == ([], expected[:1], ["patrol"])
    console.checked(partly)
    assert "Not looked at for ids that they use too, for their files are large: patrol." in " ".join(capsys.readouterr().out.split())
    build(config, tmp_path / "store", now=NOW)
    stored = check(sent, "event", store=tmp_path / "store", source=SourceConfig("patrol", "event", sent), now=NOW)
    assert (stored["rows"], stored["elsewhere"]) == ({}, expected[:1])


def test_rows_that_cannot_be_judged_within_the_memory_are_a_file_that_is_too_big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_table: object) -> None:
        raise duckdb.OutOfMemoryException("could not allocate block")

    monkeypatch.setattr("data.store.check.EventTable.judge", full)
    report = judged(tmp_path, GOOD)
    assert (report["read"], report["code"], report["rows_in"], report["rows"]) == ("rejected", "E_FILE_TOO_BIG", 0, {})
    assert "QUANYU_CHECK_MEMORY_MB" in report["message"]


def test_a_clerk_is_shown_cells_of_unknown_columns_and_the_ids_of_refused_rows(tmp_path: Path) -> None:
    unknown = {"来信编号": "0017", "来信日期": "2026-11-20", "归口": "市容", "备注": ""}
    rejected = judged(tmp_path, {**unknown, "归口": ""}, unknown)
    assert rejected["code"] == "E_MISSING_COLUMN"
    assert rejected["examples"] == {"来信编号": "0017", "来信日期": "2026-11-20", "归口": "市容"}
    report = judged(tmp_path, {**GOOD, "事件编号": "007", "上报时间": "昨天"}, {**GOOD, "事件编号": ""})
    shown = {(sample["row"], sample["code"], sample["id"]) for sample in report["samples"]}
    assert shown == {(1, "E_TIME_INVALID", "007"), (2, "E_ID_MISSING", "")}
