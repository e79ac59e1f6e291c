"""``/cases/rows?SELECTION&start=&count=&by=&down=``: some rows of the table of all selected cases.

The order of a selection is kept for as long as there is room for it, so that every page of it costs the same, however deep.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from dashboard.answers import Answers
from dashboard.api import as_json, asked_for, in_words
from dashboard.context import Context
from dashboard.table.columns import row
from data import case_table
from data.errors import SelectionError
from data.filters import settle
from data.selection import DEFAULTS, VIEW_KEYS, Selection

NAME: Final = "quanyu_cases"
MOST_ROWS: Final = 500
ORDERS_KEPT: Final = 6
"""Orders of selections that a process keeps; of ten million cases each takes 40 MB."""
OWN: Final = ("start", "count", "by", "down")


def routes(context: Context) -> Blueprint:
    """The address of the table's rows."""
    blueprint = Blueprint(NAME, __name__)
    orders = Answers(ORDERS_KEPT)

    @in_words
    def rows() -> Response:
        selection, given = asked_for(*OWN)
        start, count = _whole(given, "start", 2**31 - 1), _whole(given, "count", MOST_ROWS)
        by, is_descending = given.get("by", case_table.ORDERS[0]), _whole(given, "down", 1, 1) == 1
        with context.view(selection.snapshot, selection.definition) as view:
            settled = settle(view, selection, strict=True)[0]
            key = (by, is_descending, _filters(settled))
            order = orders.get(view, key, lambda: case_table.order(view, settled, by, is_descending=is_descending))
            found = case_table.rows(view, order[start : start + count].tolist())
            return as_json({"snapshot": view.snapshot.id, "total": len(order), "rows": [row(view, case, selection.lang) for case in found]})

    blueprint.add_url_rule("/cases/rows", view_func=rows, endpoint="rows")
    return blueprint


def _filters(selection: Selection) -> Selection:
    """The selection without what only says how it is shown."""
    return selection.with_(**{key: DEFAULTS[key] for key in VIEW_KEYS})


def _whole(given: dict[str, str], key: str, most: int, default: int = 0) -> int:
    text = given.get(key, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= most):
        raise SelectionError(f"{key} must be a whole number from 0 to {most}.")
    return int(text)
