"""Which events stand at a repeat point, and which of them share a place: numpy over arrays, no database, no order of rows.

Two events are *at one place* when they lie in the same area as located (a grid, or the finest area known), are of the same category,
and are at most so many metres apart or give the same address. An event *calls* when, itself included, at least so many events at one
place with it were reported in the days × 24 hours that end with it, those of the same instant among them; all these events then stand
at a repeat point. A *place* is what hangs together: every calling event with all that it calls.

Nothing depends on the order of rows, on a raster or on where counting starts; why it is so stands in ``docs/adr/0009-repeat-places.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.indicators.rules import Repeat

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

EARTH_RADIUS_M: Final = 6_371_008.8
DAY_US: Final = 86_400_000_000
_WIDTH: Final = 63
"""Bits of a whole number without its sign."""

_Test = Callable[[Ints, Ints], Mask]


@dataclass(frozen=True)
class Sightings:
    """Events in order of report, one array entry each.

    Attributes
    ----------
    at_us
        Instant of report, microseconds since 1970; never falls.
    area, category
        Whole numbers that are equal where area and category are, from 0.
    lon, lat
        WGS 84 degrees; NaN without a position.
    address
        A number that is equal where the address is; 0 without one.
    """

    at_us: Ints
    area: Ints
    category: Ints
    lon: Floats
    lat: Floats
    address: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.at_us)

    def since(self, first: int) -> Sightings:
        """Those from one on."""
        return Sightings(
            self.at_us[first:], self.area[first:], self.category[first:], self.lon[first:], self.lat[first:], self.address[first:]
        )

    def are_near(self, one: Ints, other: Ints, metres: float) -> Mask:
        """Whether pairs lie within ``metres``: on a sphere, taken as flat at their middle latitude (half a percent off at most)."""
        middle = np.radians((self.lat[one] + self.lat[other]) / 2)
        east = np.radians(self.lon[one] - self.lon[other]) * np.cos(middle)
        north = np.radians(self.lat[one] - self.lat[other])
        near: Mask = EARTH_RADIUS_M * np.hypot(east, north) <= metres
        return near


@dataclass(frozen=True)
class _Line:
    """Events that may be at one place stand together, in order of time.

    Attributes
    ----------
    order, group, at_us
        Their indices, the group of each, when it was reported.
    finds
        Which pairs of a group are at one place and in no group of an earlier line, so that no pair is counted twice.
    """

    order: Ints
    group: Ints
    at_us: Ints
    finds: _Test


class RepeatPoints:
    """Repeat points among some events.

    Parameters
    ----------
    events
        In order of report. For the answer to hold for an event, all events within the rule's days before *and* after it must be here.
    """

    def __init__(self, events: Sightings, rule: Repeat) -> None:
        self.events, self.rule = events, rule
        self._window_us = rule.days * DAY_US

        placed = np.flatnonzero(np.isfinite(events.lon) & np.isfinite(events.lat))
        addressed = np.flatnonzero(events.address != 0)
        kind = events.area * (int(events.category.max(initial=0)) + 1) + events.category
        address, _ = pd.factorize(events.address)
        # strips of twice the reach, and the same moved by half: whoever is within reach shares one, mostly both
        strip = np.zeros((2, len(events)), dtype=np.int64)
        for at in (0, 1):
            strip[at, placed] = np.floor(np.radians(events.lat[placed]) * EARTH_RADIUS_M / (2 * rule.metres) + at / 2)
        tests: tuple[_Test, ...] = (
            self._are_near,
            lambda one, other: (strip[0, one] != strip[0, other]) & self._are_near(one, other),
            lambda one, other: ~self._are_near(one, other),
        )
        keys = ((placed, strip[0]), (placed, strip[1]), (addressed, address.astype(np.int64)))
        self._lines = [self._line(chosen, _joint(kind, part), test) for (chosen, part), test in zip(keys, tests, strict=True)]

    def _are_near(self, one: Ints, other: Ints) -> Mask:
        return self.events.are_near(one, other, self.rule.metres)

    def _line(self, chosen: Ints, key: Ints, is_first_found_here: _Test) -> _Line:
        order = chosen[_order(key[chosen])]
        kept = key[order]
        group = np.concatenate([[0], np.cumsum(kept[1:] != kept[:-1])]) if len(order) else np.zeros(0)
        return _Line(order, group.astype(np.int64), self.events.at_us[order], is_first_found_here)

    def callers(self) -> Mask:
        """Which events call. Each is compared with earlier ones only until there are enough."""
        found = np.ones(len(self.events), dtype=np.int64)
        for line in self._lines:
            every = np.arange(len(line.order))

            def enough(one: Ints, other: Ints, line: _Line = line) -> Mask:
                found[one] += line.finds(one, other)
                return found[one] < self.rule.cases

            for step in (-1, 1):
                self._walk(line, np.flatnonzero(found[line.order] < self.rule.cases), every, step, earlier=True, visit=enough)
        return found >= self.rule.cases

    def repeated(self) -> Mask:
        """Which events stand at a repeat point: those that call and all that they call."""
        calling = self.callers()
        found = calling.copy()
        for line in self._lines:
            those = np.flatnonzero(calling[line.order])
            is_asked = np.isin(line.group, line.group[those])

            def answered(one: Ints, other: Ints, line: _Line = line) -> Mask:
                found[one] |= line.finds(one, other)
                return ~found[one]

            for step in (1, -1):
                self._walk(line, np.flatnonzero(is_asked & ~found[line.order]), those, step, earlier=False, visit=answered)
        return found

    def places(self) -> Ints:
        """For every event the index of the first event of its place; -1 where it stands at no repeat point."""
        calling = self.callers()
        label = np.arange(len(self.events))
        is_called = calling.copy()
        for line in self._lines:
            every = np.arange(len(line.order))

            def joined(one: Ints, other: Ints, line: _Line = line) -> Mask:
                hit = line.finds(one, other)
                is_called[other[hit]] = True
                _join(label, one[hit], other[hit])
                return np.ones(len(one), dtype=bool)

            for step in (-1, 1):
                self._walk(line, np.flatnonzero(calling[line.order]), every, step, earlier=True, visit=joined)
        return np.where(is_called, label, -1)

    def _walk(self, line: _Line, active: Ints, others: Ints, step: int, *, earlier: bool, visit: _Test) -> None:
        """Show each active position of a line the ``others`` of its group, nearest in time first.

        With ``earlier`` those reported less than the rule's days before it, else those after it; stepping the other way, those of the
        same instant only. ``visit`` takes events in pairs and says for which of the first to go on.
        """
        limit = self._window_us if (step < 0) == earlier else 1
        if len(others) == len(line.order):  # all of them: each stands at its own place
            at = active + step
        else:
            at = np.searchsorted(others, active, side="left") - 1 if step < 0 else np.searchsorted(others, active, side="right")
        while len(active):
            inside = (at >= 0) & (at < len(others))
            active, at = active[inside], at[inside]
            other = others[at]
            near = (line.group[other] == line.group[active]) & (np.abs(line.at_us[active] - line.at_us[other]) < limit)
            active, at, other = active[near], at[near], other[near]
            if not len(active):
                return
            wanted = visit(line.order[active], line.order[other])
            active, at = active[wanted], at[wanted] + step


def _order(key: Ints) -> Ints:
    """Places in ascending order of the key, equal ones as they stand: key and place as one number sort several times faster."""
    bits = max(1, len(key) - 1).bit_length()
    low = int(key.min(initial=0))
    if (int(key.max(initial=0)) - low).bit_length() + bits > _WIDTH:
        return np.argsort(key, kind="stable")
    packed = (key - low) << bits | np.arange(len(key))
    packed.sort()
    order: Ints = packed & ((1 << bits) - 1)
    return order


def _joint(one: Ints, other: Ints) -> Ints:
    """Numbers that are equal where both are; neither is negative beyond the other's reach."""
    low = int(other.min(initial=0))
    return one * (int(other.max(initial=0)) - low + 1) + other - low


def _join(label: Ints, one: Ints, other: Ints) -> None:
    """Give the events of each pair, and all that hang together with them, the lowest label among them."""
    while True:
        left, right = label[one], label[other]
        differ = left != right
        if not differ.any():
            return
        one, other, left, right = one[differ], other[differ], left[differ], right[differ]
        np.minimum.at(label, np.maximum(left, right), np.minimum(left, right))
        while True:
            above = label[label]
            if (above == label).all():
                break
            label[:] = above
