"""GeoJSON (RFC 7946): one feature to a line, WGS 84; a case without a position has the geometry ``null``.

What the rows are stands in the member ``quanyu`` before the features. Instants carry their offset.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.export.about import about
from dashboard.export.fragments import Fragments, each, iso
from data.export import Column, Export

ROWS: Final = 16_384
PLACE: Final = ("lon", "lat")


def write(export: Export) -> Iterator[bytes]:
    """The file in pieces."""
    told = {key: text for key, _, text in about(export)}
    before = '{"type":"FeatureCollection","quanyu":' + orjson.dumps(told).decode() + ',"features":['
    fragments, between = Fragments(), "\n"
    for batch in export.batches(ROWS):
        lines = _lines(export, batch, fragments).to_pylist()
        if lines:
            yield (before + between + ",\n".join(lines)).encode()
            before, between = "", ",\n"
    yield before.encode() + b"\n]}\n"


def _lines(export: Export, batch: pa.RecordBatch, fragments: Fragments) -> pa.Array:
    """One feature for each row, as text."""
    parts: list[Any] = ['{"type":"Feature","geometry":', _geometry(batch), ',"properties":{']
    shown = [column for column in export.columns if column.key not in PLACE]
    for place, column in enumerate(shown):
        parts += [f'{"," if place else ""}"{column.key}":', pc.fill_null(_value(column, batch[column.key], fragments), "null")]
    return pc.binary_join_element_wise(*parts, "}}", "")


def _geometry(batch: pa.RecordBatch) -> pa.Array:
    lon, lat = (batch[key].cast(pa.string()) for key in PLACE)
    return pc.fill_null(pc.binary_join_element_wise('{"type":"Point","coordinates":[', lon, ",", lat, "]}", ""), "null")


def _value(column: Column, array: pa.Array, fragments: Fragments) -> pa.Array:
    if column.kind in ("text", "name"):
        return fragments.texts(column.key, array, each(quoted))
    if column.kind == "instant":
        return pc.binary_join_element_wise('"', iso(array), '"', "")
    return array.cast(pa.string())


def quoted(text: str) -> str:
    """A text as JSON has it."""
    return orjson.dumps(text).decode()
