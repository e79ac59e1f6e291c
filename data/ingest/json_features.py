"""JSON files: GeoJSON, also one feature a line, and lists of plain records. Runs in the reading process.

The text is decoded feature by feature, so that memory does not grow with the file. NaN and Infinity, which JSON does
not have but exports contain, are read: a property is then blank, a position invalid.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import shapely

from data.errors import FileRejected
from data.ingest import encodings
from data.ingest.features import GEOMETRY_TYPES, UNREADABLE, WRONG_TYPE, crs_or_none, to_wgs84_system
from data.ingest.handover import Handover, cell_text
from data.ingest.limits import MB, limit

_BLANK: Final = " \t\r\n\x1e\ufeff"
_LONGEST: Final = 64 * MB
"""Characters of one feature."""
_BATCH: Final = 2000
_CRS_WITHIN: Final = 4096
"""How far from either end of a file its coordinate system may be named."""


class Stream:
    """JSON values one after another out of a text file."""

    def __init__(self, file: IO[str], name: str) -> None:
        self._file, self._name = file, name
        self._text, self._at, self._is_done = "", 0, False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next character that is not blank, or nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, expected: str) -> None:
        """Step over one character."""
        if self.peek() != expected:
            raise self.wrong(f"expected '{expected}'")
        self._at += 1

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                found, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_open = error.pos >= len(self._text) - 16 or "Unterminated" in error.msg
                if not (is_open and len(self._text) - self._at < _LONGEST and self._more()):
                    raise self.wrong(error.msg) from error
                continue
            except (RecursionError, ValueError) as error:
                raise self.wrong("nested too deep" if isinstance(error, RecursionError) else str(error)) from error
            # A number at the end of what was read so far may go on.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return found

    def wrong(self, why: str) -> FileRejected:
        """The refusal."""
        return FileRejected("E_JSON", f"{self._name} is not valid JSON ({why[:100]}); export it again.")

    def _more(self) -> bool:
        if self._is_done:
            return False
        part = self._file.read(max(65536, len(self._text) - self._at))
        self._is_done = not part
        self._text, self._at = self._text[self._at :] + part, 0
        return bool(part)


def read(path: Path, declared: str | None, encoding: str | None, folder: Path) -> dict[str, Any]:
    """Hand over the features or records of a file.

    Raises
    ------
    FileRejected
        ``E_JSON`` when it does not parse, ``E_TYPE`` when it is other JSON, ``E_TOO_MANY_COLUMNS``, ``E_TOO_MANY_ROWS``.
    """
    text = encodings.text_of(path, encoding)
    columns: dict[str, int] = {}
    # What comes after the features may be the name of their coordinate system: it is looked for first.
    named = _crs(path, text.encoding) if declared is None else None
    batch: list[dict[str, Any]] = []
    with path.open("r", encoding=text.encoding, newline="") as file, Handover(folder) as out:
        out.is_spoilt = text.is_spoilt
        for item in _items(Stream(file, path.name), path.name):
            batch.append(item)
            if len(batch) == _BATCH:
                _hand_over(batch, columns, out, declared or named, is_declared=declared is not None)
                batch.clear()
        _hand_over(batch, columns, out, declared or named, is_declared=declared is not None)
    if out.rows and not columns:
        raise FileRejected("E_MISSING_COLUMN", f"The features of {path.name} have no properties; export them with their attributes.")
    return {**out.answer(list(columns)), "has_shapes": out.has_shapes}


def _items(stream: Stream, name: str) -> Iterator[dict[str, Any]]:
    """Features and records, one by one."""
    first = stream.peek()
    if first == "[":
        yield from _list(stream, name)
    elif first == "{":
        yield from _object(stream, name)
    else:
        raise stream.wrong("expected an object or a list")
    while stream.peek():
        # Newline-delimited: further objects follow.
        if stream.peek() != "{" or first != "{":
            raise stream.wrong("more text after its end")
        yield from _object(stream, name, is_first=False)


def _list(stream: Stream, name: str) -> Iterator[dict[str, Any]]:
    stream.take("[")
    if stream.peek() == "]":
        stream.take("]")
        return
    while True:
        item = stream.value()
        if not isinstance(item, dict):
            raise FileRejected("E_TYPE", f"{name} is JSON but no list of features; export it as a GeoJSON FeatureCollection.")
        yield item
        if stream.peek() != ",":
            break
        stream.take(",")
    stream.take("]")


def _object(stream: Stream, name: str, *, is_first: bool = True) -> Iterator[dict[str, Any]]:
    """One object: a collection's features as they come, any other as one item."""
    stream.take("{")
    held: dict[str, Any] = {}
    is_collection = False
    while stream.peek() != "}":
        key = stream.value()
        if not isinstance(key, str):
            raise stream.wrong("expected a name")
        stream.take(":")
        if key == "features" and stream.peek() == "[":
            is_collection = True
            yield from _list(stream, name)
        else:
            held[key] = stream.value()
        if stream.peek() != ",":
            break
        stream.take(",")
        if stream.peek() == "}":
            raise stream.wrong("a comma too many")
    stream.take("}")
    if is_collection:
        return
    is_feature = held.get("type") == "Feature" or "properties" in held
    is_other = held.get("type") == "FeatureCollection" or held.get("type") in GEOMETRY_TYPES
    # A lone object that is no feature may be anything; one of several, line by line, is a record.
    if is_other or not (is_feature or stream.peek() == "{" or not is_first):
        raise FileRejected("E_TYPE", f"{name} is JSON but no list of features; export it as a GeoJSON FeatureCollection.")
    yield held


def _hand_over(items: list[dict[str, Any]], columns: dict[str, int], out: Handover, crs: str | None, *, is_declared: bool) -> None:
    if not items:
        return
    given = np.array([_shape(item) for item in items], dtype=object)
    moved = to_wgs84_system(given, crs)
    for item, geometry, raw in zip(items, moved, given, strict=True):
        properties = _properties(item)
        place = _position(raw if is_declared else geometry, item)
        if place is not None:
            properties = {**{key: value for key, value in properties.items() if key.lower() not in {"lon", "lat"}}, **place}
        for key in properties:
            if key not in columns:
                columns[key] = len(columns)
                if len(columns) > limit("max_columns"):
                    raise FileRejected("E_TOO_MANY_COLUMNS", f"The features have more than {limit('max_columns'):,} different properties.")
        cells = [""] * len(columns)
        for key, value in properties.items():
            cells[columns[key]] = _text(value)
        out.add(cells)
        is_point = place is not None or (geometry is None and isinstance(item.get("geometry"), dict))
        out.has_geometry = out.has_geometry or not is_point
        out.has_shapes = out.has_shapes or "geometry" in item
        out.shape(None if geometry is None else shapely.to_wkb(geometry))


def _properties(item: dict[str, Any]) -> dict[str, Any]:
    if item.get("type") != "Feature" and "properties" not in item:
        return {key: value for key, value in item.items() if key != "geometry" or not isinstance(value, dict)}
    found = item.get("properties")
    if found is None:
        found = {}
    if not isinstance(found, dict):
        raise FileRejected("E_TYPE", "The file has features whose properties are no object; export it as a GeoJSON FeatureCollection.")
    return found


def _position(geometry: Any, item: dict[str, Any]) -> dict[str, str] | None:
    """The cells of a point; of one that cannot be read its coordinates as they stand."""
    shape = item.get("geometry")
    if not isinstance(shape, dict) or shape.get("type") not in {"Point", "MultiPoint"}:
        return None
    if geometry is not None and geometry.geom_type == "MultiPoint" and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    if geometry is not None and geometry.geom_type == "Point" and not geometry.is_empty:
        if math.isfinite(geometry.x) and math.isfinite(geometry.y):
            return {"lon": repr(geometry.x), "lat": repr(geometry.y)}
    elif geometry is not None and geometry.is_empty:
        coordinates = shape.get("coordinates")
        if not coordinates:
            return {"lon": "", "lat": ""}
    elif shape["type"] == "MultiPoint":
        return None
    shown = json.dumps(shape.get("coordinates"))[:200]
    return {"lon": shown, "lat": shown}


def _shape(item: dict[str, Any]) -> Any:  # noqa: PLR0911 -- one fault, one return
    shape = item.get("geometry")
    if shape is None:
        return None
    if not isinstance(shape, dict):
        return UNREADABLE
    if shape.get("type") not in GEOMETRY_TYPES:
        return WRONG_TYPE if isinstance(shape.get("type"), str) else UNREADABLE
    coordinates = shape.get("coordinates")
    if shape["type"] == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
        x, y = coordinates[:2]
        if isinstance(x, (int, float)) and isinstance(y, (int, float)) and abs(x) < 1e300 and abs(y) < 1e300:
            return shapely.Point(float(x), float(y))
        return UNREADABLE
    try:
        found = shapely.from_geojson(json.dumps(shape, allow_nan=False))
    except (shapely.errors.GEOSException, ValueError, TypeError, OverflowError):
        return UNREADABLE
    return UNREADABLE if found is None else shapely.force_2d(found)


def _crs(path: Path, encoding: str) -> str | None:
    """The coordinate system an old GeoJSON names, before its features or after."""
    with path.open("r", encoding=encoding, newline="") as file:
        start = file.read(_CRS_WITHIN)
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _CRS_WITHIN) // 2 * 2)
        end = file.read().decode(encoding, "replace")
    named = None
    for text, at in ((start, start.find('"crs"')), (end, end.rfind('"crs"'))):
        if named is None and at >= 0:
            try:
                named = json.JSONDecoder().raw_decode(text, text.index("{", at))[0]
            except ValueError:
                continue
    properties = named.get("properties") if isinstance(named, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return None if name is None or "CRS84" in str(name) else crs_or_none(str(name))


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return cell_text(value)
