"""The questions: one typed function per ``.sql`` file, from a view and a selection to a frame with declared columns.

Void events and duplicates are left out everywhere but in :func:`outcomes_per_bucket`, whose outcomes say which they are,
and where the selection asks for void events by name. Within one request ask through :class:`data.answers.Answers`, which
puts each question once.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from data.due import due_until
from data.filters import area_ix, bits, deadline_masks
from data.question import Question
from data.schema import CELL_COLUMNS
from data.selection import Selection
from data.view import View
from data.window import window

_BUCKET: Final = {"bucket": "int; buckets of the window from 0, of the previous window -1, -2, … from its first day on"}
_N: Final = {"n": "int, events"}
_CASE: Final = {
    "event_id": "text",
    "title": "text or null",
    "address": "text or null",
    "area_ix": "int",
    "category_ix": "int",
    "source_ix": "int",
    "outcome_ix": "int",
    "urgency_ix": "int",
    "is_supervised": "bool or null",
    "reported_at": "UTC instant",
    "deadline_at": "UTC instant or null",
    "closed_at": "UTC instant or null",
    "lon": "degrees or null",
    "lat": "degrees or null",
}
_DAYS: Final = {"from_day": "DATE", "previous_day": "DATE", "bucket_days": "INTEGER"}
_MOST: Final = {"most": "INTEGER"}
_DUE: Final = {"due_from": "TIMESTAMP", "due_until": "TIMESTAMP"}

QUESTIONS: Final[dict[str, Question]] = {
    question.name: question
    for question in (
        Question("outcomes_per_bucket", _BUCKET | {"outcome_ix": "int"} | _N, _DAYS, reach="previous", has_cohort=False),
        Question("categories_per_bucket", _BUCKET | {"category_ix": "int"} | _N, _DAYS, reach="previous"),
        Question("sources", {"source_ix": "int", "is_previous": "bool"} | _N, {"from_day": "DATE"}, reach="previous"),
        Question("hours_of_week", {"hour_of_week": "int, Monday 00 h = 0"} | _N),
        Question("hours_per_source", {"source_ix": "int", "hour_of_week": "int, Monday 00 h = 0"} | _N),
        Question("departments", {"department_ix": "int; 0 is not given"} | _N),
        Question("counts_per_area", {"area_ix": "int, as located"} | _N),
        Question(
            "rates_per_area",
            {"area_ix": "int, as located"} | _N | {"denominator": "int, events", "numerator": "int, events"},
            {"numerator": "VARCHAR", "denominator": "VARCHAR"},
        ),
        Question("outcomes_per_area", {"area_ix": "int, as located", "outcome_ix": "int"} | _N, {"asked": "VARCHAR"}),
        Question("sources_per_area", {"area_ix": "int, as located"} | _N | {"numerator": "int, events"}, {"chosen": "VARCHAR"}),
        Question(
            "durations_per_area",
            {"area_ix": "int, as grouped"} | _N | {"hours": "float, hours"},
            {"groups": "INTEGER[]", "share": "DOUBLE", "asked": "VARCHAR"},
        ),
        Question("durations", {"share": "float, 0 to 1", "hours": "float, hours"}, {"shares": "DOUBLE[]", "asked": "VARCHAR"}),
        Question("due_soon", {"outcome_ix": "int"} | _N, _DUE),
        Question(
            "urgent_events",
            {"list": "text: due_soon, overdue or newest"} | _CASE,
            _DUE | _MOST | {"waiting": "VARCHAR", "overdue": "VARCHAR"},
        ),
        Question(
            "event_points",
            {"event_ix": "int"}
            | {
                key: _CASE[key]
                for key in ("event_id", "title", "lon", "lat", "area_ix", "category_ix", "outcome_ix", "reported_at", "deadline_at")
            },
            _MOST,
        ),
        Question("mapped_count", _N),
        Question(
            "density", {"row": "int, from the south", "column": "int, from the west"} | _N, {"cell_columns": "INTEGER", "block": "INTEGER"}
        ),
        Question("event_count", _N),
        Question("event_page", _CASE | {"department_ix": "int; 0 is not given"}, _MOST | {"after_at": "TIMESTAMP", "after_id": "VARCHAR"}),
        Question(
            "event_case",
            _CASE
            | {
                "description": "text or null",
                "department_ix": "int; 0 is not given",
                "handle_level": "text or null",
                "located_by": "int, index into schema.LOCATED_BY",
                "given_lon": "as given",
                "given_lat": "as given",
                "datum": "text or null",
                "position_code": "reason code or null",
                "duration_s": "int, seconds, or null",
                "rework_count": "int or null",
                "postpone_count": "int or null",
                "bounce_count": "int or null",
                "duplicate_of": "event id or null",
            }
            | {f"{step}_at": "UTC instant or null" for step in ("accepted", "registered", "dispatched", "disposed", "verified", "updated")},
            {"event_id": "VARCHAR"},
            reach="everything",
            has_cohort=False,
        ),
        Question(
            "video_points",
            {
                "point_id": "text",
                "name": "text",
                "area_ix": "int",
                "lon": "degrees or null",
                "lat": "degrees or null",
                "kind": "text or null",
                "category": "text or null",
                "owner": "text or null",
                "reported_status": "ON, OFF or null",
                "state": "in_use, repair, removed or null",
                "heading": "degrees or null",
                "last_seen_at": "UTC instant or null",
                "is_device": "bool",
                "status": "online, repair, removed, reported_off, not_reported, stale, never_seen or parent_down",
            },
            {"seen_after": "TIMESTAMP"},
        ),
    )
}
"""Every question by name."""


class Points(NamedTuple):
    """Event points, or only how many there are."""

    frame: pd.DataFrame
    total: int


class Page(NamedTuple):
    """One page of cases and the cursor of the next one."""

    frame: pd.DataFrame
    total: int
    next: str | None


class Density(NamedTuple):
    """Counts per block, and where block (0, 0) lies: ``lon = west + column * width``, ``lat = south + row * height``."""

    frame: pd.DataFrame
    west: float
    south: float
    width: float
    height: float


def _days(view: View, selection: Selection, bucket_days: int | None) -> dict[str, Any]:
    return {"bucket_days": bucket_days or window(view, selection).bucket_days, **_previous_day(view, selection)}


def _previous_day(view: View, selection: Selection) -> dict[str, Any]:
    found = window(view, selection)
    return {"from_day": found.from_day, "previous_day": (found.previous or found).from_day}


def _due(view: View) -> dict[str, Any]:
    return {"due_from": view.snapshot.as_of.replace(tzinfo=None), "due_until": due_until(view)}


def outcomes_per_bucket(view: View, selection: Selection, bucket_days: int | None = None) -> pd.DataFrame:
    """``bucket, outcome_ix, n``: headline numbers, their previous values and sparklines all follow from this.

    Void events and duplicates are included; :mod:`data.indicators.compute` lists them as excluded.
    """
    return QUESTIONS["outcomes_per_bucket"].ask(view, selection, **_days(view, selection, bucket_days))


def categories_per_bucket(view: View, selection: Selection, bucket_days: int | None = None) -> pd.DataFrame:
    """``bucket, category_ix, n`` for the window and the previous one; categories at whatever depth the events have."""
    return QUESTIONS["categories_per_bucket"].ask(view, selection, **_days(view, selection, bucket_days))


def sources(view: View, selection: Selection) -> pd.DataFrame:
    """``source_ix, is_previous, n``."""
    return QUESTIONS["sources"].ask(view, selection, from_day=window(view, selection).from_day)


def hours_of_week(view: View, selection: Selection) -> pd.DataFrame:
    """``hour_of_week, n``; hours without events are absent."""
    return QUESTIONS["hours_of_week"].ask(view, selection)


def hours_per_source(view: View, selection: Selection) -> pd.DataFrame:
    """``source_ix, hour_of_week, n``: for a screen that shows both margins, one pass instead of two."""
    return QUESTIONS["hours_per_source"].ask(view, selection)


def departments(view: View, selection: Selection) -> pd.DataFrame:
    """``department_ix, n``."""
    return QUESTIONS["departments"].ask(view, selection)


def stages(view: View, outcomes: pd.DataFrame) -> pd.DataFrame:
    """``stage, n`` of the window, from the answer of :func:`outcomes_per_bucket`; void events and duplicates are left out."""
    table = view.snapshot.outcomes
    current = outcomes[outcomes["bucket"] >= 0].merge(table, on="outcome_ix")
    current = current[~current["is_void"].astype(bool) & ~current["is_duplicate"].astype(bool)]
    return current.groupby("stage", as_index=False)["n"].sum()


def due_soon(view: View, selection: Selection, outcomes: pd.DataFrame) -> pd.DataFrame:
    """``stage, due_soon, overdue`` of open events, from the answer of :func:`outcomes_per_bucket` and one small question.

    Due soon: the deadline is at or after ``as_of`` and within the definition's working hours. Overdue: before ``as_of``.
    """
    soon = QUESTIONS["due_soon"].ask(view, selection, **_due(view))
    masks, table = deadline_masks(view), view.snapshot.outcomes
    good = ~table["is_void"].to_numpy(dtype=bool) & ~table["is_duplicate"].to_numpy(dtype=bool)
    size = len(table)

    def per_stage(frame: pd.DataFrame, mask: np.ndarray[Any, Any]) -> pd.Series:
        counts = np.bincount(frame["outcome_ix"], weights=frame["n"], minlength=size).astype(int) * (mask & good)
        return pd.Series(counts, index=table["stage"]).groupby(level=0).sum()

    found = pd.DataFrame(
        {
            "due_soon": per_stage(soon, masks["due_soon"]),
            "overdue": per_stage(outcomes[outcomes["bucket"] >= 0], masks["overdue"]),
        }
    )
    return found[found.sum(axis=1) > 0].rename_axis("stage").reset_index()


def urgent_events(view: View, selection: Selection, limit: int = 12) -> pd.DataFrame:
    """At most ``limit`` open events about to be due, as many overdue, and as many newest, in column ``list``."""
    masks = deadline_masks(view)
    return QUESTIONS["urgent_events"].ask(
        view, selection, **_due(view), waiting=bits(masks["due_soon"]), overdue=bits(masks["overdue"]), most=limit
    )


def event_points(view: View, selection: Selection, limit: int = 3000, total: int | None = None) -> Points:
    """The selected events with a position, or an empty frame and their number where there are more than ``limit``.

    Column ``state`` is ``overdue``, ``due_soon``, ``open`` or ``closed``. ``total`` spares a count where it is known.
    """
    frame = QUESTIONS["event_points"].ask(view, selection, most=limit + 1 if total is None or total <= limit else 0)
    if len(frame) > limit or (total is not None and total > limit):
        return Points(_stated(view, frame.iloc[:0]), total if total is not None else mapped_count(view, selection))
    return Points(_stated(view, frame.sort_values("event_ix", ignore_index=True)), len(frame))


def _stated(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    masks, outcome = deadline_masks(view), frame["outcome_ix"].to_numpy()
    closed = view.snapshot.outcomes["is_closed"].to_numpy(dtype=bool)[outcome]
    soon = masks["due_soon"][outcome] & (frame["deadline_at"] <= due_until(view)).to_numpy()
    state = np.select([closed, masks["overdue"][outcome], soon], ["closed", "overdue", "due_soon"], "open")
    return frame.assign(state=pd.Series(state, index=frame.index, dtype="str"))


def mapped_count(view: View, selection: Selection) -> int:
    """How many selected events have a usable position."""
    return int(QUESTIONS["mapped_count"].ask(view, selection)["n"].iloc[0])


def event_count(view: View, selection: Selection) -> int:
    """How many events are selected."""
    return int(QUESTIONS["event_count"].ask(view, selection)["n"].iloc[0])


def density(view: View, selection: Selection, cells_across: int = 96) -> Density:
    """Events per square block, about ``cells_across`` of them over the selected area's box."""
    table, ix = view.snapshot.area_table, max(0, area_ix(view, selection))
    west, south, east, north = (float(table[side].iloc[0]) for side in ("west", "south", "east", "north"))
    own = (float(table["east"].iloc[ix]) - float(table["west"].iloc[ix])) / (east - west)
    block = max(1, round((own if own > 0 else 1.0) * CELL_COLUMNS / max(1, cells_across)))
    frame = QUESTIONS["density"].ask(view, selection, cell_columns=CELL_COLUMNS, block=block)
    width = (east - west) / CELL_COLUMNS * block
    return Density(frame, west, south, width, width * float(np.cos(np.radians((south + north) / 2))))


def video_points(view: View, selection: Selection) -> pd.DataFrame:
    """Cameras and devices of the selected area with their derived ``status``; the window and other filters do not apply."""
    limit = dt.timedelta(minutes=view.definition.camera_limit_minutes)
    place = Selection(area=selection.area)
    return QUESTIONS["video_points"].ask(view, place, seen_after=view.snapshot.as_of.replace(tzinfo=None) - limit)


def event_page(view: View, selection: Selection, limit: int = 100, cursor: str | None = None) -> Page:
    """Cases newest first. ``cursor`` is what the page before gave as ``next``.

    Raises
    ------
    ValueError
        The cursor is not one that a page gave.
    """
    after_at, after_id = dt.datetime(9999, 12, 31), ""
    if cursor is not None:
        at, separator, after_id = cursor.partition("~")
        if not separator or not at.isascii() or not at.isdigit() or len(at) > 17 or len(after_id) > 200:
            raise ValueError("The cursor must be one that an earlier page gave.")
        after_at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(at))
    frame = QUESTIONS["event_page"].ask(view, selection, most=limit + 1, after_at=after_at, after_id=after_id)
    following = None
    if len(frame) > limit:
        frame = frame.iloc[:limit]
        last = frame.iloc[-1]
        following = f"{int(last['reported_at'].timestamp() * 1_000_000)}~{last['event_id']}"
    return Page(frame, event_count(view, selection), following)


def event_case(view: View, event_id: str) -> dict[str, Any] | None:
    """One case by its id, or None where this view has none."""
    frame = QUESTIONS["event_case"].ask(view, Selection(), event_id=event_id)
    return None if frame.empty else dict(frame.iloc[0])
