"""Cameras with the status that follows from their own report, their heartbeat and their parents."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from data.bound import area_ix
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View

NOT_IN_USE: Final = ("repair", "removed")
"""Statuses of cameras that no rate counts."""


def cameras(points: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`video_points` that are cameras, not the recorders they hang on."""
    return points[~points["is_device"].fillna(False).astype(bool)]


def judged(points: pd.DataFrame) -> pd.DataFrame:
    """Cameras in use whose state can be said; none where not one of them reports a state, for then silence means nothing."""
    used = cameras(points)
    used = used[~used["status"].isin(NOT_IN_USE)]
    return used if used["reported_status"].notna().any() else used.iloc[:0]


def video_points(view: View, selection: Selection) -> pd.DataFrame:
    """Cameras and devices of the selected area with their derived ``status``; the window and other filters do not apply.

    They change with the snapshot alone, so a scope's are asked for once; do not change the frame in place.
    """
    limit = dt.timedelta(minutes=view.definition.camera_limit_minutes)
    seen_after = view.snapshot.as_of.replace(tzinfo=None) - limit
    everything = view.snapshot.once(
        ("video_points", seen_after, tuple(view.spans)), lambda: QUESTIONS["video_points"].ask(view, Selection(), seen_after=seen_after)
    )
    if selection.area is None:
        return everything
    ix = area_ix(view, selection)
    last = int(view.snapshot.areas.last[ix]) if ix >= 0 else ix - 1
    return everything[everything["area_ix"].between(ix, last)].reset_index(drop=True)
