"""Views that are lists of bars: all in grey, what is selected in blue; a click takes a value in or out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from dash import html

from dashboard.charts.due_soon import stage_name
from dashboard.charts.marks import heading
from dashboard.format import count
from dashboard.links import Changes, attributes, escaped, link, opener
from dashboard.look import Look
from dashboard.words import say
from dashboard.workbench.behind import Counts, behind, scale, selected, told
from data.filters import ALONE
from data.schema import STAGES, URGENCIES
from data.vocabulary import CALLBACK_NAMES, DEADLINE_NAMES, URGENCY_NAMES, Words
from layers.palette import UNCLASSIFIED

MOST: Final = 8
"""Rows of a list; the rest are counted. What is chosen is always among them."""
CATEGORY_KEYS: Final = ("domain", "category", "subcategory")
OTHERS: Final[Mapping[str, tuple[str, ...]]] = {"grid": ("bbox", "polygon")}
"""Further filters of a dimension, which its numbers leave out."""


@dataclass(frozen=True)
class Bar:
    """One value: what it is called, how it stands in an address, what a click changes, and what is below it where something is."""

    value: Any
    name: str
    text: str
    is_chosen: bool = False
    opens: Changes | None = None


@dataclass(frozen=True)
class Listed:
    """One list.

    Attributes
    ----------
    key
        Its dimension, of :data:`data.dimensions.DIMENSIONS`.
    filter_key
        The key of an address that its values stand under.
    bars
        The values that may be shown, from what a page looks at.
    fold
        From the dimension's values to those of the bars; None where they are the same.
    is_ordered
        The values have an order of their own; else the longest bar comes first, while comparing the one that grew most.
    """

    key: str
    names: Mapping[str, str]
    filter_key: Callable[[Look], str]
    bars: Callable[[Look], Iterable[Bar]]
    fold: Callable[[Look, Counts], Counts] | None = None
    is_ordered: bool = False

    def build(self, look: Look) -> tuple[Any, ...]:
        """The list as a panel."""
        some, every = (self._folded(look, counts(look, self.key)) for counts in (selected, behind))
        key, bars = self.filter_key(look), [bar for bar in self.bars(look) if every.get(bar.value) or some.get(bar.value) or bar.is_chosen]
        if not self.is_ordered:
            less = scale(look)  # while comparing the one that grew most comes first
            bars.sort(key=lambda bar: (less * every.get(bar.value, 0) - some.get(bar.value, 0), -every.get(bar.value, 0), bar.name))
            kept = [at for at, bar in enumerate(bars) if at < MOST or bar.is_chosen]
        else:
            kept = list(range(len(bars)))
        shown = [bars[at] for at in kept]
        longest = max((max(every.get(bar.value, 0), some.get(bar.value, 0)) for bar in shown), default=0) or 1
        chosen = [bar.text for bar in bars if bar.is_chosen]
        rows = [_row(look, key, bar, chosen, some=some.get(bar.value, 0), every=every.get(bar.value, 0), longest=longest) for bar in shown]
        rest = len(bars) - len(shown)
        asides = [say("against_order", look.lang)] * (look.other is not None and not self.is_ordered)
        aside = " · ".join(asides + [say("bars_rest", look.lang, n=rest)] * (rest > 0)) or None
        body = html.Div(rows, className="rows", role="list", **attributes(aria_label=self.names[look.lang]))
        return (html.Div([heading(self.names[look.lang], aside), body], className="linked-bars"),)

    def _folded(self, look: Look, counts: Counts) -> Counts:
        return counts if self.fold is None else self.fold(look, counts)


def _row(look: Look, key: str, bar: Bar, chosen: list[str], *, some: int, every: int, longest: int) -> html.Div:
    kept = [text for text in chosen if text != bar.text] if bar.is_chosen else [*chosen, bar.text]
    toggle: Changes = {key: ",".join(kept) or None}
    marks = attributes(aria_pressed=str(bar.is_chosen).lower())
    width = f"{max(every, some) / longest:.1%}" if look.other is None else f"{every / longest:.1%}"
    tick = [] if look.other is None else [html.U(style={"left": f"{every / longest:.1%}"})]
    return html.Div(
        [
            link(look.address, toggle, bar.name, "name is-chosen" if bar.is_chosen else "name", title=bar.name, role="button", **marks),
            html.Span([html.I(style={"width": width}), html.B(style={"width": f"{some / longest:.1%}"}), *tick], className="two-bars"),
            opener(look.address, "accepted", count(some), "n", {**dict.fromkeys(OTHERS.get(key, ())), key: bar.text}),
            *([] if look.other is None else [_change(look, some, every)]),
            html.Span(link(look.address, bar.opens, "›", "open", title=say("bench_below", look.lang, name=bar.name)))
            if bar.opens
            else html.Span(),
        ],
        className=f"row{' is-chosen' if bar.is_chosen else ''}{'' if look.other is None else ' is-compared'}",
        role="listitem",
    )


def _change(look: Look, some: int, every: int) -> html.Span:
    """By how much more or less than what it is compared with; stronger where chance hardly explains it."""
    change, words, is_told = told(look, some, every)
    return html.Span(change, className="change is-told" if is_told else "change", title=words)


def _depth(look: Look) -> int:
    """Of the categories shown: one below what is chosen, as long as something lies there."""
    selection, tree = look.selection, look.view.snapshot.categories
    deepest = int(tree.depth.max()) if len(tree) else 1
    depth = 2 if selection.domain and not selection.category else 3 if selection.category else 1
    return min(depth if not selection.subcategory else 3, deepest)


def _category_bars(look: Look) -> Iterable[Bar]:
    selection, tree, depth = look.selection, look.view.snapshot.categories, _depth(look)
    key = CATEGORY_KEYS[depth - 1]
    above = getattr(selection, CATEGORY_KEYS[depth - 2]) if depth > 1 else ()
    chosen = getattr(selection, key)
    seen: set[str] = set()
    for ix in np.flatnonzero(tree.depth == depth).tolist():
        name = tree.names[ix]
        if name in seen or (above and not any(tree.names[node] in above for node in tree.path(ix)[:-1])):
            continue
        seen.add(name)
        shown = say("unclassified", look.lang) if name == UNCLASSIFIED else name
        opens: Changes | None = {key: escaped(name)} if depth < 3 and tree.last[ix] > ix and name not in chosen else None
        yield Bar(name, shown, escaped(name), name in chosen, opens)


def _categories(look: Look, counts: Counts) -> Counts:
    tree, depth = look.view.snapshot.categories, _depth(look)
    above, found = tree.ancestor(depth), dict[str, int]()
    for ix, n in counts.items():
        if above[ix] >= 0:
            name = tree.names[int(above[ix])]
            found[name] = found.get(name, 0) + n
    return found


def _area_bars(look: Look) -> Iterable[Bar]:
    areas = look.view.snapshot.areas
    for ix in look.areas_below:
        code = areas.codes[ix]
        opens: Changes | None = {"area": escaped(code), "grid": None} if areas.last[ix] > ix else None
        yield Bar(ix, areas.names[ix], escaped(code), code in look.selection.grid, opens)
    below = {areas.codes[ix] for ix in look.areas_below}
    for code in look.selection.grid:
        if code not in below and not code.startswith(ALONE):
            yield from (Bar(ix, areas.names[ix], escaped(code), True) for ix in areas.find(code) if look.view.sees(ix))


def _areas(look: Look, counts: Counts) -> Counts:
    areas, found = look.view.snapshot.areas, dict[int, int]()
    for bar in _area_bars(look):
        low, high = bar.value, int(areas.last[bar.value])
        found[bar.value] = sum(n for ix, n in counts.items() if low <= ix <= high)
    return found


def _source_bars(look: Look) -> Iterable[Bar]:
    for at, source in enumerate(look.view.snapshot.sources):
        yield Bar(at, source.name_in(look.lang), escaped(source.source), source.source in look.selection.source)


def _department_bars(look: Look) -> Iterable[Bar]:
    for at, name in enumerate(look.view.snapshot.departments):
        text = ALONE if at == 0 else escaped(name)
        yield Bar(
            at, say("bench_no_department", look.lang) if at == 0 else name, text, (ALONE if at == 0 else name) in look.selection.department
        )


def _of_words(key: str, names: Mapping[str, Words], values: Iterable[Any]) -> Callable[[Look], Iterable[Bar]]:
    def bars(look: Look) -> Iterable[Bar]:
        for value, word in zip(values, names, strict=True):
            text = names[word].in_(look.lang)
            yield Bar(value, text[:1].upper() + text[1:], word, word in getattr(look.selection, key))

    return bars


def _stage_bars(look: Look) -> Iterable[Bar]:
    return (Bar(stage, stage_name(stage, look.lang), stage, stage in look.selection.stage) for stage in STAGES if stage != "void")


def _fixed(key: str) -> Callable[[Look], str]:
    return lambda look: key


LISTS: Final[tuple[Listed, ...]] = (
    Listed("areas", {"zh": "区域", "en": "Areas"}, _fixed("grid"), _area_bars, _areas),
    Listed("categories", {"zh": "类别", "en": "Categories"}, lambda look: CATEGORY_KEYS[_depth(look) - 1], _category_bars, _categories),
    Listed("sources", {"zh": "来源", "en": "Sources"}, _fixed("source"), _source_bars),
    Listed("departments", {"zh": "部门", "en": "Departments"}, _fixed("department"), _department_bars),
    Listed("stages", {"zh": "环节", "en": "Stages"}, _fixed("stage"), _stage_bars, is_ordered=True),
    Listed(
        "deadlines",
        {"zh": "时限", "en": "Time limits"},
        _fixed("deadline"),
        _of_words("deadline", DEADLINE_NAMES, DEADLINE_NAMES),
        is_ordered=True,
    ),
    Listed(
        "callbacks",
        {"zh": "回访", "en": "Call-backs"},
        _fixed("callback"),
        _of_words("callback", CALLBACK_NAMES, CALLBACK_NAMES),
        is_ordered=True,
    ),
    Listed(
        "urgencies",
        {"zh": "紧急程度", "en": "Urgency"},
        _fixed("urgency"),
        _of_words("urgency", URGENCY_NAMES, range(len(URGENCIES))),
        is_ordered=True,
    ),
)
"""Every list, in the order of the page."""
