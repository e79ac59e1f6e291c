"""A selection's bound lines as tables by code: what SQL would compare row by row, the index looks up.

The lines and their parameters are those of ``_selected.sql`` (:mod:`data.bound`), so a filter means the same to both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from data.bound import Bound, Mask
from data.dimensions import APART, BITS, DIMENSIONS, DURATION_EDGES_H
from data.index.codes import NO_DURATION, PACKED, PACKED_AS, Packing, Values
from data.index.rows import BY_DURATION, BY_MAPPING, BY_POSITION, Codes, Floats
from data.index.shapes import drawn

COLUMN_OF: Final[Mapping[str, str]] = {
    "scope": "area_ix",
    "area": "area_ix",
    "grid": "area_ix",
    "domain": "category_ix",
    "category": "category_ix",
    "subcategory": "category_ix",
    "source": "source_ix",
    "department": "department_ix",
    "urgency": "urgency_ix",
    "cohort": "outcome_ix",
    "stage": "outcome_ix",
    "callback": "outcome_ix",
    "deadline": "outcome_ix",
    "hours": "hour_of_week",
    "weekday": "hour_of_week",
}
"""By owner of lines that are sets of positions, the column they are of."""
EXACT: Final = frozenset({"window", "deadline_from", "deadline_until", "deadline_soon", "duration", "bbox", "polygon", "q"})
"""Lines that are no sets of positions and that the index knows."""
NOTHING: Final = np.zeros(0)


@dataclass(frozen=True)
class Predicates:
    """What a selection asks of the packed columns.

    Attributes
    ----------
    tables
        By packed column the bits of the dimensions whose filters a code fails.
    places
        Areas that scope and area let in, by ``area_ix``.
    window
        First day and the one after the last, as days of the index.
    box, ring, limits
        What was drawn, and the durations in seconds; empty where nothing is asked. See :class:`data.index.rows.Looked`.
    q
        Words looked for.
    """

    tables: dict[str, Codes]
    places: Mask
    window: tuple[int, int]
    box: Floats
    ring: Floats
    limits: Floats
    q: str | None

    @property
    def is_everywhere(self) -> bool:
        """Whether scope and area let every area in."""
        return bool(self.places.all())

    @property
    def looks(self) -> bool:
        """Whether some codes cannot decide, so that single events are looked at."""
        return bool(np.any(self.tables["area"] & (BY_MAPPING | BY_POSITION)) or np.any(self.tables["clock"] & BY_DURATION))

    @property
    def active(self) -> list[str]:
        """Dimensions whose filters some code fails; the days, and what is left out of the cohort, are not among them."""
        bits = np.bitwise_or.reduce([np.bitwise_or.reduce(table) for table in self.tables.values()])
        bits |= BITS["areas"] if bits & (BY_MAPPING | BY_POSITION) else 0
        bits |= BITS["durations"] if bits & BY_DURATION else 0
        return [key for key in DIMENSIONS if bits & BITS[key]]


def predicates(bound: Bound, packing: Packing, extents: Floats) -> Predicates | None:
    """The predicates of bound lines, or None where the index does not know one of them."""
    lines, given = bound.lines, bound.parameters
    owners = {line.removesuffix("_set") for line in lines} & COLUMN_OF.keys()
    if lines - owners - {f"{owner}_set" for owner in owners} - EXACT:
        return None
    tables = {name: np.zeros(packing.size(name), dtype=np.uint16) for name in PACKED}
    places = np.ones(packing.size("area"), dtype=bool)
    for owner in sorted(owners):
        column = COLUMN_OF[owner]
        name = PACKED_AS[column]
        allowed = _in_set(owner, given, packing.values[name][column])
        if owner == "deadline":
            due = _due(bound, packing)
            if due is None:
                return None
            allowed &= due
        if owner in APART:
            tables[name] |= np.where(allowed, 0, APART[owner]).astype(np.uint16)
        else:
            places &= allowed
    limits = NOTHING
    if "duration" in lines:
        limits = np.array([given["duration_from"], given["duration_until"]], dtype=np.float64)
        tables["clock"] |= _durations(limits, packing.values["clock"]["bucket"])
    box, ring = _drawn(bound)
    if len(box):
        state = drawn(extents, box, ring)
        by_shape = np.array([0, BITS["areas"], BY_MAPPING, BY_POSITION], dtype=np.uint16)[state]
        tables["area"] |= np.where(tables["area"], 0, by_shape).astype(np.uint16)
    first, last = ((given[key] - dt.date(1970, 1, 1)).days - packing.first_day for key in ("first_day", "last_day"))
    begin = min(max(first, 0), packing.days)
    return Predicates(tables, places, (begin, min(max(last + 1, begin), packing.days)), box, ring, limits, given.get("q"))


def soon_class(packing: Packing, until: dt.datetime) -> int | None:
    """The last class of deadlines that are due soon under a horizon; None where the index does not know it."""
    return 2 + packing.horizons.index(until) if until in packing.horizons else None


def _in_set(owner: str, given: Mapping[str, Any], values: Values) -> Mask:
    """Which values lie in a bound set of positions."""
    inside: Mask = (values >= given[f"{owner}_low"]) & (values <= given[f"{owner}_high"])
    if f"{owner}_set" in given:
        inside &= _mask(given[f"{owner}_set"])[values]
    return inside


def _mask(bits: str) -> Mask:
    found: Mask = np.frombuffer(bits.encode("ascii"), dtype=np.uint8) == ord("1")
    return found


def _due(bound: Bound, packing: Packing) -> Mask | None:
    """Which cases have a deadline as the lines ``deadline_…`` ask."""
    lines, given, said = bound.lines, bound.parameters, packing.values["case"]
    classes = said["due_class"]
    found = np.ones(len(classes), dtype=bool)
    if not lines & {"deadline_from", "deadline_until", "deadline_soon"}:
        return found
    last = soon_class(packing, given["due_until"])
    if last is None:
        return None
    if "deadline_from" in lines:
        found &= classes >= 2
    if "deadline_until" in lines:
        found &= (classes >= 1) & (classes <= last)
    if "deadline_soon" in lines:
        found &= _mask(given["deadline_other"])[said["outcome_ix"]] | ((classes >= 2) & (classes <= last))
    return found


def _durations(limits: Floats, buckets: Values) -> Codes:
    """Bits by code of the clock: a bucket within the limits passes, one beside them fails, one across a limit has to be looked at."""
    low = np.array([*DURATION_EDGES_H, np.inf]) * 3600
    high = np.append(low[1:], np.inf)
    state = np.where((limits[0] <= low) & (high <= limits[1]), 0, BY_DURATION)
    state = np.where((high <= limits[0]) | (low >= limits[1]), BITS["durations"], state)
    state[NO_DURATION] = BITS["durations"]
    found: Codes = state.astype(np.uint16)[buckets]
    return found


def _drawn(bound: Bound) -> tuple[Floats, Floats]:
    """The box that position has to lie in (that of the ring included), and the ring's edges."""
    given, boxes, ring = bound.parameters, [], NOTHING.reshape(0, 4)
    for key in ("bbox", "polygon"):
        if key in bound.lines:
            boxes.append([given[f"{key}_{side}"] for side in ("west", "south", "east", "north")])
    if "polygon" in bound.lines:
        ring = np.array([[edge[end] for end in ("x1", "y1", "x2", "y2")] for edge in given["polygon_edges"]], dtype=np.float64)
    if not boxes:
        return NOTHING, ring
    sides = np.array(boxes, dtype=np.float64)
    return np.concatenate([sides[:, :2].max(axis=0), sides[:, 2:].min(axis=0)]), ring
