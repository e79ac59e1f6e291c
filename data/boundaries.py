"""Boundaries of one level as GeoJSON, WGS 84."""

from __future__ import annotations

import json

import pandas as pd
import shapely

from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View

DECIMALS = 6
"""Of a degree: some ten centimetres."""


def collection(view: View, depth: int) -> bytes:
    """A FeatureCollection of the visible areas of one level (0 is the whole area), outlines simplified for drawing.

    Areas without a known outline have a null geometry.
    """
    frame = QUESTIONS["boundaries"].ask(view, Selection(), depth=depth)
    codes = view.snapshot.areas.codes
    features = []
    for row in frame.itertuples(index=False):
        features.append(
            {
                "type": "Feature",
                "geometry": _geometry(row.outline),
                "properties": {
                    "area_code": row.area_code,
                    "name": row.name,
                    "level": row.level,
                    "parent_code": codes[int(row.parent_ix)] if pd.notna(row.parent_ix) and view.sees(int(row.parent_ix)) else None,
                    "population": int(row.population) if pd.notna(row.population) else None,
                },
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")).encode()


def _geometry(outline: object) -> object:
    if not isinstance(outline, bytes | bytearray):
        return None
    shape = shapely.from_wkb(bytes(outline))
    rounded = shapely.transform(shape, lambda points: points.round(DECIMALS))
    return json.loads(shapely.to_geojson(rounded))
