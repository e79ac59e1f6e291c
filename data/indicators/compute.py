"""From counts of events to numbers with their numerator, denominator, interval and what was left out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import in_cohort
from data.indicators import call_backs, intervals
from data.indicators.registry import DUPLICATE, INDICATORS, VOID, Indicator, Reason
from data.video import cameras, judged
from data.view import View

CLOSING_CUT_OFF: Final = "C_CLOSING_CUT_OFF"
NO_DEADLINES: Final = "C_NO_DEADLINES"
NOT_RECORDED: Final = "C_NOT_RECORDED"

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Number:
    """One indicator's answer.

    Attributes
    ----------
    value
        In the indicator's unit; None where the denominator is 0 or unknown.
    numerator, denominator
        Cases (weighted ones may be fractions); the denominator is None for counts.
    n
        Cases the value rests on.
    low, high
        95 % interval; None where there is none, or a sample too small for that side.
    excluded
        Reason → cases of the selection that are not in the denominator, only those above 0.
    shown
        Whether a screen may show and rank it.
    caveats
        Codes of what a reader must know.
    """

    value: float | int | None
    numerator: float | int | None
    denominator: float | int | None
    n: int
    low: float | None = None
    high: float | None = None
    excluded: dict[str, int] = field(default_factory=dict)
    shown: bool = False
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """One indicator's expressions, evaluated for every outcome.

    Attributes
    ----------
    numerator
        Weight of an event in the numerator; 0 outside the denominator.
    denominator
        Outcomes that count; void events and duplicates never do.
    reasons
        Reason → outcomes left out for it; together with the denominator every outcome once.
    """

    numerator: Floats
    denominator: Mask
    reasons: tuple[tuple[Reason, Mask], ...]


def weights(view: View) -> dict[str, Weights]:
    """Weights of every indicator by key; evaluated once per snapshot and definition."""
    return view.snapshot.once(("weights", view.definition.basically_satisfied, view.definition.call_back), lambda: _weigh(view))


def _weigh(view: View) -> dict[str, Weights]:
    columns: dict[str, str] = {}
    for indicator in INDICATORS.values():
        predicates = [*(reason.predicate for reason in (VOID, DUPLICATE, *indicator.reasons)), indicator.denominator or "TRUE"]
        columns |= {f"{indicator.key}.{at}": f"coalesce(({predicate})::DOUBLE, 0)" for at, predicate in enumerate(predicates)}
        columns[f"{indicator.key}.numerator"] = f"coalesce(({indicator.numerator})::DOUBLE, 0)"
    listed = ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())
    frame = view.snapshot.frame(
        f"SELECT {listed} FROM {call_backs.RELATION} ORDER BY outcome_ix",  # noqa: S608 -- expressions of our own registry
        {"basically_satisfied": view.definition.basically_satisfied, **call_backs.parameters(view)},
    )
    cohort = in_cohort(view)
    return {indicator.key: _weights(indicator, frame, cohort) for indicator in INDICATORS.values()}


def _weights(indicator: Indicator, frame: pd.DataFrame, cohort: Mask) -> Weights:
    listed = (VOID, DUPLICATE, *indicator.reasons)
    denominator = (frame[f"{indicator.key}.{len(listed)}"].to_numpy() > 0) & cohort
    left = ~denominator
    reasons = []
    for at, reason in enumerate(listed):
        mask = left & (frame[f"{indicator.key}.{at}"].to_numpy() > 0)
        reasons.append((reason, mask))
        left &= ~mask
    return Weights(frame[f"{indicator.key}.numerator"].to_numpy() * denominator, denominator, tuple(reasons))


def count_outcomes(view: View, outcomes: pd.DataFrame, *, previous: bool = False) -> Counts:
    """Events per ``outcome_ix`` from the answer of ``outcomes_per_bucket``: of the window, or of the previous one."""
    chosen = outcomes[(outcomes["bucket"] < 0) if previous else (outcomes["bucket"] >= 0)]
    return tally(chosen["outcome_ix"], chosen["n"], len(view.snapshot.outcomes))


def tally(positions: Any, n: Any, size: int) -> Counts:
    """Sums of ``n`` by position."""
    return np.bincount(np.asarray(positions, dtype=np.int64), weights=np.asarray(n, dtype=np.float64), minlength=size).astype(np.int64)


def evaluate(view: View, indicator: Indicator, counts: Counts, *, has_interval: bool = True) -> Number:
    """An indicator that follows from events per outcome alone: measures ``outcome`` and ``score``.

    Parameters
    ----------
    counts
        Events per ``outcome_ix``, void events and duplicates included.
    has_interval
        Without: weighted rates and scores come without their bootstrap interval.
    """
    if indicator.measure == "score":
        return _score(view, counts, has_interval=has_interval)
    weighed = weights(view)[indicator.key]
    n = int(counts[weighed.denominator].sum())
    excluded = left_out(weighed, counts)
    if not indicator.has_denominator:
        return Number(n, n, None, n, *intervals.poisson(n), excluded, shown=True)
    numerator = _whole(float((weighed.numerator * counts).sum()))
    if n == 0:
        return Number(None, numerator, 0, 0, excluded=excluded, caveats=caveats(view, indicator, counts))
    low: float | None = None
    high: float | None = None
    if indicator.interval == "bootstrap" and has_interval:
        cases = counts * weighed.denominator
        low, high = intervals.bootstrap(cases, (weighed.numerator, weighed.denominator.astype(float), 1.0))
    elif indicator.interval == "wilson":
        low, high = (float(side) for side in intervals.wilson(numerator, n))
    found = caveats(view, indicator, counts)
    return Number(numerator / n, numerator, n, n, low, high, excluded, n >= view.definition.minimum_n and not found, found)


def _score(view: View, counts: Counts, *, has_interval: bool) -> Number:
    """Σ points × rate, or × (1 − rate) where points are negative."""
    weighed, terms = weights(view), view.definition.terms
    union: Mask = np.logical_or.reduce([weighed[key].denominator for key in terms])
    numbers = {key: evaluate(view, INDICATORS[key], counts, has_interval=False) for key in terms}
    n = min(number.n for number in numbers.values())
    excluded = left_out(weighed[min(terms, key=lambda key: numbers[key].n)], counts)
    found = tuple(sorted({code for number in numbers.values() for code in number.caveats}))
    if n == 0:
        return Number(None, None, 0, 0, excluded=excluded, caveats=found)
    base = sum(-points for points in terms.values() if points < 0)
    value = base + sum(points * (numbers[key].value or 0) for key, points in terms.items())
    low: float | None = None
    high: float | None = None
    if has_interval:
        listed = ((weighed[key].numerator, weighed[key].denominator.astype(float), points) for key, points in terms.items())
        low, high = (base + side for side in intervals.bootstrap(counts * union, *listed))
    numerator = _whole(value * n / 100)
    return Number(value, numerator, n, n, low, high, excluded, n >= view.definition.minimum_n and not found, found)


def of_sources(view: View, indicator: Indicator, sources: pd.DataFrame, counts: Counts) -> Number:
    """The share of events from proactive sources. ``sources`` is ``source_ix, n`` of the cohort in the window."""
    proactive = np.array([source.is_proactive for source in view.snapshot.sources], dtype=bool)
    n = int(sources["n"].sum())
    numerator = int(sources["n"][proactive[sources["source_ix"].to_numpy(dtype=int)]].sum())
    excluded = left_out(weights(view)[indicator.key], counts)
    number, found = _plain(view, numerator, n, excluded), caveats(view, indicator, counts)
    return replace(number, shown=number.shown and not found, caveats=found)


def of_repeats(view: View, indicator: Indicator, rows: pd.DataFrame, counts: Counts) -> Number:
    """The share of events at repeat points. ``rows`` is ``n, repeated`` of the cohort in the window."""
    excluded = left_out(weights(view)[indicator.key], counts)
    number, found = _plain(view, int(rows["repeated"].sum()), int(rows["n"].sum()), excluded), caveats(view, indicator, counts)
    return replace(number, shown=number.shown and not found, caveats=found)


def of_video(view: View, points: pd.DataFrame) -> Number:
    """The share of cameras in use that are derived online. ``points`` is the answer of ``video_points``."""
    counted = judged(points)
    left = cameras(points).drop(index=counted.index)["status"].value_counts()
    return _plain(view, int((counted["status"] == "online").sum()), len(counted), {str(key): int(n) for key, n in left.items()})


def of_population(view: View, indicator: Indicator, counts: Counts, population: float | None) -> Number:
    """Events per 10,000 people; no value where the population is unknown."""
    weighed = weights(view)[indicator.key]
    n, excluded = int(counts[weighed.denominator].sum()), left_out(weights(view)[indicator.key], counts)
    if population is None or not population > 0:
        return Number(None, n, None, n, excluded=excluded)
    tens = population / 10_000
    low, high = intervals.poisson(n)
    return Number(n / tens, n, tens, n, low / tens, high / tens, excluded, shown=True)


def duration_shares(indicator: Indicator, n: int) -> list[float]:
    """The quantiles to ask for: the value, then the order statistics of its interval (NaN-free; 0 and 1 where too few cases)."""
    low, high = intervals.order_ranks(n, indicator.share)
    last = max(1, n - 1)
    return [indicator.share, (low or 0) / last, 1.0 if high is None else high / last]


def of_duration(view: View, indicator: Indicator, counts: Counts, hours: list[float]) -> Number:
    """A quantile of hours to closing. ``hours`` are those of :func:`duration_shares`, empty without cases."""
    weighed = weights(view)[indicator.key]
    n, excluded = int(counts[weighed.denominator].sum()), left_out(weighed, counts)
    found = caveats(view, indicator, counts)
    if n == 0 or not hours:
        return Number(None, None, 0, 0, excluded=excluded, caveats=found)
    low, high = intervals.order_ranks(n, indicator.share)
    return Number(
        hours[0],
        None,
        n,
        n,
        None if low is None else hours[1],
        None if high is None else hours[2],
        excluded,
        n >= view.definition.minimum_n and not found,
        found,
    )


def left_out(weighed: Weights, counts: Counts) -> dict[str, int]:
    """Reason → cases, only those above 0."""
    found: dict[str, int] = {}
    for reason, mask in weighed.reasons:
        cases = int(counts[mask].sum())
        if cases:
            found[reason.key] = found.get(reason.key, 0) + cases
    return found


def caveats(view: View, indicator: Indicator, counts: Counts) -> tuple[str, ...]:
    """Codes of what stands against showing an indicator for these events."""
    if indicator.measure == "duration" and CLOSING_CUT_OFF in finding_codes(view):
        return (CLOSING_CUT_OFF,)
    if indicator.is_due:
        has_deadline = view.snapshot.outcomes["has_deadline"].to_numpy(dtype=bool, na_value=False) & in_cohort(view)
        if counts[in_cohort(view)].any() and not counts[has_deadline].any():
            return (NO_DEADLINES,)
    if indicator.is_optional and not is_recorded(view, indicator):
        return (NOT_RECORDED,)
    return ()


def is_recorded(view: View, indicator: Indicator) -> bool:
    """Whether anything in the whole snapshot carries what an optional indicator counts."""
    if indicator.measure == "source":
        return any(source.is_proactive for source in view.snapshot.sources)
    if indicator.measure == "repeat":
        return can_be_located(view)
    return bool(weights(view)[indicator.key].numerator.any())


def can_be_located(view: View) -> bool:
    """Whether any event of the snapshot has a position or an address."""

    def look() -> bool:
        if bool(view.snapshot.outcomes["is_mapped"].fillna(False).astype(bool).any()):
            return True
        return bool(view.snapshot.frame("SELECT count(address) > 0 AS is_said FROM event")["is_said"].iloc[0])

    return view.snapshot.once(("can_be_located",), look)


def finding_codes(view: View) -> frozenset[str]:
    """Codes of the findings that were published with the snapshot."""
    return view.snapshot.once(("finding_codes",), lambda: frozenset(view.snapshot.frame("SELECT DISTINCT code FROM finding")["code"]))


def _plain(view: View, numerator: int, n: int, excluded: dict[str, int]) -> Number:
    if n == 0:
        return Number(None, numerator, 0, 0, excluded=excluded)
    low, high = (float(side) for side in intervals.wilson(numerator, n))
    return Number(numerator / n, numerator, n, n, low, high, excluded, n >= view.definition.minimum_n)


def _whole(number: float) -> float | int:
    """A sum of weights without the noise of addition; whole where it is."""
    rounded = round(number, 9)
    return int(rounded) if math.isclose(rounded, round(rounded), abs_tol=1e-9) else rounded
