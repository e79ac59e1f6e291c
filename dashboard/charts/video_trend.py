"""The online rate of video points at each kept snapshot, and how old the last heartbeats are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from dash import html

from dashboard.charts.marks import bar, heading
from dashboard.charts.video_state import Amount, opening
from dashboard.format import Language
from dashboard.words import say

WIDTH: Final = 1000.0
HEIGHT: Final = 300.0
LEAST_SPAN: Final = 0.02
"""The scale never shows less than this between its ends: a wobble of one camera in a thousand is no fall."""

ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Line:
    """The rate over time.

    Attributes
    ----------
    places
        Positions in time, 0 to 1, ascending.
    derived, reported
        Shares, 0 to 1.
    first, last
        The ends of the time, in words.
    note
        What is not in it.
    """

    places: Sequence[float]
    derived: Sequence[float]
    reported: Sequence[float]
    first: str
    last: str
    note: str = ""


@dataclass(frozen=True)
class Colours:
    """Of the derived line, the reported one, and the hairlines."""

    derived: str
    reported: str
    line: str


def draw(line: Line | str, ages: Sequence[Amount], colours: Colours, *, address: str, lang: Language) -> html.Div:
    """The line, or words where there is none, above the heartbeats."""
    shown: Any = html.P(line, className="quiet") if isinstance(line, str) else _chart(line, colours, lang)
    seen = [html.H3(say("video_seen", lang)), *(_age(age, address) for age in ages)] if ages else []
    aside = say("video_trend_aside", lang) if isinstance(line, Line) else None
    return html.Div([heading(say("video_trend", lang), aside), shown, html.Div(seen, className="video-ages")], className="video-trend")


def _age(age: Amount, address: str) -> html.Div:
    return html.Div([html.Span(age.name, className="name"), bar(age.share, None), opening(age, address)], className="video-row")


def _chart(line: Line, colours: Colours, lang: Language) -> html.Div:
    low, high = scale([*line.derived, *line.reported])

    def path(values: Sequence[float]) -> str:
        points = [f"{at * WIDTH:.1f} {(high - share) / (high - low) * HEIGHT:.1f}" for at, share in zip(line.places, values, strict=True)]
        return "M" + "L".join(points)

    common = 'fill="none" vector-effect="non-scaling-stroke" stroke-linejoin="round" stroke-linecap="round"'
    grid = f"M0 0H{WIDTH:.0f}M0 {HEIGHT:.0f}H{WIDTH:.0f}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -4 {WIDTH:.0f} {HEIGHT + 8:.0f}" preserveAspectRatio="none">'
        f'<path d="{grid}" stroke="{colours.line}" stroke-width="1" {common}/>'
        f'<path d="{path(line.reported)}" stroke="{colours.reported}" stroke-width="1.5" {common}/>'
        f'<path d="{path(line.derived)}" stroke="{colours.derived}" stroke-width="3" {common}/></svg>'
    )
    label = say(
        "video_trend_label",
        lang,
        first=line.first,
        last=line.last,
        low=_percent(line.derived[0]),
        high=_percent(line.derived[-1]),
    )
    ends = [html.B(_percent(line.derived[-1])), html.Span(_percent(line.reported[-1]))]
    return html.Div(
        [
            html.Div([html.Span(_percent(high)), html.Span(_percent(low))], className="scale"),
            html.Img(src=f"data:image/svg+xml,{quote(svg, safe=' =:/<>')}", alt=label, className="line"),
            html.Div(ends if line.derived[-1] > line.reported[-1] else ends[::-1], className="ends"),
            html.Div([html.Span(line.first), html.Span(line.last)], className="times"),
            html.P(line.note, className="note"),
        ],
        className="video-line",
    )


def scale(shares: Sequence[float]) -> tuple[float, float]:
    """Ends of the scale in whole percents around all values, at least :data:`LEAST_SPAN` apart and within 0 to 1."""
    low = max(0.0, math.floor(min(shares) * 100 + ROUNDING) / 100)
    high = min(1.0, math.ceil(max(shares) * 100 - ROUNDING) / 100)
    if high - low < LEAST_SPAN:
        high = min(1.0, low + LEAST_SPAN)
        low = high - LEAST_SPAN
    return low, high


def _percent(share: float) -> str:
    shown = f"{share * 100:.1f}"
    return f"{shown.removesuffix('.0')}%"
