"""The compiled pass that counts every dimension of a selection at once.

A row that fails no filter (:mod:`data.index.rows`) counts everywhere; one that fails those of one dimension counts in that dimension
alone, which leaves its own filters out; one that fails more counts nowhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from data.index.compiled import compiled
from data.index.rows import ALL_CODES, BLOCK, COHORT, ByCode, Codes, Looked, Places, Rows, Spans, Tests, Words, fail, look, read


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
    from all there is. ``lowest``, ``highest``: only rows whose code in the first column tested lies between them can count at all; 0 and
    the highest number of two bytes where that is not known. ``part``, ``parts``: every so manieth block is taken.
    """

    own: int
    slots: npt.NDArray[np.int8]
    by_day: bool
    is_rest: bool
    lowest: int
    highest: int
    part: int
    parts: int


@compiled
def count(rows: Rows, spans: Spans, tests: Tests, words: Words, looked: Looked, asked: Asked, full: Counters, own: Counters) -> None:  # noqa: PLR0917
    """Count rows into ``full`` where they fail nothing, and into ``own`` where they fail one dimension that counts them.

    ``spans`` are ranges of rows: first, end, bits that all of them fail: none within the window, that of the days around it.
    """
    failed, counted, alone = np.empty(BLOCK, np.uint16), np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    listed, is_hit = np.empty(BLOCK + 8, np.int32), np.empty(BLOCK + 8, np.uint8)
    is_listed = asked.highest < ALL_CODES or asked.lowest > 0
    block = 0
    for span in range(len(spans)):
        end, base = spans[span, 1], np.uint16(spans[span, 2])
        for low in range(spans[span, 0], end, BLOCK):
            block += 1
            if block % asked.parts != asked.part:
                continue
            size = min(BLOCK, end - low)
            if is_listed:
                found = _list(listed, is_hit, tests.codes[0][low : low + size], asked.lowest, asked.highest)
                many, single = _sort_listed(failed, low, listed[:found], tests, asked, counted, alone)
                _add_block(full, own, rows, low, size, counted[:many], alone[:single], failed, asked)
                continue
            fail(failed, low, size, base, tests)
            if len(words.kept) > 0:
                read(failed, low, size, words)
            if len(looked.lon) > 0:
                look(failed, low, size, looked)
            if base != 0:
                _add_days(own.day[0], rows.day[low : low + size], failed[:size], base)
                continue
            many, single = _sort(failed, size, asked, counted, alone)
            _add_block(full, own, rows, low, size, counted[:many], alone[:single], failed, asked)


@compiled
def _add_block(  # noqa: PLR0917
    full: Counters, own: Counters, rows: Rows, low: int, size: int, counted: Places, alone: Places, failed: Codes, asked: Asked
) -> None:
    """Count the rows of a block that were listed."""
    end = low + size
    _add(full.case, rows.case[low:end], counted)
    _add(full.kind, rows.kind[low:end], counted)
    _add(full.clock, rows.clock[low:end], counted)
    _add(full.area, rows.area[low:end], counted)
    if asked.by_day:
        _add(full.day, rows.day[low:end], counted)
    _add_alone(own, rows, low, alone, failed, asked.slots)


@compiled
def _list(listed: Places, is_hit: npt.NDArray[np.uint8], codes: Codes, lowest: int, highest: int) -> int:
    """List the rows of a block whose code lies in a range, eight left out at once where none does; gives how many there are."""
    first, width, found = np.uint16(lowest), np.uint16(highest - lowest), 0
    for i in range(len(codes)):
        is_hit[i] = np.uint16(codes[i] - first) <= width
    is_hit[len(codes) : len(codes) + 8] = 0
    eights = is_hit.view(np.uint64)
    for eight in range((len(codes) + 7) // 8):
        if eights[eight] != 0:
            for i in range(8 * eight, 8 * eight + 8):
                listed[found] = i
                found += is_hit[i]
    return found


@compiled
def _sort_listed(failed: Codes, low: int, listed: Places, tests: Tests, asked: Asked, counted: Places, alone: Places) -> tuple[int, int]:  # noqa: PLR0917
    """Note what listed rows fail, and list again those that count everywhere and those that count in one dimension."""
    a, b, c, d = tests.codes
    of_a, of_b, of_c, of_d = tests.tables
    many, single = 0, 0
    for j in range(len(listed)):
        i = listed[j]
        bits = of_a[a[low + i]] | of_b[b[low + i]] | of_c[c[low + i]] | of_d[d[low + i]]
        failed[i] = bits
        counted[many] = i
        alone[single] = i
        many += bits == 0
        single += (bits & asked.own) != 0 and (bits & (bits - 1)) == 0
    return many, single


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
