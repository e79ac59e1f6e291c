"""Numbers of earlier days that changed because cases were put into another category.

The totals of a day and area stay, those of two of its categories do not: entries of this kind name the category beside the area.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import in_cohort
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.changed import TIME_LIMIT_S, UNKNOWN, Sides, take
from data.store.restated import Cases, Places, chains_of, today_of
from data.view import View

Cell = tuple[int, int, str, str]
"""Day from 1970, shared number of an area, names of the domain and of the category."""


@dataclass
class Recategorised:
    """Collects cases in another category and gives the numbers they change; parameters as of ``Restated``."""

    sides: Sides
    places: Places
    most: int
    _found: dict[Cell, Cases] = field(default_factory=dict)

    def take(self, pairs: pd.DataFrame) -> None:
        """Take changed events as :meth:`Sides.pairs` gives them."""
        views = (self.sides.before, self.sides.after)
        names = [names_of(view, pairs[f"category_ix_{side}"]) for view, side in zip(views, "ba", strict=True)]
        counts = [take(in_cohort(view), pairs[f"outcome_ix_{side}"]) for view, side in zip(views, "ba", strict=True)]
        differs = (names[0][0] != names[1][0]) | (names[0][1] != names[1][1])
        both = (pairs["is_before"] & pairs["is_after"]).to_numpy() & counts[0] & counts[1]
        today = today_of(self.sides.before)
        for at in np.flatnonzero(both & differs):
            row = pairs.iloc[at]
            for side, name in enumerate("ba"):
                if row[f"day_{name}"] >= today:
                    continue
                for node in self.places.chains[side][row[f"area_ix_{name}"]]:
                    if node != UNKNOWN:
                        cell = (int(row[f"day_{name}"]), int(node), str(names[side][0][at]), str(names[side][1][at]))
                        self._found.setdefault(cell, Cases()).add([row["event_id"]], 1, self.most)

    def entries(self) -> list[dict[str, Any]]:
        """As of ``Restated``, of ``accepted`` alone, with ``domain`` and ``category``."""
        if not self._found:
            return []
        days = sorted({cell[0] for cell in self._found})
        before, after = (self._values(view, side, days) for side, view in enumerate((self.sides.before, self.sides.after)))
        return [
            {
                "indicator": "accepted",
                "area": self.places.codes[cell[1]],
                "day": str(np.datetime64(cell[0], "D")),
                "before": before[cell],
                "after": after[cell],
                **cases.as_dict(),
                "domain": cell[2],
                "category": cell[3],
            }
            for cell, cases in sorted(self._found.items(), key=lambda item: (item[0][0], self.places.order[item[0][1]], item[0][2:]))
            if before[cell] != after[cell]
        ]

    def _values(self, view: View, side: int, days: Sequence[int]) -> Counter[Cell]:
        own, chains = self.places.own(side), chains_of(self.places, side)
        rows = QUESTIONS["categories_per_area_and_day"].ask(
            view, Selection(), time_limit_s=TIME_LIMIT_S, groups=own.tolist(), days=list(days), counted=in_cohort(view)
        )
        domains, categories = names_of(view, rows["category_ix"].fillna(UNKNOWN).astype(np.int64))
        found: Counter[Cell] = Counter()
        listed = (rows[name].to_numpy(dtype=np.int64) for name in ("day", "node", "n"))
        for day, node, n, domain, category in zip(*listed, domains, categories, strict=True):
            for above in chains[int(node)]:
                if above != UNKNOWN:
                    found[int(day), int(above), domain, category] += int(n)
        return found


def names_of(view: View, positions: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Names of the domain and of the category of each event; one that only has a domain has its name for both."""
    tree, at = view.snapshot.categories, np.asarray(positions, dtype=np.int64)
    names = np.array([*tree.names, ""], dtype=object)
    domains, categories = (np.append(tree.ancestor(depth), UNKNOWN)[at] for depth in (1, 2))
    return names[domains], names[np.where(categories < 0, domains, categories)]
