"""One row per odd file: what `check` must say of it. The files are written by code (tests/unit/corpus.py)."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pyarrow as pa
import pytest

from data.codes import codes_of
from data.store.check import check
from tests.unit.corpus import (
    AREA,
    HEADER,
    ROWS,
    Make,
    bomb,
    changed,
    cut,
    features,
    file,
    geopackage,
    geoparquet,
    gz,
    in_sheet,
    link,
    linked,
    lying_bomb,
    nested,
    overlapping,
    packed,
    parquet,
    point_parquet,
    rows,
    shapefile,
    sheet,
    text,
    with_encrypted_flag,
    workbook,
    zipped,
)  # fmt: skip

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
ASIDE = {"3": ["E_COORD_MISSING"]}
POINT = '{"type":"Point","coordinates":[104.05,30.05]}'
EVENT = {"事件编号": "A1", "上报时间": "2026-01-03 08:05", "大类": "x"}
COLUMNS: dict[str, Any] = {"事件编号": ["A1", "A2"], "上报时间": ["2026-01-03 08:05"] * 2, "大类": ["x", "y"]}
SHEET = sheet(HEADER, *ROWS)
PART = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Expected(NamedTuple):
    """A code that refuses the file, or the rows of a file that is read."""

    code: str | None = None
    rows_in: int = 0
    rows: dict[str, list[str]] = {}  # noqa: RUF012 -- never changed
    warnings: tuple[str, ...] = ()


THREE = Expected(rows_in=3, rows=ASIDE)


def event(**more: Any) -> dict[str, Any]:
    return {**EVENT, **more}


def collection(*items: tuple[dict[str, Any], str], encoding: str = "utf-8") -> Make:
    return file("sent.geojson", features(*items), encoding)


def area(code: str, shape: str) -> tuple[dict[str, Any], str]:
    return {"编码": code, "名称": "n"}, shape


def titled(book: openpyxl.Workbook) -> None:
    """A title over all, two rows of headings, everything moved to the right and down; a hidden, an empty and a second sheet."""
    first = book.active
    first.append(["事件台账"])
    first.merge_cells("A1:F1")
    first.append(["基本信息", None, None, "位置信息"])
    first.merge_cells("A2:C2")
    for row in (HEADER, *ROWS):
        first.append(row)
    first.insert_cols(1)
    first.insert_rows(1)
    book.create_sheet("藏").append(["x"])
    book["藏"].sheet_state = "hidden"
    book.create_sheet("空")
    book.create_sheet("二").append(["y"])


def with_cover(book: openpyxl.Workbook) -> None:
    book.active.append(["填表说明：请按要求填写"])
    data = book.create_sheet("数据")
    for row in (HEADER, *ROWS):
        data.append(row)


def with_errors(book: openpyxl.Workbook) -> None:
    first = book.active
    first.append(["事件编号", "上报时间", "大类"])
    for value in ("#REF!", "=B2&C2", 110105199001011234, 110105):
        first.append([value, "2026-01-03 08:05", "x"])
    first["A2"].data_type = "e"


def of_1904(book: openpyxl.Workbook) -> None:
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["事件编号", "上报时间", "大类"])
    book.active.append(["A1", dt.datetime(2026, 1, 3, 8, 5), "x"])


def merged(book: openpyxl.Workbook) -> None:
    for row in (("大类", "事件编号", "上报时间"), ("市容", "A1", "2026-01-03 08:05"), (None, "A2", "2026-01-03 08:05")):
        book.active.append(row)
    book.active.merge_cells("A2:A3")


def rows_added(inner: bytes) -> Make:
    return changed(SHEET, PART, lambda content: content.replace(b"</sheetData>", inner + b"</sheetData>"))


def wkt(*shapes: str) -> Make:
    return file("areas.csv", "编码,名称,边界\n" + "".join(f'G{ix},n,"{shape}"\n' for ix, shape in enumerate(shapes)))


TEXTS: dict[str, tuple[Make, Expected]] = {
    **{f"encoding-{name}": (file("e.csv", text(), name), THREE)
       for name in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")},
    "encoding-utf-16-be-marked": (file("e.csv", b"\xfe\xff" + text().encode("utf-16-be")), THREE),
    **{f"encoding-{name}": (file("e.csv", text(), name), Expected("E_ENCODING")) for name in ("utf-32", "utf-32-le", "utf-32-be")},
    **{f"separator-{mark!a}": (file("e.csv", text(separator=mark)), THREE) for mark in ",\t;|，；^~\x01、"},
    **{f"lines-{end!a}": (file("e.csv", text(end=end)), THREE) for end in ("\r", "\r\n", "\n\n", "\r\n\r\n")},
    "lines-mixed": (file("e.csv", text().replace("\n", "\r\n", 2)), THREE),
    "lines-one-of-old": (file("e.csv", text().replace("\n", "\r", 1)), THREE),
    "no-line-end-at-all": (file("e.csv", text().rstrip("\n")), THREE),
    "utf-8-with-bytes-that-are-not": (file("e.csv", text().encode()[:-3] + b"\xff\xfe\n"), Expected("E_ENCODING")),
    "utf-8-and-gbk-in-one": (
        file("e.csv", text().encode() + "X1,2026-01-01 08:00,噪声扰民,河东路,,\n".encode("gbk")), Expected("E_ENCODING"),
    ),
    "zeros": (file("e.csv", b"\0" * 5000), Expected("E_FILE_TYPE")),
    "noise": (file("e.csv", bytes(range(256)) * 20), Expected("E_FILE_TYPE")),
    "blanks": (file("e.csv", "   \n \u3000\n"), Expected("E_EMPTY_FILE")),
    "mark-only": (file("e.csv", b"\xef\xbb\xbf"), Expected("E_EMPTY_FILE")),
    "separators-only": (file("e.csv", ",,,\n,,,\n"), Expected("E_EMPTY_FILE")),
    "nothing": (file("e.csv", b""), Expected("E_EMPTY_FILE")),
    "web-page-as-xls": (file("e.xls", "<html><table><tr><td>事件编号</td></tr></table></html>"), Expected("E_FILE_TYPE")),
    "xml-with-entities": (
        file("e.kml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><kml>&c;</kml>'),
        Expected("E_XML"),
    ),
    "kml": (file("e.kml", '<?xml version="1.0"?><kml><Placemark/></kml>'), Expected("E_FILE_TYPE")),
    "broken-xml": (file("e.xml", '<?xml version="1.0"?><a><b></a>'), Expected("E_XML")),
    "pdf": (file("e.csv", b"%PDF-1.7 x"), Expected("E_FILE_TYPE")),
    "program": (file("e.csv", b"\x7fELF" + bytes(200)), Expected("E_FILE_TYPE")),
    "rich-text": (file("e.csv", r"{\rtf1 x}"), Expected("E_FILE_TYPE")),
    "text-named-xlsx": (file("e.xlsx", text()), THREE),
    "prose-named-xlsx": (file("e.xlsx", "this is no workbook"), Expected("E_CORRUPT")),
    "noise-named-xlsx": (file("e.xlsx", bytes(range(256)) * 20), Expected("E_CORRUPT")),
    "no-header": (file("e.csv", "A1,2026-01-01 08:00,x\nA2,2026-01-01 08:00,y\n"), Expected("E_NO_HEADER")),
    "title-rows": (file("e.csv", "某区事件台账,,,,,\n导出时间：2026-01-01,,,,,\n" + text()), THREE),
    "title-without-separators": (file("e.csv", "某区事件台账\n\n" + text()), THREE),
    "two-row-heading": (file("e.csv", "基本信息,,,位置,,\n" + text()), THREE),
    "separator-named": (file("e.csv", "sep=;\n" + text(separator=";")), THREE),
    "header-only": (file("e.csv", ",".join(HEADER)), Expected(warnings=("W_NO_ROWS",))),
    "20,000-columns": (file("e.csv", ",".join(f"c{ix}" for ix in range(20_000)) + "\n"), Expected("E_TOO_MANY_COLUMNS")),
    "field-of-10-MB": (
        rows("A1,2026-01-03 08:05,x," + "长" * (10 * 2**20 // 3), "A2,2026-01-03 08:05,x,好", header="事件编号,上报时间,大类,描述"),
        Expected(rows_in=2, rows={"1": ["E_FIELD_TOO_LONG"]}),
    ),
    "record-of-20-MB": (
        rows("A1,2026-01-03 08:05,x," + "a" * (20 * 2**20), "A2,2026-01-03 08:05,x,好", header="事件编号,上报时间,大类,描述"),
        Expected(rows_in=2, rows={"1": ["E_FIELD_TOO_LONG"]}),
    ),
    "endless-line": (file("e.csv", b"x" * (20 * 2**20)), Expected("E_NO_HEADER")),
    "inches": (rows('A1,2026-01-03 08:05,5" pipe', 'A2,2026-01-03 08:05,5"'), Expected(rows_in=2)),
    "quote-left-open": (
        rows('A1,2026-01-03 08:05,"open', "A2,2026-01-03 08:05,x", 'A3,2026-01-03 08:05,"closed"'),
        Expected(rows_in=3, rows={"1": ["E_QUOTE"]}),
    ),
    "quote-left-open-at-the-end": (
        rows("A1,2026-01-03 08:05,x", 'A2,2026-01-03 08:05,"open'), Expected(rows_in=2, rows={"2": ["E_QUOTE"]}),
    ),
    "text-after-quote": (rows('A1,2026-01-03 08:05,"a"b', "A2,2026-01-03 08:05,x"), Expected(rows_in=2, rows={"1": ["E_QUOTE"]})),
    "quoted-line-ends": (rows('A1,2026-01-03 08:05,"a\r\nb"', 'A2,2026-01-03 08:05,"x, ""y"""'), Expected(rows_in=2)),
    "nul": (rows("A1,2026-01-03 08:05,a\0b", "A2,2026-01-03 08:05,x"), Expected(rows_in=2, rows={"1": ["E_NUL"]})),
    "ragged": (rows("A1,2026-01-03 08:05", "", "A2,2026-01-03 08:05,x,y,z", "A3,2026-01-03 08:05,x"),
               Expected(rows_in=3, rows={"1": ["E_RAGGED"], "2": ["E_RAGGED"]})),
    "spoilt-rows": (rows("A1,2026-01-03 08:05,锟斤拷锟斤拷"), Expected(rows_in=1, warnings=("W_MOJIBAKE",))),
    "rows-decoded-as-latin": (
        rows("A1,2026-01-03 08:05," + "市容环境".encode().decode("latin-1")), Expected(rows_in=1, warnings=("W_MOJIBAKE",)),
    ),
    "rows-decoded-as-gbk": (
        rows("A1,2026-01-03 08:05," + "市容环境卫生".encode().decode("gb18030")), Expected(rows_in=1, warnings=("W_MOJIBAKE",)),
    ),
    "name-that-is-a-pattern": (file("a[1]{*}.csv", text()), THREE),
    "name-with-a-quote": (file("a'b\".csv", text()), THREE),
    "link": (link, Expected("E_FILE_TYPE")),
}  # fmt: skip

ARCHIVES: dict[str, tuple[Make, Expected]] = {
    "zip": (zipped(("内层/events.csv", text().encode())), THREE),
    "zip-without-ending": (zipped(("事件", text().encode())), THREE),
    "zip-with-a-note": (zipped(("events.csv", text().encode()), ("说明.txt", b"x"), ("__MACOSX/._events.csv", b"x")), THREE),
    "zip-of-workbook": (zipped(("a.bin", sheet(HEADER, *ROWS))), THREE),
    "zip-of-two": (zipped(("a.csv", text().encode()), ("b/a.csv", text().encode())), Expected("E_TOO_MANY_FILES")),
    "zip-of-nothing": (zipped(), Expected("E_EMPTY_FILE")),
    "zip-of-an-empty-file": (zipped(("a.csv", b"")), Expected("E_EMPTY_FILE")),
    "zip-twice-the-same": (zipped(("a.csv", b"x"), ("A.CSV", b"x")), Expected("E_ZIP_DUP")),
    **{f"zip-path-{name[:12]}": (zipped((name, text().encode())), Expected("E_ZIP_PATH"))
       for name in ("../a.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv", "\\\\host\\a.csv", "a/../../b.csv", "x" * 2000)},
    "zip-link": (linked, Expected("E_ZIP_LINK")),
    "zip-locked": (with_encrypted_flag, Expected("E_FILE_ENCRYPTED")),
    "zip-bomb": (bomb(), Expected("E_ZIP_BOMB")),
    "zip-bomb-that-lies": (lying_bomb, Expected("E_ZIP_BOMB")),
    "zip-bomb-overlapping": (overlapping, Expected("E_ZIP_BOMB")),
    "zip-in-zip": (lambda folder: nested(2, folder), THREE),
    "zip-in-zip-in-zip": (lambda folder: nested(6, folder), Expected("E_ZIP_BOMB")),
    "zip-of-zips": (zipped(("a.zip", packed(("a.csv", b"x"))), ("b.zip", packed(("b.csv", b"x")))), Expected("E_ZIP_BOMB")),
    "zip-of-many": (zipped(*((f"{ix}.csv", b"x") for ix in range(1500))), Expected("E_TOO_MANY_FILES")),
    "zip-unusual-method": (zipped(("a.csv", text().encode()), method=14), Expected("E_FILE_TYPE")),
    "zip-document": (zipped(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")), Expected("E_FILE_TYPE")),
    **{f"zip-cut-{share}": (cut(zipped(("a.csv", text().encode() * 9)), share), Expected("E_CORRUPT")) for share in (0.1, 0.6, 0.99)},
    "gzip": (gz(text().encode()), THREE),
    "gzip-of-zip": (gz(packed(("a.csv", text().encode()))), THREE),
    "gzip-cut": (cut(gz(text().encode() * 99), 0.5), Expected("E_CORRUPT")),
    "gzip-bomb": (gz(bytes(150 * 2**20)), Expected("E_ZIP_BOMB")),
    "gzip-in-gzip": (gz(gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x"))))), Expected("E_ZIP_BOMB")),
}  # fmt: skip

WORKBOOKS: dict[str, tuple[Make, Expected]] = {
    "xlsx": (SHEET, THREE),
    "xlsx-named-csv": (lambda folder: SHEET(folder).rename(folder / "e.csv"), THREE),
    "xlsx-titled": (workbook(titled), THREE._replace(warnings=("W_HIDDEN_SHEET", "W_MULTI_SHEET"))),
    "xlsx-cover-sheet": (workbook(with_cover), THREE._replace(warnings=("W_MULTI_SHEET",))),
    "xlsx-merged-cells": (workbook(merged), Expected(rows_in=2)),
    "xlsx-1904": (workbook(of_1904), Expected(rows_in=1)),
    "xlsx-errors-formulas-long-numbers": (
        workbook(with_errors), Expected(rows_in=4, rows={"1": ["E_FORMULA"], "2": ["E_FORMULA"], "3": ["E_ID_PRECISION"]}),
    ),
    "xlsx-empty": (sheet(), Expected("E_EMPTY_FILE")),
    "xlsx-header-only": (sheet(HEADER), Expected(warnings=("W_NO_ROWS",))),
    "xlsx-blank-rows-between": (sheet([], HEADER, [], ROWS[0], [None, " "], [], ROWS[1], ROWS[2]), THREE),
    "xlsx-2,000-columns": (sheet([f"c{ix}" for ix in range(2000)]), Expected("E_TOO_MANY_COLUMNS")),
    "xlsx-claims-all-cells": (
        changed(SHEET, PART, in_sheet(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"')), THREE,
    ),
    "xlsx-cell-in-the-last-corner": (rows_added(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), Expected("E_TOO_MANY_COLUMNS")),
    "xlsx-blank-cell-in-the-last-corner": (rows_added(b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'), THREE),
    "xlsx-a-million-blank-rows": (rows_added(b"".join(b'<row r="%d"/>' % ix for ix in range(10, 1_048_576))), THREE),
    "xlsx-entities": (
        changed(SHEET, PART, lambda content: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]>' + content), Expected("E_XML"),
    ),
    "xlsx-broken-sheet": (changed(SHEET, PART, lambda content: content[: len(content) // 2]), Expected("E_XML")),
    **{f"xlsx-cut-{share}": (cut(SHEET, share), Expected("E_CORRUPT")) for share in (0.05, 0.5, 0.97)},
    "ole-encrypted": (
        file("e.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le")), Expected("E_FILE_ENCRYPTED"),
    ),
    "ole-document": (
        file("e.xls", OLE + bytes(600) + "WordDocument".encode("utf-16-le")), Expected("E_FILE_TYPE"),
    ),
    "ole-cut": (file("e.xls", OLE + bytes(600)), Expected("E_CORRUPT")),
}  # fmt: skip

FEATURES: dict[str, tuple[Make, Expected]] = {
    "geojson": (
        collection(
            (EVENT, POINT),
            (event(事件编号="A2"), "null"),
            (event(事件编号="A3"), '{"type":"Point","coordinates":[NaN,30]}'),
            (event(事件编号="A4"), '{"type":"Point","coordinates":[104]}'),
            (event(事件编号="A5"), '{"type":"Point","coordinates":[]}'),
            (event(事件编号="A6"), '{"type":"Point","coordinates":[1e400,30]}'),
            (event(事件编号="A7"), '{"type":"Point","coordinates":["104","30"]}'),
            (event(事件编号=510118199001011234), '{"type":"Point","coordinates":[104,30,9]}'),
        ),
        Expected(rows_in=8, rows={
            "2": ["E_COORD_MISSING"], "3": ["E_COORD_INVALID"], "4": ["E_COORD_INVALID"], "5": ["E_COORD_MISSING"],
            "6": ["E_COORD_INVALID"], "7": ["E_COORD_INVALID"]}),
    ),
    "geojson-empty": (file("e.geojson", '{"type":"FeatureCollection","features":[]}'), Expected(warnings=("W_NO_ROWS",))),
    "json-empty-list": (file("e.json", "[]"), Expected(warnings=("W_NO_ROWS",))),
    "json-records": (file("e.json", json.dumps([EVENT, event(事件编号="A2")])), Expected(rows_in=2)),
    "json-lines": (file("e.json", "\n".join(json.dumps(event(事件编号=f"A{ix}")) for ix in range(3))), Expected(rows_in=3)),
    "geojson-lines": (
        file("e.geojsonl", "\n".join(features((event(事件编号=f"A{ix}"), POINT))[40:-2] for ix in range(3))), Expected(rows_in=3),
    ),
    "geojson-sequence": (
        file("e.geojsons", "".join("\x1e" + features((event(事件编号=f"A{ix}"), POINT))[40:-2] + "\n" for ix in range(3))),
        Expected(rows_in=3),
    ),
    "geojson-one-feature": (file("e.geojson", features((EVENT, POINT))[40:-2]), Expected(rows_in=1)),
    **{f"geojson-{name}": (collection((EVENT, POINT), encoding=name), Expected(rows_in=1)) for name in ("gb18030", "utf-16", "utf-8-sig")},
    **{f"geojson-cut-{share}": (cut(collection((EVENT, POINT)), share), Expected("E_JSON")) for share in (0.1, 0.6, 0.99)},
    "json-deep": (file("e.json", "[" * 200_000), Expected("E_JSON")),
    "json-deep-property": (file("e.json", '[{"a":' + "[" * 50_000 + "]" * 50_000 + "}]"), Expected("E_JSON")),
    "json-trailing": (file("e.json", features((EVENT, POINT)) + "x"), Expected("E_JSON")),
    "json-geometry-only": (file("e.json", POINT), Expected("E_TYPE")),
    "json-other": (file("e.json", '{"a":1}'), Expected("E_TYPE")),
    "json-numbers": (file("e.json", "[1,2]"), Expected("E_TYPE")),
    "json-5,000-keys": (file("e.json", "[" + ",".join(f'{{"k{ix}":1}}' for ix in range(5000)) + "]"), Expected("E_TOO_MANY_COLUMNS")),
    "json-nul": (file("e.json", json.dumps([EVENT, event(事件编号="A\0 2")])), Expected(rows_in=2, rows={"2": ["E_NUL"]})),
    "json-half-a-character": (
        file("e.json", json.dumps([event(大类="\ud83d")])), Expected(rows_in=1, warnings=("W_MOJIBAKE",)),
    ),
    "point-parquet": (point_parquet, Expected(rows_in=2)),
    "parquet": (parquet(COLUMNS), Expected(rows_in=2)),
    "parquet-names-alike": (
        parquet({"event_id": ["A1"], "EVENT_ID": ["A2"], "reported_at": ["2026-01-03"], "category": ["x"]}), Expected("E_DUP_COLUMN"),
    ),
    "parquet-other-names-alike": (parquet({**COLUMNS, "note": ["1", "2"], "NOTE": ["3", "4"]}),
                                  Expected(rows_in=2, warnings=("W_UNKNOWN_COLUMN",))),
    "parquet-no-rows": (parquet({name: pa.array([], pa.string()) for name in COLUMNS}), Expected(warnings=("W_NO_ROWS",))),
    "parquet-nested-beside": (parquet({**COLUMNS, "x": [{"a": 1}, None]}), Expected(rows_in=2, warnings=("W_UNKNOWN_COLUMN",))),
    "parquet-nested-id": (parquet({**COLUMNS, "事件编号": [["a"], ["b"]]}), Expected("E_TYPE")),
    "parquet-bytes": (
        parquet({**COLUMNS, "事件编号": [b"A1", b"A\xff"]}),
        Expected(rows_in=2, rows={"2": ["E_ID_INVALID"]}, warnings=("W_MOJIBAKE",)),
    ),
    "parquet-float-ids": (
        parquet({**COLUMNS, "事件编号": [1.0, 5.10118199001011234e17]}), Expected(rows_in=2, rows={"2": ["E_ID_PRECISION"]}),
    ),
    "parquet-whole-ids": (parquet({**COLUMNS, "事件编号": [1, 510118199001011234]}), Expected(rows_in=2)),
    "parquet-epochs": (parquet({**COLUMNS, "上报时间": [1767427500000, 1767427500]}), Expected(rows_in=2)),
    **{f"parquet-cut-{share}": (cut(parquet(COLUMNS), share), Expected("E_CORRUPT")) for share in (0.1, 0.6, 0.99)},
    "parquet-many-rows-in-few-bytes": (
        parquet({name: pa.repeat("A", 6_000_000).dictionary_encode() for name in COLUMNS}), Expected("E_TOO_MANY_ROWS"),
    ),
}  # fmt: skip

BAD_SHAPES = {
    "null": "E_GEOM_NULL",
    '{"type":"Polygon","coordinates":[]}': "E_GEOM_EMPTY",
    '{"type":"Polygon","coordinates":[[]]}': "E_GEOM_EMPTY",
    '{"type":"MultiPolygon","coordinates":[]}': "E_GEOM_EMPTY",
    '{"type":"LineString","coordinates":[[104,30],[105,31]]}': "E_GEOM_TYPE",
    '{"type":"Point","coordinates":[104,30]}': "E_GEOM_TYPE",
    '{"type":"Circle","coordinates":[104,30]}': "E_GEOM_TYPE",
    '{"type":"Polygon","coordinates":[[[104,30],[105,31],[105,30],[104,31],[104,30]]]}': "E_GEOM_INVALID",
    '{"type":"Polygon","coordinates":[[[104,30],[105,31]]]}': "E_GEOM_INVALID",
    '{"type":"Polygon","coordinates":[[[104,30],[105,31],[105,30]]]}': "E_GEOM_INVALID",
    '{"type":"Polygon","coordinates":[[[NaN,30],[105,31],[105,30],[NaN,30]]]}': "E_GEOM_INVALID",
    '{"type":"Polygon","coordinates":[[[500000,3300000],[500100,3300000],[500100,3300100],[500000,3300000]]]}': "E_GEOM_INVALID",
    '"text"': "E_GEOM_INVALID",
}
BAD_WKT = {
    "": "E_GEOM_NULL",
    "POLYGON EMPTY": "E_GEOM_EMPTY",
    "LINESTRING(104 30,105 31)": "E_GEOM_TYPE",
    "POLYGON((104 30,105 31,105 30,104 31,104 30))": "E_GEOM_INVALID",
    "POLYGON((": "E_GEOM_INVALID",
    "河东": "E_GEOM_INVALID",
}
AREAS: dict[str, tuple[Make, Expected]] = {
    "boundaries": (
        collection(area("G0", AREA), *(area(f"G{ix}", shape) for ix, shape in enumerate(BAD_SHAPES, 1))),
        Expected(rows_in=len(BAD_SHAPES) + 1, rows={str(ix): [code] for ix, code in enumerate(BAD_SHAPES.values(), 2)}),
    ),
    "boundaries-as-text": (
        wkt("POLYGON((104 30,105 30,105 31,104 30))", *BAD_WKT),
        Expected(rows_in=len(BAD_WKT) + 1, rows={str(ix): [code] for ix, code in enumerate(BAD_WKT.values(), 2)}),
    ),
    **{f"shapefile-{encoding}-{named}": (shapefile(encoding=encoding, named=named), Expected(rows_in=2))
       for encoding in ("utf-8", "gb18030") for named in (None, "UTF-8", "GBK")},
    "shapefile-without-cpg": (shapefile(encoding="gb18030", without=(".cpg",)), Expected(rows_in=2)),
    "shapefile-without-prj": (shapefile(encoding="gb18030", without=(".prj",)), Expected(rows_in=2, warnings=("W_CRS_ASSUMED",))),
    **{f"shapefile-without{part}": (shapefile(encoding="gb18030", without=(part,)), Expected("E_SHP_PART_MISSING"))
       for part in (".shp", ".shx", ".dbf")},
    "geopackage": (geopackage, Expected(rows_in=1)),
    **{f"geopackage-cut-{share}": (cut(geopackage, share), Expected("E_CORRUPT")) for share in (0.1, 0.6)},
    "geoparquet": (geoparquet, Expected(rows_in=3, rows={"2": ["E_GEOM_NULL"], "3": ["E_GEOM_TYPE"]})),
    "geojson-no-areas": (file("a.geojson", '{"type":"FeatureCollection","features":[]}'), Expected(warnings=("W_NO_ROWS",))),
}  # fmt: skip

CASES = [
    *(("event", name, *case) for table in (TEXTS, ARCHIVES, WORKBOOKS, FEATURES) for name, case in table.items()),
    *(("area", name, *case) for name, case in AREAS.items()),
]


@pytest.mark.filterwarnings("ignore:Duplicate name", "ignore:invalid value")
@pytest.mark.parametrize(("kind", "make", "expected"), [pytest.param(case[0], *case[2:], id=f"{case[0]}-{case[1]}") for case in CASES])
def test_what_is_said_of_an_odd_file(tmp_path: Path, kind: str, make: Make, expected: Expected) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = make(folder)
    before = sorted(tmp_path.rglob("*"))
    found = check(path, kind, now=NOW)
    assert (found["code"], found["rows_in"], found["rows"]) == (expected.code, expected.rows_in, expected.rows), found
    assert found["read"] == ("ok" if expected.code is None else "rejected")
    assert found["rows_in"] == found["accepted"] + found["quarantined"]
    assert found["positions_set_aside"] == sum(codes[0].startswith("E_COORD") for codes in expected.rows.values())
    if expected.code is None:
        assert tuple(found["warnings"]) == expected.warnings
    else:
        assert expected.code in codes_of("file")
        assert found["message"]
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written beside the file"
