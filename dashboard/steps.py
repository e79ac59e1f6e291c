"""``/layers/steps/<day|hour>?ADDRESS``: what map and charts play, for the address of a page with its scene."""

from __future__ import annotations

from typing import Final, get_args

import orjson
from flask import Blueprint, Response, abort, request

from dashboard.api import in_words
from dashboard.context import Context
from dashboard.look import Look
from dashboard.scenes.applied import applied
from data.selection import Selection
from layers.layer import Drawing
from layers.steps import By, steps

KINDS: Final[tuple[str, ...]] = get_args(By)


def routes(context: Context) -> Blueprint:
    """The address that gives steps. It is read leniently, as the page it belongs to has read it."""
    blueprint = Blueprint("quanyu_steps", __name__)

    @in_words
    def played(by: By) -> Response:
        if by not in KINDS:
            abort(404)
        address = request.query_string.decode("ascii", errors="replace")
        named, _ = Selection.parse(address)
        with context.view(named.snapshot, named.definition, is_strict=False) as view:
            found = applied(context.scenes, view, address)
            look = Look(view, found.selection, scenes=context.scenes, scene=found.scene)
            body = context.answers.get(
                view,
                ("steps", by, look.selection),
                lambda: orjson.dumps(steps(Drawing(look.answers, look.indicator.key, look.lang), by)),
            )
        answer = Response(body, mimetype="application/json")
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.vary.add("Cookie")
        return answer

    blueprint.add_url_rule("/layers/steps/<string:by>", view_func=played, endpoint="steps")
    return blueprint
