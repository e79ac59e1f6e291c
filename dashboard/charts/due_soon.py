"""What is past its deadline and what soon will be, by the stage it stands in. The only red and orange beside the map's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import html

from dashboard.charts.marks import heading, number
from dashboard.format import Language, Text, count, unit
from dashboard.links import OPEN_WINDOW, Changes, attributes, link, opener
from dashboard.words import say
from data.vocabulary import STAGE_NAMES

EVERYTHING: Final[Changes] = {"window": "all", **OPEN_WINDOW, "deadline": "due_soon,overdue"}
"""All open cases that are overdue or due soon, whenever they were reported."""


@dataclass(frozen=True)
class Place:
    """Cases due soon in one area, by stage.

    Attributes
    ----------
    code
        None: they lie in none of the areas below.
    cases
        What of the address selects them; None where nothing does.
    """

    code: str | None
    name: str
    stages: Mapping[str, int]
    cases: Changes | None = None


def draw(
    due_soon: Mapping[str, int],
    overdue: Mapping[str, int],
    hours: float,
    address: str,
    lang: Language,
    *,
    places: Sequence[Place] = (),
    unmapped: int = 0,
    is_whole: bool = False,
) -> html.Div:
    """Two numbers with a bar of their stages, and what is due soon by area and stage behind a fold.

    Both count cases reported in the window, as all numbers of a page do; the panel says so and leads to all that are open.

    Parameters
    ----------
    due_soon, overdue
        Open cases by stage, in the order of a case's life.
    hours
        Working hours that "soon" looks ahead.
    places
        Areas below with their cases due soon, those with most first.
    unmapped
        Cases due soon without a usable position: the map shows so many fewer.
    is_whole
        The window is all time.
    """
    return html.Div(
        [
            heading(say("due_soon", lang, hours=f"{hours:g}"), link(address, {"deadline": "overdue"}, say("overdue", lang), "quiet-link")),
            html.Div(
                [_side(due_soon, "due_soon", address, lang), _side(overdue, "overdue", address, lang)],
                className="due",
            ),
            _by_area(places, [stage for stage, n in due_soon.items() if n], unmapped, address, lang, is_whole=is_whole),
        ]
    )


def _by_area(places: Sequence[Place], stages: Sequence[str], unmapped: int, address: str, lang: Language, *, is_whole: bool) -> Any:
    """Area by stage: a table that opens; its summary says which cases these are, and how many of them no map shows."""
    everything = link(address, EVERYTHING, say("due_soon_open", lang), "quiet-link")
    if not places:
        return None if is_whole else html.P([say("due_soon_scope", lang), " · ", everything], className="evidence quiet")
    words = [say("due_soon_areas", lang), *([] if is_whole else [say("due_soon_scope", lang)])]
    if unmapped:
        words.append(say("due_soon_unmapped", lang, n=count(unmapped)))
    head = html.Tr(
        [html.Th(""), *(html.Th(stage_name(stage, lang), scope="col") for stage in stages), html.Th(say("due_soon_all", lang), scope="col")]
    )
    table = html.Table([html.Thead(head), html.Tbody([_row(place, stages, address, lang) for place in places])])
    return html.Details(
        [
            html.Summary(" · ".join(words), title=say("basis_hint", lang)),
            html.Div([table, *([] if is_whole else [html.P(everything)])], className="sheet"),
        ],
        className="evidence due-areas",
    )


def _row(place: Place, stages: Sequence[str], address: str, lang: Language) -> html.Tr:
    soon: dict[str, str | None] = {"deadline": "due_soon"}
    name: Any = place.name if place.code is None else link(address, {"area": place.code, **soon}, place.name, "quiet-link")

    def number_of(n: int, stage: str | None) -> Any:
        """Opens where an address says it."""
        if not n or place.cases is None:
            return count(n) if n else ""
        changes = {**place.cases, **soon, **({} if stage is None else {"stage": stage})}
        return opener(address, "accepted", count(n), "", changes)

    cells = [html.Td(number_of(place.stages.get(stage, 0), stage), className="n") for stage in stages]
    return html.Tr([html.Th(name, scope="row"), *cells, html.Td(number_of(sum(place.stages.values()), None), className="n")])


def _side(stages: Mapping[str, int], key: str, address: str, lang: Language) -> html.Div:
    total = sum(stages.values())
    parts: list[Any] = [
        html.Span(count(n), style={"flexGrow": n}, title=f"{stage_name(stage, lang)} {count(n)}", className="part")
        for stage, n in stages.items()
        if n
    ]
    names = [
        opener(address, "accepted", f"{stage_name(stage, lang)} {count(n)}", "", {"deadline": key, "stage": stage})
        for stage, n in stages.items()
        if n
    ]
    return html.Div(
        [
            opener(
                address,
                "accepted",
                number(Text(count(total), unit("count", lang))),
                "total",
                {"deadline": key},
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
