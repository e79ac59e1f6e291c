"""Cells as people and programs write them: what is read from them, and which row is refused for which reason."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely

from data.store.check import check
from tests.unit.corpus import Make, features, file, packed, parquet, rows
from tests.unit.reading import NOW, events

LOCAL = dt.timedelta(hours=8)
DAY, AT_9, AT_905, AT_15 = (dt.datetime(2026, 3, 4, *clock) for clock in ((0, 0), (9, 0), (9, 5), (15, 5)))
TIMES = {
    DAY: (
        "2026/3/4", "2026-3-4", "2026年3月4日", "20260304", "46085", "２０２６年３月４日", "04-Mar-2026", "Mar 4, 2026", "2026-03-03 24:00",
    ),
    AT_9: ("2026年3月4日 上午9时", "2026年3月4号9点", "2026-03-04 9时"),
    AT_905: (
        "2026-03-04 9:5", "2026.03.04 09:05", "2026-03-04 09：05：00", "2026－03－04 09：05", "20260304090500", "202603040905",
        "20260304T090500", "1772586300", "1772586300000", "03/04/2026 09:05:00 AM", "2026-03-04T09:05:00+08:00", "2026-03-04T01:05:00Z",
        "2026-03-04 09:05:00 +0800", "2026-03-04 01:05:00 UTC", "2026-03-04 01:05:00 GMT", "2026/3/4 星期三 9:05", "2026-03-04\u3000 09:05",
    ),
    AT_15: ("2026年3月4日 下午3点05分", "2026-3-4 下午 3:05:00", "3/4/2026 3:05:00 PM"),
}  # fmt: skip
NO_TIMES = {
    "E_TIME_INVALID": (
        "二〇二六年三月四日", "Wed Mar 04 09:05:00 CST 2026", "2026-W10-3", "2026-03", "2026", "0000-00-00 00:00:00", "2026-02-29",
        "2026-03-04 25:00", "2026-03-04 09:60", "1772586300123456", "-1", "0", "3月4日", "09:05",
        "infinity", "-infinity", "epoch", "now", "today", "2026-03-04 (BC)", "2026-03-04 09:05:00 CST",
    ),
    "E_TIME_RANGE": ("1899-12-31", "9999-12-31", "12026-03-04", "294247-01-10 04:00:54", "290309-12-22 (BC) 00:00:00", "26-3-4"),
    "E_FORMULA": ("=DATE(2026,3,4)", "#VALUE!"),
    "E_TIME_FUTURE": ("2026-11-22 08:00:01",),
    "E_TIME_MISSING": ("", "-", "NULL", "无"),
}  # fmt: skip
IDS = {
    None: (
        "0000123", "510118199001011234", "51011800001310000001", "12.0", "ＳＪ００１", "S\u200bJ2", '"=""00124"""',
        "'00125", "工单〔1〕号", "-1+2",
    ),
    "E_ID_PRECISION": ("5.10118E+17", "5.1e17"),
    "E_ID_MISSING": ("", "-", "－", "null", "#N/A", "\u200b", "无"),
    "E_FORMULA": ("=1+1", "@SUM(A1)", "+86", "#NAME?"),
    "E_ID_INVALID": ("<script>", "A\x01B", "A\\1", "A'1", "A" * 65, "A\x7f1"),
    "E_FIELD_TOO_LONG": ("A" * 300,),
}  # fmt: skip
TABLE = {"事件编号": ["A1", "A2"], "上报时间": ["2026-01-03 08:05"] * 2, "大类": ["x", "y"]}
HEAD = "事件编号,上报时间,大类\n"
POINTS = [shapely.Point(104.05, 30.05), None]
EXTREME = [-9_223_372_036_854_775_000, 9_223_372_036_854_775_000]


def test_times_are_read_or_refused(tmp_path: Path) -> None:
    good = [(text, time) for time, texts in TIMES.items() for text in texts]
    bad = [(text, code) for code, texts in NO_TIMES.items() for text in texts]
    lines = (f'A{ix},"{text}",x' for ix, (text, _) in enumerate([*good, *bad]))
    path = rows(*lines)(tmp_path)
    report = check(path, "event", now=NOW)
    assert report["rows"] == {str(ix): [code] for ix, (_, code) in enumerate(bad, len(good) + 1)}
    found = events(path).set_index("event_id")["reported_at"]
    assert {text: found[f"A{ix}"].to_pydatetime() + LOCAL for ix, (text, _) in enumerate(good)} == dict(good)


@pytest.mark.parametrize(
    ("texts", "read", "codes"),
    [
        (("13/2/2026 08:05", "1/2/2026 08:05", "2026-01-03"), {"A0": (2, 13), "A1": (2, 1), "A2": (1, 3)}, {}),
        (("2/13/2026", "1/2/2026"), {"A0": (2, 13), "A1": (1, 2)}, {}),
        (("1/2/2026", "2026-01-03", "2/2/2026 8:00"), {"A1": (1, 3), "A2": (2, 2)}, {"1": ["E_TIME_AMBIGUOUS"]}),
        (("13/2/2026", "2/13/2026", "1/2/2026"), {"A0": (2, 13), "A1": (2, 13)}, {"3": ["E_TIME_AMBIGUOUS"]}),
        (("01/02/2026 08:05:00 AM", "2026-01-03"), {"A0": (1, 2), "A1": (1, 3)}, {}),
        (("13/02/2026 08:05:00 PM", "01/02/2026 08:05:00 AM"), {"A0": (2, 13), "A1": (2, 1)}, {}),
    ],
    ids=["day", "month", "untold", "both", "twelve hours", "twelve hours, day"],
)
def test_dates_that_end_in_the_year_are_read_as_the_file_tells_or_refused(
    tmp_path: Path, texts: Sequence[str], read: dict[str, tuple[int, int]], codes: dict[str, list[str]]
) -> None:
    path = rows(*(f"A{ix},{text},x" for ix, text in enumerate(texts)))(tmp_path)
    assert check(path, "event", now=NOW)["rows"] == codes
    found = events(path).set_index("event_id")["reported_at"] + LOCAL
    assert {name: (time.month, time.day) for name, time in found.items()} == read


def test_what_one_time_tells_holds_for_all_times_of_the_file(tmp_path: Path) -> None:
    path = file("events.csv", "事件编号,上报时间,大类,结案时间\nA1,1/2/2026,x,13/2/2026\n")(tmp_path)
    assert (events(path)["reported_at"][0] + LOCAL).to_pydatetime() == dt.datetime(2026, 2, 1)


def test_formulas_without_their_values_are_named(tmp_path: Path) -> None:
    lines = ("事件编号,上报时间,大类,状态,描述", "A1,2026-01-03,=B2,,x", "A2,2026-01-03,x,=C2,x", "A3,2026-01-03,x,,=D2", "")
    path = file("events.csv", "\n".join(lines))(tmp_path)
    assert check(path, "event", now=NOW)["rows"] == {"1": ["E_FORMULA"], "2": ["E_FORMULA"]}


def test_ids_survive_or_are_refused(tmp_path: Path) -> None:
    cases = [(text, code) for code, texts in IDS.items() for text in texts]
    path = rows(*(f"{text},2026-01-03 08:05,x" for text, _ in cases))(tmp_path)
    report = check(path, "event", now=NOW)
    assert report["rows"] == {str(ix): [code] for ix, (_, code) in enumerate(cases, 1) if code}
    assert set(events(path)["event_id"]) == {
        "0000123", "510118199001011234", "51011800001310000001", "12", "SJ001", "SJ2", "00124", "00125", "工单〔1〕号", "-1+2"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "read", "codes"),
    [
        ('"事件\n编号","上报时间","大类"\nA,2026-01-03,x\nB,2026-01-03,x\n', 2, {}),
        ('5" pipes, a report\n' + HEAD + "A,2026-01-03,x\nB,2026-01-03,x\n", 2, {}),
        ("\n" * 150 + HEAD + "A,2026-01-03,x\n", 1, {}),
        ("sep=;\n" + HEAD.replace(",", ";") + "A;2026-01-03;x\n", 1, {}),
        (HEAD + "A,2026-01-03,x\nB,2026-01-03,x,\nC,2026-01-03\n", 3, {"3": ["E_RAGGED"]}),
        (HEAD + "A,2026-01-03,x,\nB,2026-01-03,x,\n", 2, {}),
        (HEAD + "A,2026-01-03,x\n\x1a", 1, {}),
        (HEAD + "A,2026-01-03,x\n合计,1,\n", 2, {"2": ["E_ENUM", "E_TIME_INVALID"]}),
        (HEAD + HEAD + "A,2026-01-03,x\n", 2, {"1": ["E_TIME_INVALID"]}),
        (HEAD + 'A,2026-01-03,"x\ny"\nB,2026-01-03,"open\n', 2, {"2": ["E_QUOTE"]}),
    ],
)
def test_no_record_is_lost_beside_odd_lines(tmp_path: Path, content: str, read: int, codes: dict[str, list[str]]) -> None:
    report = check(file("events.csv", content)(tmp_path), "event", now=NOW)
    assert (report["code"], report["rows_in"], report["rows"]) == (None, read, codes)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('callback({"type":"FeatureCollection","features":[]})', "E_NO_HEADER"),
        ("1,2,3\n4,5,6\n", "E_NO_HEADER"),
        ("\n" * 2_000_000, "E_EMPTY_FILE"),
        ("\n" * 2_000_000 + HEAD, "E_NO_HEADER"),
        (HEAD.strip() + "," + "长" * 1_000_000 + ",长\n", None),
    ],
)
def test_a_file_without_records(tmp_path: Path, content: str, code: str | None) -> None:
    report = check(file("events.csv", content)(tmp_path), "event", now=NOW)
    assert (report["code"], report["rows_in"]) == (code, 0)


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_instants_of_parquet(tmp_path: Path, unit: str, zone: str | None) -> None:
    instant = dt.datetime(2026, 1, 3, 8, 5)
    path = parquet({**TABLE, "上报时间": pa.array([instant] * 2, pa.timestamp(unit, tz=zone))})(tmp_path)
    found = events(path)["reported_at"][0].to_pydatetime()
    assert found == (instant if zone else instant - LOCAL), "without a zone they are local, with one pyarrow takes them as UTC"


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_instants_that_no_calendar_reaches_cost_their_rows_only(tmp_path: Path, zone: str | None) -> None:
    path = parquet({**TABLE, "上报时间": pa.array(EXTREME, pa.timestamp("us", tz=zone))})(tmp_path)
    assert check(path, "event", now=NOW)["rows"] == {"1": ["E_TIME_RANGE"], "2": ["E_TIME_RANGE"]}


def test_a_coordinate_system_may_be_named_behind_the_features(tmp_path: Path) -> None:
    point = '{"type":"Point","coordinates":[404700,3327600]}'
    items = (({"事件编号": f"A{ix}", "上报时间": "2026-01-03", "大类": "x"}, point) for ix in range(100))
    crs = json.dumps({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}})
    report = check(file("events.geojson", features(*items)[:-1] + f',"crs":{crs}}}')(tmp_path), "event", now=NOW)
    assert (report["rows_in"], report["rows"]) == (100, {})


def _vector(kind: str, crs: str | None) -> Make:
    frame = gpd.GeoDataFrame({"event_id": ["A1", "A2"], "created_at": "2026-01-03", "category": "x"}, geometry=POINTS, crs=crs)

    def make(folder: Path) -> Path:
        if kind == "parquet":
            frame.to_parquet(folder / "events.parquet")
            return folder / "events.parquet"
        source = folder / "parts"
        source.mkdir()
        frame.to_file(source / f"events.{kind}", driver="GPKG" if kind == "gpkg" else "ESRI Shapefile")
        if kind == "gpkg":
            return source / "events.gpkg"
        (folder / "events.zip").write_bytes(packed(*((part.name, part.read_bytes()) for part in sorted(source.iterdir()))))
        return folder / "events.zip"

    return make


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(("crs", "warnings"), [("EPSG:4490", []), (None, ["W_CRS_ASSUMED"])])
@pytest.mark.parametrize("kind", ["gpkg", "parquet", "shp"])
def test_a_coordinate_system_that_nobody_names_is_said(tmp_path: Path, kind: str, crs: str | None, warnings: Sequence[str]) -> None:
    report = check(_vector(kind, crs)(tmp_path), "event", now=NOW)
    assert (report["rows"], report["warnings"]) == ({"2": ["E_COORD_MISSING"]}, warnings)


def test_areas_that_lie_over_each_other_are_said_without_a_configuration(tmp_path: Path) -> None:
    square = '{"type":"Polygon","coordinates":[[[104,30],[104.1,30],[104.1,30.1],[104,30.1],[104,30]]]}'
    path = file("areas.geojson", features(*(({"编码": f"G{ix}", "名称": "n"}, square) for ix in range(2))))(tmp_path)
    assert check(path, "area", now=NOW)["warnings"] == ["W_GRID_OVERLAP"]
