"""What became of a file that was handed in: checked, with everything that would be refused and what to do; or published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from dash import html

from dashboard import ids
from dashboard.context import Context
from dashboard.desk import account, attempts, datum, naming
from dashboard.desk.address import Asked
from dashboard.desk.books import FileBook, SourceBook, of_entries, of_manifest
from dashboard.desk.permission import may_write
from dashboard.desk.upload import Upload, UploadFault
from dashboard.desk.uploads import Uploads
from dashboard.format import Language, count
from dashboard.links import attributes
from dashboard.words import say
from data.errors import StoreError
from data.samples import Sample, masked

NO_COLUMN: Final = "E_MISSING_COLUMN"
COMMAND_SAYS: Final = (("Another build", "busy"), ("space", "full"), ("cannot be written", "full"))
"""Words of a command's error → what the page says."""
UNKNOWN_COLUMN: Final = "W_UNKNOWN_COLUMN"
"""Said by the question what the columns are."""


def build(context: Context, told: Mapping[str, Any] | None) -> list[Any]:
    """The outcome of the upload that the page names; nothing while it is worked on, or where there is none."""
    if not told or not may_write(context):
        return []
    lang: Language = "en" if told.get("lang") == "en" else "zh"
    uploads = Uploads(context.store.path)
    try:
        upload = uploads.find(str(told.get("id", "")))
    except UploadFault as fault:
        return [html.P(say(f"data_problem_{fault.problem}", lang), className="kept", role="alert")]
    now = attempts.progress(uploads, upload)
    if now.stage in ("uploaded", "checking", "publishing"):
        return []
    answer = now.answer or {}
    if now.stage == "failed" or not answer or "error" in answer:
        return _failed(upload, now.problem, answer, lang)
    return _published(upload, answer, lang) if now.stage == "published" else _checked(context, upload, answer, lang)


def _failed(upload: Upload, problem: str | None, answer: Mapping[str, Any], lang: Language) -> list[Any]:
    said = str(answer.get("error"))
    problem = problem or next((key for words, key in COMMAND_SAYS if words in said), None)
    known = problem if problem in ("timeout", "memory", "lost", "busy", "full") else "unreadable"
    again = "check" if upload.what == "check" else "publish"
    return [
        html.H3(say("data_failed", lang, file=upload.name)),
        html.P(say(f"data_problem_{known}", lang), role="alert"),
        html.Div([_button("data_again", again, upload, lang), _button("data_discard", "discard", upload, lang)], className="deeds"),
    ]


def _checked(context: Context, upload: Upload, answer: Mapping[str, Any], lang: Language) -> list[Any]:
    book = FileBook.of({"name": upload.source, "file": upload.name, "kind": upload.kind, **answer})
    if answer.get("read") == "rejected":
        return _rejected(context, upload, book, answer, lang)
    parts: list[Any] = [
        html.H3(say("data_checked_none" if not book.accepted else "data_checked_all" if not book.quarantined else "data_checked", lang)),
        html.P(say("data_not_yet", lang), className="quiet"),
        html.Div(
            [
                account.bar(book.rows_in, book.accepted, book.quarantined, lang),
                html.P(account.sentence(book.rows_in, book.accepted, book.quarantined, lang)),
            ],
            className="outcome-books",
        ),
    ]
    samples = _samples(upload, book, answer)
    if book.reasons:
        parts.append(html.H4(say("data_refused_rows", lang)))
        parts.append(account.reasons(book.reasons, samples, lang, book))
        parts.append(html.P(say("data_fix_hint", lang), className="quiet"))
    if answer.get("aside"):
        parts.append(html.H4(say("data_aside", lang)))
        parts.append(account.reasons(answer["aside"], samples, lang))
    parts.append(account.elsewhere(answer.get("elsewhere") or (), lang))
    parts.append(account.warnings([code for code in book.warnings if code != UNKNOWN_COLUMN], lang))
    if answer.get("datum"):
        parts.append(datum.verdict(answer["datum"], upload.name, lang))
    parts.append(account.columns(replace(book, unknown=()), lang))
    parts += _naming(context, upload, answer, lang)
    parts.append(_publish(context, upload, book, lang))
    return parts


def _samples(upload: Upload, book: FileBook, answer: Mapping[str, Any]) -> dict[str, list[Sample]]:
    """The first rows of each reason; only their numbers where the check says no more."""
    found: dict[str, list[Sample]] = {}
    for sample in answer.get("samples") or ():
        column, value = str(sample.get("column") or ""), str(sample.get("value") or "")
        shown = masked(value, column, upload.kind, book.recognised)
        row = Sample(int(sample.get("row") or 0), book.recognised.get(column, column), shown, str(sample.get("id") or ""))
        found.setdefault(str(sample.get("code")), []).append(row)
    for code, rows in (answer.get("first") or {}).items():
        known = {row.row for row in found.get(code, ())}
        found.setdefault(code, []).extend(Sample(int(row), "", "") for row in rows[: 5 - len(known)] if row not in known)
    return found


def _rejected(context: Context, upload: Upload, book: FileBook, answer: Mapping[str, Any], lang: Language) -> list[Any]:
    parts: list[Any] = [
        html.H3(say("data_rejected", lang)),
        html.P([account.code_sentence(book.code or "", lang), " ", html.Code(book.code or "")], role="alert"),
    ]
    if book.code == NO_COLUMN and naming.is_known(upload, answer, _before(context, upload)):
        parts = [html.H3(say("data_confirm_columns", lang))]
    named = _naming(context, upload, answer, lang) if book.code == NO_COLUMN else []
    if not named and book.message:
        parts.append(html.P(say("data_detail", lang, message=book.message), className="quiet"))
    parts += [*named, account.columns(replace(book, unknown=()), lang)]
    parts.append(html.Div([_button("data_discard", "discard", upload, lang)], className="deeds"))
    return parts


def _publish(context: Context, upload: Upload, book: FileBook, lang: Language) -> html.Div:
    """The way on: publish after a question that says what will happen, or put the file away."""
    if not book.accepted:
        return html.Div([html.P(say("data_nothing_to_publish", lang)), _button("data_discard", "discard", upload, lang)], className="deeds")
    if not upload.source:
        return html.Div([html.P(say("data_problem_source", lang)), _button("data_discard", "discard", upload, lang)], className="deeds")
    before = _before(context, upload)
    rows = before.accepted if before is not None else 0
    key = "data_sure_new" if before is None else "data_sure_changes" if upload.mode == "changes" else "data_sure_full"
    sure = say(key, lang, source=upload.source, accepted=count(book.accepted), rows=count(rows))
    question: list[Any] = [html.P(sure)]
    if book.quarantined:
        question.append(html.P(say("data_sure_quarantined", lang, quarantined=count(book.quarantined))))
    question.append(_button("data_publish_yes", "publish", upload, lang, "is-main"))
    summary = html.Summary(say("data_publish", lang, accepted=count(book.accepted)), className="is-main")
    return html.Div(
        [
            html.Details([summary, html.Div(question, className="question")], className="deed"),
            _button("data_discard", "discard", upload, lang),
        ],
        className="deeds",
    )


def _naming(context: Context, upload: Upload, answer: Mapping[str, Any], lang: Language) -> list[Any]:
    try:
        with context.store.lease() as snapshot:
            levels = tuple(snapshot.levels)
    except StoreError:
        levels = ()
    return naming.build(upload, answer, _before(context, upload), levels, lang)


def _before(context: Context, upload: Upload) -> SourceBook | None:
    """The upload's source as it is in force; None where it is new."""
    try:
        with context.store.lease() as snapshot:
            found = of_manifest(snapshot.manifest)
    except StoreError:
        return None
    return next((source for source in found if source.name == upload.source), None)


def _published(upload: Upload, answer: Mapping[str, Any], lang: Language) -> list[Any]:
    found = of_entries(answer.get("sources") or ())
    book = next((source for source in found if source.name == upload.source), None)
    if not answer.get("snapshot"):
        sentence = account.code_sentence(book.newest.code, lang) if book is not None and book.newest.code else ""
        return [
            html.H3(say("data_not_published", lang)),
            html.P(sentence or say("data_not_published_hint", lang), role="alert"),
            html.Div([_button("data_discard", "discard", upload, lang)], className="deeds"),
        ]
    asked = Asked(lang=lang)
    parts: list[Any] = [
        html.H3(say("data_published_now", lang)),
        html.P(say("data_published_as", lang, snapshot=answer["snapshot"]), className="quiet"),
    ]
    if book is not None:
        newest = book.newest
        parts.append(account.bar(newest.rows_in, newest.accepted, newest.quarantined, lang))
        parts.append(html.P(account.sentence(newest.rows_in, newest.accepted, newest.quarantined, lang)))
        parts.append(account.reasons(newest.reasons, {}, lang))
    parts.append(
        html.Div(
            [
                html.A(say("data_see_screen", lang), href=asked.screen(), className="is-main"),
                html.A(
                    say("data_see_source", lang),
                    href=asked.href(source=upload.source),
                    **attributes(data_desk="", data_goes=ids.part("sources")),
                ),
                _button("data_another", "discard", upload, lang),
            ],
            className="deeds",
        )
    )
    return parts


def _button(key: str, deed: str, upload: Upload, lang: Language, class_name: str = "") -> html.Button:
    return html.Button(say(key, lang), type="button", className=class_name, **attributes(data_deed=deed, data_upload=upload.id))
