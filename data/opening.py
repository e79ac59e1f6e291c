"""What stands behind one number: its parts and how many cases each has, its formula with the counts put in, its cameras."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from data import queries
from data.answers import Answers
from data.case_groups import CaseGroup
from data.indicators import compute, formula, parts
from data.indicators.adjusted import Adjusted, adjusted
from data.indicators.ask import numbers, previous_numbers
from data.indicators.compute import Number
from data.indicators.indicator import Indicator
from data.indicators.parts import Part
from data.indicators.population import population
from data.indicators.registry import INDICATORS
from data.questions import QUESTIONS
from data.selection import Selection
from data.video import CameraGroup, cameras, judged
from data.view import View
from data.vocabulary import Language


@dataclass(frozen=True)
class Opening:
    """One number of one selection, opened.

    Attributes
    ----------
    number
        As every surface shows it.
    before
        The same over the days it is compared with; None where there are none, and for cameras.
    parts
        Its parts in order, none for cameras.
    totals
        Part → how many cases it has.
    counts
        Events per ``outcome_ix``, void events and duplicates included.
    terms
        For a score: the numbers it is made of.
    people
        For a rate per 10,000: the population, where it is known.
    adjusted
        Where the number is adjusted for the mix of categories: how. ``number`` then has the adjusted value and interval.
    """

    view: View
    selection: Selection
    indicator: Indicator
    number: Number
    counts: compute.Counts
    parts: dict[str, Part] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    terms: dict[str, Number] = field(default_factory=dict)
    people: float | None = None
    adjusted: Adjusted | None = None
    before: Number | None = None

    def formula(self, lang: Language) -> str:
        """The formula with the actual counts; of an adjusted number that before adjustment."""
        own = self.number if self.adjusted is None else self.adjusted.crude
        found = {self.indicator.key: own, **self.terms}
        return formula.filled(self.view, self.indicator, found, self.counts, people=self.people, lang=lang)


def opening(view: View, selection: Selection, indicator: Indicator, standard: Selection | None = None, asked: str | None = None) -> Opening:
    """Open the number of an indicator for a selection.

    Parameters
    ----------
    standard
        The selection of the page it was opened from, whose mix of categories an adjusted number is adjusted to.
    asked
        May be the key of a further part; see :func:`data.indicators.parts.parts`.
    """
    answers = Answers(view, selection, is_screen=False)
    number = numbers(answers, [indicator])[indicator.key]
    if indicator.measure == "video":
        return Opening(view, selection, indicator, number, np.zeros(len(view.snapshot.outcomes), dtype=np.int64))
    counts = compute.count_outcomes(view, answers(queries.outcomes_per_bucket))
    found = dict(parts.parts(view, selection, indicator, counts, asked))
    totals = {key: _total(view, selection, part, number, counts) for key, part in found.items()}
    terms = view.definition.terms if indicator.measure == "score" else {}
    is_adjusted = None if standard is None else adjusted(view, selection, standard, indicator, number)
    if is_adjusted is not None:
        number = replace(number, value=is_adjusted.value, low=is_adjusted.low, high=is_adjusted.high, shown=is_adjusted.shown)
    return Opening(
        view,
        selection,
        indicator,
        number,
        counts,
        found,
        totals,
        numbers(answers, [INDICATORS[key] for key in terms]),
        population(view, selection) if indicator.measure == "population" else None,
        is_adjusted,
        previous_numbers(answers, [indicator]).get(indicator.key),
    )


def _total(view: View, selection: Selection, part: Part, number: Number, counts: compute.Counts) -> int:
    if part.follows_from_outcomes:
        return int(counts[part.outcomes].sum())
    if CaseGroup.parse(part.key) is not None:
        return int(QUESTIONS["part_outcomes"].ask(view, selection, **part.masks)["n"].sum())
    inside = int(number.numerator or 0)
    return inside if part.key == parts.NUMERATOR else number.n - inside


def camera_parts(view: View, selection: Selection, asked: str | None = None) -> dict[str, pd.DataFrame]:
    """Cameras by part, as :mod:`data.indicators.parts` names them; a status that no rate counts is a reason.

    ``asked`` may be the key of a further part: a :class:`data.video.CameraGroup`.

    Within a part those come first that are out of order longest.
    """
    points = queries.video_points(view, selection)
    known = judged(points)
    online = known["status"] == "online"
    left = cameras(points).drop(index=known.index)
    found = {parts.DENOMINATOR: known, parts.NUMERATOR: known[online], parts.REST: known[~online]}
    found |= {f"{parts.EXCLUDED}{status}": rows for status, rows in left.groupby("status", sort=True)}
    group = CameraGroup.parse(asked or "")
    if group is not None:
        found[group.key] = group.rows(points, view.snapshot.as_of)
    return {
        key: rows.assign(is_online=rows["status"] == "online").sort_values(["is_online", "last_seen_at", "point_id"], na_position="first")
        for key, rows in found.items()
    }


def camera_page(view: View, selection: Selection, part: str, *, limit: int, after: int = 0) -> dict[str, Any]:
    """A page of the cameras of a part: ``total``, ``next`` (how many stand before it, or None) and ``cameras``."""
    rows = camera_parts(view, selection, part).get(part)
    listed = pd.DataFrame() if rows is None else rows.iloc[after : after + limit]
    total = 0 if rows is None else len(rows)
    return {"total": total, "next": after + limit if after + limit < total else None, "cameras": listed.to_dict("records")}
