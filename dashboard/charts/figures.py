"""What all Plotly figures share. Figures are plain dictionaries: no template travels with them."""

from __future__ import annotations

from typing import Any, Final

from layers.palette import Palette

CONFIG: Final[Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}
"""For every graph. Plotly's own mode bar offers to upload the chart elsewhere."""

FONTS: Final = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'

Figure = dict[str, Any]


def layout(palette: Palette, size: int, **more: Any) -> dict[str, Any]:
    """A quiet layout: no ground of its own, type in the page's family. ``size`` is rewritten by ``charts.js`` to the page's."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONTS, "size": size, "color": palette.quiet},
        "hoverlabel": {"bgcolor": palette.surface, "bordercolor": palette.line, "font": {"color": palette.text, "family": FONTS}},
        "showlegend": False,
        "dragmode": False,
        "transition": {"duration": 0},
        **more,
    }


def axis(palette: Palette, **more: Any) -> dict[str, Any]:
    """An axis of labels only: no line, no ticks, no zero line."""
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "color": palette.faint,
        "automargin": False,
        **more,
    }


def blank() -> Figure:
    """A figure with nothing in it, in place of one that cannot be drawn."""
    return {
        "data": [],
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
        },
    }
