"""The document on screen: sheets of paper beside each other where there is room, one text when printed."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from dash import html

from dashboard.brief.document import Block, Document, Section
from dashboard.brief.markup import Element, Writing, component
from dashboard.brief.sections.part import Made
from dashboard.format import Language
from dashboard.links import attributes
from dashboard.words import say
from data.issued import Issue

LINES: Final = 36.0
"""Lines of text that a sheet holds."""
HEAD_LINES: Final = 4.5


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


def since(made: Made, document: Document) -> html.Article:
    """A sheet of its own beside an issued brief: what has been restated since; it is not printed with it."""
    blocks: tuple[Block, ...] = made.blocks
    section = Section("since", say("brief_since", document.lang), blocks, made.message)
    pieces = [component(one) for one in Writing(document).alone(section)] if blocks else [html.P(made.message)]
    hint = html.P(say("brief_since_hint", document.lang), className="brief-note")
    return html.Article([html.H2(section.title), hint, *pieces], className="brief-sheet brief-since")


def listing(issues: list[Issue], lang: Language) -> list[Any]:
    """The list of issued briefs on a sheet."""
    heads = [say(key, lang) for key in ("brief_number", "brief_title", "brief_period", "brief_issued_at", "brief_snapshot")]
    rows = [
        html.Tr(
            [
                html.Th(html.A(one.number, href=to(one)), scope="row"),
                html.Td(one.title),
                html.Td(f"{one.first} – {one.last}"),
                html.Td(one.issued_at.replace("T", " ").removesuffix("Z") + " UTC"),
                html.Td(one.snapshot),
            ]
        )
        for one in issues
    ]
    table = html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)], className="brief-table")
    body = html.Div(table, className="brief-scroll") if issues else html.P(say("brief_issued_none", lang))
    title = html.H1(say("brief_issued_list", lang))
    return [
        html.Article([html.Header(title, className="brief-head"), html.Section(body, className="brief-section")], className="brief-sheet")
    ]


def to(found: Issue) -> str:
    """Where an issued brief is read."""
    return f"/brief?{found.query}&issue={quote(found.number)}"
