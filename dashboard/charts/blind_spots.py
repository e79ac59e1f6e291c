"""Blind spots, the busiest first: what happens there, how many, how far the nearest working camera is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import bar, heading
from dashboard.format import Language, count
from dashboard.links import attributes, opener
from dashboard.words import say


@dataclass(frozen=True)
class Spot:
    """One square in words. ``bbox`` selects its events; ``lon`` and ``lat`` are its middle."""

    where: str
    category: str
    n: int
    nearest: str
    bbox: str
    lon: float
    lat: float


def draw(spots: Sequence[Spot], *, aside: str, notes: Sequence[str], address: str, lang: Language) -> html.Div:
    """The spots in the order given, all against the first; then the rule and what does not count."""
    most = max((spot.n for spot in spots), default=0) or 1
    rows = html.Div(
        [_row(spot, most, address, lang) for spot in spots],
        className="rows spots",
        tabIndex=0,
        role="group",
        **attributes(aria_label=say("blind_spots", lang)),
    )
    told = [html.P(note, className="quiet") for note in notes]
    more = html.Div(className="foot-note", **attributes(data_more=say("video_more", lang)))
    return html.Div([heading(say("blind_spots", lang), aside), rows if spots else None, more, *told], className="blind-spots")


def _row(spot: Spot, most: int, address: str, lang: Language) -> html.Div:
    show: dict[str, Any] = {"data-spot": f"{spot.lon:.6f},{spot.lat:.6f}"}
    place = html.Button(
        [html.Span(spot.where, className="where"), html.Small(spot.category)], type="button", title=say("blind_spot_map", lang), **show
    )
    n = opener(address, "accepted", count(spot.n), "n", {"bbox": spot.bbox}, **attributes(aria_label=f"{spot.where} {count(spot.n)}"))
    return html.Div([place, bar(spot.n / most, None), n, html.Span(spot.nearest, className="nearest")], className="spot")
