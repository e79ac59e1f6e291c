"""Workbooks of the kinds nothing here writes, made byte by byte: .xls (BIFF8 in a compound file), .xlsb and .ods.

A cell is a text, a number or None. A sheet is its name, whether it is hidden, and its rows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from tests.unit.corpus import packed

Cell = str | float | None
Make = Callable[[Path], Path]
_DATE = 15
"""Index of the cell format that shows serial days."""


class Day(float):
    """A serial day, in a cell that is formatted as a date."""


class Sheet(NamedTuple):
    """One sheet."""

    name: str
    rows: Sequence[Sequence[Cell]]
    is_hidden: bool = False


def xls(*sheets: Sheet, is_1904: bool = False, is_locked: bool = False, name: str = "events.xls") -> Make:
    """A workbook of Excel 97–2003."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(_compound(_book(sheets, is_1904=is_1904, is_locked=is_locked)))
        return path

    return make


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _text(text: str, size: str) -> bytes:
    wide = text.encode("utf-16-le")
    return struct.pack(size, len(wide) // 2) + b"\x01" + wide


def _book(sheets: Sequence[Sheet], *, is_1904: bool, is_locked: bool) -> bytes:
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 1996, 0, 6))
    begin += _record(0x2F, bytes(54)) if is_locked else b""
    begin += _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", is_1904))
    begin += b"".join(_record(0xE0, struct.pack("<HHH", 0, 22 if ix == _DATE else 0, 0) + bytes(14)) for ix in range(_DATE + 1))
    bodies = [_sheet(sheet) for sheet in sheets]
    entries = [struct.pack("<IBB", 0, sheet.is_hidden, 0) + _text(sheet.name, "<B") for sheet in sheets]
    at = len(begin) + sum(4 + len(entry) for entry in entries) + len(_record(0x0A))
    for ix, body in enumerate(bodies):
        entries[ix] = struct.pack("<I", at) + entries[ix][4:]
        at += len(body)
    return begin + b"".join(_record(0x85, entry) for entry in entries) + _record(0x0A) + b"".join(bodies)


def _sheet(sheet: Sheet) -> bytes:
    found = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 1996, 0, 6))
    width = max((len(row) for row in sheet.rows), default=0)
    found += _record(0x200, struct.pack("<IIHHH", 0, len(sheet.rows), 0, width, 0))
    for row_ix, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", row_ix, column, _DATE if isinstance(cell, Day) else 0)
            if isinstance(cell, str):
                found += _record(0x204, place + _text(cell, "<H"))
            elif cell is not None:
                found += _record(0x203, place + struct.pack("<d", cell))
    return found + _record(0x0A)


def _compound(stream: bytes) -> bytes:
    """A compound file with the one stream ``Workbook``; sectors of 512 bytes: one of the table, one of the directory, the stream."""
    stream += bytes(max(0, 4096 - len(stream)))
    count = -(-len(stream) // 512)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff" * 432

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        links = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return text.ljust(64, b"\0") + struct.pack("<H", len(text)) + links + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    sector = b"".join(struct.pack("<I", value) for value in table).ljust(512, b"\xff")
    return head + sector + directory + stream.ljust(count * 512, b"\0")


def xlsb(*sheets: Sheet, name: str = "events.xlsb") -> Make:
    """A binary workbook."""

    def wide(text: str) -> bytes:
        encoded = text.encode("utf-16-le")
        return struct.pack("<I", len(encoded) // 2) + encoded

    def binary(kind: int, content: bytes = b"") -> bytes:
        size, length = b"", len(content)
        while length > 127:
            size, length = size + bytes([length & 127 | 128]), length >> 7
        number = bytes([kind]) if kind < 128 else struct.pack("<H", kind & 127 | 128 | kind >> 7 << 8)
        return number + size + bytes([length]) + content

    def body(sheet: Sheet) -> bytes:
        rows = b""
        for row_ix, row in enumerate(sheet.rows):
            rows += binary(0, struct.pack("<IIHBBBI", row_ix, 0, 300, 0, 0, 0, 0))
            for column, cell in enumerate(row):
                place = struct.pack("<II", column, 1 if isinstance(cell, Day) else 0)
                if isinstance(cell, str):
                    rows += binary(6, place + wide(cell))
                elif cell is not None:
                    rows += binary(5, place + struct.pack("<d", cell))
        width = max((len(row) for row in sheet.rows), default=1)
        size = struct.pack("<IIII", 0, max(len(sheet.rows) - 1, 0), 0, width - 1)
        return binary(129) + binary(148, size) + binary(145) + rows + binary(146) + binary(130)

    def make(folder: Path) -> Path:
        listed = b"".join(
            binary(156, struct.pack("<II", sheet.is_hidden, ix) + wide(f"rId{ix}") + wide(sheet.name)) for ix, sheet in enumerate(sheets, 1)
        )
        styles = (
            binary(617, struct.pack("<I", 2))
            + b"".join(binary(47, struct.pack("<HH", 0, code) + bytes(12)) for code in (0, 22))
            + binary(618)
        )
        links = "".join(
            f'<Relationship Id="rId{ix}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
            f'Target="worksheets/sheet{ix}.bin"/>'
            for ix in range(1, len(sheets) + 1)
        )
        path = folder / name
        path.write_bytes(
            packed(
                ("[Content_Types].xml", b"<Types/>"),
                ("xl/workbook.bin", binary(131) + binary(153, bytes(12)) + binary(143) + listed + binary(144) + binary(132)),
                ("xl/_rels/workbook.bin.rels", f"<Relationships>{links}</Relationships>".encode()),
                ("xl/styles.bin", styles),
                *((f"xl/worksheets/sheet{ix}.bin", body(sheet)) for ix, sheet in enumerate(sheets, 1)),
            )
        )
        return path

    return make


def ods(*sheets: Sheet, name: str = "events.ods", more: str = "", is_locked: bool = False) -> Make:
    """A workbook of LibreOffice; ``more`` stands between its last rows and the end of the last sheet."""

    def cell(value: Cell) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        number = quoteattr(repr(float(value)))
        return f'<table:table-cell office:value-type="float" office:value={number}><text:p>{value}</text:p></table:table-cell>'

    def body(sheet: Sheet) -> str:
        rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in sheet.rows)
        style = ' table:style-name="hidden"' if sheet.is_hidden else ""
        return f"<table:table table:name={quoteattr(sheet.name)}{style}>{rows}{more}</table:table>"

    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text", "style")
    )
    hidden = '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>'

    def make(folder: Path) -> Path:
        content = (
            f'<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles>{hidden}</office:automatic-styles>'
            f"<office:body><office:spreadsheet>{''.join(map(body, sheets))}</office:spreadsheet></office:body></office:document-content>"
        )
        locked = "<manifest:encryption-data/>" if is_locked else ""
        path = folder / name
        path.write_bytes(
            packed(
                ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
                ("content.xml", content.encode()),
                ("META-INF/manifest.xml", f"<manifest>{locked}</manifest>".encode()),
            )
        )
        return path

    return make
