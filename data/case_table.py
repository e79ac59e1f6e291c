"""All selected cases in any order, by their place in it: what a table of them shows while somebody scrolls.

The order of a selection is worked out once, as one number a case; a page at any depth is then a slice of it and costs the same
as the first one. Whoever shows the table keeps the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from data.cases import described
from data.errors import SelectionError
from data.questions import QUESTIONS
from data.schema import STAGES
from data.selection import Selection
from data.view import View

ORDERS: Final = (
    "reported_at", "deadline_at", "closed_at", "hours_taken", "area", "category", "source", "department", "stage", "urgency",
)  # fmt: skip
"""What cases may be put in order by: instants, hours from report to closing, and places in their dictionaries."""
_LAST: Final = np.iinfo(np.int64).max

Order = npt.NDArray[np.int32]


def order(view: View, selection: Selection, by: str = ORDERS[0], *, is_descending: bool = True) -> Order:
    """``event_ix`` of every selected case in order, shape (n,); those without a value last, equal ones newest first.

    Raises
    ------
    SelectionError
        Cases are not put in order by that.
    QueryTimeout
        It took too long.
    """
    if by not in ORDERS:
        raise SelectionError(f"Cases are put in order by one of {', '.join(ORDERS)}.")
    stages = [STAGES.index(stage) for stage in view.snapshot.outcomes["stage"]]
    asked = QUESTIONS["case_order"].stream(view, selection, by=by, departments=_ranks(view.snapshot.departments), stages=stages)
    batches = list(asked)
    found = np.concatenate([batch["event_ix"].to_numpy() for batch in batches])
    if by == ORDERS[0]:
        return found[::-1] if is_descending else found
    known = np.concatenate([pc.is_valid(batch["place"]).to_numpy(zero_copy_only=False) for batch in batches])[::-1]
    places = np.concatenate([pc.fill_null(batch["place"], 0).to_numpy() for batch in batches])[::-1]
    key = np.where(known, -places if is_descending else places, _LAST)
    return np.asarray(found[::-1][np.argsort(key, kind="stable")])


def rows(view: View, wanted: Sequence[int]) -> list[dict[str, Any]]:
    """These cases as :func:`data.cases.described` has them, with ``area_ix`` and ``outcome_ix``, in the order in which they are wanted."""
    frame = QUESTIONS["case_rows"].ask(view, Selection(), wanted=[int(ix) for ix in wanted])
    known = {
        int(row["event_ix"]): described(view, row) | {key: int(row[key]) for key in ("area_ix", "outcome_ix")}
        for row in frame.to_dict("records")
    }
    return [known[int(ix)] for ix in wanted if int(ix) in known]


def _ranks(names: Sequence[str]) -> list[int]:
    """The place of each name among all of them in order."""
    places = {name: place for place, name in enumerate(sorted(names))}
    return [places[name] for name in names]
