"""Linked views: one selection counted by every dimension at once, each without the filters that were set in it.

The dimensions are :data:`data.dimensions.DIMENSIONS`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from data.bound import in_cohort
from data.dimensions import BITS, DIMENSIONS, OUTCOMES, Counts, frame_of
from data.due import due_until
from data.question import answer, used_by
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View

_OUTCOME_COLUMNS: Final = pd.Index(["outcome_ix", "n"])
KEPT: Final = 64
"""Backgrounds kept for each open snapshot."""


class Linked(NamedTuple):
    """What linked views show of one selection. Frames are shared: never change one in place.

    Attributes
    ----------
    outcomes
        ``outcome_ix, n`` with all filters, void events and duplicates included: what indicators are made of
        (:mod:`data.indicators.compute`).
    frames
        By key of :data:`DIMENSIONS` its value and ``n``: events without the dimension's own filters, void events and duplicates
        left out. Values without events are left out, too.
    n
        Events with all filters, void ones and duplicates left out.
    """

    outcomes: pd.DataFrame
    frames: Mapping[str, pd.DataFrame]
    n: int


def linked(view: View, selection: Selection) -> Linked:
    """Count a selection by every dimension.

    Raises
    ------
    QueryTimeout
        The time limit passed.
    """
    index = view.snapshot.index
    counts = None if index is None else index.linked(view, selection)
    return of_counts(view, by_sql(view, selection) if counts is None else counts)


def by_sql(view: View, selection: Selection) -> Mapping[str, Counts]:
    """Events by position, by key of :data:`BITS`, as the database counts them; see :meth:`data.index.index.Index.linked`."""
    as_of = view.snapshot.as_of.replace(tzinfo=None)
    bits = {key: bit for key, bit in BITS.items() if key != "days"}
    rows = QUESTIONS["linked"].ask(view, selection, due_from=as_of, due_until=due_until(view), **bits)
    counts = {str(key): _counts(part["value"], part["n"]) for key, part in rows.groupby("dimension", sort=False)}
    days = _all_days(view, selection)
    return counts | {"days": _counts(days["day"], days["n"])}


def _all_days(view: View, selection: Selection) -> pd.DataFrame:
    """Every day's events: a statement of its own, so that the others keep to the window, which is where the rows are few."""
    question = QUESTIONS["days"]
    bound = question.bound(view, selection)
    statement = question.statement(bound.lines - {"window", "window_hours"})
    return answer(view, statement, used_by(statement, bound.parameters))


def _counts(values: pd.Series, n: pd.Series) -> Counts:
    found = np.zeros(int(values.max()) + 1 if len(values) else 0, dtype=np.int64)
    found[values] = n
    return found


def of_counts(view: View, counts: Mapping[str, Counts]) -> Linked:
    """Linked views from counts by position, by key of :data:`BITS`; a key without events may lack."""
    none = np.zeros(0, dtype=np.int64)
    whole = counts.get(OUTCOMES, none)
    return Linked(
        frame_of(_OUTCOME_COLUMNS, whole),
        {key: dimension.frame(view, counts.get(key, none)) for key, dimension in DIMENSIONS.items()},
        int(whole[in_cohort(view)[: len(whole)]].sum()),
    )


def background(view: View, selection: Selection) -> Linked:
    """What stands in grey behind a selection: the same counts with no filter but area and window."""
    bare = Selection(area=selection.area, from_day=selection.from_day, to_day=selection.to_day, window=selection.window)
    kept = view.snapshot.once("backgrounds", _Kept)
    return kept.of(view, bare)


class _Kept:
    """The last backgrounds of a snapshot, by scope, definition and selection."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, Linked] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, view: View, bare: Selection) -> Linked:
        key = (view.scope, view.definition.key, bare)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = linked(view, bare)
        with self._lock:
            self._found[key] = found
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return found
