"""What a statement is bound to: lines of ``_selected.sql`` in force, their parameters, and the sets of positions they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from data.selection import Selection
    from data.view import View

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bound:
    """Lines of ``_selected.sql`` that are in force, and their parameters."""

    lines: frozenset[str] = frozenset()
    parameters: dict[str, Any] = field(default_factory=dict)

    def __or__(self, other: Bound) -> Bound:
        return Bound(self.lines | other.lines, self.parameters | other.parameters)


def positions(key: str, mask: Mask) -> Bound:
    """Bind a set of table positions as one range, and as bits where the range has gaps. An empty set selects nothing."""
    chosen = np.flatnonzero(mask)
    if not len(chosen):
        return Bound(frozenset({key}), {f"{key}_low": 1, f"{key}_high": 0})
    low, high = int(chosen[0]), int(chosen[-1])
    bound = Bound(frozenset({key}), {f"{key}_low": low, f"{key}_high": high})
    if len(chosen) == high - low + 1:
        return bound
    return bound | Bound(frozenset({f"{key}_set"}), {f"{key}_set": bits(mask)})


def bits(mask: Mask) -> str:
    """A mask as the text of a bit string; never empty."""
    return (np.asarray(mask, dtype=np.uint8) + ord("0")).tobytes().decode("ascii") or "0"


def scope(view: View) -> Bound:
    """The lines that keep a view inside its areas; always in force."""
    mask = np.zeros(len(view.snapshot.areas), dtype=bool)
    for low, high in view.spans:
        mask[low : high + 1] = True
    return positions("scope", mask)


def cohort(view: View) -> Bound:
    """The lines that leave out void events and duplicates."""
    return positions("cohort", in_cohort(view))


def in_cohort(view: View) -> Mask:
    """Outcomes that are neither void nor duplicates, by ``outcome_ix``."""
    outcomes = view.snapshot.outcomes
    return view.snapshot.once("in_cohort", lambda: fixed(~(is_true(outcomes["is_void"]) | is_true(outcomes["is_duplicate"]))))


def fixed(mask: Mask) -> Mask:
    """A mask that is kept and shared, which nobody may change."""
    mask.flags.writeable = False
    return mask


def area_ix(view: View, selection: Selection) -> int:
    """Position of the selected area, or of the view's top where none is selected; -1 where this view has no such area."""
    if selection.area is None:
        return view.top if view.spans else -1
    return next((ix for ix in view.snapshot.areas.find(selection.area) if view.sees(ix)), -1)


def deadline_masks(view: View) -> Mapping[str, Mask]:
    """Outcomes of each deadline state, by ``outcome_ix``; ``due_soon`` is those that are open and not past it."""
    return view.snapshot.once("deadline_masks", lambda: _deadline_masks(view))


def _deadline_masks(view: View) -> Mapping[str, Mask]:
    outcomes = view.snapshot.outcomes
    closed, past = is_true(outcomes["is_closed"]), is_true(outcomes["is_past_deadline"])
    on_time, known = is_true(outcomes["closed_on_time"]), outcomes["closed_on_time"].notna().to_numpy(dtype=bool)
    waiting = ~closed & ~past & is_true(outcomes["has_deadline"])
    found = {
        "on_time": closed & on_time,
        "late": closed & known & ~on_time,
        "overdue": ~closed & past,
        "due_soon": waiting,
        "not_due": waiting,
    }
    return {state: fixed(mask) for state, mask in found.items()}


def is_true(column: Any) -> Mask:
    """Where a column of truth values holds true; unknown is not true."""
    return np.asarray(column.to_numpy(dtype=object, na_value=False) == True, dtype=bool)  # noqa: E712
