"""What the ranking shows: areas with their standing, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.format import Language
from dashboard.links import Changes


@dataclass(frozen=True)
class Rank:
    """One area.

    Attributes
    ----------
    code
        None is what belongs to no area.
    value, low, high, n
        The value is None where the area stands without a rank; ``reason`` then says why.
    band, places
        Both from 1, the best; None where there is no rank. ``places`` are the first and the last the area may hold.
    is_unsure
        It stands above a band whose areas it cannot be told apart from.
    one_more, one_fewer
        Value and place with one case more, and one fewer; None where there is no such case.
    crude, covered
        Of an adjusted value: the value before, and the share of the standard mix that its cases cover.
    per_10k
        Of a count: the same for 10,000 people.
    missed
        In words, where the value lies at or beyond the definition's threshold; else empty.
    cases
        What of the address its number is of; None where nothing says it, then it does not open.
    """

    code: str | None
    name: str
    value: float | None
    low: float | None
    high: float | None
    n: float
    band: int | None = None
    places: tuple[int, int] | None = None
    place: int | None = None
    is_unsure: bool = False
    one_more: tuple[float, int] | None = None
    one_fewer: tuple[float, int] | None = None
    crude: float | None = None
    covered: float | None = None
    per_10k: float | None = None
    reason: str = ""
    missed: str = ""
    cases: Changes | None = None


@dataclass(frozen=True)
class Standings:
    """A ranking in words and numbers.

    Attributes
    ----------
    indicator, kind
        Its key and its unit.
    ranked, apart
        Best first; then those listed apart.
    whole
        All cases together, pooled.
    is_ranked
        Indicators of which neither more nor less is better have no places and no bands.
    kept_last
        How many areas the last band surely holds.
    case
        What is said of one case more, and of one fewer; None where an indicator has no such case.
    adjusted
        The label of the adjustment in force, or empty.
    mixes
        Adjustments to choose from: value of ``adjust=`` (None: none), its words, whether it is in force.
    lang
        Of the page.
    """

    indicator: str
    kind: str
    ranked: Sequence[Rank]
    apart: Sequence[Rank]
    whole: Rank
    is_ranked: bool
    kept_last: int
    case: tuple[str, str] | None
    adjusted: str
    mixes: Sequence[tuple[str | None, str, bool]]
    lang: Language
