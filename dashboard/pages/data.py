"""The data page (数据): for the people who feed the system; what they sent, what became of it, and handing in a file."""

from __future__ import annotations

from typing import Any, Final

from dash import dcc, html

from dashboard import ids
from dashboard.context import Context
from dashboard.desk import handover
from dashboard.desk.address import Asked
from dashboard.desk.parts import ACCEPTS, PARTS, register
from dashboard.page import Page
from dashboard.words import say
from layers.palette import PALETTES


def layout(context: Context, query: str) -> html.Div:
    """The page of an address: sections with skeletons, which their callbacks fill, and the upload form."""
    asked = Asked.parse(query)
    sections: dict[str, Any] = {part.key: _section(part.key, asked) for part in PARTS}
    return html.Div(
        [
            dcc.Store(id=ids.DESK, data=query[:4096]),
            html.A(say("data_skip", asked.lang), href=f"#{ids.part('sources')}", className="skip"),
            sections["head"],
            html.Main(
                [
                    html.Div([handover.build(context, asked), sections["snapshots"]], className="desk-side"),
                    html.Div([sections["sources"], sections["quality"], sections["datum"]], className="desk-books"),
                    sections["changes"],
                ],
                className="desk-main",
            ),
        ],
        id=ids.PAGE,
        className=f"desk is-{asked.theme}",
        lang="zh-CN" if asked.lang == "zh" else "en",
        style=dict(PALETTES[asked.theme].css()),
    )


def _section(key: str, asked: Asked) -> Any:
    element = html.Header if key == "head" else html.Section
    skeleton = html.Span(className="skeleton", role="status", title=say("loading", asked.lang))
    return element(skeleton, id=ids.part(key), className=f"part part-{key}")


PAGE: Final = Page(path="/data", key="data", names={"zh": "数据", "en": "Data"}, layout=layout, register=register, accepts=ACCEPTS)
