"""Key numbers over the window, over the one before, and per bucket."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dashboard.charts import headline as chart
from dashboard.charts.headline import KeyNumber
from dashboard.format import count
from dashboard.look import Look
from dashboard.words import say
from data.codes import CODES
from data.indicators import compute
from data.indicators.ask import numbers, previous_numbers
from data.indicators.compute import Number
from data.indicators.registry import DUPLICATE, INDICATORS, VOID, Indicator
from data.vocabulary import Words

REASONS: Final[dict[str, Words]] = {
    reason.key: reason.words for indicator in INDICATORS.values() for reason in (VOID, DUPLICATE, *indicator.reasons)
}
LEAST_IN_BUCKET: Final = 5
"""A bucket of a sparkline with fewer cases is a gap."""


def build(look: Look) -> tuple[Any, ...]:
    """The key numbers of this deployment; the chosen one is marked."""
    indicators = look.key_indicators
    now = numbers(look.answers, indicators)
    before = previous_numbers(look.answers, indicators)
    entries = [_entry(look, indicator, now[indicator.key], before.get(indicator.key)) for indicator in indicators]
    return (chart.draw(entries, chosen=look.indicator.key, address=look.address, versus=look.versus, lang=look.lang, palette=look.palette),)


def _entry(look: Look, indicator: Indicator, now: Number, before: Number | None) -> KeyNumber:
    lang = look.lang
    after, earlier = series(look, indicator)
    return KeyNumber(
        key=indicator.key,
        name=indicator.names.in_(lang),
        unit=indicator.unit,
        now=now.value if now.shown else None,
        before=before.value if before is not None and before.shown else None,
        n=now.n,
        excluded={REASONS[reason].in_(lang) if reason in REASONS else reason: n for reason, n in now.excluded.items()},
        aside=tuple(REASONS[reason.key].in_(lang) for reason in (VOID, DUPLICATE)),
        before_name=look.before,
        mark=look.mark(indicator, now.value if now.shown else None)[1],
        reason=_reason(look, now),
        series=after if now.shown else (),
        series_before=earlier if now.shown else (),
    )


def _reason(look: Look, number: Number) -> str:
    """Why a number is not shown; empty where it is."""
    if number.shown:
        return ""
    if number.caveats:
        code = CODES[number.caveats[0]]
        return code.zh if look.lang == "zh" else code.en
    if number.n == 0:
        return say("nothing_due", look.lang)
    return say("too_few", look.lang, n=count(look.view.definition.minimum_n), found=count(number.n))


def series(look: Look, indicator: Indicator) -> tuple[list[float | None], list[float | None]]:
    """Values per bucket of the window and of the one before, for what follows from outcomes; else empty."""
    if indicator.measure not in ("outcome", "score"):
        return [], []
    frame, view = look.outcomes, look.view
    buckets = frame["bucket"].to_numpy(dtype=np.int64)
    size = len(view.snapshot.outcomes)
    windows = (len(look.window.buckets()), len(look.window.previous.buckets(look.window.bucket_days)) if look.window.previous else 0)
    answer: list[list[float | None]] = []
    for position, chosen in ((buckets, buckets >= 0), (-1 - buckets, buckets < 0)):
        length = windows[len(answer)]
        rows = np.zeros((length, size))
        inside = chosen & (position < length)
        np.add.at(
            rows, (position[inside], frame["outcome_ix"].to_numpy(dtype=np.int64)[inside]), frame["n"].to_numpy(dtype=np.float64)[inside]
        )
        answer.append(_values(look, indicator, rows))
    return answer[0], answer[1]


def _values(look: Look, indicator: Indicator, rows: npt.NDArray[np.float64]) -> list[float | None]:
    weights = compute.weights(look.view)
    if indicator.measure == "score":
        terms = look.view.definition.terms
        base = sum(-points for points in terms.values() if points < 0)
        parts = [(points, *_fraction(weights[key], rows)) for key, points in terms.items()]
        least = np.min([denominator for _, _, denominator in parts], axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = base + np.sum([points * numerator / denominator for points, numerator, denominator in parts], axis=0)
        return [float(value) if n >= LEAST_IN_BUCKET else None for value, n in zip(values, least, strict=True)]
    numerator, denominator = _fraction(weights[indicator.key], rows)
    if not indicator.has_denominator:
        return [float(value) for value in denominator]
    return [float(value / n) if n >= LEAST_IN_BUCKET else None for value, n in zip(numerator, denominator, strict=True)]


def _fraction(weight: compute.Weights, rows: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return rows @ weight.numerator, rows @ weight.denominator.astype(np.float64)
