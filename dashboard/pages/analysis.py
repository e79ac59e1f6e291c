"""The analysis page (分析): what calls again, and how cases get on; the same address as the screen's."""

from __future__ import annotations

from typing import Final

from dash import Dash, dcc, html

from dashboard import callbacks, ids
from dashboard.context import Context
from dashboard.page import Page, text
from dashboard.panels import STUDY
from dashboard.panels.panel import slot
from dashboard.table import grid
from dashboard.words import say
from data.selection import Selection
from layers.palette import LIGHT


def layout(context: Context, query: str) -> html.Div:
    """The page of an address: slots with skeletons, which one callback fills."""
    selection, _ = Selection.parse(query)
    lang = selection.lang
    return html.Div(
        [
            dcc.Store(id=ids.SELECTION, data=query),
            dcc.Store(id=ids.PUSHED),
            html.A(say("skip", lang), href=f"#{ids.panel('places')}", className="skip"),
            slot("study_head", lang, html.Header),
            slot("study_path", lang),
            html.Main(
                [
                    slot("places", lang),
                    html.Div([slot("funnel", lang), slot("times", lang), slot("handovers", lang)], className="study-side"),
                    slot("waiting", lang),
                    html.Section([slot("cases", lang, html.Div), *grid.component(lang)], className="study-cases"),
                ],
                className="study-main",
            ),
        ],
        id=ids.PAGE,
        className="study",
        lang="zh-CN" if lang == "zh" else "en",
        style=dict(LIGHT.css()),
    )


def register(app: Dash, context: Context) -> None:
    """Register the page's callbacks; those around the address are the screen's."""
    callbacks.register_panels(app, context, STUDY)
    grid.register(app)


PAGE: Final = Page(
    path="/analysis",
    key="analysis",
    names={"zh": "分析", "en": "Analysis"},
    layout=layout,
    register=register,
    accepts={f"{ids.SELECTION}.data": text(4096), f"{ids.GENERATION}.data": text(64)},
)
