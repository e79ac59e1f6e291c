"""``/export/<format>?SELECTION``: every selected row as a file, sent while it is being made.

Selections are read strictly and answered under the viewer's scope, as in :mod:`dashboard.api`. ``X-Total-Rows`` says how many rows
come. What fails on the way breaks the connection, so that nobody takes half a file for a whole one.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, abort

from dashboard.api import asked_for, in_words
from dashboard.context import Context
from dashboard.desk.routes import audit
from dashboard.export import comma_separated
from dashboard.export.about import file_name
from dashboard.export.formats import FORMATS
from dashboard.log import note_failure
from data.errors import SelectionError
from data.export import Export
from data.filters import settle

NAME: Final = "quanyu_export"
AT_ONCE: Final = 2
"""Files that one process makes at a time; each takes a thread for as long as somebody takes the file."""


def routes(context: Context) -> Blueprint:
    """The addresses that give files."""
    blueprint = Blueprint(NAME, __name__)
    places = threading.BoundedSemaphore(AT_ONCE)

    @in_words
    def export(key: str) -> Response:
        if key not in FORMATS:
            abort(404)
        with contextlib.ExitStack() as stack:
            selection, given = asked_for(*(("encoding",) if key == "csv" else ()))
            view = stack.enter_context(context.view(selection.snapshot, selection.definition))
            wanted = Export(view, settle(view, selection, strict=True)[0])
            if not places.acquire(blocking=False):
                abort(429)
            stack.callback(places.release)
            answer = _answer(context, wanted, key, _encoding(given.get("encoding")))
            answer.call_on_close(stack.pop_all().close)
            return answer

    blueprint.add_url_rule("/export/<string:key>", view_func=export, endpoint="file")
    return blueprint


def _encoding(text: str | None) -> str:
    encoding = comma_separated.ENCODINGS[0] if text is None else text.lower()
    if encoding not in comma_separated.ENCODINGS:
        raise SelectionError(f"encoding must be one of {', '.join(comma_separated.ENCODINGS)}.")
    return encoding


def _answer(context: Context, export: Export, key: str, encoding: str) -> Response:
    one = FORMATS[key]
    pieces = comma_separated.write(export, encoding) if key == "csv" else one.write(export)
    first = next(pieces)  # what fails at once is said with a status

    def sent() -> Iterator[bytes]:
        try:
            yield first
            yield from pieces  # closed with this one, wherever it is left
        except Exception as error:
            note_failure(context, f"export {key}", error)
            raise

    audit("export", format=key, rows=export.total, snapshot=export.view.snapshot.id)
    mimetype = f"{one.mimetype}; charset={encoding}" if one.mimetype.startswith("text/") else one.mimetype
    answer = Response(sent(), content_type=mimetype)
    name = file_name(export, one.suffix)
    answer.headers["Content-Disposition"] = f"attachment; filename=cases.{one.suffix}; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Total-Rows"] = str(export.total)
    answer.headers["Cache-Control"] = "no-store"
    return answer
