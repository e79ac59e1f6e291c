"""Cases that fell due between two snapshots: nothing was told of them, but their deadline passed while they were open.

That alone moves every number whose rule asks whether a deadline has passed (due for handling, due for closing, overdue), for the
same days and the same rows. It is no restatement; it says why such a number is another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import in_cohort, is_true
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.changed import TIME_LIMIT_S, Sides, flags, take
from data.view import View

Mask = npt.NDArray[np.bool_]


@dataclass
class FellDue:
    """Finds them among the events that differ, and those of which nothing else differs.

    A case *fell due* where both snapshots have it, its deadline had not passed in the earlier and has in the later, which counts it
    and has it as not closed. Whoever compares backwards in time finds none.
    """

    sides: Sides
    _told: set[str] = field(default_factory=set)
    """Those of the span of time between the snapshots that differ in another fact as well."""
    _passed: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        before, after = self.sides.before, self.sides.after
        self._passed = QUESTIONS["fell_due"].ask(
            after,
            Selection(),
            time_limit_s=TIME_LIMIT_S,
            since=before.snapshot.as_of.replace(tzinfo=None),
            until=after.snapshot.as_of.replace(tzinfo=None),
            waiting=_waiting(after),
        )

    def among(self, pairs: pd.DataFrame) -> Mask:
        """Which events of a frame that :meth:`Sides.pairs` gives fell due."""
        ids = pairs["event_id"]
        self._told |= set(ids[ids.isin(self._passed["event_id"])])
        before, after = self.sides.before, self.sides.after
        passed_b, passed_a = (
            take(is_true(view.snapshot.outcomes["is_past_deadline"]), pairs[f"outcome_ix_{side}"])
            for view, side in ((before, "b"), (after, "a"))
        )
        both = (pairs["is_before"] & pairs["is_after"]).to_numpy()
        return np.asarray(both & ~passed_b & passed_a & take(_waiting(after), pairs["outcome_ix_a"]), dtype=bool)

    def rest(self) -> pd.DataFrame:
        """``event_id, area_ix, category_ix`` (as the later snapshot numbers them) of those that no frame told of; asked last."""
        return self._passed[~self._passed["event_id"].isin(self._told)].rename(
            columns={name: f"{name}_a" for name in ("area_ix", "category_ix")}
        )


def _waiting(view: View) -> Mask:
    """Outcomes that count and are not closed, by ``outcome_ix``."""
    return in_cohort(view) & ~flags(view)["is_closed"]
