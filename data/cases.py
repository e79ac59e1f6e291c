"""The cases behind a number: pages of them, and one with its timeline, in words and codes instead of positions."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import numpy as np
import pandas as pd

from data.errors import SelectionError
from data.indicators import call_backs
from data.indicators.indicator import Indicator
from data.indicators.parts import Part
from data.questions import QUESTIONS
from data.schema import LOCATED_BY, URGENCIES
from data.selection import Selection
from data.view import View

MAXIMUM_LIMIT: Final = 1000
_LAST: Final = dt.datetime(9999, 12, 31)
_EPOCH: Final = dt.datetime(1970, 1, 1)
_FIRST: Final = (-(2**31), -(2**63), "")
_CURSOR: Final = re.compile(r"(-?[0-9]{1,9})~(-?[0-9]{1,19})~(.{1,200})")
_INTERNAL: Final = (
    "event_ix",
    "place",
    "distance",
    "area_ix",
    "category_ix",
    "source_ix",
    "department_ix",
    "outcome_ix",
    "urgency_ix",
    "located_by",
)


def page(view: View, selection: Selection, limit: int = 100, cursor: str | None = None) -> dict[str, Any]:
    """Cases newest first: ``{"snapshot", "total", "next", "events"}``.

    Parameters
    ----------
    limit
        At most so many, 1 to 1,000.
    cursor
        What the page before gave as ``next``; None for the first.

    Raises
    ------
    SelectionError
        The cursor is not one that a page gave.
    """
    limit = min(max(1, limit), MAXIMUM_LIMIT)
    after_at, after_id = _position(cursor)
    frame = QUESTIONS["event_page"].ask(view, selection, most=limit + 1, after_at=after_at, after_id=after_id)
    total = int(QUESTIONS["event_count"].ask(view, selection)["n"].iloc[0])
    has_more, frame = len(frame) > limit, frame.iloc[:limit]
    following = None
    if has_more:
        last = frame.iloc[-1]
        elapsed = last["reported_at"].to_pydatetime() - _EPOCH
        following = f"{elapsed // dt.timedelta(microseconds=1)}~{last['event_id']}"
    return {
        "snapshot": view.snapshot.id,
        "total": total,
        "next": following,
        "events": [described(view, row) for row in frame.to_dict("records")],
    }


def part_page(
    view: View, selection: Selection, indicator: Indicator, part: Part, *, limit: int = 100, cursor: str | None = None
) -> dict[str, Any]:
    """The cases of one part of an indicator, those first that make it worse, then in the indicator's order.

    As :func:`page`, with ``indicator``, ``part``, and ``weighted``: what all its cases count in the numerator. Each event has
    its ``weight``.

    Raises
    ------
    SelectionError
        The cursor is not one that a page gave.
    """
    limit = min(max(1, limit), MAXIMUM_LIMIT)
    place, distance, event_id = _after(cursor)
    counted = QUESTIONS["part_outcomes"].ask(view, selection, **part.masks)
    frame = QUESTIONS["part_page"].ask(
        view,
        selection,
        **part.masks,
        ranks=_ranks(indicator, part),
        order="closing" if selection.deadline and indicator.order == "newest" else indicator.order,
        now=view.snapshot.as_of.replace(tzinfo=None),
        most=limit + 1,
        after_place=place,
        after_distance=distance,
        after_id=event_id,
    )
    has_more, frame = len(frame) > limit, frame.iloc[:limit]
    following = None
    if has_more:
        last = frame.iloc[-1]
        following = f"{last['place']}~{last['distance']}~{last['event_id']}"
    hits = QUESTIONS["part_outcomes"].ask(view, selection, **(part.masks | part.hits)) if part.hits else counted
    weighted = float((part.weights[hits["outcome_ix"].to_numpy(dtype=int)] * hits["n"].to_numpy()).sum())
    return {
        "snapshot": view.snapshot.id,
        "indicator": indicator.key,
        "part": part.key,
        "total": int(counted["n"].sum()),
        "weighted": round(weighted, 9),
        "next": following,
        "events": [
            described(view, row) | _called_back(view, row) | {"weight": float(weight)}
            for row, weight in zip(frame.to_dict("records"), part.weigh(frame), strict=True)
        ],
    }


def _ranks(indicator: Indicator, part: Part) -> list[int]:
    """A rank for every outcome: of an indicator of which more is better the least weight comes first, else the greatest."""
    ranks = np.round(part.weights * 1000).astype(int)
    return [int(rank) for rank in (ranks if indicator.direction > 0 else -ranks)]


def _after(cursor: str | None) -> tuple[int, int, str]:
    if cursor is None:
        return _FIRST
    matched = _CURSOR.fullmatch(cursor)
    if matched is None or not cursor.isprintable() or abs(int(matched[2])) >= 2**63:
        raise SelectionError("The cursor cannot be read; use what an earlier page gave as next.")
    return int(matched[1]), int(matched[2]), matched[3]


def case(view: View, event_id: str) -> dict[str, Any] | None:
    """One case by its id, void ones and duplicates too; None where this view has none."""
    frame = QUESTIONS["event_case"].ask(view, Selection(), event_id=event_id)
    return None if frame.empty else described(view, frame.to_dict("records")[0])


def _position(cursor: str | None) -> tuple[dt.datetime, str]:
    if cursor is None:
        return _LAST, ""
    at, separator, event_id = cursor.partition("~")
    if not separator or not (at.isascii() and at.isdigit()) or len(at) > 17 or len(event_id) > 200 or not event_id.isprintable():
        raise SelectionError("The cursor cannot be read; use what an earlier page gave as next.")
    return _EPOCH + dt.timedelta(microseconds=int(at)), event_id


def described(view: View, row: dict[Any, Any]) -> dict[str, Any]:
    """A row of a question about cases in words and codes; instants as ISO 8601 in UTC."""
    snapshot = view.snapshot
    areas, categories = snapshot.areas, snapshot.categories
    names = [categories.names[ix] for ix in categories.path(int(row["category_ix"]))]
    outcome = _outcomes(view)[int(row["outcome_ix"])]
    department = snapshot.departments[int(row["department_ix"])]
    found: dict[str, Any] = {
        "event_id": row["event_id"],
        "area_code": areas.codes[int(row["area_ix"])],
        "area": areas.names[int(row["area_ix"])],
        **dict(zip(("domain", "category", "subcategory"), [*names, None, None], strict=False)),
        "source": snapshot.sources[int(row["source_ix"])].source,
        "stage": outcome["stage"],
        "department": department or None,
        "urgency": URGENCIES[int(row["urgency_ix"])],
        **{flag: bool(outcome[flag]) for flag in ("is_void", "is_duplicate")},
    }
    if "located_by" in row:
        found["located_by"] = LOCATED_BY[int(row["located_by"])]
    return found | {key: _plain(value) for key, value in row.items() if key not in _INTERNAL and key != "event_id"}


def _called_back(view: View, row: dict[Any, Any]) -> dict[str, Any]:
    """What a call-back found, under the view's definition; the rating is as the source gave it."""
    at = int(row["outcome_ix"])
    return {**_judged(view)[at], "satisfaction": _outcomes(view)[at]["satisfaction"]}


def _outcomes(view: View) -> list[dict[str, Any]]:
    """What is said of a case's outcome, by ``outcome_ix``."""
    names = ["stage", "is_void", "is_duplicate", "satisfaction"]

    def made() -> list[dict[str, Any]]:
        return [{name: _plain(row[name]) for name in names} for row in view.snapshot.outcomes[names].to_dict("records")]

    return view.snapshot.once(("outcome_words",), made)


def _judged(view: View) -> list[dict[str, bool]]:
    """Whether there is an effective call-back, contact and resolution, by ``outcome_ix``, under the view's definition."""

    def made() -> list[dict[str, bool]]:
        return [{str(name): bool(_plain(flag)) for name, flag in row.items()} for row in call_backs.outcomes(view).to_dict("records")]

    return view.snapshot.once(("judged_words", view.definition.call_back), made)


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp | dt.datetime):
        return pd.Timestamp(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.item() if hasattr(value, "item") else value
