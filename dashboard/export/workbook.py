"""XLSX: a first sheet that says what the rows are, then the cases, typed, under a heading that stays; more sheets where one is full.

The workbook is written here, forward only, because the libraries for it first make the whole file on disk and take minutes for a
million rows. Names stand once in the workbook's table of texts; free texts stand in their cells, as texts that no program
takes for formulas. What XML cannot hold is written as the format's own ``_x0007_``.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.export import workbook_parts as parts
from dashboard.export.about import about
from dashboard.export.fragments import Fragments, each, wall
from dashboard.export.sink import Sink
from dashboard.words import say
from data.export import Column, Export

ROWS: Final = 16_384
SHEET_ROWS: Final = 1_048_575
"""Rows of a sheet below its heading: Excel's own limit."""
SHEET_BYTES: Final = 1_500_000_000
"""What a sheet may hold before it is packed; beyond 2 GB not every program reads it."""
EPOCH_S: Final = 25_569 * 86_400
"""From the day from which spreadsheets count to 1970."""
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\r]|_x(?=[0-9A-Fa-f]{4}_)")


def write(export: Export) -> Iterator[bytes]:
    """The file in pieces; its contents come last, since they say how many sheets there are."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        texts = Shared()
        rows = _rows(export, texts)
        sheets: list[int] = []
        waiting = next(rows, None)
        while waiting is not None or not sheets:
            used = size = 0
            with archive.open(parts.sheet_path(len(sheets) + 2), "w") as file:
                file.write(parts.sheet_head(export.columns, export.lang))
                while waiting is not None and used < SHEET_ROWS and size < SHEET_BYTES:
                    fitting, waiting = waiting[: SHEET_ROWS - used], waiting[SHEET_ROWS - used :] or next(rows, None)
                    size += file.write("".join(fitting).encode())
                    used += len(fitting)
                    yield sink.take()
                file.write(parts.SHEET_FOOT)
            sheets.append(used)
        for path, content in parts.others(export, about(export), sheets, texts.items):
            archive.writestr(path, content)
    yield sink.take()


class Shared:
    """The workbook's table of texts: names of all columns, each once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Where a text stands in the table."""
        return self._places.setdefault(text, len(self._places))

    @property
    def items(self) -> list[str]:
        """The texts in order, as XML."""
        return [parts.text(written(text)) for text in self._places]


def _rows(export: Export, texts: Shared) -> Iterator[list[str]]:
    """Rows as XML, a list for each batch that has any."""
    for batch in export.batches(ROWS):
        cells = [_cells(export, column, batch[column.key], texts) for column in export.columns]
        lines = pc.binary_join_element_wise("<row>", *cells, "</row>", "").to_pylist()
        if lines:
            yield lines


def _cells(export: Export, column: Column, array: pa.Array, texts: Shared) -> pa.Array:
    """The cells of a column as XML; an empty one where there is no value."""

    def shared(text: str) -> str:
        return f'<c t="s"><v>{texts.place(text)}</v></c>'

    def valued(values: pa.Array, style: str = "") -> pa.Array:
        return pc.binary_join_element_wise(f"<c{style}><v>", values.cast(pa.string()), "</v></c>", "")

    found: Any
    if column.kind == "text":
        found = pc.binary_join_element_wise('<c t="inlineStr"><is>', each(lambda text: parts.text(written(text)))(array), "</is></c>", "")
    elif column.kind == "name":
        found = Fragments().texts(column.key, array.cast(pa.string()).dictionary_encode(), each(shared))  # names that are not used stay out
    elif column.kind == "flag":
        found = pc.if_else(array, shared(say("export_yes", export.lang)), shared(say("export_no", export.lang)))
    elif column.kind == "instant":
        days = pc.divide(pc.add(wall(array).cast(pa.int64()), EPOCH_S).cast(pa.float64()), 86_400.0)
        found = valued(days, f' s="{parts.INSTANT}"')
    else:
        found = valued(array)
    return pc.fill_null(found, "<c/>")


def written(text: str) -> str:
    """A text as XML, with what XML cannot hold in the format's own writing."""
    return escape(_UNFIT.sub(_coded, text))


def _coded(found: re.Match[str]) -> str:
    return "_x005F_x" if found.group() == "_x" else f"_x{ord(found.group()):04X}_"
