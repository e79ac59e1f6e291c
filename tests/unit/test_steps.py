"""What is played: counts per step and area, against pandas over the events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.answers import Answers
from data.selection import Selection
from data.view import View
from layers.areas import frontier
from layers.layer import Drawing
from layers.steps import HOURS, MOST_DAYS, steps
from tests import district
from tests.oracle import Oracle
from tests.unit.test_encoding import decoded


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[View, Oracle]:
    file = district.build(tmp_path_factory.mktemp("steps") / "district.duckdb", 4000, seed=3)
    oracle = Oracle(file)
    return district.view(Path(file)), oracle


def drawing(view: View, address: str) -> Drawing:
    selection = Selection.parse_strict(address)
    return Drawing(Answers(view, selection), "accepted", selection.lang)


def counted(drawn: Drawing, oracle: Oracle, rows: pd.DataFrame) -> list[int]:
    """Events of each coloured area, by walking from child to parent."""
    codes = drawn.view.snapshot.areas.codes
    return [int(rows["area_ix"].isin(oracle.below(codes[ix])).sum()) for ix in frontier(drawn)]


def told(found: dict[str, Any]) -> list[list[int]]:
    return [decoded(text) for text in found["counts"]]


@pytest.mark.parametrize("address", ["window=7d", "window=30d&source=hotline", "window=30d&area=999901001", "window=400d&level=grid"])
def test_days_are_counted_as_pandas_counts_them(known: tuple[View, Oracle], address: str) -> None:
    view, oracle = known
    drawn = drawing(view, address)
    found = steps(drawn, "day")
    many = int(address.split("window=")[1].split("d", maxsplit=1)[0])
    assert len(found["days"]) == (many if many <= MOST_DAYS else -(-many // 7))
    chosen: dict[str, Any] = {"source": ["hotline"]} if "source" in address else {}
    chosen |= {"area": "999901001"} if "area" in address else {}
    for at, days in enumerate(found["days"]):
        span = tuple(pd.Timestamp(day).date() for day in days)
        rows = oracle.selected({"days": span} | chosen)
        rows = rows[~rows["is_void"] & ~rows["is_duplicate"]]
        assert told(found)[at] == counted(drawn, oracle, rows)
        assert found["totals"][at] == len(rows)
    assert found["rest"] == sum(found["totals"]) - int(np.sum(told(found)))


def test_hours_of_the_day_add_up_to_the_window(known: tuple[View, Oracle]) -> None:
    view, oracle = known
    drawn = drawing(view, "window=30d")
    found, days = steps(drawn, "hour"), steps(drawn, "day")
    first, last = (pd.Timestamp(day).date() for day in (days["days"][0][0], days["days"][-1][1]))
    rows = oracle.selected({"days": (first, last)})
    rows = rows[~rows["is_void"] & ~rows["is_duplicate"]]
    assert len(found["labels"]) == HOURS
    for hour in range(HOURS):
        assert told(found)[hour] == counted(drawn, oracle, rows[rows["hour_of_week"] % 24 == hour])
    assert sum(found["totals"]) == sum(days["totals"]) == len(rows)


def test_a_colour_means_the_same_in_every_step(known: tuple[View, Oracle]) -> None:
    view, _ = known
    found = steps(drawing(view, "window=30d"), "day")
    counts = np.array(told(found))
    edges = np.array(found["edges"])
    assert (np.diff(edges) > 0).all()
    used = {int(step) for step in np.unique(np.searchsorted(edges, counts, side="right"))}
    assert used == set(range(len(found["colours"])))


def test_a_window_without_events_plays_nothing_but_zeros(known: tuple[View, Oracle]) -> None:
    view, _ = known
    found = steps(drawing(view, "from=2001-01-01&to=2001-01-03"), "day")
    assert found["totals"] == [0, 0, 0]
    assert found["edges"] == []
