"""When events come in: a cell for each hour of the week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.charts.figures import Figure, axis, layout
from dashboard.format import Language
from dashboard.words import say
from layers.palette import Palette


def grid(frame: pd.DataFrame) -> list[list[int]]:
    """Counts as 7 rows (Monday first) of 24 hours. ``frame`` has columns ``hour_of_week``, ``n``."""
    counts = np.bincount(frame["hour_of_week"].to_numpy(dtype=np.int64), weights=frame["n"].to_numpy(dtype=np.float64), minlength=168)
    return [[int(value) for value in row] for row in counts.reshape(7, 24)]


def draw(cells: list[list[int]], lang: Language, palette: Palette) -> Figure:
    """The figure; sizes in the page's root type size."""
    last = len(palette.sequential) - 1
    weekdays = list(say("weekdays", lang))
    return {
        "data": [
            {
                "type": "heatmap",
                "z": cells,
                "colorscale": [[step / last, colour] for step, colour in enumerate(palette.sequential)],
                "zmin": 0,
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
                "hovertemplate": f"%{{customdata}}  {say('hour', lang, n='%{x}')}  %{{z:,}}<extra></extra>",
                "customdata": [[weekdays[row]] * 24 for row in range(7)],
            }
        ],
        "layout": layout(
            palette,
            1,
            margin={"l": 1.6, "r": 0, "t": 0.1, "b": 1.5},
            xaxis=axis(
                palette, tickvals=[0, 6, 12, 18], ticktext=[say("hour", lang, n=hour) for hour in (0, 6, 12, 18)], range=[-0.5, 23.5]
            ),
            yaxis=axis(palette, tickvals=list(range(7)), ticktext=weekdays, range=[6.5, -0.5], ticklabeloverflow="allow"),
        ),
    }
