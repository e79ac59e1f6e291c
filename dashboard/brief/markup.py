"""A document as elements, which the page turns into components and the PDF into text: one writing for both, always escaped."""

from __future__ import annotations

import html as escaping
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dash import html

from dashboard.brief import drawing
from dashboard.brief.document import Block, Chart, Document, Paragraph, Row, Run, Section, Table, ordinal, plain
from dashboard.links import OPEN, merge, opened
from dashboard.words import say


@dataclass(frozen=True)
class Element:
    """An element of HTML: tag, attributes, children (texts or elements)."""

    tag: str
    children: Sequence[Element | str] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


Child = Element | str
ROOM: Final = 54.0
"""Letters of a table that stand side by side on a sheet."""
HEADING_LINES: Final = 1.9
SHORT_ROWS: Final = 14
"""Rows of a table that is never torn between pages."""
_DASH_NAMES: Final = {"class": "className", "colspan": "colSpan"}
_VOID: Final = frozenset({"img", "br", "col"})


def component(element: Child) -> Any:
    """As a Dash component; texts stay texts."""
    if isinstance(element, str):
        return element
    make = getattr(html, element.tag.capitalize())
    more: dict[str, Any] = {}
    given = {_DASH_NAMES.get(name, name): value for name, value in element.attributes.items()}
    style = given.pop("style", "")
    if style:
        more["style"] = dict(part.split(":", 1) for part in style.split(";"))
    children = [component(child) for child in element.children]
    return make(**given, **more) if element.tag in _VOID else make(children, **given, **more)


def text(element: Child) -> str:
    """As HTML, every text and attribute escaped."""
    if isinstance(element, str):
        return escaping.escape(element, quote=False)
    listed = "".join(f' {name}="{escaping.escape(value)}"' for name, value in element.attributes.items())
    if element.tag in _VOID:
        return f"<{element.tag}{listed}>"
    return f"<{element.tag}{listed}>{''.join(text(child) for child in element.children)}</{element.tag}>"


@dataclass(frozen=True)
class Writing:
    """Writes a document.

    Attributes
    ----------
    base
        Put before links; empty on the page itself.
    """

    document: Document
    base: str = ""

    @property
    def address(self) -> str:
        """The page's, without ``?``."""
        return self.document.provenance.address.partition("?")[2]

    def head(self) -> Element:
        """Red heading, number, days and office."""
        found = self.document
        line = [Element("span", [words]) for words in (found.issue, found.period, found.office) if words]
        head: list[Child] = [Element("h1", [found.title])]
        if found.is_made_up:
            head.append(Element("p", [say("brief_made_up", found.lang)], {"class": "brief-made-up"}))
        head.append(Element("div", line, {"class": "brief-line"}))
        head += [Element("p", [note], {"class": "brief-note", "role": "note"}) for note in found.notes]
        return Element("header", head, {"class": "brief-head"})

    def sections(self) -> list[Element]:
        """Every section in one piece."""
        return [self._section(section, self._pieces(number, section)) for number, section in enumerate(self.document.sections, 1)]

    def pieces(self) -> Iterator[tuple[Section, Element, float]]:
        """Every section in pieces that may stand on different sheets, and about how many lines each takes; headings stay with text."""
        for number, section in enumerate(self.document.sections, 1):
            for at, (elements, lines) in enumerate(self._pieces(number, section)):
                yield section, self._section(section, [(elements, lines)], is_first=at == 0), lines

    def alone(self, section: Section) -> list[Element]:
        """The blocks of a section that is no part of the document, without its heading."""
        return [self._section(section, [piece], is_first=False) for piece in self._blocks(section)]

    def foot(self, code: str = "") -> Element:
        """Where the numbers come from; ``code`` is a picture's address."""
        found, lang = self.document.provenance, self.document.lang
        parts: list[Child] = [
            Element("span", [f"{say('brief_snapshot', lang)} {found.snapshot}"]),
            Element("span", [f"{say('brief_as_of', lang)} {found.as_of:%Y-%m-%d %H:%M}"]),
            Element("span", [f"{say('brief_definition', lang)} {found.definition}"]),
            Element("span", [found.window]),
        ]
        inside: list[Child] = [Element("div", parts, {"class": "brief-source"})]
        if code:
            inside.append(Element("img", (), {"src": code, "alt": say("brief_scan", lang), "class": "brief-code"}))
        return Element("footer", inside, {"class": "brief-foot"})

    def _section(self, section: Section, pieces: Iterable[tuple[list[Child], float]], *, is_first: bool = True) -> Element:
        children = [child for elements, _ in pieces for child in elements]
        own = {"id": f"brief-{section.key}"} if is_first else {}
        return Element("section", children, {"class": f"brief-section is-{section.key}{'' if is_first else ' goes-on'}", **own})

    def _pieces(self, number: int, section: Section) -> list[tuple[list[Child], float]]:
        heading = Element("h2", [f"{ordinal(number, self.document.lang)}{section.title}"])
        found = self._blocks(section)
        # a heading and one line alone would look lost at the foot of a sheet
        led = 2 if len(section.blocks) > 1 and not isinstance(section.blocks[1], Paragraph) else 1
        first = [child for children, _ in found[:led] for child in children]
        return [([heading, *first], sum(lines for _, lines in found[:led]) + HEADING_LINES), *found[led:]]

    def _blocks(self, section: Section) -> list[tuple[list[Child], float]]:
        is_alone = sum(isinstance(one, Table) for one in section.blocks) == 1
        found: list[tuple[list[Child], float]] = []
        n = 0
        for block in section.blocks:
            if isinstance(block, Paragraph):
                n += block.style == "finding"
                found.append(([self._paragraph(block, n)], _lines(block)))
            elif isinstance(block, Table):
                found.append((self._table(block, is_alone=is_alone), _lines(block)))
            else:
                found.append(([self._chart(block)], _lines(block)))
        return found

    def _paragraph(self, block: Paragraph, number: int) -> Element:
        lead: list[Child] = [f"{number}. "] if block.style == "finding" else []
        return Element("p", [*lead, *(self._run(run) for run in block.runs)], {"class": f"brief-{block.style}"})

    def _run(self, run: Run) -> Child:
        if isinstance(run, str):
            return run
        tone = f" is-{run.tone.replace('_', '-')}" if run.tone else ""
        if run.indicator is None:
            if run.href:
                return Element("a", [run.text], {"href": f"{self.base}{run.href}", "class": "brief-number"})
            return Element("span", [run.text], {"class": f"brief-plain{tone}"})
        value = opened(run.indicator, run.changes)
        href = f"{self.base}{'/brief' if self.base else ''}?{merge(self.address, {OPEN: value})}"
        attributes = {"href": href, "class": f"opener brief-number{tone}", "data-open": value, "aria-haspopup": "dialog"}
        return Element("a", [run.text], attributes)

    def _table(self, table: Table, *, is_alone: bool) -> list[Child]:
        widths = [Element("col", (), {"style": f"width:{share * 100:.2f}%"}) for share in table.shares(ROOM)]
        head = Element("tr", [Element("th", [column.name], _side(column.is_number) | {"scope": "col"}) for column in table.columns])
        rows = [self._row(table, row) for row in table.rows]
        marks = f"brief-table{' is-short' if len(rows) <= SHORT_ROWS else ''}"
        inside = [Element("colgroup", widths), Element("thead", [head]), Element("tbody", rows)]
        grid = Element("table", inside, {"class": marks, "aria-label": table.title})
        listed: list[Child] = [] if is_alone else [Element("p", [table.title], {"class": "brief-caption"})]
        listed.append(Element("div", [grid], {"class": "brief-scroll"}))
        if table.notes:
            listed.append(Element("p", [self._run(run) for run in table.noted(self.document.lang)], {"class": "brief-note"}))
        return listed

    def _row(self, table: Table, row: Row) -> Element:
        marks = " ".join(name for name, holds in (("is-total", row.is_total), ("begins-band", row.begins_band)) if holds)
        cells = [
            Element("td" if at else "th", [self._run(cell)], _side(column.is_number) | ({} if at else {"scope": "row"}))
            for at, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True))
        ]
        return Element("tr", cells, {"class": marks} if marks else {})

    def _chart(self, chart: Chart) -> Element:
        picture = Element("img", (), {"src": drawing.picture(chart), "alt": _told(chart), "class": "brief-chart"})
        return Element("figure", [Element("figcaption", [drawing.caption(chart)]), picture])


def _side(is_number: bool) -> dict[str, str]:
    return {"class": "is-number"} if is_number else {}


def _told(chart: Chart) -> str:
    first = chart.series[0]
    return f"{drawing.caption(chart)}: " + ", ".join(
        f"{name} {value:,.6g}" for name, value in zip(chart.categories, first.values, strict=True) if value is not None
    )


def _rows(words: str, letters: int) -> int:
    """Lines of so many Chinese letters that a text takes."""
    return max(1, math.ceil(sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in words) / letters))


def _lines(block: Block) -> float:
    """About how many lines of text a block takes; a sheet has some thirty-six of them."""
    if isinstance(block, Paragraph):
        return _rows(block.text, 40) * (0.75 if block.style == "note" else 1.0)
    if isinstance(block, Table):
        return 1.6 + 0.9 * len(block.rows) + sum(_rows(plain(note), 52) for note in block.notes) * 0.7
    return 7.2 if block.kind != "bars" else 2 + (0.75 if len(block.series) == 1 else 1.0) * len(block.categories)
