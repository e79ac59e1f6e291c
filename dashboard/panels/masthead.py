"""The head of the page and the controls."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.charts import controls, masthead
from dashboard.charts.controls import Chip, Definitions
from dashboard.look import Look
from dashboard.words import say
from data.window import say_comparison


def build(look: Look) -> tuple[Any, ...]:
    """Title, tabs, sentence, clock, menus of the screen."""
    shows = say("map_shows", look.lang, indicator=look.indicator.names.in_(look.lang))
    return (_head(look, "screen", f"{shows} · {say_comparison(look.view, look.window).in_(look.lang)}"),)


def study(look: Look) -> tuple[Any, ...]:
    """The same of the analysis page, which compares nothing."""
    return (_head(look, "study", ""),)


def _head(look: Look, here: str, versus: str) -> html.Div:
    snapshot, selection, lang = look.view.snapshot, look.selection, look.lang
    tree = snapshot.categories
    domains = [tree.names[ix] for ix in tree.tops()]
    title, says, clock = masthead.draw(
        snapshot.areas.names[look.area_ix], sentence=look.sentence, versus=versus, snapshot=snapshot, notes=look.notes, lang=lang
    )
    chips = [Chip(text, changes) for text, changes in look.other_filters]
    tabs = masthead.scenes(domains, selection.domain, look.address, lang)
    menus = controls.draw(
        selection,
        look.window,
        categories=tree,
        sources=snapshot.sources,
        definitions=Definitions(look.view.definition, tuple(snapshot.definitions.values())),
        chips=chips,
        address=look.address,
        lang=lang,
        here=here,
    )
    rows = [html.Div([title, tabs, clock], className="head-line is-first"), html.Div([says, menus], className="head-line")]
    return html.Div(rows, className="masthead")
