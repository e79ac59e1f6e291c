"""The indicators of one selection as one object: what ``ask --json`` and the programming interface give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from data import queries
from data.answers import Answers
from data.filters import bits, sentence
from data.indicators import compute
from data.indicators.compute import Number
from data.indicators.population import population
from data.indicators.registry import INDICATORS, Indicator
from data.selection import Selection
from data.view import View
from data.vocabulary import Language, Words
from data.window import Window, window

MADE_UP: Final = Words("数据均为虚构。", "The data are made up.")


def ask(view: View, selection: Selection, lang: Language = "zh") -> dict[str, Any]:
    """Every indicator for a selection, as ``ask --json`` promises.

    Rates are fractions, scores 0 to 100, counts whole. ``window`` names the days covered; ``caveats`` stands beside an
    indicator where something keeps it from being shown.
    """
    answers = Answers(view, selection)
    found = window(view, selection)
    return {
        "snapshot": view.snapshot.id,
        "as_of": view.snapshot.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "definition": view.definition.key,
        "selection": selection.as_dict(),
        "window": _days(found) | {"is_partial": found.is_partial, "previous": None if found.previous is None else _days(found.previous)},
        "sentence": sentence(view, selection, lang),
        "indicators": {key: _object(number) for key, number in numbers(answers, list(INDICATORS.values())).items()},
        "notes": [MADE_UP.in_(lang)] if view.snapshot.made_up else [],
    }


def numbers(answers: Answers, indicators: Sequence[Indicator]) -> dict[str, Number]:
    """Indicators of a request's selection; questions that other panels have put are not put again."""
    view, selection = answers.view, answers.selection
    counts = compute.count_outcomes(view, answers(queries.outcomes_per_bucket))
    found: dict[str, Number] = {}
    for indicator in indicators:
        if indicator.measure == "source":
            rows = answers(queries.sources)
            found[indicator.key] = compute.of_sources(view, indicator, rows[~rows["is_previous"].astype(bool)], counts)
        elif indicator.measure == "video":
            found[indicator.key] = compute.of_video(view, answers(queries.video_points))
        elif indicator.measure == "population":
            found[indicator.key] = compute.of_population(view, indicator, counts, population(view, selection))
        elif indicator.measure == "duration":
            found[indicator.key] = compute.of_duration(view, indicator, counts, _hours(answers, indicator, counts))
        else:
            found[indicator.key] = compute.evaluate(view, indicator, counts)
    return found


def _hours(answers: Answers, indicator: Indicator, counts: compute.Counts) -> list[float]:
    denominator = compute.weights(answers.view)[indicator.key].denominator
    n = int(counts[denominator].sum())
    if n == 0:
        return []
    shares = tuple(compute.duration_shares(indicator, n))
    return list(answers(queries.durations, shares, bits(denominator))["hours"])


def _days(found: Window) -> dict[str, str]:
    return {"from": found.from_day.isoformat(), "to": found.to_day.isoformat()}


def _object(number: Number) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "value": number.value,
        "numerator": number.numerator,
        "denominator": number.denominator,
        "excluded": number.excluded,
        "n": number.n,
        "low": number.low,
        "high": number.high,
        "shown": number.shown,
    }
    if number.caveats:
        plain["caveats"] = list(number.caveats)
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in plain.items()}
