"""The document on screen: sheets of paper beside each other where there is room, one text when printed."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from dashboard.brief.compose import Asked, Note, compose
from dashboard.brief.document import Document
from dashboard.brief.edition import Edition
from dashboard.brief.markup import Element, Writing, component
from dashboard.context import Context
from dashboard.links import attributes
from dashboard.words import say
from data.view import View

LINES: Final = 36.0
"""Lines of text that a sheet holds."""
HEAD_LINES: Final = 4.5


def document(context: Context, view: View, asked: Asked, *, note: Note | None = None) -> Document:
    """The brief of an address, made once for its page and all its files."""
    edition = Edition(view, asked.selection, asked.template, asked.period)
    return context.answers.get(view, ("brief document", asked.address), lambda: compose(edition, notes=asked.notes, note=note))


def laid(found: Document) -> list[Any]:
    """The sheets; what does not fit begins the next one."""
    writing = Writing(found)
    pages: list[list[Element]] = [[writing.head()]]
    room = LINES - HEAD_LINES
    for _, piece, lines in writing.pieces():
        if lines > room and pages[-1]:
            pages.append([])
            room = LINES
        pages[-1].append(piece)
        room -= lines
    mark = html.Div(say("brief_draft", found.lang), className="brief-mark", **attributes(aria_hidden="true")) if found.is_draft else None
    listed: list[Any] = [
        html.Article(
            [
                mark,
                *(component(element) for element in page),
                html.Footer(
                    [html.Span(say("brief_opens", found.lang)), html.Span(f"{number} / {len(pages)}")], className="brief-sheet-foot"
                ),
            ],
            className="brief-sheet",
        )
        for number, page in enumerate(pages, 1)
    ]
    listed[-1].children.insert(-1, component(writing.foot()))
    return listed
