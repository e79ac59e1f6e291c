"""``/views?ADDRESS``: the views kept by name, the words of their dialogue, the address with its snapshot and definition.

From this machine views are kept, renamed and deleted as well.

A viewer is told of those alone whose areas lie in the viewer's scope.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, abort, request

from dashboard.api import as_json, in_words
from dashboard.body import BodyFault, parsed
from dashboard.context import Context
from dashboard.desk.permission import may_write
from dashboard.desk.routes import JSON, audit
from dashboard.guard import Body
from dashboard.words import say
from data.bound import area_ix
from data.errors import SelectionError
from data.selection import Selection
from data.store.views import SavedView, delete_view, rename_view, save_view, saved_views
from data.view import View

NAME: Final = "quanyu_views"
MOST_BYTES: Final = 16_384
DEEDS: Final = {"save": ("name", "page", "query"), "rename": ("id", "name"), "delete": ("id",)}
"""What can be done, and what it needs."""

WORDS: Final = (
    *("none", "pinned", "live", "name", "keep", "this_snapshot", "rename", "delete", "sure"),
    *("copy", "copied", "failed", "elsewhere"),
)
"""What the dialogue says, by the end of the words' keys."""


def bodies() -> dict[str, Body]:
    """What the address may be sent."""
    return {f"{NAME}.change": Body(JSON, MOST_BYTES)}


def routes(context: Context) -> Blueprint:
    """The address of the views."""
    blueprint = Blueprint(NAME, __name__)

    @in_words
    def listed() -> Response:
        asked, _ = Selection.parse(request.query_string.decode("ascii", errors="replace"))
        asked = asked.with_(kiosk=False, tour=False, home=None)
        with context.view(asked.snapshot, asked.definition, is_strict=False) as view:
            seen = [one for one in saved_views(context.store.path) if _is_visible(view, one)]
            pinned = asked.with_(snapshot=view.snapshot.id, definition=view.definition.key).query()
        words = {key: say(f"saved_{key}", asked.lang) for key in WORDS}
        return as_json({"views": [_told(one) for one in seen], "may_write": may_write(context), "pinned": pinned, "words": words})

    @in_words
    def change() -> Response:
        if not may_write(context):
            abort(403)
        try:
            sent = parsed(request.get_data(cache=False))
        except BodyFault as fault:
            raise SelectionError("The request cannot be read; expected a JSON object.") from fault
        deed = sent.get("do") if isinstance(sent, dict) else None
        if deed not in DEEDS or not all(isinstance(sent.get(key), str) for key in DEEDS[deed]):
            raise SelectionError(f"do is one of {', '.join(DEEDS)}, with what it needs as texts.")
        given = [sent[key] for key in DEEDS[deed]]
        {"save": save_view, "rename": rename_view, "delete": delete_view}[deed](context.store.path, *given)  # type: ignore[operator]
        audit(f"view_{deed}")
        return listed()

    blueprint.add_url_rule("/views", view_func=listed, endpoint="listed", methods=["GET"])
    blueprint.add_url_rule("/views", view_func=change, endpoint="change", methods=["POST"])
    return blueprint


def _is_visible(view: View, one: SavedView) -> bool:
    """Whether the viewer may see the areas that a view names."""
    selection = one.selection
    codes = [code.removeprefix("~") for code in selection.grid]
    return view.scope is None or (area_ix(view, selection) >= 0 and all(area_ix(view, selection.with_(area=code)) >= 0 for code in codes))


def _told(one: SavedView) -> dict[str, Any]:
    query = one.query
    return {
        "id": one.id,
        "name": one.name,
        "href": f"{one.page}?{query}" if query else one.page,
        "is_pinned": one.selection.snapshot is not None,
        "saved_at": one.saved_at,
    }
