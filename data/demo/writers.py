"""Writing tables the way departments do: CSV in several encodings, Excel, GeoJSON, Parquet."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely

from data.demo.areas import Area
from data.demo.feeds import Feed, TimeStyle


def as_text(table: pa.Table, style: TimeStyle) -> pa.Table:
    """Every column as text; instants in the given style, nulls stay null."""
    for place, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            column = table.column(place).combine_chunks()
            text = _times(column, style) if pa.types.is_timestamp(field.type) else column.cast(pa.string())
            table = table.set_column(place, field.name, text)
    return table


def _times(column: pa.Array, style: TimeStyle) -> pa.Array:
    if style == "short":
        day = [pc.year(column), pc.month(column), pc.day(column)]
        date = pc.binary_join_element_wise(*[part.cast(pa.string()) for part in day], "/")
        clock = [pc.hour(column).cast(pa.string()), pc.utf8_lpad(pc.minute(column).cast(pa.string()), 2, "0")]
        return pc.binary_join_element_wise(date, pc.binary_join_element_wise(*clock, ":"), " ")
    text = column.cast(pa.timestamp("s")).cast(pa.string())
    return pc.replace_substring(text, " ", "T", max_replacements=1) if style == "iso" else text


def write_csv(path: Path, table: pa.Table, headings: Sequence[str], encoding: str) -> None:
    """Write text columns under ``headings``; quoted only where needed."""
    body = _body(table)
    head = ",".join(headings) + "\n"
    with path.open("wb") as file:
        file.write(head.encode(encoding))
        if encoding.startswith("utf-8"):
            file.write(body)
            return
        plain = "utf-16-le" if encoding == "utf-16" else encoding
        position, step = 0, 16 << 20
        while position < len(body):
            end = body.find(b"\n", position + step) + 1 or len(body)
            file.write(body[position:end].decode("utf-8").encode(plain))
            position = end


def _body(table: pa.Table) -> bytes:
    """Rows as UTF-8; Arrow's "needed" quotes every text, so quotes are left away where none is needed at all."""
    for style in ("none", "needed"):
        buffer = io.BytesIO()
        try:
            pyarrow.csv.write_csv(table, buffer, pyarrow.csv.WriteOptions(include_header=False, quoting_style=style))
        except pa.ArrowInvalid:
            continue
        return buffer.getvalue()
    raise AssertionError("rows could not be written as CSV with quotes")


def write_workbook(path: Path, sheet: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Write one sheet, under a line with a title if there is one."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    if title:
        page.append([title])
    page.append(list(headings))
    for row in rows:
        page.append(list(row))
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():  # without the clock of this machine, so that equal rows give equal files
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(entry.filename), content, zipfile.ZIP_DEFLATED)


def write_points(path: Path, name: str, table: pa.Table, headings: Sequence[str], lonlat: np.ndarray[Any, Any]) -> None:
    """Write rows as GeoJSON points, WGS 84."""
    features = [
        {"type": "Feature", "properties": dict(zip(headings, row, strict=True)), "geometry": {"type": "Point", "coordinates": pair}}
        for row, pair in zip(
            zip(*(table.column(ix).to_pylist() for ix in range(table.num_columns)), strict=True), lonlat.tolist(), strict=True
        )
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "name": name, "features": features}, ensure_ascii=False), encoding="utf-8")


def write_areas(path: Path, name: str, areas: Sequence[Area]) -> None:
    """Write the boundaries of one level as GeoJSON, one feature a line."""
    lines = []
    for area in areas:
        properties = {
            "区划代码": area.area_code, "名称": area.name, "上级代码": area.parent_code or None, "常住人口": area.population,
            "户数": area.households, "面积": area.area_km2,
        }  # fmt: skip
        if area.level == "grid":
            properties |= {"网格类型": area.grid_type, "网格员": area.grid_worker}
        feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(area.polygon)}
        lines.append(json.dumps(feature, ensure_ascii=False))
    text = f'{{"type": "FeatureCollection", "name": "{name}", "features": [\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def headings_of(feed: Feed, table: pa.Table) -> list[str]:
    """The department's own words for the columns."""
    return [feed.headings[name] for name in table.column_names]
