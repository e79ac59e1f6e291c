"""The files of a brief, ``/brief/files/brief.docx?SELECTION``, from the same document as the page; and ``POST /brief/issue``."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, abort, request

from dashboard.apology import apology
from dashboard.body import MAX_BYTES, BodyFault, parsed
from dashboard.brief import archive, files
from dashboard.brief.compose import asked_strictly
from dashboard.brief.document import Document
from dashboard.brief.files import FORMATS
from dashboard.brief.press import Press, seen
from dashboard.brief.sheets import to
from dashboard.brief.template import Template
from dashboard.context import Context
from dashboard.desk.permission import may_write
from dashboard.desk.routes import JSON, TOKEN, audit
from dashboard.desk.uploads import Uploads
from dashboard.format import Language
from dashboard.guard import MAX_QUERY, Body
from dashboard.log import note_failure
from data import issued
from data.errors import ConfigError, NoSnapshot, QuanyuError
from data.selection import Selection

NAME: Final = "quanyu_brief"


def bodies() -> dict[str, Body]:
    """What the addresses here may be sent."""
    return {f"{NAME}.issue": Body(JSON, MAX_BYTES)}


def routes(context: Context) -> Blueprint:
    """The addresses of the files, and the one that issues."""
    blueprint = Blueprint(NAME, __name__)
    press = Press(context.store, context.settings.small_number, context.answers.get, lambda what, error: note_failure(context, what, error))

    def file(ending: str) -> Response:
        try:
            document, template = _asked(context, press, request.query_string.decode("ascii"))
            body = files.written(document, template, ending, address_of(context))
        except UnicodeDecodeError:
            abort(400)
        except NoSnapshot as error:
            return _said(apology(error, "en"), 404)
        except ConfigError as error:
            note_failure(context, f"brief {ending}", error)
            return _said(str(error), 503)
        except QuanyuError as error:
            return _said(apology(error, "en"), 400)
        answer = Response(body, mimetype=FORMATS[ending].mimetype)
        name = files.name(document, ending)
        answer.headers["Content-Disposition"] = f"attachment; filename=brief.{ending}; filename*=UTF-8''{quote(name)}"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def issue() -> Response:
        """Issue the brief of an address; from this machine alone, with the page's token."""
        if not may_write(context) or not Uploads(context.store.path).knows(request.headers.get(TOKEN, "")):
            abort(403)
        given = _sent()
        query = str(given["address"])
        try:
            wanted = Selection.parse_strict(query)
            with context.view(wanted.snapshot, wanted.definition) as view:
                found = press.issue(view, asked_strictly(view, query, _template(context, wanted)), given["remarks"])
        except QuanyuError as error:
            return Response(orjson.dumps({"problem": apology(error, wanted_language(query))}), status=409, mimetype=JSON)
        audit("issue", number=found.number, snapshot=found.snapshot)
        return Response(orjson.dumps({"address": to(found)}), status=201, mimetype=JSON)

    blueprint.add_url_rule(f"/brief/files/brief.<any({', '.join(FORMATS)}):ending>", view_func=file)
    blueprint.add_url_rule("/brief/issue", view_func=issue, methods=["POST"])
    return blueprint


def wanted_language(query: str) -> Language:
    """The language that an address asks for."""
    return "en" if "lang=en" in query.split("&") else "zh"


def _asked(context: Context, press: Press, query: str) -> tuple[Document, Template]:
    """The document of an address and the template it is written by: an issued one as it was printed, else a draft."""
    wanted = Selection.parse_strict(query)
    if wanted.issue is None:
        template = _template(context, wanted)
        with context.view(wanted.snapshot, wanted.definition) as view:
            return press.draft(view, asked_strictly(view, query, template)), template
    found = issued.issued(context.store.path, wanted.issue)
    if found is None:
        abort(404)
    with context.view(found.snapshot, found.definition) as view:
        if not seen(view, found):
            abort(404)
    return archive.opened(found.document), context.templates.get(found.template) or next(iter(context.templates.values()))


def _template(context: Context, wanted: Selection) -> Template:
    template = context.templates.get(wanted.template or next(iter(context.templates)))
    if template is None:
        abort(404)
    return template


def _sent() -> dict[str, Any]:
    """``address`` and ``remarks`` (section → text) of a request, or 400."""
    try:
        given = parsed(request.get_data(cache=False))
    except BodyFault:
        abort(400)
    is_right = isinstance(given, dict) and given.keys() == {"address", "remarks"}
    if not is_right or not isinstance(given["address"], str) or not isinstance(given["remarks"], dict):
        abort(400)
    if not all(isinstance(text, str) for text in given["remarks"].values()) or len(given["address"]) > MAX_QUERY:
        abort(400)
    return dict(given)


def address_of(context: Context) -> str:
    """What stands before the addresses in files: as the installation says, else as this request came."""
    return context.settings.address or request.host_url.rstrip("/")


def _said(words: str, status: int) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain")
