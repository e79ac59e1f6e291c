"""From the address to a page: the frame around every page, and the callback that lays a page into it.

The address is read when the application is opened and on Back and Forward (``assets/address.js``); the page is then laid anew
from it. A page that writes the address itself (``history.pushState``) is not laid again.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.apology import apology
from dashboard.context import Context
from dashboard.guard import MAX_QUERY
from dashboard.links import closed
from dashboard.log import note_failure
from dashboard.opened import panel as opened
from dashboard.page import Accept, Page
from data.errors import QuanyuError
from data.vocabulary import Language

MAX_PATH: Final = 64
SORRY: Final = {
    "zh": "页面暂时无法显示，问题已记录；请稍后刷新。",
    "en": "The page cannot be shown just now; this has been noted. Please reload later.",
}
NO_PAGE: Final = {"zh": "没有这个页面。", "en": "There is no such page."}


def _is_address(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"n", "path", "query"}
        and isinstance(value["n"], int)
        and isinstance(value["path"], str)
        and isinstance(value["query"], str)
        and len(value["path"]) <= MAX_PATH
        and len(value["query"]) <= MAX_QUERY
    )


ACCEPTS: Final[Mapping[str, Accept]] = {f"{ids.ADDRESS}.data": _is_address, **opened.ACCEPTS}


def frame(context: Context) -> Component:
    """What stands around every page: where it is laid, the banner, the panel that opens, the stores that scripts write."""
    generation = context.generation()
    known: dict[str, Any] = {"aria-live": "polite", "data-build": context.build, "data-generation": generation}
    return html.Div(
        [
            dcc.Store(id=ids.ADDRESS),
            dcc.Store(id=ids.TITLE),
            dcc.Store(id=ids.GENERATION, data=generation),
            html.Div(id=ids.BANNER, role="status", hidden=True, **known),
            html.Div(id=ids.FRAME),
            *opened.component(),
        ]
    )


def language(query: str) -> Language:
    """``en`` where the query asks for English, else ``zh``; for words outside any page."""
    return "en" if "lang=en" in query.split("&") else "zh"


def message(words: str) -> Component:
    """A page that is one sentence."""
    return html.Main(html.P(words), className="message", role="alert")


def lay(context: Context, pages: Mapping[str, Page], address: dict[str, Any]) -> tuple[Component, dict[str, str]]:
    """The page of an address, or a sentence where it cannot be made, and its title and language."""
    query = closed(address["query"])
    lang = language(query)
    page = pages.get(address["path"])
    if page is None:
        return message(NO_PAGE[lang]), {"title": "Quanyu", "lang": lang}
    try:
        laid = page.layout(context, query)
    except QuanyuError as error:
        laid = message(apology(error, lang))
    except Exception as error:  # noqa: BLE001 -- one page must not take the frame with it
        note_failure(context, f"page {page.key}", error)
        laid = message(SORRY[lang])
    return laid, {"title": page.names[lang], "lang": lang}


def register(app: Dash, context: Context, pages: Iterable[Page]) -> None:
    """Register the routing of an application."""
    by_path = {page.path: page for page in pages}
    app.callback(Output(ids.FRAME, "children"), Output(ids.TITLE, "data"), Input(ids.ADDRESS, "data"), prevent_initial_call=True)(
        functools.partial(lay, context, by_path)
    )
    for name, output, read in (
        ("read", Output(ids.ADDRESS, "data"), Input(ids.FRAME, "id")),
        ("name", Output(ids.FRAME, "lang"), Input(ids.TITLE, "data")),
    ):
        app.clientside_callback(ClientsideFunction("address", name), output, read)  # type: ignore[no-untyped-call]
    opened.register(app, context)
