"""An indicator's formula with the actual counts put in: "应处置 200：已处置 190 ÷ 200 = 95.0%"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.figures import MISSING, count, plain, with_unit
from data.indicators import compute
from data.indicators.compute import Counts, Number
from data.indicators.indicator import Indicator
from data.indicators.registry import INDICATORS
from data.view import View
from data.vocabulary import Language

Hits = Sequence[tuple[int, float]]
"""Cases in the numerator with the weight of each, the full ones first."""


def fraction(indicator: Indicator, hits: Hits, denominator: float, value: float | None, lang: Language) -> str:
    """A numerator over a denominator, both named.

    Parameters
    ----------
    denominator
        Cases, or people for a rate per 10,000.
    """
    counted, among = (words.in_(lang) for words in indicator.fraction)
    shown = with_unit(value, indicator.unit, lang)
    if not among:
        return f"{indicator.names.in_(lang)} = {with_unit(sum(n for n, _ in hits), indicator.unit, lang)}"
    above = " + ".join(count(n) if weight == 1 else f"{count(n)} × {weight:g}" for n, weight in hits) or "0"
    above = f"({above})" if len(hits) > 1 else above
    colon = "：" if lang == "zh" else ": "
    if indicator.measure == "population":
        people = "人口" if lang == "zh" else "population"
        return f"{people} {count(denominator)}{colon}{counted} {above} ÷ ({count(denominator)} ÷ 10,000) = {shown}"
    return f"{among} {count(denominator)}{colon}{counted} {above} ÷ {count(denominator)} = {shown}"


def quantile(indicator: Indicator, n: int, value: float | None, lang: Language) -> str:
    """Where in the order of the cases the value stands."""
    shown = with_unit(value, indicator.unit, lang)
    if lang == "zh":
        return f"{count(n)} 件由短到长排列，第 {indicator.share:.0%} 处 = {shown}"
    return f"{count(n)} cases from short to long, at {indicator.share:.0%} = {shown}"


def score(terms: Mapping[str, float], values: Mapping[str, float | None], value: float | None, lang: Language) -> str:
    """Points times rates; a rate of which less is better counts as one minus it."""
    listed = []
    for key, points in terms.items():
        rate = f"{plain(values.get(key), 'rate')}%" if values.get(key) is not None else MISSING
        listed.append(f"{INDICATORS[key].names.in_(lang)} {abs(points):g} × {rate if points > 0 else f'(1 − {rate})'}")
    return f"{' + '.join(listed)} = {with_unit(value, 'score', lang)}"


def example(indicator: Indicator, lang: Language) -> str:
    """The worked example of an indicator; empty where it has none."""
    found = indicator.example
    if found is None:
        return ""
    return found.words.in_(lang) if found.words else fraction(indicator, found.numerator, found.denominator, found.value, lang)


def hits(view: View, indicator: Indicator, number: Number, counts: Counts) -> Hits:
    """What a number's numerator is made of; ``counts`` are events per ``outcome_ix``."""
    if indicator.measure != "outcome" or not indicator.has_denominator:
        return ((int(number.numerator or 0), 1.0),)
    weights = compute.weights(view)[indicator.key].numerator
    found = ((int(counts[weights == weight].sum()), float(weight)) for weight in sorted(set(weights[weights > 0]), reverse=True))
    return tuple((n, weight) for n, weight in found if n) or ((0, 1.0),)


def filled(view: View, indicator: Indicator, numbers: Mapping[str, Number], counts: Counts, *, people: float | None, lang: Language) -> str:
    """The formula of an indicator with the counts of its number put in.

    Parameters
    ----------
    numbers
        By key: its own, and for a score those of the rates it is made of.
    counts
        Events per ``outcome_ix``.
    people
        For a rate per 10,000: the population, where it is known.
    """
    number = numbers[indicator.key]
    if indicator.measure == "score":
        return score(view.definition.terms, {key: numbers[key].value for key in view.definition.terms}, number.value, lang)
    if indicator.measure == "duration":
        return quantile(indicator, number.n, number.value, lang)
    among = (people or 0) if indicator.measure == "population" else number.n
    return fraction(indicator, hits(view, indicator, number, counts), among, number.value, lang)
