"""The compiled pass that counts every dimension of a selection at once.

An event's columns are small codes. For each column a table says which dimensions' filters a code fails, one bit each
(:data:`data.dimensions.BITS`), so the filters a row fails are a few look-ups joined by *or*. None: the row counts everywhere. One:
it counts in that dimension alone, which leaves its own filters out. More: nowhere.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data.index.compiled import compiled

Codes = npt.NDArray[np.uint16]
ByCode = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int32]
Spans = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BLOCK: Final = 2048
"""Rows looked at together; what is noted of them stays in the nearest cache."""
BY_MAPPING: Final = 1 << 13
"""In the table of areas: all events of this area that have a position lie in what was drawn; look whether each has one."""
BY_POSITION: Final = 1 << 14
"""In the table of areas: some events of this area lie in what was drawn and some do not; look at each."""
BY_DURATION: Final = 1 << 15
"""In the table of clocks: a limit of the durations lies within this bucket; look at each."""
NOWHERE: Final = 3
"""Two bits: such a row counts nowhere."""
COHORT: Final = 1
"""The bit of void events and duplicates."""


class Rows(NamedTuple):
    """The packed columns, in one order."""

    case: Codes
    kind: Codes
    clock: Codes
    area: Codes
    day: Codes


class Tests(NamedTuple):
    """The four packed columns that stand for filters, and their failed bits by code; only the first so many fail any."""

    codes: tuple[Codes, Codes, Codes, Codes]
    tables: tuple[Codes, Codes, Codes, Codes]
    many: int


class Words(NamedTuple):
    """Rows that hold the words looked for, by their place in order of time, and the rows' places; both empty where not needed."""

    kept: Mask
    place: Places


class Looked(NamedTuple):
    """What codes cannot decide; arrays are empty where nothing is asked.

    Degrees and seconds of each row; box (west, south, east, north), edges of a ring (x1, y1, x2, y2), limits of durations; the bits that
    are set where position and duration fail.
    """

    lon: Floats
    lat: Floats
    duration_s: Places
    box: Floats
    ring: Floats
    limits: Floats
    position_bit: int
    duration_bit: int


class Counters(NamedTuple):
    """Events by code; or, with a row for each dimension that counts by the column, those that fail it alone."""

    case: Any
    kind: Any
    clock: Any
    area: Any
    day: Any


class Asked(NamedTuple):
    """What is counted.

    ``own``: bits of the dimensions that count what fails them alone, and for each bit 16 * column + row of their counters. ``by_day``:
    whether days are counted. ``is_rest``: instead of what fails nothing, what fails anything, the cohort apart, is counted, to be taken
    from all there is. ``part``, ``parts``: every so manieth block is taken.
    """

    own: int
    slots: npt.NDArray[np.int8]
    by_day: bool
    is_rest: bool
    part: int
    parts: int


@compiled
def count(rows: Rows, spans: Spans, tests: Tests, words: Words, looked: Looked, asked: Asked, full: Counters, own: Counters) -> None:  # noqa: PLR0917
    """Count rows into ``full`` where they fail nothing, and into ``own`` where they fail one dimension that counts them.

    ``spans`` are ranges of rows: first, end, bits that all of them fail: none within the window, that of the days around it.
    """
    failed, counted, alone = np.empty(BLOCK, np.uint16), np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    block = 0
    for span in range(len(spans)):
        end, base = spans[span, 1], np.uint16(spans[span, 2])
        for low in range(spans[span, 0], end, BLOCK):
            block += 1
            if block % asked.parts != asked.part:
                continue
            size = min(BLOCK, end - low)
            fail(failed, low, size, base, tests)
            if len(words.kept) > 0:
                read(failed, low, size, words)
            if len(looked.lon) > 0:
                look(failed, low, size, looked)
            if base != 0:
                _add_days(own.day[0], rows.day[low : low + size], failed[:size], base)
                continue
            many, single = _sort(failed, size, asked, counted, alone)
            _add(full.case, rows.case[low : low + size], counted[:many])
            _add(full.kind, rows.kind[low : low + size], counted[:many])
            _add(full.clock, rows.clock[low : low + size], counted[:many])
            _add(full.area, rows.area[low : low + size], counted[:many])
            if asked.by_day:
                _add(full.day, rows.day[low : low + size], counted[:many])
            _add_alone(own, rows, low, alone[:single], failed, asked.slots)


@compiled
def fail(failed: Codes, low: int, size: int, base: np.uint16, tests: Tests) -> None:
    """Note what rows fail. Written out by the number of columns tested, which is what all the time goes into."""
    a, b, c, d = tests.codes
    of_a, of_b, of_c, of_d = tests.tables
    if tests.many == 0:
        failed[:size] = base
    elif tests.many == 1:
        for i in range(size):
            failed[i] = base | of_a[a[low + i]]
    elif tests.many == 2:
        for i in range(size):
            failed[i] = base | of_a[a[low + i]] | of_b[b[low + i]]
    elif tests.many == 3:
        for i in range(size):
            failed[i] = base | of_a[a[low + i]] | of_b[b[low + i]] | of_c[c[low + i]]
    else:
        for i in range(size):
            failed[i] = base | of_a[a[low + i]] | of_b[b[low + i]] | of_c[c[low + i]] | of_d[d[low + i]]


@compiled
def _sort(failed: Codes, size: int, asked: Asked, counted: Places, alone: Places) -> tuple[int, int]:
    """List the rows of a block that count everywhere and those that count in one dimension; gives how many there are of each."""
    many, single, own = 0, 0, np.uint32(asked.own)
    apart = np.uint32(COHORT if asked.is_rest else 0)
    for i in range(size):  # without a branch, which would be taken as often as not
        bits = np.uint32(failed[i])
        counted[many] = i
        alone[single] = i
        many += ((bits != 0) == asked.is_rest) & ((bits & apart) == 0)
        single += ((bits & own) != 0) & ((bits & (bits - np.uint32(1))) == 0)
    return many, single


@compiled
def _add_days(days: ByCode, day: Codes, failed: Codes, base: np.uint16) -> None:
    """Count rows around the window that fail nothing else by their days; where a block is of one day, all at once."""
    if day[0] == day[-1]:
        hits = 0
        for i in range(len(failed)):
            hits += failed[i] == base
        days[day[0]] += hits
    else:
        for i in range(len(failed)):
            days[day[i]] += failed[i] == base


@compiled
def _add_alone(own: Counters, rows: Rows, low: int, chosen: Places, failed: Codes, slots: npt.NDArray[np.int8]) -> None:  # noqa: PLR0917
    """Count rows of a block in the one dimension that each of them fails."""
    for j in range(len(chosen)):
        i = chosen[j]
        slot = slots[failed[i]]
        column, row = slot >> 4, slot & 15
        if column == 0:
            own.case[row, rows.case[low + i]] += 1
        elif column == 1:
            own.kind[row, rows.kind[low + i]] += 1
        elif column == 2:
            own.clock[row, rows.clock[low + i]] += 1
        elif column == 3:
            own.area[row, rows.area[low + i]] += 1
        else:
            own.day[row, rows.day[low + i]] += 1


@compiled
def _add(counters: ByCode, codes: Codes, chosen: Places) -> None:
    """Count some rows of a block."""
    for j in range(len(chosen)):
        counters[codes[chosen[j]]] += 1


@compiled
def read(failed: Codes, low: int, size: int, words: Words) -> None:
    """Leave out rows without the words."""
    for i in range(size):
        if not words.kept[words.place[low + i] if len(words.place) > 0 else low + i]:
            failed[i] = NOWHERE


@compiled
def look(failed: Codes, low: int, size: int, looked: Looked) -> None:
    """Decide by position and duration what codes could not; the same arithmetic as ``_selected.sql``."""
    box, ring, limits = looked.box, looked.ring, looked.limits
    for i in range(size):
        if failed[i] & BY_MAPPING:
            failed[i] = (failed[i] & ~BY_MAPPING) | (looked.position_bit if np.isnan(looked.lon[low + i]) else 0)
        if failed[i] & BY_POSITION:
            x, y = looked.lon[low + i], looked.lat[low + i]
            inside = box[0] <= x <= box[2] and box[1] <= y <= box[3] and (len(ring) == 0 or within(x, y, ring))
            failed[i] = (failed[i] & ~BY_POSITION) | (0 if inside else looked.position_bit)
        if failed[i] & BY_DURATION:
            passes = limits[0] <= looked.duration_s[low + i] < limits[1]
            failed[i] = (failed[i] & ~BY_DURATION) | (0 if passes else looked.duration_bit)


@compiled
def within(x: float, y: float, ring: Floats) -> bool:
    """Whether a point lies in a ring, by the number of edges to its east; what has no position does not."""
    is_in = False
    for edge in range(len(ring)):
        x1, y1, x2, y2 = ring[edge, 0], ring[edge, 1], ring[edge, 2], ring[edge, 3]
        if (y1 > y) != (y2 > y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
            is_in = not is_in
    return is_in


@compiled
def spans_of(areas: Spans, starts: Spans, day: Codes, window: tuple[int, int], outside: int) -> Spans:
    """Ranges of rows, ordered by area and day, of some areas: within the window and, where ``outside`` is a bit, around it."""
    found = np.empty((3 * len(areas), 3), np.int64)
    size = 0
    for at in range(len(areas)):
        first, end = starts[areas[at]], starts[areas[at] + 1]
        begin = first + np.searchsorted(day[first:end], window[0])
        until = first + np.searchsorted(day[first:end], window[1])
        for part in range(3):
            low, high = (first, begin) if part == 0 else (begin, until) if part == 1 else (until, end)
            bits = 0 if part == 1 else outside
            if low >= high or (part != 1 and outside == 0):
                continue
            if size > 0 and found[size - 1, 1] == low and found[size - 1, 2] == bits:
                found[size - 1, 1] = high
            else:
                found[size, 0], found[size, 1], found[size, 2] = low, high, bits
                size += 1
    return found[:size]
