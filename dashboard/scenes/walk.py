"""The walk of the tour: after which stop comes which. It follows from the address alone, so that a reload goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dashboard.scenes.applied import lacks
from dashboard.scenes.scene import Scene, Scenes
from data.bound import area_ix
from data.selection import Selection
from data.view import View


@dataclass(frozen=True)
class Stop:
    """One stop: a scene over an area (its place in the snapshot's areas)."""

    scene: Scene
    area_ix: int


@dataclass(frozen=True)
class Step:
    """What comes next.

    Attributes
    ----------
    stop
        The next stop.
    changes
        What it changes of the address, as written there; a key without a value is taken away.
    seconds
        How long the present stop lasts.
    """

    stop: Stop
    changes: str
    seconds: float


def home(view: View, selection: Selection) -> int:
    """The area that the tour belongs to: where it was started, kept in the address while it is elsewhere."""
    asked = selection.home if selection.home is not None else selection.area
    found = area_ix(view, Selection(area=asked))
    return found if found >= 0 else max(0, area_ix(view, selection))


def stops(scenes: Scenes, view: View, home_ix: int) -> list[Stop]:
    """Each scene of the tour over the home area, then over its areas below; scenes that the data have nothing of are left out."""
    listed = [scene for scene in scenes if scene.key in scenes.tour and not lacks(scene, view)]
    return [Stop(scene, ix) for scene in listed for ix in (home_ix, *_areas(scene, view, home_ix))]


def _areas(scene: Scene, view: View, home_ix: int) -> list[int]:
    areas, levels = view.snapshot.areas, view.snapshot.levels
    below = range(home_ix + 1, int(areas.last[home_ix]) + 1)
    if isinstance(scene.areas, str):
        depth = levels.index(scene.areas) if scene.areas in levels else -1
        return [ix for ix in below if int(areas.depth[ix]) == depth and view.sees(ix)]
    return [ix for code in scene.areas for ix in areas.find(code) if ix in below and view.sees(ix)]


def step(scenes: Scenes, view: View, selection: Selection, scene: Scene) -> Step | None:
    """The step after what is shown; None where there is only one stop, and where it is that."""
    home_ix, here_ix = home(view, selection), max(0, area_ix(view, selection))
    walked = stops(scenes, view, home_ix)
    here = Stop(scene, here_ix)
    at = next((number for number, stop in enumerate(walked) if stop == here), None)
    if at is None:
        at = next((number for number, stop in enumerate(walked) if stop.scene == scene), -1)
    if not walked or (len(walked) == 1 and walked[0] == here):
        return None
    following = walked[(at + 1) % len(walked)]
    areas = view.snapshot.areas
    is_home = following.area_ix == home_ix
    changes: dict[str, Any] = dict.fromkeys(scene.repeated(selection), "") | {
        "scene": "" if following.scene is scenes.first else following.scene.key,
        "area": "" if following.area_ix == view.top else areas.codes[following.area_ix],
        "home": "" if is_home else areas.codes[home_ix],
    }
    return Step(following, urlencode({key: _whole(value) for key, value in changes.items()}, safe=",:@\\"), scene.seconds)


def _whole(name: str) -> str:
    return name.replace("\\", "\\\\").replace(",", "\\,")
