"""The parts of the data page, each computed by a callback of its own and under its own guard."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, html

from dashboard import ids
from dashboard.apology import apology
from dashboard.context import Context
from dashboard.desk import changes, datum, head, outcome, quality, snapshots, sources
from dashboard.desk.address import Asked
from dashboard.desk.desk import Desk
from dashboard.desk.permission import may_write
from dashboard.desk.upload import ID
from dashboard.format import Language
from dashboard.log import note_failure
from dashboard.page import Accept, text
from dashboard.refusal import refusal
from dashboard.words import say
from data.errors import QuanyuError, QueryTimeout

SCRIPTS: Final = "quanyu_desk"
"""Namespace of ``assets/desk.js``."""
STAGES: Final = ("checking", "checked", "publishing", "published", "failed", "uploaded", "gone")


@dataclass(frozen=True)
class Part:
    """One part of the page.

    Attributes
    ----------
    key
        Names its section, ``part-<key>``.
    names
        What it shows, per language.
    build
        From a desk to the section's children.
    """

    key: str
    names: Mapping[str, str]
    build: Callable[[Desk], list[Any]]


PARTS: Final[tuple[Part, ...]] = (
    Part("head", {"zh": "标题", "en": "Head"}, head.build),
    Part("sources", {"zh": "来源", "en": "Sources"}, sources.build),
    Part("quality", {"zh": "质量", "en": "Quality"}, quality.build),
    Part("datum", {"zh": "坐标系", "en": "Datum"}, datum.build),
    Part("snapshots", {"zh": "快照", "en": "Snapshots"}, snapshots.build),
    Part("changes", {"zh": "变化", "en": "Changes"}, changes.build),
)


def _is_told(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict)
        and value.keys() == {"id", "attempt", "stage", "lang"}
        and isinstance(value["id"], str)
        and ID.fullmatch(value["id"]) is not None
        and isinstance(value["attempt"], int)
        and value["stage"] in STAGES
        and value["lang"] in ("zh", "en")
    )


ACCEPTS: Final[Mapping[str, Accept]] = {
    f"{ids.DESK}.data": text(4096),
    f"{ids.GENERATION}.data": text(64),
    f"{ids.UPLOAD}.data": _is_told,
}


def register(app: Dash, context: Context) -> None:
    """Register a callback for each part, one for the outcome of an upload, and the script that makes the form."""
    for part in PARTS:
        app.callback(Output(ids.part(part.key), "children"), Input(ids.DESK, "data"), Input(ids.GENERATION, "data"))(
            functools.partial(answer, context, part)
        )
    app.callback(Output(ids.OUTCOME, "children"), Input(ids.UPLOAD, "data"))(functools.partial(told, context))
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(SCRIPTS, "form"), Output(ids.FORM, "data-ready"), Input(ids.HANDOVER, "data")
    )


def answer(context: Context, part: Part, address: str | None, generation: str | None) -> list[Any]:
    """What a part shows for an address; ``generation`` only says that there is something new to look at."""
    del generation
    asked = Asked.parse(address or "")
    try:
        with context.view(asked.snapshot) as view:
            return _built(context, part, Desk(context, view, asked, may_write(context)))
    except QuanyuError as error:
        if part.key != "head":
            return []
        return [refusal(error, asked.lang, asked.href(snapshot=None) if asked.snapshot else None, asked.snapshot)]


def _built(context: Context, part: Part, desk: Desk) -> list[Any]:
    try:
        return part.build(desk)
    except QueryTimeout:
        return _sorry(part, say("failed_timeout", desk.lang), desk.lang)
    except QuanyuError as error:
        return _sorry(part, apology(error, desk.lang), desk.lang)
    except Exception as error:  # noqa: BLE001 -- a part fails alone
        note_failure(context, f"part {part.key}", error)
        return _sorry(part, say("failed", desk.lang), desk.lang)


def _sorry(part: Part, sentence: str, lang: Language) -> list[Any]:
    return [html.H2(part.names[lang]), html.P(sentence, className="failed", role="alert")]


def told(context: Context, upload: Mapping[str, Any] | None) -> list[Any]:
    """The outcome of an upload, under its own guard."""
    try:
        return outcome.build(context, upload)
    except Exception as error:  # noqa: BLE001 -- a part fails alone
        note_failure(context, "part outcome", error)
        return [html.P(say("failed", "en" if (upload or {}).get("lang") == "en" else "zh"), className="failed", role="alert")]
