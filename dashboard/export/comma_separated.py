"""CSV: UTF-8 with a byte order mark, which Excel needs to read Chinese, or GB18030 for programs that know nothing else.

Cells that a spreadsheet would take for a formula begin with an apostrophe, and so do those that began with one: whoever takes one
apostrophe away from every cell of text that begins with one has the texts as they were. Times are those of the deployment's
zone, to the second and without offset, so that spreadsheets read them as times.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from dashboard.export.fragments import Fragments, wall
from dashboard.words import say
from data.export import Column, Export

ENCODINGS: Final = ("utf-8", "gb18030")
RISKY: Final = "^[=+@\\t\\r'-]"
"""How a text begins that is written with an apostrophe before it."""


def write(export: Export, encoding: str = ENCODINGS[0]) -> Iterator[bytes]:
    """The file in pieces, one for each batch; lines end in CR LF."""
    fragments = Fragments()
    names = [column.names.in_(export.lang) for column in export.columns]
    for number, batch in enumerate(export.batches()):
        cells = [_cells(export, column, array, fragments) for column, array in zip(export.columns, batch.columns, strict=True)]
        sink = io.BytesIO()
        options = csv.WriteOptions(include_header=number == 0, batch_size=8192, eol="\r\n")
        csv.write_csv(pa.RecordBatch.from_arrays(cells, names=names), sink, options)
        lines = sink.getvalue() if encoding == "utf-8" else sink.getvalue().decode().encode(encoding)
        yield codecs.BOM_UTF8 + lines if encoding == "utf-8" and number == 0 else lines


def _cells(export: Export, column: Column, array: pa.Array, fragments: Fragments) -> pa.Array:
    if column.kind in ("text", "name"):
        return fragments.texts(column.key, array, harmless)
    if column.kind == "instant":
        return wall(array)
    if column.kind == "flag":
        return pc.if_else(array, say("export_yes", export.lang), say("export_no", export.lang))
    return array


def harmless(texts: pa.Array) -> pa.Array:
    """Texts that no spreadsheet takes for a formula."""
    risky = pc.match_substring_regex(texts, RISKY)
    if not pc.any(risky).as_py():
        return texts
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)
