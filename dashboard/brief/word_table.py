"""Tables of a Word document: numbered, three lines, the heading repeated on every page, rows never torn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Pt, RGBColor

from dashboard.brief import word_look as look
from dashboard.brief.document import Column, Figure, Row, Run, Table, plain
from dashboard.format import Language
from dashboard.words import say
from layers.palette import LIGHT

NARROW_FROM = 8
"""Columns from which a table is set smaller."""


@dataclass
class Counter:
    """Numbers of tables and charts."""

    tables: int = 0
    charts: int = 0


def caption(file: Any, words: str, number: int, title: str) -> None:
    """A numbered caption that stays with what it names."""
    paragraph = file.add_paragraph(style="Caption")
    paragraph.add_run(f"{words} ")
    look.field(paragraph, f"SEQ {words} \\* ARABIC", str(number), is_small=False)
    paragraph.add_run(f"  {title}")
    paragraph.paragraph_format.keep_with_next = True


def add(file: Any, table: Table, counter: Counter, lang: Language) -> None:
    """Add a table with its caption and notes."""
    counter.tables += 1
    caption(file, say("brief_table", lang), counter.tables, table.title)
    grid = file.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    size = Pt(8.5) if len(table.columns) >= NARROW_FROM else Pt(9.5)
    widths = [Emu(int(look.WIDTH * share)) for share in table.shares(look.WIDTH / size)]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    rows, style = list(grid.rows), file.styles[look.TABLE].style_id
    _row(rows[0], tuple(column.name for column in table.columns), table.columns, widths, size, style=style, is_head=True)
    mark(rows[0]._tr, "w:tblHeader")
    for made, row in zip(rows[1:], table.rows, strict=True):
        _row(made, row.cells, table.columns, widths, size, style=style, row=row)
    for made in rows:
        mark(made._tr, "w:cantSplit")
    _rules(grid)
    if table.notes:
        note = file.add_paragraph(plain(table.noted(lang)), style=look.NOTE)
        note.paragraph_format.space_before = Pt(3)
    else:
        gap = file.add_paragraph(style=look.TABLE)
        gap.paragraph_format.space_after = Pt(2)


def _row(
    made: Any,
    cells: tuple[Run, ...],
    columns: tuple[Column, ...],
    widths: list[Emu],
    size: Pt,
    *,
    style: str,
    is_head: bool = False,
    row: Row | None = None,
) -> None:
    for cell, run, column, width in zip(made.cells, cells, columns, widths, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph._p.style = style  # by name python-docx reads all styles for every cell
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if column.is_number else WD_ALIGN_PARAGRAPH.LEFT
        shown = paragraph.add_run(plain(run))
        shown.font.size = size
        shown.bold = row is not None and row.is_total
        if is_head:
            shown.font.color.rgb = look.QUIET
        if isinstance(run, Figure) and run.tone == "overdue":
            shown.font.color.rgb = RGBColor.from_string(LIGHT.overdue[1:])
        if row is not None and (row.is_total or row.begins_band):
            _line(cell, "top", 8, "16202C" if row.is_total else "5A6B7D")
        if is_head:
            _line(cell, "bottom", 10, "16202C")


def _line(cell: Any, side: str, eighths: int, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    line = OxmlElement(f"w:{side}")
    for key, value in (("w:val", "single"), ("w:sz", str(eighths)), ("w:space", "0"), ("w:color", colour)):
        line.set(qn(key), value)
    borders.append(line)


def _rules(grid: Any) -> None:
    """Lines above and below the table, hairlines between its rows, none between columns."""
    properties = grid._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (("top", 10, "16202C"), ("bottom", 10, "16202C"), ("insideH", 4, "DDE3EA")):
        line = OxmlElement(f"w:{side}")
        for key, value in (("w:val", "single"), ("w:sz", str(size)), ("w:space", "0"), ("w:color", colour)):
            line.set(qn(key), value)
        borders.append(line)
    layout = properties.find(qn("w:tblLayout"))
    (layout.addprevious if layout is not None else properties.append)(borders)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 30), ("left", 50), ("bottom", 30), ("right", 50)):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(width))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    (layout.addnext if layout is not None else properties.append)(margins)


def mark(row: Any, name: str) -> None:
    """Set a mark of a row, such as that its heading repeats."""
    properties = row.get_or_add_trPr()
    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    properties.append(element)
