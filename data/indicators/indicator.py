"""What an indicator is: an entry of :data:`data.indicators.registry.INDICATORS`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from data.vocabulary import Words

_REMARK: Final = re.compile(r"\s?[（(].*", re.DOTALL)
Unit = Literal["count", "rate", "score", "hours", "per_10k"]
Measure = Literal["outcome", "source", "duration", "population", "video", "score", "repeat"]
Interval = Literal["wilson", "bootstrap", "poisson", "order", "none"]
Order = Literal["newest", "disposal", "closing", "duration"]


@dataclass(frozen=True)
class Reason:
    """Why an event is not in a denominator: key, predicate over ``outcome``, words that follow a number of cases."""

    key: str
    predicate: str
    words: Words


@dataclass(frozen=True)
class Example:
    """A worked example: made-up counts that a reader can follow by hand.

    Attributes
    ----------
    numerator, denominator
        Cases in the numerator with their weight, and cases in the denominator (people for a rate per 10,000).
    value
        What comes out, in the indicator's unit.
    words
        In words, where the counts alone do not say it.
    """

    numerator: tuple[tuple[int, float], ...]
    denominator: float
    value: float
    words: Words | None = None


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    key, names
        As in an address, and as shown.
    unit
        ``rate`` is a fraction 0 to 1, ``score`` 0 to 100, ``hours`` working around the clock.
    direction
        1 more is better, -1 less is better, 0 neither.
    numerator, denominator
        Expressions over ``outcome``; the numerator always lies inside the denominator. An empty denominator is the cohort.
    formula
        In words.
    reasons
        Why events of the cohort are not in the denominator, in order.
    measure
        ``outcome``: both are counts of outcomes. ``source``: numerator by source. ``duration``: a quantile, ``share`` says which.
        ``population``: per 10,000 people. ``video``: cameras instead of events. ``score``: points for other indicators.
        ``repeat``: numerator at repeat points.
    interval
        How the 95 % interval is made.
    is_due
        It depends on what is due, so without any deadline it says nothing.
    is_optional
        Many sources do not record its numerator, so where a whole snapshot has none it says nothing.
    order
        How its cases are listed, after those that make it worse: the newest first, those longest past the deadline for handling or
        for closing, or those that took longest.
    source
        Which columns of the data contract it is made from; see :mod:`data.indicators.handbook` for their words.
    rules
        Keys of a definition's file that change it, besides ``minimum_n``.
    example
        A worked example.
    case
        What one case of the numerator is called, where its words in the formula do not say it.
    """

    key: str
    names: Words
    unit: Unit
    numerator: str
    formula: Words
    denominator: str = ""
    reasons: tuple[Reason, ...] = ()
    direction: Literal[-1, 0, 1] = 0
    measure: Measure = "outcome"
    interval: Interval = "wilson"
    is_due: bool = False
    is_optional: bool = False
    share: float = 0.0
    order: Order = "newest"
    source: tuple[str, ...] = ("reported_at",)
    rules: tuple[str, ...] = ()
    example: Example | None = None
    case: Words | None = None

    @property
    def fraction(self) -> tuple[Words, Words]:
        """Numerator and denominator in words: what stands before and after the first ÷ of the formula, remarks in brackets left out."""
        sides = [[_REMARK.sub("", side.strip(" （）()")) for side in text.partition("÷")[::2]] for text in self.formula]
        return Words(sides[0][0], sides[1][0]), Words(sides[0][1], sides[1][1])

    @property
    def has_denominator(self) -> bool:
        """Whether the value is a numerator over a denominator; counts are not."""
        return self.unit != "count"


def rate(names: Words, key: str, numerator: str, denominator: str, formula: Words, **more: Any) -> Indicator:
    """An indicator that is a rate: cases of the numerator over those of the denominator."""
    return Indicator(key, names, "rate", numerator, formula, denominator, **more)
