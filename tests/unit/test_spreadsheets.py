"""Workbooks other than .xlsx, and what they are when their names say otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from data.store.check import check
from tests.unit.corpus import HEADER, ROWS, changed, cut, sheet
from tests.unit.reading import NOW, events
from tests.unit.spreadsheets import Day, Make, Sheet, ods, xls, xlsb

SERIAL = 46025.25
ROWS_IN = (
    ("事件编号", "上报时间", "大类"),
    ("0012", Day(SERIAL), "噪声𠮷"),
    (510118.0, "2026-01-03 06:00", "停车"),
    (510118199001011234.0, "2026-01-03 06:00", "停车"),
)
KINDS: dict[str, Callable[..., Make]] = {"xls": xls, "xlsb": xlsb, "ods": ods}
BLANKS = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
FILLED = (
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16000" '
    'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
)


@pytest.mark.parametrize("kind", KINDS)
def test_ids_and_times_come_out_as_a_person_sees_them(tmp_path: Path, kind: str) -> None:
    path = KINDS[kind](Sheet("台账", ROWS_IN), Sheet("藏", [["x"]], is_hidden=True))(tmp_path)
    report = check(path, "event", now=NOW)
    assert (report["code"], report["rows_in"], report["rows"]) == (None, 3, {"3": ["E_ID_PRECISION"]})
    assert report["warnings"] == ["W_HIDDEN_SHEET"]
    found = events(path).set_index("event_id")
    assert set(found.index) == {"0012", "510118"}
    assert found.loc["0012", "category"] == "噪声𠮷"
    assert {time.to_pydatetime() for time in found["reported_at"]} == {dt.datetime(2026, 1, 2, 22)}


def test_days_of_old_workbooks_may_count_from_1904(tmp_path: Path) -> None:
    path = xls(Sheet("s", (("事件编号", "上报时间", "大类"), ("A1", Day(SERIAL - 1462), "x"))), is_1904=True)(tmp_path)
    assert events(path)["reported_at"][0].to_pydatetime() == dt.datetime(2026, 1, 2, 22)


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".xlsb", ".ods", ".csv", ".et", ""])
@pytest.mark.parametrize("kind", ["xls", "xlsx", "ods"])
def test_content_decides_whatever_the_name_says(tmp_path: Path, kind: str, ending: str) -> None:
    make = sheet(HEADER, *ROWS) if kind == "xlsx" else KINDS[kind](Sheet("s", (HEADER, *ROWS)))
    path = make(tmp_path)
    path = path.rename(path.with_name(f"sent{ending}"))
    report = check(path, "event", now=NOW)
    assert (report["code"], report["rows_in"], report["rows"]) == (None, 3, {"3": ["E_COORD_MISSING"]})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (xls(Sheet("s", ROWS_IN), is_locked=True), "E_FILE_ENCRYPTED"),
        (ods(Sheet("s", ROWS_IN), is_locked=True), "E_FILE_ENCRYPTED"),
        (cut(xls(Sheet("s", ROWS_IN * 60)), 0.5), "E_CORRUPT"),
        (cut(xlsb(Sheet("s", ROWS_IN)), 0.5), "E_CORRUPT"),
        (cut(ods(Sheet("s", ROWS_IN)), 0.5), "E_CORRUPT"),
        (xls(Sheet("s", ())), "E_EMPTY_FILE"),
        (xlsb(Sheet("s", ())), "E_EMPTY_FILE"),
        (ods(Sheet("s", ())), "E_EMPTY_FILE"),
        (xls(Sheet("s", (tuple(f"c{ix}" for ix in range(250)),))), "E_MISSING_COLUMN"),
        (xlsb(Sheet("s", (tuple(f"c{ix}" for ix in range(1200)),))), "E_TOO_MANY_COLUMNS"),
        (ods(Sheet("s", (tuple(f"c{ix}" for ix in range(1200)),))), "E_TOO_MANY_COLUMNS"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, make: Make, code: str) -> None:
    report = check(make(tmp_path), "event", now=NOW)
    assert (report["read"], report["code"]) == ("rejected", code), report["message"]


def test_a_million_blank_rows_are_nothing_and_a_million_filled_ones_too_much(tmp_path: Path) -> None:
    assert check(ods(Sheet("s", ROWS_IN), more=BLANKS)(tmp_path), "event", now=NOW)["rows_in"] == 3
    assert check(ods(Sheet("s", ROWS_IN), more=FILLED)(tmp_path), "event", now=NOW)["code"] in {"E_FILE_TOO_BIG", "E_TOO_MANY_COLUMNS"}


@pytest.mark.parametrize("padding", [0, 9_000])
def test_entities_are_found_behind_a_long_comment(tmp_path: Path, padding: int) -> None:
    start = b'<?xml version="1.0"?><!--' + b"<x>" * padding + b'--><!DOCTYPE a [<!ENTITY x "y">]>'
    for member in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        path = changed(sheet(HEADER, *ROWS), member, lambda content: start + content.partition(b"?>")[2])(tmp_path)
        assert check(path, "event", now=NOW)["code"] == "E_XML"
