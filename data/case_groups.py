"""Cases that have something in common which is no filter, as a part of the events accepted names them: a place, a fault of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from data.bound import Mask, is_true
from data.places import place_mask, places_mask
from data.quality import ISSUES, issue_mask
from data.selection import Selection
from data.view import View
from data.vocabulary import Words

Kind = Literal["places", "place", "waiting", "issue"]
ALL: Final = "all"
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_NAMES: Final = {
    "places": Words("在重复诉求点位", "at repeat points"),
    "place": Words("同一点位", "at the same place"),
    "waiting": Words("同一点位，未结", "at the same place, open"),
}


@dataclass(frozen=True)
class CaseGroup:
    """A group of cases.

    Attributes
    ----------
    kind
        ``places``: those at the repeat places listed for the selection (``value`` is ``all``); ``place``: those of the place at which
        the event ``value`` stands; ``waiting``: of these the open ones; ``issue``: those with the issue ``value`` of
        :data:`data.quality.ISSUES`.
    """

    kind: Kind
    value: str

    @property
    def key(self) -> str:
        """Such as ``place:RX2026…`` or ``issue:no_title``."""
        return f"{self.kind}:{self.value}"

    @classmethod
    def parse(cls, key: str) -> CaseGroup | None:
        """The group of a key; None where it is not one that :attr:`key` gives."""
        name, mark, value = key.partition(":")
        kind = next((kind for kind in _KINDS if kind == name), None)
        if kind is None or not mark or not value or (kind == "places" and value != ALL):
            return None
        if kind == "issue" and (value not in ISSUES or value.startswith("rival_")):
            return None
        return cls(kind, value)

    @property
    def names(self) -> Words:
        """What the cases have in common, in words."""
        return ISSUES[self.value].words if self.kind == "issue" else _NAMES[self.kind]

    def events(self, view: View, selection: Selection) -> Mask:
        """By ``event_ix``: which events of the selection are of it."""
        if self.kind == "places":
            return places_mask(view, selection)
        return issue_mask(view, selection, self.value) if self.kind == "issue" else place_mask(view, selection, self.value)

    def outcomes(self, view: View, counted: Mask) -> Mask:
        """Outcomes its cases may have; ``counted`` are those of events accepted. Faults are counted in void events, too."""
        if self.kind == "issue":
            return np.ones_like(counted)
        return counted & ~is_true(view.snapshot.outcomes["is_closed"]) if self.kind == "waiting" else counted
