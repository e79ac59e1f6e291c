"""The files of a brief: ``/brief/files/brief.docx?SELECTION``, made from the same document as the page, under the viewer's scope."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from dashboard.apology import apology
from dashboard.brief import compose, files, sheets
from dashboard.brief.files import FORMATS
from dashboard.context import Context
from dashboard.log import note_failure
from data.errors import ConfigError, NoSnapshot, QuanyuError
from data.selection import Selection

NAME: Final = "quanyu_brief"


def routes(context: Context) -> Blueprint:
    """The addresses of the files."""
    blueprint = Blueprint(NAME, __name__)

    def file(ending: str) -> Response:
        try:
            query = request.query_string.decode("ascii")
            wanted = Selection.parse_strict(query)
            with context.view(wanted.snapshot, wanted.definition) as view:
                template = context.templates.get(wanted.template or next(iter(context.templates)))
                if template is None:
                    abort(404)
                asked = compose.asked_strictly(view, query, template)
                document = sheets.document(context, view, asked, note=lambda what, error: note_failure(context, what, error))
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

    blueprint.add_url_rule(f"/brief/files/brief.<any({', '.join(FORMATS)}):ending>", view_func=file)
    return blueprint


def address_of(context: Context) -> str:
    """What stands before the addresses in files: as the installation says, else as this request came."""
    return context.settings.address or request.host_url.rstrip("/")


def _said(words: str, status: int) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain")
