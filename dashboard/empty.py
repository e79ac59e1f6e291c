"""Empty is not broken: says which filter leaves nothing and offers to widen it."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.format import count
from dashboard.links import link
from dashboard.look import Look
from dashboard.words import say
from data import queries
from data.filters import active
from data.selection import Selection


def explain(look: Look) -> html.Div:
    """For each filter in force that alone empties the selection, a link that takes it away, with what one would see then."""
    ways: list[Any] = []
    for row in active(look.selection):
        is_window = "window" in row.keys
        if not row.is_active(look.selection) and not is_window:
            continue
        changes: dict[str, Any] = dict.fromkeys(row.attributes)
        changes = {
            key: () if isinstance(getattr(look.selection, key), tuple) and key not in ("duration", "hours") else None for key in changes
        }
        wider = look.selection.with_(**({**changes, "window": "all"} if is_window else changes))
        n = queries.event_count(look.view, wider)
        if n:
            gone: dict[str, str | None] = dict.fromkeys(row.keys)
            if is_window:
                gone["window"] = "all"
            words = say("empty_filter", look.lang, filter=row.say(look.view, look.selection, look.lang), n=count(n))
            ways.append(link(look.address, gone, words))
    if not ways and queries.event_count(look.view, Selection(window="all")) == 0:
        return html.Div(html.P(say("no_events", look.lang)), className="empty")
    if not ways:
        everything = {key: None for row in active(look.selection) for key in row.keys if key != "area"}
        ways.append(link(look.address, {**everything, "window": "all"}, say("empty_all", look.lang)))
    return html.Div([html.P(say("empty", look.lang)), html.Div(ways, className="widen")], className="empty")
