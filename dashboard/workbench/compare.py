"""Comparing: with another window, another area or another snapshot, in the same views and on the map."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from dashboard.charts.controls import item, menu
from dashboard.links import Changes, attributes, escaped, link
from dashboard.look import Look
from dashboard.words import say
from data import against
from data.comparison import KINDS
from data.window import window

MOST_AREAS: Final = 24
"""Other areas in the menu; any other one is compared by its address."""


def chip(look: Look) -> list[Any]:
    """What it is compared with, as a chip that ends the comparison; nothing while nothing is compared."""
    if look.other is None:
        return []
    words = say("against_chip", look.lang, other=said(look))
    return [link(look.address, {"against": None}, [words, html.Span("×", className="cross")], "chip is-against")]


def said(look: Look) -> str:
    """What it is compared with, in words."""
    assert look.other is not None  # noqa: S101 -- asked while comparing only
    return against.say(look.other.view, look.other.selection, str(look.selection.against), look.lang)


def choices(look: Look) -> html.Details:
    """The menu: windows before, days of one's own, neighbouring areas, the snapshot before."""
    lang, address, chosen = look.lang, look.address, look.selection.against
    items: list[Any] = []
    if chosen is not None:
        items.append(item(address, {"against": None}, say("against_stop", lang), False))
    for kind in KINDS:
        if window(look.view, look.selection.with_(compare=kind)).previous is not None:
            items.append(_item(look, kind, say(f"compare_{kind}", lang)))
    days = look.other.window if look.other is not None else look.window.previous or look.window
    items.append(
        html.Div(className="dates", **attributes(data_against=f"{days.from_day}/{days.to_day}", data_words=say("against_days", lang)))
    )
    areas = look.view.snapshot.areas
    parent = areas.path(look.area_ix)[-2:-1]
    near = [ix for ix in areas.children(parent[0]) if ix != look.area_ix and look.view.sees(ix)][:MOST_AREAS] if parent else []
    items += [_item(look, f"{against.AREA}{areas.codes[ix]}", say("against_area", lang, name=areas.names[ix])) for ix in near]
    before = look.view.snapshot.manifest.get("previous")
    if before:
        items.append(_item(look, str(before), say("against_before", lang)))
    return menu(say("against_hint", lang), say("against", lang), items, chosen is not None)


def _item(look: Look, text: str, name: str) -> html.A:
    changes: Changes = {"against": escaped(text)}
    return item(look.address, changes, name, look.selection.against == text)
