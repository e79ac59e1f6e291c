"""The online rate over time: what manifests say, worked by hand, and what the panel makes of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import plotly.utils
import pytest

from dashboard.charts.video_trend import scale
from dashboard.look import Look
from dashboard.panels import video
from data import queries
from data.selection import Selection
from data.store.layout import database_path, identities
from data.store.manifest import read_manifest
from data.store.publish import publish
from data.store.snapshot import Snapshot
from data.view import View
from tests import district

WHOLE = [(7, 0, 5), (7, 1, 5), (7, 2, 5)]
"""In use, derived online and reported online at each publication."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three publications: at first C1 and C4 are long silent, then C4 alone."""
    folder = tmp_path_factory.mktemp("trend")
    for hours, silent in ((48, ("C1", "C4")), (24, ("C4",)), (0, ())):
        file = district.build(folder / "built.duckdb", 60)
        with duckdb.connect(str(file)) as connection:
            moment = district.AS_OF - dt.timedelta(hours=hours)
            connection.execute("UPDATE snapshot SET as_of = ?", [moment])
            connection.execute("UPDATE video_point SET last_seen_at = last_seen_at - ? * INTERVAL 1 HOUR", [hours])
            connection.execute(
                "UPDATE video_point SET last_seen_at = ? WHERE list_contains(?, point_id)", [dt.datetime(2020, 1, 1), list(silent)]
            )
        publish(folder / "store", file, {"sources": []})
    return folder / "store"


def views(store: Path) -> list[View]:
    found = [Snapshot(database_path(store, identity), read_manifest(store, identity)) for identity in identities(store)]
    return [View(snapshot, snapshot.definition()) for snapshot in found]


def test_a_manifest_says_what_its_cameras_come_to(store: Path) -> None:
    said = [read_manifest(store, view.snapshot.id)["video"] for view in views(store)]
    assert [tuple(one["areas"]["999901"]) for one in said] == WHOLE
    assert said[-1]["areas"]["999901001"] == [3, 1, 3]
    assert said[-1]["limit_minutes"] == 60


def test_the_line_has_a_point_for_each_kept_snapshot(store: Path) -> None:
    *_, last = views(store)
    found = queries.video_trend(last, Selection())
    assert [tuple(row) for row in found.points[["n", "online", "reported"]].to_numpy().tolist()] == WHOLE
    assert found.points["as_of"].is_monotonic_increasing
    assert (found.silent, found.is_kept) == (0, True)
    street = queries.video_trend(last, Selection(area="999901001"))
    assert street.points["n"].tolist() == [3, 3, 3]


def test_a_pinned_view_knows_nothing_later(store: Path) -> None:
    first, second, _ = views(store)
    assert len(queries.video_trend(first, Selection()).points) == 1
    assert len(queries.video_trend(second, Selection()).points) == 2


def test_below_the_first_level_only_the_present_is_known(store: Path) -> None:
    *_, last = views(store)
    found = queries.video_trend(last, Selection(area="999901001001"))
    assert not found.is_kept
    assert len(found.points) == 1
    said = _text(Look(last, Selection(area="999901001001")))
    assert "只为整体和下一级区域留存" in said


def test_a_scope_sees_its_own_line(store: Path) -> None:
    snapshot = views(store)[-1].snapshot
    scoped = View(snapshot, snapshot.definition(), ("999901001",))
    assert queries.video_trend(scoped, Selection()).points["n"].tolist() == [3, 3, 3]
    assert queries.video_trend(scoped, Selection(area="999901002")).points.empty
    assert queries.video_trend(scoped, Selection(area="999901")).points.empty


def test_a_changed_manifest_says_nothing(store: Path, tmp_path: Path) -> None:
    first, *_, last = views(store)
    path = store / "snapshots" / f"{first.snapshot.id}.json"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace('"limit_minutes": 60.0', '"limit_minutes": 60.00'), encoding="utf-8")
        assert len(queries.video_trend(last, Selection()).points) == 2
    finally:
        path.write_text(text, encoding="utf-8")


def test_the_panel_draws_the_line_and_the_heartbeats(store: Path) -> None:
    *_, last = views(store)
    for lang, words in (("zh", ("3 份留存快照", "1 小时内", "从无心跳")), ("en", ("3 kept snapshots", "under 1 h", "never"))):
        said = _text(Look(last, Selection(lang=lang)))  # type: ignore[arg-type]
        assert all(word in said for word in words)
        assert "data:image/svg+xml" in said


@pytest.mark.parametrize(
    ("shares", "ends"), [([0.912, 0.97], (0.91, 0.97)), ([1.0, 1.0], (0.98, 1.0)), ([0.0, 0.0], (0.0, 0.02)), ([0.5, 0.503], (0.5, 0.52))]
)
def test_the_scale_ends_at_whole_percents_around_the_values(shares: list[float], ends: tuple[float, float]) -> None:
    assert scale(shares) == pytest.approx(ends)


def _text(look: Look) -> str:
    return json.dumps(video.trend(look), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
