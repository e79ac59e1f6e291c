"""Events per day, area and category over a long time: what expected numbers are made from.

Every count is of the selection with other days, so filters, scope and the definition's days hold here as everywhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from data import days, queries
from data.indicators.areas import groups
from data.selection import Selection
from data.view import View
from data.window import window

BACK_DAYS: Final = 420
"""Days before the window that are looked at, so that last year's holidays are among them."""
EPOCH: Final = dt.date(1970, 1, 1)
REST: Final = -1
"""Events in none of the areas below."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Daily:
    """Counts from ``first`` on; the last ``length`` days are the window's.

    Attributes
    ----------
    counts : int array, shape (days, areas + 1, kinds + 1)
        The last area is all of them, the last kind all of them.
    areas, kinds
        Their positions, ``area_ix`` (:data:`REST`: in none of them) and ``category_ix``.
    """

    first: dt.date
    length: int
    counts: Counts
    areas: tuple[int, ...]
    kinds: tuple[int, ...]

    @property
    def start(self) -> int:
        """Where the window begins: the days before it."""
        return len(self.counts) - self.length

    def day(self, at: int) -> dt.date:
        """The day at a position."""
        return self.first + dt.timedelta(days=at)

    @cached_property
    def in_window(self) -> Counts:
        """Events of the window, shape (areas + 1, kinds + 1)."""
        return np.asarray(self.counts[self.start :].sum(axis=0), dtype=np.int64)

    def between(self, first: dt.date, last: dt.date) -> Counts:
        """Events of some days, both included; those before the counts begin are not counted."""
        low, high = ((day - self.first).days for day in (first, last))
        return np.asarray(self.counts[max(0, low) : max(0, high + 1)].sum(axis=0), dtype=np.int64)


def kinds_of(view: View, depth: int = 2) -> npt.NDArray[np.int32]:
    """For every ``category_ix`` the category it belongs to: that of a depth, itself where it is known no deeper."""
    found = view.snapshot.categories.ancestor(depth)
    return np.where(found < 0, np.arange(len(found), dtype=np.int32), found).astype(np.int32)


def daily(view: View, selection: Selection, back_days: int = BACK_DAYS) -> Daily:
    """Counts over the selection's days and those before them, as far back as data reach."""
    found = window(view, selection)
    first_data = (days.first_and_last(view) or (found.from_day, found.to_day))[0]
    first = min(found.from_day, max(first_data, found.from_day - dt.timedelta(days=back_days)))
    shown, group = groups(view, selection)
    kind = kinds_of(view)
    asked = selection.with_(from_day=first, to_day=max(found.to_day, first), window=None, compare=None)
    rows = queries.events_per_day_area_and_category(view, asked, [int(ix) for ix in group], [int(ix) for ix in kind])
    kinds = tuple(int(ix) for ix in np.unique(rows["kind"].to_numpy(dtype=np.int64)))
    areas = (*shown, *([REST] if (rows["node"] == REST).any() else []))
    counts = np.zeros((max(found.days, (found.to_day - first).days + 1), len(areas) + 1, len(kinds) + 1), dtype=np.int64)
    area_at, kind_at = {ix: at for at, ix in enumerate(areas)}, {ix: at for at, ix in enumerate(kinds)}
    at = rows["day"].to_numpy(dtype=np.int64) - (first - EPOCH).days
    np.add.at(
        counts,
        (at, rows["node"].map(area_at).to_numpy(dtype=np.int64), rows["kind"].map(kind_at).to_numpy(dtype=np.int64)),
        rows["n"].to_numpy(),
    )
    counts[:, -1, :] = counts[:, :-1, :].sum(axis=1)
    counts[:, :, -1] = counts[:, :, :-1].sum(axis=2)
    return Daily(first, found.days, counts, areas, kinds)
