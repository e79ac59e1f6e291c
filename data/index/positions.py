"""From counts by code back to counts by what a dimension counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from data.dimensions import DIMENSIONS, DURATION_EDGES_H, DURATION_STEP_S, OUTCOMES, Counts
from data.index.codes import NO_DURATION, PACKED_AS, Packing, Values

_THINGS: Final[Mapping[str, str]] = {"due": "outcome_ix", "duration": "bucket"}
"""What a packed column says, where a dimension counts by something that follows from it."""
_COUNTED: Final[Mapping[str, str]] = {OUTCOMES: "outcome_ix"} | {key: dimension.counted for key, dimension in DIMENSIONS.items()}
PACKED_COLUMN: Final[Mapping[str, str]] = {
    key: "day" if counted == "day" else PACKED_AS[_THINGS.get(counted, counted)] for key, counted in _COUNTED.items()
}
"""By key of a dimension, and of OUTCOMES, the packed column by which it counts."""


class Positions:
    """The position of each code for each dimension; -1 where it has none.

    Parameters
    ----------
    packing
        How the codes were made.
    soon
        The last class of deadlines that are due soon.
    """

    def __init__(self, packing: Packing, soon: int) -> None:
        self._of = {key: _positions(packing, counted, soon) for key, counted in _COUNTED.items()}

    def counts(self, key: str, by_code: npt.NDArray[np.uint32]) -> Counts:
        """Events by position."""
        positions = self._of[key]
        chosen = np.flatnonzero((by_code > 0) & (positions >= 0))
        found: Counts = np.bincount(positions[chosen], weights=by_code[chosen]).astype(np.int64)
        return found


def _positions(packing: Packing, counted: str, soon: int) -> Values:
    if counted == "day":
        return packing.first_day + np.arange(packing.days)
    said = packing.values[PACKED_AS[_THINGS.get(counted, counted)]]
    if counted == "due":
        return 2 * said["outcome_ix"] + ((said["due_class"] >= 2) & (said["due_class"] <= soon))
    if counted == "duration":
        steps = [int(hours * 3600) // DURATION_STEP_S for hours in DURATION_EDGES_H]
        return np.where(said["bucket"] == NO_DURATION, -1, np.array([*steps, 0])[said["bucket"]])
    return said[counted]
