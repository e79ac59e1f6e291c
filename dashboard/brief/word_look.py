"""How a brief's Word document looks: A4, fonts as offices name them with what stands in for them, styles, fields."""

from __future__ import annotations

from typing import Any, Final

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TITLE_FACE: Final = "方正小标宋简体"
TEXT_FACE: Final = "仿宋_GB2312"
HEAD_FACE: Final = "黑体"
LATIN: Final = "Times New Roman"
STANDS_IN: Final = {TITLE_FACE: "方正小标宋_GBK", TEXT_FACE: "仿宋", HEAD_FACE: "SimHei"}
"""What Word takes where it has no font of that name."""
NOTE: Final = "Quanyu Note"
REMARK: Final = "Quanyu Remark"
LINE: Final = "Quanyu Line"
TABLE: Final = "Quanyu Table"
RED: Final = RGBColor(0xB5, 0x28, 0x1E)
QUIET: Final = RGBColor(0x4D, 0x5B, 0x6B)
INK: Final = RGBColor(0x16, 0x20, 0x2C)
WIDTH: Final = Mm(158)
"""Of the text."""
SMALL: Final = Pt(8.5)


def page(file: Any) -> None:
    """A4 with the margins of an office's letter, a little narrower for tables."""
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(26)
    section.top_margin, section.bottom_margin = Mm(28), Mm(24)
    section.header_distance, section.footer_distance = Mm(14), Mm(12)


def styles(file: Any, *, is_own: bool = False) -> None:
    """Make the styles; in an office's own file only those that it lacks."""
    known = {style.name for style in file.styles}
    if not is_own:
        _style(file, "Normal", TEXT_FACE, Pt(12), indent=True, spacing=1.35)
        _style(file, "Title", TITLE_FACE, Pt(22), RED, after=Pt(8))
        _border_off(file.styles["Title"])
        _style(file, "Heading 1", HEAD_FACE, Pt(14), INK, before=Pt(12), after=Pt(4), keep=True)
        _style(file, "Footer", TEXT_FACE, SMALL, QUIET, after=Pt(0), spacing=1.0)
        _style(file, "Header", TEXT_FACE, SMALL, QUIET, after=Pt(0), spacing=1.0)
        _style(file, "Caption", HEAD_FACE, Pt(10.5), INK, before=Pt(6), after=Pt(3), keep=True)
    for name, face, size, colour in (
        (NOTE, TEXT_FACE, Pt(9), QUIET),
        (REMARK, TEXT_FACE, Pt(12), INK),
        (LINE, TEXT_FACE, Pt(10.5), INK),
        (TABLE, TEXT_FACE, Pt(9.5), INK),
    ):
        if name not in known:
            style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = file.styles["Normal"]
            _style(file, name, face, size, colour, after=Pt(0 if name == TABLE else 4), spacing=1.0 if name == TABLE else 1.2)
    stand_ins(file)


def _style(
    file: Any,
    name: str,
    face: str,
    size: Pt,
    colour: RGBColor | None = None,
    *,
    before: Pt | None = None,
    after: Pt | None = None,
    spacing: float = 1.15,
    indent: bool = False,
    keep: bool = False,
) -> None:
    style = file.styles[name]
    font = style.font
    font.name, font.size, font.bold, font.italic = LATIN, size, False, False
    if colour is not None:
        font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(key), None)
    fonts.set(qn("w:eastAsia"), face)
    form = style.paragraph_format
    form.space_before, form.space_after = before or Pt(0), after if after is not None else Pt(4)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.MULTIPLE, spacing
    form.first_line_indent = size * 2 if indent else Pt(0)
    form.keep_with_next, form.widow_control = keep, True


def _border_off(style: Any) -> None:
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def stand_ins(file: Any) -> None:
    """Say what stands in for a font that is not installed."""
    fonts = next((part for part in file.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml"), None)
    if not isinstance(fonts, Part):
        return
    text = fonts.blob.decode("utf-8")
    added = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in STANDS_IN.items()
        if f'w:name="{name}"' not in text
    )
    fonts._blob = text.replace("</w:fonts>", f"{added}</w:fonts>").encode("utf-8")


def small(run: Any) -> None:
    """Small and quiet, for heads and feet."""
    run.font.size, run.font.color.rgb = SMALL, QUIET


def rule(paragraph: Any) -> None:
    """The red line below a paragraph."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for key, value in (("w:val", "single"), ("w:sz", "12"), ("w:space", "4"), ("w:color", "B5281E")):
        bottom.set(qn(key), value)
    border.append(bottom)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def field(paragraph: Any, code: str, shown: str, *, is_small: bool = True) -> None:
    """A field that Word works out, with what it shows until then."""
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), f" {code} ")
    run = paragraph.add_run(shown)
    if is_small:
        small(run)
    element.append(run._r)
    paragraph._p.append(element)
