"""What is past its deadline and what soon will be, by the stage it stands in. The only red and orange beside the map's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.charts.marks import heading, number
from dashboard.format import Language, Text, count, unit
from dashboard.links import attributes, link
from dashboard.words import say
from data.vocabulary import STAGE_NAMES


def draw(due_soon: Mapping[str, int], overdue: Mapping[str, int], hours: float, address: str, lang: Language) -> html.Div:
    """Two numbers with a bar of their stages.

    Parameters
    ----------
    due_soon, overdue
        Open cases by stage, in the order of a case's life.
    hours
        Working hours that "soon" looks ahead.
    """
    return html.Div(
        [
            heading(say("due_soon", lang, hours=f"{hours:g}"), link(address, {"deadline": "overdue"}, say("overdue", lang), "quiet-link")),
            html.Div(
                [_side(due_soon, "due_soon", address, lang), _side(overdue, "overdue", address, lang)],
                className="due",
            ),
        ]
    )


def _side(stages: Mapping[str, int], key: str, address: str, lang: Language) -> html.Div:
    total = sum(stages.values())
    parts: list[Any] = [
        html.Span(count(n), style={"flexGrow": n}, title=f"{stage_name(stage, lang)} {count(n)}", className="part")
        for stage, n in stages.items()
        if n
    ]
    names = [html.Span(f"{stage_name(stage, lang)} {count(n)}") for stage, n in stages.items() if n]
    return html.Div(
        [
            link(
                address,
                {"deadline": key},
                number(Text(count(total), unit("count", lang))),
                "total",
                **attributes(aria_label=f"{say(key, lang, hours='')} {total}"),
            ),
            html.Div([html.Div(parts, className="parts"), html.Span(names, className="stages")], className="split"),
        ],
        className=f"due-side is-{key.replace('_', '-')}",
    )


def stage_name(stage: str, lang: Language) -> str:
    """Shown name of a stage."""
    name = STAGE_NAMES[stage].in_(lang) if stage in STAGE_NAMES else stage
    return name[:1].upper() + name[1:]
