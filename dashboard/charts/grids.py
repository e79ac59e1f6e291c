"""Grids beside each other: a table with a column for each, and many as small multiples on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import heading
from dashboard.links import Changes, attributes, link
from dashboard.words import say
from data.vocabulary import Language


@dataclass(frozen=True)
class Column:
    """One area of the table: its name, where it lies, what a click on the name changes; ``is_whole`` is what the others lie in."""

    name: str
    where: str
    changes: Changes
    is_whole: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the table, a cell per column; ``group`` begins a group of lines."""

    name: str
    cells: Sequence[Any]
    group: str = ""


@dataclass(frozen=True)
class Tile:
    """One of many: its name, cases (a number that opens), change in words, whether chance explains it, and its line."""

    name: str
    where: str
    n: Any
    change: str
    words: str
    is_more: bool
    is_less: bool
    line: Any
    changes: Changes


def table(columns: Sequence[Column], lines: Sequence[Line], title: str, aside: str, address: str) -> html.Div:
    """The areas as columns, what is said of them as lines."""
    head = html.Tr(
        [
            html.Th("", scope="col"),
            *(
                html.Th(
                    [link(address, column.changes, column.name, "name"), html.Small(column.where)],
                    scope="col",
                    className="is-whole" if column.is_whole else "",
                )
                for column in columns
            ),
        ]
    )
    body = [
        html.Tr(
            [
                html.Th(line.name, scope="row"),
                *(html.Td(cell, className="is-whole" if column.is_whole else "") for column, cell in zip(columns, line.cells, strict=True)),
            ],
            className="begins" if line.group else "",
        )
        for line in lines
    ]
    grid = html.Table([html.Thead(head), html.Tbody(body)], className="grid-table")
    region = attributes(aria_label=title)
    return html.Div(
        [heading(title, aside), html.Div(grid, className="grid-scroll", tabIndex=0, role="region", **region)], className="grids"
    )


def multiples(tiles: Sequence[Tile], heads: tuple[str, str], rest: str, address: str, lang: Language) -> html.Div:
    """Small charts on one scale in the order given; ``heads`` are title and aside."""
    drawn = [
        html.Div(
            [
                html.Div([link(address, tile.changes, tile.name, "name", title=tile.where), html.Span(tile.n, className="n")]),
                html.Span(say("grids_no_line", lang), className="quiet") if tile.line is None else tile.line,
                html.Span(
                    tile.change,
                    className=f"change{' is-more' if tile.is_more else ' is-less' if tile.is_less else ''}",
                    title=tile.words,
                ),
            ],
            className="tile",
        )
        for tile in tiles
    ]
    foot = html.P(rest, className="quiet") if rest else None
    return html.Div([heading(*heads), html.Div(drawn, className="tiles"), foot], className="grids")
