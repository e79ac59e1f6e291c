"""A brief as a Word document (.docx): A4, office fonts, numbered tables whose heading repeats, native charts, page numbers.

An office's own file may take the place of the shipped look. In it ``{{title}}``, ``{{issue}}``, ``{{period}}``, ``{{office}}``,
``{{snapshot}}``, ``{{definition}}``, ``{{window}}``, ``{{as_of}}``, ``{{address}}`` and ``{{draft}}`` are replaced wherever they stand,
also in heads and feet; a paragraph that is ``{{sections}}`` becomes all sections, one that is ``{{section:streets}}`` that section, one
that is ``{{code}}`` the QR code. Its styles ``Heading 1``, ``Normal``,
``Caption``, ``Quanyu Note``, ``Quanyu Table`` are used where it has them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from dashboard import qr
from dashboard.brief import word_chart, word_table
from dashboard.brief import word_look as look
from dashboard.brief.document import Document, Paragraph, Section, Table, ordinal
from dashboard.brief.provenance import lines, scanned, short
from dashboard.brief.template import Template
from dashboard.words import say

LINE_LETTERS: Final = 34
"""Chinese letters of number, days and office that stand on one line; a longer office has a line of its own."""
_SECTION: Final = re.compile(r"\{\{\s*section:([a-z_]+)\s*\}\}")
_WORD: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def write(document: Document, template: Template, base: str) -> bytes:
    """The file's bytes."""
    file = _own(template.docx, document, base) if template.docx is not None else _shipped(document, base)
    core = file.core_properties
    core.title, core.author, core.comments = document.title, document.office or "Quanyu", "\n".join(lines(document, base))[:250]
    core.keywords = document.provenance.snapshot
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _shipped(document: Document, base: str) -> Any:
    file = docx.Document()
    look.page(file)
    look.styles(file)
    section = file.sections[0]
    _head(section.header.paragraphs[0], document)
    _foot(section, document)
    title = file.add_paragraph(document.title, style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if document.is_made_up:
        note = file.add_paragraph(say("brief_made_up", document.lang), style=look.NOTE)
        note.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = file.add_paragraph(style=look.LINE)
    stops = line.paragraph_format.tab_stops
    stops.add_tab_stop(look.WIDTH // 2, WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(look.WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    told = f"{document.issue}\t{document.period}"
    if sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in told + document.office) > LINE_LETTERS:
        line.add_run(told)
        line = file.add_paragraph(document.office, style=look.LINE)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        line.add_run(f"{told}\t{document.office}")
    look.rule(line)
    for words in document.notes:
        file.add_paragraph(words, style=look.NOTE)
    _sections(file, document, word_table.Counter())
    _code(file, document, base)
    return file


def _head(paragraph: Any, document: Document) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    words = [say("brief_draft", document.lang)] if document.is_draft else [document.issue]
    if document.is_made_up:
        words.append(say("brief_made_up", document.lang))
    look.small(paragraph.add_run(" · ".join(words)))


def _foot(section: Any, document: Document) -> None:
    """Where the numbers come from, and below it the page."""
    look.small(section.footer.paragraphs[0].add_run(short(document)))
    paragraph = section.footer.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, rest = say("brief_page", document.lang, page="{page}", pages="{pages}").split("{page}")
    between, after = rest.split("{pages}")
    look.small(paragraph.add_run(before))
    look.field(paragraph, "PAGE", "1")
    look.small(paragraph.add_run(between))
    look.field(paragraph, "NUMPAGES", "1")
    look.small(paragraph.add_run(after))


def _sections(file: Any, document: Document, counter: word_table.Counter) -> None:
    for number, one in enumerate(document.sections, 1):
        _section(file, document, one, number, counter)


def _section(file: Any, document: Document, section: Section, number: int, counter: word_table.Counter) -> None:
    file.add_paragraph(f"{ordinal(number, document.lang)}{section.title}", style="Heading 1")
    n = 0
    for at, block in enumerate(section.blocks):
        is_led = at + 1 < len(section.blocks) and not isinstance(section.blocks[at + 1], Paragraph)
        if isinstance(block, Paragraph):
            n += block.style == "finding"
            _paragraph(file, block, n, keep=is_led)
        elif isinstance(block, Table):
            word_table.add(file, block, counter, document.lang)
        else:
            word_chart.add(file, block, counter, document.lang)


def _paragraph(file: Any, block: Paragraph, number: int, *, keep: bool) -> None:
    is_note = block.style == "note"
    paragraph = file.add_paragraph(style=look.NOTE if is_note else look.REMARK if block.style == "remark" else "Normal")
    if block.style == "finding":
        paragraph.add_run(f"{number}. ")
    for run in block.runs:
        if isinstance(run, str):
            paragraph.add_run(run)
        else:
            shown = paragraph.add_run(run.text)
            shown.bold = not is_note
    if keep:
        paragraph.paragraph_format.keep_with_next = True


def _code(file: Any, document: Document, base: str) -> None:
    """The QR code of the page, with where the numbers come from in words."""
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.first_line_indent = 0
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(12)
    address = scanned(document, base)
    if address is not None:
        paragraph.add_run().add_picture(io.BytesIO(qr.png(address)), width=Mm(26))
    for line in (*([say("brief_scan", document.lang)] if address else []), document.provenance.sentence, short(document)):
        note = file.add_paragraph(line, style=look.NOTE)
        note.paragraph_format.keep_with_next = line != short(document)


def _own(path: Path, document: Document, base: str) -> Any:
    """The office's file with its placeholders filled."""
    file = docx.Document(str(path))
    look.styles(file, is_own=True)
    found = document.provenance
    words = {
        "title": document.title,
        "issue": document.issue,
        "period": document.period,
        "office": document.office,
        "snapshot": found.snapshot,
        "definition": found.definition,
        "window": found.window,
        "as_of": f"{found.as_of:%Y-%m-%d %H:%M}",
        "address": base + found.address,
        "draft": say("brief_draft", document.lang) if document.is_draft else "",
    }
    counter = word_table.Counter()
    by_key = {section.key: (number, section) for number, section in enumerate(document.sections, 1)}
    for paragraph in list(_paragraphs(file)):
        text = paragraph.text.strip()
        wanted = _SECTION.fullmatch(text)
        if wanted is not None and wanted[1] in by_key:
            number, section = by_key[wanted[1]]
            _instead(file, paragraph, lambda s=section, n=number: _section(file, document, s, n, counter))
        elif re.fullmatch(r"\{\{\s*sections\s*\}\}", text):
            _instead(file, paragraph, lambda: _sections(file, document, counter))
        elif re.fullmatch(r"\{\{\s*code\s*\}\}", text):
            _instead(file, paragraph, lambda: _code(file, document, base))
        elif "{{" in text:
            _fill(paragraph, words)
    return file


def _paragraphs(file: Any) -> Iterator[Any]:
    """Every paragraph of text, tables, heads and feet."""
    yield from file.paragraphs
    for table in file.tables:
        for cell in table._cells:
            yield from cell.paragraphs
    for section in file.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if not part.is_linked_to_previous:
                yield from part.paragraphs


def _instead(file: Any, paragraph: Any, make: Any) -> None:
    """What is made at the end of the text is moved to where the paragraph stands."""
    body = file.element.body
    before = set(body)
    make()
    for element in [one for one in body if one not in before]:
        paragraph._element.addprevious(element)
    paragraph._element.getparent().remove(paragraph._element)


def _fill(paragraph: Any, words: dict[str, str]) -> None:
    """Fill placeholders, which Word may have cut into several runs; the first run's look is kept."""
    filled = _WORD.sub(lambda found: words.get(found[1], found[0]), paragraph.text)
    if filled != paragraph.text and paragraph.runs:
        paragraph.runs[0].text = filled
        for run in paragraph.runs[1:]:
            run.text = ""
