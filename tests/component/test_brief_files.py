"""The files of a brief, read back by parsers that know nothing of it: every table says what the document says, and so do all formats."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from docx.oxml.ns import qn
from pptx import Presentation

from dashboard.brief import files
from dashboard.brief.compose import asked, compose
from dashboard.brief.document import Chart, Column, Document, Figure, Paragraph, Row, Table, plain
from dashboard.brief.edition import Edition
from dashboard.brief.template import Template, read, shipped
from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store
from data.view import View

BASE = "http://10.1.2.3:8050"
QUERIES = ("", "template=assessment&lang=en")


@pytest.fixture(scope="module")
def view(demo_store: Path) -> Iterator[View]:
    store = Store(demo_store)
    with store.lease() as snapshot:
        yield View(snapshot, snapshot.definition())
    store.close()


@pytest.fixture(scope="module", params=QUERIES)
def made(request: pytest.FixtureRequest, view: View) -> tuple[Document, dict[str, bytes]]:
    document, template = composed(view, request.param)
    return document, {ending: files.written(document, template, ending, BASE) for ending in files.FORMATS}


def composed(view: View, query: str, template: Template | None = None) -> tuple[Document, Template]:
    found = asked(view, query, shipped() if template is None else {template.key: template})
    return compose(Edition(view, found.selection, found.template, found.period)), found.template


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def printed(document: Document) -> list[list[list[str]]]:
    """The tables as texts, headings first."""
    return [
        [[column.name for column in table.columns], *([plain(cell) for cell in row.cells] for row in table.rows)]
        for _, table in document.tables()
    ]


def test_word_has_every_table_and_sentence(made: tuple[Document, dict[str, bytes]]) -> None:
    document, written = made
    file = docx.Document(io.BytesIO(written["docx"]))
    assert [[[cell.text for cell in row.cells] for row in table.rows] for table in file.tables] == printed(document)
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    for section in document.sections:
        assert section.title in text
        assert all(block.text in text for block in section.blocks if isinstance(block, Paragraph))
    for table in file.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert file.sections[0].page_width.mm == pytest.approx(210, abs=0.5)
    footer = file.sections[0].footer._element.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert document.provenance.snapshot in footer
    styles = file.styles
    assert styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert styles["Title"].element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"


def test_charts_of_word_and_slides_hold_the_workbook_they_are_edited_in(made: tuple[Document, dict[str, bytes]]) -> None:
    document, written = made
    charts = [block for section in document.sections for block in section.blocks if isinstance(block, Chart)]
    assert charts
    for ending, folder in (("docx", "word"), ("pptx", "ppt")):
        with zipfile.ZipFile(io.BytesIO(written[ending])) as package:
            names = package.namelist()
            assert sum(re.fullmatch(rf"{folder}/charts/chart\d+\.xml", name) is not None for name in names) == len(charts)
            books = [openpyxl.load_workbook(io.BytesIO(package.read(name))) for name in names if name.endswith(".xlsx")]
        sums = sorted(sum(row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)) for book in books)
        # lying bars are listed from below, with the period before first
        wanted = sorted(sum(value or 0 for value in one.series[-1 if one.kind == "bars" else 0].values) for one in charts)
        assert sums == pytest.approx(wanted)


def test_slides_have_every_table(made: tuple[Document, dict[str, bytes]]) -> None:
    document, written = made
    deck = Presentation(io.BytesIO(written["pptx"]))
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.01)
    found: list[list[list[str]]] = []
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
            if shape.has_table:
                rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
                if found and found[-1][0] == rows[0] and found[-1] != printed(document)[len(found) - 1]:
                    found[-1] += rows[1:]
                else:
                    found.append(rows)
    assert found == printed(document)


def test_the_workbook_has_numbers_as_numbers(made: tuple[Document, dict[str, bytes]]) -> None:
    document, written = made
    book = openpyxl.load_workbook(io.BytesIO(written["xlsx"]))
    sheets = book.worksheets[1:]
    tables = [table for _, table in document.tables()]
    assert len(sheets) == len(tables)
    numbers = 0
    for sheet, table in zip(sheets, tables, strict=True):
        assert [cell.value for cell in sheet[1]] == [column.name for column in table.columns]
        for down, row in enumerate(table.rows, 2):
            for at, cell in enumerate(row.cells, 1):
                value = sheet.cell(down, at).value
                if isinstance(value, str):
                    assert value == plain(cell)
                else:
                    assert isinstance(cell, Figure)
                    assert value == pytest.approx(cell.value)
                    numbers += 1
    assert numbers > 50


def test_the_pdf_says_the_same_with_its_fonts_inside(made: tuple[Document, dict[str, bytes]]) -> None:
    document, written = made
    reader = pypdf.PdfReader(io.BytesIO(written["pdf"]))
    assert all(abs(float(page.mediabox.width) - 595.3) < 1 for page in reader.pages)
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    for table in printed(document):
        for row in table[1:]:
            assert all(squeezed(cell) in text for cell in row)
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in reader.pages
        for font in page["/Resources"].get_object().get("/Font", {}).values()
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_every_file_says_where_it_comes_from_and_that_it_is_a_draft(made: tuple[Document, dict[str, bytes]]) -> None:
    document, written = made
    found, mark = document.provenance, "草稿" if document.lang == "zh" else "Draft"
    section = docx.Document(io.BytesIO(written["docx"])).sections[0]
    shapes = [shape for slide in Presentation(io.BytesIO(written["pptx"])).slides for shape in slide.shapes]
    cover = openpyxl.load_workbook(io.BytesIO(written["xlsx"])).worksheets[0]
    texts = {
        "docx": section.header._element.xml + section.footer._element.xml,
        "pptx": "".join(shape.text_frame.text for shape in shapes if shape.has_text_frame),
        "pdf": "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written["pdf"])).pages),
        "xlsx": "".join(str(row[0]) for row in cover.iter_rows(values_only=True)),
    }
    for text in texts.values():
        for wanted in (found.snapshot, found.definition, mark):
            assert squeezed(wanted) in squeezed(text)


def test_an_address_too_long_for_a_code_makes_files_without_one(view: View) -> None:
    departments = ",".join(f"不存在的部门{at}号" * 4 for at in range(30))
    document, template = composed(view, "area=990108001")
    source = replace(document.provenance, address=f"{document.provenance.address}&q={departments}")
    long = replace(document, provenance=source)
    for ending in files.FORMATS:
        assert files.written(long, template, ending, BASE)
    shapes = [docx.Document(io.BytesIO(files.written(one, template, "docx", BASE))).inline_shapes for one in (document, long)]
    assert len(shapes[0]) == len(shapes[1]) + 1


def test_an_office_file_takes_the_place_of_the_look(view: View, tmp_path: Path) -> None:
    own = docx.Document()
    own.add_paragraph("本局密级：内部")
    title = own.add_paragraph("关于")
    title.add_run("{{ti")
    title.add_run("tle}}的报告")
    own.sections[0].header.paragraphs[0].text = "{{issue}} {{draft}}"
    own.add_paragraph("{{section:streets}}")
    own.add_paragraph("以上。")
    own.save(str(tmp_path / "own.docx"))
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, 100, 100).text_frame.text = "{{title}}"
    deck.save(str(tmp_path / "own.pptx"))
    entry = 'key = "own"\nzh = "专报"\nen = "Own"\nsections = ["findings", "streets"]\ndocx = "own.docx"\npptx = "own.pptx"\n'
    (tmp_path / "briefs.toml").write_text(f"[[template]]\n{entry}", encoding="utf-8")
    document, template = composed(view, "", read(tmp_path / "briefs.toml")["own"])
    file = docx.Document(io.BytesIO(files.written(document, template, "docx", BASE)))
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert texts[:2] == ["本局密级：内部", f"关于{document.title}的报告"]
    assert texts[-1] == "以上。"
    assert len(file.tables) == 1
    assert "草稿" in file.sections[0].header.paragraphs[0].text
    slides = Presentation(io.BytesIO(files.written(document, template, "pptx", BASE))).slides
    assert slides[0].shapes[0].text_frame.text == document.title


@pytest.fixture(scope="module")
def client(demo_store: Path) -> Iterator[Callable[[str], Any]]:
    store = Store(demo_store)
    app = create_app(Settings(store=demo_store, answers=8), store, scope=lambda: ("990108001",))
    client = app.server.test_client()
    yield lambda path: client.get(path, base_url="http://localhost")
    store.close()


def test_files_are_downloaded_under_the_viewers_scope(client: Callable[[str], Any]) -> None:
    answer = client("/brief/files/brief.docx?lang=en")
    assert answer.status_code == 200
    assert "brief.docx" in answer.headers["Content-Disposition"]
    text = docx.Document(io.BytesIO(answer.data)).paragraphs[0].text
    assert answer.headers["Cache-Control"] == "no-store"
    own = client("/brief/files/brief.docx?area=990108001&lang=en")
    assert docx.Document(io.BytesIO(own.data)).paragraphs[0].text == text
    for path, status in (
        ("/brief/files/brief.docx?area=990108", 400),
        ("/brief/files/brief.docx?area=990108002", 400),
        ("/brief/files/brief.exe", 404),
        ("/brief/files/brief.pdf?template=none", 404),
        ("/brief/files/brief.pdf?nonsense=1", 400),
        ("/brief/files/brief.pdf?snapshot=20200101T000000Z-00000000", 404),
    ):
        assert client(path).status_code == status, path


def test_the_command_writes_a_brief_for_every_street(demo_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dashboard.__main__ import main

    arguments = ["brief", "from=2026-11-09&to=2026-11-15", "--format", "xlsx", "--store", str(demo_store), "--out", str(tmp_path)]
    assert main([*arguments, "--each", "street"]) == 0
    told = capsys.readouterr()
    assert sorted(str(path) for path in tmp_path.glob("*.xlsx")) == sorted(told.out.splitlines())
    assert len(told.out.splitlines()) == 4
    assert len(told.err.splitlines()) == 4
    for wrong in (
        ["brief", "nonsense=1"],
        ["brief", "", "--format", "odt"],
        ["brief", "", "--template", "none"],
        ["brief", "", "--each", "planet"],
    ):
        assert main([*wrong, "--store", str(demo_store)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_adds_remarks_to_sections(demo_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dashboard.__main__ import main

    given = ["brief", "", "--store", str(demo_store), "--out", str(tmp_path), "--format", "docx"]
    assert main([*given, "--remark", "findings=请关注排水=积水。", "--remark", "cases=另附照片。"]) == 0
    texts = [paragraph.text for paragraph in docx.Document(next(tmp_path.glob("*.docx"))).paragraphs]
    assert {"编者按：请关注排水=积水。", "编者按：另附照片。"} <= set(texts)
    capsys.readouterr()
    assert main([*given, "--remark", "weather=晴"]) == 2
    assert "findings" in capsys.readouterr().err


@pytest.mark.parametrize("n", [7, 1_234_567, 123_456_789])
def test_no_number_of_a_table_is_torn(n: int) -> None:
    columns = (Column("街道", is_number=False, width=2.2), *(Column(f"{at}") for at in range(8)), Column("区间", width=1.4))
    cells = ("国际生态科技新城街道", *(Figure(f"{n:,}") if at == 3 else "9.1%" for at in range(8)), "85.1–88.0")
    table = Table("", columns, (Row(cells),))
    room = 52.0
    shares = table.shares(room)
    assert sum(shares) == pytest.approx(1)
    assert all(share > 0 for share in shares)
    for share, cell in list(zip(shares, cells, strict=True))[1:]:
        assert share * room >= 0.6 * len(plain(cell))
