"""The packed columns of rows, and what of a selection's filters each row fails.

A column is small codes. For each column a table says which dimensions' filters a code fails, one bit each
(:data:`data.dimensions.BITS`), so the filters a row fails are a few look-ups joined by *or*. What codes cannot decide is looked at.
"""

from __future__ import annotations

from typing import Final, NamedTuple

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
ALL_CODES: Final = (1 << 16) - 1
"""The highest code there can be."""
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
