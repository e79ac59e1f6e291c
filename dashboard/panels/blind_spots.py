"""Blind spots of video: from the answer to the chart."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from dashboard.charts import blind_spots as chart
from dashboard.charts.blind_spots import Spot
from dashboard.format import count, length
from dashboard.look import Look
from dashboard.words import say
from data import blind_spots, queries
from data.blind_spots import BlindSpots

MOST: Final = 12


def build(look: Look) -> tuple[Any, ...]:
    """The busiest places that no working camera sees, each with its events; or why nothing can be said."""
    lang = look.lang
    found = look.answers(queries.blind_spots)
    aside, notes, spots = "", [], []
    if not found.cameras:
        notes.append(say("video_none", lang))
    elif not found.is_known:
        notes.append(say("blind_spots_unknown", lang, n=count(found.cameras)))
    elif not found.events:
        notes.append(say("blind_spots_no_events", lang))
    else:
        total = say("blind_spots_aside", lang, places=count(len(found.squares)), events=count(int(found.squares["n"].sum())))
        aside = total if len(found.squares) else say("blind_spots_none", lang)
        spots = _spots(look, found)
        rest = len(found.squares) - len(spots)
        notes += [say("blind_spots_rest", lang, n=count(rest))] if rest else []
        rule = {
            "side": f"{found.side_m:.0f}",
            "least": count(found.least),
            "busy": f"{blind_spots.BUSY:g}",
            "metres": f"{found.radius_m:g}",
        }
        notes.append(say("blind_spots_rule", lang, **rule))
        notes += [say("blind_spots_unplaced", lang, n=count(found.unplaced))] if found.unplaced else []
    return (chart.draw(spots, aside=aside, notes=notes, address=look.address, lang=lang),)


def _spots(look: Look, found: BlindSpots) -> list[Spot]:
    top = found.squares.head(MOST)
    if top.empty:
        return []
    areas, kinds = look.view.snapshot.areas, look.view.snapshot.categories
    told, away = blind_spots.where(look.view, look.selection, found, top), blind_spots.nearest_m(look.view, top)
    spots = []
    for row, place, metres in zip(top.to_dict("records"), told.to_dict("records"), away, strict=True):
        path = [ix for ix in areas.path(int(place["area_ix"])) if ix > 0 and areas.depth[ix] > areas.depth[look.area_ix]]
        named = [areas.names[ix] for ix in ([path[0], path[-1]] if len(path) > 1 else path)]
        nearest = say("blind_spot_nearest", look.lang, metres=length(float(metres), look.lang))
        spots.append(
            Spot(
                where=" ".join(named) or areas.names[int(place["area_ix"])],
                category=kinds.names[int(place["category_ix"])],
                n=int(row["n"]),
                nearest=nearest if np.isfinite(metres) else say("blind_spot_nothing", look.lang),
                bbox=_within(found.box(int(row["row"]), int(row["column"])), look.selection.bbox),
                lon=float(row["lon"]),
                lat=float(row["lat"]),
            )
        )
    return spots


def _within(box: tuple[float, float, float, float], other: tuple[float, float, float, float] | None) -> str:
    """A square as an address writes it, cut to the box of the selection where there is one."""
    west, south, east, north = box
    if other is not None:
        west, south, east, north = max(west, other[0]), max(south, other[1]), min(east, other[2]), min(north, other[3])
    return f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}"
