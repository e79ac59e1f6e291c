"""A brief as slides (.pptx): 16:9, one message a slide, tables and charts that can be edited.

An office's own file may take the place of the shipped look: its slide size, masters and layouts are used. Slides that it holds stay in
front; in them ``{{title}}``, ``{{issue}}``, ``{{period}}``, ``{{office}}`` and ``{{snapshot}}`` are replaced. Without any a cover is made.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from dashboard import qr
from dashboard.brief import drawing, native
from dashboard.brief.document import Chart, Document, Figure, Paragraph, Row, Section, Table, ordinal, plain
from dashboard.brief.provenance import lines, scanned, short
from dashboard.brief.template import Template
from dashboard.words import say
from layers.palette import LIGHT

WIDE: Final = (Emu(12192000), Emu(6858000))
FACE: Final = "Microsoft YaHei"
TITLE_FACE: Final = "方正小标宋简体"
RED, INK, QUIET, LINE = (RGBColor.from_string(colour) for colour in ("B5281E", LIGHT.text[1:], LIGHT.quiet[1:], LIGHT.line[1:]))
MOST_ROWS: Final = 10
"""Rows of a table on one slide; more go on to the next."""
MOST_BARS: Final = 14
LONGEST_MESSAGE: Final = 60
"""Letters of a message that still makes a title."""
MOST_LETTERS: Final = 330
"""Of paragraphs on one slide."""
_WORD: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def write(document: Document, template: Template, base: str) -> bytes:
    """The file's bytes."""
    deck = Presentation() if template.pptx is None else Presentation(str(template.pptx))
    if template.pptx is None:
        deck.slide_width, deck.slide_height = WIDE
    maker = _Maker(deck, document, base)
    if len(deck.slides):
        maker.fill()
    else:
        maker.cover()
    for number, section in enumerate(document.sections, 1):
        maker.section(number, section)
    maker.last()
    core = deck.core_properties
    core.title, core.author, core.comments = document.title, document.office or "Quanyu", "\n".join(lines(document, base))[:250]
    core.keywords = document.provenance.snapshot
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


class _Maker:
    """Makes slides of one deck, in parts of its size."""

    def __init__(self, deck: Any, document: Document, base: str) -> None:
        self.deck, self.document, self.base = deck, document, base
        self.width, self.height = int(deck.slide_width), int(deck.slide_height)
        blank = next((one for one in deck.slide_layouts if not len(one.placeholders)), None)
        only_title = next((one for one in deck.slide_layouts if one.name in ("Title Only", "仅标题")), None)
        self.layout = blank if only_title is None or blank is not None else only_title
        if self.layout is None:
            self.layout = deck.slide_layouts[len(deck.slide_layouts) - 1]

    def x(self, share: float) -> int:
        """A share of the width."""
        return int(self.width * share)

    def y(self, share: float) -> int:
        """A share of the height."""
        return int(self.height * share)

    def slide(self, over: str, message: str) -> Any:
        """A slide with the section's name, its message as a title, and the foot."""
        made = self.deck.slides.add_slide(self.layout)
        for placeholder in list(made.placeholders):
            placeholder._element.getparent().remove(placeholder._element)
        self.text(made, over, (0.05, 0.045, 0.7, 0.05), 14, QUIET)
        self.text(made, message, (0.05, 0.09, 0.9, 0.12), _fitting(message, 26, 44), INK, is_bold=True)
        if self.document.is_draft:
            self.text(made, say("brief_draft", self.document.lang), (0.8, 0.045, 0.15, 0.05), 14, RED, align=PP_ALIGN.RIGHT)
        self.text(made, short(self.document), (0.05, 0.945, 0.8, 0.04), 10, QUIET)
        self.text(made, f"{len(self.deck.slides)}", (0.85, 0.945, 0.1, 0.04), 10, QUIET, align=PP_ALIGN.RIGHT)
        return made

    def text(
        self,
        made: Any,
        words: str,
        box: tuple[float, float, float, float],
        size: float,
        colour: RGBColor,
        *,
        is_bold: bool = False,
        align: Any = PP_ALIGN.LEFT,
        face: str = FACE,
    ) -> Any:
        """A text without a frame's margins."""
        shape = made.shapes.add_textbox(self.x(box[0]), self.y(box[1]), self.x(box[2]), self.y(box[3]))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.paragraphs[0].alignment = align
        _say(frame.paragraphs[0], words, size, colour, is_bold=is_bold, face=face)
        return frame

    def cover(self) -> None:
        """Title, days, office, and what a reader must know."""
        document = self.document
        made = self.deck.slides.add_slide(self.layout)
        for placeholder in list(made.placeholders):
            placeholder._element.getparent().remove(placeholder._element)
        title = self.text(
            made, document.title, (0.08, 0.18, 0.84, 0.26), _fitting(document.title, 44, 18), RED, align=PP_ALIGN.CENTER, face=TITLE_FACE
        )
        title.vertical_anchor = MSO_ANCHOR.BOTTOM
        under = " · ".join(part for part in (document.issue, document.period) if part)
        self.text(made, under, (0.08, 0.47, 0.84, 0.07), 20, INK, align=PP_ALIGN.CENTER)
        self.text(made, document.office, (0.08, 0.55, 0.84, 0.07), 18, INK, align=PP_ALIGN.CENTER)
        if document.is_made_up:
            self.text(
                made,
                say("brief_made_up", document.lang),
                (0.08, 0.64, 0.84, 0.06),
                18,
                RGBColor.from_string(LIGHT.accent[1:]),
                align=PP_ALIGN.CENTER,
            )
        self.text(made, short(document), (0.05, 0.945, 0.9, 0.04), 10, QUIET, align=PP_ALIGN.CENTER)

    def fill(self) -> None:
        """Fill the placeholders of the office's own slides."""
        found = self.document
        words = {
            "title": found.title,
            "issue": found.issue,
            "period": found.period,
            "office": found.office,
            "snapshot": found.provenance.snapshot,
        }
        for slide in self.deck.slides:
            for shape in slide.shapes:
                for paragraph in shape.text_frame.paragraphs if shape.has_text_frame else ():
                    whole = "".join(run.text for run in paragraph.runs)
                    filled = _WORD.sub(lambda one: words.get(one[1], one[0]), whole)
                    if filled != whole:
                        paragraph.runs[0].text = filled
                        for run in paragraph.runs[1:]:
                            run.text = ""

    def section(self, number: int, section: Section) -> None:
        """A slide for each chart and table, one for the text; each says the section's message."""
        over = f"{ordinal(number, self.document.lang)}{section.title}"
        paragraphs = [block for block in section.blocks if isinstance(block, Paragraph)]
        others = [block for block in section.blocks if not isinstance(block, Paragraph)]
        if section.key in ("findings", "cases") or not others:
            for part in _pages(paragraphs):
                self._paragraphs(self.slide(over, section.message if len(section.message) <= LONGEST_MESSAGE else section.title), part)
            paragraphs = []
        for block in others:
            if isinstance(block, Table):
                for at, rows in enumerate(_cut(block.rows)):
                    made = self.slide(over, section.message if at == 0 else block.title)
                    self._table(made, block, rows, is_last=at == len(_cut(block.rows)) - 1)
            else:
                for part_ in _cut_chart(block):
                    made = self.slide(over, drawing.caption(block))
                    native.add(made.shapes, part_, (self.x(0.05), self.y(0.22), self.x(0.9), self.y(0.7)), 14)

    def _paragraphs(self, made: Any, listed: list[Paragraph]) -> None:
        frame = self.text(made, "", (0.05, 0.24, 0.9, 0.66), 20, INK)
        for at, block in enumerate(listed):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(12)
            for run in block.runs:
                is_number = isinstance(run, Figure)
                is_small = block.style == "note"
                _say(paragraph, plain(run), 14 if is_small else 20, QUIET if is_small else INK, is_bold=is_number and not is_small)

    def _table(self, made: Any, table: Table, rows: tuple[Row, ...], *, is_last: bool) -> None:
        high = 0.052 if len(table.columns) < 8 else 0.05
        top = 0.235
        self.text(made, table.title, (0.05, top, 0.9, 0.045), 14, QUIET)
        frame = made.shapes.add_table(
            len(rows) + 1, len(table.columns), self.x(0.05), self.y(top + 0.05), self.x(0.9), self.y(high * (len(rows) + 1))
        )
        grid = frame.table
        style = frame._element.graphic.graphicData.tbl.tblPr
        for name in ("firstRow", "bandRow"):
            style.set(name, "0")
        style.find(qn("a:tableStyleId")).text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
        size = 13 if len(table.columns) < 8 else 11
        for column, share in zip(grid.columns, table.shares(self.x(0.9) / Pt(size)), strict=True):
            column.width = Emu(int(self.x(0.9) * share))
        for at, column in enumerate(table.columns):
            _cell(grid.cell(0, at), column.name, size, QUIET, is_number=column.is_number, line=INK)
        for down, row in enumerate(rows, 1):
            grid.rows[down].height = Emu(self.y(high))
            for at, (column, run) in enumerate(zip(table.columns, row.cells, strict=True)):
                is_late = isinstance(run, Figure) and run.tone == "overdue"
                colour = RGBColor.from_string(LIGHT.overdue[1:]) if is_late else INK
                above = INK if row.is_total else QUIET if row.begins_band else None
                _cell(
                    grid.cell(down, at), plain(run), size, colour, is_number=column.is_number, line=LINE, is_bold=row.is_total, above=above
                )
        if is_last and table.notes:
            note = plain(table.noted(self.document.lang))
            self.text(made, note, (0.05, 0.895, 0.9, 0.045), 10 if len(note) < 200 else 8, QUIET)

    def last(self) -> None:
        """Where the numbers come from, and the code that leads to them."""
        made = self.slide("", say("brief_opens", self.document.lang))
        frame = self.text(made, "", (0.05, 0.25, 0.6, 0.6), 14, INK)
        for at, line in enumerate(lines(self.document, self.base)):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(6)
            _say(paragraph, line, 14, INK)
        side = self.y(0.42)
        address = scanned(self.document, self.base)
        if address is None:
            return
        picture = io.BytesIO(qr.png(address))
        made.shapes.add_picture(picture, self.x(0.95) - side, self.y(0.3), side, side)
        self.text(made, say("brief_scan", self.document.lang), (0.65, 0.74, 0.3, 0.05), 12, QUIET, align=PP_ALIGN.RIGHT)


def _say(paragraph: Any, words: str, size: float, colour: RGBColor, *, is_bold: bool = False, face: str = FACE) -> None:
    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold, run.font.name = Pt(size), is_bold, face
    run.font.color.rgb = colour
    properties = run._r.get_or_add_rPr()
    for tag in ("a:ea",):
        element = properties.makeelement(qn(tag), {"typeface": face})
        properties.append(element)


def _cell(
    cell: Any,
    words: str,
    size: float,
    colour: RGBColor,
    *,
    is_number: bool,
    line: RGBColor,
    is_bold: bool = False,
    above: RGBColor | None = None,
) -> None:
    cell.fill.background()
    cell.margin_left = cell.margin_right = Emu(45720)
    cell.margin_top = cell.margin_bottom = Emu(22860)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT
    _say(paragraph, words, size if len(words) < 24 else size - 2, colour, is_bold=is_bold)
    properties = cell._tc.get_or_add_tcPr()
    for tag, ink in (("a:lnT", above), ("a:lnB", line)):
        if ink is None:
            continue
        edge = properties.makeelement(qn(tag), {"w": "9525", "cap": "flat", "cmpd": "sng", "algn": "ctr"})
        fill = edge.makeelement(qn("a:solidFill"), {})
        fill.append(fill.makeelement(qn("a:srgbClr"), {"val": str(ink)}))
        edge.append(fill)
        # lines come before the fill in a cell's properties
        properties.insert(sum(one.tag in (qn("a:lnL"), qn("a:lnR"), qn("a:lnT"), qn("a:lnB")) for one in properties), edge)


def _fitting(words: str, size: float, letters: int) -> float:
    """A size at which a message takes at most two lines."""
    wide = _wide(words)
    return size if wide <= letters else max(15, size * (2 * letters / wide) ** 0.5 if wide > 2 * letters else size * 0.85)


def _wide(words: str) -> float:
    """Length in Chinese letters."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.55 for letter in words)


def _pages(listed: list[Paragraph]) -> Iterator[list[Paragraph]]:
    page: list[Paragraph] = []
    letters = 0.0
    for block in listed:
        if page and letters + _wide(block.text) > MOST_LETTERS:
            yield page
            page, letters = [], 0.0
        page.append(block)
        letters += _wide(block.text)
    if page:
        yield page


def _cut(rows: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    """Rows by slides, about evenly."""
    n = max(1, -(-len(rows) // MOST_ROWS))
    size = -(-len(rows) // n) if rows else 0
    return [rows[at * size : (at + 1) * size] for at in range(n)]


def _cut_chart(chart: Chart) -> list[Chart]:
    if chart.kind != "bars" or len(chart.categories) <= MOST_BARS:
        return [chart]
    n = -(-len(chart.categories) // MOST_BARS)
    size = -(-len(chart.categories) // n)
    return [
        Chart(
            chart.title,
            chart.kind,
            chart.categories[at : at + size],
            tuple(type(one)(one.name, one.values[at : at + size]) for one in chart.series),
            chart.unit,
        )
        for at in range(0, len(chart.categories), size)
    ]
