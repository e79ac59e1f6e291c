"""The head of the page and the controls."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.charts import controls, masthead
from dashboard.charts.controls import Chip
from dashboard.look import Look
from dashboard.words import say


def build(look: Look) -> tuple[Any, ...]:
    """Title, tabs, sentence, clock, menus."""
    snapshot, selection, lang = look.view.snapshot, look.selection, look.lang
    previous = look.window.previous
    versus = say("no_previous", lang)
    if previous is not None:
        versus = f"{say('vs_partial' if look.window.is_partial else 'vs_previous', lang)} {previous.from_day} – {previous.to_day:%m-%d}"
        if previous.cut_at is not None:
            versus += f" {snapshot.as_of.astimezone(snapshot.zone):%H:%M}"
    versus = f"{say('map_shows', lang, indicator=look.indicator.names.in_(lang))} · {versus}"
    tree = snapshot.categories
    domains = [tree.names[ix] for ix in tree.tops()]
    title, says, clock = masthead.draw(
        snapshot.areas.names[look.area_ix], sentence=look.sentence, versus=versus, snapshot=snapshot, notes=look.notes, lang=lang
    )
    chips = [Chip(text, changes) for text, changes in look.other_filters]
    tabs = masthead.scenes(domains, selection.domain, look.address, lang)
    menus = controls.draw(selection, look.window, categories=tree, sources=snapshot.sources, chips=chips, address=look.address, lang=lang)
    rows = [html.Div([title, tabs, clock], className="head-line is-first"), html.Div([says, menus], className="head-line")]
    return (html.Div(rows, className="masthead"),)
