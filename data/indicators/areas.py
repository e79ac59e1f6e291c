"""One indicator for every area below the selected one, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.bound import area_ix
from data.indicators import standardised
from data.indicators.measures import Ask, Groups, Task, counting, measured
from data.indicators.registry import find
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View

__all__ = ["Ask", "counting", "groups", "indicator_per_area", "indicator_per_row", "task"]


def groups(view: View, selection: Selection, depth: int | None = None) -> tuple[list[int], Groups]:
    """The areas to show, and for every ``area_ix`` the one it belongs to (-1: the selected area itself, or outside).

    Children of the selected area, or its areas of one depth; the tops of a scope that has several; the area itself where
    nothing lies below.
    """
    tree, top = view.snapshot.areas, area_ix(view, selection)
    if top < 0:
        shown: list[int] = []
    elif depth is not None:
        tops = [low for low, _ in view.spans] if selection.area is None else [top]
        shown = [ix for node in tops for ix in tree.within(node, depth) if view.sees(ix)]
    elif selection.area is None and len(view.spans) > 1:
        shown = [low for low, _ in view.spans]
    else:
        shown = [ix for ix in tree.children(top) if view.sees(ix)]
    if top >= 0 and not shown:
        shown = [top]
    group = np.full(len(tree), -1, dtype=np.int32)
    for ix in shown:
        group[ix : tree.last[ix] + 1] = ix
    return shown, group


def task(view: View, selection: Selection, key: str, depth: int | None = None, *, ask: Ask | None = None) -> Task:
    """What is asked for which areas.

    Raises
    ------
    UnknownIndicator
        There is no such indicator.
    """
    shown, group = groups(view, selection, depth)
    slot = np.full(len(group) + 1, len(shown), dtype=np.int64)
    for at, ix in enumerate(shown):
        slot[ix : view.snapshot.areas.last[ix] + 1] = at
    return Task(view, selection, find(key), shown, group, slot, ask or _asking(view, selection))


def _asking(view: View, selection: Selection) -> Ask:
    return lambda question, **parameters: QUESTIONS[question].ask(view, selection, **parameters)


def indicator_per_row(view: View, selection: Selection, key: str, depth: int | None = None, *, ask: Ask | None = None) -> pd.DataFrame:
    """One row per area, in the order of the tree; then one ``is_rest`` for events that lie in none of them, one ``is_total``.

    Where the selection says ``adjust=`` and the indicator can be adjusted, ``value``, ``low``, ``high`` and ``cases`` are; see
    :func:`data.indicators.standardised.standardised`.

    Returns
    -------
    DataFrame
        ``area_ix`` (of the last two: the selected area), ``is_rest``, ``is_total``, ``events`` (accepted), ``value``,
        ``numerator``, ``denominator``, ``n``, ``low``, ``high`` (NaN where there is none), ``shown``, ``cases`` (effective number
        of cases of a rate or score), ``crude`` (the value before adjustment), ``covered`` (share of the standard mix that the
        area's own cases cover; 1 without adjustment).

    Raises
    ------
    UnknownIndicator
        There is no such indicator.
    """
    asked = task(view, selection, key, depth, ask=ask)
    own = max(0, area_ix(view, selection))
    frame = measured(asked)
    frame.insert(0, "area_ix", [*asked.shown, own, own])
    frame.insert(1, "is_rest", [False] * len(asked.shown) + [True, False])
    frame.insert(2, "is_total", [False] * len(asked.shown) + [False, True])
    frame["shown"] &= ~frame["is_rest"] | (asked.indicator.unit == "count")
    frame["crude"], frame["covered"] = frame["value"], 1.0
    if standardised.adjusts(selection, asked.indicator):
        frame = standardised.standardised(asked, frame)
    return frame


def indicator_per_area(view: View, selection: Selection, key: str, depth: int | None = None, *, ask: Ask | None = None) -> pd.DataFrame:
    """The rows of :func:`indicator_per_row` that are areas, and a last one ``is_rest`` where events lie in none of them."""
    return areas_of(indicator_per_row(view, selection, key, depth, ask=ask))


def areas_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the total, and without the rest where nothing is in it."""
    kept = ~rows["is_total"] & (~rows["is_rest"] | (rows["events"] > 0) | (rows["n"] > 0))
    return rows[kept].reset_index(drop=True)
