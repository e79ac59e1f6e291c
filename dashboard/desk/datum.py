"""On which datum a source's positions fit: how many events lie in the area they name themselves, as shares and as small maps."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from dash import html

from dashboard.desk.desk import Desk
from dashboard.format import Language, count
from dashboard.links import attributes
from dashboard.words import say
from data import queries
from data.ingest.diagnosis import HYPOTHESES
from data.quality import datum_points, diagnoses
from layers.palette import PALETTES, Palette

NAMES: Final = {"WGS84": "WGS 84", "GCJ02": "GCJ-02", "BD09": "BD-09"}
WIDTH: Final = 300.0
POINTS: Final = 300
MARGIN: Final = 0.06
"""Of the points' extent, kept free around them."""


def build(desk: Desk) -> list[Any]:
    """A line of shares for each source, and three maps for the one that is open, else for the most doubtful one."""
    lang = desk.lang
    heading = html.H2([say("data_datum", lang), html.Small(say("data_datum_hint", lang))])
    found = diagnoses(desk.view)
    if not found:
        return [heading, html.P(say("data_datum_none", lang), className="quiet")]
    chosen = next((one for one in found if one["name"] == desk.asked.source), None) or min(found, key=_confidence)
    rows = [_row(desk, one, is_chosen=one is chosen) for one in found]
    columns = [say("data_source", lang), *NAMES.values(), say("data_declared", lang)]
    head = html.Tr([html.Th(name, scope="col", className="n" if name in NAMES.values() else "") for name in columns])
    return [
        heading,
        html.Table([html.Thead(head), html.Tbody(rows)], className="datum"),
        verdict(chosen, chosen["name"], lang),
        _maps(desk, chosen),
    ]


def _confidence(one: Mapping[str, Any]) -> tuple[bool, float]:
    """Suspect sources first, then those whose positions fit least."""
    return not one["is_suspect"], float(one["shares"].get(one["declared"]) or 0)


def _row(desk: Desk, one: Mapping[str, Any], *, is_chosen: bool) -> html.Tr:
    lang = desk.lang
    declared = NAMES.get(one["declared"], one["declared"])
    name = html.A(one["name"], href=desk.asked.href(source=one["name"]), **attributes(data_desk=""))
    shares = [
        html.Td(_share(one, datum), className="n is-winner" if datum == one["winner"] else "n", title=_interval(one, datum))
        for datum in HYPOTHESES
    ]
    words = say("data_assumed", lang, datum=declared) if one["is_assumed"] else declared
    return html.Tr([html.Th(name, scope="row"), *shares, html.Td(words)], className="is-chosen" if is_chosen else "")


def _share(one: Mapping[str, Any], datum: str) -> str:
    share = one["shares"].get(datum)
    return "—" if share is None else f"{share * 100:.1f}%"


def _interval(one: Mapping[str, Any], datum: str) -> str:
    sides = one["intervals"].get(datum)
    return f"95%: {sides[0] * 100:.1f}–{sides[1] * 100:.1f}% · n {count(one['n'])}" if sides else ""


def verdict(one: Mapping[str, Any], name: str, lang: Language) -> html.P:
    """What the shares of a source or of one file mean, in a sentence."""
    key = "data_datum_suspect" if one["is_suspect"] else "data_datum_fits"
    words = {"name": name, "n": count(one["n"]), "winner": NAMES[one["winner"]], "declared": NAMES.get(one["declared"], one["declared"])}
    shares = {"share": _share(one, one["winner"]), "own": _share(one, one["declared"])}
    return html.P(say(key, lang, **words, **shares), className="kept" if one["is_suspect"] else "")


def _maps(desk: Desk, one: Mapping[str, Any]) -> html.Div | None:
    points = desk.context.answers.get(desk.view, ("datum", one["feed_ix"]), lambda: datum_points(desk.view, int(one["feed_ix"]), POINTS))
    if not len(points):
        return None
    palette = PALETTES[desk.asked.theme]
    outlines = desk.context.answers.get(desk.view, ("outlines",), lambda: _outlines(desk))
    figures = []
    for datum in HYPOTHESES:
        label = say("data_datum_map", desk.lang, datum=NAMES[datum], share=_share(one, datum))
        picture = f"data:image/svg+xml;base64,{b64encode(drawing(points, datum, outlines, palette).encode()).decode()}"
        figures.append(
            html.Figure(
                [html.Img(src=picture, alt=label), html.Figcaption([html.B(NAMES[datum]), f" {_share(one, datum)}"])],
                className="is-winner" if datum == one["winner"] else "",
            )
        )
    legend = [html.Span(say(key, desk.lang), className=key.replace("data_", "is-")) for key in ("data_inside", "data_outside")]
    return html.Div([html.Div(figures, className="maps"), html.P(legend, className="map-legend")])


def _outlines(desk: Desk) -> list[list[tuple[float, float]]]:
    """Outlines of the areas below the whole one, longitude and latitude."""
    depth = min(1, len(desk.view.snapshot.levels) - 1)
    found = json.loads(queries.area_collection(desk.view, depth))
    rings: list[list[tuple[float, float]]] = []
    for feature in found["features"]:
        shape = feature["geometry"] or {"type": "", "coordinates": []}
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]] if shape["type"] == "Polygon" else []
        rings += [[(x, y) for x, y, *_ in polygon[0]] for polygon in polygons]
    return rings


def drawing(points: pd.DataFrame, datum: str, outlines: list[list[tuple[float, float]]], palette: Palette) -> str:
    """A picture of the points under one hypothesis; the frame is the same for all of them. It holds numbers and colours only."""
    every = {axis: np.concatenate([points[f"{axis}_{name}"].to_numpy(dtype=float) for name in HYPOTHESES]) for axis in ("lon", "lat")}
    west, east = float(np.nanmin(every["lon"])), float(np.nanmax(every["lon"]))
    south, north = float(np.nanmin(every["lat"])), float(np.nanmax(every["lat"]))
    narrow = np.cos(np.radians((south + north) / 2))
    free = max(MARGIN * max((east - west) * narrow, north - south), 1e-4)
    west, east, south, north = west - free / narrow, east + free / narrow, south - free, north + free
    scale = WIDTH / ((east - west) * narrow)
    height = (north - south) * scale

    def place(lon: float, lat: float) -> str:
        return f"{(lon - west) * narrow * scale:.1f} {(north - lat) * scale:.1f}"

    lines = "".join(f"M{'L'.join(place(*point) for point in ring)}Z" for ring in outlines)
    marks = []
    columns = (f"lon_{datum}", f"lat_{datum}", f"inside_{datum}")
    for lon, lat, is_inside in points[list(columns)].itertuples(index=False, name=None):
        if lon == lon and lat == lat:  # noqa: PLR0124 -- NaN has no place
            x, y = place(lon, lat).split()
            inside = f'<circle cx="{x}" cy="{y}" r="2.2" fill="{palette.accent}"/>'
            outside = f'<path d="M{x} {y}m-3 -3l6 6m0 -6l-6 6" stroke="{palette.text}" stroke-width="1.4"/>'
            marks.append(inside if is_inside else outside)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}">'
        f'<path d="{lines}" fill="{palette.surface}" stroke="{palette.faint}" stroke-width="0.8"/>{"".join(marks)}</svg>'
    )
