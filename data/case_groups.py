"""Cases that have something in common which is no filter, as a part of the events accepted names them.

Numbers of places, of waiting, of steps and of faults in the data open to such groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from data import stages
from data.bound import Mask, in_cohort
from data.places import place_mask, places_mask
from data.quality import ISSUES, issue_mask
from data.questions import STEPS
from data.selection import Selection
from data.view import View
from data.vocabulary import Words

ALL: Final = "all"


@dataclass(frozen=True)
class Kind:
    """What groups of one kind are.

    Attributes
    ----------
    names
        What their cases have in common.
    values
        The values there are; None where any text may be one.
    outcomes, events
        By ``outcome_ix`` and by ``event_ix``, which cases they are; both hold. Events None: outcomes alone say it.
    """

    names: Words
    values: tuple[str, ...] | None
    outcomes: Callable[[View, str], Mask]
    events: Callable[[View, Selection, str], Mask] | None = None


def _counted(view: View, _: str) -> Mask:
    return in_cohort(view)


def _everything(view: View, _: str) -> Mask:
    return np.ones(len(view.snapshot.outcomes), dtype=np.bool_)


def _open(view: View, _: str) -> Mask:
    reached = stages.masks(view)
    return reached["reported"] & ~reached["closed"]


KINDS: Final[Mapping[str, Kind]] = {
    "places": Kind(Words("在重复诉求点位", "at repeat points"), (ALL,), _counted, lambda view, selection, _: places_mask(view, selection)),
    "place": Kind(Words("同一点位", "at the same place"), None, _counted, place_mask),
    "place_open": Kind(Words("同一点位，未结", "at the same place, open"), None, _open, place_mask),
    "issue": Kind(Words("数据问题", "issue"), tuple(key for key in ISSUES if not key.startswith("rival_")), _everything, issue_mask),
    "reached": Kind(Words("走到这一步", "got so far"), stages.FUNNEL, lambda view, step: stages.masks(view)[step]),
    "waits": Kind(
        Words("等待中", "waiting"),
        tuple(str(at) for at in range(len(stages.WAIT_HOURS) + 1)),
        _open,
        lambda view, selection, at: stages.waiting_mask(view, selection, int(at)),
    ),
    "timed": Kind(Words("这一步有时间", "with the times of the step"), (*STEPS, "whole"), _counted, stages.timed_mask),
    "bounced": Kind(Words("推诿过", "bounced"), (ALL,), lambda view, _: stages.bounced(view)),
}
"""Every kind of group by its key. ``place`` and ``place_open`` are named by the id of a case that stands there."""


@dataclass(frozen=True)
class CaseGroup:
    """A group of cases: a kind of :data:`KINDS` and which of them."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """Such as ``place:RX2026…`` or ``issue:no_title``."""
        return f"{self.kind}:{self.value}"

    @classmethod
    def parse(cls, key: str) -> CaseGroup | None:
        """The group of a key; None where it is not one that :attr:`key` gives."""
        name, mark, value = key.partition(":")
        kind = KINDS.get(name)
        if kind is None or not mark or not value or (kind.values is not None and value not in kind.values):
            return None
        return cls(name, value)

    @property
    def names(self) -> Words:
        """What the cases have in common, in words."""
        return ISSUES[self.value].words if self.kind == "issue" else KINDS[self.kind].names

    def outcomes(self, view: View) -> Mask:
        """By ``outcome_ix``: which cases may be of it."""
        return KINDS[self.kind].outcomes(view, self.value)

    def events(self, view: View, selection: Selection) -> Mask | None:
        """By ``event_ix``: which events of the selection may be of it; None where outcomes alone say it."""
        found = KINDS[self.kind].events
        return None if found is None else found(view, selection, self.value)
