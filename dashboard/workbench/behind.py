"""What stands in grey behind the selected counts: all in the same area and window; or, while comparing, what it is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from dashboard.format import count, signed
from dashboard.look import Look
from dashboard.words import say
from data import against, queries
from data.store.snapshot import Snapshot
from data.tree import Tree

Counts = Mapping[Any, int]
MANY: Final = 9.0
"""From this change on it is told as a multiple."""


def selected(look: Look, key: str) -> Counts:
    """Events of a look by value of a dimension, without the dimension's own filters."""
    return _counts(look.answers(queries.linked).frames[key])


def behind(look: Look, key: str) -> Counts:
    """The same of what stands in grey; values are those of the look's own snapshot, days those of its own window."""
    other = look.other
    if other is None:
        return _counts(look.answers(queries.linked_background).frames[key])
    counts = selected(other, key)
    if key == "days":
        shift = (look.window.from_day - other.window.from_day).days
        return {day + shift: n for day, n in counts.items()}
    names = NAMED.get(key)
    if names is None or not look.is_of_two_snapshots:
        return counts
    place = {name: at for at, name in enumerate(names(look.view.snapshot))}
    there = names(other.view.snapshot)
    known = Counter[Any]()
    for value, n in counts.items():
        if there[value] in place:
            known[place[there[value]]] += n
    return known


def scale(look: Look) -> float:
    """Days of the present window to one of the other; 0 while nothing is compared."""
    return 0.0 if look.other is None or not look.other.window.days else look.window.days / look.other.window.days


def told(look: Look, n: int, before: int) -> tuple[str, str, bool]:
    """A count against the one behind it: the change, all of it in words, and whether it is more than chance explains.

    Counts of windows that are not of one length are compared by the day. Two snapshots hold the same cases: there chance explains nothing.
    """
    lang, other = look.lang, look.other
    assert other is not None  # noqa: S101 -- asked while comparing only
    if before == 0 or other.window.days == 0 or look.window.days == 0:
        return "—", say("against_of", lang, before=count(before)), False
    share, low, high = map(float, against.change(n, before, look.window.days, other.window.days))
    shown = _share(share)
    if look.is_of_two_snapshots:
        return shown, say("against_change", lang, before=count(before), change=shown), n != before
    words = say("against_interval", lang, before=count(before), change=shown, low=_share(low), high=_share(high))
    return shown, words, not low <= 0 <= high


def _share(share: float) -> str:
    """A change as one reads it: in per cent, and from ten times on as that many times."""
    return f"{signed(100 * share, 0)}%" if share < MANY else f"×{1 + share:,.0f}"


def _counts(frame: Any) -> Counts:
    return dict(zip(frame.iloc[:, 0].tolist(), frame["n"].tolist(), strict=True))


def _paths(tree: Tree) -> list[Any]:
    return [tuple(tree.names[node] for node in tree.path(ix)) for ix in range(len(tree))]


NAMED: Final[Mapping[str, Callable[[Snapshot], list[Any]]]] = {
    "areas": lambda snapshot: list(snapshot.areas.codes),
    "categories": lambda snapshot: _paths(snapshot.categories),
    "sources": lambda snapshot: [source.source for source in snapshot.sources],
    "departments": lambda snapshot: list(snapshot.departments),
}
"""By what the positions of a dimension are known from one snapshot to another; those of the others mean the same in every one."""
