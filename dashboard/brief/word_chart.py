"""Charts of a Word document: Office's own, with the workbook that they are edited in."""

from __future__ import annotations

from typing import Any, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm

from dashboard.brief import drawing, native
from dashboard.brief import word_look as look
from dashboard.brief.document import Chart
from dashboard.brief.word_table import Counter, caption
from dashboard.format import Language
from dashboard.words import say

CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
BOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TALLEST: Final = Mm(215)
INLINE: Final = """<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">
<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{number}" name="Chart {number}" descr=""/><wp:cNvGraphicFramePr/>
<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">
<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{relation}"/>
</a:graphicData></a:graphic></wp:inline></w:drawing>"""


def add(file: Any, chart: Chart, counter: Counter, lang: Language) -> None:
    """Add a chart under its numbered caption."""
    counter.charts += 1
    n = counter.charts
    caption(file, say("brief_chart", lang), n, drawing.caption(chart))
    height = _height(chart)
    found = native.parts(chart, look.WIDTH, height)
    package = file.part.package
    book = Part(PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{n}.xlsx"), BOOK_TYPE, found.workbook, package)
    part = Part(PackURI(f"/word/charts/chart{n}.xml"), CHART_TYPE, found.xml, package)
    # the chart names its workbook by the relation that python-pptx gave it, the first of its part
    relation = part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
    assert f'r:id="{relation}"'.encode() in found.xml  # noqa: S101 — of two programs' parts
    paragraph = file.add_paragraph(style=look.TABLE)
    inline = INLINE.format(
        width=int(look.WIDTH), height=int(height), number=900 + n, relation=file.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    )
    paragraph.add_run()._r.append(parse_xml(inline))


def _height(chart: Chart) -> int:
    if chart.kind != "bars":
        return int(Mm(58))
    return int(min(TALLEST, Mm(14 + len(chart.categories) * (6 if len(chart.series) == 1 else 8.5))))
