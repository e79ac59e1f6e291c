"""The registry of dimensions: by what linked views count the selected events, and which filters each leaves to the others.

A view over a dimension shows what the selection would give without the dimension's own filters, so that what was chosen there
stands beside what else could be. A new dimension is one entry here and one line in ``sql/linked.sql``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import deadline_masks
from data.indicators import call_backs
from data.schema import STAGES
from data.vocabulary import CALLBACK_NAMES, DEADLINE_NAMES

if TYPE_CHECKING:
    from data.view import View

Counts = npt.NDArray[np.int64]
"""Events by position: ``counts[value]``."""

DURATION_EDGES_H: Final = (0, 0.25, 0.5, 1, 2, 4, 8, 12, 24, 48, 72, 120, 168, 240, 360, 720, 1440, 2160, 4320, 8760)
"""Hours at which the buckets of durations begin, about evenly on a logarithmic axis; the last one is open. Multiples of a step."""
DURATION_STEP_S: Final = 900
"""Durations are counted in steps of a quarter of an hour, from which every bucket follows exactly."""
DURATION_STEPS: Final = int(DURATION_EDGES_H[-1] * 3600) // DURATION_STEP_S
"""The last step, which holds all that is longer."""
_FIRST_STEPS: Final = [int(hours * 3600) // DURATION_STEP_S for hours in DURATION_EDGES_H]

OUTCOMES: Final = "outcomes"
"""The whole selection by outcome, with all filters; it leaves out nothing but keeps void events and duplicates."""


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes
    ----------
    key
        Its name, and that of its frame.
    own
        Address keys of the filters it leaves out.
    value, holds
        Column of the frame beside ``n``, and what it holds.
    counted
        The positions by which events are counted: a column of the table ``event``; ``duration``, steps of it; or ``due``, two
        for each outcome, the second those whose deadline lies within the horizon of "due soon".
    fold
        From counts by position to values and their events; None where the positions are the values.
    """

    key: str
    own: tuple[str, ...]
    value: str
    holds: str
    counted: str
    fold: Callable[[View, Counts], Mapping[Any, int]] | None = None

    def frame(self, view: View, counts: Counts) -> pd.DataFrame:
        """The value and ``n``: values in their order, those without events left out. ``counts`` may end at the last event's position."""
        if self.fold is None:
            return frame_of(self._columns, counts)
        whole = np.zeros(self.width(view), dtype=np.int64)
        whole[: len(counts)] = counts
        folded = {value: int(n) for value, n in self.fold(view, whole).items() if n}
        return pd.DataFrame({self.value: list(folded), "n": np.array(list(folded.values()), dtype=np.int64)})

    @cached_property
    def _columns(self) -> pd.Index:
        return pd.Index([self.value, "n"])

    def width(self, view: View) -> int:
        """How many positions a folded dimension has."""
        outcomes = len(view.snapshot.outcomes)
        return {"outcome_ix": outcomes, "due": 2 * outcomes, "duration": DURATION_STEPS + 1}[self.counted]


def frame_of(columns: pd.Index, counts: Counts) -> pd.DataFrame:
    """Positions with events, and how many, under two names; made of one array, which pandas takes as it is."""
    found = np.flatnonzero(counts)
    rows = np.empty((2, len(found)), dtype=np.int64)
    rows[0], rows[1] = found, counts[found]
    return pd.DataFrame(rows.T, columns=columns, copy=False)


def _stages(view: View, counts: Counts) -> Mapping[str, int]:
    outcomes = view.snapshot.outcomes
    place = view.snapshot.once("stage_ix", lambda: np.array([STAGES.index(stage) for stage in outcomes["stage"]], dtype=np.int64))
    return dict(zip(STAGES, np.bincount(place, weights=counts, minlength=len(STAGES)), strict=True))


def _deadlines(view: View, counts: Counts) -> Mapping[str, int]:
    masks, later, soon = deadline_masks(view), counts[::2], counts[1::2]
    return {key: (soon if key == "due_soon" else later + soon)[masks[key]].sum() for key in DEADLINE_NAMES}


def _callbacks(view: View, counts: Counts) -> Mapping[str, int]:
    masks = call_backs.masks(view)
    return {key: counts[masks[key]].sum() for key in CALLBACK_NAMES}


def _durations(view: View, counts: Counts) -> Mapping[int, int]:
    return dict(enumerate(np.add.reduceat(counts, _FIRST_STEPS)))


DIMENSIONS: Final[Mapping[str, Dimension]] = {
    dimension.key: dimension
    for dimension in (
        Dimension("days", ("from", "to", "window"), "day", "int, local days since 1970; all days of the data", "day"),
        Dimension("hours", ("hours", "weekday"), "hour_of_week", "int, Monday 00 h = 0", "hour_of_week"),
        Dimension("areas", ("grid", "bbox", "polygon"), "area_ix", "int, as located", "area_ix"),
        Dimension("categories", ("domain", "category", "subcategory"), "category_ix", "int, as deep as the event has it", "category_ix"),
        Dimension("sources", ("source",), "source_ix", "int", "source_ix"),
        Dimension("departments", ("department",), "department_ix", "int; 0 is not given", "department_ix"),
        Dimension("urgencies", ("urgency",), "urgency_ix", "int, index into schema.URGENCIES", "urgency_ix"),
        Dimension("stages", ("stage",), "stage", "text, of schema.STAGES", "outcome_ix", _stages),
        Dimension("deadlines", ("deadline",), "deadline", "text, of DEADLINE_NAMES; due_soon is part of not_due", "due", _deadlines),
        Dimension("callbacks", ("callback",), "callback", "text, of CALLBACK_NAMES; an event may have several", "outcome_ix", _callbacks),
        Dimension("durations", ("duration",), "bucket", "int, from DURATION_EDGES_H[bucket] hours on", "duration", _durations),
    )
}
"""Every dimension by key. Filters that none of them owns (``area``, ``q``) always apply."""

BITS: Final[Mapping[str, int]] = {key: 1 << at for at, key in enumerate((OUTCOMES, *DIMENSIONS))}
"""The bit by which an event says that it fails the filters of a dimension alone; that of OUTCOMES: void or a duplicate."""

APART: Final[Mapping[str, int]] = {"cohort": BITS[OUTCOMES]} | {
    owner: BITS[key] for key, dimension in DIMENSIONS.items() for owner in dimension.own
}
"""The bit of each owner of lines in ``_selected.sql`` that has one."""
