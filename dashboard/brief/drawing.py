"""Charts of a brief as small drawings (SVG), for the page and the PDF; Word and slides have native ones from the same data."""

from __future__ import annotations

import base64
import html
import math
from typing import Final

from dashboard.brief.document import Chart
from layers.palette import LIGHT

WIDTH: Final = 640
NOW: Final = LIGHT.accent
BEFORE: Final = LIGHT.sequential[1]
FONT: Final = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
SIZE: Final = 12
BAR: Final = 20
STAND: Final = 170
LABEL: Final = 290.0
"""The most that names of lying bars take of the width."""


def caption(chart: Chart) -> str:
    """Title and unit."""
    return f"{chart.title}（{chart.unit}）" if chart.unit else chart.title


def picture(chart: Chart) -> str:
    """The drawing as an address that holds it."""
    drawn = (_bars if chart.kind == "bars" else _columns)(chart)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


def _svg(height: float, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'font-family="{FONT}" font-size="{SIZE}" fill="{LIGHT.text}">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = LIGHT.quiet) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{html.escape(words)}</text>'


def _top(chart: Chart) -> float:
    return max((value for one in chart.series for value in one.values if value is not None), default=0) or 1


def _legend(chart: Chart) -> list[str]:
    if len(chart.series) < 2:
        return []
    parts, x = [], 0.0
    for one, colour in zip(chart.series, (NOW, BEFORE), strict=False):
        parts.append(f'<rect x="{x:.1f}" y="3" width="10" height="10" fill="{colour}"/>' + _text(x + 15, 12, one.name))
        x += 40 + _width(one.name)
    return parts


def _width(words: str) -> float:
    return sum(SIZE if ord(letter) > 0x2E7F else SIZE * 0.6 for letter in words)


def _bars(chart: Chart) -> str:
    """Lying bars, the window before as a pale bar beneath; each says its value."""
    left = min(LABEL, max((_width(name) for name in chart.categories), default=0) + 12)
    right, top, start = 70, _top(chart), 22 if len(chart.series) > 1 else 4
    tall = BAR if len(chart.series) == 1 else BAR + 8
    parts = _legend(chart)
    for at, name in enumerate(chart.categories):
        y = start + at * tall
        shown = name if _width(name) <= left - 10 else name[: int((left - 22) / SIZE)] + "…"
        parts.append(_text(left - 8, y + 13, shown, "end", LIGHT.text))
        for order, (one, colour) in enumerate(zip(chart.series, (NOW, BEFORE), strict=False)):
            value = one.values[at]
            if value is None:
                continue
            wide = (WIDTH - left - right) * value / top
            high = 12 if order == 0 else 7
            parts.append(
                f'<rect x="{left:.1f}" y="{y + 3 + order * 13:.1f}" width="{max(wide, 0.5):.1f}" height="{high}" fill="{colour}"/>'
            )
            if order == 0:
                parts.append(_text(left + wide + 6, y + 13, _said(value), colour=LIGHT.text))
    return _svg(start + tall * len(chart.categories) + 4, parts)


def _columns(chart: Chart) -> str:
    """Standing columns from zero, the window before as a line of ticks."""
    n, top, start = len(chart.categories), _nice(_top(chart)), 24
    step = (WIDTH - 44) / max(n, 1)
    base = start + STAND - 30
    parts = _legend(chart)
    for share in (0.5, 1.0):
        y = base - (base - start) * share
        parts.append(
            f'<line x1="40" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LIGHT.line}"/>' + _text(34, y + 4, _said(top * share), "end")
        )
    every = max(1, math.ceil(n / 16))
    for at, name in enumerate(chart.categories):
        x = 44 + at * step
        for order, (one, colour) in enumerate(zip(chart.series, (NOW, BEFORE), strict=False)):
            value = one.values[at]
            if value is None:
                continue
            high = (base - start) * value / top
            wide = step * (0.42 if len(chart.series) > 1 else 0.66)
            parts.append(
                f'<rect x="{x + order * wide:.1f}" y="{base - high:.1f}" width="{max(wide - 1, 1):.1f}" '
                f'height="{high:.1f}" fill="{colour}"/>'
            )
        if at % every == 0:
            # the last one ends where the drawing does
            middle = min(x + step * 0.4, WIDTH - _width(name) / 2)
            parts.append(_text(middle, base + 16, name, "middle"))
    parts.append(f'<line x1="40" x2="{WIDTH}" y1="{base}" y2="{base}" stroke="{LIGHT.faint}"/>')
    return _svg(start + STAND - 6, parts)


def _nice(top: float) -> float:
    scale: float = 10.0 ** math.floor(math.log10(top))
    return next(scale * one for one in (1, 2, 4, 5, 8, 10) if scale * one >= top)


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.1f}"
