"""The brief (简报): reads on screen as the document it becomes, and prints as one."""

from __future__ import annotations

import functools
import time
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard import ids
from dashboard.brief import archive, compose, sheets, side
from dashboard.brief.press import Press, seen
from dashboard.context import Context
from dashboard.desk.permission import may_write
from dashboard.links import merge
from dashboard.log import note_failure
from dashboard.page import Page, text
from dashboard.refusal import refusal
from dashboard.words import say
from data import issued
from data.errors import QuanyuError
from data.issued import Issue
from data.selection import Selection
from data.view import View
from layers.palette import LIGHT

SCRIPTS: Final = "quanyu_brief"
"""Namespace of ``assets/brief.js``."""
COUNT_S: Final = 3.0
"""Seconds after which no further brief's restated numbers are counted."""
ALL: Final = "all"
"""``issue=all`` lists the issued briefs."""


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
    number = selection.issue or ""
    found = issued.issued(context.store.path, number)
    snapshot, definition = (selection.snapshot, selection.definition) if found is None else (found.snapshot, found.definition)
    try:
        with context.view(snapshot, definition, is_strict=False) as view:
            if number and number != ALL:
                return _issued(context, view, found, selection)
            listed = [one for one in issued.issues(context.store.path) if seen(view, one)]
            asked = compose.asked(view, query, context.templates)
            document = press(context).draft(view, asked)
            beside = side.build(context, view, asked, document, listed, may_write=may_write(context))
            if number != ALL:
                return sheets.laid(document), beside
            return sheets.listing(listed, selection.lang, _counted(context, listed)), beside
    except QuanyuError as error:
        newest = f"?{merge(query, {'snapshot': None})}" if snapshot else None
        return [refusal(error, selection.lang, newest, snapshot)], []


def _counted(context: Context, listed: list[Issue]) -> dict[str, int | None]:
    """How many numbers have been restated since, brief by brief from the latest, for as long as a reader would wait."""
    found: dict[str, int | None] = {}
    until = time.monotonic() + COUNT_S
    with context.view() as now:
        for one in listed:
            if time.monotonic() > until:
                break
            found[one.number] = press(context).restated_numbers(now, one, context.templates)
    return found


def press(context: Context) -> Press:
    """What makes and issues the briefs of this installation."""
    return Press(context.store, context.settings.small_number, context.answers.get, lambda what, error: note_failure(context, what, error))


def _issued(context: Context, view: View, found: Issue | None, selection: Selection) -> tuple[Any, Any]:
    """An issued brief as it was printed, and what has been restated since."""
    lang = selection.lang
    if found is None or not seen(view, found):
        words = say("brief_no_issue", lang, number=selection.issue)
        return [html.Article([html.P(words, role="alert")], className="brief-sheet")], []
    document = archive.opened(found.document)
    asked = compose.asked(view, found.query, context.templates)
    listed = [one for one in issued.issues(context.store.path) if seen(view, one)]
    with context.view() as now:
        # only the days and the area are asked about: the newest snapshot stands in for the pinned one
        again = compose.asked(now, merge(found.query, {"snapshot": None, "definition": None}), context.templates)
        restated = press(context).restated(now, again, found)
    beside = side.build(context, view, asked, document, listed, issue=found)
    return [*sheets.laid(document), sheets.since(restated, document)], beside


PAGE: Final = Page(
    path="/brief",
    key="brief",
    names={"zh": "简报", "en": "Brief"},
    layout=layout,
    register=register,
    accepts={f"{ids.BRIEF}.data": text(4096)},
)
