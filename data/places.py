"""Places that call again: what to look at before the next complaint, with the cases behind each.

The definition's rule (:mod:`data.indicators.repeat_points`) is applied to the days that end with the window's last one, whatever the
window: what happened there *lately* says where the next complaint comes from. A place is listed whole as soon as one of its cases is
selected, so its numbers are the same in every list.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.bound import Mask, is_true
from data.days import day_of
from data.indicators import repeats
from data.indicators.repeat_points import DAY_US, RepeatPoints, Sightings
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View
from data.window import window

MOST: Final = 20
MOST_PAIRS: Final = 1_000_000
"""Pairs of events looked at in one go."""
_EPOCH: Final = dt.datetime(1970, 1, 1)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """One place.

    Attributes
    ----------
    area_ix, category_ix
        The area all its cases lie in, as located; their category.
    n, before
        Its cases in the rule's days, and events at the same place in as many days before them.
    open, overdue
        How many of its cases are not closed, and of these past their deadline.
    first_at, last_at
        UTC.
    pressure
        What places are ordered by: each case counts from 1 (now) down to 0 (the rule's days ago).
    address
        That of its latest case with one.
    lon, lat
        WGS 84 degrees, the middle of its cases' positions; None where none has one.
    cases
        ``event_ix, event_id, reported_at, closed_at, deadline_at, title, address, outcome_ix, lon, lat``, newest first.
    """

    area_ix: int
    category_ix: int
    n: int
    before: int
    open: int
    overdue: int
    first_at: dt.datetime
    last_at: dt.datetime
    pressure: float
    address: str | None
    lon: float | None
    lat: float | None
    cases: pd.DataFrame


@dataclass(frozen=True)
class RepeatPlaces:
    """The places of a selection, those to look at first at the top.

    Attributes
    ----------
    places
        At most as many as were asked for.
    total, events
        All places, and the cases at them.
    from_at, until_at
        UTC, half-open: the days looked at.
    """

    places: tuple[Place, ...]
    total: int
    events: int
    from_at: dt.datetime
    until_at: dt.datetime


@dataclass(frozen=True)
class _Found:
    """Places of a whole snapshot up to an instant: its events in order of report, those of the rule's days from ``first`` on."""

    until: dt.datetime
    event_ix: Ints
    events: Sightings
    first: int
    label: Ints


def repeat_places(view: View, selection: Selection, most: int = MOST) -> RepeatPlaces:
    """Places with a case in the selection whose last days, up to the window's end, fulfil the definition's rule.

    Filters but the window say which places are listed. Places are ordered by pressure, then by their latest case.
    """
    rule, until = view.definition.repeat, _until(view, selection)
    since = until - dt.timedelta(days=rule.days)
    at = _found(view, until)
    inside = _inside(view, selection, at)
    age = 1 - ((until - _EPOCH) // dt.timedelta(microseconds=1) - at.events.at_us[inside]) / (rule.days * DAY_US)
    pressure = pd.Series(age).groupby(at.label[inside]).agg(["sum", "size"])
    last = pd.Series(at.events.at_us[inside]).groupby(at.label[inside]).max()
    order = pressure.assign(last=last, label=pressure.index).sort_values(["sum", "last", "label"], ascending=[False, False, True])
    top = [int(label) for label in order["label"].head(most)]
    cases = _cases(view, at, top)
    is_open = ~is_true(view.snapshot.outcomes["is_closed"])
    is_late = is_open & is_true(view.snapshot.outcomes["is_past_deadline"])
    places = tuple(_place(view, at, label, cases[label], (is_open, is_late)) for label in top)
    return RepeatPlaces(places, len(order), int(inside.sum()), since, until)


def places_mask(view: View, selection: Selection) -> Mask:
    """By ``event_ix``: the cases at all places of a selection, as :func:`repeat_places` counts them."""
    at = _found(view, _until(view, selection))
    found = np.zeros(view.snapshot.event_end, dtype=np.bool_)
    found[at.event_ix[_inside(view, selection, at)]] = True
    return found


def _inside(view: View, selection: Selection, at: _Found) -> Mask:
    """Which events found stand at a place that the selection lists: one of its cases is selected."""
    last = window(view, selection).to_day
    days = dt.timedelta(days=view.definition.repeat.days)
    recent = selection.with_(window=None, compare=None, from_day=last - days, to_day=last)
    chosen = QUESTIONS["event_keys"].ask(view, recent, from_day=last)["event_ix"].to_numpy(dtype=np.int64)
    listed = np.unique(at.label[np.isin(at.event_ix, chosen) & (at.label >= 0)])
    return np.asarray(np.isin(at.label, listed) & (at.label >= 0), dtype=bool)


def place_mask(view: View, selection: Selection, event_id: str) -> Mask:
    """By ``event_ix``: the cases of the place at which an event stands, of the days that :func:`repeat_places` looks at.

    All false where it stands at none, or the view has no such event.
    """
    found = np.zeros(view.snapshot.event_end, dtype=np.bool_)
    event = QUESTIONS["event_case"].ask(view, Selection(), event_id=event_id)
    if len(event):
        at = _found(view, _until(view, selection))
        own = at.label[at.event_ix == int(event["event_ix"].iloc[0])]
        if len(own) and own[0] >= 0:
            found[at.event_ix[at.label == own[0]]] = True
    return found


def days_looked_at(view: View, selection: Selection) -> tuple[dt.date, dt.date]:
    """The days in which all cases of the selection's places lie, both included; the mask of a place says which they are."""
    last = min(window(view, selection).to_day, day_of(view, view.snapshot.as_of))
    return last - dt.timedelta(days=view.definition.repeat.days), last


def _until(view: View, selection: Selection) -> dt.datetime:
    """The instant before which places are looked for."""
    until = min(window(view, selection).ends_at, view.snapshot.as_of.replace(tzinfo=None) + dt.timedelta(microseconds=1))
    return max(until, dt.datetime(1971, 1, 1))


def _found(view: View, until: dt.datetime) -> _Found:
    """Of the whole snapshot: a place lies within one area, so a scope cuts whole places."""
    everything, rule = View(view.snapshot, view.definition), view.definition.repeat

    def find() -> _Found:
        span = dt.timedelta(days=rule.days)
        event_ix, events = repeats.sightings(everything, until - 2 * span, until)
        first = int(np.searchsorted(events.at_us, (until - span - _EPOCH) // dt.timedelta(microseconds=1)))
        label = np.full(len(events), -1, dtype=np.int64)
        places = RepeatPoints(events.since(first), rule).places()
        label[first:] = np.where(places < 0, -1, places + first)
        return _Found(until, event_ix, events, first, label)

    usual = {view.snapshot.as_of.replace(tzinfo=None) + dt.timedelta(microseconds=1), window(everything, Selection()).ends_at}
    key = ("places", rule.cases, rule.days, rule.metres, until)
    return view.snapshot.once(key, find) if until in usual else find()


def _cases(view: View, at: _Found, labels: list[int]) -> dict[int, pd.DataFrame]:
    wanted = np.isin(at.label, labels) & (at.label >= 0)
    frame = QUESTIONS["place_events"].ask(view, Selection(), wanted=at.event_ix[wanted].tolist())
    frame = frame.merge(pd.DataFrame({"event_ix": at.event_ix[wanted], "label": at.label[wanted]}), on="event_ix")
    frame = frame.sort_values(["reported_at", "event_id"], ascending=False)
    label = frame.pop("label").to_numpy()
    return {one: frame.iloc[np.flatnonzero(label == one)] for one in labels}


def _place(view: View, at: _Found, label: int, cases: pd.DataFrame, states: tuple[Mask, Mask]) -> Place:
    events, outcome = at.events, cases["outcome_ix"].to_numpy(dtype=int)
    own = np.flatnonzero(at.label == label)
    at_us, placed = events.at_us[own], own[np.isfinite(events.lon[own])]
    age = ((at.until - _EPOCH) // dt.timedelta(microseconds=1) - at_us) / (view.definition.repeat.days * DAY_US)
    first, last = (_EPOCH + dt.timedelta(microseconds=int(instant)) for instant in (at_us[0], at_us[-1]))
    return Place(
        area_ix=int(events.area[label]),
        category_ix=int(events.category[label]),
        n=len(own),
        before=_before(view, at, label, own),
        open=int(states[0][outcome].sum()),
        overdue=int(states[1][outcome].sum()),
        first_at=first,
        last_at=last,
        pressure=float((1 - age).sum()),
        address=next((text for text in cases["address"] if isinstance(text, str) and text.strip()), None),
        lon=float(events.lon[placed].mean()) if len(placed) else None,
        lat=float(events.lat[placed].mean()) if len(placed) else None,
        cases=cases,
    )


def _before(view: View, at: _Found, label: int, own: Ints) -> int:
    """Events of the days before that are at one place with any case of this one."""
    events = at.events
    earlier = np.arange(at.first)[(events.area[: at.first] == events.area[label]) & (events.category[: at.first] == events.category[label])]
    if not len(earlier):
        return 0
    is_there = np.zeros(len(earlier), dtype=bool)
    few = max(1, MOST_PAIRS // len(earlier))
    for start in range(0, len(own), few):
        one, other = (side.ravel() for side in np.meshgrid(earlier, own[start : start + few], indexing="ij"))
        hit = events.are_near(one, other, view.definition.repeat.metres)
        hit |= (events.address[one] == events.address[other]) & (events.address[one] != 0)
        is_there |= hit.reshape(len(earlier), len(hit) // len(earlier)).any(axis=1)
    return int(is_there.sum())


def as_object(view: View, found: RepeatPlaces) -> dict[str, Any]:
    """The places as ``ask --json`` and the programming interface give them."""
    areas, kinds, rule = view.snapshot.areas, view.snapshot.categories, view.definition.repeat

    def said(instant: dt.datetime) -> str:
        return instant.strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "rule": {"cases": rule.cases, "days": rule.days, "metres": rule.metres},
        "from": said(found.from_at),
        "until": said(found.until_at),
        "total": found.total,
        "events": found.events,
        "places": [
            {
                "area_code": areas.codes[place.area_ix],
                "area": areas.names[place.area_ix],
                "category": kinds.names[place.category_ix],
                "address": place.address,
                "lon": place.lon,
                "lat": place.lat,
                "n": place.n,
                "before": place.before,
                "open": place.open,
                "overdue": place.overdue,
                "first": said(place.first_at),
                "last": said(place.last_at),
                "event_ids": place.cases["event_id"].tolist(),
            }
            for place in found.places
        ],
    }
