"""The programming interface: ``/api/v1`` and the map's geometry files.

Selections are read strictly (400 with a sentence) and answered under the scope of the request's viewer, like every page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from flask import Blueprint, Response, abort, request

from dashboard.apology import apology
from dashboard.context import Context
from data import queries
from data.bound import area_ix
from data.cases import MAXIMUM_LIMIT
from data.errors import DefinitionError, NoSnapshot, QuanyuError, QueryTimeout, SelectionError, SnapshotRefused, StoreError
from data.filters import settle
from data.indicators.ask import ask
from data.selection import Selection
from data.view import View
from layers.registry import LAYERS

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


def as_json(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z), status=status, mimetype="application/json")


def in_words(view_function: Callable[..., Response]) -> Callable[..., Response]:
    """Errors that the caller can act on, as ``{"error": sentence}`` with their status."""

    @wraps(view_function)
    def answer(**arguments: str) -> Response:
        try:
            return view_function(**arguments)
        except QuanyuError as error:
            status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
            return as_json({"error": apology(error, "en")}, status)

    return answer


def asked_for(*own: str) -> tuple[Selection, dict[str, str]]:
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
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAXIMUM_LIMIT):
        raise SelectionError(f"limit must be a whole number from 1 to {MAXIMUM_LIMIT}.")
    return int(text)


def _depth(view: View, selection: Selection) -> int:
    """Depth of the areas whose boundaries are wanted: the level named, else one below the viewer's top."""
    if selection != Selection(level=selection.level, snapshot=selection.snapshot, lang=selection.lang):
        raise SelectionError("Boundaries are asked for with level and snapshot only.")
    levels = view.snapshot.levels
    if selection.level is not None:
        return levels.index(selection.level)
    return min(int(view.snapshot.areas.depth[view.top]) + 1, len(levels) - 1)


def routes(context: Context) -> Blueprint:
    """The addresses of the programming interface."""
    blueprint = Blueprint("quanyu_api", __name__)

    @contextlib.contextmanager
    def looking(*own: str) -> Iterator[tuple[View, Selection, dict[str, str]]]:
        """The viewer's view and the selection of the address, which must lie in it, and the values of ``own`` keys."""
        selection, given = asked_for(*own)
        with context.view(selection.snapshot, selection.definition) as view:
            yield view, settle(view, selection, strict=True)[0], given

    @in_words
    def asked() -> Response:
        with looking() as (view, selection, _):
            return as_json(context.answers.get(view, ("ask", selection), lambda: ask(view, selection, selection.lang)))

    @in_words
    def events() -> Response:
        with looking("limit", "cursor", "part") as (view, selection, given):
            limit, cursor = _limit(given.get("limit")), given.get("cursor")
            if "part" not in given:
                return as_json(queries.event_page(view, selection, limit, cursor))
            if selection.indicator is None:
                raise SelectionError("part is a part of an indicator; name it with indicator=.")
            return as_json(queries.part_page(view, selection, selection.indicator, given["part"], limit=limit, cursor=cursor))

    @in_words
    def areas() -> Response:
        with looking() as (view, selection, _):
            depth = _depth(view, selection)
            body = context.answers.get(view, ("areas", depth), lambda: queries.area_collection(view, depth))
            answer = Response(body, mimetype="application/geo+json")
            answer.headers["Cache-Control"] = FOREVER if selection.snapshot else "private, no-cache"
            answer.set_etag(f"{view.snapshot.id}-{depth}-{'+'.join(view.scope or ())}")
        answer.vary.add("Cookie")
        return answer.make_conditional(request)  # type: ignore[return-value]

    @in_words
    def layer(key: str, snapshot: str, area: str) -> Response:
        known = LAYERS.get(key)
        with context.view(snapshot) as view:
            within = area_ix(view, Selection(area=area))
            if known is None or within < 0:
                abort(404)
            body = context.answers.get(view, ("layer", key, within), lambda: known.geometry(view, within))
        if body is None:
            abort(404)
        answer = Response(body, mimetype="application/json")
        answer.headers["Cache-Control"] = FOREVER
        answer.vary.add("Cookie")
        return answer

    blueprint.add_url_rule("/api/v1/ask", view_func=asked)
    blueprint.add_url_rule("/api/v1/events", view_func=events)
    blueprint.add_url_rule("/api/v1/areas.geojson", view_func=areas)
    blueprint.add_url_rule("/layers/<string:key>/<string:snapshot>/<string:area>.json", view_func=layer, endpoint="layer")
    return blueprint
