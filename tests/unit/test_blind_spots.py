"""Blind spots: the rule worked by hand on pandas over events and cameras, the panel, the layer, and what cannot be told."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import numpy as np
import pandas as pd
import plotly.utils
import pytest
from pyproj import Geod

from dashboard.look import Look
from dashboard.panels import blind_spots as panel
from data import blind_spots, queries
from data.answers import Answers
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.store.store import Store
from data.view import View
from layers.layer import Drawing
from layers.registry import LAYERS
from tests import district

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def demo(demo_store: Path) -> Iterator[View]:
    with Store(demo_store).lease() as snapshot:
        yield View(snapshot, snapshot.definition())


def tables(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events of the cohort with a position, and online cameras with one, read from the tables."""
    events = view.snapshot.frame(
        "SELECT lon, lat, area_ix FROM event JOIN outcome USING (outcome_ix) WHERE NOT is_void AND NOT is_duplicate AND cell IS NOT NULL"
    )
    points = queries.video_points(view, Selection())
    online = points[(points["status"] == "online") & ~points["is_device"].astype(bool)]
    return events, online.dropna(subset=["lon", "lat"])


@pytest.mark.parametrize("area", [None, 0, 3])
def test_the_blind_squares_are_those_of_the_rule(demo: View, area: int | None) -> None:
    tree = demo.snapshot.areas
    node = 0 if area is None else tree.children(0)[area]
    selection = Selection(window="all", area=None if area is None else tree.codes[node])
    found = queries.blind_spots(demo, selection)
    events, online = tables(demo)
    events = events[events["area_ix"].between(node, tree.last[node])]
    squares = pd.DataFrame(
        {
            "row": np.floor((events["lat"] - found.south) / found.height).astype(int),
            "column": np.floor((events["lon"] - found.west) / found.width).astype(int),
        }
    )
    counted = squares.value_counts().rename("n").reset_index()
    assert found.events == len(events)
    assert found.least == max(3, int(np.ceil(2 * counted["n"].mean())))
    expected: dict[tuple[int, int], int] = {}
    unsure: set[tuple[int, int]] = set()  # so near the edge that sphere and ellipsoid may differ
    for row, column, n in counted[counted["n"] >= found.least].itertuples(index=False):
        lon, lat = found.west + (column + 0.5) * found.width, found.south + (row + 0.5) * found.height
        near = online[(abs(online["lon"] - lon) < 0.01) & (abs(online["lat"] - lat) < 0.01)]
        metres = GEOD.inv([lon] * len(near), [lat] * len(near), near["lon"].to_list(), near["lat"].to_list())[2]
        nearest = min(metres, default=np.inf)
        if abs(nearest - 200) < 1:
            unsure.add((row, column))
        elif nearest > 200:
            expected[row, column] = n
    mine = {(int(row), int(column)): int(n) for row, column, n in found.squares[["row", "column", "n"]].itertuples(index=False)}
    assert {key: n for key, n in mine.items() if key not in unsure} == expected
    assert len(unsure) <= len(counted) / 100
    assert found.squares["n"].is_monotonic_decreasing
    assert area is not None or len(mine) > 0
    assert found.side_m == pytest.approx(100, rel=0.05)


def test_every_place_of_the_panel_opens_to_as_many_cases(demo: View) -> None:
    selection = Selection(window="all")
    said = _text(panel.build(Look(demo, selection)))
    links = re.findall(r'"children": "([\d,]+)"[^{}]*?"data-open": "accepted\?([^"]*)"', said)
    links += [(n, target) for target, n in re.findall(r'"data-open": "accepted\?([^"]*)"[^{}]*?"children": "([\d,]+)"', said)]
    assert 0 < len(links) <= panel.MOST
    for shown, target in links:
        narrowed = Selection.parse_strict(f"window=all&bbox={dict(parse_qsl(target))['bbox']}")
        assert queries.event_count(demo, narrowed) == int(shown.replace(",", ""))
    found = queries.blind_spots(demo, selection)
    assert f"{len(found.squares):,} 处" in said
    assert "即为盲点" in said
    assert "derived online within 200 m" in _text(panel.build(Look(demo, Selection(window="all", lang="en"))))


def test_where_most_of_a_square_lies(demo: View) -> None:
    selection = Selection(window="all")
    found = queries.blind_spots(demo, selection)
    top = found.squares.head(3)
    told = blind_spots.where(demo, selection, found, top)
    events, _ = tables(demo)
    for square, place in zip(top.itertuples(), told.itertuples(), strict=True):
        row = np.floor((events["lat"] - found.south) / found.height) == square.row
        column = np.floor((events["lon"] - found.west) / found.width) == square.column
        counts = events.loc[row & column, "area_ix"].value_counts()
        assert counts[place.area_ix] == counts.max()


def test_the_layer_draws_every_blind_square(demo: View) -> None:
    drawing = Drawing(Answers(demo, Selection(window="all")), "accepted", "zh")
    drawn = LAYERS["blind_spots"].draw(drawing)
    found = queries.blind_spots(demo, Selection(window="all"))
    assert drawn.marks[0].text.startswith(f"盲点 {len(found.squares):,}（200 米内")
    assert drawn.notes == ()


def test_a_wider_radius_leaves_fewer(demo: View) -> None:
    wide = View(demo.snapshot, dataclasses.replace(demo.definition, blind_spot_metres=2000.0))
    assert queries.blind_spots(wide, Selection(window="all")).squares.empty


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    for change, zh, en in (
        ("UPDATE video_point SET reported_status = NULL", "都没有上报状态", "cannot be told"),
        ("DELETE FROM video_point", "没有视频点位", "hold no video points"),
    ):
        file = district.build(tmp_path / f"{len(zh)}.duckdb", 80)
        with duckdb.connect(str(file)) as connection:
            connection.execute(change)
        view = View(Snapshot(file), district.view(file).definition)
        assert zh in _text(panel.build(Look(view, Selection(window="all"))))
        assert en in _text(panel.build(Look(view, Selection(window="all", lang="en"))))
        drawn = LAYERS["blind_spots"].draw(Drawing(Answers(view, Selection(window="all")), "accepted", "en"))
        assert drawn.marks == ()
        assert "cannot be told" in drawn.notes[0]


def test_a_scope_sees_its_own_events_and_cameras(demo: View) -> None:
    tree = demo.snapshot.areas
    own = tree.children(0)[2]
    scoped = View(demo.snapshot, demo.definition, (tree.codes[own],))
    found = queries.blind_spots(scoped, Selection(window="all"))
    events, _ = tables(demo)
    assert found.events == int(events["area_ix"].between(own, tree.last[own]).sum())


def _text(drawn: tuple[Any, ...]) -> str:
    return json.dumps(drawn, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
