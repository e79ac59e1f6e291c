"""Changes between two snapshots in cases worked by hand, and the command that tells them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from data.__main__ import main
from data.errors import NoSnapshot
from data.store.build import build
from data.store.diff import diff
from data.store.store import Store

CONFIG = """
name = "示范区"
code = "990101"
levels = ["district", "street"]
as_of = 2026-11-20T08:00:00
[[source]]
name = "街道"
kind = "area"
path = "areas.csv"
level = "street"
[[source]]
name = "热线"
kind = "event"
path = "events.csv"
"""
HEADER = "事件编号,上报时间,大类,所属街道,办结时间,截止时间,状态\n"
FIRST = {
    "A1": "2026-11-17 08:00,停车,990101001,2026-11-17 18:00,2026-11-18 08:00,已结案",
    "A2": "2026-11-17 09:00,停车,990101001,,2026-11-18 09:00,派遣",
    "A3": "2026-11-17 10:00,噪声,990101002,2026-11-19 10:00,2026-11-18 10:00,已结案",
    "A4": "2026-11-18 10:00,噪声,990101002,,2026-11-30 10:00,派遣",
    "A5": "2026-11-18 11:00,噪声,990101002,2026-11-18 12:00,2026-11-30 10:00,已结案",
    "A6": "2026-11-20 07:00,停车,990101001,,2026-11-30 10:00,派遣",
}


def publish(folder: Path, rows: dict[str, str], as_of: str = "2026-11-20") -> str:
    folder.mkdir(exist_ok=True)
    (folder / "sources.toml").write_text(CONFIG.replace("2026-11-20", as_of), encoding="utf-8")
    (folder / "areas.csv").write_text("区划代码,名称\n990101001,东街\n990101002,西街\n", encoding="utf-8")
    (folder / "events.csv").write_text(HEADER + "".join(f"{key},{row}\n" for key, row in rows.items()), encoding="utf-8")
    identity = build(folder / "sources.toml", folder / "store").snapshot
    assert identity
    return str(identity)


def restated(found: dict[str, Any]) -> dict[tuple[str, str, str], tuple[Any, Any, list[str]]]:
    return {
        (entry["indicator"], entry["area"], entry["day"]): (entry["before"], entry["after"], entry["cases"])
        for entry in found["restated"]
        if "category" not in entry
    }


def test_by_hand(tmp_path: Path) -> None:
    first = publish(tmp_path, FIRST)
    rows = dict(FIRST)
    del rows["A5"]  # gone
    rows["A2"] = rows["A2"].replace(",,", ",2026-11-20 15:00,").replace("派遣", "已结案")  # closed since: progress
    rows["A3"] = rows["A3"].replace("2026-11-19 10:00", "2026-11-18 09:00")  # said to have been closed in time after all
    rows["A7"] = "2026-11-18 23:00,停车,990101001,,2026-11-30 10:00,派遣"  # came late
    rows["A8"] = "2026-11-20 09:00,停车,990101001,,2026-11-30 10:00,派遣"  # came in time: that day was not over
    found = diff(tmp_path / "store", first, publish(tmp_path, rows, "2026-11-21"))
    assert {kind: [(entry["area"], entry["category"], entry["n"], entry["cases"]) for entry in found[kind]] for kind in
            ("new", "closed", "reopened", "withdrawn", "fell_due")} == {
        "new": [("990101001", "停车", 2, ["A7", "A8"])],
        "closed": [("990101001", "停车", 1, ["A2"])],
        "reopened": [],
        "withdrawn": [("990101002", "噪声", 1, ["A5"])],
        "fell_due": [],
    }  # fmt: skip
    numbers = restated(found)
    assert {key: value for key, value in numbers.items() if key[0] == "accepted"} == {
        ("accepted", "990101001", "2026-11-18"): (0, 1, ["A7"]),
        ("accepted", "990101002", "2026-11-18"): (2, 1, ["A5"]),
    }
    assert numbers["closing_on_time_rate", "990101002", "2026-11-17"] == (0.0, 1.0, ["A3"])
    assert numbers["closing_on_time_rate", "990101", "2026-11-17"] == (pytest.approx(1 / 3), pytest.approx(2 / 3), ["A3"])
    assert not [key for key in numbers if key[1:] == ("990101001", "2026-11-17")], "a case that was closed since is progress"
    assert not [key for key in numbers if key[2] >= "2026-11-20"]
    assert list(found) == ["from", "to", "new", "closed", "reopened", "withdrawn", "fell_due", "restated"]


def test_reopened_and_moved_and_void(tmp_path: Path) -> None:
    first = publish(tmp_path, FIRST)
    rows = dict(FIRST)
    rows["A1"] = rows["A1"].replace("2026-11-17 18:00", "").replace("已结案", "处置中")
    rows["A3"] = rows["A3"].replace("990101002", "990101001")
    rows["A4"] = rows["A4"].replace("派遣", "作废")
    rows["A5"] = rows["A5"].replace("噪声", "停车")
    found = diff(tmp_path / "store", first, publish(tmp_path, rows, "2026-11-21"))
    assert [case for entry in found["reopened"] for case in entry["cases"]] == ["A1"]
    assert not found["new"] + found["closed"] + found["withdrawn"]
    kinds = [entry for entry in found["restated"] if "category" in entry and entry["area"] == "990101002"]
    assert [(entry["day"], entry["category"], entry["before"], entry["after"], entry["cases"]) for entry in kinds] == [
        ("2026-11-18", "停车", 0, 1, ["A5"]),
        ("2026-11-18", "噪声", 2, 0, ["A5"]),
    ]
    numbers = {key: value for key, value in restated(found).items() if key[0] == "accepted"}
    assert numbers == {
        ("accepted", "990101001", "2026-11-17"): (2, 3, ["A3"]),
        ("accepted", "990101002", "2026-11-17"): (1, 0, ["A3"]),
        ("accepted", "990101", "2026-11-18"): (2, 1, ["A4"]),
        ("accepted", "990101002", "2026-11-18"): (2, 1, ["A4"]),
    }
    assert restated(found)["closing_rate", "990101", "2026-11-17"][2] == ["A1"]


def test_time_that_passes_restates_nothing_and_is_told(tmp_path: Path) -> None:
    rows = {
        **FIRST,  # A2 was overdue already, A4 and A6 are due later
        "A9": "2026-11-18 11:00,停车,990101001,,2026-11-20 20:00,派遣",
        "B1": "2026-11-18 12:00,停车,990101001,,2026-11-20 08:00,派遣",  # due at the very instant: not past it until later
        "B2": "2026-11-18 13:00,噪声,990101002,,2026-11-22 08:00,派遣",  # and this one is not past it yet
        "B3": "2026-11-18 14:00,停车,990101001,2026-11-19 08:00,2026-11-20 20:00,已结案",
        "B4": "2026-11-18 15:00,停车,990101001,,2026-11-20 20:00,作废",
    }
    first = publish(tmp_path, rows)
    second = publish(tmp_path, rows, "2026-11-22")
    found = diff(tmp_path / "store", first, second)
    assert not any(found[kind] for kind in ("new", "closed", "reopened", "withdrawn", "restated"))
    assert [(entry["area"], entry["category"], entry["n"], entry["cases"]) for entry in found["fell_due"]] == [
        ("990101001", "停车", 2, ["A9", "B1"])
    ]
    assert not diff(tmp_path / "store", second, first)["fell_due"]


def test_a_case_told_differently_falls_due_as_well(tmp_path: Path) -> None:
    rows = {**FIRST, "A9": "2026-11-18 11:00,停车,990101001,,2026-11-20 20:00,派遣"}
    first = publish(tmp_path, rows)
    rows["A9"] = rows["A9"].replace("990101001", "990101002")  # moved, open, and past its deadline now
    rows["A4"] = rows["A4"].replace("2026-11-30", "2026-11-19")  # its deadline was moved into the past
    rows["A6"] = rows["A6"].replace(",,2026-11-30 10:00,派遣", ",2026-11-20 09:00,2026-11-20 08:30,已结案")
    rows["B5"] = "2026-11-18 11:00,停车,990101001,,2026-11-20 20:00,派遣"  # new, not fallen due
    found = diff(tmp_path / "store", first, publish(tmp_path, rows, "2026-11-22"))
    assert [(entry["area"], entry["category"], entry["cases"]) for entry in found["fell_due"]] == [
        ("990101002", "停车", ["A9"]),
        ("990101002", "噪声", ["A4"]),
    ]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = publish(tmp_path, FIRST)
    second = publish(tmp_path, {key: row for key, row in FIRST.items() if key != "A5"})
    store = ["--store", str(tmp_path / "store")]
    assert main(["diff", first, second, *store, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["from"], answer["to"], answer["withdrawn"][0]["cases"]) == (first, second, ["A5"])
    assert main(["diff", first, second, *store, "--level", "street"]) == 0
    shown = capsys.readouterr().out
    assert "A5" in shown
    assert "accepted" in shown
    assert main(["diff", first, first, *store]) == 0
    assert capsys.readouterr().out
    assert main(["diff", first, "20200101T000000Z-aaaaaaaa", *store, "--json"]) == 1
    assert main(["diff", first, second, *store, "--level", "borough"]) == 2
    with pytest.raises(NoSnapshot):
        diff(Store(tmp_path / "store"), first, "20200101T000000Z-aaaaaaaa")
