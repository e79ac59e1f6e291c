"""Columns packed into codes: combinations that occur are numbered, so that one small number stands for several columns.

Ten columns of an event become five numbers of two bytes, and a filter on any of them, or on several at once, is one look-up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.dimensions import DURATION_EDGES_H, DURATION_STEP_S, DURATION_STEPS
from data.errors import QuanyuError
from data.index.rows import Codes
from data.store.snapshot import Snapshot

Values = npt.NDArray[np.int64]

MOST_CODES: Final = 1 << 16
PACKED: Final[Mapping[str, tuple[str, ...]]] = {
    "case": ("outcome_ix", "source_ix", "urgency_ix", "due_class"),
    "kind": ("category_ix", "department_ix"),
    "clock": ("hour_of_week", "bucket"),
    "area": ("area_ix",),
}
"""The packed columns, in the order of the loops, with what each says of an event; beside them stands the day.

``due_class``: 0 no deadline, 1 before ``as_of``, then by the horizons of "due soon", 2 for the nearest. ``bucket``: of the duration,
the one after the last without.
"""
PACKED_AS: Final[Mapping[str, str]] = {thing: column for column, things in PACKED.items() for thing in things}
"""By what is said of an event the packed column that says it."""
COLUMNS: Final = (*PACKED, "day")
HOURS: Final = 168
NO_DURATION: Final = len(DURATION_EDGES_H)


class Unfit(QuanyuError):
    """A snapshot cannot be held in codes; its questions stay with the SQL."""


@dataclass(frozen=True)
class Packing:
    """How a snapshot's columns are packed.

    Attributes
    ----------
    values
        By packed column, for each thing it says of an event, the value by code.
    codes
        By packed column the code of each combination, by its place among all that could be; for cases and kinds.
    sizes
        By packed column how many values each thing has.
    horizons
        Instants (UTC, naive) up to which a deadline counts as due soon, by the definitions known, ascending.
    first_day, days
        First local day since 1970, and how many there are.
    """

    values: Mapping[str, Mapping[str, Values]]
    codes: Mapping[str, Codes]
    sizes: Mapping[str, tuple[int, ...]]
    horizons: tuple[dt.datetime, ...]
    first_day: int
    days: int

    @classmethod
    def of(cls, snapshot: Snapshot, horizons: tuple[dt.datetime, ...]) -> Packing:
        """Number what occurs in a snapshot.

        Raises
        ------
        Unfit
            It has no events, negative durations, or more combinations, areas or days than two bytes can number.
        """
        if snapshot.days is None:
            raise Unfit("There are no events.")
        first, last = ((day - dt.date(1970, 1, 1)).days for day in snapshot.days)
        ends = snapshot.frame("SELECT max(urgency_ix) AS urgency, coalesce(min(duration_s), 0) AS duration FROM event").iloc[0]
        if ends["duration"] < 0:
            raise Unfit("There are durations below nought.")
        urgencies = int(ends["urgency"]) + 1
        sizes = {
            "case": (len(snapshot.outcomes), len(snapshot.sources), urgencies, len(horizons) + 3),
            "kind": (len(snapshot.categories), len(snapshot.departments)),
            "clock": (HOURS, NO_DURATION + 1),
            "area": (len(snapshot.areas),),
        }
        occurring = {name: _occurring(snapshot, name, sizes[name], horizons) for name in ("case", "kind")}
        found = {"clock": np.arange(HOURS * (NO_DURATION + 1)), "area": np.arange(len(snapshot.areas)), **occurring}
        if max(last - first + 1, *map(len, found.values())) > MOST_CODES:
            raise Unfit("There are more combinations, areas or days than the index numbers.")
        values = {name: dict(zip(PACKED[name], np.unravel_index(found[name], sizes[name]), strict=True)) for name in PACKED}
        return cls(
            values, {name: _numbered(keys, sizes[name]) for name, keys in occurring.items()}, sizes, horizons, first, last - first + 1
        )

    def size(self, column: str) -> int:
        """How many codes a column has."""
        return self.days if column == "day" else len(next(iter(self.values[column].values())))


def key_of(name: str, sizes: tuple[int, ...], as_of: dt.datetime, horizons: tuple[dt.datetime, ...]) -> tuple[str, dict[str, Any]]:
    """The place of a combination among all that could be, as SQL over the table ``event``, and its parameters."""
    later = "".join(f" + (deadline_at > $horizon_{at})::INTEGER" for at in range(len(horizons)))
    due = f"CASE WHEN deadline_at IS NULL THEN 0 WHEN deadline_at < $as_of THEN 1 ELSE 2{later} END"
    key = "0"
    for column, size in zip(PACKED[name], sizes, strict=True):
        key = f"({key}) * {size} + {due if column == 'due_class' else f'{column}::INTEGER'}"
    if "due_class" not in PACKED[name]:
        return key, {}
    return key, {"as_of": as_of.replace(tzinfo=None)} | {f"horizon_{at}": until for at, until in enumerate(horizons)}


def bucket_of_step() -> npt.NDArray[np.uint8]:
    """The bucket of each step of durations."""
    edges = [int(hours * 3600) // DURATION_STEP_S for hours in DURATION_EDGES_H]
    return (np.searchsorted(edges, np.arange(DURATION_STEPS + 1), side="right") - 1).astype(np.uint8)


def _occurring(snapshot: Snapshot, name: str, sizes: tuple[int, ...], horizons: tuple[dt.datetime, ...]) -> Values:
    """Places of the combinations that occur, ascending."""
    if np.prod(np.array(sizes, dtype=float)) > 1e9:
        raise Unfit("There are too many combinations.")
    key, instants = key_of(name, sizes, snapshot.as_of, horizons)
    frame = snapshot.frame(f"SELECT DISTINCT {key} AS place FROM event ORDER BY place", instants)  # noqa: S608
    places: Values = frame["place"].to_numpy(dtype=np.int64)
    return places


def _numbered(keys: Values, sizes: tuple[int, ...]) -> Codes:
    codes = np.zeros(int(np.prod(sizes)), dtype=np.uint16)
    codes[keys] = np.arange(len(keys))
    return codes
