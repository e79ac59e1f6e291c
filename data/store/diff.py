"""What changed between two snapshots: cases that are new, closed, reopened or withdrawn, and numbers of earlier days restated.

A case is *new* or *withdrawn* where only the later or only the earlier snapshot has it, *closed* or *reopened* where both have it and
one says so. Whoever may see only some areas is told of those alone: a case that moved out of them is withdrawn for them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from data.errors import SelectionError
from data.store.changed import Sides, flags, take
from data.store.places import Cases, Places
from data.store.recategorised import Recategorised, names_of
from data.store.restated import Restated
from data.store.store import Store
from data.view import View

Progress = Callable[[str, float], None]
KINDS: Final = ("new", "closed", "reopened", "withdrawn")
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
        ``from``, ``to``: the ids. ``new``, ``closed``, ``reopened``, ``withdrawn``: a list each, one entry per area and category
        (``area``, ``name``, ``domain``, ``category``, ``n``, ``cases``). ``restated``: one entry per number of a day that was over in
        the earlier snapshot (``indicator``, ``area``, ``day``, ``before``, ``after``, ``cases``), see :mod:`data.store.restated`;
        ``before`` and ``after`` are what ``ask`` gives for that day and area, None where there is no value. Where cases were put into
        another category, ``accepted`` of the two categories is restated, in entries that name ``domain`` and ``category`` as well. An
        entry with more than ``most`` cases says in ``more`` how many are not listed. ``left_out`` is there only where so many cases are to
        blame that numbers are not told day by day: ``restated``, ``recategorised`` → how many.

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
    restated, recategorised = Restated(sides, places, most), Recategorised(sides, places, most)
    if before.snapshot.id != after.snapshot.id:
        for pairs in sides.pairs(tell):
            _list(lists, sides, places, pairs, most)
            restated.take(pairs)
            recategorised.take(pairs)
        if tell is not None:
            tell("working out the numbers restated", 1.0)
    left_out = {name: told.blamed for name, told in (("restated", restated), ("recategorised", recategorised)) if told.is_too_much}
    return {
        "from": before.snapshot.id,
        "to": after.snapshot.id,
        **{kind: _entries(lists[kind], places) for kind in KINDS},
        "restated": [*restated.entries(), *recategorised.entries()],
        **({"left_out": left_out} if left_out else {}),
    }


def _list(lists: dict[str, dict[tuple[int, str, str], Cases]], sides: Sides, places: Places, pairs: pd.DataFrame, most: int) -> None:
    """Add changed events to the lists they belong to, by area and category."""
    was, now = pairs["is_before"].to_numpy(), pairs["is_after"].to_numpy()
    closed_b = take(flags(sides.before)["is_closed"], pairs["outcome_ix_b"])
    closed_a = take(flags(sides.after)["is_closed"], pairs["outcome_ix_a"])
    masks = {
        "new": ~was,
        "closed": was & now & ~closed_b & closed_a,
        "reopened": was & now & closed_b & ~closed_a,
        "withdrawn": ~now,
    }
    for kind, mask in masks.items():
        part = pairs[np.asarray(mask, dtype=bool)]
        view, side, name = (sides.before, 0, "b") if kind == "withdrawn" else (sides.after, 1, "a")
        domain, category = names_of(view, part[f"category_ix_{name}"])
        area = take(places.own(side), part[f"area_ix_{name}"])
        for (node, *kinds), found in part["event_id"].groupby([area, domain, category]):
            cases = lists[kind].setdefault((int(node), str(kinds[0]), str(kinds[1])), Cases())
            cases.add(sorted(found)[:most], len(found), most)


def _entries(found: dict[tuple[int, str, str], Cases], places: Places) -> list[dict[str, Any]]:
    ordered = sorted(found.items(), key=lambda item: (places.order.get(item[0][0], -1), item[0][1:]))
    return [
        {"area": places.codes.get(node, ""), "name": places.names.get(node, ""), "domain": domain, "category": category, "n": cases.n}
        | cases.as_dict()
        for (node, domain, category), cases in ordered
    ]
