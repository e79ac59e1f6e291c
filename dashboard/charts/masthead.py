"""The head of the page: whose area, what is shown in words, scenes by domain, the clock and the age of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.format import Language, local
from dashboard.links import attributes, link
from dashboard.words import say
from data.store.snapshot import Snapshot
from layers.palette import UNCLASSIFIED

TABS_WIDTH = 60
"""Letters of the domains that stand beside the overview, each with its gap; a Chinese character counts as two."""
GAP = 3


def draw(name: str, *, sentence: str, versus: str, snapshot: Snapshot, notes: Sequence[str], lang: Language) -> list[html.Div]:
    """Area, sentence, clock, in this order. Notes say which parts of the address were left out."""
    as_of = local(snapshot.as_of, snapshot.zone)
    title: list[Any] = [html.H1(name)]
    if snapshot.made_up:
        title.append(html.Strong(say("made_up", lang), className="made-up"))
    else:
        title.append(html.Span(say("product", lang), className="product"))
    return [
        html.Div(title, className="title"),
        html.Div(
            [
                html.P(sentence, className="sentence", title=sentence),
                html.P([*(html.Span(note, className="note") for note in notes), versus], className="versus", title=versus),
            ],
            className="says",
        ),
        html.Div(
            [
                html.Span("", className="time", **attributes(data_clock=str(snapshot.zone))),
                html.Span(
                    [
                        say("snapshot_age", lang),
                        " ",
                        html.Time(as_of.strftime("%m-%d %H:%M"), dateTime=as_of.isoformat(), title=snapshot.id),
                        " ",
                        html.Span("", **attributes(data_age=as_of.isoformat())),
                    ],
                    className="age",
                ),
            ],
            className="clock",
        ),
    ]


def scenes(domains: Sequence[str], chosen: Sequence[str], address: str, lang: Language) -> html.Nav:
    """One tab for everything and one for each domain; those for which there is no room, and that are not chosen, are in a menu."""
    cleared = {"category": None, "subcategory": None}
    room, shown = TABS_WIDTH, []
    for name in [*chosen, *(name for name in domains if name not in chosen)]:
        room -= sum(2 if ord(letter) > 0x2E80 else 1 for letter in name) + GAP
        if room < 0 and name not in chosen:
            break
        shown.append(name)
    hidden = [name for name in domains if name not in shown]
    tabs: list[Any] = [_tab(say("overview", lang), {"domain": None, **cleared}, not chosen, address)]
    named = {UNCLASSIFIED: say("unclassified", lang)}
    tabs += [_tab(named.get(name, name), {"domain": name, **cleared}, name in chosen, address) for name in domains if name in shown]
    if hidden:
        items = [link(address, {"domain": name, **cleared}, named.get(name, name), "item") for name in hidden]
        tabs.append(html.Details([html.Summary(say("more", lang)), html.Div(items, className="items")], className="menu"))
    return html.Nav(tabs, className="tabs", **attributes(aria_label=say("scenes", lang)))


def _tab(name: str, changes: dict[str, str | None], is_chosen: bool, address: str) -> html.A:
    marks = attributes(aria_current="page") if is_chosen else {}
    return link(address, changes, name, "tab is-chosen" if is_chosen else "tab", **marks)
