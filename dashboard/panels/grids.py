"""Grid by grid: picked areas side by side with what they lie in, or all grids of one place as small multiples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from dash import html

from dashboard.charts import grids as chart
from dashboard.charts.grids import Column, Line, Tile
from dashboard.charts.marks import heading, sparkline
from dashboard.charts.marks import number as figure
from dashboard.format import MISSING, change, count, signed, value
from dashboard.links import Changes, escaped, opener
from dashboard.look import Look
from dashboard.words import say
from data import against, queries
from data.answers import Answers
from data.courses import Course, courses, history
from data.indicators.ask import numbers, previous_numbers
from data.indicators.compute import can_be_located
from data.indicators.indicator import Indicator
from data.indicators.registry import INDICATORS
from data.places import days_looked_at
from data.selection import Selection
from layers.palette import LIGHT

MOST_BESIDE: Final = 6
"""Areas that stand side by side; more are shown as small multiples."""
MOST_TILES: Final = 120
MOST_GRIDS: Final = 1500
"""Grids of one place that are counted for small multiples."""
STREET_LEVELS: Final = 2
"""Levels from a street down to its grids."""
MOST_KINDS: Final = 3
SAID: Final = (
    "accepted", "per_10k", "disposal_on_time_rate", "closing_on_time_rate", "closing_rate", "overdue_open", "satisfaction_rate",
    "repeat_rate", "proactive_rate", "median_hours", "unmapped", "video_online_rate",
)  # fmt: skip
"""Indicators of the table that the data can say something about, in this order."""
FACTS: Final = {
    "grid_worker": "grids_grid_worker", "grid_type": "grids_grid_type", "population": "grids_population", "households": "grids_households",
    "area_km2": "grids_area_km2",
}  # fmt: skip
"""Columns of the areas, and what they are called."""


def build(look: Look) -> tuple[Any, ...]:
    """The table of picked areas, or small multiples of many: the grids of a street, of anything larger the areas right below."""
    picked = _picked(look)
    if 0 < len(picked) <= MOST_BESIDE:
        return (_beside(look, picked),)
    listed = picked or _finest(look)
    if not picked and listed and (len(listed) > MOST_GRIDS or _is_far(look, listed)):
        listed = look.areas_below
    if not listed:
        return (heading(say("grids", look.lang), say("grids_hint", look.lang)),)
    return (_multiples(look, listed),)


def _is_far(look: Look, listed: list[int]) -> bool:
    """Whether the page's area is more than a street: grids more than two levels down."""
    depth = look.view.snapshot.areas.depth
    return int(depth[listed].max()) - int(depth[look.area_ix]) > STREET_LEVELS


def _picked(look: Look) -> list[int]:
    """Areas of the filter that the view sees, none within another."""
    tree = look.view.snapshot.areas
    found = sorted({ix for code in look.selection.grid for ix in tree.find(code) if look.view.sees(ix)})
    return [low for low, high in tree.spans(found) for low in _apart(look, found, low, high)]


def _apart(look: Look, found: list[int], low: int, high: int) -> list[int]:
    """Of those within a range the outermost."""
    tree = look.view.snapshot.areas
    kept: list[int] = []
    for ix in found:
        if low <= ix <= high and not any(one <= ix <= int(tree.last[one]) for one in kept):
            kept.append(ix)
    return kept


def _finest(look: Look) -> list[int]:
    """The areas below the page's that have none below themselves; nothing where it is one of them."""
    tree, top = look.view.snapshot.areas, look.area_ix
    return [ix for ix in range(top + 1, int(tree.last[top]) + 1) if int(tree.last[ix]) == ix and look.view.sees(ix)]


def _where(look: Look, ix: int) -> str:
    """What an area lies in, below the page's own."""
    tree = look.view.snapshot.areas
    return " › ".join(tree.names[one] for one in tree.path(ix)[1:-1] if look.view.sees(one))


def _whole(look: Look, picked: Sequence[int]) -> list[int]:
    """The streets that picked areas lie in, each once: the areas right below the top."""
    tree = look.view.snapshot.areas
    found = dict.fromkeys(path[1] for path in (tree.path(ix) for ix in picked) if len(path) > 2 and look.view.sees(path[1]))
    return list(found)[:2]


def _changes(look: Look, ix: int) -> Changes:
    """What selects an area and nothing beside it, cameras included."""
    return {"area": escaped(look.view.snapshot.areas.codes[ix]), "grid": None}


def _picks(look: Look, ix: int) -> Changes:
    """What picks an area alone, the page's own staying."""
    return {"grid": escaped(look.view.snapshot.areas.codes[ix])}


def _beside(look: Look, picked: list[int]) -> Any:
    lang, tree = look.lang, look.view.snapshot.areas
    wholes = _whole(look, picked)
    shown = [*((ix, False) for ix in picked), *((ix, True) for ix in wholes)]
    columns = [
        Column(
            tree.names[ix],
            say("grids_whole", lang) if is_whole else _where(look, ix),
            _changes(look, ix) if is_whole else _picks(look, ix),
            is_whole,
        )
        for ix, is_whole in shown
    ]
    own = [look.selection.with_(area=tree.codes[ix], grid=()) for ix, _ in shown]
    lines = [*_facts(look, shown), *_numbers(look, shown, own), *_lines(look, shown, own), *_places(look, shown, own)]
    return chart.table(columns, lines, say("grids", lang), look.versus, look.address)


def _facts(look: Look, shown: Sequence[tuple[int, bool]]) -> list[Line]:
    """Who works there, how many people live there."""
    rows = look.view.snapshot.area_table
    lines = []
    for name, words in FACTS.items():
        cells = [rows[name].iloc[ix] for ix, _ in shown]
        if not all(pd.isna(cell) for cell in cells):
            told = [
                MISSING if pd.isna(cell) else cell if isinstance(cell, str) else f"{cell:,.4g}" if cell % 1 else count(cell)
                for cell in cells
            ]
            lines.append(Line(say(words, look.lang), told))
    return lines


def _numbers(look: Look, shown: Sequence[tuple[int, bool]], own: Sequence[Selection]) -> list[Line]:
    """Every indicator with its change against the window before and against last year."""
    said = [INDICATORS[key] for key in SAID if look.can_say(INDICATORS[key])]
    now, before, year_ago = [], [], []
    for selection in own:
        answers = Answers(look.view, selection, is_screen=False)
        now.append(numbers(answers, said))
        before.append(previous_numbers(answers, said))
        year_ago.append(previous_numbers(Answers(look.view, selection.with_(compare="last_year"), is_screen=False), said))
    lines = []
    for at, indicator in enumerate(said):
        cells = []
        for (ix, _), *three in zip(shown, now, before, year_ago, strict=True):
            number, *others = (found.get(indicator.key) for found in three)
            present = number.value if number is not None and number.shown else None
            text = figure(value(present, indicator.unit, look.lang))
            opens = opener(look.address, indicator.key, text, "n", _changes(look, ix))
            told = [
                f"{say(key, look.lang)} {difference}"
                for key, then in zip(("grids_before", "grids_year_ago"), others, strict=True)
                if (difference := _difference(look, indicator, present, then))
            ]
            if present is None and number is not None and number.n:
                told = [say("n", look.lang, n=count(number.n))]
            cells.append([opens, html.Small(" · ".join(told)) if told else None])
        lines.append(Line(indicator.names.in_(look.lang), cells, "" if at else "numbers"))
    return lines


def _difference(look: Look, indicator: Indicator, present: float | None, then: Any) -> str:
    return "" if then is None or not then.shown else change(present, then.value, indicator.unit, look.lang)


def _lines(look: Look, shown: Sequence[tuple[int, bool]], own: Sequence[Selection]) -> list[Line]:
    """The trend, the largest categories, and the months gone by."""
    lang, names = look.lang, look.view.snapshot.categories.names
    trends, kinds, months = [], [], []
    for (ix, _), selection in zip(shown, own, strict=True):
        course = courses(look.view, selection, [ix])[0]
        trends.append(_line(look, course))
        changes = _changes(look, ix)
        tops = [
            html.Li([f"{names[kind]} ", opener(look.address, "accepted", count(n), "n", {**changes, **_kind(look, kind)})])
            for kind, n in course.kinds[:MOST_KINDS]
        ]
        kinds.append(html.Ul(tops) if tops else MISSING)
        first, counts = history(look.view, selection, [ix])
        months.append(_months(look, first, counts[0]))
    return [
        Line(say("grids_trend", lang), trends, "lines"),
        Line(say("grids_kinds", lang), kinds),
        Line(say("grids_history", lang), months),
    ]


def _kind(look: Look, ix: int) -> Changes:
    """What selects a category at its own depth."""
    tree = look.view.snapshot.categories
    return {("domain", "category", "subcategory")[min(int(tree.depth[ix]), 3) - 1]: escaped(tree.names[ix])}


def _line(look: Look, course: Course, top: float | None = None) -> Any:
    label = say("grids_line", look.lang, n=count(course.n), before=count(course.n_before or 0))
    values, before = (one.astype(float).tolist() for one in (course.now, course.before))
    return sparkline(values, before, LIGHT.accent, LIGHT.quiet, label, top=top)


def _months(look: Look, first: Sequence[dt.date], counts: Any) -> Any:
    if not len(first):
        return MISSING
    label = say("grids_months", look.lang, first=f"{first[0]:%Y-%m}", last=f"{first[-1]:%Y-%m}", n=count(int(counts.max(initial=0))))
    line = sparkline(counts.astype(float).tolist(), (), LIGHT.accent, LIGHT.quiet, label, top=float(max(1, counts.max(initial=0))))
    return MISSING if line is None else [line, html.Small(f"{first[0]:%Y-%m} – {first[-1]:%Y-%m}")]


def _places(look: Look, shown: Sequence[tuple[int, bool]], own: Sequence[Selection]) -> list[Line]:
    """How many places call again there, and with how many cases; the list below tells each."""
    if not can_be_located(look.view):
        return []
    cells = []
    for (ix, _), selection in zip(shown, own, strict=True):
        found = queries.repeat_places(look.view, selection, 1)
        words = say("grids_places", look.lang, places=count(found.total), cases=count(found.events)) if found.total else MISSING
        part: Changes = {**_changes(look, ix), **_days(look), "part": "places:all"}
        cells.append(opener(look.address, "accepted", words, "", part) if found.total else words)
    return [Line(say("grids_repeats", look.lang), cells)]


def _days(look: Look) -> Changes:
    """The days that repeat places are looked for in."""
    first, last = days_looked_at(look.view, look.selection)
    return {"from": f"{first}", "to": f"{last}", "window": None}


def _multiples(look: Look, listed: list[int]) -> Any:
    lang, tree = look.lang, look.view.snapshot.areas
    found = courses(look.view, look.selection, listed)
    found.sort(key=lambda course: (-(course.n - (course.n_before or 0)), -course.n, course.area_ix))
    shown = found[:MOST_TILES]
    top = float(max(1, *(int(max(one.now.max(initial=0), one.before.max(initial=0))) for one in shown)))
    tiles = [
        Tile(
            tree.names[course.area_ix],
            _where(look, course.area_ix),
            opener(look.address, "accepted", count(course.n), "", _changes(look, course.area_ix)),
            *_grown(look, course),
            _line(look, course, top),
            _picks(look, course.area_ix),
        )
        for course in shown
    ]
    rest = len(found) - len(shown)
    title = say("grids_all", lang, level=look.level_name(str(look.view.snapshot.area_table["level"].iloc[listed[0]])), n=count(len(found)))
    aside = say("grids_aside", lang, top=count(int(top)), versus=look.versus) if look.window.previous is not None else ""
    return chart.multiples(tiles, (title, aside), say("grids_rest", lang, n=count(rest)) if rest else "", look.address, lang)


def _grown(look: Look, course: Course) -> tuple[str, str, bool, bool]:
    """The change, all of it in words, and whether it is more, or less, than chance explains."""
    if course.n_before is None:
        return "", "", False, False
    if not course.n_before:
        return f"+{count(course.n)}" if course.n else "", say("against_of", look.lang, before=count(0)), False, False
    share, low, high = (float(side) for side in against.change(course.n, course.n_before, 1, 1))
    words = say(
        "against_interval",
        look.lang,
        before=count(course.n_before),
        change=f"{signed(share * 100, 0)}%",
        low=f"{signed(low * 100, 0)}%",
        high="∞" if not np.isfinite(high) else f"{signed(high * 100, 0)}%",
    )
    return f"{signed(share * 100, 0)}%", words, low > 0, high < 0
