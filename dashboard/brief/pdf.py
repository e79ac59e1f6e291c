"""A brief as a PDF, set from the same elements and the same style sheet as the page, its fonts within it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from dashboard import qr
from dashboard.brief.document import Document
from dashboard.brief.markup import Element, Writing, text
from dashboard.brief.provenance import lines, scanned, short
from dashboard.brief.template import Template
from dashboard.words import say
from data.errors import ConfigError
from layers.palette import LIGHT

STYLES: Final = Path(__file__).resolve().parents[1] / "assets" / "brief.css"
OWN: Final = """
@page {{
    margin: 22mm 19mm 20mm;
    @top-right {{ content: {mark}; font: 400 9pt "Noto Sans CJK SC", sans-serif; color: #4d5b6b; }}
    @bottom-left {{ content: {source}; font: 400 8pt "Noto Sans CJK SC", sans-serif; color: #4d5b6b; }}
    @bottom-right {{ content: {page}; font: 400 8pt "Noto Sans CJK SC", sans-serif; color: #4d5b6b; }}
}}
html {{ font-size: 10.5pt; }}
body {{ margin: 0; color: {ink}; }}
.brief-head h1 {{ font-size: 22pt; }}
.brief-section .brief-number, .brief-section td .brief-number {{ color: inherit; border: 0; }}
.brief-section .is-overdue {{ color: {overdue}; }}
.brief-line {{ display: flex; }}
.brief-table {{ font-size: 9pt; }}
"""


def write(document: Document, template: Template, base: str) -> bytes:
    """The file's bytes.

    Raises
    ------
    ConfigError
        WeasyPrint's libraries are not installed; the sentence says which.
    """
    del template
    weasyprint = _weasyprint()
    page = weasyprint.HTML(
        string=_page(document, base), base_url=None, url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    )
    # nothing but what the document holds itself is read
    styles = weasyprint.CSS(string=STYLES.read_text(encoding="utf-8") + _own(document))
    found: bytes = page.write_pdf(stylesheets=[styles])
    return found


def _weasyprint() -> Any:
    try:
        import weasyprint  # noqa: PLC0415 -- its libraries may be missing, and it is slow to load
    except OSError as error:
        raise ConfigError(
            "PDF needs Pango, which is not installed. On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk"
        ) from error
    return weasyprint


def _page(document: Document, base: str) -> str:
    writing = Writing(document, base)
    address = scanned(document, base)
    code = "" if address is None else qr.picture(address)
    body = Element("body", [writing.head(), *writing.sections(), writing.foot(code)], {"class": "brief-print"})
    variables = "".join(f"{name}:{value};" for name, value in LIGHT.css().items())
    meta = "".join(
        f'<meta name="{name}" content="{_attribute(content)}">'
        for name, content in (("author", document.office or "Quanyu"), ("keywords", " · ".join(lines(document, base))))
    )
    lang = "zh-CN" if document.lang == "zh" else "en"
    return (
        f'<!DOCTYPE html><html lang="{lang}" style="{variables}"><head><meta charset="utf-8">'
        f"<title>{text(document.title)}</title>{meta}</head>"
        f"{text(body)}</html>"
    )


def _attribute(words: str) -> str:
    return text(words).replace('"', "&quot;")


def _own(document: Document) -> str:
    mark = say("brief_draft", document.lang) if document.is_draft else document.issue
    if document.is_made_up:
        mark += f" · {say('brief_made_up', document.lang)}"
    before, rest = say("brief_page", document.lang, page="{page}", pages="{pages}").split("{page}")
    between, after = rest.split("{pages}")
    page = f"{_said(before)} counter(page) {_said(between)} counter(pages) {_said(after)}"
    return OWN.format(mark=_said(mark), source=_said(short(document)), page=page, ink=LIGHT.text, overdue=LIGHT.overdue)


def _said(words: str) -> str:
    """A text as a string of a style sheet."""
    return '"' + "".join(letter if letter.isalnum() or letter in " ·–-:@" else f"\\{ord(letter):06x} " for letter in words) + '"'
