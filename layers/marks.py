"""Events on the map: points, or where there are too many, what lies close together as one."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import pandas as pd

from data import queries
from data.bound import in_cohort
from data.indicators.compute import count_outcomes
from data.selection import Selection
from layers.encoding import encoded, rows
from layers.layer import Drawing

CELLS_ACROSS: Final = 20
"""Groups across the selected area when events are drawn together."""


def points(drawing: Drawing, frame: pd.DataFrame, letters: dict[str, str]) -> dict[str, Any]:
    """The points of :func:`data.queries.event_points` as sent, sorted so that they compress.

    ``letters`` maps a state of the frame to its letter; other states are left out.
    """
    frame = frame[frame["state"].isin(list(letters))]
    steps = drawing.frame.steps(frame["lon"], frame["lat"])
    order = np.lexsort((steps[:, 1], steps[:, 0] >> 9)) if len(steps) else np.empty(0, dtype=np.int64)
    frame, steps = frame.iloc[order], steps[order]
    names = drawing.view.snapshot.categories.names
    used, category = np.unique(frame["category_ix"].to_numpy(dtype=int), return_inverse=True)
    hours = (pd.Timestamp(drawing.view.snapshot.as_of).tz_localize(None) - frame["deadline_at"]).dt.total_seconds() / 3600
    return {
        "places": rows(steps, [0])[0] if len(steps) else "",
        "kinds": "".join(letters[state] for state in frame["state"]),
        "categories": [names[ix] for ix in used],
        "category": encoded(category),
        "hours": encoded(np.clip(np.rint(hours.fillna(0)), -99_999, 99_999)),
    }


def groups(drawing: Drawing, selection: Selection, letter: str) -> tuple[dict[str, Any], int]:
    """Counts per square where points would be too many, each drawn in the middle of its square; and the side in metres."""
    found = queries.density(drawing.view, selection, CELLS_ACROSS)
    cells = found.frame.sort_values(["row", "column"], ignore_index=True)
    lon = found.west + (cells["column"] + 0.5) * found.width
    lat = found.south + (cells["row"] + 0.5) * found.height
    return {
        "places": rows(drawing.frame.steps(lon, lat), [0])[0] if len(cells) else "",
        "kinds": letter * len(cells),
        "numbers": encoded(cells["n"].to_numpy()),
    }, metres(found)


def metres(found: queries.Density) -> int:
    """Side of a square of the density raster in metres, as one would say it."""
    side = found.height * 111_320
    size = 10 ** max(0, int(np.floor(np.log10(max(side, 1)))) - 1)
    return int(round(side / size) * size)


def unmapped(drawing: Drawing) -> int:
    """Selected events without a usable position; void events and duplicates left out."""
    view = drawing.view
    lost = in_cohort(view) & ~view.snapshot.outcomes["is_mapped"].to_numpy(dtype=bool)
    return int(count_outcomes(view, drawing.answers(queries.outcomes_per_bucket))[lost].sum())


def with_deadline(selection: Selection, *wanted: str) -> Selection | None:
    """The selection narrowed to some states of the deadline; None where it asks for others."""
    left = tuple(state for state in wanted if not selection.deadline or state in selection.deadline)
    return dataclasses.replace(selection, deadline=left) if left else None
