"""The head of the data page: whose data, the whole account in one sentence, the way to the screen, and what to mind."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.desk.desk import Desk
from dashboard.format import count, local
from dashboard.links import attributes
from dashboard.words import say


def build(desk: Desk) -> list[Any]:
    """Title, way to the screen, language and theme; the account; notes."""
    lang, asked, snapshot = desk.lang, desk.asked, desk.view.snapshot
    other = "en" if lang == "zh" else "zh"
    theme = "dark" if asked.theme == "light" else "light"
    as_of = local(snapshot.as_of, snapshot.zone)
    sums = [sum(getattr(book, name) for book in desk.sources) for name in ("rows_in", "accepted", "quarantined")]
    title: list[Any] = [html.H1([snapshot.areas.names[desk.view.top], " ", html.Span(say("data_page", lang))])]
    if snapshot.made_up:
        title.append(html.Strong(say("made_up", lang), className="made-up"))
    return [
        html.Div(
            [
                html.Div(title, className="desk-title"),
                html.Nav(
                    [
                        html.A(say("data_screen", lang), href=asked.screen(asked.snapshot)),
                        html.A(say("data_page", lang), href=asked.href(source=None, compare=None), **attributes(aria_current="page")),
                    ],
                    className="pages",
                    **attributes(aria_label=say("data_pages", lang)),
                ),
                html.Div(
                    [
                        html.A(say(f"data_theme_{theme}", lang), href=asked.href(theme=theme), className="theme"),
                        html.A(
                            say("language", lang),
                            href=asked.href(lang=other),
                            className="language",
                            lang=other,
                            title=say("language_hint", lang),
                        ),
                    ],
                    className="desk-controls",
                ),
            ],
            className="desk-line",
        ),
        html.P(
            [
                say("data_sentence", lang, sources=count(len(desk.sources)), rows_in=count(sums[0]), accepted=count(sums[1])),
                html.Span(say("data_sentence_quarantined", lang, quarantined=count(sums[2])), className="quarantined"),
                html.Span(
                    [
                        say("data_sentence_snapshot", lang),
                        html.Time(as_of.strftime("%Y-%m-%d %H:%M"), dateTime=as_of.isoformat(), title=snapshot.id),
                        " ",
                        html.Span("", **attributes(data_age=as_of.isoformat())),
                    ],
                    className="quiet",
                ),
            ],
            className="sentence",
        ),
        *_notes(desk),
    ]


def _notes(desk: Desk) -> list[Any]:
    lang = desk.lang
    found: list[Any] = [html.P(note, className="note") for note in desk.asked.notes]
    if desk.asked.snapshot is not None and desk.asked.snapshot != desk.context.generation():
        newest = html.A(say("newest", lang), href=desk.asked.href(snapshot=None))
        found.append(html.P([say("data_not_newest", lang), newest], className="note"))
    problem = desk.context.store.problem
    if problem and desk.asked.snapshot is None:
        found.append(html.P(say("data_degraded", lang), className="note"))
    return found
