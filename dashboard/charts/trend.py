"""Events per bucket, stacked by domain, each labelled at its end; what lies before the chosen window is dimmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dashboard.charts.figures import Figure, axis, layout
from dashboard.format import Language, count
from dashboard.words import say
from data.tree import Tree
from layers.palette import UNCLASSIFIED, Palette

LABEL_SHARE = 0.122
"""Height of a label as a share of the plot, at its least height."""
MOST = 5
"""Domains drawn on their own; smaller ones are one layer."""


def by_domain(frame: pd.DataFrame, tree: Tree, buckets: int) -> dict[str, list[float]]:
    """Counts per bucket for each domain in the tree's order, the smallest beyond ``MOST`` under an empty name.

    ``frame`` has columns ``bucket`` (0 … ``buckets`` - 1; others are left out), ``category_ix``, ``n``.
    """
    inside = frame[(frame["bucket"] >= 0) & (frame["bucket"] < buckets)]
    top = tree.ancestor(1)[inside["category_ix"].to_numpy(dtype=np.int64)]
    table: dict[int, list[float]] = {}
    for ix, bucket, n in zip(top, inside["bucket"], inside["n"], strict=True):
        table.setdefault(int(ix), [0.0] * buckets)[int(bucket)] += float(n)
    biggest = sorted(table, key=lambda ix: (-sum(table[ix]), ix))
    own = biggest if len(biggest) <= MOST + 1 else biggest[:MOST]
    answer = {tree.names[ix]: table[ix] for ix in own}
    rest = [table[ix] for ix in biggest if ix not in own]
    if rest:
        answer[""] = [sum(values) for values in zip(*rest, strict=True)]
    return answer


def _shown(name: str, lang: Language) -> str:
    return say("unclassified", lang) if name == UNCLASSIFIED else name or say("rest", lang)


def draw(
    series: Mapping[str, Sequence[float]],
    days: Sequence[dt.date],
    chosen: tuple[dt.date, dt.date] | None,
    *,
    colours: Mapping[str, str],
    lang: Language,
    palette: Palette,
    step: int = 1,
    last: dt.date | None = None,
) -> Figure:
    """The figure. Sizes are in the page's root type size; ``controls.js`` turns them into pixels.

    Parameters
    ----------
    series
        Counts per bucket by domain, from the ground up; the empty name is the rest.
    days
        First day of each bucket.
    chosen
        First and last day of the chosen window where it is a part of what is drawn.
    step, last
        Days to a bucket and the last day of all: what a click on a bucket opens.
    """
    x = [day.isoformat() for day in days]
    is_single = len(days) < 3
    traces = [
        {
            "type": "bar" if is_single else "scatter",
            "name": _shown(name, lang),
            "x": x,
            "y": [int(value) for value in values],
            "marker": {"color": colours.get(name, palette.rest), "line": {"width": 0}},
            "hovertemplate": "%{y:,}",
            **(
                {}
                if is_single
                else {"mode": "lines", "line": {"width": 0}, "fillcolor": colours.get(name, palette.rest), "stackgroup": "one"}
            ),
        }
        for name, values in series.items()
    ]
    highest = max((sum(values) for values in zip(*series.values(), strict=True)), default=0) or 1
    shapes = []
    if chosen is not None and not is_single:
        shapes.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": x[0],
                "x1": chosen[0].isoformat(),
                "y0": 0,
                "y1": 1,
                "line": {"width": 0},
                "fillcolor": palette.ground,
                "opacity": 0.55,
                "layer": "above",
            }
        )
    steps = ticks(highest)
    return {
        "data": traces,
        "layout": layout(
            palette,
            1,
            meta={"step": step, "last": (last or days[-1]).isoformat()} if days else {},
            barmode="stack",
            bargap=0.4,
            hovermode="x unified",
            margin={"l": 2.6, "r": 5.2, "t": 0.5, "b": 1.5},
            shapes=shapes,
            annotations=_labels(series, highest, colours, lang, palette),
            xaxis=axis(
                palette,
                type="date",
                tickformat="%-m月%-d日" if lang == "zh" else "%-d %b",
                hoverformat="%Y-%m-%d",
                nticks=4,
                **({"tickvals": x} if is_single else {}),
            ),
            yaxis=axis(
                palette,
                rangemode="tozero",
                range=[0, highest * 1.06],
                tickvals=steps,
                ticktext=[count(step) if step else "" for step in steps],
                showgrid=True,
                gridcolor=palette.line,
                gridwidth=1,
                layer="above traces",
            ),
        ),
    }


def ticks(highest: float) -> list[float]:
    """Zero and one or two round steps below the highest value."""
    rough = highest / 2
    unit = 10 ** np.floor(np.log10(rough)) if rough > 0 else 1.0
    step = next((float(unit * factor) for factor in (5, 2.5, 2, 1) if unit * factor <= rough), float(unit))
    step = max(1.0, step)
    return [step * index for index in range(int(highest // step) + 1)]


def _labels(
    series: Mapping[str, Sequence[float]], highest: float, colours: Mapping[str, str], lang: Language, palette: Palette
) -> list[dict[str, object]]:
    """A name at the end of each layer, moved apart where they would collide."""
    floor, wanted = 0.0, []
    for name, values in series.items():
        height = values[-1] if values else 0.0
        wanted.append((name, floor + height / 2))
        floor += height
    gap = highest * 1.06 * LABEL_SHARE
    places: list[float] = []
    for _, at in wanted:
        places.append(max(at, places[-1] + gap) if places else max(at, gap * 0.4))
    over = places[-1] + gap * 0.4 - highest * 1.06 if places else 0
    if over > 0:  # push down from the top
        ceiling = highest * 1.06 - gap * 0.4
        for index in range(len(places) - 1, -1, -1):
            places[index] = min(places[index], ceiling)
            ceiling = places[index] - gap
    return [
        {
            "xref": "paper",
            "yref": "y",
            "x": 1,
            "y": place,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 0.45,
            "showarrow": False,
            "text": _short(_shown(name, lang)),
            "font": {"color": colours.get(name, palette.rest), "size": 1},
        }
        for (name, _), place in zip(wanted, places, strict=True)
    ]


def _short(name: str, most: int = 6) -> str:
    """Plotly reads labels as HTML, so marks are written out; long names are cut."""
    name = name if len(name) <= most * 2 and not any(ord(letter) > 0x2E80 for letter in name[most:]) else f"{name[: most - 1]}…"
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
