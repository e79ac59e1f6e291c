"""The cases behind everything the page shows: how many, a search, the way to a file; below it the table of them."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.charts.marks import heading
from dashboard.export.opener import opener, totals
from dashboard.format import count
from dashboard.links import attributes
from dashboard.look import Look
from dashboard.words import say


def build(look: Look) -> tuple[Any, ...]:
    """The head of the table, and what the browser makes the table of."""
    lang = look.lang
    search = html.Div(className="cases-search", **attributes(data_search=look.selection.q or "", data_words=say("table_search", lang)))
    title = heading(say("table", lang, n=count(totals(look)[0])), say("table_hint", lang))
    return html.Div([title, search, opener(look)], className="cases-bar"), {"address": look.selection.query()}
