"""The questions: one typed function per ``.sql`` file, from a view and a selection to a frame with declared columns.

Void events and duplicates are left out everywhere but in :func:`outcomes_per_bucket`, whose outcomes say which they are, and,
where single cases are shown, when the selection asks for void events by name. Within one request ask through
:class:`data.answers.Answers`, which puts each question once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from data import blind_spots as blind
from data import boundaries, cases, places, video
from data import hotspots as hot
from data import linked as views
from data import stages as progress
from data import video_states as states_of_video
from data import video_trend as trend_of_video
from data.bound import Mask, area_ix, deadline_masks, in_cohort
from data.due import due_until
from data.indicators import areas, compute, parts, repeats
from data.indicators.registry import find
from data.questions import QUESTIONS
from data.schema import CELL_COLUMNS
from data.selection import Selection
from data.view import View
from data.window import Window, window


class Points(NamedTuple):
    """Event points, or only how many there are."""

    frame: pd.DataFrame
    total: int


NO_POINTS: Final = pd.DataFrame(
    {
        "event_ix": pd.Series(dtype="int32"),
        "lon": pd.Series(dtype="float64"),
        "lat": pd.Series(dtype="float64"),
        "category_ix": pd.Series(dtype="int32"),
        "outcome_ix": pd.Series(dtype="int32"),
        "deadline_at": pd.Series(dtype="datetime64[us]"),
        "state": pd.Series(dtype="str"),
    }
)
"""Event points where there are none, or too many. Never changed."""


class Density(NamedTuple):
    """Counts per block, and where block (0, 0) lies: ``lon = west + column * width``, ``lat = south + row * height``."""

    frame: pd.DataFrame
    west: float
    south: float
    width: float
    height: float


def days(view: View, selection: Selection, bucket_days: int | None = None) -> dict[str, Any]:
    """Parameters of questions per bucket: first days of the window and of the previous one, days to a bucket."""
    found = window(view, selection)
    return {
        "from_day": found.from_day,
        "previous_day": (found.previous or found).from_day,
        "bucket_days": bucket_days or found.bucket_days,
    }


def _due(view: View) -> dict[str, Any]:
    return {"due_from": view.snapshot.as_of.replace(tzinfo=None), "due_until": due_until(view)}


def outcomes_per_bucket(view: View, selection: Selection, bucket_days: int | None = None) -> pd.DataFrame:
    """``bucket, outcome_ix, n``: headline numbers, their previous values and sparklines all follow from this.

    Void events and duplicates are included; :mod:`data.indicators.compute` lists them as excluded.
    """
    return QUESTIONS["outcomes_per_bucket"].ask(view, selection, **days(view, selection, bucket_days))


def categories_per_bucket(view: View, selection: Selection, bucket_days: int | None = None) -> pd.DataFrame:
    """``bucket, category_ix, n`` for the window and the previous one; categories at whatever depth the events have."""
    return QUESTIONS["categories_per_bucket"].ask(view, selection, **days(view, selection, bucket_days))


def sources(view: View, selection: Selection) -> pd.DataFrame:
    """``source_ix, is_previous, n``."""
    return QUESTIONS["sources"].ask(view, selection, from_day=window(view, selection).from_day)


def hours_of_week(view: View, selection: Selection) -> pd.DataFrame:
    """``hour_of_week, n``; hours without events are absent."""
    return QUESTIONS["hours_of_week"].ask(view, selection)


def areas_per_step(view: View, selection: Selection, bucket_days: int | None = None) -> pd.DataFrame:
    """``step, area_ix, n``: by bucket of so many days from the window's first day on; without them by hour of the day, 0 to 23."""
    return QUESTIONS["areas_per_step"].ask(view, selection, from_day=window(view, selection).from_day, bucket_days=bucket_days or 0)


def hours_per_source(view: View, selection: Selection) -> pd.DataFrame:
    """``is_previous, source_ix, hour_of_week, n``: both margins, in the window and the previous one, in one pass."""
    return QUESTIONS["hours_per_source"].ask(view, selection, from_day=window(view, selection).from_day)


def repeats_per_area(view: View, selection: Selection) -> pd.DataFrame:
    """``is_previous, area_ix, n, repeated``; see :func:`data.indicators.repeats.repeats_per_area`."""
    return repeats.repeats_per_area(view, selection)


def repeat_places(view: View, selection: Selection, most: int = places.MOST) -> places.RepeatPlaces:
    """Places that call again, with their cases; see :func:`data.places.repeat_places`."""
    return places.repeat_places(view, selection, most)


def stage_analysis(view: View, selection: Selection, outcomes: pd.DataFrame | None = None) -> progress.Stages:
    """How cases get on, see :mod:`data.stages`; ``outcomes`` is the answer of :func:`outcomes_per_bucket` where it is known."""
    known = outcomes_per_bucket(view, selection) if outcomes is None else outcomes
    return progress.stages(view, selection, compute.count_outcomes(view, known))


def events_per_day_area_and_category(view: View, selection: Selection, nodes: Sequence[int], kinds: Sequence[int]) -> pd.DataFrame:
    """``day, node, kind, n``; ``nodes`` and ``kinds`` give every ``area_ix`` and ``category_ix`` its group. See :mod:`data.daily`."""
    return QUESTIONS["events_per_day_area_and_category"].ask(view, selection, groups=list(nodes), kinds=list(kinds))


def deadlines_per_department(view: View, selection: Selection) -> pd.DataFrame:
    """``department_ix, outcome_ix, n, earliest``: cases and the earliest of their deadlines."""
    return QUESTIONS["deadlines_per_department"].ask(view, selection)


def most_bounced(view: View, selection: Selection, most: int = 1) -> pd.DataFrame:
    """``event_id, bounce_count``: the cases that were handed on most often."""
    return QUESTIONS["most_bounced"].ask(view, selection, most=most)


def linked(view: View, selection: Selection) -> views.Linked:
    """The selection counted by every dimension at once, each without its own filters; see :mod:`data.linked`."""
    return views.linked(view, selection)


def linked_background(view: View, selection: Selection) -> views.Linked:
    """The same with no filter but area and window: what stands in grey behind; see :func:`data.linked.background`."""
    return views.background(view, selection)


def departments(view: View, selection: Selection) -> pd.DataFrame:
    """``department_ix, n``."""
    return QUESTIONS["departments"].ask(view, selection)


def stages(view: View, outcomes: pd.DataFrame) -> pd.DataFrame:
    """``stage, n`` of the window, from the answer of :func:`outcomes_per_bucket`; void events and duplicates are left out."""
    table = view.snapshot.outcomes
    current = outcomes[outcomes["bucket"] >= 0].merge(table, on="outcome_ix")
    current = current[~current["is_void"].astype(bool) & ~current["is_duplicate"].astype(bool)]
    return current.groupby("stage", as_index=False)["n"].sum()


def due_soon(view: View, selection: Selection, outcomes: pd.DataFrame, soon: pd.DataFrame | None = None) -> pd.DataFrame:
    """``stage, due_soon, overdue`` of open events, from the answers of :func:`outcomes_per_bucket` and :func:`due_soon_rows`.

    Due soon: the deadline is at or after ``as_of`` and within the definition's working hours. Overdue: before ``as_of``.
    """
    soon = due_soon_rows(view, selection) if soon is None else soon
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


def due_soon_rows(view: View, selection: Selection) -> pd.DataFrame:
    """``area_ix, outcome_ix, n`` of the events whose deadline lies between ``as_of`` and the horizon of "due soon".

    ``area_ix`` is one of the areas below the selected one; -1 where an event lies in none of them.
    """
    _, group = areas.groups(view, selection)
    return QUESTIONS["due_soon"].ask(view, selection, groups=group.tolist(), **_due(view))


def due_soon_per_area(view: View, soon: pd.DataFrame) -> pd.DataFrame:
    """``area_ix, stage, n, unmapped, total`` of open cases, from the answer of :func:`due_soon_rows`; areas with most of them first.

    ``total`` is the area's. ``unmapped`` are those of them without a usable position, which no map shows.
    """
    table, outcome = view.snapshot.outcomes, soon["outcome_ix"].to_numpy(dtype=int)
    rows = soon[(deadline_masks(view)["due_soon"] & in_cohort(view))[outcome]]
    outcome = rows["outcome_ix"].to_numpy(dtype=int)
    is_mapped = table["is_mapped"].to_numpy(dtype=bool)[outcome]
    rows = rows.assign(stage=table["stage"].to_numpy()[outcome], unmapped=rows["n"].where(~is_mapped, 0))
    found = rows.groupby(["area_ix", "stage"], as_index=False)[["n", "unmapped"]].sum()
    total = found.groupby("area_ix")["n"].transform("sum")
    return found.assign(total=total).sort_values(["total", "area_ix", "stage"], ascending=[False, True, True], ignore_index=True)


def urgent_events(
    view: View, selection: Selection, limit: int = 12, *, overdue_from: dt.date | None = None, newest_from: dt.date | None = None
) -> pd.DataFrame:
    """At most ``limit`` open events about to be due, as many overdue, and as many newest, in column ``list``.

    ``overdue_from`` and ``newest_from`` spare a search: a day from which on there are surely enough of them, or all.
    """
    masks, first = deadline_masks(view), window(view, selection).from_day
    return QUESTIONS["urgent_events"].ask(
        view,
        selection,
        **_due(view),
        waiting=masks["due_soon"] & in_cohort(view),
        overdue=masks["overdue"] & in_cohort(view),
        most=limit,
        overdue_from=overdue_from or first,
        newest_from=newest_from or first,
    )


def enough_from(view: View, selection: Selection, outcomes: pd.DataFrame, limit: int) -> dict[str, dt.date]:
    """The days for :func:`urgent_events`, from the answer of :func:`outcomes_per_bucket` with the window's own buckets."""
    found, good = window(view, selection), in_cohort(view)
    days = {}
    for key, mask in (("overdue_from", deadline_masks(view)["overdue"] & good), ("newest_from", good)):
        days[key] = _day_of_last(found, outcomes, mask, limit)
    return days


def first_day(view: View, selection: Selection, outcomes: pd.DataFrame, states: tuple[str, ...]) -> dt.date:
    """A day of the window before which no event is in any of these states of the deadline; see :func:`enough_from`."""
    masks = deadline_masks(view)
    mask = np.logical_or.reduce([masks[state] for state in states]) & in_cohort(view)
    return _day_of_last(window(view, selection), outcomes, mask, None)


def _day_of_last(found: Window, outcomes: pd.DataFrame, mask: Mask, limit: int | None) -> dt.date:
    """First day of the bucket from which on there are ``limit`` events of some outcomes, or all; the day after where none are."""
    wanted = outcomes[(outcomes["bucket"] >= 0) & mask[outcomes["outcome_ix"].to_numpy(dtype=int)]]
    counts = wanted.groupby("bucket")["n"].sum().sort_index(ascending=False)
    if counts.empty:
        return found.to_day + dt.timedelta(days=1)
    reached = counts if limit is None else counts[counts.cumsum() - counts < limit]
    bucket = int(reached.index[-1])
    return found.from_day + dt.timedelta(days=bucket * found.bucket_days)


def event_points(view: View, selection: Selection, limit: int = 3000, total: int | None = None, since: dt.date | None = None) -> Points:
    """The selected events with a position, or an empty frame and their number where there are more than ``limit``.

    Column ``state`` is ``overdue``, ``due_soon``, ``open`` or ``closed``. ``total`` and ``since``, a day before which there are none,
    spare work where they are known.
    """
    if total is not None and (total > limit or total == 0):
        return Points(NO_POINTS, total)
    frame = QUESTIONS["event_points"].ask(view, selection, most=limit + 1, since=since or window(view, selection).from_day)
    if len(frame) > limit:
        return Points(_stated(view, frame.iloc[:0]), mapped_count(view, selection))
    return Points(_stated(view, frame.sort_values("event_ix", ignore_index=True)), len(frame))


def _stated(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    masks, outcome = deadline_masks(view), frame["outcome_ix"].to_numpy()
    closed = view.snapshot.outcomes["is_closed"].to_numpy(dtype=bool)[outcome]
    soon = masks["due_soon"][outcome] & (frame["deadline_at"] <= due_until(view)).to_numpy()
    state = np.select([closed, masks["overdue"][outcome], soon], ["closed", "overdue", "due_soon"], "open")
    return frame.assign(state=pd.Series(state, index=frame.index, dtype="str"))


def deadline_totals(view: View, outcomes: pd.DataFrame, soon: pd.DataFrame) -> dict[str, int]:
    """How many events with a position are ``overdue`` and ``due_soon``, from what other panels have asked.

    ``outcomes`` is the answer of :func:`outcomes_per_bucket`, ``soon`` that of :func:`due_soon_rows`.
    """
    masks = deadline_masks(view)
    good = in_cohort(view) & view.snapshot.outcomes["is_mapped"].to_numpy(dtype=bool)
    frames = {"overdue": outcomes[outcomes["bucket"] >= 0], "due_soon": soon}
    return {state: int(frame["n"][(masks[state] & good)[frame["outcome_ix"].to_numpy(dtype=int)]].sum()) for state, frame in frames.items()}


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
    """Cameras and devices of the selected area with their derived status; see :func:`data.video.video_points`."""
    return video.video_points(view, selection)


def video_states(view: View, selection: Selection) -> pd.DataFrame:
    """``area_ix, owner, kind, status, reported, n``: cameras counted by state; see :mod:`data.video_states`."""
    return states_of_video.video_states(view, selection)


def video_trend(view: View, selection: Selection) -> trend_of_video.VideoTrend:
    """The online rate at each kept snapshot; see :func:`data.video_trend.video_trend`."""
    return trend_of_video.video_trend(view, selection)


def blind_spots(view: View, selection: Selection) -> blind.BlindSpots:
    """Where events concentrate and no working camera is near; see :mod:`data.blind_spots`."""
    return blind.blind_spots(view, selection)


def hotspots(view: View, selection: Selection, within: int, depth: int) -> hot.HotSpots:
    """Hot spots and where they changed; see :mod:`data.hotspots`."""
    return hot.hotspots(view, selection, within, depth)


def durations(view: View, selection: Selection, shares: tuple[float, ...], indicator: str) -> pd.DataFrame:
    """``is_previous, share, hours``: quantiles of the hours from report to closing, in the window and the previous one.

    ``indicator`` is the key of the one whose denominator says which events count.
    """
    asked = compute.weights(view)[indicator].denominator
    return QUESTIONS["durations"].ask(view, selection, shares=list(shares), asked=asked, from_day=window(view, selection).from_day)


def event_page(view: View, selection: Selection, limit: int = 100, cursor: str | None = None) -> dict[str, Any]:
    """One page of the cases behind a selection; see :func:`data.cases.page`."""
    return cases.page(view, selection, limit, cursor)


def part_page(
    view: View, selection: Selection, indicator: str, part: str, *, limit: int = 100, cursor: str | None = None
) -> dict[str, Any]:
    """One page of the cases of one part of an indicator; see :func:`data.cases.part_page` and :mod:`data.indicators.parts`.

    Raises
    ------
    SelectionError, UnknownIndicator
        There is no such part or indicator, or the cursor is not one that a page gave.
    """
    entry = find(indicator)
    counts = compute.count_outcomes(view, outcomes_per_bucket(view, selection)) if entry.measure == "score" else None
    return cases.part_page(view, selection, entry, parts.part(view, selection, entry, part, counts), limit=limit, cursor=cursor)


def event_case(view: View, event_id: str) -> dict[str, Any] | None:
    """One case with its timeline, or None where this view has none."""
    return cases.case(view, event_id)


def indicator_per_area(view: View, selection: Selection, indicator: str, depth: int | None = None) -> pd.DataFrame:
    """One indicator for each area below the selected one; see :func:`data.indicators.areas.indicator_per_area`."""
    return areas.indicator_per_area(view, selection, indicator, depth)


def area_collection(view: View, depth: int) -> bytes:
    """The boundaries of one level as GeoJSON; see :func:`data.boundaries.collection`."""
    return boundaries.collection(view, depth)
