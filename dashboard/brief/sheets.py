"""The document on screen: sheets of paper beside each other where there is room, one text when printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from dash import html

from dashboard.brief.document import Block, Document, Section
from dashboard.brief.markup import Element, Writing, component
from dashboard.brief.sections.part import Made
from dashboard.format import MISSING, Language, count
from dashboard.links import attributes
from dashboard.words import say
from data.issued import Issue

LINES: Final = 36.0
"""Lines of text that a sheet holds."""
HEAD_LINES: Final = 4.5
SINCE: Final = "brief-since"
"""The sheet of what has been restated since."""


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
    return html.Article([html.H2(section.title), hint, *pieces], className="brief-sheet brief-since", id=SINCE)


def listing(issues: list[Issue], lang: Language, restated: Mapping[str, int | None]) -> list[Any]:
    """The list of issued briefs on a sheet.

    ``restated`` has how many numbers of a brief's days have been restated since; those it lacks are told once the brief is opened.
    """
    keys = ("brief_number", "brief_title", "brief_period", "brief_issued_at", "brief_restated_since", "brief_snapshot")
    heads = [say(key, lang) for key in keys]
    rows = [
        html.Tr(
            [
                html.Th(html.A(one.number, href=to(one)), scope="row"),
                html.Td(one.title),
                html.Td(f"{one.first} – {one.last}"),
                html.Td(one.issued_at.replace("T", " ").removesuffix("Z") + " UTC"),
                html.Td(_restated(one, restated, lang), className="is-number"),
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


def _restated(found: Issue, restated: Mapping[str, int | None], lang: Language) -> Any:
    """How many numbers, which leads to them; a way to look where that was not counted."""
    if found.number not in restated:
        return html.A(say("brief_restated_look", lang), href=f"{to(found)}#{SINCE}")
    n = restated[found.number]
    return MISSING if n is None else html.A(count(n), href=f"{to(found)}#{SINCE}") if n else "0"


def to(found: Issue) -> str:
    """Where an issued brief is read."""
    return f"/brief?{found.query}&issue={quote(found.number)}"
