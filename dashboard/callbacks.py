"""The one callback that answers for every panel of a page, and the clientside ones around it.

One request for each change: the selection's address and the generation go in, the content of all panels comes out, each
computed under its own guard.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, html, no_update

from dashboard import ids
from dashboard.apology import apology
from dashboard.compared import compared
from dashboard.context import Context
from dashboard.empty import explain
from dashboard.links import merge
from dashboard.log import note_failure
from dashboard.look import Look
from dashboard.opened.panel import SCRIPTS as OPENED_SCRIPTS
from dashboard.panels.panel import Panel
from dashboard.refusal import refusal
from dashboard.scenes.applied import applied
from dashboard.words import say
from data.errors import QuanyuError, QueryTimeout
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.view import View
from layers.registry import LAYERS

SCRIPTS = "quanyu_controls"
"""Namespace of ``assets/controls.js``."""


def register(app: Dash, context: Context, panels: Sequence[Panel], figures: Sequence[str]) -> None:
    """Register the callbacks of a page with these panels; ``figures`` are the keys of its charts."""
    register_panels(app, context, panels)
    _in_browser(app, "push", Output(ids.PUSHED, "data"), Input(ids.SELECTION, "data"))
    _in_browser(app, "settle", Output(ids.PAGE, "data-settled"), Input(ids.panel(panels[0].key), "children"))
    _in_browser(app, "arrange", Output(ids.PAGE, "data-scene"), Input(ids.ARRANGED, "data"))
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(SCRIPTS, "graphs"),
        [Output(ids.place(key), "children") for key in figures],
        Input(ids.PAINTED, "data"),
        State(ids.GRAPHS, "data"),
        prevent_initial_call=True,
    )
    for key in figures:
        _in_browser(app, "figure", Output(ids.chart(key), "figure"), Input(ids.figure(key), "data"), Input(ids.SCALE, "data"))
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction(OPENED_SCRIPTS, "chart"),
            Output(ids.panel(key), "data-opened"),
            Input(ids.chart(key), "clickData"),
            State(ids.figure(key), "data"),
            prevent_initial_call=True,
        )


def register_panels(app: Dash, context: Context, panels: Sequence[Panel], store: str = ids.SELECTION) -> None:
    """Register only the callback that fills these panels, for a further page; ``store`` holds the address that they follow."""
    outputs = [Output(component, name) for panel in panels for component, name in panel.outputs]
    app.callback(outputs, Input(store, "data"), Input(ids.GENERATION, "data"))(functools.partial(answer, context, panels))


def _in_browser(app: Dash, function: str, output: Output, *inputs: Input) -> None:
    app.clientside_callback(ClientsideFunction(SCRIPTS, function), output, *inputs)  # type: ignore[no-untyped-call]


def answer(context: Context, panels: Sequence[Panel], address: str | None, generation: str | None) -> list[Any]:
    """Everything the panels show for an address; ``generation`` only says that there is something new to look at."""
    selection, _ = Selection.parse(address or "")
    try:
        with context.view(selection.snapshot, selection.definition, is_strict=False) as view:
            values, _ = context.answers.get(
                view,
                ("panels", tuple(panel.key for panel in panels), address),
                lambda: _compute(context, panels, view, address or ""),
                is_worth_keeping=lambda answered: answered[1],
            )
            return values
    except QuanyuError as error:
        newest = f"?{merge(address or '', {'snapshot': None})}" if selection.snapshot else None
        said = refusal(error, selection.lang, newest, selection.snapshot)
        return [value for panel in panels for value in ((said, *panel.extra.values()) if panel is panels[0] else panel.failed(""))]


def _compute(context: Context, panels: Sequence[Panel], view: View, address: str) -> tuple[list[Any], bool]:
    """The values of all outputs, and whether every panel could be made; panels out of the scene are left as they are."""
    found = applied(context.scenes, view, address)
    with compared(context, view, found.selection) as (other, more):
        notes = (*found.notes, *_unknown(found.selection), *more)
        look = Look(view, found.selection, notes, scenes=context.scenes, scene=found.scene, other=other)
        return _built(context, panels, look)


def _built(context: Context, panels: Sequence[Panel], look: Look) -> tuple[list[Any], bool]:
    nothing = _nothing(context, look)
    values: list[Any] = []
    is_whole = True
    for panel in panels:
        if panel.column is not None and look.scene is not None and panel.key not in look.scene.panels:
            values += [no_update] * len(panel.outputs)
            continue
        if nothing is not None and not panel.is_kept_when_empty:
            values += [nothing, *panel.extra.values()]
            continue
        try:
            values += panel.build(look)
        except Exception as error:  # noqa: BLE001 — a panel fails alone
            values += panel.failed(_sorry(context, panel, look, error))
            is_whole = False
    return values, is_whole


def _unknown(selection: Selection) -> list[str]:
    """Notes on an indicator or layers that the address names and no registry has."""
    named = [("indicator", selection.indicator)] if selection.indicator and selection.indicator not in INDICATORS else []
    named += [("layers", key) for key in selection.layers or () if key not in LAYERS]
    return [say("unknown_value", selection.lang, name=key, value=value) for key, value in named]


def _nothing(context: Context, look: Look) -> html.Div | None:
    """What panels say when no event is selected; None when there are some, or when that cannot be told."""
    try:
        return explain(look) if look.total == 0 else None
    except Exception as error:  # noqa: BLE001 — the panels will say it, each for itself
        if not isinstance(error, QuanyuError):
            note_failure(context, "panel empty", error)
        return None


def _sorry(context: Context, panel: Panel, look: Look, error: Exception) -> str:
    """A sentence for an error: a known one speaks for itself, an unknown one is logged."""
    if isinstance(error, QueryTimeout):
        return say("failed_timeout", look.lang)
    if isinstance(error, QuanyuError):
        return apology(error, look.lang)
    note_failure(context, f"panel {panel.key}", error)
    return say("failed", look.lang)
