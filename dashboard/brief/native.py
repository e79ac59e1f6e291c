"""Charts that Office draws itself and people can edit: shapes of a slide, or a chart with its workbook for a text."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Pt

from dashboard.brief.document import Chart
from layers.palette import LIGHT

COLOURS: Final = (LIGHT.accent, LIGHT.sequential[1])
TYPES: Final = {"bars": XL_CHART_TYPE.BAR_CLUSTERED, "columns": XL_CHART_TYPE.COLUMN_CLUSTERED, "line": XL_CHART_TYPE.LINE}
FACE: Final = "Microsoft YaHei"
MOST_LABELLED: Final = 45
"""Values that are written beside their bars."""


class Parts(NamedTuple):
    """A chart as Office keeps it: its XML, and the workbook it is edited in."""

    xml: bytes
    workbook: bytes


def add(shapes: Any, chart: Chart, box: tuple[int, int, int, int], size: float = 11) -> Any:
    """Add a chart to a slide; ``box`` is left, top, width, height in EMU, ``size`` that of its texts in points."""
    data = CategoryChartData(number_format="#,##0.0" if _has_fractions(chart) else "#,##0")
    # lying bars are counted from below
    order = -1 if chart.kind == "bars" else 1
    data.categories = list(chart.categories)[::order]
    for one in chart.series[::order]:
        data.add_series(one.name, list(one.values)[::order])
    drawn = shapes.add_chart(TYPES[chart.kind], *(Emu(side) for side in box), data)
    _style(drawn.chart, chart, size)
    return drawn


def parts(chart: Chart, width: int, height: int, size: float = 9) -> Parts:
    """The same for a text."""
    deck = Presentation()
    drawn = add(deck.slides.add_slide(deck.slide_layouts[6]).shapes, chart, (0, 0, width, height), size)
    part = drawn.chart.part
    return Parts(part.blob, part.chart_workbook.xlsx_part.blob)


def _has_fractions(chart: Chart) -> bool:
    return any(value is not None and abs(value - round(value)) > 1e-9 for one in chart.series for value in one.values)


def _style(drawn: Any, chart: Chart, size: float) -> None:
    drawn.font.size, drawn.font.name = Pt(size), FACE
    drawn.font.color.rgb = RGBColor.from_string(LIGHT.quiet[1:])
    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    plot = drawn.plots[0]
    plot.gap_width = 60
    if chart.kind != "line":
        plot.overlap = -5
    colours = COLOURS[: len(chart.series)][:: -1 if chart.kind == "bars" else 1]
    for series, colour in zip(plot.series, colours, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:])
        series.invert_if_negative = False
    value, category = drawn.value_axis, drawn.category_axis
    value.minimum_scale, value.has_major_gridlines, value.visible = 0, chart.kind != "bars", chart.kind != "bars"
    if value.has_major_gridlines:
        value.major_gridlines.format.line.color.rgb = RGBColor.from_string(LIGHT.line[1:])
    value.format.line.fill.background()
    category.format.line.color.rgb = RGBColor.from_string(LIGHT.faint[1:])
    category.has_major_gridlines = False
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if chart.kind == "bars":
        _name_every_bar(category)
    if len(chart.categories) * len(chart.series) <= MOST_LABELLED and chart.kind != "line":
        plot.has_data_labels = True
        plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        plot.data_labels.show_value = True
        plot.data_labels.number_format = "#,##0.0" if _has_fractions(chart) else "#,##0"
        plot.data_labels.number_format_is_linked = False
        plot.data_labels.font.size = Pt(size - 1)


def _name_every_bar(axis: Any) -> None:
    """Programs leave out names that they find too close; each bar has its own here."""
    skip = OxmlElement("c:tickLblSkip")
    skip.set("val", "1")
    last = axis._element.find(qn("c:noMultiLvlLbl"))
    (last.addprevious if last is not None else axis._element.append)(skip)
