"""Cameras with the status that follows from their own report, their heartbeat and their parents."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View


def video_points(view: View, selection: Selection) -> pd.DataFrame:
    """Cameras and devices of the selected area with their derived ``status``; the window and other filters do not apply."""
    limit = dt.timedelta(minutes=view.definition.camera_limit_minutes)
    place = Selection(area=selection.area)
    return QUESTIONS["video_points"].ask(view, place, seen_after=view.snapshot.as_of.replace(tzinfo=None) - limit)
