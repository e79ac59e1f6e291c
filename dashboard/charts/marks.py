"""The small marks that several charts share: sparkline, bar with a tick for the window before, dot on its interval.

Marks are HTML with CSS, or one image in a ``data:`` address; they cost no script.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import html

from dashboard.format import Text

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 120.0, 36.0, 4.0

Component = Any  # Dash's components carry no types


def number(text: Text, class_name: str = "value") -> html.Span:
    """A value with its unit set small."""
    return html.Span([text.value, html.Small(text.unit)] if text.unit else text.value, className=class_name)


def heading(title: str, aside: Any = None) -> html.Div:
    """A panel's heading: what it shows on the left, its unit or window on the right."""
    return html.Div([html.H2(title), html.Span(aside, className="aside") if aside else None], className="heading")


def sparkline(
    values: Sequence[float | None], before: Sequence[float | None], colour: str, quiet: str, label: str, *, top: float | None = None
) -> html.Img | None:
    """The window's values as a line that ends in a dot, the window before it in a quieter tone.

    Missing values leave gaps. Both lines share one scale: from their least to their largest value, or from zero to ``top`` where lines
    of several are to be compared. None when there are fewer than two values.
    """
    series = [*before, *values]
    known = [value for value in series if value is not None]
    if len(known) < 2:
        return None
    low, high = (min(known), max(known)) if top is None else (0.0, top)
    reach = (high - low) or 1.0
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(len(series) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return SPARK_MARGIN + index * step, SPARK_HEIGHT - SPARK_MARGIN - (value - low) / reach * (SPARK_HEIGHT - 2 * SPARK_MARGIN)

    points = [None if value is None else place(index, value) for index, value in enumerate(series)]
    cut = len(before)
    drawn = [
        f'<path d="{_path(points[: cut + 1])}" stroke="{quiet}" stroke-width="1.25" stroke-opacity=".7"/>' if cut else "",
        f'<path d="{_path(points[cut:])}" stroke="{colour}" stroke-width="2"/>',
    ]
    end = next(point for point in reversed(points) if point is not None)
    drawn.append(f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="3" fill="{colour}"/>')
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SPARK_WIDTH:.0f} {SPARK_HEIGHT:.0f}" fill="none" '
        f'stroke-linejoin="round" stroke-linecap="round">{"".join(drawn)}</svg>'
    )
    return html.Img(src=f"data:image/svg+xml,{quote(svg, safe=' =:/<>')}", alt=label, className="spark")


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    parts, is_down = [], False
    for point in points:
        if point is not None:
            parts.append(f"{'L' if is_down else 'M'}{point[0]:.1f} {point[1]:.1f}")
        is_down = point is not None
    return "".join(parts)


def bar(share: float, before: float | None) -> html.Span:
    """A bar from zero, with a tick where the window before ended. Shares are of the longest bar or tick, 0 to 1."""
    tick = None if before is None else html.I(style={"left": f"{_percent(before)}%"})
    return html.Span([html.B(style={"width": f"{_percent(share)}%"}), tick], className="bar")


def interval(low: float, value: float, high: float) -> html.Span:
    """A dot on its interval. Positions are shares of the common scale, 0 to 1."""
    return html.Span(
        [
            html.B(style={"left": f"{_percent(low)}%", "width": f"{max(_percent(high) - _percent(low), 0.5):.4g}%"}),
            html.I(style={"left": f"{_percent(value)}%"}),
        ],
        className="interval",
    )


def _percent(share: float) -> float:
    return round(min(max(share, 0.0), 1.0) * 100, 1)
