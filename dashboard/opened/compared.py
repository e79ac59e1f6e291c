"""A number opened beside others: that of the days it is compared with, and what was to be expected of it."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from dashboard.charts.marks import number as figure
from dashboard.format import change, count, value
from dashboard.links import Changes, attributes, opened
from dashboard.opened.address import Asked
from dashboard.words import say
from data.opening import Opening
from data.usual import usual
from data.window import say_comparison, window

Row = tuple[str, Any]


def rows(found: Opening, asked: Asked) -> list[Row]:
    """What the number is compared with, as terms and their texts; nothing for cameras, whose state is known for now alone."""
    listed = [] if found.indicator.measure == "video" else [(say("opened_compared", asked.lang), _before(found, asked))]
    if asked.with_usual and found.indicator.key == "accepted":
        listed.append((say("opened_usual", asked.lang), _usual(found, asked)))
    return listed


def _before(found: Opening, asked: Asked) -> list[Any]:
    lang, view, then = asked.lang, found.view, found.before
    days = window(view, found.selection)
    said: list[Any] = [html.Span(say_comparison(view, days).in_(lang), className="quiet")]
    if then is None or days.previous is None:
        return said
    shown: Any = figure(value(then.value if then.shown else None, found.indicator.unit, lang))
    previous = days.previous
    if previous.cut_at is None:
        shown = _opener(shown, found, asked, {"from": f"{previous.from_day}", "to": f"{previous.to_day}", "window": None, "compare": None})
    said = [shown, " ", *said]
    number = found.number
    if found.adjusted is None and number.shown and then.shown:
        difference = change(number.value, then.value, found.indicator.unit, lang)
        if difference:
            said.append(say("opened_change", lang, change=difference))
    return said


def _usual(found: Opening, asked: Asked) -> Any:
    lang = asked.lang
    told = usual(found.view, asked.standard(found.view), found.selection)
    if told is None:
        return say("opened_usual_none", lang)
    days = {"from": f"{told.level_from}", "to": f"{told.level_to}", "window": None, "compare": None}
    return [
        say("opened_usual_range", lang, low=count(told.low), high=count(told.high), mean=f"{told.mean:,.1f}", days=told.level_days),
        _opener(count(told.level), found, asked, days),
        say("opened_usual_how", lang, windows=told.windows),
        say("opened_usual_tested", lang, n=count((told.areas + 1) * (told.kinds + 1)), areas=told.areas, kinds=told.kinds),
        "" if told.chance is None else say("opened_usual_chance", lang, chance=f"{math.ceil(told.chance * 1000) / 10:g}%"),
    ]


def _opener(shown: Any, found: Opening, asked: Asked, changes: Changes) -> html.A:
    pinned = {**asked.changes, **changes, "snapshot": found.view.snapshot.id, "definition": found.view.definition.key}
    told = attributes(data_open=opened(found.indicator.key, dict(sorted(pinned.items()))), aria_haspopup="dialog")
    return html.A(shown, href="#", className="opener", **told)
