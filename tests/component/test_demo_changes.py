"""The demo's files edited and built again: the difference is the edit; a datum that nobody declares is found out."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from data.config import Config
from data.ingest.diagnosis import of_feeds
from data.store.build import build, build_file, check
from data.store.diff import diff
from data.store.store import Store

PATROL = "网格员上报.csv"


@pytest.fixture
def copied(demo_store: Path, tmp_path: Path) -> Path:
    """The demo's files and store, free to be changed."""
    shutil.copytree(demo_store.parent / "files", tmp_path / "files")
    shutil.copytree(demo_store, tmp_path / "store")
    return tmp_path


def tables(store: Path, identity: str) -> pd.DataFrame:
    """Accepted events with the code of their street, read around the program."""
    with duckdb.connect(str(store / "snapshots" / f"{identity}.duckdb"), read_only=True) as connection:
        events = connection.execute(
            "SELECT event_id, day, area_ix, is_void OR is_duplicate AS is_out, is_closed FROM event JOIN outcome USING (outcome_ix)"
        ).df()
        areas = {ix: row for ix, *row in connection.execute("SELECT area_ix, parent_ix, area_code FROM area").fetchall()}

    def street(ix: int) -> str:
        while len(areas[ix][1]) > 9:
            ix = areas[ix][0]
        return str(areas[ix][1])

    return events.assign(street=events["area_ix"].map(street)).set_index("event_id")


def test_the_difference_is_what_was_edited(copied: Path) -> None:
    path = copied / "files" / PATROL
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    before_id = Store(copied / "store").named
    assert before_id
    was = tables(copied / "store", before_id)
    good = rows[rows["事件编号"].isin(was.index) & ~rows["事件编号"].duplicated(keep=False)]
    earlier = good[good["事件编号"].map(was["day"]) < pd.Timestamp("2026-11-20")]
    counted = earlier[~earlier["事件编号"].map(was["is_out"]).astype(bool)]
    is_closed = counted["事件编号"].map(was["is_closed"]).astype(bool)
    gone, reopened, twins = counted.iloc[5:12], counted[is_closed].iloc[40:45], counted[is_closed].iloc[60:68]
    open_now = good[~good["事件编号"].map(was["is_closed"]).astype(bool) & ~good["事件编号"].map(was["is_out"]).astype(bool)].iloc[-4:]
    edited = rows.drop(index=gone.index)
    edited.loc[reopened.index, ["结案时间", "核查时间", "处置时间", "事件状态"]] = ["", "", "", "派遣"]
    edited.loc[open_now.index, ["结案时间", "事件状态"]] = ["2026/11/22 7:59", "结案"]
    edited = pd.concat([edited, twins.assign(事件编号=[f"WG20269999{number:05d}" for number in range(len(twins))])])
    edited.to_csv(path, index=False, encoding="utf-8-sig")
    after_id = build(copied / "files" / "sources.toml", copied / "store").snapshot
    assert after_id
    found = diff(copied / "store", before_id, after_id)
    now = tables(copied / "store", after_id)

    def ids(kind: str) -> set[str]:
        return {identity for entry in found[kind] for identity in entry["cases"]}

    assert ids("new") == {f"WG20269999{number:05d}" for number in range(len(twins))}
    assert ids("withdrawn") == set(gone["事件编号"])
    assert ids("reopened") == set(reopened["事件编号"])
    assert ids("closed") == set(open_now["事件编号"])
    for entry in found["withdrawn"]:
        assert {was["street"][identity] for identity in entry["cases"]} == {entry["area"]}
    expected = accepted(was, now)
    got: dict[Any, Any] = {}
    for entry in found["restated"]:
        if entry["indicator"] == "repeat_rate":  # its cases are those that stand at a repeat point on one side alone
            assert entry["before"] != entry["after"]
            continue
        assert set(entry["cases"]) <= set(gone["事件编号"]) | ids("new") | set(reopened["事件编号"])
        if entry["indicator"] == "accepted" and len(entry["area"]) > 6:
            got[entry["area"], entry["day"]] = (entry["before"], entry["after"])
    assert got == expected
    assert {"closing_rate", "disposal_rate"} <= {entry["indicator"] for entry in found["restated"]}
    json.dumps(found)


def accepted(was: pd.DataFrame, now: pd.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """Street and day → events accepted before and after, where they differ, for the days that were over."""
    counts = [Counter(zip(side.loc[~side["is_out"].astype(bool), "street"], side.loc[~side["is_out"].astype(bool), "day"], strict=True))
              for side in (was, now)]  # fmt: skip
    return {
        (street, str(day.date())): (counts[0][street, day], counts[1][street, day])
        for street, day in counts[0] | counts[1]
        if counts[0][street, day] != counts[1][street, day] and day < pd.Timestamp("2026-11-22") and len(street) > 6
    }


def test_the_datum_of_the_patrols_file_is_found_out(demo_store: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_store.parent / "files", tmp_path / "files")
    path = tmp_path / "files" / "sources.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('datum = "GCJ02"\n', ""), encoding="utf-8")
    config = Config.load(path)
    checked = check(tmp_path / "files" / PATROL, "event", config)
    assert "W_CRS_SUSPECT" in checked["warnings"]
    assert (checked["datum"]["winner"], checked["datum"]["is_assumed"]) == ("GCJ02", True)
    declared = check(tmp_path / "files" / PATROL, "event", demo_store.parent / "files" / "sources.toml")
    assert "W_CRS_SUSPECT" not in declared["warnings"]
    assert declared["datum"]["shares"] == checked["datum"]["shares"]
    target = build_file(config, tmp_path / "built.duckdb").path
    # A copy, for the store's own file may be open in this process with other settings.
    published = shutil.copy(next((demo_store / "snapshots").glob("*.duckdb")), tmp_path / "published.duckdb")
    for file, is_declared in ((target, False), (published, True)):
        with duckdb.connect(str(file), read_only=True) as connection:
            names = dict(connection.execute("SELECT name, feed_ix FROM feed").fetchall())
            found = of_feeds(connection)
        patrol, hotline = found[names["网格员上报"]], found[names["12345热线"]]
        assert (patrol.winner, patrol.is_suspect, patrol.is_assumed) == ("GCJ02", not is_declared, not is_declared)
        assert (hotline.winner, hotline.is_suspect) == ("WGS84", False)
        assert patrol.shares["GCJ02"] > 0.9  # type: ignore[operator]
        assert names["视频AI"] not in found  # cameras name no area
