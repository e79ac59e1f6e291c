"""The panel in the frame around every page, and its two callbacks: one request for each opening, one for each page of cases."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.apology import apology
from dashboard.context import Context
from dashboard.links import attributes
from dashboard.log import note_failure
from dashboard.opened import case, sheet
from dashboard.opened.address import Asked, is_asked
from dashboard.page import Accept
from dashboard.scenes.applied import expanded
from dashboard.words import say
from data.errors import QuanyuError
from data.selection import Selection
from data.view import View

SCRIPTS: Final = "quanyu_opened"
"""Namespace of ``assets/opened.js``."""
ACCEPTS: Final[Mapping[str, Accept]] = {f"{ids.OPENED}.data": is_asked, f"{ids.CASES_ASKED}.data": is_asked}

Draw = Callable[[View, Selection, Asked], Any]


def component() -> list[Component]:
    """The dialog, empty and closed, and the stores that ``opened.js`` writes."""
    return [
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.CASES_ASKED),
        html.Dialog(
            [
                html.Button("×", type="button", className="opened-close", **attributes(data_close="", aria_label="关闭 / Close")),
                html.Div(id=ids.OPENED_BODY, className="opened-body"),
            ],
            id=ids.OPENED_DIALOG,
            className="opened",
            **attributes(aria_labelledby=ids.OPENED_TITLE),
        ),
    ]


def register(app: Dash, context: Context) -> None:
    """Register the panel's callbacks."""
    drawn: tuple[tuple[str, str, Draw], ...] = ((ids.OPENED_BODY, ids.OPENED, sheet.draw), (ids.CASES, ids.CASES_ASKED, sheet.page))
    for slot, asked, draw in drawn:
        app.callback(Output(slot, "children"), Input(asked, "data"), prevent_initial_call=True)(functools.partial(answer, context, draw))
    for written, seen in (
        (Output(ids.OPENED_DIALOG, "data-settled"), ids.OPENED_BODY),
        (Output(ids.OPENED_BODY, "data-settled"), ids.CASES),
    ):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction(SCRIPTS, "settle"), written, Input(seen, "children"), prevent_initial_call=True
        )


def answer(context: Context, draw: Draw, sent: Mapping[str, Any] | None) -> Any:
    """What was asked for, or one sentence where it cannot be opened."""
    if sent is None:
        return None
    asked = Asked.parse(sent)
    if not asked.is_readable:
        return _refused(say("opened_refused", asked.lang))
    try:
        with context.view(asked.selection.snapshot, asked.selection.definition) as view:
            asked = Asked.parse({**sent, "base": expanded(context.scenes, view, sent["base"])})
            selection = asked.settled(view)
            if selection is None:
                return _refused(say("opened_refused", asked.lang))
            drawn = draw if asked.event_id is None else case.draw
            key = ("opened", drawn.__module__, drawn.__name__, sent["base"], sent["open"])
            return context.answers.get(view, key, lambda: drawn(view, selection, asked))
    except QuanyuError as error:
        return _refused(apology(error, asked.lang))
    except Exception as error:  # noqa: BLE001 — the page behind it goes on
        note_failure(context, "panel opened", error)
        return _refused(say("failed", asked.lang))


def _refused(words: str) -> html.P:
    return html.P(words, id=ids.OPENED_TITLE, className="failed", role="alert")
