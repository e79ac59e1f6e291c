"""The parts of an XLSX file that do not grow with its rows (ECMA-376, part 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from dashboard.words import say
from data.export import Column, Export
from data.vocabulary import Language

HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADING, INSTANT = 1, 2
"""Styles of cells, by their place in :data:`STYLES`."""
STYLES: Final = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
SHEET_FOOT: Final = b"</sheetData></worksheet>"
WIDTHS: Final = {"text": 26, "name": 14, "instant": 19, "degrees": 12}
"""Widths of columns by their kind, in letters."""


def sheet_path(number: int) -> str:
    """Where a sheet lies in the file; the first is 1."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_head(columns: Sequence[Column], lang: Language) -> bytes:
    """The beginning of a sheet of cases, with the heading that stays when one scrolls."""
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{WIDTHS.get(column.kind, 10)}" customWidth="1"/>' for at, column in enumerate(columns, start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    heading = "".join(inline(column.names.in_(lang), HEADING) for column in columns)
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData><row>{heading}</row>"
    ).encode()


def text(written: str) -> str:
    """A text that is XML already, whose blanks count."""
    return f'<t xml:space="preserve">{written}</t>'


def inline(words: str, style: int = 0) -> str:
    """A cell with a text of our own."""
    return f'<c s="{style}" t="inlineStr"><is>{text(escape(words))}</is></c>'


def others(export: Export, about: Sequence[tuple[str, str, str]], sheets: Sequence[int], texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Path and content of everything but the sheets of cases.

    Parameters
    ----------
    about
        Key, name and text of what stands on the first sheet.
    sheets
        How many cases each sheet holds.
    texts
        The table of texts, as XML.
    """
    lang = export.lang
    first = say("export_cases", lang)
    names = [say("export_about", lang), *(first if at == 0 else f"{first} {at + 1}" for at in range(len(sheets)))]
    facts = [(name, text) for _, name, text in about]
    if len(sheets) > 1:
        facts += [(say("export_sheets", lang), "; ".join(f"{name}: {rows:,}" for name, rows in zip(names[1:], sheets, strict=True)))]
    lines = "".join(f"<row>{inline(name, HEADING)}{inline(said)}</row>" for name, said in facts)
    yield (
        sheet_path(1),
        (
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
            f'<cols><col min="1" max="1" width="24" customWidth="1"/><col min="2" max="2" width="100" customWidth="1"/></cols>'
            f"<sheetData>{lines}</sheetData></worksheet>"
        ),
    )
    yield "xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}">{"".join(f"<si>{one}</si>" for one in texts)}</sst>'
    yield "xl/styles.xml", STYLES
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, start=1))
    yield "xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
    related = [("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)]
    related += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    yield "xl/_rels/workbook.xml.rels", _relations((f"{RELATIONS}/{kind}", target) for kind, target in related)
    yield "_rels/.rels", _relations([(f"{RELATIONS}/officeDocument", "xl/workbook.xml")])
    kinds = [(sheet_path(at), "worksheet") for at in range(1, len(names) + 1)]
    kinds += [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles"), ("xl/sharedStrings.xml", "sharedStrings")]
    overrides = "".join(f'<Override PartName="/{path}" ContentType="{KIND}.{kind}+xml"/>' for path, kind in kinds)
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    yield "[Content_Types].xml", f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}</Types>'


def _relations(related: Iterable[tuple[str, str]]) -> str:
    listed = "".join(f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(related, start=1))
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'
