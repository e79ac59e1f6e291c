"""Files that a department did not mean to send that way: what names, endings, bytes and shapes leave of them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import openpyxl
import pytest

from data.store.check import check
from tests.unit.corpus import AREA, Make, features, fifo, file, geopackage, gz, packed, rows, shapefile, sheet, text, zipped
from tests.unit.reading import NOW

HEAD = ("事件编号", "上报时间", "大类")
ROW = {"事件编号": "A1", "上报时间": "2026-01-03 08:05", "大类": "x"}
TAR = b"a/x.csv".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0") + text().encode()
NO_POSITION = {"1": ["E_COORD_MISSING"]}


def _renamed(make: Make, name: str) -> Make:
    return lambda folder: make(folder).rename(folder / name)


def _bytes_for_a_name(folder: Path) -> Path:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.csv"))
    path.write_text(text(), encoding="utf-8")
    return path


def _to_a_folder(folder: Path) -> Path:
    (folder / "real").mkdir()
    (folder / "events.csv").symlink_to(folder / "real")
    return folder / "events.csv"


def _to_itself(folder: Path) -> Path:
    (folder / "events.csv").symlink_to(folder / "events.csv")
    return folder / "events.csv"


def _alone(ending: str) -> Make:
    def make(folder: Path) -> Path:
        shapefile(encoding="gb18030")(folder).unlink()
        path = (folder / "parts" / f"areas{ending}").rename(folder / f"areas{ending}")
        shutil.rmtree(folder / "parts")
        return path

    return make


def _hidden(folder: Path) -> Path:
    path = sheet(HEAD, tuple(ROW.values()))(folder)
    book = openpyxl.load_workbook(path)
    book.active.sheet_state = "hidden"
    book.active = book.create_sheet("空")
    book.save(path)
    return path


def _feature(row: object, shape: str) -> Make:
    feature = f'{{"type":"Feature","properties":{json.dumps(row)},"geometry":{shape}}}'
    return file("sent.geojson", f'{{"type":"FeatureCollection","features":[{feature}]}}')


@pytest.mark.parametrize(
    ("kind", "make", "code", "said"),
    [
        ("event", file("e.csv", b"\xff\xfe"), "E_EMPTY_FILE", "e.csv"),
        ("event", file("e.csv", "\u3000\u3000\n\u3000\n", "gb18030"), "E_EMPTY_FILE", "e.csv"),
        ("event", file("e.csv", text().encode("gb18030") + b"\xd6"), "E_ENCODING", "e.csv"),
        ("event", file("e.csv", text().encode("utf-16") + b"\n"), "E_ENCODING", "e.csv"),
        ("event", file("e.csv", text().encode() + b"X,2026-01-03,\xc0\xaf,,,\n"), "E_ENCODING", "e.csv"),
        ("event", _feature(None, "null"), "E_MISSING_COLUMN", "properties"),
        ("area", _feature({}, AREA), "E_MISSING_COLUMN", "properties"),
        ("event", gz(TAR, "sent.tgz"), "E_FILE_TYPE", "sent.tgz"),
        ("area", zipped(("doc.kml", b'<?xml version="1.0"?><kml/>'), name="sent.kmz"), "E_FILE_TYPE", "sent.kmz"),
        ("event", zipped(("./a.csv", b"x"), ("a.csv", b"y")), "E_ZIP_DUP", "sent.zip"),
        ("event", zipped(("c:x.csv", text().encode())), "E_ZIP_PATH", "sent.zip"),
        ("area", _alone(".shp"), "E_SHP_PART_MISSING", ".shx"),
        ("area", _alone(".dbf"), "E_SHP_PART_MISSING", "areas.dbf"),
        ("event", _hidden, "E_EMPTY_FILE", "hidden"),
        ("event", _to_a_folder, "E_FILE_TYPE", "symbolic link"),
        ("event", _to_itself, "E_FILE_TYPE", "symbolic link"),
        ("event", fifo, "E_FILE_TYPE", "pipe"),
    ],
)  # fmt: skip
def test_refusals_name_the_file_that_was_sent(tmp_path: Path, kind: str, make: Make, code: str, said: str) -> None:
    report = check(make(tmp_path), kind, now=NOW)
    assert (report["read"], report["code"], report["rows_in"]) == ("rejected", code, 0), report["message"]
    assert said in report["message"]


@pytest.mark.parametrize(
    ("kind", "make", "read", "codes"),
    [
        ("event", _bytes_for_a_name, 3, {"3": ["E_COORD_MISSING"]}),
        ("area", _renamed(geopackage, "areas.csv"), 1, {}),
        ("area", _renamed(geopackage, "areas"), 1, {}),
        ("event", _feature(ROW, "null"), 1, NO_POSITION),
        ("event", _feature(ROW, AREA), 1, NO_POSITION),
        ("event", file("e.json", json.dumps([ROW])), 1, {}),
        ("video_point", _feature({"点位编号": "1", "点位名称": "n"}, "null"), 1, NO_POSITION),
        ("video_point", rows("1,n", header="点位编号,点位名称"), 1, NO_POSITION),
        ("area", rows("5.10118E+11,n", "510118001001,m", header="编码,名称"), 2, {"1": ["E_ID_PRECISION"]}),
        ("event", rows("510118199001011234.0,2026-01-03,x", "12.0,2026-01-03,x", "123456789012345.0,2026-01-03,x"),
         3, {"1": ["E_ID_PRECISION"]}),
        ("event", gz(packed(("a.csv", text().encode()))), 3, {"3": ["E_COORD_MISSING"]}),
        ("event", file("e.ndjson", "\n\n" + "\r\n \n".join(json.dumps({**ROW, "事件编号": f"A{ix}"}) for ix in range(3)) + "\n\n"), 3, {}),
        ("event", file("e.geojson", features((ROW, '{"type":"Point","coordinates":[104,30]}')), "gb18030"), 1, {}),
    ],
)  # fmt: skip
def test_rows_are_read_whatever_the_file_looks_like(tmp_path: Path, kind: str, make: Make, read: int, codes: dict[str, list[str]]) -> None:
    report = check(make(tmp_path), kind, now=NOW)
    assert (report["code"], report["rows_in"], report["rows"]) == (None, read, codes), report
    assert report["positions_set_aside"] == sum(found[0].startswith("E_COORD") for found in codes.values())
