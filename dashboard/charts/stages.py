"""How cases get on: the funnel, the time per step, who waits where, who hands on and sends back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import bar, heading, interval
from dashboard.format import MISSING, Language, count, plain
from dashboard.links import Changes, attributes, link, opener
from dashboard.words import say
from data.case_groups import ALL, CaseGroup


@dataclass(frozen=True)
class FunnelRow:
    """One step: cases that got so far, and what is to be said of it. ``cases``: what selects just them, where anything does."""

    name: str
    n: int
    note: str
    cases: Changes | None = None


@dataclass(frozen=True)
class SpellRow:
    """One step's time in words; ``median`` and ``p90`` (hours) are None where there is nothing to show."""

    name: str
    median: float | None
    p90: float | None
    median_text: str
    p90_text: str
    n: int
    note: str
    cases: Changes | None
    is_whole: bool


@dataclass(frozen=True)
class WaitRow:
    """Open cases of one stage, department or area by how long they have waited.

    ``changes``: what a click does to the address. ``cases``: what selects just them, where anything does.
    """

    name: str
    waits: Sequence[int]
    changes: Changes | None
    cases: Changes | None = None


@dataclass(frozen=True)
class Rate:
    """A rate with its interval; ``value`` None is not shown, ``n`` always is."""

    value: float | None
    low: float | None
    high: float | None
    numerator: int
    n: int


@dataclass(frozen=True)
class HandoverRow:
    """One department, or all together."""

    name: str
    bounced: Rate
    reworked: Rate
    changes: Changes | None


def funnel(rows: Sequence[FunnelRow], notes: Sequence[str], address: str, lang: Language) -> html.Div:
    """Bars from zero against the first step."""
    first = max(rows[0].n, 1) if rows else 1
    return html.Div(
        [
            heading(say("funnel", lang), say("funnel_aside", lang)),
            html.Div(
                [
                    html.Div(
                        [
                            html.Span(row.name, className="name"),
                            bar(row.n / first, None),
                            _cases(row.name, row.n, row.cases, address),
                            html.Span(f"{row.n / first:.1%}", className="share"),
                            html.Span(row.note, className="note"),
                        ],
                        className="funnel-row",
                    )
                    for row in rows
                ],
                className="funnel-rows",
            ),
            *(html.P(note, className="rule") for note in notes),
        ],
        className="funnel",
    )


def _cases(name: str, n: int, cases: Changes | None, address: str) -> html.A | html.Span:
    """A number of cases, which opens where an address can select just them."""
    if cases is None:
        return html.Span(count(n), className="n")
    return opener(address, "accepted", count(n), "n", cases, **attributes(aria_label=f"{name} {count(n)}"))


def times(rows: Sequence[SpellRow], address: str, lang: Language) -> html.Div:
    """Bars of the median with a tick at the 90 % quantile, all against the longest of the steps; the whole stands apart."""
    longest = max((row.p90 or 0 for row in rows), default=0) or 1
    head = [html.Span(""), html.Span(""), *(html.Span(say(f"times_{key}", lang)) for key in ("median", "p90", "cases"))]
    return html.Div(
        [
            heading(say("times", lang)),
            html.Div(html.Div(head, className="spell-row is-head"), **attributes(aria_hidden="true")),
            *(_spell(row, longest, address) for row in rows),
        ],
        className="times",
    )


def _spell(row: SpellRow, longest: float, address: str) -> html.Div:
    drawn = html.Span() if row.median is None else bar(row.median / longest, None if row.p90 is None else row.p90 / longest)
    return html.Div(
        [
            html.Span(row.name, className="name"),
            drawn,
            html.Span(row.median_text, className="median"),
            html.Span(row.p90_text, className="p90"),
            _cases(row.name, row.n, row.cases, address),
            html.Span(row.note, className="note") if row.note else None,
        ],
        className="spell-row is-whole" if row.is_whole else "spell-row",
    )


def waiting(groups: Sequence[tuple[str, Sequence[WaitRow], str]], total: str, address: str, lang: Language) -> html.Div:
    """A table per group: rows by how many wait, columns by how long; cells are shaded by their share of the group's largest."""
    classes = [say(f"wait_{at}", lang) for at in range(5)]
    return html.Div(
        [heading(say("waiting", lang), total), *(_table(group, classes, address, lang) for group in groups)],
        className="waiting",
    )


def _table(group: tuple[str, Sequence[WaitRow], str], classes: Sequence[str], address: str, lang: Language) -> html.Table:
    name, rows, rest = group
    largest = max((n for row in rows for n in row.waits), default=0) or 1
    head = html.Tr([html.Th(name, scope="col"), *(html.Th(text, scope="col") for text in (*classes, say("waiting_sum", lang)))])
    body = [
        html.Tr(
            [
                html.Th(row.name if row.changes is None else link(address, row.changes, row.name), scope="row"),
                *(
                    html.Td(_waits(row, at, classes[at], address), className=f"shade-{_shade(n / largest)}")
                    for at, n in enumerate(row.waits)
                ),
                html.Td(_cases(row.name, sum(row.waits), row.cases, address), className="sum"),
            ]
        )
        for row in rows
    ]
    if rest:
        body.append(html.Tr(html.Td(rest, colSpan=len(classes) + 2, className="rest")))
    return html.Table([html.Thead(head), html.Tbody(body)], className="wait-table")


def _waits(row: WaitRow, at: int, words: str, address: str) -> Any:
    """How many cases of a row have waited so long, which opens to them."""
    n = row.waits[at]
    if not n or row.cases is None:
        return count(n) if n else ""
    cases = {**row.cases, "part": CaseGroup("waits", str(at)).key}
    return opener(address, "accepted", count(n), "", cases, **attributes(aria_label=f"{row.name} {words} {count(n)}"))


def _shade(share: float) -> int:
    """Class of a share, 0 to 4; anything above 0 is seen."""
    return 0 if share == 0 else min(4, 1 + int(share * 4))


def handovers(rows: Sequence[HandoverRow], together: HandoverRow, notes: Sequence[str], address: str, lang: Language) -> html.Div:
    """A dot on its interval for each rate, all against the greatest upper end shown."""
    shown = [rate for row in (*rows, together) for rate in (row.bounced, row.reworked)]
    greatest = max((rate.high or 0 for rate in shown if rate.value is not None), default=0) or 1
    titles = {key: say(f"{key}_formula", lang) for key in ("bounced", "reworked")}
    head = [
        html.Span(""),
        *(html.Span(say(key, lang), title=titles[key], className="rate-head") for key in ("bounced", "reworked")),
    ]
    return html.Div(
        [
            heading(say("handovers", lang), say("handovers_aside", lang)),
            html.Div(head, className="handover-row is-head"),
            *(_handover(row, greatest, address, is_all=row is together) for row in (together, *rows)),
            *(html.P(note, className="rule") for note in notes),
        ],
        className="handovers",
    )


def _handover(row: HandoverRow, greatest: float, address: str, *, is_all: bool) -> html.Div:
    name = html.Span(row.name, className="name") if row.changes is None else link(address, row.changes, row.name, "name", title=row.name)
    returned = opener(address, "rework_rate", _rate(row.reworked, greatest), "", row.changes, **attributes(aria_label=row.name))
    handed = {**(row.changes or {}), "part": CaseGroup("bounced", ALL).key}
    bounced = opener(address, "accepted", _rate(row.bounced, greatest), "", handed, **attributes(aria_label=row.name))
    return html.Div([name, bounced, returned], className="handover-row is-all" if is_all else "handover-row")


def _rate(rate: Rate, greatest: float) -> html.Span:
    value, low, high = rate.value, rate.low, rate.high
    drawn: Any = html.Span(className="interval is-empty")
    if value is not None and low is not None and high is not None:
        drawn = interval(low / greatest, value / greatest, high / greatest)
    text = MISSING if value is None else f"{plain(value, 'rate')}%"
    cases = f"{count(rate.numerator)} / {count(rate.n)}"
    return html.Span([drawn, html.Span(text, className="value"), html.Span(cases, className="cases")], className="rate")
