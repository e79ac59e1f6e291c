"""Answers of one request: each question is put once, however many panels need it, and those of a screen together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import duckdb
import numpy as np
import pandas as pd

from data import bundle, queries
from data.indicators import areas
from data.indicators.ranking import Ranking, ranking
from data.indicators.registry import INDICATORS
from data.questions import QUESTIONS
from data.selection import Selection
from data.stages import Stages
from data.view import View

P = ParamSpec("P")
R = TypeVar("R")


class Answers:
    """Asks questions for one view and one selection and keeps what they gave.

    ``answers(queries.categories_per_bucket)`` is ``queries.categories_per_bucket(view, selection)``. The questions of a screen
    are put in one statement when the first of them is asked. A question that fails fails again for the next panel that needs
    it. Frames are shared: never change one in place.

    Parameters
    ----------
    indicator
        Key of the indicator by which areas will be asked about, if any.
    is_screen
        Whether most of the screen's questions will be asked; else each is put alone.
    """

    def __init__(self, view: View, selection: Selection, indicator: str | None = None, *, is_screen: bool = True) -> None:
        self.view = view
        self.selection = selection
        self._indicator = INDICATORS[indicator] if indicator is not None else None
        self._is_screen = is_screen
        self._kept: dict[Hashable, Any] = {}
        self._lock = threading.RLock()

    def __call__(self, question: Callable[Concatenate[View, Selection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer to a question; arguments must be hashable."""
        derive = DERIVED.get(question)
        key = (question, args, *sorted(kwargs.items()))
        if derive is None:
            found: R = self._once(key, lambda: question(self.view, self.selection, *args, **kwargs))
        else:
            found = self._once(key, lambda: derive(self, *args, **kwargs))
        return found

    def rows(self, name: str, **parameters: Any) -> pd.DataFrame:
        """The rows of a question by name, with its parameters."""
        key = (name, *sorted((key, _hashable(value)) for key, value in parameters.items()))
        together = self._together()
        if name in together and together[name] == parameters:
            found = self._once("bundle", self._bundle)
            if name in found:
                return found[name]
        return self._once(key, lambda: QUESTIONS[name].ask(self.view, self.selection, **parameters))

    def _together(self) -> dict[str, dict[str, Any]]:
        """Questions that are put in one statement, with their parameters."""
        return self._once("together", self._screen) if self._is_screen else {}

    def _screen(self) -> dict[str, dict[str, Any]]:
        days = queries.days(self.view, self.selection)
        found: dict[str, dict[str, Any]] = {
            "outcomes_per_bucket": days,
            "categories_per_bucket": days,
            "hours_per_source": {"from_day": days["from_day"]},
        }
        if self._indicator is not None:
            name, parameters = areas.counting(self.view, self._indicator)
            if name in ("counts_per_area", "rates_per_area"):
                found[name] = parameters
        return found

    def _bundle(self) -> dict[str, pd.DataFrame]:
        try:
            return bundle.ask(self.view, self.selection, {QUESTIONS[name]: given for name, given in self._together().items()})
        except duckdb.Error:  # one bad question must not take the others with it: each is put alone
            return {}

    def _once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            return self._kept[key]


def _hashable(value: Any) -> Hashable:
    if isinstance(value, np.ndarray):
        return value.tobytes()
    return tuple(value) if isinstance(value, list) else value


def _outcomes(answers: Answers, bucket_days: int | None = None) -> pd.DataFrame:
    return answers.rows("outcomes_per_bucket", **queries.days(answers.view, answers.selection, bucket_days))


def _categories(answers: Answers, bucket_days: int | None = None) -> pd.DataFrame:
    return answers.rows("categories_per_bucket", **queries.days(answers.view, answers.selection, bucket_days))


def _hours_per_source(answers: Answers) -> pd.DataFrame:
    return answers.rows("hours_per_source", from_day=queries.days(answers.view, answers.selection)["from_day"])


def _sources(answers: Answers) -> pd.DataFrame:
    return _hours_per_source(answers).groupby(["source_ix", "is_previous"], as_index=False)["n"].sum()


def _hours(answers: Answers) -> pd.DataFrame:
    rows = _hours_per_source(answers)
    return rows[~rows["is_previous"]].groupby("hour_of_week", as_index=False)["n"].sum()


def _per_row(answers: Answers, key: str, depth: int | None = None) -> pd.DataFrame:
    return areas.indicator_per_row(answers.view, answers.selection, key, depth, ask=answers.rows)


def _per_area(answers: Answers, key: str, depth: int | None = None) -> pd.DataFrame:
    return areas.areas_of(answers(areas.indicator_per_row, key, depth))


def _ranking(answers: Answers, key: str, depth: int | None = None) -> Ranking:
    rows = answers(areas.indicator_per_row, key, depth)
    return ranking(answers.view, answers.selection, key, depth, ask=answers.rows, rows=rows)


def _urgent(answers: Answers, limit: int = 12) -> pd.DataFrame:
    view, selection = answers.view, answers.selection
    if "void" in selection.stage:
        return queries.urgent_events(view, selection, limit)
    return queries.urgent_events(view, selection, limit, **queries.enough_from(view, selection, _outcomes(answers), limit))


def _stage_analysis(answers: Answers) -> Stages:
    return queries.stage_analysis(answers.view, answers.selection, _outcomes(answers))


DERIVED: Final[dict[Callable[..., Any], Callable[..., Any]]] = {
    queries.outcomes_per_bucket: _outcomes,
    queries.categories_per_bucket: _categories,
    queries.hours_per_source: _hours_per_source,
    queries.sources: _sources,
    queries.hours_of_week: _hours,
    queries.urgent_events: _urgent,
    queries.stage_analysis: _stage_analysis,
    queries.indicator_per_area: _per_area,
    areas.indicator_per_area: _per_area,
    areas.indicator_per_row: _per_row,
    ranking: _ranking,
}
"""Questions whose answer follows from what the screen asks anyway."""
