"""Repeat rates of earlier days that later data tell differently.

Whether an event stands at a repeat point follows from the days after it as well, so the rate of a day moves until the rule's days after
it are over. From then on it is *settled*, and a change of it is a restatement: a case of those days came late, is gone, was moved, or
counts no longer or only now.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import in_cohort
from data.indicators.repeats import BLOCK_DAYS, standing
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.changed import TIME_LIMIT_S, UNKNOWN, Sides, flags, take
from data.store.places import Cases, Places
from data.store.restated import MOST_BLAMED, today_of
from data.view import View

Ints = npt.NDArray[np.int64]

KEY: Final = "repeat_rate"
_NODES: Final = 1 << 32
_ELSEWHERE: Final = -1
"""What stands for an event that one side has not, or counts not, on those days."""


@dataclass
class RestatedRepeats:
    """Collects the days near events that came, went or moved, and gives the repeat rates they restate; parameters as of ``Restated``."""

    sides: Sides
    places: Places
    most: int
    blamed: int = 0
    _near: set[int] = field(default_factory=set)

    def take(self, pairs: pd.DataFrame) -> None:
        """Take changed events as :meth:`Sides.pairs` gives them."""
        before, after = self.sides.before, self.sides.after
        differs = ~(pairs["is_before"] & pairs["is_after"]).to_numpy(dtype=bool)
        differs |= (pairs["reported_at_b"] != pairs["reported_at_a"]).to_numpy()
        for name in ("area", "category"):
            numbers = [take(each, pairs[f"{name}_ix_{side}"]) for each, side in zip(self.sides.numbers[name], "ba", strict=True)]
            differs |= numbers[0] != numbers[1]
        for masks in ((in_cohort(before), in_cohort(after)), (flags(before)["is_mapped"], flags(after)["is_mapped"])):
            differs |= take(masks[0], pairs["outcome_ix_b"]) != take(masks[1], pairs["outcome_ix_a"])
        days = pairs.loc[differs, ["day_b", "day_a"]].to_numpy(dtype=np.int64)
        days = days[(days != UNKNOWN) & (days < today_of(before))]
        self.blamed += len(days)
        self._near |= set(np.unique(days).tolist())

    @property
    def is_too_much(self) -> bool:
        """More cases are to blame than can be told day by day."""
        return self.blamed > MOST_BLAMED

    def entries(self) -> list[dict[str, Any]]:
        """As of ``Restated``; the cases are those of the day that came, went or stand at a repeat point on one side alone."""
        if self.is_too_much:
            return []
        reach = self.sides.before.definition.repeat.days
        settled = today_of(self.sides.before) - reach
        days = sorted({day for near in self._near for day in range(near - reach, min(near + reach + 1, settled))})
        found: list[tuple[tuple[int, int], dict[str, Any]]] = []
        while days:
            chosen = [day for day in days if day < days[0] + BLOCK_DAYS]
            found += self._of_days(chosen)
            days = days[len(chosen) :]
        return [entry for _, entry in sorted(found, key=lambda item: item[0])]

    def _of_days(self, days: list[int]) -> list[tuple[tuple[int, int], dict[str, Any]]]:
        views = (self.sides.before, self.sides.after)
        sides = [_events(view, days) for view in views]
        both = sides[0].merge(sides[1], on="event_id", how="outer", suffixes=("_b", "_a"))
        stands = [both[f"stands_{side}"].fillna(_ELSEWHERE).to_numpy(dtype=np.int64) for side in "ba"]
        found = []
        for depth in range(self.places.chains[0].shape[1]):
            cells: list[Ints] = []
            for side, name in enumerate("ba"):
                node = take(self.places.chains[side][:, depth], both[f"area_ix_{name}"].fillna(UNKNOWN))
                is_there = (stands[side] != _ELSEWHERE) & (node != UNKNOWN)
                cells.append(np.where(is_there, both[f"day_{name}"].fillna(0).to_numpy(dtype=np.int64) * _NODES + node, UNKNOWN))
            has_moved = cells[0] != cells[1]
            for cell, cases in self._to_blame(both["event_id"], cells, has_moved | (stands[0] != stands[1])).items():
                was, now = (_rate(stands[side][cells[side] == cell]) for side in (0, 1))
                if was == now or (was is not None and now is not None and math.isclose(was, now, rel_tol=1e-12)):
                    continue
                day, number = cell // _NODES, cell % _NODES
                entry = {
                    "indicator": KEY,
                    "area": self.places.codes[number],
                    "day": str(np.datetime64(day, "D")),
                    "before": was,
                    "after": now,
                }
                found.append(((day, self.places.order[number]), entry | cases.as_dict()))
        return found

    def _to_blame(self, ids: pd.Series, cells: list[Ints], is_to_blame: npt.NDArray[np.bool_]) -> dict[int, Cases]:
        blamed: dict[int, Cases] = {}
        for side in (0, 1):
            rows = is_to_blame & (cells[side] != UNKNOWN)
            if side:
                rows &= cells[0] != cells[1]  # one that stayed where it was is blamed once
            for cell, found in ids[rows].groupby(cells[side][rows]):
                blamed.setdefault(int(cell), Cases()).add(sorted(found)[: self.most], len(found), self.most)
        return blamed


def _events(view: View, days: list[int]) -> pd.DataFrame:
    """``event_id, area_ix, day, stands`` (1 at a repeat point, else 0) of the events of these days."""
    rows = QUESTIONS["events_of_days"].ask(
        view, Selection(), time_limit_s=TIME_LIMIT_S, first=days[0], last=days[-1], counted=in_cohort(view)
    )  # fmt: skip
    rows = rows[np.isin(rows["day"].to_numpy(dtype=np.int64), days)]
    first, last = (dt.date(1970, 1, 1) + dt.timedelta(days=day) for day in (days[0], days[-1]))
    stands = standing(view, [(first, last)])[rows["event_ix"].to_numpy(dtype=np.int64)]
    return rows.assign(stands=stands.astype(np.int64)).drop(columns="event_ix")


def _rate(stands: Ints) -> float | None:
    return float(stands.mean()) if len(stands) else None
