"""Repeat points of a snapshot: found once for each rule, some weeks at a time, when somebody first asks.

Whether an event stands at a repeat point depends on the snapshot and the definition's rule alone, never on what is selected: a filter
picks among such events and makes none. That is why counts add up over areas, grow with the selection and are the same for all viewers.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import Mask, in_cohort
from data.indicators.repeat_points import RepeatPoints, Sightings
from data.indicators.rules import Repeat
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View
from data.window import window

BLOCK_DAYS: Final = 32
MOST_BLOCKS: Final = 8
"""Blocks found in one go: with the rule's days on both sides they bound memory, some 100 bytes an event."""
CATEGORY_DEPTH: Final = 2
"""Events are of the same category (大类) whatever their subcategories."""
_EPOCH: Final = dt.datetime(1970, 1, 1)
_MARGIN: Final = dt.timedelta(days=2)
"""Between a day of any zone, whenever it begins, and a day of UTC."""


def repeats_per_area(view: View, selection: Selection) -> pd.DataFrame:
    """``is_previous, area_ix, n, repeated``: events of the cohort as located, and how many of them stand at a repeat point.

    In the window and in the one it is compared with.
    """
    found = window(view, selection)
    keys = QUESTIONS["event_keys"].ask(view, selection, from_day=found.from_day)
    spans = [(one.from_day, one.to_day) for one in (found, found.previous) if one is not None]
    flags = standing(view, spans)
    return (
        keys.assign(repeated=flags[keys["event_ix"].to_numpy(dtype=np.int64)])
        .groupby(["is_previous", "area_ix"], as_index=False)
        .agg(n=("event_ix", "size"), repeated=("repeated", "sum"))
    )


def repeat_mask(view: View, selection: Selection) -> Mask:
    """By ``event_ix``: which events of the selection's window stand at a repeat point; those outside the window may say anything."""
    found = window(view, selection)
    return standing(view, [(found.from_day, found.to_day)])


def sightings(view: View, since: dt.datetime, until: dt.datetime) -> tuple[npt.NDArray[np.int64], Sightings]:
    """``event_ix`` and places of the cohort's events reported in a span of time (UTC, half-open), in order of report."""
    frame = QUESTIONS["repeat_candidates"].ask(view, Selection(), since=since, until=until, counted=in_cohort(view))
    at_us, event_ix = frame["at_us"].to_numpy(), frame["event_ix"].to_numpy()
    later = np.diff(at_us)
    if ((later < 0) | ((later == 0) & (np.diff(event_ix) < 0))).any():  # mostly they come in order
        frame = frame.iloc[np.lexsort((event_ix, at_us))]
    kinds, category = view.snapshot.categories, frame["category_ix"].to_numpy(dtype=np.int64)
    above = kinds.ancestor(CATEGORY_DEPTH)[category] if len(kinds) else category
    events = Sightings(
        frame["at_us"].to_numpy(dtype=np.int64),
        frame["area_ix"].to_numpy(dtype=np.int64),
        np.where(above < 0, category, above).astype(np.int64),
        frame["lon"].to_numpy(dtype=np.float64),
        frame["lat"].to_numpy(dtype=np.float64),
        frame["address"].to_numpy(dtype=np.uint64),
    )
    return frame["event_ix"].to_numpy(dtype=np.int64), events


def standing(view: View, spans: list[tuple[dt.date, dt.date]]) -> Mask:
    """By ``event_ix``: which events stand at a repeat point; holds for events of these local days, both ends included."""
    rule = view.definition.repeat
    whole = View(view.snapshot, view.definition)
    repeats = view.snapshot.once(("repeats", rule.cases, rule.days, rule.metres), lambda: Repeats(whole, rule))
    return repeats.flags(whole, spans)


class Repeats:
    """What is known of one snapshot's repeat points under one rule. It is kept by the snapshot and so holds on to none.

    Parameters
    ----------
    view
        Of everything: a place lies within one area, so what a scope may see is cut out afterwards.
    """

    def __init__(self, view: View, rule: Repeat) -> None:
        self._rule = rule
        self._flags: Mask = np.zeros(view.snapshot.event_end, dtype=np.bool_)
        self._known: set[int] = set()
        self._lock = threading.Lock()

    def flags(self, view: View, spans: list[tuple[dt.date, dt.date]]) -> Mask:
        """By ``event_ix``, true at a repeat point; holds for events of these local days, both ends included."""
        wanted: set[int] = set()
        for first, last in spans:
            low, high = (
                day.toordinal() // BLOCK_DAYS
                for day in (max(first, dt.date(1, 1, 3)) - _MARGIN, min(last, dt.date(9999, 12, 29)) + _MARGIN)
            )
            wanted |= set(range(low, high + 1)) if first <= last else set()
        with self._lock:
            missing = sorted((wanted & self._blocks(view)) - self._known)
            while missing:
                run = [block for at, block in enumerate(missing[:MOST_BLOCKS]) if block == missing[0] + at]
                self._find(view, run[0], run[-1])
                missing = missing[len(run) :]
        return self._flags

    def _blocks(self, view: View) -> set[int]:
        """Those in which events can be."""
        days = view.snapshot.days
        if days is None:
            return set()
        low, high = (day.toordinal() // BLOCK_DAYS for day in (days[0] - _MARGIN, days[1] + _MARGIN))
        return set(range(low, high + 1))

    def _find(self, view: View, first: int, last: int) -> None:
        since, until = (dt.datetime.fromordinal(block * BLOCK_DAYS) for block in (first, last + 1))
        reach = dt.timedelta(days=self._rule.days)
        event_ix, events = sightings(view, since - reach, until + reach)
        low, high = ((instant - _EPOCH) // dt.timedelta(microseconds=1) for instant in (since, until))
        inside = RepeatPoints(events, self._rule).repeated() & (events.at_us >= low) & (events.at_us < high)
        self._flags[event_ix[inside]] = True
        self._known |= set(range(first, last + 1))
