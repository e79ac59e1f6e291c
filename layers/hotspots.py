"""Hot spots and cold spots of the coloured level, and where they rise or fall: an outline each, solid and dashed, and a letter."""

from __future__ import annotations

from typing import Final

import numpy as np

from data import queries
from data.hotspots import LEAST_AREAS, SHARE, HotSpots
from data.vocabulary import Language, Words
from layers.layer import Drawing, Drawn, Kind, Layer, Mark

HIGH: Final = "h"
LOW: Final = "c"
NEITHER: Final = "."


def draw(drawing: Drawing) -> Drawn:
    """A letter for each area of the coloured level: hot, cold, or neither."""
    return _drawn(drawing, is_change=False)


def draw_change(drawing: Drawing) -> Drawn:
    """A letter for each area of the coloured level: rising against the window before, falling, or neither."""
    return _drawn(drawing, is_change=True)


def _drawn(drawing: Drawing, *, is_change: bool) -> Drawn:
    found = drawing.answers(queries.hotspots, drawing.area_ix, drawing.depth)
    high, low = ("is_rising", "is_falling") if is_change else ("is_hot", "is_cold")
    letters = np.where(found.areas[high], HIGH, np.where(found.areas[low], LOW, NEITHER))
    names = _CHANGED if is_change else _SPOTS
    marks = (_mark("hot", names[0], found, high, drawing.lang), _mark("cold", names[1], found, low, drawing.lang))
    return Drawn({"letters": "".join(letters)}, marks, notes=(method(found, drawing.level_name, drawing.lang, is_change=is_change),))


_SPOTS: Final = (Words("热点", "hot spots"), Words("冷点", "cold spots"))
_CHANGED: Final = (Words("升温", "rising"), Words("降温", "falling"))


def _mark(kind: Kind, name: Words, found: HotSpots, flag: str, lang: Language) -> Mark:
    return Mark(kind, f"{name.in_(lang)} {int(found.areas[flag].sum()):,}")


def method(found: HotSpots, level: str, lang: Language, *, is_change: bool = False) -> str:
    """How hot spots were told, in a sentence; or why none can be."""
    n, share = len(found.areas), f"{SHARE:.0%}"
    if not found.is_known:
        zh = f"有边界的{level}不足 {LEAST_AREAS} 个，不判断热点"
        en = f"fewer than {LEAST_AREAS} areas ({level}) have outlines: no hot spots are told"
    elif is_change and not found.is_compared:
        zh, en = "没有可比的上一段时间，不判断热点变化", "there is no window before to compare with: no change is told"
    else:
        of = ("本期减上期的件数", "events less those of the window before") if is_change else ("件数", "events")
        zh = f"{n:,} 个{level}的{of[0]}，Getis-Ord Gi*，边界相接者为邻，Benjamini-Hochberg 控制错判比例 {share}"
        en = f"Getis-Ord Gi* of {of[1]} in {n:,} areas ({level}), neighbours touch, false discoveries at most {share} (Benjamini-Hochberg)"
    return zh if lang == "zh" else en


LAYER: Final = Layer("hotspots", {"zh": "热点", "en": "Hot spots"}, draw, on_by_default=False)
CHANGE: Final = Layer("hotspots_changed", {"zh": "热点变化", "en": "Hot spots: change"}, draw_change, on_by_default=False)
