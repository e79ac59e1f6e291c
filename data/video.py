"""Cameras with the status that follows from their own report, their heartbeat and their parents."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pandas as pd

from data.bound import area_ix
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View

NOT_IN_USE: Final = ("repair", "removed")
"""Statuses of cameras that no rate counts."""
NOT_ONLINE: Final = "not_online"
HEARTBEAT_HOURS: Final = (1, 6, 24, 168)
HEARTBEATS: Final = ("0-1", "1-6", "6-24", "24-168", "168-", "never")
STATUSES: Final = ("online", "reported_off", "not_reported", "stale", "never_seen", "parent_down", *NOT_IN_USE)
_ALLOWED: Final = {"status": (*STATUSES, NOT_ONLINE), "reported": ("ON", "OFF", ""), "seen": HEARTBEATS}
_SPECIAL: Final = re.compile(r"[\\,]")
_ESCAPED: Final = r"\\\g<0>"
_BACKSLASHED: Final = re.compile(r"\\(.)", re.DOTALL)
_PART: Final = re.compile(r"(?:[^\\,]|\\.)+", re.DOTALL)


def cameras(points: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`video_points` that are cameras, not the recorders they hang on."""
    return points[~points["is_device"].fillna(False).astype(bool)]


def judged(points: pd.DataFrame) -> pd.DataFrame:
    """Cameras in use whose state can be said; none where not one of them reports a state, for then silence means nothing."""
    used = cameras(points)
    used = used[~used["status"].isin(NOT_IN_USE)]
    return used if used["reported_status"].notna().any() else used.iloc[:0]


@dataclass(frozen=True)
class CameraGroup:
    """Cameras that have something in common, as a part of the online rate (:func:`data.opening.camera_parts`) names them.

    Attributes
    ----------
    owner, kind
        As the data have it; empty text is those without one, None any.
    status
        A derived status, or ``not_online``: any but online of the cameras in use. None any of those in use.
    reported
        ``ON``, ``OFF`` or empty text for none.
    seen
        One of :func:`heartbeats`.
    """

    owner: str | None = None
    kind: str | None = None
    status: str | None = None
    reported: str | None = None
    seen: str | None = None

    @property
    def key(self) -> str:
        """Such as ``owner=公安分局,status=stale``; commas inside a value are escaped by a backslash."""
        given = ((item.name, getattr(self, item.name)) for item in fields(self))
        return ",".join(f"{name}={re.sub(_SPECIAL, _ESCAPED, value)}" for name, value in given if value is not None)

    @classmethod
    def parse(cls, key: str) -> CameraGroup | None:
        """The group of a key; None where it is not one that :attr:`key` gives."""
        pairs = [part.partition("=") for part in re.findall(_PART, key)]
        known = {item.name for item in fields(cls)}
        named = {name: re.sub(_BACKSLASHED, r"\1", value) for name, mark, value in pairs if mark and name in known}
        found = cls(**named)
        is_known = all(getattr(found, name) in (None, *allowed) for name, allowed in _ALLOWED.items())
        return found if named and is_known and found.key == key else None

    def rows(self, points: pd.DataFrame, as_of: dt.datetime) -> pd.DataFrame:
        """Its cameras among the rows of :func:`video_points`; ``as_of`` is the snapshot's."""
        found = cameras(points) if self.status in NOT_IN_USE else judged(points)
        if self.status is not None:
            found = found[found["status"] != "online"] if self.status == NOT_ONLINE else found[found["status"] == self.status]
        for column, wanted in (("owner", self.owner), ("kind", self.kind), ("reported_status", self.reported)):
            if wanted is not None:
                found = found[found[column].fillna("") == wanted]
        return found if self.seen is None else found[heartbeats(found, as_of) == self.seen]


def heartbeats(points: pd.DataFrame, as_of: dt.datetime) -> pd.Series:
    """How long before ``as_of`` each was last seen, as one of :data:`HEARTBEATS`: hours, half-open, or ``never``."""
    hours = (pd.Timestamp(as_of.replace(tzinfo=None)) - points["last_seen_at"]) / pd.Timedelta("1h")
    at = np.searchsorted(HEARTBEAT_HOURS, hours.fillna(0).to_numpy(dtype=float), side="right")
    named = pd.Series([HEARTBEATS[ix] for ix in at], index=points.index, dtype="object")
    return named.where(points["last_seen_at"].notna(), HEARTBEATS[-1])


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
