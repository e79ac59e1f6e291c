"""Where events are dense: counts per square, in five classes. It takes the place of the coloured areas while it is on."""

from __future__ import annotations

from typing import Final

import numpy as np

from data import queries
from layers import classes, marks
from layers.encoding import encoded, rows
from layers.layer import Drawing, Drawn, Layer, Scale

CELLS_ACROSS: Final = 64


def draw(drawing: Drawing) -> Drawn:
    """Squares that hold events: the north-west corner of each, and its class."""
    lang = drawing.lang
    found = drawing.answers(queries.density, CELLS_ACROSS)
    cells = found.frame.sort_values(["row", "column"], ignore_index=True)
    n = cells["n"].to_numpy(dtype=np.float64)
    edges, _ = classes.limits(n, 0)
    lon, lat = found.west + cells["column"] * found.width, found.south + (cells["row"] + 1) * found.height
    corner = drawing.frame.steps([found.west, found.west + found.width], [found.south + found.height, found.south])
    size = np.abs(corner[1] - corner[0])
    side = marks.metres(found)
    return Drawn(
        {
            "places": rows(drawing.frame.steps(lon, lat), [0])[0] if len(cells) else "",
            "classes": classes.letters(n, edges),
            "numbers": encoded(n),
            "width": int(size[0]),
            "height": int(size[1]),
        },
        scale=Scale(
            "事件密度 件" if lang == "zh" else "Density, events",
            f"每 {side:,} 米见方 · 五等分" if lang == "zh" else f"per {side:,} m square · fifths",
            classes.steps(len(edges) + 1) if len(n) else (),
            tuple(f"{edge:,.0f}" for edge in edges),
        ),
    )


LAYER: Final = Layer("density", {"zh": "事件密度", "en": "Density"}, draw, on_by_default=False)
