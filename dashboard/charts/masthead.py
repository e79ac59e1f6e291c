"""The head of the page: whose area, what is shown in words, scenes by domain, the clock and the age of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import html

from dashboard.format import Language, local
from dashboard.links import Changes, attributes, escaped, link
from dashboard.words import say
from data.store.snapshot import Snapshot
from layers.palette import UNCLASSIFIED

TABS_WIDTH: Final = 66
"""Letters of the tabs in a row, each with its gap; a Chinese character counts as two."""
GAP: Final = 3
CLEARED: Final[Changes] = {"category": None, "subcategory": None}
"""What a domain is chosen without."""


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
                html.P(sentence, className="sentence"),
                html.P([*(html.Span(note, className="note") for note in notes), versus], className="versus"),
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


def view_code(address: str, lang: Language) -> html.Details:
    """The address of the view as a QR code: small in the head, large while it is open."""
    picture = html.Img(src=f"/qr/view.svg?{address}" if address else "/qr/view.svg", alt=say("qr", lang))
    return html.Details([html.Summary(picture, title=say("qr", lang)), html.P(say("qr_hint", lang))], className="menu view-code")


def code_menu(address: str, lang: Language) -> html.Details:
    """The address of a view of the workbench as a QR code, in a menu."""
    source = f"/qr/analysis.svg?{address}" if address else "/qr/analysis.svg"
    picture = html.Img(src=source, alt=say("qr", lang), className="code")
    inside = html.Div([picture, html.P(say("qr_hint", lang))], className="items")
    return html.Details([html.Summary(say("qr_short", lang)), inside], className="menu code-menu")


@dataclass(frozen=True)
class Tab:
    """A way of looking in the head of the page: its name and what it changes of the address."""

    name: str
    changes: Changes
    is_chosen: bool = False


def tabs(listed: Sequence[Tab], spare: Sequence[Tab], address: str, lang: Language, label: str) -> html.Nav:
    """The listed ones in a row, then of the spare ones those for which there is room; chosen ones stand first, the rest in a menu."""
    room = TABS_WIDTH - sum(_width(tab) for tab in listed)
    shown: list[Tab] = []
    for tab in sorted(spare, key=lambda tab: not tab.is_chosen):
        room -= _width(tab)
        if room < 0 and not tab.is_chosen:
            break
        shown.append(tab)
    row: list[Any] = [_tab(tab, address) for tab in (*listed, *(tab for tab in spare if tab in shown))]
    hidden = [tab for tab in spare if tab not in shown]
    if hidden:
        items = [link(address, tab.changes, tab.name, "item") for tab in hidden]
        row.append(html.Details([html.Summary(say("more", lang)), html.Div(items, className="items")], className="menu"))
    return html.Nav(row, className="tabs", **attributes(aria_label=label))


def domains(names: Sequence[str], chosen: Sequence[str], address: str, lang: Language) -> html.Nav:
    """One tab for everything and one for each domain."""
    everything = Tab(say("overview", lang), {"domain": None, **CLEARED}, is_chosen=not chosen)
    return tabs([everything], domain_tabs(names, chosen, lang), address, lang, say("domains", lang))


def domain_tabs(names: Sequence[str], chosen: Sequence[str], lang: Language) -> list[Tab]:
    """A tab for each domain."""
    named = {UNCLASSIFIED: say("unclassified", lang)}
    return [Tab(named.get(name, name), {**CLEARED, "domain": escaped(name)}, name in chosen) for name in names]


def _width(tab: Tab) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in tab.name) + GAP


def _tab(tab: Tab, address: str) -> html.A:
    marks = attributes(aria_current="page") if tab.is_chosen else {}
    return link(address, tab.changes, tab.name, "tab is-chosen" if tab.is_chosen else "tab", **marks)
