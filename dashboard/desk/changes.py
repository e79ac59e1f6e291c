"""What changed between two snapshots: cases new, closed, reopened, withdrawn or fallen due by area and category, and numbers restated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from dash import html

from dashboard.desk.desk import Desk
from dashboard.format import count, value
from dashboard.links import attributes
from dashboard.words import say
from data.indicators.registry import INDICATORS
from data.store.diff import KINDS, between
from data.view import View

TITLES: Final = {
    "new": "data_new", "closed": "data_closed", "reopened": "data_reopened", "withdrawn": "data_withdrawn", "fell_due": "data_fell_due",
}  # fmt: skip
MOST_CASES: Final = 30
"""Ids that one entry opens to."""
MOST_ENTRIES: Final = 15
"""Entries of one list; the sum of the rest is said."""


def build(desk: Desk) -> list[Any]:
    """The changes from the snapshot that the address compares with; a sentence on how to choose one where it names none."""
    lang, compare = desk.lang, desk.asked.compare
    if compare is None:
        return [html.H2(say("data_changes", lang)), html.P(say("data_changes_hint", lang), className="quiet")]
    with desk.context.store.lease(compare) as other:
        definition = desk.view.definition
        sides = sorted((View(other, definition, desk.view.scope), desk.view), key=lambda view: view.snapshot.id)
        found = desk.context.answers.get(desk.view, ("changes", compare), lambda: between(sides[0], sides[1], most=MOST_CASES))
        heading = say(
            "data_changes_between",
            lang,
            before=desk.when(sides[0].snapshot.manifest.get("published_at")) or sides[0].snapshot.id,
            after=desk.when(sides[1].snapshot.manifest.get("published_at")) or sides[1].snapshot.id,
        )
    close = html.A(say("data_close", lang), href=desk.asked.href(compare=None), className="close", **attributes(data_desk=""))
    lists = [_list(desk, kind, found[kind], found["to" if kind != "withdrawn" else "from"]) for kind in KINDS]
    return [html.H2([say("data_changes", lang), html.Small(heading), close]), *lists, _restated(desk, found)]


def _list(desk: Desk, kind: str, entries: Sequence[Mapping[str, Any]], snapshot: str) -> html.Details:
    lang = desk.lang
    total = sum(int(entry["n"]) for entry in entries)
    ordered = sorted(entries, key=lambda entry: -int(entry["n"]))
    rows = [
        html.Li(
            _opening(
                [
                    html.Span(entry["name"] or say("unassigned", lang), className="area"),
                    html.Span(_category(entry), className="category"),
                    html.Span(count(entry["n"]), className="n"),
                ],
                entry,
                desk,
                snapshot,
            )
        )
        for entry in ordered[:MOST_ENTRIES]
    ]
    rest = ordered[MOST_ENTRIES:]
    if rest:
        rows.append(
            html.Li(say("data_rest_entries", lang, n=len(rest), cases=count(sum(int(entry["n"]) for entry in rest))), className="quiet")
        )
    summary = html.Summary([html.Span(say(TITLES[kind], lang), className="kind"), html.B(count(total))])
    return html.Details([summary, html.Ul(rows)], className="changes")


def _category(entry: Mapping[str, Any]) -> str:
    parts = dict.fromkeys(part for part in (entry["domain"], entry["category"]) if part)
    return " › ".join(parts)


def _opening(line: list[Any], entry: Mapping[str, Any], desk: Desk, snapshot: str) -> html.Details:
    """A line that opens to its cases; ``desk.js`` makes the links when it is opened, for thousands would slow the page."""
    cases = [str(identity) for identity in entry["cases"]][:MOST_CASES]
    more = int(entry.get("more", 0)) + len(entry["cases"]) - len(cases)
    told = attributes(data_cases=json.dumps(cases, ensure_ascii=False), data_address=_address(desk, snapshot))
    rest = say("data_more_cases", desk.lang, n=count(more)) if more else ""
    return html.Details([html.Summary(line, className="line"), html.Div(rest, className="cases", **told)], className="entry")


def _address(desk: Desk, snapshot: str) -> str:
    """The screen of the snapshot that has a case; the id is to follow."""
    query = {"snapshot": snapshot, "window": "all", **({"lang": "en"} if desk.lang == "en" else {}), "q": ""}
    return f"/?{urlencode(query)}"


def _restated(desk: Desk, found: Mapping[str, Any]) -> html.Details:
    lang, entries = desk.lang, found["restated"]
    names = dict(zip(desk.view.snapshot.areas.codes, desk.view.snapshot.areas.names, strict=True))
    rows = [
        html.Li(
            _opening(
                [
                    html.Span(entry["day"], className="day"),
                    html.Span(names.get(entry["area"], entry["area"]), className="area"),
                    html.Span(" · ".join([INDICATORS[entry["indicator"]].names.in_(lang), *_kind(entry)]), className="category"),
                    html.Span([_figure(entry, "before", desk), " → ", html.B(_figure(entry, "after", desk))], className="n"),
                ],
                entry,
                desk,
                found["to"],
            )
        )
        for entry in entries[:MOST_ENTRIES]
    ]
    if len(entries) > MOST_ENTRIES:
        rows.append(html.Li(say("data_rest_restated", lang, n=count(len(entries) - MOST_ENTRIES)), className="quiet"))
    summary = html.Summary([html.Span(say("data_restated", lang), className="kind"), html.B(count(len(entries)))])
    return html.Details(
        [summary, html.P(say("data_restated_hint", lang), className="quiet"), html.Ul(rows)], className="changes is-restated"
    )


def _kind(entry: Mapping[str, Any]) -> list[str]:
    """The category of a number that is of one category alone."""
    return [_category(entry)] if entry.get("category") else []


def _figure(entry: Mapping[str, Any], side: str, desk: Desk) -> str:
    return str(value(entry[side], INDICATORS[entry["indicator"]].unit, desk.lang))
