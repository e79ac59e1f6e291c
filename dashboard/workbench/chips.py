"""What is selected: every part of it a chip that can be taken away, how many of how many, undo and redo."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from dashboard.format import count, value
from dashboard.links import Changes, attributes, escaped, link, opener
from dashboard.look import Look
from dashboard.words import say
from dashboard.workbench import compare
from dashboard.workbench.behind import told
from data import queries
from data.filters import Filter, active
from data.indicators import compute
from data.indicators.registry import INDICATORS

ALWAYS: Final = ("area", "from")
"""First keys of the filters that every selection has."""
MOST_APART: Final = 8
"""Values of one filter that have a chip each."""


def build(look: Look) -> tuple[Any, ...]:
    """Undo and redo, chips, and the numbers of the selection, each of which opens."""
    lang, address = look.lang, look.address
    parts = [part for row in active(look.selection) if row.keys[0] not in ALWAYS for part in _parts(look, row)]
    chips: list[Any] = [link(address, changes, [text, html.Span("×", className="cross")], "chip") for text, changes in parts]
    chips += compare.chip(look)
    if len(parts) > 1:
        cleared = {key: None for _, changes in parts for key in changes}
        chips.append(link(address, cleared, say("clear", lang), "clear"))
    if not parts:
        chips.append(html.Span(say("bench_no_filters", lang), className="none"))
    steps = [
        html.Button(name, type="button", title=hint, **attributes(data_step=step))
        for name, hint, step in (
            (say("bench_undo", lang), say("bench_undo_hint", lang), "-1"),
            (say("bench_redo", lang), say("bench_redo_hint", lang), "1"),
        )
    ]
    return (
        html.Div(
            [html.Div([*steps, compare.choices(look)], className="steps-back"), html.Div(chips, className="chips"), _numbers(look)],
            className="bench-head",
        ),
    )


def _parts(look: Look, row: Filter) -> list[tuple[str, Changes]]:
    """A filter in words, with what takes it away: each of its values where they are few, else all in one."""
    chosen = getattr(look.selection, row.attributes[0])
    is_listed = isinstance(chosen, tuple) and all(isinstance(one, str) for one in chosen)
    if not is_listed or not 1 < len(chosen) <= MOST_APART:
        return [(row.say(look.view, look.selection, look.lang), dict.fromkeys(row.keys))]
    return [
        (
            row.say(look.view, look.selection.with_(**{row.attributes[0]: (one,)}), look.lang),
            {row.keys[0]: ",".join(escaped(other) for other in chosen if other != one)},
        )
        for one in chosen
    ]


def _numbers(look: Look) -> html.P:
    """How many of all are selected, then the selection's main rate and what no map shows."""
    lang, address = look.lang, look.address
    found = look.answers(queries.linked)
    whole = int(look.answers(queries.linked_background).frames["days"]["n"].sum())
    counts = compute.count_outcomes(look.view, found.outcomes.assign(bucket=0))
    said: list[Any] = [
        say("bench_of", lang, all=count(whole)),
        opener(address, "accepted", count(found.n), "total"),
        say("bench_cases", lang),
    ]
    if look.other is not None:
        said.append(f" · {told(look, found.n, look.other.answers(queries.linked).n)[1]}")
    for key in dict.fromkeys((look.indicator.key, "unmapped")):
        indicator = INDICATORS[key]
        if indicator.measure == "outcome" and indicator.unit == "rate":
            number = compute.evaluate(look.view, indicator, counts)
            shown = str(value(number.value if number.shown else None, indicator.unit, lang))
            said += [" · ", indicator.names.in_(lang), " ", opener(address, key, shown)]
    return html.P(said, className="bench-numbers")
