"""All selected events with a position."""

from __future__ import annotations

from typing import Final

from data import queries
from layers import marks
from layers.layer import Drawing, Drawn, Layer, Mark

MOST_POINTS: Final = 800
LETTERS: Final = {"overdue": "e", "due_soon": "e", "open": "e", "closed": "e"}


def draw(drawing: Drawing) -> Drawn:
    """A point for each event; beyond ``MOST_POINTS`` all of them in groups whose size says how many."""
    lang = drawing.lang
    found = queries.event_points(drawing.view, drawing.selection, MOST_POINTS)
    text = f"事件 {found.total:,}" if lang == "zh" else f"events {found.total:,}"
    if found.total > MOST_POINTS:
        values, side = marks.groups(drawing, drawing.selection, "g")
        zh, en = f"超过 {MOST_POINTS} 个点，按 {side:,} 米合并", f"above {MOST_POINTS} points: drawn together per {side:,} m"
        return Drawn({"parts": [values], "letters": {"g": "group"}}, (Mark("group", text),), notes=(zh if lang == "zh" else en,))
    return Drawn({"parts": [marks.points(drawing, found.frame, LETTERS)], "letters": {"e": "event"}}, (Mark("event", text),))


LAYER: Final = Layer("events", {"zh": "事件点", "en": "Events"}, draw, on_by_default=False)
