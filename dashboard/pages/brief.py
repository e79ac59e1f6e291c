"""The brief (简报): reads on screen as the document it becomes, and prints as one."""

from __future__ import annotations

import functools
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard import ids
from dashboard.brief import compose, sheets, side
from dashboard.context import Context
from dashboard.links import merge
from dashboard.log import note_failure
from dashboard.page import Page, text
from dashboard.refusal import refusal
from dashboard.words import say
from data.errors import QuanyuError
from data.selection import Selection
from data.view import View
from layers.palette import LIGHT

SCRIPTS: Final = "quanyu_brief"
"""Namespace of ``assets/brief.js``."""


def layout(context: Context, query: str) -> html.Div:
    """An empty sheet, which one callback fills."""
    selection, _ = Selection.parse(query)
    lang = selection.lang
    skeleton = html.Div(html.Span(className="skeleton", role="status", title=say("loading", lang)), className="brief-sheet")
    return html.Div(
        [
            dcc.Store(id=ids.BRIEF, data=query[:4096]),
            html.A(say("brief_skip", lang), href=f"#{ids.BRIEF_SHEETS}", className="skip"),
            html.Main(skeleton, id=ids.BRIEF_SHEETS, className="brief-sheets"),
            html.Aside(id=ids.BRIEF_SIDE, className="brief-side"),
        ],
        id=ids.PAGE,
        className="brief",
        lang="zh-CN" if lang == "zh" else "en",
        style=dict(LIGHT.css()),
    )


def register(app: Dash, context: Context) -> None:
    """Register the callback that fills the page, and the script that writes its address."""
    app.callback(Output(ids.BRIEF_SHEETS, "children"), Output(ids.BRIEF_SIDE, "children"), Input(ids.BRIEF, "data"))(
        functools.partial(answer, context)
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(SCRIPTS, "settle"),
        Output(ids.PAGE, "data-settled"),
        Input(ids.BRIEF_SIDE, "children"),
        prevent_initial_call=True,
    )


def answer(context: Context, address: str | None) -> tuple[Any, Any]:
    """The sheets of an address and what stands beside them; a sentence where its snapshot cannot be shown."""
    query = address or ""
    selection, _ = Selection.parse(query)
    try:
        with context.view(selection.snapshot, selection.definition, is_strict=False) as view:
            return context.answers.get(view, ("brief", query), lambda: _laid(context, view, query))
    except QuanyuError as error:
        newest = f"?{merge(query, {'snapshot': None})}" if selection.snapshot else None
        return [refusal(error, selection.lang, newest, selection.snapshot)], []


def _laid(context: Context, view: View, query: str) -> tuple[Any, Any]:
    asked = compose.asked(view, query, context.templates)
    document = sheets.document(context, view, asked, note=lambda what, error: note_failure(context, what, error))
    return sheets.laid(document), side.build(context, view, asked, document)


PAGE: Final = Page(
    path="/brief",
    key="brief",
    names={"zh": "简报", "en": "Brief"},
    layout=layout,
    register=register,
    accepts={f"{ids.BRIEF}.data": text(4096)},
)
