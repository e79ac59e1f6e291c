"""The account of rows as it is drawn everywhere on the page: one bar, reasons with samples, columns and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import html

from dashboard.desk.books import FileBook
from dashboard.desk.fields import field_name, words_of
from dashboard.format import Language, count
from dashboard.links import attributes
from dashboard.words import WORDS, say
from data.codes import CODES
from data.samples import Sample

NOT_ALLOWED: Final = "E_ENUM"
LEAST_PERCENT: Final = 1.5
"""A part that is not empty is drawn at least this wide."""


def bar(rows_in: int, accepted: int, quarantined: int, lang: Language) -> html.Div:
    """All rows as one bar, split into accepted and quarantined; empty where there are none."""
    words = sentence(rows_in, accepted, quarantined, lang)
    parts: list[Any] = []
    if rows_in:
        share = quarantined / rows_in * 100
        share = min(max(share, LEAST_PERCENT if quarantined else 0), 100 - (LEAST_PERCENT if accepted else 0))
        parts = [html.B(style={"width": f"{100 - share:.2f}%"}), html.I(style={"width": f"{share:.2f}%"})]
    return html.Div(parts, className="books-bar", role="img", title=words, **attributes(aria_label=words))


def sentence(rows_in: int, accepted: int, quarantined: int, lang: Language) -> str:
    """The account in words: all = accepted + quarantined."""
    return say("data_account", lang, rows_in=count(rows_in), accepted=count(accepted), quarantined=count(quarantined))


def equation(rows_in: int, accepted: int, quarantined: int) -> html.Span:
    """The account in figures."""
    return html.Span(
        [
            html.B(count(rows_in)),
            html.Span(" = ", className="sign"),
            count(accepted),
            html.Span(" + ", className="sign"),
            html.Span(count(quarantined), className="quarantined" if quarantined else ""),
        ],
        className="equation",
    )


def code_sentence(code: str, lang: Language) -> str:
    """What a code means and what to do, for somebody without a configuration; a code that is not known is its own name."""
    if f"data_code_{code}" in WORDS:
        return say(f"data_code_{code}", lang)
    return CODES[code].sentence(lang) if code in CODES else code


def reasons(
    counts: Mapping[str, int], found: Mapping[str, Sequence[Sample]], lang: Language, book: FileBook | None = None
) -> html.Table | None:
    """Reasons, most frequent first, each with its sentence, its number of rows and the first of them; None where there are none.

    Parameters
    ----------
    book
        Of the file; with it, what may be written instead is said for columns with a closed vocabulary.
    """
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if not ordered:
        return None
    titles = ["data_reason", "data_rows", *(["data_samples"] if found else [])]
    head = html.Tr([html.Th(say(key, lang), scope="col", className="n" if key == "data_rows" else "") for key in titles])
    return html.Table(
        [html.Thead(head), html.Tbody([_reason(code, n, found.get(code, ()), lang, book) for code, n in ordered])], className="reasons"
    )


def _reason(code: str, n: int, rows: Sequence[Sample], lang: Language, book: FileBook | None) -> html.Tr:
    shown = [
        html.Li([html.Span(say("data_row", lang, n=row.row), className="row-no"), *_cell(row, lang, book)], className="sample")
        for row in rows
    ]  # fmt: skip
    return html.Tr(
        [
            html.Td([code_sentence(code, lang), " ", html.Code(code), *_expected(code, rows, lang, book)], className="why"),
            html.Td(count(n), className="n"),
            html.Td(html.Ul(shown), className="samples") if shown else None,
        ]
    )


def _expected(code: str, rows: Sequence[Sample], lang: Language, book: FileBook | None) -> list[Any]:
    """What each column of the rows may hold, where its vocabulary is closed."""
    if book is None or code != NOT_ALLOWED:
        return []
    fields = {header: key for key, header in book.recognised.items()}
    headers = dict.fromkeys(row.column for row in rows if row.column in fields)
    comma = "、" if lang == "zh" else ", "
    found = ((header, words_of(book.kind, fields[header], lang)) for header in headers)
    return [
        html.P(say("data_expected", lang, header=header, words=comma.join(words)), className="quiet") for header, words in found if words
    ]


def _cell(row: Sample, lang: Language, book: FileBook | None) -> list[Any]:
    own_id = [html.Span(say("data_row_id", lang, id=row.id), className="row-id")] if row.id and row.id != row.value else []
    if not row.column:
        return own_id
    name = row.column if book is None or row.column in book.recognised.values() else field_name(book.kind, row.column, lang)
    found: list[Any] = [*own_id, f" {name} "]
    return [*found, html.Span(f"“{row.value}”", className="value") if row.value else html.Span(say("data_blank", lang), className="blank")]


def columns(book: FileBook, lang: Language) -> html.Div | None:
    """How the columns were recognised, and the headers that are not stored; None where nothing is known."""
    if not book.recognised and not book.unknown and not book.personal:
        return None
    pairs = [
        html.Li([html.Span(field_name(book.kind, field, lang), className="field"), " ← ", html.Span(header, className="header")])
        for field, header in book.recognised.items()
    ]
    comma = "、" if lang == "zh" else ", "
    left_out = [
        html.P([say(key, lang), comma.join(headers)], className="not-stored")
        for key, headers in (("data_not_stored", book.unknown), ("data_personal", book.personal))
        if headers
    ]
    return html.Div([html.H4(say("data_columns", lang)), html.Ul(pairs, className="columns"), *left_out], className="recognised")


def elsewhere(sources: Sequence[Mapping[str, Any]], lang: Language) -> html.Ul | None:
    """Which other sources use ids of the file too, the first ids as examples; None where none does."""
    comma = "、" if lang == "zh" else ", "
    listed = [
        say("data_elsewhere", lang, n=count(int(one["n"])), source=one["source"], ids=comma.join(map(str, one["ids"]))) for one in sources
    ]
    return html.Ul([html.Li(text) for text in listed], className="warnings") if listed else None


def warnings(codes: Sequence[str], lang: Language) -> html.Ul | None:
    """What changed nothing but should be known; None where there is none."""
    listed = [html.Li([code_sentence(code, lang), " ", html.Code(code)]) for code in dict.fromkeys(codes)]
    return html.Ul(listed, className="warnings") if listed else None
