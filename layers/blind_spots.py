"""Where events concentrate and no working camera is near: a dashed square each, larger than life until one looks closely."""

from __future__ import annotations

from typing import Final

from data import queries
from data.blind_spots import BlindSpots
from data.vocabulary import Language
from layers.encoding import encoded, rows
from layers.layer import Drawing, Drawn, Layer, Mark

MOST_SQUARES: Final = 600
"""Beyond these only the busiest are drawn, and the legend says so."""


def draw(drawing: Drawing) -> Drawn:
    """The blind squares: the north-west corner of each and its events; nothing where cameras report no state."""
    lang = drawing.lang
    found = drawing.answers(queries.blind_spots)
    if not found.is_known:
        return Drawn(
            {"places": "", "numbers": "", "rows": "", "columns": "", "grid": [0, 0, 0, 0], "width": 0, "height": 0},
            notes=(unknown(found, lang),),
        )
    drawn = found.squares.head(MOST_SQUARES)
    lon, lat = found.west + drawn["column"] * found.width, found.south + (drawn["row"] + 1) * found.height
    corner = drawing.frame.steps([found.west, found.west + found.width], [found.south + found.height, found.south])
    rest = len(found.squares) - len(drawn)
    notes = []
    if rest:
        least = int(drawn["n"].min())
        zh = f"盲点只画最多的 {len(drawn):,} 处，另 {rest:,} 处各不超过 {least:,} 件"
        notes.append(zh if lang == "zh" else f"the {len(drawn):,} busiest blind spots; {rest:,} more have {least:,} events or fewer")
    total, metres = len(found.squares), f"{found.radius_m:g}"
    text = f"盲点 {total:,}（{metres} 米内无在线视频）" if lang == "zh" else f"blind spots {total:,} (no camera online within {metres} m)"
    return Drawn(
        {
            "places": rows(drawing.frame.steps(lon, lat), [0])[0] if len(drawn) else "",
            "numbers": encoded(drawn["n"].to_numpy()),
            "rows": encoded(drawn["row"].to_numpy()),
            "columns": encoded(drawn["column"].to_numpy()),
            "grid": [found.west, found.south, found.width, found.height],
            "width": int(abs(corner[1][0] - corner[0][0])),
            "height": int(abs(corner[1][1] - corner[0][1])),
        },
        (Mark("blind_spot", text, is_hollow=True),),
        notes=tuple(notes),
    )


def unknown(found: BlindSpots, lang: Language) -> str:
    """Why nothing can be said to be blind."""
    if not found.cameras:
        return "没有视频点位，无从谈盲点" if lang == "zh" else "no video points: blind spots cannot be told"
    return "视频点位未上报状态，无从谈盲点" if lang == "zh" else "no camera reports a state: blind spots cannot be told"


LAYER: Final = Layer("blind_spots", {"zh": "视频盲点", "en": "Blind spots"}, draw, on_by_default=False)
