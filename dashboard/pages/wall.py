"""The screen (一屏): one viewport for command-centre walls, a column for phones, from the same address."""

from __future__ import annotations

from typing import Final

from dash import Dash, dcc, html

from dashboard import callbacks, ids
from dashboard import map as map_component
from dashboard.charts.figures import CONFIG, blank
from dashboard.context import Context
from dashboard.page import Page, text
from dashboard.panels import WALL
from dashboard.panels.panel import slot
from dashboard.words import say
from data.selection import Selection
from layers.palette import DARK

FIGURES: Final = ("trend", "hours")


def layout(context: Context, query: str) -> html.Div:
    """The page of an address: slots with skeletons of the size that what comes will have."""
    selection, _ = Selection.parse(query)
    lang = selection.lang
    return html.Div(
        [
            dcc.Store(id=ids.SELECTION, data=query),
            dcc.Store(id=ids.PUSHED),
            dcc.Store(id=ids.SCALE),
            *(dcc.Store(id=ids.figure(key)) for key in FIGURES),
            html.A(say("skip", lang), href=f"#{ids.MAP}", className="skip"),
            slot("masthead", lang, html.Header),
            html.Div([slot("headline", lang), slot("ranking", lang)], className="left"),
            html.Div(
                [
                    slot("path", lang),
                    html.Div(map_component.component(lang), className="map-holder"),
                    html.Div(id=ids.panel("map"), className="slot slot-map"),
                    slot("coverage", lang),
                ],
                className="centre",
                role="main",
            ),
            html.Div([_chart("trend"), slot("categories", lang), slot("due_soon", lang), _chart("hours")], className="right"),
            html.Div([slot("events", lang), slot("sources", lang)], className="foot"),
        ],
        id=ids.PAGE,
        className="wall is-kiosk" if selection.kiosk else "wall",
        lang="zh-CN" if lang == "zh" else "en",
        style=dict(DARK.css()),
    )


def _chart(key: str) -> html.Section:
    graph = dcc.Graph(id=ids.chart(key), figure=blank(), config=CONFIG, responsive=True)
    return html.Section([html.Div(id=ids.panel(key)), html.Div(graph, className="chart")], className=f"slot slot-{key}")


def register(app: Dash, context: Context) -> None:
    """Register the page's callbacks."""
    callbacks.register(app, context, WALL, FIGURES)
    map_component.register(app)


PAGE: Final = Page(
    path="/",
    key="wall",
    names={"zh": "一屏", "en": "Screen"},
    layout=layout,
    register=register,
    accepts={f"{ids.SELECTION}.data": text(4096), f"{ids.GENERATION}.data": text(64)},
)
