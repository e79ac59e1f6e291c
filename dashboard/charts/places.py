"""Places that call again, one line each; a line opens to its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import bar, heading
from dashboard.format import Language, count
from dashboard.links import attributes
from dashboard.words import say


@dataclass(frozen=True)
class Case:
    """One case in words."""

    when: str
    text: str
    stage: str
    event_id: str
    is_overdue: bool


@dataclass(frozen=True)
class PlaceLine:
    """One place in words. ``href`` leads to it on the screen; ``cases`` are the newest of its ``n``."""

    category: str
    where: str
    address: str
    n: int
    before: int
    open: int
    overdue: int
    first: str
    last: str
    href: str
    cases: Sequence[Case]


def draw(lines: Sequence[PlaceLine], *, title: str, aside: str, rate: Any, rule: str, days: int, rest: int, lang: Language) -> html.Div:
    """The lines in the order given, all against the longest bar or tick; how many places find no room is said at the end."""
    longest = max((max(line.n, line.before) for line in lines), default=0) or 1
    return html.Div(
        [
            heading(title, aside),
            rate,
            html.P(rule, className="rule"),
            html.Div([_line(line, longest, days, lang) for line in lines], className="place-lines"),
            html.P(say("places_rest", lang, n=count(rest)), className="foot-note") if rest else None,
        ],
        className="places",
    )


def _line(line: PlaceLine, longest: int, days: int, lang: Language) -> html.Details:
    state: list[Any] = [html.Span(say("place_open", lang, n=count(line.open)) if line.open else say("place_closed", lang))]
    if line.overdue:
        state.append(html.Span(say("place_overdue", lang, n=count(line.overdue)), className="is-overdue"))
    before = say("place_before", lang, days=days, n=count(line.before))
    cells = [
        html.Span(line.category, className="category"),
        html.Span([html.Span(line.where, className="where"), html.Span(line.address, className="address")], className="place"),
        html.Span([bar(line.n / longest, line.before / longest), html.Small(before)], className="amount", title=before),
        html.Span(say("place_n", lang, n=count(line.n)), className="n"),
        html.Span(state, className="state"),
        html.Span(line.last, className="last"),
    ]
    cases: list[Any] = [
        html.Li(
            [
                html.Span(case.when, className="when"),
                html.Span(case.text, className="text"),
                html.Span(case.stage, className="stage is-overdue" if case.is_overdue else "stage"),
                html.Span(case.event_id, className="id"),
            ]
        )
        for case in line.cases
    ]
    more = line.n - len(line.cases)
    foot = [
        html.Span(say("place_span", lang, first=line.first)),
        html.Span(say("place_rest", lang, n=count(more))) if more else None,
        html.A(say("place_map", lang), href=line.href),
    ]
    return html.Details(
        [html.Summary(cells, className="cells"), html.Div([html.Ul(cases, className="cases"), html.Div(foot, className="place-foot")])],
        className="place-line",
        **attributes(data_place=line.cases[0].event_id if line.cases else ""),
    )
