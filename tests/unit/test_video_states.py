"""Cameras counted by state: against pandas over the table with the statuses worked by hand, and through the panel."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import pandas as pd
import plotly.utils
import pytest

from dashboard.look import Look
from dashboard.panels import video
from data import queries, video_states
from data.indicators.ask import ask
from data.opening import camera_page, camera_parts
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.store.store import Store
from data.video import CameraGroup
from data.view import View
from tests import district

OWNERS = ("公安,分局", None, "a\\b", "公安,分局", "<b>业主</b>")
KINDS = ("球机", "枪机", None)


def table() -> pd.DataFrame:
    """The district's cameras with owners and kinds."""
    points = district.video_points()
    return points.assign(owner=[OWNERS[ix % 5] for ix in range(len(points))], kind=[KINDS[ix % 3] for ix in range(len(points))])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = district.build(tmp_path_factory.mktemp("states") / "file.duckdb", 300)
    with duckdb.connect(str(file)) as connection:
        for ix, point_id in enumerate(table()["point_id"]):
            connection.execute("UPDATE video_point SET owner = ?, kind = ? WHERE point_id = ?", [OWNERS[ix % 5], KINDS[ix % 3], point_id])
    return file


@pytest.fixture(scope="module")
def demo(demo_store: Path) -> Iterator[View]:
    with Store(demo_store).lease() as snapshot:
        yield View(snapshot, snapshot.definition())


def expected(codes: set[int]) -> pd.DataFrame:
    points = table()
    return points[~points["is_device"] & points["area_ix"].isin(codes)].assign(
        owner=lambda rows: rows["owner"].fillna(""), kind=lambda rows: rows["kind"].fillna(""), said=lambda rows: rows["reported_status"]
    )


@pytest.mark.parametrize("scope", [None, ("999901001",)])
@pytest.mark.parametrize("area", [None, "999901001", "999901001002", "999901002"])
def test_states_are_those_worked_by_hand(path: Path, area: str | None, scope: tuple[str, ...] | None) -> None:
    view = district.view(path, scope)
    tree = view.snapshot.areas
    inside = {ix for ix, code in enumerate(tree.codes) if code.startswith(area or "") and (scope is None or code.startswith(scope[0]))}
    if scope is not None and area is not None and not area.startswith(scope[0]):
        inside = set()
    rows = expected(inside)
    states = queries.video_states(view, Selection(area=area))
    assert int(states["n"].sum()) == len(rows)
    for mine, theirs in (("owner", "owner"), ("kind", "kind"), ("status", "expected")):
        assert states.groupby(mine)["n"].sum().to_dict() == Counter(rows[theirs]), mine
    used = rows[~rows["expected"].isin(["repair", "removed"])]
    total = video_states.tallies(states)
    if used.empty or used["said"].isna().all():
        assert total.empty
        return
    assert total.iloc[0].to_dict() == {
        "n": len(used),
        "online": int((used["expected"] == "online").sum()),
        "reported": int((used["said"] == "ON").sum()),
    }
    assert video_states.contradicted(states) == int(((used["said"] == "ON") & (used["expected"] != "online")).sum())
    for owner, part in used.groupby("owner"):
        assert video_states.tallies(states, "owner").loc[owner, "online"] == int((part["expected"] == "online").sum())


def test_areas_are_those_below_the_selected_one(path: Path) -> None:
    view = district.view(path)
    per_area = video_states.tallies(queries.video_states(view, Selection()), "area_ix")
    street = {ix: view.snapshot.areas.path(ix)[1] if ix else -1 for ix in range(len(view.snapshot.areas))}
    rows = expected(set(street))
    used = rows[~rows["expected"].isin(["repair", "removed"])]
    assert per_area["n"].to_dict() == Counter(street[ix] for ix in used["area_ix"])


@pytest.mark.parametrize(
    "group",
    [
        CameraGroup(owner="公安,分局", status="stale"),
        CameraGroup(owner="a,b\\c=d", kind=""),
        CameraGroup(kind="枪机", reported="ON"),
        CameraGroup(seen="1-6"),
    ],
)
def test_a_group_is_read_back_from_its_key(group: CameraGroup) -> None:
    assert CameraGroup.parse(group.key) == group


@pytest.mark.parametrize(
    "key",
    ["", "numerator", "excluded:repair", "owner", "colour=red", "kind=a,owner=b", "owner=a,owner=b", "seen=x", "status=up", "reported=on"],
)
def test_what_is_no_key_is_no_group(key: str) -> None:
    assert CameraGroup.parse(key) is None


def test_every_number_of_the_panel_opens_to_as_many_cameras(demo: View) -> None:
    for lang in ("zh", "en"):
        said = _text(video.state(Look(demo, Selection(lang=lang))))  # type: ignore[arg-type]
        links = re.findall(r'"children": "([\d,]+)"[^{}]*?"data-open": "video_online_rate\?([^"]*)"', said)
        links += [(n, target) for target, n in re.findall(r'"data-open": "video_online_rate\?([^"]*)"[^{}]*?"children": "([\d,]+)"', said)]
        assert len(links) > 15
        for shown, target in links if lang == "zh" else links[:9]:
            asked = dict(pair for pair in _pairs(target))
            part = asked["part"]
            rows = camera_parts(demo, Selection(area=asked.get("area")), part)[part]
            assert len(rows) == int(shown.replace(",", "")), target
    assert camera_page(demo, Selection(area=asked.get("area")), part, limit=5)["total"] == len(rows)


def test_the_panel_says_the_rate_of_the_indicator(demo: View) -> None:
    number = ask(demo, Selection())["indicators"]["video_online_rate"]
    said = _text(video.state(Look(demo, Selection())))
    assert f"{number['value'] * 100:.1f}" in said
    assert f"{number['numerator']:,}" in said


def test_without_video_points_the_panel_says_so(tmp_path: Path) -> None:
    file = district.build(tmp_path / "none.duckdb", 50)
    with duckdb.connect(str(file)) as connection:
        connection.execute("DELETE FROM video_point")
    view = district.view(file)
    assert "数据中没有视频点位" in _text(video.state(Look(view, Selection())))
    assert "hold no video points" in _text(video.state(Look(view, Selection(lang="en"))))


def test_without_any_reported_state_there_is_no_rate(tmp_path: Path) -> None:
    file = district.build(tmp_path / "silent.duckdb", 50)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE video_point SET reported_status = NULL")
    view = View(Snapshot(file), district.view(file).definition)
    states = queries.video_states(view, Selection())
    assert video_states.tallies(states).empty
    assert "都没有上报状态" in _text(video.state(Look(view, Selection())))


def _text(drawn: tuple[Any, ...]) -> str:
    return json.dumps(drawn, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def _pairs(target: str) -> list[tuple[str, str]]:
    return parse_qsl(target)
