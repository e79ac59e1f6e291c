"""Samples of rejected rows: where their file may be, and what of it may be shown."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data.samples import MASK, Sample, masked, rejected_file, samples, to_correct

SNAPSHOT = "20261122T081500Z-0123abcd"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "store" / "quarantine" / SNAPSHOT / "热线"
    folder.mkdir(parents=True)
    with (folder / "工单.xlsx.csv").open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file)
        write.writerow(["row", "code", "column", "value", "reason", "工单号", "联系电话", "内容", "code"])
        for row in range(1, 6):
            write.writerow([row, "E_ID_MISSING", "event_id", "", "…", "", "13812345678", "来电 138 1234 5678", "X"])
        write.writerow([9, "E_TIME_INVALID", "reported_at", "13812345678", "…", "a", "", "", ""])
        write.writerow([9, "E_ENUM", "stage", "找 13812345678", "…", "a", "", "", ""])
        write.writerow(["x", "E_ENUM", "stage", "no row", "…", "a", "", "", ""])
    (tmp_path / "outside.csv").write_text("secret", encoding="utf-8")
    return tmp_path / "store"


def test_the_file_of_a_delivery_is_found(store: Path) -> None:
    found = rejected_file(store, SNAPSHOT, "热线/工单.xlsx.csv")
    assert found is not None
    assert found.read_text(encoding="utf-8-sig").startswith("row,code,column,value,reason")


@pytest.mark.parametrize(
    ("snapshot", "place"),
    [
        (SNAPSHOT, "热线/other.csv"),
        (SNAPSHOT, "热线"),
        (SNAPSHOT, "热线/"),
        (SNAPSHOT, "/工单.xlsx.csv"),
        (SNAPSHOT, "热线/../../../../outside.csv"),
        (SNAPSHOT, "../outside.csv"),
        (SNAPSHOT, "热线/..\\outside.csv"),
        (SNAPSHOT, "热线/a\x00b"),
        (SNAPSHOT, "./热线"),
        ("..", "热线/工单.xlsx.csv"),
        (f"{SNAPSHOT}/..", "热线/工单.xlsx.csv"),
        (f"{SNAPSHOT}\n", "热线/工单.xlsx.csv"),
        ("20261122T081500Z-9999abcd", "热线/工单.xlsx.csv"),
        (SNAPSHOT, "x" * 300 + "/a.csv"),
    ],
)
def test_nothing_else_is(store: Path, snapshot: str, place: str) -> None:
    assert rejected_file(store, snapshot, place) is None


def test_links_are_not_followed(store: Path, tmp_path: Path) -> None:
    folder = store / "quarantine" / SNAPSHOT
    (folder / "热线" / "link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "来源").symlink_to(tmp_path)
    assert rejected_file(store, SNAPSHOT, "热线/link.csv") is None
    assert rejected_file(store, SNAPSHOT, "来源/outside.csv") is None


def test_samples_are_the_first_rows_of_each_reason_with_the_departments_own_header(store: Path) -> None:
    path = store / "quarantine" / SNAPSHOT / "热线" / "工单.xlsx.csv"
    found = samples(path, "event", {"event_id": "工单号", "stage": "状态"}, most=2)
    assert found["E_ID_MISSING"] == [Sample(1, "工单号", ""), Sample(2, "工单号", "")]
    assert found["E_TIME_INVALID"] == [Sample(9, "reported_at", "13812345678", "a")]  # a time, exactly as it came
    assert found["E_ENUM"] == [Sample(9, "状态", f"找 {MASK}", "a")]
    assert samples(path.with_name("none.csv"), "event", {}) == {}


@pytest.mark.parametrize(
    ("value", "column", "shown"),
    [
        ("联系 13812345678", "内容", f"联系 {MASK}"),
        ("138 1234 5678", "内容", MASK),
        ("510118199001011234", "内容", MASK),
        ("川A12345", "内容", MASK),
        ("13812345678", "联系电话", MASK),
        ("张三", "来电人姓名", MASK),
        ("", "联系电话", ""),
        ("51011800100101", "网格编码", "51011800100101"),
        ("井盖缺失", "内容", "井盖缺失"),
        ("字" * 500, "内容", "字" * 120 + "…"),
    ],
)
def test_personal_data_are_masked_but_never_in_codes(value: str, column: str, shown: str) -> None:
    assert masked(value, column, "event", {"area_code": "网格编码"}) == shown


def test_a_row_to_correct_stands_there_once_with_all_of_its_reasons(tmp_path: Path) -> None:
    path = tmp_path / "工单.csv"
    lines = [
        ["row", "code", "column", "value", "reason", "工单号", "row"],
        ["3", "E_ENUM", "stage", "转了", "一", "007", "甲,乙"],
        ["3", "E_TIME_FUTURE", "closed_at", "2030", "二", "007", "甲,乙"],
        ["4", "E_ID_MISSING", "event_id", "", "三", "", "007"],
        ["4", "E_ENUM", "event_id", "", "三", "", "007"],
        ["5", "E_ENUM", "stage", "转了", "一", "007", "甲,乙"],
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)
    text = "".join(to_correct(path))
    assert text.startswith("\ufeffrow,"), "spreadsheets know UTF-8 by its mark"
    assert list(csv.reader(text.removeprefix("\ufeff").splitlines())) == [
        lines[0],
        ["3", "E_ENUM; E_TIME_FUTURE", "stage; closed_at", "转了; 2030", "一; 二", "007", "甲,乙"],
        ["4", "E_ID_MISSING; E_ENUM", "event_id", "", "三", "", "007"],
        lines[5],
    ]
