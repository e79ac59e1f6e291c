"""Areas side by side: those that are picked, else those below the selected one; each with its numbers, its weeks and what it is about.

Each is a selection of its own, and quick because its events lie together; those of all there is would be a pass over everything.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from dash import html

from dashboard.charts.marks import heading, lines
from dashboard.format import count, signed, value
from dashboard.links import escaped, link, opener
from dashboard.look import Look
from dashboard.words import say
from data import against, queries
from data.filters import ALONE
from data.indicators import compute
from data.linked import Linked
from layers.palette import LIGHT

MOST: Final = 12
"""Areas at most; how many more there are is said."""
WEEKS: Final = 12
EPOCH: Final = dt.date(1970, 1, 1)
Floats = npt.NDArray[np.float64]
DEPTH: Final = 3
"""The deepest level of categories of which the most frequent one is named."""


def build(look: Look) -> tuple[Any, ...]:
    """The panel; nothing where none is picked and no area is selected, or nothing lies below it."""
    areas, lang = look.view.snapshot.areas, look.lang
    picked = [ix for code in look.selection.grid if not code.startswith(ALONE) for ix in areas.find(code) if look.view.sees(ix)]
    listed = picked or (look.areas_below if look.selection.area is not None else [])
    if not listed:
        return (None,)
    rest = len(listed) - MOST
    aside = say("side_aside", lang, weeks=WEEKS) + (" · " + say("bars_rest", lang, n=rest) if rest > 0 else "")
    title = say("side_picked" if picked else "side_below", lang, level=look.level_below)
    above = {parent: _weeks(look, _of(look, parent)) for parent in {_parent(look, ix) for ix in listed[:MOST]}}
    cards = [_card(look, ix, above[_parent(look, ix)] / max(1, len(areas.children(_parent(look, ix))))) for ix in listed[:MOST]]
    return (html.Div([heading(title, aside), html.Div(cards, className="side-cards")], className="side-by-side"),)


def _parent(look: Look, ix: int) -> int:
    path = look.view.snapshot.areas.path(ix)
    return next((node for node in reversed(path[:-1]) if look.view.sees(node)), ix)


def _of(look: Look, ix: int) -> Linked:
    """The linked views of one area, with all filters but those of the map; as ``area``, which no view leaves out and few rows have."""
    code = look.view.snapshot.areas.codes[ix]
    return queries.linked(look.view, look.selection.with_(area=code, grid=(), bbox=None, polygon=None, against=None))


def _weeks(look: Look, found: Linked) -> Floats:
    """Events of the last weeks that end with the window, the earliest first."""
    frame, last = found.frames["days"], (look.window.to_day - EPOCH).days
    ago = (last - frame["day"].to_numpy()) // 7
    kept = (ago >= 0) & (ago < WEEKS)
    return np.bincount(WEEKS - 1 - ago[kept], weights=frame["n"].to_numpy()[kept], minlength=WEEKS).astype(np.float64)


def _card(look: Look, ix: int, mean: Floats) -> html.Div:
    lang, areas, found = look.lang, look.view.snapshot.areas, _of(look, ix)
    code, weeks = escaped(areas.codes[ix]), _weeks(look, found)
    changes = {"area": None, "grid": code, "bbox": None, "polygon": None}
    above = " / ".join(areas.names[node] for node in areas.path(ix)[1:-1])
    label = say("side_label", lang, name=areas.names[ix], weeks=", ".join(f"{n:.0f}" for n in weeks))
    said = [part for part in (_change(look, found), _rate(look, found)) if part is not None]
    return html.Div(
        [
            html.Div(
                [
                    link(look.address, {"area": code, "grid": None}, areas.names[ix], "name", title=above or areas.names[ix]),
                    opener(look.address, "accepted", count(found.n), "n", changes),
                ],
                className="side-head",
            ),
            lines(weeks.tolist(), mean.tolist(), LIGHT.accent, LIGHT.faint, label),
            html.P([part for at, one in enumerate(said) for part in ([" · "] if at else []) + [one]], className="side-said"),
            html.P(_about(look, found), className="side-said"),
        ],
        className="side-card",
    )


def _change(look: Look, found: Linked) -> Any:
    """Against the window before, or the one that is compared with; bold where chance hardly explains it."""
    other = look.other.window if look.other is not None and not look.is_of_two_snapshots else None
    before = other if other is not None and other.from_day != look.window.from_day else look.window.previous
    if before is None or not before.days or not look.window.days:
        return None
    frame = found.frames["days"]
    inside = frame["day"].between((before.from_day - EPOCH).days, (before.to_day - EPOCH).days)
    share, low, high = map(float, against.change(found.n, int(frame["n"][inside].sum()), look.window.days, before.days))
    if not np.isfinite(share):
        return None
    words = say("side_before", look.lang, from_day=before.from_day, to_day=before.to_day, n=count(int(frame["n"][inside].sum())))
    return html.Span(f"{signed(100 * share, 0)}%", className="" if low <= 0 <= high else "is-told", title=words)


def _rate(look: Look, found: Linked) -> str | None:
    indicator = look.indicator
    if indicator.measure != "outcome" or indicator.unit != "rate":
        return None
    number = compute.evaluate(look.view, indicator, compute.count_outcomes(look.view, found.outcomes.assign(bucket=0)))
    return f"{indicator.names.in_(look.lang)} {value(number.value if number.shown else None, indicator.unit, look.lang)}"


def _about(look: Look, found: Linked) -> str | None:
    """The most frequent category, as deep as the categories are known."""
    tree, frame = look.view.snapshot.categories, found.frames["categories"]
    if frame.empty:
        return None
    above = tree.ancestor(min(DEPTH, int(tree.depth.max())))[frame["category_ix"].to_numpy()]
    counts = frame["n"].groupby(above).sum()
    counts = counts[counts.index >= 0]
    if counts.empty:
        return None
    first = int(counts.idxmax())
    return say("side_about", look.lang, name=tree.names[first], n=count(int(counts.max())))
