"""Numbers of earlier days that later data tell differently, with the cases that are to blame.

A day's rates move by themselves as cases are closed and deadlines pass; that is progress, not a restatement. A number is *restated*
where its day was over in the earlier snapshot and a case of that day

* is new or gone, or was moved to another day or area, or counts no longer or only now (void, duplicate), or
* tells another source or got or lost its position (those two numbers alone), or
* has a fact that was already given and is now another: a time of handling or closing changed or taken back, a deadline that had
  passed moved, the result of a call-back changed, a mark (sent back, extended, on time) revised.

What was unknown and is now known (a case closed, a call-back made) is progress.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import bits
from data.days import day_of
from data.indicators.compute import Weights, weights
from data.indicators.registry import INDICATORS, Indicator
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.changed import TIME_LIMIT_S, UNKNOWN, Sides, flags, rewritten, take
from data.store.places import Cases, Places
from data.view import View

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

KEYS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.measure in {"outcome", "source", "score"})
"""Indicators that can be restated."""
UNTOLD: Final = tuple(key for key in INDICATORS if key not in KEYS and key != "repeat_rate")
"""Those that are not told day by day: events per 10,000 people follow from those accepted, quantiles of single days say little,
and the state of cameras is known for now alone. Repeat rates are told by :mod:`data.store.restated_repeats`."""
WITHOUT_OUTCOME: Final = tuple(KEYS.index(key) for key in ("unmapped", "proactive_rate"))
"""What changes with a case's position or source while everything else of it stays."""
MOST_BLAMED: Final = 200_000
"""Cases to blame beyond which numbers are not told day by day: something has changed as a whole."""
_NODES: Final = 1 << 32


@dataclass
class Restated:
    """Collects the changed events and gives the numbers they restate.

    Parameters
    ----------
    most
        Cases that are listed for one number.
    blamed
        Cases to blame so far.
    """

    sides: Sides
    places: Places
    most: int
    blamed: int = 0
    _found: dict[tuple[int, int], Cases] = field(default_factory=dict)

    def take(self, pairs: pd.DataFrame) -> None:
        """Take changed events as :meth:`Sides.pairs` gives them."""
        days = [pairs[f"day_{side}"].to_numpy() for side in "ba"]
        over = [(day != UNKNOWN) & (day < today_of(self.sides.before)) for day in days]
        is_rewritten = rewritten(self.sides, pairs)
        chosen = (over[0] | over[1]) & (is_rewritten | self._moved(pairs, days) | self._turned(pairs))
        self.blamed += int(chosen.sum())
        if not chosen.any() or self.is_too_much:
            return
        part = pairs[chosen]
        counted = [self._counted(part, side) for side in (0, 1)]
        changed = (counted[0][0] != counted[1][0]) | (counted[0][1] != counted[1][1])
        changed[np.ix_(~is_rewritten[chosen], [at for at in range(len(KEYS)) if at not in WITHOUT_OUTCOME])] = False
        self._close_scores(changed)
        masks = [self._close_scores(denominator.copy()) for _, denominator in counted]
        ids = part["event_id"].to_numpy()
        for depth in range(self.places.chains[0].shape[1]):
            cells = []
            for side, name in enumerate("ba"):
                node = take(self.places.chains[side][:, depth], part[f"area_ix_{name}"])
                cells.append(np.where(over[side][chosen] & (node != UNKNOWN), days[side][chosen] * _NODES + node, UNKNOWN))
            same = cells[0] == cells[1]
            self._add(np.where(same, cells[0], UNKNOWN), changed, ids)
            for side in (0, 1):
                self._add(np.where(same, UNKNOWN, cells[side]), masks[side], ids)

    @property
    def is_too_much(self) -> bool:
        """More cases are to blame than can be told day by day."""
        return self.blamed > MOST_BLAMED

    def entries(self) -> list[dict[str, Any]]:
        """``indicator, area, day, before, after, cases`` of every number that differs, by day, area and indicator."""
        if not self._found or self.is_too_much:
            return []
        cells = np.unique(np.array([cell for _, cell in self._found], dtype=np.int64))
        before, after = (self._values(view, side, cells) for side, view in enumerate((self.sides.before, self.sides.after)))
        entries = []
        for (key, cell), cases in sorted(self._found.items(), key=lambda item: (*self._order(item[0][1]), item[0][0])):
            at = int(np.searchsorted(cells, cell))
            x, y = float(before[key][at]), float(after[key][at])
            if math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-12) or (math.isnan(x) and math.isnan(y)):
                continue
            first, second = (_number(INDICATORS[KEYS[key]], value) for value in (x, y))
            day = str(np.datetime64(cell // _NODES, "D"))
            entries.append(
                {"indicator": KEYS[key], "area": self.places.codes[cell % _NODES], "day": day, "before": first, "after": second}
                | cases.as_dict()
            )
        return entries

    @cached_property
    def _terms(self) -> list[int]:
        return [KEYS.index(key) for key in self.sides.after.definition.terms]

    def _close_scores(self, masks: Mask) -> Mask:
        """A score changes with any of its rates."""
        for at, key in enumerate(KEYS):
            if INDICATORS[key].measure == "score":
                masks[:, at] = np.any(masks[:, self._terms], axis=1)
        return masks

    def _moved(self, pairs: pd.DataFrame, days: list[Ints]) -> Mask:
        areas = [take(numbers, pairs[f"area_ix_{side}"]) for numbers, side in zip(self.sides.numbers["area"], "ba", strict=True)]
        return np.asarray((days[0] != days[1]) | (areas[0] != areas[1]), dtype=bool)

    def _turned(self, pairs: pd.DataFrame) -> Mask:
        """Whether somebody else found it, or it got or lost its position."""
        before, after = self.sides.before, self.sides.after
        is_mapped = [take(flags(view)["is_mapped"], pairs[f"outcome_ix_{side}"]) for view, side in ((before, "b"), (after, "a"))]
        return np.asarray((_proactive(before, pairs, "b") != _proactive(after, pairs, "a")) | (is_mapped[0] != is_mapped[1]), dtype=bool)

    def _counted(self, pairs: pd.DataFrame, side: int) -> tuple[Floats, Mask]:
        """What each case adds to every numerator, and whether it is in the denominator."""
        view, name = (self.sides.before, "b") if side == 0 else (self.sides.after, "a")
        outcome = pairs[f"outcome_ix_{name}"]
        proactive = _proactive(view, pairs, name)
        numerators, denominators = [], []
        for weighed, indicator in _weighed(view):
            denominator = take(weighed.denominator, outcome)
            numerators.append(denominator & proactive if indicator.measure == "source" else take(weighed.numerator, outcome))
            denominators.append(denominator)
        return np.nan_to_num(np.column_stack(numerators).astype(np.float64)), np.column_stack(denominators).astype(bool)

    def _add(self, cells: Ints, masks: Mask, ids: Any) -> None:
        """Note which cases are to blame for which number: ``masks`` has a column per indicator, cell -1 is none."""
        for key in range(len(KEYS)):
            rows = masks[:, key] & (cells != UNKNOWN)
            if rows.any():
                for cell, found in pd.Series(ids[rows]).groupby(cells[rows]):
                    listed = sorted(found)[: self.most]
                    self._found.setdefault((key, int(cell)), Cases()).add(listed, len(found), self.most)

    def _order(self, cell: int) -> tuple[int, int]:
        return cell // _NODES, self.places.order[cell % _NODES]

    def _values(self, view: View, side: int, cells: Ints) -> list[Floats]:
        """Every indicator in every cell, as ``ask`` gives it for that day and area; NaN where there is none."""
        own, chain = self.places.own(side), self.places.chains[side]
        proactive = bits(np.array([source.is_proactive for source in view.snapshot.sources], dtype=bool))
        rows = QUESTIONS["outcomes_per_area_and_day"].ask(
            view, Selection(), time_limit_s=TIME_LIMIT_S,
            groups=own.tolist(), days=np.unique(cells // _NODES).tolist(), chosen=proactive,
        )  # fmt: skip
        groups, at = np.unique(rows["day"].to_numpy(dtype=np.int64) * _NODES + rows["node"].to_numpy(dtype=np.int64), return_inverse=True)
        nodes, first = np.unique(own, return_index=True)
        above = chain[first][np.searchsorted(nodes, groups % _NODES)]  # every group counts for its area and all above
        cell = np.where(above == UNKNOWN, UNKNOWN, (groups // _NODES * _NODES)[:, None] + above)
        place = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
        group, depth = np.nonzero(cells[place] == cell)
        outcome, n, found = (rows[name].to_numpy() for name in ("outcome_ix", "n", "proactive"))

        def total(counts: npt.NDArray[Any]) -> Floats:
            per_group = np.bincount(at, weights=counts, minlength=len(groups))
            return np.round(np.bincount(place[group, depth], weights=per_group[group], minlength=len(cells)), 9)

        values, denominators = [], []
        with np.errstate(invalid="ignore", divide="ignore"):
            for weighed, indicator in _weighed(view):
                below = weighed.denominator[outcome]
                denominators.append(total(n * below))
                above_line = denominators[-1]
                if indicator.has_denominator:
                    above_line = total(found * below if indicator.measure == "source" else n * weighed.numerator[outcome])
                values.append(above_line / denominators[-1] if indicator.has_denominator else denominators[-1])
        terms = view.definition.terms
        least = np.min([denominators[at] for at in self._terms], axis=0)
        score = sum(-points for points in terms.values() if points < 0) + sum(
            points * np.nan_to_num(values[at]) for points, at in zip(terms.values(), self._terms, strict=True)
        )
        return [np.where(least > 0, score, np.nan) if INDICATORS[key].measure == "score" else values[at] for at, key in enumerate(KEYS)]


def today_of(view: View) -> int:
    """The day of a snapshot's ``as_of``, counted from 1970: days before it were over."""
    return int(np.datetime64(day_of(view, view.snapshot.as_of), "D").astype(np.int64))


def _weighed(view: View) -> list[tuple[Weights, Indicator]]:
    found = weights(view)
    return [(found[key], INDICATORS[key]) for key in KEYS]


def _proactive(view: View, pairs: pd.DataFrame, side: str) -> Mask:
    known = np.array([source.is_proactive for source in view.snapshot.sources], dtype=bool)
    return np.asarray(take(known, pairs[f"source_ix_{side}"]), dtype=bool)


def _number(indicator: Indicator, value: float) -> float | int | None:
    if np.isnan(value):
        return None
    return round(value) if indicator.unit == "count" else value
