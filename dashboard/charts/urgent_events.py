"""Urgent and newest events, one line each; a line opens to its detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboard.charts.marks import heading
from dashboard.format import Language
from dashboard.links import attributes
from dashboard.words import say


@dataclass(frozen=True)
class Line:
    """One event in words. ``state`` is overdue, due_soon or new; ``detail`` are pairs of term and text."""

    event_id: str
    state: str
    when: str
    category: str
    place: str
    text: str
    source: str
    department: str
    stage: str
    detail: Sequence[tuple[str, str]] = ()


def draw(lines: Sequence[Line], aside: str, lang: Language, snapshot: str = "") -> html.Div:
    """The lines in the order given; ``snapshot`` is the id of the one they are from, for ``sound.js``."""
    rows = html.Div([_line(line) for line in lines], className="lines")
    return html.Div([heading(say("events", lang), aside), rows], className="events", **attributes(data_snapshot=snapshot))


def _line(line: Line) -> html.Details:
    cells = [
        html.Span(line.when, className="when"),
        html.Span(line.category, className="category"),
        html.Span(line.place, className="place"),
        html.Span(line.text, className="text"),
        html.Span(line.source, className="source"),
        html.Span(line.department, className="department"),
        html.Span(line.stage, className="stage"),
    ]
    pairs = [part for term, text in line.detail if text for part in (html.Dt(term), html.Dd(text))]
    return html.Details(
        [html.Summary(cells, className="cells"), html.Div([html.H3(line.text), html.Dl(pairs)], className="sheet")],
        className=f"line is-{line.state.replace('_', '-')}",
        **attributes(data_event=line.event_id),
    )
