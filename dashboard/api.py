"""The programming interface: ``/api/v1`` and the map's geometry files.

Selections are read strictly (400 with a sentence) and answered under the scope of the request's viewer, like every page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from flask import Blueprint, Response, request

from dashboard.context import Context
from data.errors import DefinitionError, NoSnapshot, QuanyuError, QueryTimeout, SelectionError, SnapshotRefused, StoreError
from data.selection import Selection
from data.view import View

MAX_EVENTS: Final = 500
DEFAULT_EVENTS: Final = 100
MAX_FIELDS: Final = 80
FOREVER: Final = "private, max-age=31536000, immutable"
STATUS: Final[Mapping[type[QuanyuError], int]] = {
    SelectionError: 400,
    DefinitionError: 400,
    NoSnapshot: 404,
    SnapshotRefused: 503,
    StoreError: 503,
    QueryTimeout: 422,
}


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z), status=status, mimetype="application/json")


def _in_words(view_function: Callable[..., Response]) -> Callable[..., Response]:
    """Errors that the caller can act on, as ``{"error": sentence}`` with their status."""

    @wraps(view_function)
    def answer(**arguments: str) -> Response:
        try:
            return view_function(**arguments)
        except QuanyuError as error:
            status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
            return _json({"error": str(error)}, status)

    return answer


def _asked(*own: str) -> tuple[Selection, dict[str, str]]:
    """The selection in the address and the values of this address's ``own`` keys."""
    try:
        found = parse_qs(request.query_string.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise SelectionError(f"The address cannot be read: expected at most {MAX_FIELDS} key=value in UTF-8.") from error
    taken = {}
    for key in own:
        values = found.pop(key, None)
        if values is not None:
            if len(values) != 1:
                raise SelectionError(f"{key} is given {len(values)} times; give it once.")
            taken[key] = values[0]
    return Selection.parse_strict(found), taken


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_EVENTS
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_EVENTS):
        raise SelectionError(f"limit must be a whole number from 1 to {MAX_EVENTS}.")
    return int(text)


def _depth(view: View, level: str | None) -> int:
    levels = view.snapshot.levels
    if level is None:
        return min(int(view.snapshot.areas.depth[view.top]) + 1, len(levels) - 1)
    if level not in levels:
        raise SelectionError(f"There is no such level; this snapshot has {', '.join(levels)}.")
    return levels.index(level)


def routes(context: Context) -> Blueprint:
    """The addresses of the programming interface."""
    blueprint = Blueprint("quanyu_api", __name__)

    @_in_words
    def asked() -> Response:
        from data.indicators.ask import ask

        selection, _ = _asked()
        with context.view(selection.snapshot, selection.definition) as view:
            return _json(context.answers.get(view, ("ask", selection), lambda: ask(view, selection, selection.lang)))

    @_in_words
    def events() -> Response:
        from data import queries

        selection, own = _asked("limit", "cursor")
        limit, cursor = _limit(own.get("limit")), own.get("cursor")
        with context.view(selection.snapshot, selection.definition) as view:
            return _json(queries.event_page(view, selection, limit, cursor))

    @_in_words
    def areas() -> Response:
        from data import queries

        selection, _ = _asked()
        with context.view(selection.snapshot, selection.definition) as view:
            depth = _depth(view, selection.level)
            body = context.answers.get(view, ("areas", depth), lambda: queries.area_collection(view, depth))
            answer = Response(body, mimetype="application/geo+json")
            answer.headers["Cache-Control"] = FOREVER if selection.snapshot else "private, no-cache"
            answer.set_etag(f"{view.snapshot.id}-{depth}-{'+'.join(view.scope or ())}")
            answer.vary.add("Cookie")
        return answer.make_conditional(request)  # type: ignore[return-value]

    @_in_words
    def layer(key: str, snapshot: str, area: str) -> Response:
        from layers.registry import LAYERS

        known = LAYERS.get(key)
        with context.view(snapshot) as view:
            found = [ix for ix in view.snapshot.areas.find(area) if view.sees(ix)]
            if known is None or not found:
                raise NoSnapshot("There is no such layer or area.")
            body = context.answers.get(view, ("layer", key, found[0]), lambda: known.geometry(view, found[0]))
        if body is None:
            raise NoSnapshot("This layer has no geometry of its own.")
        answer = Response(body, mimetype="application/json")
        answer.headers["Cache-Control"] = FOREVER
        answer.vary.add("Cookie")
        return answer

    blueprint.add_url_rule("/api/v1/ask", view_func=asked)
    blueprint.add_url_rule("/api/v1/events", view_func=events)
    blueprint.add_url_rule("/api/v1/areas.geojson", view_func=areas)
    blueprint.add_url_rule("/layers/<string:key>/<string:snapshot>/<string:area>.json", view_func=layer, endpoint="layer")
    return blueprint
