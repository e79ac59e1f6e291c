"""Charts are functions from values to components: no server, no store."""

from __future__ import annotations

import datetime as dt
import itertools
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from dashboard.charts import categories, hours_of_week, marks, sources, trend
from data.store.snapshot import Source
from data.tree import Tree
from layers.palette import DARK


@pytest.fixture
def tree() -> Tree:
    # 0 甲 > (1 a > (2 a1, 3 a2), 4 b > (5 b1)); 6 乙 > (7 c); 8 未分类
    parent = np.array([-1, 0, 1, 1, 0, 4, -1, 6, -1], dtype=np.int32)
    last = np.array([5, 3, 2, 3, 5, 5, 7, 7, 8], dtype=np.int32)
    depth = np.array([1, 2, 3, 3, 2, 3, 1, 2, 1], dtype=np.int32)
    names = ("甲", "a", "a1", "a2", "b", "b1", "乙", "c", "未分类")
    return Tree(parent, last, depth, names, names)


def counted(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["bucket", "category_ix", "n"])


def test_categories_roll_up_and_keep_events_known_less_deeply(tree: Tree) -> None:
    frame = counted((0, 2, 5), (1, 3, 2), (0, 1, 1), (0, 7, 4), (0, 8, 3), (-1, 2, 6), (-2, 5, 9))
    rows = categories.rows(frame, tree, 2, chosen=(), has_previous=True, most=9)
    assert [(row.name, row.n, row.before) for row in rows] == [("a", 8, 6), ("c", 4, 0), ("未分类", 3, 0), ("b", 0, 9)]


def test_a_click_on_a_chosen_category_takes_it_away(tree: Tree) -> None:
    rows = categories.rows(counted((0, 2, 5)), tree, 2, chosen=("a",), has_previous=False, most=9)
    assert rows[0].is_chosen
    assert rows[0].changes == {"category": None, "subcategory": None}
    assert rows[0].before is None


@pytest.mark.parametrize(("chosen", "depth"), [({}, 2), ({"domain": ("甲",)}, 2), ({"category": ("a",)}, 3)])
def test_what_is_shown_is_one_level_below_what_is_chosen(tree: Tree, chosen: dict[str, tuple[str, ...]], depth: int) -> None:
    assert categories.depth_below(dict.fromkeys(categories.KEYS, ()) | chosen, tree) == depth


def test_sources_add_up_and_toggle() -> None:
    listed = (Source("hotline", "12345热线", False), Source("video", "视频AI", True))
    frame = pd.DataFrame({"source_ix": [0, 0, 1], "is_previous": [False, True, False], "n": [4, 9, 7]})
    rows = sources.rows(frame, listed, ("video",), has_previous=True, lang="zh")
    assert [(row.name, row.n, row.before, row.is_chosen) for row in rows] == [("视频AI", 7, 0, True), ("12345热线", 4, 9, False)]
    assert rows[0].changes == {"source": None}
    assert rows[1].changes == {"source": "video,hotline"}


def test_trend_layers_add_up_to_all_events_of_its_buckets(tree: Tree) -> None:
    frame = counted((0, 2, 5), (1, 3, 2), (0, 7, 4), (1, 8, 3), (-1, 2, 100), (2, 2, 100))
    series = trend.by_domain(frame, tree, buckets=2)
    assert series == {"甲": [5, 2], "乙": [4, 0], "未分类": [0, 3]}


def test_many_domains_end_in_one_layer_without_a_name() -> None:
    size = 9
    tops = Tree(
        np.full(size, -1, dtype=np.int32),
        np.arange(size, dtype=np.int32),
        np.ones(size, dtype=np.int32),
        [str(ix) for ix in range(size)],
        [str(ix) for ix in range(size)],
    )
    series = trend.by_domain(counted(*((0, ix, 10 * (size - ix)) for ix in range(size))), tops, buckets=1)
    assert list(series) == ["0", "1", "2", "3", "4", ""]
    assert series[""] == [10 * (4 + 3 + 2 + 1)]


def test_trend_labels_keep_apart_and_are_written_as_text() -> None:
    days = [dt.date(2026, 11, day) for day in range(1, 8)]
    series = {"<b>甲</b>": [1.0] * 7, "乙": [1.0] * 7, "丙": [100.0] * 7}
    figure = trend.draw(series, days, None, colours={}, lang="zh", palette=DARK)
    places = [label["y"] for label in figure["layout"]["annotations"]]
    assert all(after - before >= 102 * 1.06 * trend.LABEL_SHARE - 1e-9 for before, after in itertools.pairwise(places))
    assert "<" not in figure["layout"]["annotations"][0]["text"]


@pytest.mark.parametrize("highest", [1, 3, 7, 42, 480, 9999])
def test_axis_steps_are_round_and_stay_below_the_highest(highest: float) -> None:
    steps = trend.ticks(highest)
    assert steps[0] == 0
    assert 2 <= len(steps) <= 6
    assert steps[-1] <= highest


def test_hours_fill_a_week_and_absent_hours_are_zero() -> None:
    cells = hours_of_week.grid(pd.DataFrame({"hour_of_week": [0, 167, 25], "n": [3, 1, 2]}))
    assert (len(cells), {len(row) for row in cells}) == (7, {24})
    assert (cells[0][0], cells[6][23], cells[1][1], sum(map(sum, cells))) == (3, 1, 2, 6)


def test_sparklines_leave_gaps_and_need_two_values() -> None:
    drawn = marks.sparkline([1.0, None, 3.0, 4.0], [2.0], "#7fd0ff", "#75869b", "label")
    assert drawn is not None
    assert unquote(drawn.src).count("M") == 3  # the window before, then two pieces
    assert marks.sparkline([1.0, None], [], "#000000", "#000000", "label") is None
