"""Excel workbooks: the sheet with the data, merged cells filled, every cell as the text a person sees.

Runs in the reading process. The library that reads workbooks drops error values and formulas that were never
calculated; they are looked up in the sheet's XML, so that an id made by a formula is not taken for a missing one.
"""

from __future__ import annotations

import html
import itertools
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import python_calamine

from data.errors import FileRejected
from data.ingest.delimited import HEADER_ROWS
from data.ingest.handover import Handover, cell_text
from data.ingest.limits import limit

_MOST_SHEETS: Final = 60
_CHUNK: Final = 2**20
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)</")
_FAR: Final = re.compile(rb'<(?:\w+:)?c r="([A-Z]{3})[0-9]+"(?:[^>]*[^/])?>')
_ERRORS: Final = (b't="e"', b"t='e'")
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Grid = dict[int, dict[int, str]]


class Workbook:
    """One workbook that is open.

    Raises
    ------
    FileRejected
        ``E_CORRUPT``, ``E_FILE_ENCRYPTED``, ``E_XML``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first: tuple[str, Any] | None = None
        try:
            self._book = python_calamine.CalamineWorkbook.from_path(str(path))
        except python_calamine.PasswordError as error:
            raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it.") from error
        except python_calamine.XmlError as error:
            raise FileRejected("E_XML", f"{path.name} holds XML that is broken ({error}); save it again.") from error
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            if "password" in str(error).lower() or "encrypt" in str(error).lower():
                raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it.") from error
            raise _damaged(f"{path.name} cannot be opened as a workbook", error) from error

    def heads(self, sheet: str | None) -> dict[str, Any]:
        """The first rows of every sheet that may hold the data: the named one, else those that are visible and not empty.

        Raises
        ------
        FileRejected
            ``E_EMPTY_FILE``; ``E_TYPE`` when the named sheet does not exist; ``E_TOO_MANY_COLUMNS``, ``E_XML``.
        """
        sheets = [item for item in self._book.sheets_metadata if item.typ == python_calamine.SheetTypeEnum.WorkSheet]
        visible = [item.name for item in sheets if item.visible == python_calamine.SheetVisibleEnum.Visible]
        warnings: list[str] = []
        if sheet is None:
            if len(visible) < len(sheets):
                warnings.append("W_HIDDEN_SHEET")
            candidates = visible or [item.name for item in sheets]
        elif sheet in self._book.sheet_names:
            candidates = [sheet]
        else:
            raise FileRejected("E_TYPE", f"{self._path.name} has no sheet '{sheet}'; it has {', '.join(self._book.sheet_names[:20])}.")
        heads = [{"sheet": name, "rows": rows} for name in candidates[:_MOST_SHEETS] if (rows := self._head(name))]
        if not heads:
            shown = "has no cells in the sheets that are shown; show the hidden ones" if warnings else "holds no cells; export it again"
            raise FileRejected("E_EMPTY_FILE", f"{self._path.name} {shown}.")
        return {"heads": heads, "warnings": warnings + (["W_MULTI_SHEET"] if len(heads) > 1 else [])}

    def rows(self, sheet: str, skipped: int, width: int, folder: Path) -> dict[str, Any]:
        """Hand over the rows that are not blank, but for the first ``skipped``, cut to ``width`` cells."""
        with Handover(folder) as out:
            for ix, row in enumerate(self._filled(sheet)):
                if ix >= skipped:
                    out.add((row + [""] * width)[:width])
        return out.answer([])

    def _opened(self, name: str) -> Any:
        try:
            return self._book.get_sheet_by_name(name)
        except python_calamine.XmlError as error:
            raise FileRejected("E_XML", f"{self._path.name} holds XML that is broken ({error}); save it again.") from error
        except python_calamine.CalamineError as error:
            raise _damaged(f"A sheet of {self._path.name} cannot be read", error) from error

    def _head(self, name: str) -> list[list[str]]:
        found = []
        for row in self._filled(name):
            found.append([cell[:2000] for cell in row])
            if len(found) == HEADER_ROWS:
                break
        return found

    def _filled(self, name: str) -> Iterator[list[str]]:
        for row in self._rows(name):
            if any(cell and not cell.isspace() for cell in row):
                yield row

    def _rows(self, name: str) -> Iterator[list[str]]:
        dropped = _dropped(self._path, name)
        if self._first is not None and self._first[0] == name:
            sheet = self._first[1]
        else:
            sheet = self._opened(name)
            if sheet.total_width > limit("max_columns") and sheet.start is not None:
                raise FileRejected(
                    "E_TOO_MANY_COLUMNS", f"{self._path.name} has {sheet.total_width:,} columns; export only those that are needed."
                )
            if self._first is None and sheet.start is not None:
                self._first = (name, sheet)
        merged: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
            merged[top].append((left, bottom, right))
        active: list[tuple[int, int, int, str]] = []
        indent = 0 if sheet.start is None else sheet.start[1]
        # Rows that hold nothing but what was dropped may come after the last that the library knows of.
        below = range(sheet.total_height, 1 + max(dropped, default=-1))
        for row_ix, values in enumerate(itertools.chain(_values(sheet), ([] for _ in below))):
            if not active and row_ix not in dropped and row_ix not in merged and values.count("") == len(values):
                continue  # a sheet may claim a million rows for one cell at its end
            row = [""] * indent + [cell_text(value) for value in values]
            for column, text in dropped.get(row_ix, {}).items():
                row += [""] * (column + 1 - len(row))
                row[column] = row[column] or text
            for left, bottom, right in merged.get(row_ix, ()):
                if left < len(row):
                    active.append((left, bottom, right, row[left]))
            if active:
                active = [span for span in active if span[1] >= row_ix]
                for left, _, right, text in active:
                    row[left : right + 1] = [text] * len(row[left : right + 1])
            yield row


def _damaged(what: str, error: Exception) -> FileRejected:
    code = "E_FILE_TOO_BIG" if "limit exceeded" in str(error).lower() else "E_CORRUPT"
    return FileRejected(code, f"{what} ({error}); save it again.")


def _values(sheet: Any) -> Iterator[list[Any]]:
    yield from () if sheet.start is None else sheet.iter_rows()


def _dropped(path: Path, name: str) -> Grid:
    """Row → column → error values (``#REF!``) and formulas without a value (``=A1&B1``) of one sheet of an .xlsx."""
    found: Grid = defaultdict(dict)
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, name)
        if part is None:
            return found
        for text in _pieces(archive, part):
            far = _FAR.search(text)
            if far and _column(far[1]) >= limit("max_columns"):
                raise FileRejected(
                    "E_TOO_MANY_COLUMNS", f"{path.name} has cells in column {far[1].decode()}; export only those that are needed."
                )
            if b"<f" not in text and b":f" not in text and not any(mark in text for mark in _ERRORS):
                continue
            for match in _CELL.finditer(text):
                shown = _shown(match[1], match[2] or b"")
                place = _PLACE.search(match[1]) if shown else None
                if place and shown:
                    found[int(place[2]) - 1][_column(place[1])] = shown
    return found


def _shown(attributes: bytes, inner: bytes) -> str | None:
    value = _VALUE.search(inner)
    if any(mark in attributes for mark in _ERRORS):
        return html.unescape(value[1].decode("utf-8", "replace")) if value else "#VALUE!"
    if value or b't="str"' in attributes:
        return None
    formula = _FORMULA.search(inner)
    return "=" + html.unescape((formula[1] or b"").decode("utf-8", "replace")) if formula else None


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A sheet's XML in pieces that end where a cell does."""
    rest = b""
    with archive.open(part) as file:
        while more := file.read(_CHUNK):
            text = rest + more
            cut = text.rfind(b"<c ")
            cut = len(text) if cut <= 0 and len(text) > 40 * _CHUNK else max(cut, 0)
            if cut:
                yield text[:cut]
            rest = text[cut:]
    yield rest


def _part_of(archive: zipfile.ZipFile, name: str) -> str | None:
    """The archive's member that holds a sheet."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    try:
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter()  # noqa: S314 - entities were refused before
        wanted = next((item.get(_RELATION) for item in sheets if item.tag.endswith("}sheet") and item.get("name") == name), None)
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except ElementTree.ParseError as error:
        raise FileRejected("E_XML", f"The workbook holds XML that is broken ({error}); save it again.") from error
    target = next((link.get("Target") or "" for link in links if wanted and link.get("Id") == wanted), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
