"""The screen (一屏): one viewport for command-centre walls, a column for phones, from the same address."""

from __future__ import annotations

import functools
from typing import Any, Final

from dash import Dash, dcc, html

from dashboard import callbacks, ids
from dashboard import map as map_component
from dashboard.charts.figures import CONFIG, blank
from dashboard.context import Context
from dashboard.links import attributes
from dashboard.page import Page, text
from dashboard.panels import WALL
from dashboard.panels.panel import COLUMNS, Panel, slot
from dashboard.scenes.scene import Scene
from dashboard.words import say
from data.selection import Selection
from data.vocabulary import Language
from layers.palette import DARK

FIGURES: Final = tuple(panel.key for panel in WALL if (ids.figure(panel.key), "data") in panel.extra)
"""Panels with a chart that stays while its figure changes."""


def layout(context: Context, query: str) -> html.Div:
    """The page of an address: slots with skeletons of the size that what comes will have, those of the scene in sight."""
    selection, _ = Selection.parse(query)
    lang = selection.lang
    scene = context.scenes.find(selection.scene) or context.scenes.first
    columns = {column: [_slot(panel, scene, lang) for panel in WALL if panel.column == column] for column in COLUMNS}
    return html.Div(
        [
            dcc.Store(id=ids.SELECTION, data=query),
            dcc.Store(id=ids.PUSHED),
            dcc.Store(id=ids.SCALE),
            dcc.Store(id=ids.ARRANGED),
            dcc.Store(id=ids.PAINTED),
            dcc.Store(id=ids.GRAPHS, data=[_graph(key) for key in FIGURES]),
            *(dcc.Store(id=ids.figure(key)) for key in FIGURES),
            html.A(say("skip", lang), href=f"#{ids.WALL_MAP.container}", className="skip"),
            slot("masthead", lang, html.Header),
            html.Div(columns["left"], className="left"),
            html.Div(
                [
                    slot("path", lang),
                    html.Div(map_component.component(ids.WALL_MAP, lang, context.ground), className="map-holder"),
                    html.Div(id=ids.panel("map"), className="slot slot-map"),
                    slot("coverage", lang),
                ],
                className="centre",
                role="main",
            ),
            html.Div(columns["right"], className="right"),
            html.Div(columns["foot"], className="foot"),
        ],
        id=ids.PAGE,
        className=f"wall is-kiosk {scene.counts}" if selection.kiosk else f"wall {scene.counts}",
        lang="zh-CN" if lang == "zh" else "en",
        style={**DARK.css(), "--break": scene.middle},
        **attributes(data_cleared=" ".join(context.scenes.keys)),
    )


def _slot(panel: Panel, scene: Scene, lang: Language) -> Any:
    """Where a panel stands: out of sight unless the scene has it, else in the scene's order."""
    at = scene.place(str(panel.column), panel.key)
    look: dict[str, Any] = {"hidden": at is None, "style": {"--order": at or 0}, **attributes(data_panel=panel.key)}
    if panel.key in FIGURES:
        place = html.Div(id=ids.place(panel.key), className="chart")
        return html.Section([html.Div(id=ids.panel(panel.key)), place], className=f"slot slot-{panel.key}", **look)
    return slot(panel.key, lang, functools.partial(html.Section, **look))


def _graph(key: str) -> Any:
    """A chart that stays while its figure changes, as a component is sent."""
    graph = dcc.Graph(id=ids.chart(key), figure=blank(), config=CONFIG, responsive=True)
    return graph.to_plotly_json()  # type: ignore[no-untyped-call]


def register(app: Dash, context: Context) -> None:
    """Register the page's callbacks."""
    callbacks.register(app, context, WALL, FIGURES)
    map_component.register(app, ids.WALL_MAP)


PAGE: Final = Page(
    path="/",
    key="wall",
    names={"zh": "一屏", "en": "Screen"},
    layout=layout,
    register=register,
    accepts={f"{ids.SELECTION}.data": text(4096), f"{ids.GENERATION}.data": text(64)},
)
