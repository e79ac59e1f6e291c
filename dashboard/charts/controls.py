"""The controls: quiet menus of links. Each says its present choice; what filters without a menu is a chip that can be removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import html

from dashboard.charts.due_soon import stage_name
from dashboard.format import Language
from dashboard.links import Changes, attributes, link, merge
from dashboard.words import say
from data.comparison import KINDS
from data.indicators.definition import Definition
from data.selection import Selection
from data.store.snapshot import Source
from data.tree import Tree
from data.vocabulary import STAGE_NAMES
from data.window import DEFAULT, Window
from layers.palette import UNCLASSIFIED

WINDOWS = ("today", "7d", "30d", "90d", "365d", "week", "month", "assessment", "all")
PAGES: Final = {"screen": "/", "brief": "/brief", "study": "/analysis", "data": "/data"}
"""Pages that the controls lead to, by the stem of their words."""
ITEMS = 60
"""Names in one menu at most; the rest are reached through the level above."""


@dataclass(frozen=True)
class Chip:
    """A filter in words and how to take it away."""

    text: str
    changes: Changes


@dataclass(frozen=True)
class Definitions:
    """The definition in force and all of the snapshot's, its default first."""

    chosen: Definition
    known: Sequence[Definition]


def draw(
    selection: Selection,
    window: Window,
    *,
    categories: Tree,
    sources: Sequence[Source],
    definitions: Definitions,
    chips: Sequence[Chip],
    address: str,
    lang: Language,
    here: str = "screen",
    spare: Sequence[Any] = (),
) -> html.Div:
    """Menus for window, category, source, stage, comparison and definition, chips for everything else, and the other language.

    ``here`` is the page they stand on, one of :data:`PAGES`; the others are linked. ``spare`` are further menus.
    """
    other = "en" if lang == "zh" else "zh"
    return html.Div(
        [
            _clear(selection, chips, address, lang),
            *(link(address, chip.changes, [chip.text, html.Span("×", className="cross")], "chip") for chip in chips),
            _windows(selection, window, address, lang),
            _categories(selection, categories, address, lang),
            _toggles("source", selection.source, [(source.source, source.name_in(lang)) for source in sources], address, lang),
            _toggles("stage", selection.stage, [(key, stage_name(key, lang)) for key in STAGE_NAMES], address, lang),
            _comparisons(window, address, lang),
            _definitions(definitions, address, lang),
            *([_shows(selection, lang)] if here == "screen" else []),
            *([] if selection.kiosk else [_to_page(key, selection, address, lang) for key in PAGES if key != here]),
            *spare,
            link(
                address,
                {"lang": other if other == "en" else None},
                say("language", lang),
                "language",
                lang=other,
                title=say("language_hint", lang),
            ),
        ],
        className="controls",
        role="group",
        **attributes(aria_label=say("controls", lang)),
    )


def _to_page(key: str, selection: Selection, address: str, lang: Language) -> html.A:
    """The way to another page: for the same selection, or to the data page for the same snapshot."""
    query = merge("", {"snapshot": selection.snapshot, "lang": "en" if lang == "en" else None}) if key == "data" else address
    path = PAGES[key]
    return html.A(say(f"to_{key}", lang), href=f"{path}?{query}" if query else path, className="to-page", title=say(f"to_{key}_hint", lang))


def _shows(selection: Selection, lang: Language) -> html.Details:
    """How the screen stands on its display: without controls, over the whole of it, walking by itself."""
    kiosk = ("show_controls", "kiosk=") if selection.kiosk else ("show_kiosk", "kiosk=1")
    tour = ("show_no_tour", "tour=&home=") if selection.tour else ("show_tour", "tour=1")
    items = [
        html.Button(say(words, lang), type="button", className="item", **attributes(data_change=changes))
        for words, changes in (kiosk, tour)
    ]
    items.append(html.Button(say("show_full", lang), type="button", className="item", **attributes(data_full="")))
    items.append(html.Button(type="button", className="item", **attributes(data_sound="")))
    return menu(say("show", lang), say("show", lang), items, is_filtering=False)


def _clear(selection: Selection, chips: Sequence[Chip], address: str, lang: Language) -> html.A | None:
    """Takes every filter but area and window away, where there is more than one."""
    own = {key: None for key in ("domain", "category", "subcategory", "source", "stage") if getattr(selection, key)}
    if len(own) + len(chips) < 2:
        return None
    return link(address, {**own, **{key: None for chip in chips for key in chip.changes}}, say("clear", lang), "clear")


def menu(name: str, choice: str, items: Sequence[html.A | html.Div | html.Button], is_filtering: bool) -> html.Details:
    """A menu that says its present choice; ``name`` is what it chooses."""
    return html.Details(
        [html.Summary(choice, title=name), html.Div(items, className="items")], className="menu is-filtering" if is_filtering else "menu"
    )


def item(address: str, changes: Changes, name: str, is_chosen: bool) -> html.A:
    """One choice of a menu: a link to the changed address."""
    marks = attributes(aria_current="true") if is_chosen else {}
    return link(address, changes, name, "item is-chosen" if is_chosen else "item", **marks)


def _windows(selection: Selection, window: Window, address: str, lang: Language) -> html.Details:
    has_dates = selection.from_day is not None or selection.to_day is not None
    named = None if has_dates else selection.window or DEFAULT
    items: list[html.A | html.Div] = [
        item(address, {"window": None if key == DEFAULT else key, "from": None, "to": None}, say(f"window_{key}", lang), key == named)
        for key in WINDOWS
    ]
    dates = attributes(data_dates=f"{window.from_day}/{window.to_day}", data_words=say("window_own", lang))
    items.append(html.Div(className="dates", **dates))
    days = f"{window.from_day:%m-%d} – {window.to_day:%m-%d}"
    choice = days if named not in WINDOWS else say(f"window_{named}", lang)
    return menu(say("window", lang), choice, items, has_dates)


def _comparisons(window: Window, address: str, lang: Language) -> html.Details:
    """What the window is compared with."""
    items = [
        item(address, {"compare": None if kind == KINDS[0] else kind}, say(f"compare_{kind}", lang), kind == window.compared)
        for kind in KINDS
    ]
    return menu(say("compare", lang), say(f"vs_{window.compared}", lang), items, window.compared != KINDS[0])


def _definitions(definitions: Definitions, address: str, lang: Language) -> html.Details:
    """The rules by which numbers are made; the snapshot's default needs no word in the address."""
    default = definitions.known[0].key if definitions.known else ""
    items = [
        item(address, {"definition": None if one.key == default else one.key}, one.shown(lang), one.key == definitions.chosen.key)
        for one in definitions.known
    ]
    name, is_chosen = say("definition", lang), definitions.chosen.key != default
    return menu(name, definitions.chosen.title.get(lang, definitions.chosen.name) if is_chosen else name, items, is_chosen)


def _categories(selection: Selection, tree: Tree, address: str, lang: Language) -> html.Details:
    """Domains while none is chosen, then the categories of those chosen."""
    tops = [ix for ix in tree.tops() if not selection.domain or tree.names[ix] in selection.domain]
    named = {UNCLASSIFIED: say("unclassified", lang)}
    cleared: Changes = {"domain": None, "category": None, "subcategory": None}
    items = [item(address, cleared, say("any_category", lang), not (selection.domain or selection.category or selection.subcategory))]
    if not selection.domain and len(tops) > 1:
        items += [
            item(address, {**cleared, "domain": tree.names[ix]}, named.get(tree.names[ix], tree.names[ix]), False) for ix in tops[:ITEMS]
        ]
    else:
        below = [child for top in tops for child in tree.children(top)][:ITEMS]
        items += [
            item(address, {"category": tree.names[ix], "subcategory": None}, tree.names[ix], tree.names[ix] in selection.category)
            for ix in below
        ]
    chosen = selection.subcategory or selection.category or selection.domain
    return menu(say("category", lang), _several(chosen, say("any_category", lang), lang), items, bool(chosen))


def _toggles(key: str, chosen: tuple[str, ...], choices: Sequence[tuple[str, str]], address: str, lang: Language) -> html.Details:
    """Every item adds its value to the filter or takes it away."""
    items = [item(address, {key: None}, say(f"any_{key}", lang), not chosen)]
    for value, name in choices[:ITEMS]:
        kept = [other for other in chosen if other != value] if value in chosen else [*chosen, value]
        items.append(item(address, {key: ",".join(kept) or None}, name, value in chosen))
    names = dict(choices)
    return menu(say(key, lang), _several([names.get(value, value) for value in chosen], say(f"any_{key}", lang), lang), items, bool(chosen))


def _several(chosen: Sequence[str], none: str, lang: Language) -> str:
    if not chosen:
        return none
    return chosen[0] if len(chosen) == 1 else say("several", lang, first=chosen[0], n=len(chosen), rest=len(chosen) - 1)
