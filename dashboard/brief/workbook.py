"""All tables of a brief as an Excel workbook: numbers as numbers, a first sheet that says where they come from."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from dashboard.brief.document import KINDS, Document, Figure, Paragraph, Run, Table, plain
from dashboard.brief.provenance import lines
from dashboard.brief.template import Template

FACE: Final = "Microsoft YaHei"
_REFUSED: Final = re.compile(r"[\[\]:*?/\\']")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_THIN: Final = Side(style="thin", color="16202C")
_HAIR: Final = Side(style="hair", color="C0C8D2")


def write(document: Document, template: Template, base: str) -> bytes:
    """The workbook's bytes."""
    del template
    book = Workbook()
    first: Any = book.active
    first.title = "简报" if document.lang == "zh" else "Brief"
    _cover(first, document, base)
    names = {first.title}
    for number, (_, table) in enumerate(document.tables(), 1):
        sheet = book.create_sheet(_name(f"{number} {table.title}", names))
        _table(sheet, table)
    book.properties.title, book.properties.creator = document.title, document.office or "Quanyu"
    book.properties.description = "\n".join(lines(document, base))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _name(wanted: str, taken: set[str]) -> str:
    short = _REFUSED.sub(" ", wanted)[:31]
    while short.lower() in {name.lower() for name in taken}:
        short = f"{short[:28]}~{len(taken)}"
    taken.add(short)
    return short


def _cover(sheet: Any, document: Document, base: str) -> None:
    """Title, where the numbers come from, then every sentence by section."""
    rows: list[tuple[str, bool]] = [(document.title, True), *((line, False) for line in lines(document, base)), ("", False)]
    for section in document.sections:
        rows.append((section.title, True))
        rows += [(block.text, False) for block in section.blocks if isinstance(block, Paragraph)]
    for at, (words, is_bold) in enumerate(rows, 1):
        cell = sheet.cell(at, 1)
        _put(cell, words)
        cell.font = Font(name=FACE, size=16 if at == 1 else 11, bold=is_bold)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 110


def _table(sheet: Any, table: Table) -> None:
    for at, column in enumerate(table.columns, 1):
        cell = sheet.cell(1, at)
        _put(cell, column.name)
        cell.font, cell.border = Font(name=FACE, bold=True), Border(bottom=_THIN)
        cell.alignment = Alignment(horizontal="right" if column.is_number else "left", wrap_text=True, vertical="bottom")
        longest = max((_width(plain(row.cells[at - 1])) for row in table.rows), default=0)
        sheet.column_dimensions[get_column_letter(at)].width = min(60, max(10, _width(column.name) + 2, longest + 2))
    for down, row in enumerate(table.rows, 2):
        for at, (column, run) in enumerate(zip(table.columns, row.cells, strict=True), 1):
            cell = sheet.cell(down, at)
            _number(cell, run)
            cell.font = Font(name=FACE, bold=row.is_total)
            cell.border = Border(bottom=_HAIR, top=_THIN if row.is_total or row.begins_band else None)
            cell.alignment = Alignment(horizontal="right" if column.is_number else "left", wrap_text=not column.is_number, vertical="top")
    for at, note in enumerate(table.notes):
        cell = sheet.cell(len(table.rows) + 3 + at, 1)
        _put(cell, plain(note))
        cell.font = Font(name=FACE, size=9, color="4D5B6B")
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 9, 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _number(cell: Any, run: Run) -> None:
    """A number as a number where that is all its text says; else its text."""
    if isinstance(run, Figure) and run.value is not None and run.kind in KINDS and re.fullmatch(r"−?[0-9,.]+%?", run.text):
        cell.value, cell.number_format = run.value, KINDS[run.kind]
    else:
        _put(cell, plain(run))


def _put(cell: Any, words: str) -> None:
    """A text that no program takes for a formula."""
    cell.value = words
    if words.startswith(_FORMULA):
        cell.data_type, cell.quotePrefix = "s", True


def _width(words: str) -> float:
    return sum(2.1 if ord(letter) > 0x2E7F else 1.05 for letter in words)
