"""One pass over the rows a selection needs: which rows, in which order, by how many threads, and what it gives."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from data.dimensions import BITS, DIMENSIONS, OUTCOMES
from data.index.codes import PACKED, Packing
from data.index.columns import ByArea, ByTime
from data.index.loops import Asked, Counters, count, spans_of
from data.index.positions import PACKED_COLUMN
from data.index.predicates import Predicates
from data.index.rows import ALL_CODES, ByCode, Looked, Mask, Rows, Spans, Tests, Words

SHARED_ROWS: Final = 300_000
"""Rows from which on threads share a pass."""
NO_PLACES: Final = np.zeros(0, dtype=np.int32)
NO_DEGREES: Final = np.zeros(0)

_ALL: Final = (0, ALL_CODES)
T = TypeVar("T", bound=tuple[tuple[Any, ...], ...])


class Pass(NamedTuple):
    """What a pass looks at: columns in one order, ranges of them, and how rows are decided."""

    rows: Rows
    spans: Spans
    tests: Tests
    words: Words
    looked: Looked


@dataclass(frozen=True)
class Own:
    """Dimensions that count what fails them alone: their bits, and where each has its counters."""

    bits: int
    slots: np.ndarray[tuple[int], np.dtype[np.int8]]
    rows: Mapping[str, int]
    heights: Mapping[str, int]

    @classmethod
    def of(cls, keys: list[str]) -> Own:
        """Give each dimension a row of counters in its column's."""
        slots, heights, rows = np.zeros(max(BITS.values()) + 1, dtype=np.int8), dict.fromkeys(Rows._fields, 0), {}
        for key in keys:
            column = PACKED_COLUMN[key]
            rows[key] = heights[column]
            slots[BITS[key]] = 16 * Rows._fields.index(column) + heights[column]
            heights[column] += 1
        return cls(sum(BITS[key] for key in keys), slots, rows, heights)


def _narrowed(asked: Predicates, own: int, tests: Tests) -> tuple[tuple[int, int], Tests]:
    """The range of one column's codes outside of which no row can count, and the tests with that column first.

    There is one where all filters are of one dimension that does not count on its own, and the codes that pass follow one another: a
    category with all below it, say.
    """
    if len(asked.active) != 1 or asked.looks or own & (BITS[asked.active[0]] | BITS["days"]):
        return _ALL, tests
    column = PACKED_COLUMN[asked.active[0]]
    passing = np.flatnonzero(asked.tables[column] & BITS[asked.active[0]] == 0)
    if not len(passing) or passing[-1] - passing[0] + 1 != len(passing):
        return _ALL, tests
    place = next(at for at, table in enumerate(tests.tables) if table is asked.tables[column])
    order = sorted(range(len(tests.tables)), key=lambda at: at != place)
    codes, tables = (tuple(given[at] for at in order) for given in (tests.codes, tests.tables))
    return (int(passing[0]), int(passing[-1])), Tests(codes, tables, tests.many)  # type: ignore[arg-type]


class Counting:
    """Passes over both orders of rows."""

    def __init__(self, packing: Packing, by_time: ByTime, by_area: ByArea) -> None:
        self._packing, self._by_time, self._by_area = packing, by_time, by_area
        self._threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(max(1, self._threads - 1), thread_name_prefix="index")
        self._is_shared = threading.Lock()

    def close(self) -> None:
        """Let go of the threads; what is under way finishes."""
        self._pool.shutdown(wait=False)

    def passed(self, asked: Predicates, kept: Mask, keys: list[str], whole: Mapping[str, ByCode] | None) -> dict[str, ByCode]:
        """Count every dimension by code.

        Parameters
        ----------
        kept
            By row in order of time whether it holds the words looked for; empty without words.
        keys
            Dimensions with filters that count what fails them alone; the others' own counts are of no use.
        whole
            By packed column all events of the cohort in the window, where most of them pass: then those that do not are counted.
        """
        own = Own.of(keys)
        rows, spans, tests, words, looked = self.prepared(asked, kept, own.bits)
        codes, tests = _narrowed(asked, own.bits, tests) if whole is None and not len(kept) else (_ALL, tests)
        by_day = "days" in own.rows

        def take(part: int, parts: int) -> tuple[Counters, Counters]:
            sizes = [(own.heights[column], self._packing.size(column)) for column in Rows._fields]
            full = Counters(*(np.zeros(width, dtype=np.uint32) for _, width in sizes))
            alone = Counters(*(np.zeros(shape, dtype=np.uint32) for shape in sizes))
            of_all = Asked(own.bits, own.slots, by_day, whole is not None, *codes, part, parts)
            count(rows, spans, tests, words, looked, of_all, full, alone)
            return full, alone

        full, alone = self.shared(take, spans)
        if whole is not None:
            full = Counters(**{column: whole[column] - getattr(full, column) for column in Rows._fields})
        found = {}
        for key in (OUTCOMES, *DIMENSIONS):
            column = PACKED_COLUMN[key]
            found[key] = getattr(full, column) + (getattr(alone, column)[own.rows[key]] if key in own.rows else 0)
        return found

    def prepared(self, asked: Predicates, kept: Mask, bits: int) -> Pass:
        """What a pass looks at; ``bits`` are those of dimensions that count what fails them alone."""
        is_timely = asked.is_everywhere and not asked.looks and asked.active != ["areas"]
        spans = self._in_time(asked, bits) if is_timely else self._in_areas(asked, bits)
        rows, area = (self._by_time.rows if is_timely else self._by_area.rows), self._by_area
        failing = sorted(PACKED, key=lambda name: not asked.tables[name].any())
        tests = Tests(
            tuple(getattr(rows, name) for name in failing),
            tuple(asked.tables[name] for name in failing),  # type: ignore[arg-type]
            sum(bool(asked.tables[name].any()) for name in PACKED),
        )
        words = Words(kept, area.place if len(kept) and not is_timely else NO_PLACES)
        exact = (area.lon, area.lat, area.duration_s) if asked.looks else (NO_DEGREES, NO_DEGREES, NO_PLACES)
        return Pass(rows, spans, tests, words, Looked(*exact, asked.box, asked.ring, asked.limits, BITS["areas"], BITS["durations"]))

    def _in_time(self, asked: Predicates, bits: int) -> Spans:
        """Ranges of rows in order of time: the window, and around it where days count on their own."""
        first, end = (self._by_time.starts[day] for day in asked.window)
        outside = bits & BITS["days"]
        around = [(0, first, outside), (end, self._by_time.starts[-1], outside)] if outside else []
        return np.array([(first, end, 0), *around], dtype=np.int64)

    def _in_areas(self, asked: Predicates, bits: int) -> Spans:
        """The same of the areas let in, in order of area; those that fail their own filter only where they count on their own."""
        fails = asked.tables["area"] & BITS["areas"] != 0
        areas = np.flatnonzero(asked.places & ~fails if not bits & BITS["areas"] else asked.places)
        return spans_of(areas, self._by_area.starts, self._by_area.rows.day, asked.window, bits & BITS["days"])

    def shared(self, take: Callable[[int, int], T], spans: Spans) -> T:
        """A pass, shared between threads where it is long and no other one is shared already.

        ``take`` is one part of so many; it gives tuples of counters, which are added up.
        """
        rows = int((spans[:, 1] - spans[:, 0]).sum())
        if rows < SHARED_ROWS or self._threads == 1 or not self._is_shared.acquire(blocking=False):
            return take(0, 1)
        try:
            try:
                others = [self._pool.submit(take, part, self._threads) for part in range(1, self._threads)]
            except RuntimeError:  # the snapshot is being closed, or the process ends
                return take(0, 1)
            found = take(0, self._threads)
            for other in others:
                for counters, more in zip(found, other.result(), strict=True):
                    for counter, counted in zip(counters, more, strict=True):
                        np.add(counter, counted, out=counter)
            return found
        finally:
            self._is_shared.release()
