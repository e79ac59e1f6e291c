"""Where a document's numbers come from, in lines for every file."""

from __future__ import annotations

from typing import Final

from dashboard.brief.document import Document
from dashboard.words import say

MOST_SCANNED: Final = 2200
"""Bytes that a QR code of middling safety surely holds."""


def lines(document: Document, base: str) -> list[str]:
    """Number or draft, days, area in words, snapshot, definition, the page's address."""
    found, lang = document.provenance, document.lang
    listed = [
        f"{document.issue} · {document.period}",
        found.sentence,
        f"{say('brief_snapshot', lang)} {found.snapshot}",
        f"{say('brief_as_of', lang)} {found.as_of:%Y-%m-%d %H:%M}",
        f"{say('brief_definition', lang)} {found.definition}",
        f"{say('brief_window', lang)} {found.window}",
        base + found.address,
    ]
    if document.is_made_up:
        listed.insert(0, say("brief_made_up", lang))
    return [*listed, *document.notes]


def short(document: Document) -> str:
    """The same in one line, for the foot of a page."""
    found, lang = document.provenance, document.lang
    snapshot, definition = f"{say('brief_snapshot', lang)} {found.snapshot}", f"{say('brief_definition', lang)} {found.definition}"
    return " · ".join((snapshot, definition, found.window))


def scanned(document: Document, base: str) -> str | None:
    """The address that a QR code holds; None where it is too long for one, as with a drawn area of many corners."""
    address = base + document.provenance.address
    return address if len(address.encode()) <= MOST_SCANNED else None
