"""The map as a linked view: areas coloured by what the other views leave, which a click, a box or a ring picks.

It leaves out its own filters (``grid``, ``bbox``, ``polygon``), in every layer. Colours by count come from the linked views and follow a
brush; rates and further layers are asked once the selection rests.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from dash import html

from dashboard import map as map_component
from dashboard.charts.controls import item, menu
from dashboard.charts.marks import heading
from dashboard.look import Look
from dashboard.words import say
from data import queries
from data.answers import Answers
from data.dimensions import DIMENSIONS
from data.indicators.registry import INDICATORS, Indicator
from data.selection import Selection
from data.values import MAXIMUM_VALUES
from layers import difference, registry
from layers.layer import Drawing

COUNTED: Final = "accepted"
"""What colours the map unless the address names something else: it is counted with all other views."""
BELOW: Final = 2
"""Levels below the selected area that are coloured, where the address names none and the data have so many."""


def build(look: Look) -> tuple[Any, ...]:
    """Nothing to read, and what the map shows at once."""
    counts = np.zeros(len(look.view.snapshot.areas), dtype=np.int64)
    frame = look.answers(queries.linked).frames["areas"]
    counts[frame["area_ix"]] = frame["n"]
    drawing = Drawing(Answers(look.view, _unfiltered(look), is_screen=False), COUNTED, look.lang, counts)
    layers = chosen(look)
    now = [key for key in layers if key == "areas" and _is_counted(look)]
    return None, map_component.payload(drawing, now, layers) | {"picked": _picked(look.selection), "steps": _steps(drawing)}


def build_later(look: Look) -> tuple[Any, ...]:
    """What the colours say and how to change it; the layers that are not counted with the other views, and differences."""
    drawing = _drawing(look)
    layers = [key for key in chosen(look) if key != "areas" or not _is_counted(look)]
    other = look.other
    instead = {} if other is None else {"areas": lambda here: difference.draw(here, _drawing(other))}
    return _head(look, drawing), map_component.payload(drawing, layers, instead=instead)


def _drawing(look: Look) -> Drawing:
    return Drawing(Answers(look.view, _unfiltered(look), is_screen=False), coloured_by(look).key, look.lang)


def _is_counted(look: Look) -> bool:
    """Whether the areas' colours follow from the linked views."""
    return look.other is None and coloured_by(look).key == COUNTED


def coloured_by(look: Look) -> Indicator:
    """The indicator of the address, else the count."""
    return INDICATORS.get(look.selection.indicator or "", INDICATORS[COUNTED])


def chosen(look: Look) -> tuple[str, ...]:
    """Keys of the layers that are on: those of the address, else the areas alone."""
    return ("areas",) if look.selection.layers is None else registry.chosen(look.selection.layers)


def _unfiltered(look: Look) -> Selection:
    """The selection without the map's own filters; the level that is coloured said, so that every layer is of the same areas."""
    selection, levels = look.selection, _levels(look)
    bare = selection.with_(**{key: () if key == "grid" else None for key in DIMENSIONS["areas"].own})
    return bare if not levels or selection.level in levels else bare.with_(level=levels[min(BELOW, len(levels)) - 1])


def _levels(look: Look) -> list[str]:
    """The levels that lie below the selected area."""
    tree, own = look.view.snapshot.areas, look.area_ix
    deepest = int(tree.depth[own : tree.last[own] + 1].max())
    return list(look.view.snapshot.levels[int(tree.depth[own]) + 1 : deepest + 1])


def _picked(selection: Selection) -> dict[str, Any]:
    """The shapes that are drawn, and how many areas may be picked; which ones are the browser reads from the address."""
    return {"box": selection.bbox, "ring": selection.polygon, "most": MAXIMUM_VALUES}


def _steps(drawing: Drawing) -> dict[str, str]:
    """What of the address is changed where time is played: counts of the same areas, without the map's own filters."""
    bare = dict.fromkeys((*DIMENSIONS["areas"].own, "against"), "")
    return bare | {"indicator": COUNTED, "level": drawing.view.snapshot.levels[drawing.depth]}


def _head(look: Look, drawing: Drawing) -> html.Div:
    lang, address, levels = look.lang, look.address, _levels(look)
    level = drawing.view.snapshot.levels[drawing.depth]
    menus = [
        menu(
            say("bench_map_level", lang),
            look.level_name(level),
            [item(address, {"level": key}, look.level_name(key), key == level) for key in levels],
            is_filtering=False,
        ),
        menu(
            say("bench_map_by", lang),
            drawing.indicator.names.in_(lang),
            [
                item(address, {"indicator": None if key == COUNTED else key}, one.names.in_(lang), key == drawing.indicator_key)
                for key, one in INDICATORS.items()
                if look.can_say(one)
            ],
            is_filtering=False,
        ),
    ]
    return html.Div([heading(say("bench_map", lang)), html.Div(menus, className="bench-map-menus")], className="bench-map-head")
