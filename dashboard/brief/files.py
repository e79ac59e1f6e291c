"""The files a brief is written as: each format is one module that takes a document, its template and the address before links."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.brief.document import Document
from dashboard.brief.template import Template


@dataclass(frozen=True)
class Format:
    """A format: the module whose ``write`` makes it, and its content type."""

    module: str
    mimetype: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
FORMATS: Final[Mapping[str, Format]] = {
    "docx": Format("dashboard.brief.word", f"{_OFFICE}wordprocessingml.document"),
    "pptx": Format("dashboard.brief.slides", f"{_OFFICE}presentationml.presentation"),
    "pdf": Format("dashboard.brief.pdf", "application/pdf"),
    "xlsx": Format("dashboard.brief.workbook", f"{_OFFICE}spreadsheetml.sheet"),
}
"""Every format by the ending of its files."""


def written(document: Document, template: Template, ending: str, base: str) -> bytes:
    """A document as a file; the libraries of a format are loaded when it is asked for.

    Raises
    ------
    ConfigError
        What the format needs is not installed.
    """
    found: bytes = importlib.import_module(FORMATS[ending].module).write(document, template, base)
    return found


def name(document: Document, ending: str) -> str:
    """What a file is called: title and days, without what no file system takes."""
    words = f"{document.title} {document.provenance.window.replace(' – ', '_')}"
    kept = "".join(letter if letter.isalnum() or letter in " -_.()（）" else "_" for letter in words)
    return f"{kept.strip()[:100]}.{ending}"
