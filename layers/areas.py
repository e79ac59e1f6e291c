"""Areas coloured by an indicator: boundaries once, then a letter for each."""

from __future__ import annotations

from typing import Final

import numpy as np
import orjson
import pandas as pd
import shapely

from data.indicators import standardised
from data.indicators.registry import Indicator
from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View
from data.vocabulary import Language
from layers import classes
from layers.encoding import rings, rows
from layers.layer import Drawing, Drawn, Layer, Scale, frame

TOO_FEW: Final = "x"
MISSED: Final = "▾"
"""Stands beside the name of an area whose value is at or beyond the definition's threshold, on the map as in the ranking."""
UNITS: Final = {
    "count": ("件", ""),
    "rate": ("%", "%"),
    "score": ("分", "points"),
    "hours": ("小时", "h"),
    "per_10k": ("件/万人", "per 10k"),
}
"""Unit of an indicator → word beside a value, zh and en."""


def geometry(view: View, area_ix: int) -> bytes | None:
    """Tree, names, label points and outlines of an area and all below it; None where the view does not see it.

    ``{"frame", "first", "depths", "names", "codes", "labels", "rings"}``: areas in preorder from ``area_ix`` = ``first``, one
    base-36 digit of depth each, labels as one run of points, rings as texts of :func:`layers.encoding.rings`.
    """
    if not view.sees(area_ix):
        return None
    tree = view.snapshot.areas
    last = int(tree.last[area_ix])
    table = view.snapshot.area_table.iloc[area_ix : last + 1]
    depths = tree.depth[area_ix : last + 1]
    outlines = np.full(len(table), None, dtype=object)
    for depth in np.unique(depths):
        found = QUESTIONS["boundaries"].ask(view, Selection(), depth=int(depth))
        found = found[found["area_ix"].between(area_ix, last) & found["outline"].notna()]
        outlines[found["area_ix"].to_numpy() - area_ix] = shapely.from_wkb([bytes(outline) for outline in found["outline"]])
    box = frame(view, area_ix)
    # An area without a label point gets the middle of its outline, or the frame's corner: it is never drawn then.
    points = table[["label_lon", "label_lat"]].to_numpy(dtype=np.float64)
    middles = shapely.get_coordinates(shapely.centroid(np.where(outlines == None, shapely.Point(0, 0), outlines)))  # noqa: E711
    labels = box.steps(*np.where(np.isfinite(points), points, middles).T)
    return orjson.dumps(
        {
            "frame": box.json(),
            "first": area_ix,
            "depths": "".join(np.base_repr(int(depth), 36).lower() for depth in depths),
            "names": list(tree.names[area_ix : last + 1]),
            "codes": list(tree.codes[area_ix : last + 1]),
            "labels": rows(labels, [0])[0],
            "rings": rings(box, outlines),
        }
    )


def draw(drawing: Drawing) -> Drawn:
    """A letter of class, a value and n for each area of the coloured level, in the order of the tree."""
    indicator, lang = drawing.indicator, drawing.lang
    shown = frontier(drawing)
    found = drawing.per_area[~drawing.per_area["is_rest"]].set_index("area_ix").reindex(shown)
    factor = 100.0 if indicator.unit == "rate" else 1.0
    is_shown = found["shown"].fillna(False).astype(bool).to_numpy() & found["value"].notna().to_numpy()
    if drawing.view.snapshot.outcomes.empty:
        is_shown[:] = False  # "0 events" would be said of a snapshot that never had any
    values = np.where(is_shown, found["value"].to_numpy(dtype=np.float64) * factor, np.nan)
    digits = 0 if indicator.unit == "count" else 1
    edges, edge_digits = classes.limits(values, 0 if indicator.unit == "count" else 2)
    n = found["n"].fillna(0).astype(int).to_numpy()
    letters = "".join(TOO_FEW if letter == "-" and some else letter for letter, some in zip(classes.letters(values, edges), n, strict=True))
    missed = _missed(drawing, found["value"].where(is_shown))
    scaled = np.round(np.nan_to_num(values) * 10**digits).astype(int)
    return Drawn(
        {
            "classes": letters,
            "values": [int(value) if known else None for value, known in zip(scaled, is_shown, strict=True)],
            "n": n.tolist(),
            "digits": digits,
            "unit": unit(indicator, lang),
            "name": indicator.names.in_(lang),
            "key": indicator.key,
            "minimum_n": drawing.view.definition.minimum_n,
            "missed": missed,
            "missed_said": _beyond(drawing),
        },
        scale=Scale(
            _title(drawing),
            _rule(drawing, len(edges) + 1 if is_shown.any() else 0),
            classes.steps(len(edges) + 1) if is_shown.any() else (),
            tuple(f"{edge:,.{edge_digits}f}" for edge in edges),
            without(drawing, int((~is_shown).sum())),
            _marked(drawing, len(missed)),
        ),
        notes=_unassigned(drawing),
    )


def frontier(drawing: Drawing) -> list[int]:
    """The coloured areas: those of the level, and where a branch ends above it its last one. Together they cover the area once."""
    return drawing.view.snapshot.areas.frontier(drawing.area_ix, drawing.depth)


def unit(indicator: Indicator, lang: Language) -> str:
    """The word beside a value."""
    zh, en = UNITS[indicator.unit]
    return zh if lang == "zh" else en


def _title(drawing: Drawing) -> str:
    """What the colours say: name, unit, and the adjustment where there is one."""
    label = standardised.label(drawing.selection, drawing.indicator)
    name = f"{drawing.indicator.names.in_(drawing.lang)} {unit(drawing.indicator, drawing.lang)}".strip()
    return name if label is None else f"{name} · {label.in_(drawing.lang)}"


def _rule(drawing: Drawing, count: int) -> str:
    """How the classes came about, e.g. ``社区 · 五等分``."""
    if drawing.lang == "zh":
        return f"{drawing.level_name} · {'五等分' if count == classes.CLASSES else f'{count} 级' if count else '无可显示的值'}"
    return f"{drawing.level_name} · {'fifths' if count == classes.CLASSES else f'{count} classes' if count else 'nothing to show'}"


def without(drawing: Drawing, missing: int) -> str:
    """How many areas have nothing to show, and why, in words; empty where all have."""
    if not missing:
        return ""
    least = drawing.view.definition.minimum_n
    if not drawing.indicator.has_denominator or drawing.indicator.unit == "per_10k":
        return f"无数据 {missing}" if drawing.lang == "zh" else f"no data {missing}"
    return f"不足 {least} 件 {missing}" if drawing.lang == "zh" else f"fewer than {least} cases: {missing}"


def _missed(drawing: Drawing, values: pd.Series) -> list[int]:
    """Places, among the coloured areas, of those at or beyond the threshold that the definition sets for the indicator."""
    mark, key = drawing.view.definition.mark, drawing.indicator.key
    return [at for at, value in enumerate(values) if pd.notna(value) and mark(key, float(value)) == "missed"]


def _beyond(drawing: Drawing) -> str:
    """What a marked area is at or beyond, in words; empty where the definition sets no threshold for the indicator."""
    indicator, goal = drawing.indicator, drawing.view.definition.targets.get(drawing.indicator.key)
    if goal is None:
        return ""
    said = f"{goal.threshold * 100:g}%" if indicator.unit == "rate" else f"{goal.threshold:g} {unit(indicator, drawing.lang)}"
    return f"触警戒线 {said}" if drawing.lang == "zh" else f"beyond threshold {said}"


def _marked(drawing: Drawing, n: int) -> str:
    said = _beyond(drawing)
    return f"{MISSED} {said}{'：' if drawing.lang == 'zh' else ': '}{n}" if said else ""


def _unassigned(drawing: Drawing) -> tuple[str, ...]:
    rest = drawing.per_area[drawing.per_area["is_rest"]]
    n = 0 if rest.empty or pd.isna(rest["events"].iloc[0]) else int(rest["events"].iloc[0])
    if not n:
        return ()
    is_next = drawing.depth <= drawing.view.snapshot.areas.depth[drawing.area_ix] + 1
    if drawing.lang == "zh":
        return (f"未归属 {n:,} 件" if is_next else f"未落到{drawing.level_name} {n:,} 件",)
    return (f"{n:,} in no area below" if is_next else f"{n:,} in no {drawing.level_name}",)


LAYER: Final = Layer("areas", {"zh": "区域着色", "en": "Areas by indicator"}, draw, geometry)
