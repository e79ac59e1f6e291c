"""The online rate of video points over time: one instant for each kept snapshot.

A snapshot knows its cameras at one instant. What they come to is written into its manifest when it is published, under the default
definition of that day, for the whole and each area right below it; so the line is drawn from manifests alone and no kept snapshot
is opened for it. Which snapshots are kept, hourly, daily, weekly, is the retention's affair.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from data import video_states
from data.bound import area_ix
from data.errors import QuanyuError
from data.selection import Selection
from data.store.manifest import manifests
from data.store.snapshot import Snapshot
from data.view import View

KEY: Final = "video"
"""Of a manifest: ``{"limit_minutes", "areas": {area_code: [in use, derived online, reported online]}}``."""
DEEPEST: Final = 1


@dataclass(frozen=True)
class VideoTrend:
    """Points of the line, oldest first.

    Attributes
    ----------
    points
        ``as_of`` (UTC), ``snapshot`` (id), ``n``, ``online``, ``reported``; the view's own snapshot last, if it has a rate.
    silent
        Kept snapshots before it that say nothing about the selected areas.
    is_kept
        Whether anything is kept for these areas at all: nothing is below the first level.
    """

    points: pd.DataFrame
    silent: int
    is_kept: bool


def tallied(file: Path) -> dict[str, Any] | None:
    """What a manifest says of a built file's cameras; None where it has none in use that report, or no definition to judge them by."""
    try:
        snapshot = Snapshot(file)
    except QuanyuError:
        return None
    try:
        view = View(snapshot, snapshot.definition())
        whole = video_states.tallies(video_states.video_states(view, Selection()))
        if whole.empty:
            return None
        below = video_states.tallies(video_states.video_states(view, Selection()), "area_ix")
        tree = snapshot.areas
        areas = {tree.codes[0]: _numbers(whole.iloc[0])}
        areas |= {tree.codes[int(ix)]: _numbers(row) for ix, row in below.iterrows() if int(str(ix)) > 0}
        return {"limit_minutes": view.definition.camera_limit_minutes, "areas": areas}
    except QuanyuError:
        return None
    finally:
        snapshot.close()


def video_trend(view: View, selection: Selection) -> VideoTrend:
    """The online rate at each kept snapshot up to the view's own. Only the area of the selection applies.

    Snapshots that were published under another limit for heartbeats than the view's definition has are silent.
    """
    tree = view.snapshot.areas
    tops = [area_ix(view, selection)] if selection.area is not None else [low for low, _ in view.spans]
    is_kept = bool(tops) and all(ix >= 0 and tree.depth[ix] <= DEEPEST for ix in tops)
    rows: list[tuple[dt.datetime, str, int, int, int]] = []
    silent = 0
    for identity, as_of, said in _kept(view) if is_kept else ():
        areas = said.get("areas", {}) if said.get("limit_minutes") == view.definition.camera_limit_minutes else {}
        found = [areas[tree.codes[ix]] for ix in tops if tree.codes[ix] in areas]
        if found:
            n, online, reported = (sum(int(one[at]) for one in found) for at in range(3))
            rows.append((as_of, identity, n, online, reported))
        else:
            silent += 1
    own = video_states.tallies(video_states.video_states(view, selection))
    if not own.empty:
        rows.append((view.snapshot.as_of, view.snapshot.id, *_numbers(own.iloc[0])))
    points = pd.DataFrame(rows, columns=["as_of", "snapshot", "n", "online", "reported"])
    points = points.sort_values(["as_of", "snapshot"], kind="stable").drop_duplicates("as_of", keep="last", ignore_index=True)
    return VideoTrend(points, silent, is_kept)


def _numbers(row: pd.Series) -> tuple[int, int, int]:
    return int(row["n"]), int(row["online"]), int(row["reported"])


def _kept(view: View) -> list[tuple[str, dt.datetime, dict[str, Any]]]:
    """Id, instant and cameras of every whole manifest of this store whose data are older than the view's; read once a snapshot."""

    def read() -> list[tuple[str, dt.datetime, dict[str, Any]]]:
        found = []
        for manifest in manifests(view.snapshot.path.parents[1]):
            as_of, said = _instant(manifest.get("as_of")), manifest.get(KEY)
            if "refused" not in manifest and as_of is not None and as_of < view.snapshot.as_of:
                found.append((str(manifest["id"]), as_of, said if isinstance(said, dict) else {}))
        return found

    return view.snapshot.once(("video_trend",), read)


def _instant(text: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)
    except ValueError:
        return None
