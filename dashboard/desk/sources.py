"""The sources of a snapshot: what each holds, its newest file, its books, and for the open one every reason and column."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from dash import html

from dashboard.desk import account
from dashboard.desk.books import FileBook, SourceBook
from dashboard.desk.desk import Desk
from dashboard.format import count
from dashboard.links import attributes
from dashboard.words import say
from data.samples import Sample, rejected_file, samples

FILES: Final = 12
"""Files of one source that are listed; how many more there are is said."""
COLUMNS: Final = ("data_source", "data_holds", "data_newest_file", "data_arrived", "data_books", "data_equation")


def build(desk: Desk) -> list[Any]:
    """The table of sources; the open one is followed by its details."""
    lang = desk.lang
    rows: list[Any] = []
    for book in desk.sources:
        is_open = book.name == desk.asked.source
        rows.append(_row(desk, book, is_open))
        if is_open:
            rows.append(html.Tr(html.Td(_details(desk, book), colSpan=len(COLUMNS)), className="details"))
    head = html.Tr([html.Th(say(key, lang), scope="col", className=key.replace("data_", "is-")) for key in COLUMNS])
    notes = [say("data_no_source", lang, name=desk.asked.source)] if desk.asked.source and not any(
        book.name == desk.asked.source for book in desk.sources
    ) else []  # fmt: skip
    return [
        html.H2([say("data_sources", lang), html.Small(say("data_sources_hint", lang))]),
        *(html.P(note, className="note") for note in notes),
        html.Table([html.Thead(head), html.Tbody(rows)], className="sources") if rows else html.P(say("data_no_sources", lang)),
    ]


def _row(desk: Desk, book: SourceBook, is_open: bool) -> html.Tr:
    lang = desk.lang
    name = html.A(
        book.name or "—",
        href=desk.asked.href(source=None if is_open else book.name),
        className="open",
        **attributes(data_desk="", aria_expanded="true" if is_open else "false"),
    )
    arrived = book.newest.arrived_at
    state = _state(desk, book)
    return html.Tr(
        [
            html.Th([name, *state], scope="row"),
            html.Td(_kind(book, desk), className="is-holds"),
            html.Td(_newest(book, desk), className="is-newest_file", title=book.newest.file),
            html.Td(desk.when(arrived, "%m-%d %H:%M") or "—", className="is-arrived"),
            html.Td(account.bar(book.rows_in, book.accepted, book.quarantined, lang), className="is-books"),
            html.Td(account.equation(book.rows_in, book.accepted, book.quarantined), className="is-equation"),
        ],
        className="source is-open" if is_open else "source",
    )


def _kind(book: SourceBook, desk: Desk) -> str:
    known = f"data_kind_{book.kind}"
    return say(known, desk.lang) if book.kind in ("event", "video_point", "area", "category", "calendar") else "—"


def _newest(book: SourceBook, desk: Desk) -> list[Any]:
    more = len(book.files) - 1
    return [book.newest.file or "—", html.Small(say("data_more_files", desk.lang, n=more)) if more else None]


def _state(desk: Desk, book: SourceBook) -> list[Any]:
    """A sentence where what is shown is not what came last."""
    refused = book.refused
    if refused is None:
        return []
    key = "data_kept" if book.rows_in else "data_refused"
    return [html.P(say(key, desk.lang, file=refused.file, n=count(book.rows_in)), className="kept")]


def _details(desk: Desk, book: SourceBook) -> html.Div:
    shown = [_file(desk, file) for file in book.files[:FILES]]
    rest = len(book.files) - len(shown)
    more = [html.P(say("data_rest_files", desk.lang, n=rest), className="quiet")] if rest > 0 else []
    return html.Div(
        [html.P(say(f"data_mode_{book.mode}", desk.lang), className="quiet") if book.mode in ("full", "changes") else None, *shown, *more]
    )


def _file(desk: Desk, file: FileBook) -> html.Section:
    lang = desk.lang
    path = rejected_file(desk.context.store.path, desk.view.snapshot.id, file.rejected) if desk.sees_all else None
    found: dict[str, list[Sample]] = samples(path, file.kind, file.recognised) if path is not None else {}
    counts = dict(file.reasons) or {code: len(rows) for code, rows in found.items()}
    parts: list[Any] = [html.H3([file.file or "—", html.Small(account.sentence(file.rows_in, file.accepted, file.quarantined, lang))])]
    if file.is_bad:
        sentence = account.code_sentence(file.code, lang) if file.code else say("data_no_rows", lang)
        parts.append(html.P([html.Strong(say("data_file_refused", lang)), sentence], className="kept"))
        parts += [html.P(say("data_detail", lang, message=file.message), className="quiet")] if file.message and desk.sees_all else []
    elif file.kept:
        parts.append(html.P(say("data_kept_file", lang), className="quiet"))
    if file.positions_set_aside:
        parts.append(html.P(say("data_set_aside", lang, n=count(file.positions_set_aside)), className="quiet"))
    parts.append(account.reasons(counts, found, lang, file))
    if path is not None and desk.may_write:
        query = urlencode({"snapshot": desk.view.snapshot.id, "source": file.source, "file": file.file})
        parts.append(html.P(html.A(say("data_download", lang), href=f"/data/rejected?{query}", className="download", download="")))
        parts.append(html.P(say("data_download_hint", lang), className="quiet"))
    findings = {code: n for code, n in file.findings.items() if code not in file.reasons and code.startswith("E_")}
    if findings:
        parts += [html.H4(say("data_findings", lang)), account.reasons(findings, {}, lang)]
    parts.append(account.warnings(file.warnings, lang))
    if desk.sees_all:
        parts.append(account.columns(file, lang))
    return html.Section(parts, className="file")
