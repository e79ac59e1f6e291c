"""Cases like one: of its category close by, or at its address, not long before or after.

Category is the middle level of the tree, as for places that call again (:mod:`data.places`). Void cases and duplicates are left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from data.bound import in_cohort
from data.cases import described
from data.nearby import EARTH_M, distance_m
from data.questions import QUESTIONS
from data.selection import Selection
from data.tree import Tree
from data.view import View

NEAR_M: Final = 200.0
DAYS: Final = 90
MOST: Final = 200
"""Cases that are looked at, newest first."""
CATEGORY_DEPTH: Final = 2


@dataclass(frozen=True)
class Similar:
    """Cases like one.

    Attributes
    ----------
    cases
        As :func:`data.cases.described` has them, with ``distance_m`` (None without a position) and ``is_same_address``; newest first.
    is_cut
        There are more than were looked at.
    """

    cases: list[dict[str, Any]]
    is_cut: bool


def similar(view: View, one: pd.Series) -> Similar:
    """Cases like one, which is given as the question ``event_case`` has it (:attr:`data.course.Course.row`)."""
    lon, lat = float(one["lon"]), float(one["lat"])
    high = np.degrees(NEAR_M / EARTH_M)
    wide = high / max(float(np.cos(np.radians(lat))), 1e-6) if np.isfinite(lat) else high
    low_ix, high_ix = _kind(view.snapshot.categories, int(one["category_ix"]))
    reported = one["reported_at"].to_pydatetime()
    frame = QUESTIONS["similar_cases"].ask(
        view,
        Selection(),
        event_id=one["event_id"],
        address=one["address"].replace(" ", "").lower() if isinstance(one["address"], str) else "",
        since=reported - dt.timedelta(days=DAYS),
        until=reported + dt.timedelta(days=DAYS),
        kind_low=low_ix,
        kind_high=high_ix,
        # comparisons with NaN would hold in DuckDB, for which it is the greatest number
        **({"box_west": lon - wide, "box_east": lon + wide} if np.isfinite(lon) else {"box_west": 1.0, "box_east": 0.0}),
        **({"box_south": lat - high, "box_north": lat + high} if np.isfinite(lat) else {"box_south": 1.0, "box_north": 0.0}),
        counted=in_cohort(view),
        most=MOST + 1,
    )
    away = distance_m(lon, lat, frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float))
    same = frame["is_same_address"].fillna(False).to_numpy(dtype=bool)
    kept = [
        described(view, row) | {"distance_m": None if np.isnan(metres) else float(metres), "is_same_address": bool(is_same)}
        for row, metres, is_same in zip(frame.to_dict("records"), away, same, strict=True)
        if is_same or metres <= NEAR_M
    ]
    return Similar(kept[:MOST], len(frame) > MOST)


def _kind(tree: Tree, ix: int) -> tuple[int, int]:
    """First and last position of the category that a node belongs to, or of the node itself above that level."""
    path = tree.path(ix)
    top = path[min(CATEGORY_DEPTH, len(path)) - 1]
    return top, int(tree.last[top])
