"""The indicators page (指标): what each counts, how it is made, what it is now, and where the definitions differ; from the registry."""

from __future__ import annotations

from typing import Any, Final

from dash import Dash, html

from dashboard import ids
from dashboard.context import Context
from dashboard.format import Language, count, value
from dashboard.links import attributes, merge, opener
from dashboard.page import Page
from dashboard.refusal import refusal
from dashboard.words import say
from data.answers import Answers
from data.errors import QuanyuError
from data.filters import sentence, settle
from data.indicators import handbook
from data.indicators.ask import numbers
from data.indicators.compute import Number
from data.indicators.definition import Definition
from data.indicators.indicator import Indicator
from data.indicators.registry import DUPLICATE, INDICATORS, VOID
from data.selection import Selection
from data.view import View
from layers.palette import LIGHT


def layout(context: Context, query: str) -> html.Div:
    """The page of an address: the indicators' values are those of its selection."""
    selection, notes = Selection.parse(query)
    try:
        with context.view(selection.snapshot, selection.definition) as view:
            return context.answers.get(view, ("indicators", query), lambda: _page(view, selection, notes))
    except QuanyuError as error:
        newest = f"?{merge(query, {'snapshot': None})}" if selection.snapshot else None
        return html.Div(
            html.Main(refusal(error, selection.lang, newest, selection.snapshot)),
            id=ids.PAGE,
            className="handbook",
            style=dict(LIGHT.css()),
        )


def _page(view: View, selection: Selection, notes: list[str]) -> html.Div:
    selection, more = settle(view, selection)
    lang = selection.lang
    found = numbers(Answers(view, selection, is_screen=False), list(INDICATORS.values()))
    definitions = list(view.snapshot.definitions.values())
    return html.Div(
        [
            html.A(say("handbook_skip", lang), href=f"#{next(iter(INDICATORS))}", className="skip"),
            _head(view, selection, [*notes, *more]),
            html.Main(
                [
                    html.Nav(
                        [html.A(indicator.names.in_(lang), href=f"#{key}") for key, indicator in INDICATORS.items()],
                        **attributes(aria_label=say("handbook_contents", lang)),
                    ),
                    html.Div([_entry(view, found[key], indicator, definitions, selection) for key, indicator in INDICATORS.items()]),
                    _definitions(definitions, lang),
                ],
            ),
        ],
        id=ids.PAGE,
        className="handbook",
        lang="zh-CN" if lang == "zh" else "en",
        style=dict(LIGHT.css()),
    )


def _head(view: View, selection: Selection, notes: list[str]) -> html.Header:
    lang, address = selection.lang, selection.query()
    other = "en" if lang == "zh" else "zh"
    made_up = [html.Strong(say("made_up", lang), className="made-up")] if view.snapshot.made_up else []
    return html.Header(
        [
            html.Div([html.H1(say("handbook", lang)), *made_up], className="title"),
            html.P([say("handbook_now", lang), sentence(view, selection, lang), *(html.Span(note, className="note") for note in notes)]),
            html.Nav(
                [
                    html.A(say("handbook_screen", lang), href=f"/?{address}"),
                    html.A(say("to_data", lang), href="/data?lang=en" if lang == "en" else "/data"),
                    html.A(say("language", lang), href=f"?{merge(address, {'lang': other if other == 'en' else None})}", lang=other),
                ],
                **attributes(aria_label=say("handbook_ways", lang)),
            ),
        ]
    )


def _entry(view: View, number: Number, indicator: Indicator, definitions: list[Definition], selection: Selection) -> html.Section:
    lang, address = selection.lang, selection.query()
    shown = value(number.value if number.shown else None, indicator.unit, lang)
    name = indicator.names.in_(lang)
    pinned = {"snapshot": view.snapshot.id, "definition": view.definition.key}  # what is opened is what stands here
    left_out = " · ".join(f"{reason.words.in_(lang)} {count(number.excluded[reason.key])}" for reason in _reasons(indicator, number))
    rows: list[Any] = []
    for term, text, is_code in handbook.rows(indicator, definitions, lang):
        rows += [html.Dt(term), html.Dd(html.Code(text) if is_code else text)]
    return html.Section(
        [
            html.Div(
                [
                    html.H2([name, html.Small(indicator.names.in_("en" if lang == "zh" else "zh"))]),
                    opener(
                        address, indicator.key, str(shown), "now", pinned, **attributes(aria_label=f"{indicator.names.in_(lang)} {shown}")
                    ),
                    html.Span(say("n", lang, n=count(number.n)) + (f" · {left_out}" if left_out else ""), className="quiet"),
                ],
                className="entry-head",
            ),
            html.Dl(rows),
        ],
        id=indicator.key,
    )


def _reasons(indicator: Indicator, number: Number) -> list[Any]:
    """The reasons that left something out, each key once, in the order of the registry."""
    listed = {reason.key: reason for reason in (VOID, DUPLICATE, *indicator.reasons)}
    return [reason for key, reason in listed.items() if number.excluded.get(key)]


def _definitions(definitions: list[Definition], lang: Language) -> html.Section:
    """The rules that the definitions of the snapshot do not set alike."""
    heads = [html.Th(say("handbook_rule", lang), scope="col"), *(html.Th(one.shown(lang), scope="col") for one in definitions)]
    rows = [
        html.Tr([html.Th(difference.words.in_(lang), scope="row"), *(html.Td(text) for text in difference.values)])
        for difference in handbook.differences(definitions)
    ]
    return html.Section(
        [
            html.H2(say("handbook_definitions", lang)),
            html.Table([html.Caption(say("handbook_definitions", lang)), html.Thead(html.Tr(heads)), html.Tbody(rows)]),
        ],
        id="definitions",
    )


def register(app: Dash, context: Context) -> None:
    """Nothing: the page is laid whole, and its numbers open by the panel in the frame."""


PAGE: Final = Page(path="/indicators", key="indicators", names={"zh": "指标", "en": "Indicators"}, layout=layout, register=register)
