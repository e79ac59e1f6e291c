"""The workbench (分析): linked views over one selection, the cases behind it, what calls again and how cases get on."""

from __future__ import annotations

from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard import callbacks, ids
from dashboard import map as map_component
from dashboard.context import Context
from dashboard.page import Page, text
from dashboard.panels import STUDY
from dashboard.panels.panel import slot
from dashboard.table import grid
from dashboard.words import say
from dashboard.workbench import RESTED, WORKBENCH
from dashboard.workbench.axes import AXES
from dashboard.workbench.lists import LISTS
from data.selection import Selection
from data.vocabulary import Language
from layers.palette import LIGHT

SCRIPTS: Final = "quanyu_workbench"
"""Namespace of ``assets/workbench.js``."""


def layout(context: Context, query: str) -> html.Div:
    """The page of an address: slots with skeletons, which two callbacks fill: one follows a brush, the other comes to rest."""
    selection, _ = Selection.parse(query)
    lang = selection.lang
    return html.Div(
        [
            dcc.Store(id=ids.SELECTION, data=query),
            dcc.Store(id=ids.RESTING, data=query),
            dcc.Store(id=ids.PUSHED),
            html.A(say("skip_views", lang), href=f"#{ids.panel('chips')}", className="skip"),
            slot("study_head", lang, html.Header),
            slot("study_path", lang),
            html.Main(
                [
                    slot("chips", lang),
                    _views(context, lang),
                    slot("grids", lang),
                    html.Section([slot("cases", lang, html.Div), *grid.component(lang)], className="study-cases"),
                    html.H2(say("process", lang), className="study-part"),
                    slot("places", lang),
                    html.Div([slot("funnel", lang), slot("times", lang), slot("handovers", lang)], className="study-side"),
                    slot("waiting", lang),
                ],
                className="study-main",
            ),
        ],
        id=ids.PAGE,
        className="study",
        lang="zh-CN" if lang == "zh" else "en",
        style=dict(LIGHT.css()),
    )


def _views(context: Context, lang: Language) -> html.Div:
    keys = [*(axis.key for axis in AXES), *(listed.key for listed in LISTS)]
    holder = html.Div(map_component.component(ids.BENCH_MAP, lang, context.ground), className="bench-map-holder")
    ground = html.Section(
        [slot("map_head", lang, html.Div), html.Div(id=ids.panel("view_map"), className="slot-view_map"), holder], className="bench-map"
    )
    slots: list[Any] = [ground, *(slot(f"view_{key}", lang) for key in keys)]
    return html.Div(slots, className="views")


def register(app: Dash, context: Context) -> None:
    """Register the page's callbacks; those around the address are the screen's."""
    callbacks.register_panels(app, context, WORKBENCH)
    callbacks.register_panels(app, context, (*RESTED, *STUDY), ids.RESTING)
    map_component.register(app, ids.BENCH_MAP)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(SCRIPTS, "rest"), Output(ids.RESTING, "data"), Input(ids.SELECTION, "data"), prevent_initial_call=True
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(SCRIPTS, "shown"), Output(ids.panel("chips"), "data-shown"), Input(ids.panel("chips"), "children")
    )
    grid.register(app)


PAGE: Final = Page(
    path="/analysis",
    key="analysis",
    names={"zh": "分析", "en": "Analysis"},
    layout=layout,
    register=register,
    accepts={f"{store}.data": text(4096) for store in (ids.SELECTION, ids.RESTING)} | {f"{ids.GENERATION}.data": text(64)},
)
