"""The ranking on screen: order, bands, the line that says how sure it is, the table behind it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import plotly.utils
import pytest

from dashboard.charts import ranking, ranking_table
from dashboard.charts.standing import Rank, Standings
from dashboard.format import Language


def rank(name: str, value: float | None, place: int | None = None, band: int | None = None, **more: Any) -> Rank:
    low, high = (None, None) if value is None else (value - 0.02, value + 0.02)
    return Rank(name, name, value, low, high, 100, band=band, place=place, places=None if place is None else (1, 3), **more)


def standings(*ranks: Rank, lang: Language = "zh", **more: Any) -> Standings:
    given: dict[str, Any] = {
        "indicator": "resolution_rate",
        "kind": "rate",
        "ranked": [one for one in ranks if one.value is not None],
        "apart": [one for one in ranks if one.value is None],
        "whole": rank("全部", 0.9),
        "is_ranked": True,
        "kept_last": 1,
        "case": ("多一件已解决", "少一件已解决"),
        "adjusted": "",
        "mixes": (),
        "lang": lang,
    }
    return Standings(**(given | more))


def text_of(component: object) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def rows_of(drawn: Any) -> list[Any]:
    return next(part for part in drawn.children if getattr(part, "className", "") == "rows").children


THREE = (rank("一", 0.95, 1, 1), rank("二", 0.94, 2, 1), rank("三", 0.80, 3, 2))


def test_a_gap_opens_each_band_and_what_is_not_ranked() -> None:
    drawn = ranking.draw(standings(*THREE, rank("四", None, reason="不足 30 件")), "街道", address="")
    assert [row.className for row in rows_of(drawn)] == ["row", "row", "row opens-band", "row is-quiet opens-band"]
    assert "不足 30 件" in text_of(rows_of(drawn)[3])
    assert '"—"' in text_of(rows_of(drawn)[3])


def test_names_of_areas_reach_the_page_as_text() -> None:
    drawn = ranking.draw(standings(rank("<script>alert(1)</script>", 0.5, 1, 1)), "t", address="")
    assert '"children": "<script>alert(1)</script>"' in text_of(drawn)
    assert "dangerously" not in text_of(drawn)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "同一带内难分高下；少一件已解决，一 1→2"),
        ("en", "Within a band the order is uncertain; 少一件已解决: 一 1→2"),
    ],
)
def test_the_foot_names_the_one_case_that_moves_most(lang: Language, said: str) -> None:
    moved = (rank("一", 0.95, 1, 1, one_fewer=(0.94, 2), one_more=(0.96, 1)), *THREE[1:])
    assert ranking_table.summary(standings(*moved, lang=lang)) == said


def test_the_foot_is_silent_where_one_case_moves_nobody() -> None:
    still = [rank(name, 0.9, place, 1, one_more=(0.91, place)) for place, name in enumerate("一二三", 1)]
    assert ranking_table.summary(standings(*still)) == "彼此难分高下"


def test_the_table_says_places_and_the_pooled_total_and_why_some_stand_apart() -> None:
    unsure = rank("一", 0.95, 1, 1, is_unsure=True, one_more=(0.9612, 1), one_fewer=(0.9312, 2))
    table = text_of(ranking_table.draw(standings(unsure, *THREE[1:], rank("四", None, reason="不足 30 件")), "街道", address=""))
    for said in ("1–3", "96.12", "93.12 · 1→2", "全部", "不足 30 件 · n 100", "93.0–97.0", "? 件数太少"):
        assert said in table, said


def test_adjusted_values_are_labelled_in_the_list_and_in_the_table() -> None:
    shown = standings(*THREE, adjusted="按类别结构调整", mixes=[(None, "不调整", False), ("category", "按类别结构调整", True)])
    drawn = ranking.draw(shown, "街道", address="adjust=category")
    heading = text_of(drawn.children[0])
    assert "按类别结构调整" in heading
    table = text_of(ranking_table.draw(shown, "街道", address="adjust=category"))
    assert table.count("按类别结构调整") >= 3
    assert "类别覆盖" in table


def test_what_is_neither_better_nor_worse_has_no_places() -> None:
    shown = standings(*(rank(name, value) for name, value in (("一", 9.0), ("二", 8.0))), kind="per_10k", is_ranked=False, case=None)
    drawn = ranking.draw(shown, "街道", address="")
    assert [row.className for row in rows_of(drawn)] == ["row", "row"]
    assert ranking_table.summary(shown) == "多少不分好坏，不排名次"
    assert '可能位次"' not in text_of(ranking_table.draw(shown, "街道", address=""))


def test_a_count_stands_beside_its_rate() -> None:
    counted = Rank("1", "一", 366, 330, 405, 366, per_10k=39.24)
    drawn = ranking.draw(standings(counted, kind="count", is_ranked=False, case=None), "街道", address="")
    assert "39.2" in text_of(rows_of(drawn)[0])


def test_what_lies_in_no_area_is_counted() -> None:
    nowhere = dataclasses.replace(rank("未归属", None), code=None)
    drawn = ranking.draw(standings(rank("一", 300.0), nowhere, kind="count", indicator="accepted"), "街道", address="")
    assert '"children": "100", "className": "value"' in text_of(rows_of(drawn)[1])
