"""Video points: places and names once, derived status with each answer; full triangles are online, hollow ones are not."""

from __future__ import annotations

from typing import Final

import numpy as np
import orjson
import pandas as pd

from data.selection import Selection
from data.video import NOT_IN_USE, cameras, video_points
from data.view import View
from layers.encoding import encoded, rows
from layers.layer import Drawing, Drawn, Layer, Mark, frame

LETTERS: Final = {
    "online": "1",
    "reported_off": "0",
    "not_reported": "n",
    "stale": "s",
    "never_seen": "v",
    "parent_down": "p",
    "repair": "r",
    "removed": "x",
}
"""Derived status → its letter."""
RATE: Final = "video_online_rate"
UNKNOWN_HEADING: Final = 360


def geometry(view: View, area_ix: int) -> bytes | None:
    """Cameras of an area and all below it, ordered by area.

    ``{"frame", "first", "area", "places", "mapped", "names", "ids", "headings"}``: ``area`` holds differences from one to the next, the
    first to ``first``; a camera without a position (``mapped`` 0) repeats the place before it; ``headings`` are whole degrees clockwise
    from north, :data:`UNKNOWN_HEADING` where none is given.
    """
    if not view.sees(area_ix):
        return None
    found = _cameras(view, Selection(area=view.snapshot.areas.codes[area_ix]))
    box = frame(view, area_ix)
    mapped = np.isfinite(found["lon"].to_numpy(dtype=np.float64)) & np.isfinite(found["lat"].to_numpy(dtype=np.float64))
    places = found[["lon", "lat"]].where(np.column_stack([mapped, mapped])).ffill().bfill().fillna(0.0)
    return orjson.dumps(
        {
            "frame": box.json(),
            "first": area_ix,
            "area": encoded(np.diff(found["area_ix"].to_numpy(dtype=np.int64), prepend=area_ix)),
            "places": rows(box.steps(places["lon"], places["lat"]), [0])[0] if mapped.any() else "",
            "mapped": "".join("1" if there else "0" for there in mapped),
            "ids": found["point_id"].astype(str).tolist(),
            "headings": encoded(np.where(found["heading"].isna(), UNKNOWN_HEADING, np.rint(found["heading"].fillna(0)) % 360)),
            "names": ["" if pd.isna(name) else str(name) for name in found["name"]],
        }
    )


def _cameras(view: View, selection: Selection) -> pd.DataFrame:
    return cameras(video_points(view, selection)).sort_values("area_ix", kind="stable", ignore_index=True)


def draw(drawing: Drawing) -> Drawn:
    """A letter of status for each camera of the selected area, in the order of the file."""
    lang, tree = drawing.lang, drawing.view.snapshot.areas
    found = _cameras(drawing.view, Selection(area=tree.codes[drawing.area_ix]))
    status = found["status"]
    online, used = int((status == "online").sum()), int((~status.isin(NOT_IN_USE)).sum())
    lost = int((found["lon"].isna() & (status != "removed")).sum())
    return Drawn(
        {
            "statuses": "".join(LETTERS.get(one, "0") for one in status),
            "letters": {letter: key for key, letter in LETTERS.items()},
            "first": drawing.area_ix,
            "last": int(tree.last[drawing.area_ix]),
        },
        _marks(drawing, online, used, is_known=bool((~status.isin((*NOT_IN_USE, "not_reported"))).any())),
        notes=((f"视频未上图 {lost:,}" if lang == "zh" else f"{lost:,} video points not on the map"),) if lost else (),
    )


def _marks(drawing: Drawing, online: int, used: int, *, is_known: bool) -> tuple[Mark, ...]:
    is_zh = drawing.lang == "zh"
    if not used:
        return ()
    if not is_known:
        return (Mark("video", f"视频 {used:,}，未上报状态" if is_zh else f"video {used:,}, no status reported", is_hollow=True),)
    return (
        Mark(
            "video",
            f"视频在线 {online / used:.1%} · {online:,}" if is_zh else f"video online {online / used:.1%} · {online:,}",
            opens=f"{RATE}?part=numerator",
        ),
        Mark("video", f"不在线 {used - online:,}" if is_zh else f"not online {used - online:,}", is_hollow=True, opens=f"{RATE}?part=rest"),
    )


LAYER: Final = Layer("video", {"zh": "视频点位", "en": "Video points"}, draw, geometry)
