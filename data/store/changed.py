"""The events that two snapshots tell differently, side by side.

Each snapshot is asked for a digest per local day and part of the ids, and only buckets whose digests differ are read. Dictionaries are
numbered afresh in every snapshot, so positions are replaced by numbers both sides share before anything is compared. Both sides are
asked through their own view: what a viewer may not see does not exist here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import in_cohort, is_true
from data.questions import QUESTIONS
from data.selection import Selection
from data.tree import Tree
from data.view import View

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PARTS: Final = 64
READ_TOGETHER: Final = 400_000
"""Events of a side that are read at once; bounds the memory where two snapshots have little in common."""
TIME_LIMIT_S: Final = 120.0
TIMES: Final = ("reported_at", "closed_at", "disposed_at", "deadline_at")
DICTIONARIES: Final = ("area", "category", "source", "outcome")
FLAGS: Final = (
    "is_void", "is_duplicate", "is_registered", "is_dispatched", "is_disposed", "is_closed", "is_reworked", "is_postponed",
    "is_bounced", "has_call_back", "is_contacted", "is_resolved", "is_mapped",
)  # fmt: skip
UNKNOWN: Final = -1


@dataclass(frozen=True)
class Sides:
    """Two views of different snapshots and the numbers their dictionaries share.

    Attributes
    ----------
    before, after
        Their scope is applied to each; the definition should be the same.
    """

    before: View
    after: View

    @cached_property
    def numbers(self) -> dict[str, tuple[Ints, Ints]]:
        """Dictionary → shared number of each position, before and after. Equal content has equal numbers."""
        shared: dict[Hashable, int] = {}

        def numbered(keys: Sequence[Hashable]) -> Ints:
            return np.array([shared.setdefault(key, len(shared)) for key in keys], dtype=np.int64)

        return {
            name: (numbered(_keys(self.before, name)), numbered(_keys(self.after, name)))  # sides share what comes first
            for name in DICTIONARIES
        }

    def pairs(self, tell: Callable[[str, float], None] | None = None) -> Iterator[pd.DataFrame]:
        """Frames of events that differ: ``event_id``, then every fact as ``<fact>_b`` and ``<fact>_a``.

        A side that has not the event holds NaT and -1; ``is_before`` and ``is_after`` say which have it. An event stands in one
        frame, with all of its facts: ``day`` (local, counted from 1970), the four instants, and ``area_ix``, ``category_ix``,
        ``source_ix`` and ``outcome_ix``, the positions as each side numbers them.

        Parameters
        ----------
        tell
            Takes a step's words and the share done, 0 to 1.
        """
        tell = tell or (lambda _step, _share: None)
        tell("looking for what differs", 0.0)
        groups = list(self._buckets())
        for at, buckets in enumerate(groups):
            tell("reading what differs", at / len(groups))
            b, a = (_facts(view, buckets) for view in (self.before, self.after))
            both = b.merge(a, on="event_id", how="outer", suffixes=("_b", "_a"), indicator=True)
            both["is_before"], both["is_after"] = both["_merge"] != "right_only", both["_merge"] != "left_only"
            for column in [column for column in both.columns if "_ix_" in column or column.startswith("day_")]:
                both[column] = both[column].fillna(UNKNOWN).astype(np.int64)
            found = both[self._differ(both)].drop(columns="_merge").reset_index(drop=True)
            if len(found):
                yield found

    def _differ(self, both: pd.DataFrame) -> Mask:
        differ = np.array(both["_merge"] != "both")
        for time in TIMES:
            x, y = both[f"{time}_b"], both[f"{time}_a"]
            differ |= ((x != y) & ~(x.isna() & y.isna())).to_numpy()
        for name in DICTIONARIES:
            b, a = self.numbers[name]
            differ |= take(b, both[f"{name}_ix_b"]) != take(a, both[f"{name}_ix_a"])
        return np.asarray(differ, dtype=bool)

    def _buckets(self) -> Iterator[list[int]]:
        """Buckets whose digests differ, all those of one part of the ids together."""
        b, a = (self._digests(view, side) for side, view in enumerate((self.before, self.after)))
        both = b.merge(a, on="bucket", how="outer", suffixes=("_b", "_a"))
        changed = both[~((both["n_b"] == both["n_a"]) & (both["digest_b"] == both["digest_a"]))]
        if changed.empty:
            return
        part = changed["bucket"] % PARTS
        size = changed[["n_b", "n_a"]].max(axis=1).groupby(part).sum()
        group = ((size.cumsum() - size) // READ_TOGETHER).reindex(part).to_numpy()
        for chosen in np.unique(group):
            yield changed["bucket"][group == chosen].tolist()

    def _digests(self, view: View, side: int) -> pd.DataFrame:
        lists = {
            plural: [int(number) for number in self.numbers[name][side]]
            for name, plural in zip(DICTIONARIES, ("areas", "categories", "sources", "outcomes"), strict=True)
        }
        return QUESTIONS["event_digests"].ask(view, Selection(), time_limit_s=TIME_LIMIT_S, **lists)


def take(values: npt.NDArray[Any], positions: Any) -> npt.NDArray[Any]:
    """``values[positions]``, with -1, False or None where the position is unknown (-1)."""
    fill: Any = UNKNOWN if values.dtype.kind in "iu" else False if values.dtype.kind == "b" else None
    return np.append(values, np.array([fill], dtype=values.dtype))[np.asarray(positions, dtype=np.int64)]


def flags(view: View) -> dict[str, Mask]:
    """Truth values of every outcome, by ``outcome_ix``; unknown is not true."""
    return {name: is_true(view.snapshot.outcomes[name]) for name in FLAGS}


def paths(tree: Tree, texts: Sequence[str]) -> list[tuple[str, ...]]:
    """For every node the texts from the top down to it."""
    found: list[tuple[str, ...]] = []
    for ix, text in enumerate(texts):
        parent = int(tree.parent[ix])
        found.append((*(found[parent] if parent >= 0 else ()), text))
    return found


def rewritten(sides: Sides, pairs: pd.DataFrame) -> Mask:
    """Cases of both sides with a given fact that is now another, or that count no longer or only now."""
    both = (pairs["is_before"] & pairs["is_after"]).to_numpy()
    ix_b, ix_a = pairs["outcome_ix_b"], pairs["outcome_ix_a"]
    b = {name: take(mask, ix_b) for name, mask in flags(sides.before).items()}
    a = {name: take(mask, ix_a) for name, mask in flags(sides.after).items()}
    found = take(in_cohort(sides.before), ix_b) != take(in_cohort(sides.after), ix_a)
    for name in ("is_registered", "is_dispatched", "is_disposed", "is_closed", "is_reworked", "is_postponed", "is_bounced"):
        found |= b[name] & ~a[name]
    for name in ("disposed_at", "closed_at"):
        given, now = pairs[f"{name}_b"], pairs[f"{name}_a"]
        found |= (given.notna() & (given != now)).to_numpy()
    deadlines = pairs[["deadline_at_b", "deadline_at_a"]]
    passed = deadlines.min(axis=1) <= pd.Timestamp(sides.before.snapshot.as_of).tz_localize(None)
    has_moved = (deadlines["deadline_at_b"] != deadlines["deadline_at_a"]) & deadlines.notna().any(axis=1)
    found |= (passed & has_moved).to_numpy()
    called = a["has_call_back"] & (a["is_contacted"] == b["is_contacted"]) & (a["is_resolved"] == b["is_resolved"])
    tables = sides.before.snapshot.outcomes, sides.after.snapshot.outcomes
    said = {name: [_words(table[name], ix) for table, ix in zip(tables, (ix_b, ix_a), strict=True)]
            for name in ("satisfaction", "is_local", "disposed_on_time", "closed_on_time")}  # fmt: skip
    found |= b["has_call_back"] & ~(called & (said["satisfaction"][0] == said["satisfaction"][1]))
    for name, is_over in (("disposed_on_time", "is_disposed"), ("closed_on_time", "is_closed"), ("is_local", "is_closed")):
        given, now = said[name]
        found |= b[is_over] & a[is_over] & (given != "") & (given != now)
    return np.asarray(both & found, dtype=bool)


def _words(column: pd.Series, positions: Any) -> npt.NDArray[Any]:
    """A column of ``outcome`` for each event as text, empty where unknown."""
    texts = np.array(["" if pd.isna(value) else str(value) for value in column.astype(object)], dtype=object)
    return np.append(texts, "")[np.asarray(positions, dtype=np.int64)]


def _keys(view: View, name: str) -> list[Hashable]:
    snapshot = view.snapshot
    if name == "area":
        return [("area", path) for path in paths(snapshot.areas, snapshot.areas.codes)]
    if name == "category":
        return [("category", path) for path in paths(snapshot.categories, snapshot.categories.names)]
    if name == "source":
        return [("source", source.source, source.is_proactive) for source in snapshot.sources]
    # Whether a deadline has passed follows from the clock, and would make most open cases differ.
    table = snapshot.outcomes.drop(columns=["outcome_ix", "is_past_deadline"]).astype(object)
    return [("outcome", row) for row in table.where(table.notna(), None).itertuples(index=False, name=None)]


def _facts(view: View, buckets: list[int]) -> pd.DataFrame:
    return QUESTIONS["event_facts"].ask(view, Selection(), time_limit_s=TIME_LIMIT_S, buckets=buckets)
