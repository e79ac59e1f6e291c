"""The index of one snapshot: counts a selection by every dimension, or says that it cannot."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from data.bound import Bound, Mask, cohort
from data.dimensions import BITS, DIMENSIONS, OUTCOMES, Counts
from data.due import due_until
from data.index.codes import PACKED, Packing
from data.index.columns import nbytes, read
from data.index.counting import Counting
from data.index.positions import PACKED_COLUMN, Positions
from data.index.predicates import NOTHING, Predicates, predicates, soon_class
from data.index.rows import ByCode, Rows
from data.index.shapes import drawn
from data.index.sums import Sums
from data.index.together import QUESTIONS_TOGETHER, together
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View
from data.window import Window, window

KEPT_WORDS: Final = 8
"""Searches whose rows are kept."""
MOST: Final = 0.5
"""Share of the window's events that pass from which on it is quicker to count those that do not."""


class Index:
    """A snapshot's events in memory.

    Parameters
    ----------
    snapshot
        Read once, here; afterwards only for words.
    horizons
        Instants (UTC, naive) up to which a deadline counts as due soon. Views with another one are not answered.
    in_cohort
        Outcomes that are neither void nor duplicates.

    Raises
    ------
    Unfit
        The snapshot cannot be held.
    """

    def __init__(self, snapshot: Snapshot, horizons: tuple[dt.datetime, ...], in_cohort: Mask) -> None:
        self.packing = Packing.of(snapshot, horizons)
        self._by_time, self._by_area = read(snapshot, self.packing)
        self._sums = Sums.over(self._by_time.rows, self.packing, in_cohort)
        self._positions = {last: Positions(self.packing, last) for last in range(2, 2 + len(horizons))}
        self._counting = Counting(self.packing, self._by_time, self._by_area)
        self._words: OrderedDict[tuple[tuple[tuple[int, int], ...], str], Mask] = OrderedDict()
        self._words_lock = threading.Lock()
        self._warm()

    @property
    def events(self) -> int:
        """How many it holds."""
        return len(self._by_time.rows.day)

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return nbytes(self._by_time) + nbytes(self._by_area) + self._sums.nbytes

    def close(self) -> None:
        """Let go of the threads; questions under way finish."""
        self._counting.close()

    def linked(self, view: View, selection: Selection) -> Mapping[str, Counts] | None:
        """Events by position of every dimension, as :func:`data.linked.of_counts` takes them; None where only SQL can tell."""
        soon = soon_class(self.packing, due_until(view))
        asked = predicates(QUESTIONS["linked"].bound(view, selection), self.packing, self._by_area.extents)
        if soon is None or asked is None:
            return None
        found = self._by_code(asked, self._kept(view, asked.q))
        return {key: self._positions[soon].counts(key, by_code) for key, by_code in found.items()}

    def together(self, view: View, selection: Selection, asked: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame] | None:
        """What :func:`data.bundle.ask` gives for questions by name with their parameters; None where only SQL can tell."""
        if not asked.keys() <= QUESTIONS_TOGETHER:
            return None
        found = window(view, selection)
        if found.previous is not None and found.previous.cut_at is not None:
            return None  # the window compared with ends within a day
        bound = QUESTIONS["outcomes_per_bucket"].bound(view, selection) | cohort(view)
        said = predicates(Bound(bound.lines - {"window_cut"}, bound.parameters), self.packing, self._by_area.extents)
        if said is None:
            return None
        looks = self._counting.prepared(said, self._kept(view, said.q), 0)
        return together(found, self.packing, looks, self._counting.shared, asked)

    def _by_code(self, asked: Predicates, kept: Mask) -> dict[str, ByCode]:
        """Every dimension by code: from the sums what they tell, the rest from a pass."""
        known = {} if asked.q is not None else self._known(asked)
        if len(known) == len(BITS):
            return known
        keys = [key for key in (OUTCOMES, "days", *asked.active) if key not in known]
        return self._counting.passed(asked, kept, keys, self._whole(asked)) | known

    def _known(self, asked: Predicates) -> dict[str, ByCode]:
        """What follows from the sums over days.

        Where scope and area leave areas out, only the days, and those only without filters. Else everything without filters; with
        filters in one dimension that dimension, which leaves them out; with filters in one packed column the days.
        """
        active = asked.active
        if not asked.is_everywhere:
            return {} if active else {"days": self._sums.per_day("area", asked.places)}
        known: dict[str, ByCode] = {}
        columns = {PACKED_COLUMN[key] for key in active} or {"area"}
        if len(columns) == 1 and not asked.looks:
            column = columns.pop()
            known["days"] = self._sums.per_day(column, asked.tables[column] == 0)
        if not active:
            known |= {key: self._within(asked, PACKED_COLUMN[key]) for key in DIMENSIONS if key != "days"}
            known[OUTCOMES] = self._sums.between("case", *asked.window)
        elif len(active) == 1:
            known[active[0]] = self._within(asked, PACKED_COLUMN[active[0]])
        return known

    def _within(self, asked: Predicates, column: str) -> ByCode:
        """The cohort's events in the window by code, from everywhere, whatever else is asked."""
        if column == "day":
            found = np.zeros(self.packing.days, dtype=np.uint32)
            days = slice(*asked.window)
            found[days] = self._sums.per_day("area", np.ones(self.packing.size("area"), dtype=bool))[days]
            return found
        counted = self._sums.between(column, *asked.window)
        return np.where(asked.tables[column] & BITS[OUTCOMES], np.uint32(0), counted)

    def _whole(self, asked: Predicates) -> dict[str, ByCode] | None:
        """All of the cohort in the window by packed column, where most of it passes; else None, and where not all rows are seen."""
        if asked.q is not None or not asked.is_everywhere or asked.active == ["areas"]:
            return None
        whole = {column: self._within(asked, column) for column in Rows._fields}
        shares = [whole[name][asked.tables[name] == 0].sum() / max(1, whole[name].sum()) for name in PACKED]
        return whole if np.prod(shares) > MOST else None

    def _kept(self, view: View, words: str | None) -> Mask:
        """By row in order of time whether it holds the words; empty without words. Read by SQL, and kept for what is asked next."""
        if words is None:
            return np.zeros(0, dtype=bool)
        key = (tuple(view.spans), words)
        with self._words_lock:
            if key in self._words:
                self._words.move_to_end(key)
                return self._words[key]
        first, last = view.snapshot.days or (None, None)
        found = QUESTIONS["matching"].ask(view, Selection(q=words, from_day=first, to_day=last))["event_ix"].to_numpy()
        numbers = self._by_time.event_ix
        if numbers is None:
            kept = np.zeros(self.events, dtype=bool)
            kept[found] = True
        else:
            kept = np.isin(numbers, found)
        with self._words_lock:
            self._words[key] = kept
            while len(self._words) > KEPT_WORDS:
                self._words.popitem(last=False)
        return kept

    def _warm(self) -> None:
        """Have every loop compiled, or read from where it is kept, before the first question comes."""
        ring = np.array([[0.0, 0.0, 1.0, 1.0]])
        drawn(self._by_area.extents[:1], ring[0], ring)
        self._sums.per_day("kind", np.ones(self.packing.size("kind"), dtype=bool))
        for places in (np.ones, np.zeros):
            tables = {name: np.zeros(self.packing.size(name), dtype=np.uint16) for name in PACKED}
            nothing = Predicates(tables, places(self.packing.size("area"), dtype=bool), (0, 0), NOTHING, ring[:0], NOTHING, None)
            self._counting.passed(nothing, np.zeros(0, dtype=bool), [], None)
        looks = self._counting.prepared(nothing, np.zeros(0, dtype=bool), 0)
        together(Window(dt.date.max, dt.date.min), self.packing, looks, self._counting.shared, {})
