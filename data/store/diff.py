"""What changed between two snapshots: cases new, closed, reopened, withdrawn or fallen due, and numbers of earlier days restated.

A case is *new* or *withdrawn* where only the later or only the earlier snapshot has it, *closed* or *reopened* where both have it and
one says so; it *fell due* where its deadline passed in between while it was open (:mod:`data.store.fell_due`). Whoever may see only
some areas is told of those alone: a case that moved out of them is withdrawn for them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import SelectionError
from data.store.changed import Sides, flags, take
from data.store.fell_due import FellDue
from data.store.places import Cases, Places
from data.store.recategorised import Recategorised, names_of
from data.store.restated import Restated
from data.store.restated_repeats import RestatedRepeats
from data.store.store import Store
from data.view import View

Mask = npt.NDArray[np.bool_]
Progress = Callable[[str, float], None]
KINDS: Final = ("new", "closed", "reopened", "withdrawn", "fell_due")
MOST_CASES: Final = 1000
"""Ids listed in one entry; how many more there are stands beside them."""


def diff(
    store: Store | Path,
    from_id: str,
    to_id: str,
    *,
    scope: tuple[str, ...] | None = None,
    level: str | None = None,
    most: int = MOST_CASES,
    tell: Progress | None = None,
) -> dict[str, Any]:
    """The changes from one snapshot of a store to another, as ``diff --json`` promises.

    Parameters
    ----------
    store
        The store or its folder. Both snapshots are verified before they are read.
    scope
        Codes of the areas the viewer may see; None is everything.
    level
        The last level by which areas are told; the one below the top unless given.
    most
        Ids listed in one entry.
    tell
        Takes a step's words and the share done, 0 to 1.

    Returns
    -------
    dict
        ``from``, ``to``: the ids. ``new``, ``closed``, ``reopened``, ``withdrawn``, ``fell_due``: a list each, one entry per area and
        category (``area``, ``name``, ``domain``, ``category``, ``n``, ``cases``). ``restated``: one entry per number of a day that was over
        in the earlier snapshot (``indicator``, ``area``, ``day``, ``before``, ``after``, ``cases``), see :mod:`data.store.restated` and
        for repeat rates :mod:`data.store.restated_repeats`; ``before`` and ``after`` are
        what ``ask`` gives for that day and area, None where there is no value. Where cases were put into another category, ``accepted`` of
        the two categories is restated, in entries that name ``domain`` and ``category`` as well. An entry with more than ``most`` cases
        says in ``more`` how many are not listed. ``left_out`` is there only where so many cases are to blame that numbers are not told
        day by day: ``restated``, ``recategorised``, ``repeats`` → how many.

    Raises
    ------
    NoSnapshot, SnapshotRefused
        One of them is not in the store or is damaged.
    SelectionError
        Neither snapshot has that level.
    QueryTimeout
        It took too long.
    """
    opened = store if isinstance(store, Store) else Store(store)
    try:
        with opened.lease(from_id) as earlier, opened.lease(to_id) as later:
            definition = later.definition()  # one rule for both, or every number would differ where the rule does
            return between(View(earlier, definition, scope), View(later, definition, scope), level=level, most=most, tell=tell)
    finally:
        if opened is not store:
            opened.close()


def between(before: View, after: View, *, level: str | None = None, most: int = MOST_CASES, tell: Progress | None = None) -> dict[str, Any]:
    """The changes from one view to another; see :func:`diff`. Both should have the same definition and scope."""
    levels = dict.fromkeys((*before.snapshot.levels, *after.snapshot.levels))
    if level is not None and level not in levels:
        raise SelectionError(f"There is no level {level[:40]!r}; choose one of {', '.join(levels)}.")
    sides = Sides(before, after)
    places = Places.of(sides, level)
    lists: dict[str, dict[tuple[int, str, str], Cases]] = {kind: {} for kind in KINDS}
    kept: dict[str, Restated | Recategorised | RestatedRepeats] = {
        "restated": Restated(sides, places, most),
        "recategorised": Recategorised(sides, places, most),
        "repeats": RestatedRepeats(sides, places, most),
    }
    if before.snapshot.id != after.snapshot.id:
        fell_due = FellDue(sides)
        for pairs in sides.pairs(tell):
            for kind, mask in _kinds(sides, pairs).items():
                _list(lists[kind], sides, places, pairs[mask], "b" if kind == "withdrawn" else "a", most=most)
            _list(lists["fell_due"], sides, places, pairs[fell_due.among(pairs)], "a", most=most)
            for restated in kept.values():
                restated.take(pairs)
        _list(lists["fell_due"], sides, places, fell_due.rest(), "a", most=most)
        if tell is not None:
            tell("working out the numbers restated", 1.0)
    left_out = {name: restated.blamed for name, restated in kept.items() if restated.is_too_much}
    return {
        "from": before.snapshot.id,
        "to": after.snapshot.id,
        **{kind: _entries(lists[kind], places) for kind in KINDS},
        "restated": [entry for restated in kept.values() for entry in restated.entries()],
        **({"left_out": left_out} if left_out else {}),
    }


def _kinds(sides: Sides, pairs: pd.DataFrame) -> dict[str, Mask]:
    """Which changed events are of each kind that follows from the rows alone."""
    was, now = pairs["is_before"].to_numpy(dtype=bool), pairs["is_after"].to_numpy(dtype=bool)
    closed_b = take(flags(sides.before)["is_closed"], pairs["outcome_ix_b"])
    closed_a = take(flags(sides.after)["is_closed"], pairs["outcome_ix_a"])
    return {
        "new": ~was,
        "closed": was & now & ~closed_b & closed_a,
        "reopened": was & now & closed_b & ~closed_a,
        "withdrawn": ~now,
    }


def _list(
    listed: dict[tuple[int, str, str], Cases], sides: Sides, places: Places, events: pd.DataFrame, name: Literal["b", "a"], *, most: int
) -> None:
    """Add events to a list, by their area and category as one side has them."""
    view, side = (sides.before, 0) if name == "b" else (sides.after, 1)
    domain, category = names_of(view, events[f"category_ix_{name}"])
    area = take(places.own(side), events[f"area_ix_{name}"])
    for (node, *kinds), found in events["event_id"].groupby([area, domain, category]):
        cases = listed.setdefault((int(node), str(kinds[0]), str(kinds[1])), Cases())
        cases.add(sorted(found)[:most], len(found), most)


def _entries(found: dict[tuple[int, str, str], Cases], places: Places) -> list[dict[str, Any]]:
    ordered = sorted(found.items(), key=lambda item: (places.order.get(item[0][0], -1), item[0][1:]))
    return [
        {"area": places.codes.get(node, ""), "name": places.names.get(node, ""), "domain": domain, "category": category, "n": cases.n}
        | cases.as_dict()
        for (node, domain, category), cases in ordered
    ]
