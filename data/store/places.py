"""Where changes between two snapshots are told: by areas that both sides may see, each with the first of its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from data.store.changed import UNKNOWN, Sides
from data.view import View

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """The areas by which changes are told: those both views may see, down to one level.

    Attributes
    ----------
    chains
        Per side, for every ``area_ix`` the shared numbers of its visible areas from the top down to the level; -1 where there is none.
    codes, names, order
        Shared number of an area → its code, its name, its place in the order of the tree.
    """

    chains: tuple[Ints, Ints]
    codes: Mapping[int, str]
    names: Mapping[int, str]
    order: Mapping[int, int]

    @classmethod
    def of(cls, sides: Sides, level: str | None) -> Places:
        """Down to a level, or to the level below the top where none is named; a scope's own top areas are always among them."""
        deepest = max(_deepest(sides.before, level), _deepest(sides.after, level))
        codes: dict[int, str] = {}
        names: dict[int, str] = {}
        chains = []
        for view, numbers in zip((sides.before, sides.after), sides.numbers["area"], strict=True):
            tree = view.snapshot.areas
            seen = _seen(view)
            chain = np.full((len(tree), deepest + 1), UNKNOWN, dtype=np.int64)
            for depth in range(deepest + 1):
                above = tree.ancestor(depth)
                is_shown = (above >= 0) & seen[above]
                chain[is_shown, depth] = numbers[above[is_shown]]
            chains.append(chain)
            for ix, number in enumerate(numbers):
                codes[int(number)], names[int(number)] = tree.codes[ix], tree.names[ix]
        # Areas of the later snapshot in its order, then those that only the earlier one has.
        listed = dict.fromkeys([*sides.numbers["area"][1].tolist(), *sides.numbers["area"][0].tolist()])
        return cls((chains[0], chains[1]), codes, names, {number: at for at, number in enumerate(listed)})

    def own(self, side: int) -> Ints:
        """For every ``area_ix`` the deepest area by which it is told."""
        chain = self.chains[side]
        depth = chain.shape[1] - 1 - np.argmax(chain[:, ::-1] != UNKNOWN, axis=1)
        found: Ints = chain[np.arange(len(chain)), depth]
        return found


@dataclass
class Cases:
    """How many cases, and the ids of the first of them."""

    n: int = 0
    ids: list[str] = field(default_factory=list)

    def add(self, ids: list[str], n: int, most: int) -> None:
        """Take more of them; ``ids`` may be only the first of ``n``."""
        self.n += n
        self.ids = sorted({*self.ids, *ids})[:most]

    def as_dict(self) -> dict[str, Any]:
        """``cases``, and ``more`` where not all of them are listed."""
        left = self.n - len(self.ids)
        return {"cases": self.ids} | ({"more": left} if left else {})


def _deepest(view: View, level: str | None) -> int:
    """Depth of the last level by which a view's changes are told."""
    tree, seen = view.snapshot.areas, _seen(view)
    tops = [int(tree.depth[ix]) for ix in np.flatnonzero(seen) if tree.parent[ix] < 0 or not seen[tree.parent[ix]]]
    wanted = view.snapshot.levels.index(level) if level in view.snapshot.levels else min(tops, default=0) + 1
    return max(wanted, *tops, 0) if tops else wanted


def _seen(view: View) -> Mask:
    mask = np.zeros(len(view.snapshot.areas), dtype=bool)
    for low, high in view.spans:
        mask[low : high + 1] = True
    return mask
