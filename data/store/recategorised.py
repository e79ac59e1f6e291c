"""Numbers of earlier days that changed because cases were put into another category.

The totals of a day and area stay, those of two of its categories do not: entries of this kind name the category beside the area.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import in_cohort
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.changed import TIME_LIMIT_S, UNKNOWN, Sides, take
from data.store.places import Cases, Places
from data.store.restated import MOST_BLAMED, today_of
from data.view import View

Ints = npt.NDArray[np.int64]
Kind = tuple[str, str]
"""Names of a domain and of a category in it; an event that only has a domain has its name for both."""

_KINDS: Final = 1 << 16
_NODES: Final = 1 << 24


@dataclass
class Recategorised:
    """Collects cases in another category and gives the numbers they change; parameters as of ``Restated``.

    A number's key is ``(day from 1970, shared number of the area, number of the kind)`` in one integer.
    """

    sides: Sides
    places: Places
    most: int
    blamed: int = 0
    _found: dict[int, Cases] = field(default_factory=dict)

    def take(self, pairs: pd.DataFrame) -> None:
        """Take changed events as :meth:`Sides.pairs` gives them."""
        views = (self.sides.before, self.sides.after)
        numbers, _ = self._kinds
        kinds = [take(number, pairs[f"category_ix_{side}"]) for number, side in zip(numbers, "ba", strict=True)]
        counts = [take(in_cohort(view), pairs[f"outcome_ix_{side}"]) for view, side in zip(views, "ba", strict=True)]
        chosen = np.flatnonzero(counts[0] & counts[1] & (kinds[0] != kinds[1]))
        self.blamed += len(chosen)
        if not len(chosen) or self.is_too_much:
            return
        part, today = pairs.iloc[chosen], today_of(self.sides.before)
        for side, name in enumerate("ba"):
            day = part[f"day_{name}"].to_numpy(dtype=np.int64)
            for depth in range(self.places.chains[side].shape[1]):
                node = take(self.places.chains[side][:, depth], part[f"area_ix_{name}"])
                rows = (day < today) & (node != UNKNOWN)
                key = (day[rows] * _NODES + node[rows]) * _KINDS + kinds[side][chosen][rows]
                for cell, ids in part["event_id"][rows].groupby(key):
                    self._found.setdefault(int(cell), Cases()).add(sorted(ids)[: self.most], len(ids), self.most)

    @property
    def is_too_much(self) -> bool:
        """More cases are to blame than can be told day by day."""
        return self.blamed > MOST_BLAMED

    def entries(self) -> list[dict[str, Any]]:
        """As of ``Restated``, of ``accepted`` alone, with ``domain`` and ``category``."""
        if not self._found or self.is_too_much:
            return []
        cells = np.array(sorted(self._found), dtype=np.int64)
        before, after = (self._values(view, side, cells) for side, view in enumerate((self.sides.before, self.sides.after)))
        _, names = self._kinds
        entries = []
        for cell, was, now in zip(cells.tolist(), before.tolist(), after.tolist(), strict=True):
            if was == now:
                continue
            node, (domain, category) = cell // _KINDS % _NODES, names[cell % _KINDS]
            day = cell // _KINDS // _NODES
            entry = {
                "indicator": "accepted",
                "area": self.places.codes[node],
                "day": str(np.datetime64(day, "D")),
                "before": was,
                "after": now,
            }
            entry |= self._found[cell].as_dict() | {"domain": domain, "category": category}
            entries.append(((day, self.places.order[node], domain, category), entry))
        return [entry for _, entry in sorted(entries, key=lambda item: item[0])]

    @cached_property
    def _kinds(self) -> tuple[tuple[Ints, Ints], list[Kind]]:
        """Per side the number of each category's kind, and the kinds by number."""
        shared: dict[Kind, int] = {}
        numbers = []
        for view in (self.sides.before, self.sides.after):
            listed = zip(*names_of(view, np.arange(len(view.snapshot.categories))), strict=True)
            numbers.append(
                np.array([shared.setdefault((str(domain), str(category)), len(shared)) for domain, category in listed], dtype=np.int64)
            )
        return (numbers[0], numbers[1]), list(shared)

    def _values(self, view: View, side: int, cells: Ints) -> Ints:
        own, chain = self.places.own(side), self.places.chains[side]
        rows = (
            QUESTIONS["categories_per_area_and_day"]
            .ask(
                view,
                Selection(),
                time_limit_s=TIME_LIMIT_S,
                groups=own.tolist(),
                days=np.unique(cells // _KINDS // _NODES).tolist(),
                counted=in_cohort(view),
            )
            .dropna(subset=["category_ix"])
        )
        nodes, first = np.unique(own, return_index=True)
        above = chain[first][np.searchsorted(nodes, rows["node"].to_numpy(dtype=np.int64))]  # every row counts for its area and all above
        kind = self._kinds[0][side][rows["category_ix"].to_numpy(dtype=np.int64)]
        key = (rows["day"].to_numpy(dtype=np.int64)[:, None] * _NODES + above) * _KINDS + kind[:, None]
        place = np.minimum(np.searchsorted(cells, key), len(cells) - 1)
        row, depth = np.nonzero((cells[place] == key) & (above != UNKNOWN))
        return np.bincount(place[row, depth], weights=rows["n"].to_numpy(dtype=np.float64)[row], minlength=len(cells)).astype(np.int64)


def names_of(view: View, positions: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Names of the domain and of the category of each event, its :data:`Kind`; empty where the position is -1."""
    tree, at = view.snapshot.categories, np.asarray(positions, dtype=np.int64)
    names = np.array([*tree.names, ""], dtype=object)
    domains, categories = (np.append(tree.ancestor(depth), UNKNOWN)[at] for depth in (1, 2))
    return names[domains], names[np.where(categories < 0, domains, categories)]
