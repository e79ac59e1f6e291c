"""The files a brief is written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dashboard.brief.document import Document
from dashboard.brief.template import Template

Write = Callable[[Document, Template, str], bytes]
"""Takes a document, the template it was made by, and the address before its links and in its code; gives the file's bytes."""
MIMES: Final[Mapping[str, str]] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS: Final[tuple[str, ...]] = ()
