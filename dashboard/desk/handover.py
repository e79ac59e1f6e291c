"""Handing in a file: the place for the form, which ``assets/desk_form.js`` makes from a plan, and the place for its outcome."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dash import dcc, html

from dashboard import ids
from dashboard.context import Context
from dashboard.desk.address import Asked
from dashboard.desk.books import SourceBook, of_manifest
from dashboard.desk.permission import may_write
from dashboard.desk.upload import KINDS, MODES, UploadFault
from dashboard.desk.uploads import Uploads
from dashboard.links import attributes
from dashboard.words import say
from data.errors import StoreError
from data.vocabulary import LEVEL_NAMES

WORDS: Final = (
    "choose", "drop", "kind", "level", "by_column", "source", "new_source", "new_name", "mode", "send", "sending", "other_file", "limit",
)  # fmt: skip
PROBLEMS: Final = (
    "too_big", "changed", "cut", "empty", "too_many", "full", "gone", "working", "token", "request", "source", "not_checked", "no_snapshot",
    "damaged", "busy", "store", "away", "forbidden", "twice",
)  # fmt: skip
ACCEPTED: Final = ".csv,.txt,.tsv,.xlsx,.xls,.xlsm,.ods,.json,.geojson,.geojsonl,.ndjson,.zip,.gpkg,.parquet,.geoparquet"


def build(context: Context, asked: Asked) -> html.Section:
    """The section; a sentence instead of the form where nothing may be written."""
    lang = asked.lang
    heading = html.H2([say("data_hand_in", lang), html.Small(say("data_hand_in_hint", lang))])
    if not may_write(context):
        closed = html.P(say("data_hand_in_closed", lang), className="quiet")
        return html.Section([heading, closed], id=ids.part("handover"), className="part-handover")
    plan = _plan(context, asked)
    reason = "data_problem_full" if not plan["token"] else "data_hand_in_first" if not plan["levels"] else None
    plan["is_open"] = reason is None
    return html.Section(
        [
            heading,
            None if reason is None else html.P(say(reason, lang), className="quiet"),
            dcc.Store(id=ids.HANDOVER, data=plan),
            dcc.Store(id=ids.UPLOAD),
            html.Div(id=ids.FORM, className="form"),
            html.Div(id=ids.OUTCOME, className="outcome", **attributes(aria_live="polite")),
        ],
        id=ids.part("handover"),
        className="part-handover",
    )


def _plan(context: Context, asked: Asked) -> dict[str, Any]:
    """Everything the form and the deeds on the page need, words included; the token is empty where uploads cannot be kept."""
    lang, token = asked.lang, ""
    with contextlib.suppress(UploadFault):
        uploads = Uploads(context.store.path)
        uploads.sweep()
        token = uploads.token()
    sources, levels = _in_force(context)
    return {
        "token": token,
        "lang": lang,
        "accept": ACCEPTED,
        "limit": context.settings.upload_mb << 20,
        "kinds": [[kind, say(f"data_kind_{kind}", lang)] for kind in KINDS],
        "modes": [[mode, say(f"data_form_mode_{mode}", lang)] for mode in MODES],
        "sources": [[book.name, book.kind, _mode(book), [Path(file.file).stem for file in book.files]] for book in sources],
        "levels": [[level, LEVEL_NAMES[level].in_(lang) if level in LEVEL_NAMES else level] for level in reversed(levels)],
        "words": {
            **{key: say(f"data_form_{key}", lang, **({"mb": context.settings.upload_mb} if key == "limit" else {})) for key in WORDS},
            **{f"problem_{key}": say(f"data_problem_{key}", lang) for key in PROBLEMS},
        },
    }


def _mode(book: SourceBook) -> str:
    """How a source is sent: all of it, where any of its files was all of it, whatever was added afterwards."""
    return "full" if any(file.mode == "full" for file in book.files) else "changes"


def _in_force(context: Context) -> tuple[list[SourceBook], Sequence[str]]:
    """The sources that may be sent again, and the levels of areas; none where nothing is published."""
    try:
        with context.store.lease() as snapshot:
            found, levels = of_manifest(snapshot.manifest), snapshot.levels
    except StoreError:
        return [], ()
    return [book for book in found if not book.kind or book.kind in KINDS], levels
