"""The indicators of one selection as one object: what ``ask --json`` and the programming interface give."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from data import places, queries, stages
from data.answers import Answers
from data.errors import QueryTimeout
from data.filters import sentence
from data.indicators import compared, compute, formula
from data.indicators.compute import Counts, Number
from data.indicators.population import population
from data.indicators.ranking import as_object, ranking
from data.indicators.registry import INDICATORS, Indicator
from data.selection import Selection
from data.view import View
from data.vocabulary import Language, Words
from data.window import Window, window

MADE_UP: Final = Words("数据均为虚构。", "The data are made up.")


def ask(view: View, selection: Selection, lang: Language = "zh") -> dict[str, Any]:
    """Every indicator for a selection, as ``ask --json`` promises.

    Rates are fractions, scores 0 to 100, counts whole. ``window`` names the days covered; ``caveats`` stands beside an
    indicator where something keeps it from being shown. ``comparison``, ``targets`` and ``due_soon`` are those of
    :mod:`data.indicators.compared`; ``made_of`` names each indicator and its formula, in words and with the counts
    put in. Where the selection names an indicator, ``ranking`` is its areas in order
    (of the level named, else the next one down); see :func:`data.indicators.ranking.as_object`.
    ``repeat_places`` and ``stages`` are those of :mod:`data.places` and :mod:`data.stages`; absent where they take too long.
    """
    answers = Answers(view, selection, is_screen=False)
    found, now = window(view, selection), numbers(answers, list(INDICATORS.values()))
    answer = {
        "snapshot": view.snapshot.id,
        "as_of": view.snapshot.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "definition": view.definition.key,
        "selection": selection.as_dict(),
        "window": _days(found) | {"is_partial": found.is_partial, "previous": None if found.previous is None else _days(found.previous)},
        "sentence": sentence(view, selection, lang),
        "indicators": {key: _object(number) for key, number in now.items()},
        "comparison": compared.comparison(answers, now, previous_numbers(answers, list(INDICATORS.values())), lang),
        "targets": compared.targets(answers, now),
        "due_soon": compared.due_soon(answers),
        "made_of": _made_of(answers, now, lang),
        "notes": [MADE_UP.in_(lang)] if view.snapshot.made_up else [],
    }
    with contextlib.suppress(QueryTimeout):  # what takes too long for this selection must not take the numbers with it
        answer["repeat_places"] = places.as_object(view, answers(queries.repeat_places))
        answer["stages"] = stages.as_object(view, answers(queries.stage_analysis))
    if selection.indicator is not None:
        depth = None if selection.level is None else view.snapshot.levels.index(selection.level)
        answer["ranking"] = as_object(view, selection, answers(ranking, selection.indicator, depth))
    return answer


def _made_of(answers: Answers, found: Mapping[str, Number], lang: Language) -> dict[str, Any]:
    view = answers.view
    counts = compute.count_outcomes(view, answers(queries.outcomes_per_bucket))
    people = population(view, answers.selection)
    return {
        key: {
            "name": indicator.names.in_(lang),
            "unit": indicator.unit,
            "direction": indicator.direction,
            "formula": indicator.formula.in_(lang),
            "counts": formula.filled(view, indicator, found, counts, people=people, lang=lang),
            "interval": indicator.interval,
        }
        for key, indicator in INDICATORS.items()
    }


def numbers(answers: Answers, indicators: Sequence[Indicator]) -> dict[str, Number]:
    """Indicators of a request's selection; questions that other panels have put are not put again."""
    counts = compute.count_outcomes(answers.view, answers(queries.outcomes_per_bucket))
    return {indicator.key: _number(answers, indicator, counts, is_previous=False) for indicator in indicators}


def previous_numbers(answers: Answers, indicators: Sequence[Indicator]) -> dict[str, Number]:
    """The same over the window before, from the same questions; nothing where there is no such window.

    Cameras are left out, since their state is known for now alone; quantiles come without their interval.
    """
    if window(answers.view, answers.selection).previous is None:
        return {}
    counts = compute.count_outcomes(answers.view, answers(queries.outcomes_per_bucket), previous=True)
    asked = [indicator for indicator in indicators if indicator.measure != "video"]
    return {indicator.key: _number(answers, indicator, counts, is_previous=True) for indicator in asked}


def _number(answers: Answers, indicator: Indicator, counts: Counts, *, is_previous: bool) -> Number:
    view = answers.view
    if indicator.measure == "source":
        rows = answers(queries.sources)
        return compute.of_sources(view, indicator, rows[rows["is_previous"].astype(bool) == is_previous], counts)
    if indicator.measure == "repeat":
        rows = answers(queries.repeats_per_area)
        return compute.of_repeats(view, indicator, rows[rows["is_previous"].astype(bool) == is_previous], counts)
    if indicator.measure == "video":
        return compute.of_video(view, answers(queries.video_points))
    if indicator.measure == "population":
        return compute.of_population(view, indicator, counts, population(view, answers.selection))
    if indicator.measure != "duration":
        return compute.evaluate(view, indicator, counts)
    current = compute.count_outcomes(view, answers(queries.outcomes_per_bucket)) if is_previous else counts
    denominator = compute.weights(view)[indicator.key].denominator
    shares = tuple(compute.duration_shares(indicator, int(current[denominator].sum())))
    rows = answers(queries.durations, shares, indicator.key)
    hours = [float(hour) for hour in rows.loc[rows["is_previous"].astype(bool) == is_previous, "hours"]]
    found = compute.of_duration(view, indicator, counts, hours)
    return dataclasses.replace(found, low=None, high=None) if is_previous else found


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
