"""What was to be expected of the cases of one selection, as a window's findings have it.

Expectations are made for all areas and categories of a window together (:mod:`data.expected`), so that of a part is found among
those of the whole: the same number whoever asks for it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from data import scan
from data.bound import area_ix
from data.daily import daily
from data.expected import LEVEL_DAYS, Expected, expected
from data.filters import ALONE
from data.findings import usual_range
from data.selection import Selection
from data.view import View
from data.window import window

_KINDS = ("domain", "category", "subcategory")


@dataclass(frozen=True)
class Usual:
    """What was to be expected.

    Attributes
    ----------
    mean, low, high
        Cases, and the whole numbers between which they lie in 95 % of all windows.
    level, level_from, level_to
        The cases of the days before that give the level, and these days, both included.
    windows
        Earlier windows of the same length on which it was measured how far counts stray.
    areas, kinds
        Areas and categories that are looked at together, beside all of each.
    chance
        For one category in one area, where there were more cases than expected: how often a window in which nothing changed departs as far
        somewhere, over the whole of it or a run of days that is looked at; None otherwise.
    """

    mean: float
    low: int
    high: int
    level: int
    level_from: dt.date
    level_to: dt.date
    windows: int
    areas: int
    kinds: int
    chance: float | None = None

    @property
    def level_days(self) -> int:
        """How many days give the level."""
        return (self.level_to - self.level_from).days + 1


def usual(view: View, whole: Selection, selection: Selection) -> Usual | None:
    """What was to be expected of a selection.

    Parameters
    ----------
    whole
        The selection whose areas and categories are looked at together, e.g. a brief's.
    selection
        The same narrowed to one area below it, one category, or days within its window.

    Returns
    -------
    Usual or None
        None where nothing can be expected (see :attr:`data.expected.Expected.can_say`) or the selection is no such part.
    """
    known = daily(view, whole)
    model = expected(view, known)
    area, kind = _area(view, whole, selection, known.areas), _kind(view, whole, selection, known.kinds)
    own, found = window(view, selection), window(view, whole)
    offset = (own.from_day - found.from_day).days
    if not model.can_say or area is None or kind is None or offset < 0 or offset + own.days > known.length:
        return None
    mean, variance, _ = model.run(offset, own.days)
    at = (area, kind)
    low, high = usual_range(float(mean[at]), float(variance[at]))
    first = max(0, known.start - LEVEL_DAYS)
    level = int(known.counts[first : known.start].sum(axis=0)[at])
    days = known.day(first), known.day(known.start - 1)
    chance = _chance(model, at, (offset, own.days))
    return Usual(float(mean[at]), low, high, level, *days, model.forecasts(own.days), len(known.areas), len(known.kinds), chance)


def _chance(model: Expected, at: tuple[int, int], run: tuple[int, int]) -> float | None:
    known = model.daily
    if at[0] == len(known.areas) or at[1] == len(known.kinds) or run not in scan.runs(known.length):
        return None
    mean, variance, count = (side[at[0] : at[0] + 1, at[1]] for side in model.run(*run))
    if count[0] <= mean[0]:
        return None
    return scan.chance(scan.smallest_by_chance(model), float(scan.weighed(count, mean, variance)[0]))


def _area(view: View, whole: Selection, selection: Selection, areas: tuple[int, ...]) -> int | None:
    if (selection.area, selection.grid) == (whole.area, whole.grid):
        return len(areas)
    ix = area_ix(view, selection)
    return areas.index(ix) if ix in areas and selection.grid == whole.grid else None


def _kind(view: View, whole: Selection, selection: Selection, kinds: tuple[int, ...]) -> int | None:
    asked, given = ({key: getattr(one, key) for key in _KINDS} for one in (selection, whole))
    if asked == given:
        return len(kinds)
    tree = view.snapshot.categories
    for at, ix in enumerate(kinds):
        depth = int(tree.depth[ix])
        alone = ALONE if depth == 1 and int(tree.last[ix]) > ix else ""
        if asked == {**given, _KINDS[min(depth, 3) - 1]: (f"{alone}{tree.names[ix]}",)}:
            return at
    return None
