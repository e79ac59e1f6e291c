"""How the cases of several areas ran over days, and of what kind they were: what stands in small charts beside each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import days, queries
from data.daily import EPOCH, kinds_of
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View
from data.window import Window, window

MONTHS: Final = 24
"""Months of the past that are told."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Course:
    """Cases of one area.

    Attributes
    ----------
    now, before
        Per bucket of the window and of the one it is compared with, in order of time; ``before`` is empty where there is none. A window
        that is cut at an instant has its last day whole here.
    n, n_before
        Cases of both windows, cut as everywhere; ``n_before`` None where nothing is compared.
    kinds
        ``category_ix`` and cases of the window, most first.
    """

    area_ix: int
    now: Counts
    before: Counts
    n: int
    n_before: int | None
    kinds: tuple[tuple[int, int], ...]


def courses(view: View, selection: Selection, areas: Sequence[int]) -> list[Course]:
    """The cases of some areas, each with all that lies below it, in the order given.

    Parameters
    ----------
    areas
        Their ``area_ix``, none within another. All filters of the selection hold.
    """
    found = window(view, selection)
    node = _nodes(view, areas)
    rows = _rows(view, selection, found, node)
    now = _per_bucket(rows, found, len(areas), found.bucket_days)
    before = np.zeros((len(areas), 0), dtype=np.int64)
    if found.previous is not None:
        then = selection.with_(window=None, compare=None, from_day=found.previous.from_day, to_day=found.previous.to_day)
        before = _per_bucket(_rows(view, then, found.previous, node), found.previous, len(areas), found.bucket_days)
    kinds = rows.groupby(["node", "kind"])["n"].sum()
    totals = QUESTIONS["counts_per_area_and_window"].ask(view, selection, from_day=found.from_day)
    totals = totals.assign(node=np.asarray(node)[totals["area_ix"].to_numpy(dtype=np.int64)]).groupby(["is_previous", "node"])["n"].sum()
    listed = []
    for at, ix in enumerate(areas):
        own = (
            kinds.loc[at].sort_values(ascending=False, kind="stable") if at in kinds.index.get_level_values(0) else pd.Series(dtype="int64")
        )
        n, n_before = (int(totals.get((is_previous, at), 0)) for is_previous in (False, True))
        told = tuple((int(kind), int(cases)) for kind, cases in own.items())
        listed.append(Course(int(ix), now[at], before[at], n, None if found.previous is None else n_before, told))
    return listed


def history(view: View, selection: Selection, areas: Sequence[int]) -> tuple[list[dt.date], Counts]:
    """The first days of the last :data:`MONTHS` months that are over, and the cases of each area in them, shape (areas, months).

    The window of the selection does not hold, its other filters do.
    """
    reach = days.first_and_last(view)
    if reach is None:
        return [], np.zeros((len(areas), 0), dtype=np.int64)
    today = days.day_of(view, view.snapshot.as_of)
    months = pd.PeriodIndex(
        [one for one in pd.period_range(reach[0], reach[1], freq="M") if one.end_time.date() < today][-MONTHS:], freq="M"
    )
    if not len(months):
        return [], np.zeros((len(areas), 0), dtype=np.int64)
    whole = selection.with_(window=None, compare=None, from_day=months[0].start_time.date(), to_day=months[-1].end_time.date())
    rows = _rows(view, whole, window(view, whole), _nodes(view, areas))
    month = pd.to_datetime(rows["day"], unit="D", origin=pd.Timestamp(EPOCH)).dt.to_period("M")
    counts = np.zeros((len(areas), len(months)), dtype=np.int64)
    np.add.at(
        counts, (rows["node"].to_numpy(dtype=np.int64), months.get_indexer(pd.PeriodIndex(month))), rows["n"].to_numpy(dtype=np.int64)
    )
    return [one.start_time.date() for one in months], counts


def _nodes(view: View, areas: Sequence[int]) -> list[int]:
    """For every ``area_ix`` the place of the area it lies in, -1 in none of them."""
    tree = view.snapshot.areas
    node = np.full(len(tree), -1, dtype=np.int64)
    for at, ix in enumerate(areas):
        node[ix : int(tree.last[ix]) + 1] = at
    return [int(one) for one in node]


def _rows(view: View, selection: Selection, found: Window, node: list[int]) -> pd.DataFrame:
    """``day, node, kind, n`` of the areas; a window cut at an instant is asked whole and so counts until its last day's end."""
    asked = selection.with_(window=None, compare=None, from_day=found.from_day, to_day=found.to_day)
    rows = queries.events_per_day_area_and_category(view, asked, node, [int(ix) for ix in kinds_of(view)])
    return rows[rows["node"] >= 0]


def _per_bucket(rows: pd.DataFrame, found: Window, areas: int, bucket_days: int) -> Counts:
    size = -(-((found.to_day - found.from_day).days + 1) // bucket_days)
    counts = np.zeros((areas, size), dtype=np.int64)
    bucket = (rows["day"].to_numpy(dtype=np.int64) - (found.from_day - EPOCH).days) // bucket_days
    np.add.at(counts, (rows["node"].to_numpy(dtype=np.int64), bucket), rows["n"].to_numpy(dtype=np.int64))
    return counts
