"""Rows of bars from zero: now as the bar, the window before as a tick, number and change beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import bar, heading
from dashboard.format import Language, change, count
from dashboard.links import Changes, attributes, link, opener
from dashboard.words import say


@dataclass(frozen=True)
class Row:
    """One bar.

    Attributes
    ----------
    before
        None: there is no window before.
    changes
        What a click on the name does to the address.
    cases
        What of the address its number is; None where no address says it, then it does not open.
    """

    name: str
    n: float
    before: float | None = None
    changes: Changes | None = None
    is_chosen: bool = False
    cases: Changes | None = None


def draw(rows: Sequence[Row], title: str, aside: Any, *, address: str, lang: Language, count_all: int | None = None) -> html.Div:
    """The rows in the order given, all against the longest bar or tick.

    How many of ``count_all`` (default: these rows) find no room is said in the heading, by the browser, which knows.
    """
    rest = html.Span(className="rest", **attributes(data_rest=say("bars_rest", lang, n="{n}"), data_all=str(count_all or len(rows))))
    longest = max((max(row.n, row.before or 0) for row in rows), default=0) or 1
    return html.Div(
        [
            heading(title, [aside, rest]),
            html.Div(
                [_row(row, longest, address, lang) for row in rows],
                className="rows",
                tabIndex=0,
                role="list",  # a number is read with the name beside it
                **attributes(aria_label=title),
            ),
        ],
        className="bars",
    )


def _row(row: Row, longest: float, address: str, lang: Language) -> html.Div:
    name: Any
    if row.changes is None:
        name = html.Span(row.name, className="name")
    else:
        marks = attributes(aria_current="true") if row.is_chosen else {}
        name = link(address, row.changes, row.name, "name is-chosen" if row.is_chosen else "name", title=row.name, **marks)
    delta = "" if row.before is None else change(row.n, row.before, "count", lang)
    return html.Div(
        [
            name,
            bar(row.n / longest, None if row.before is None else row.before / longest),
            html.Span(count(row.n), className="n") if row.cases is None else opener(address, "accepted", count(row.n), "n", row.cases),
            html.Span(delta, className="change"),
        ],
        className="row",
        role="listitem",
    )
