"""The parts of an indicator: which cases are its numerator, the rest of its denominator, and what was left out for which reason.

Every part follows from the registry's expressions over ``outcome``, from proactive sources or from repeat points, so a case
stands in exactly one of numerator, rest and the reasons; numerator and rest together are the denominator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import Mask
from data.case_groups import CaseGroup
from data.errors import SelectionError
from data.indicators import compute
from data.indicators.compute import Counts
from data.indicators.indicator import Indicator
from data.indicators.repeats import repeat_mask
from data.selection import Selection
from data.view import View
from data.vocabulary import Words

NUMERATOR: Final = "numerator"
REST: Final = "rest"
DENOMINATOR: Final = "denominator"
EXCLUDED: Final = "excluded:"
_REST: Final = Words("未计入分子", "not in the numerator")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """Cases that play one role in an indicator.

    Attributes
    ----------
    key
        ``numerator``, ``rest`` (in the denominator, not in the numerator), ``denominator``, ``excluded:<reason>``, or that of a
        :class:`data.case_groups.CaseGroup`.
    names
        As shown.
    outcomes
        The outcomes of its cases.
    sources, events
        Sources and ``event_ix`` of its cases; None where they do not matter.
    weights
        What a case of each outcome counts in the numerator; only where it is of ``hits``, which are masks like ``masks``.
    """

    key: str
    names: Words
    outcomes: Mask
    weights: Floats
    sources: Mask | None = None
    events: Mask | None = None
    hits: dict[str, Any] = field(default_factory=dict)

    def weigh(self, cases: pd.DataFrame) -> Floats:
        """What each case counts in the numerator; ``cases`` has ``outcome_ix``, ``source_ix`` and ``event_ix``."""
        found: Floats = self.weights[cases["outcome_ix"].to_numpy(dtype=int)]
        for name, column in (("chosen", "source_ix"), ("kept", "event_ix")):
            if name in self.hits:
                found *= self.hits[name][cases[column].to_numpy(dtype=int)]
        return found

    @property
    def follows_from_outcomes(self) -> bool:
        """Whether events per outcome say how many cases it has."""
        return self.sources is None and self.events is None

    @property
    def masks(self) -> dict[str, Any]:
        """Parameters of the questions ``part_page`` and ``part_outcomes``."""
        given = {"asked": self.outcomes, "chosen": self.sources, "kept": self.events}
        return {name: mask for name, mask in given.items() if mask is not None}


def parts(
    view: View, selection: Selection, indicator: Indicator, counts: Counts | None = None, asked: str | None = None
) -> Mapping[str, Part]:
    """The parts of an indicator by key, in the order they are shown.

    A score has the cases of the one of its rates that has fewest (``counts`` says which; without, the first), where it rests
    on; each case counts its points where all rates have the same cases. Cameras have no parts.

    Parameters
    ----------
    selection
        Its window says which repeat points matter.
    counts
        Events per ``outcome_ix``.
    asked
        May be the key of a further part of the events accepted: a :class:`data.case_groups.CaseGroup`.
    """
    if indicator.measure == "video":
        return {}
    weighed = compute.weights(view)
    if indicator.measure == "score":
        return _of_score(view, indicator, counts)
    own = weighed[indicator.key]
    numerator, denominator = own.numerator, own.denominator
    counted, among = indicator.fraction
    is_whole = not indicator.has_denominator or indicator.measure in ("duration", "population")
    if is_whole:
        found = [Part(NUMERATOR, counted, denominator, numerator), Part(DENOMINATOR, Words("计入", "counted"), denominator, numerator)]
    elif indicator.measure == "source":
        proactive = np.array([source.is_proactive for source in view.snapshot.sources], dtype=bool)
        found = [
            Part(DENOMINATOR, among, denominator, numerator, hits={"chosen": proactive}),
            Part(NUMERATOR, counted, denominator, numerator, sources=proactive),
            Part(REST, _REST, denominator, np.zeros_like(numerator), sources=~proactive),
        ]
    elif indicator.measure == "repeat":
        repeated = repeat_mask(view, selection)
        found = [
            Part(DENOMINATOR, among, denominator, numerator, hits={"kept": repeated}),
            Part(NUMERATOR, counted, denominator, numerator, events=repeated),
            Part(REST, _REST, denominator, np.zeros_like(numerator), events=~repeated),
        ]
    else:
        inside = denominator & (numerator > 0)
        found = [
            Part(DENOMINATOR, among, denominator, numerator),
            Part(NUMERATOR, counted, inside, numerator),
            Part(REST, _REST, denominator & ~inside, np.zeros_like(numerator)),
        ]
    group = CaseGroup.parse(asked or "") if indicator.key == "accepted" else None
    if group is not None:
        found.append(Part(group.key, group.names, group.outcomes(view), numerator, events=group.events(view, selection)))
    return {part.key: part for part in (*found, *_excluded(own))}


def _excluded(own: compute.Weights) -> list[Part]:
    """One part for each key of a reason; several reasons may share one."""
    found: dict[str, Part] = {}
    for reason, mask in own.reasons:
        key = EXCLUDED + reason.key
        outcomes = mask | found[key].outcomes if key in found else mask
        found[key] = Part(key, reason.words, outcomes, np.zeros(len(mask)))
    return list(found.values())


def _of_score(view: View, indicator: Indicator, counts: Counts | None) -> Mapping[str, Part]:
    weighed, terms = compute.weights(view), view.definition.terms
    least = next(iter(terms)) if counts is None else min(terms, key=lambda key: int(counts[weighed[key].denominator].sum()))
    own = weighed[least]
    weights = own.denominator.astype(np.float64)
    if all(np.array_equal(weighed[key].denominator, own.denominator) for key in terms):
        shares = (
            abs(points) / 100 * (weighed[key].numerator if points > 0 else 1 - weighed[key].numerator) for key, points in terms.items()
        )
        weights = np.sum(list(shares), axis=0) * own.denominator
    words = Words("计入", "counted")
    found = [Part(key, words, own.denominator, weights) for key in (NUMERATOR, DENOMINATOR)]
    return {part.key: part for part in (*found, *_excluded(own))}


def part(view: View, selection: Selection, indicator: Indicator, key: str, counts: Counts | None = None) -> Part:
    """One part of an indicator.

    Raises
    ------
    SelectionError
        The indicator has no such part, or counts no events at all.
    """
    found = parts(view, selection, indicator, counts, key)
    if not found:
        raise SelectionError(f"{indicator.key} counts cameras, not events; its cameras are in the panel that opens from the number.")
    if key not in found:
        raise SelectionError(f"{indicator.key} has no part {key[:40]!r}; choose one of {', '.join(found)}.")
    return found[key]
