"""The columns of the table: adding one is one row here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dashboard.charts.due_soon import stage_name
from dashboard.format import local, span
from dashboard.words import say
from data.bound import deadline_masks
from data.due import due_until
from data.tree import Tree
from data.view import View
from data.vocabulary import URGENCY_NAMES, Language

Text = Callable[[View, dict[str, Any], Language], str]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    key
        What it is called in the rows, and, where it can be put in order by, one of :data:`data.case_table.ORDERS`.
    words
        Its heading's key.
    width
        In pixels.
    text
        What stands in it for a case of :func:`data.case_table.rows`.
    is_sortable, is_right
        Whether it orders the table; whether it holds numbers.
    """

    key: str
    words: str
    width: int
    text: Text
    is_sortable: bool = True
    is_right: bool = False


def _path(tree: Tree, ix: int, depth: int) -> str:
    names = [tree.names[node] for node in tree.path(ix) if tree.depth[node] >= depth]
    return " · ".join(names) or tree.names[ix]


def _moment(key: str) -> Text:
    def text(view: View, case: dict[str, Any], lang: Language) -> str:
        given = case[key]
        return "" if given is None else f"{local(dt.datetime.fromisoformat(given), view.snapshot.zone):%Y-%m-%d %H:%M}"

    return text


def _category(view: View, case: dict[str, Any], lang: Language) -> str:
    return " · ".join(case[key] for key in ("domain", "category", "subcategory") if case[key])


def _source(view: View, case: dict[str, Any], lang: Language) -> str:
    return next((one.name_in(lang) for one in view.snapshot.sources if one.source == case["source"]), case["source"])


def _hours(view: View, case: dict[str, Any], lang: Language) -> str:
    return "" if case["duration_s"] is None else f"{case['duration_s'] / 3600:,.1f}"


def state(view: View, case: dict[str, Any]) -> str:
    """``overdue``, ``due_soon``, ``late``, ``on_time``, or nothing where there is nothing to be said of its deadline."""
    masks, ix = deadline_masks(view), case["outcome_ix"]
    if masks["due_soon"][ix]:
        until = due_until(view).replace(tzinfo=dt.UTC)
        return "due_soon" if case["deadline_at"] and dt.datetime.fromisoformat(case["deadline_at"]) <= until else ""
    return next((key for key in ("overdue", "late", "on_time") if masks[key][ix]), "")


def state_words(view: View, case: dict[str, Any], lang: Language) -> str:
    """Stage, and how it stands to its deadline."""
    stage, key = stage_name(case["stage"], lang), state(view, case)
    if key == "on_time":
        return f"{stage} · {say('case_on_time', lang)}"
    end = case["closed_at"] if key == "late" else None
    if case["deadline_at"] is None or case["stage"] == "void" or (case["stage"] == "closed" and end is None):
        return stage
    over = (dt.datetime.fromisoformat(end) if end else view.snapshot.as_of) - dt.datetime.fromisoformat(case["deadline_at"])
    words = {"late": "case_late", "overdue": "case_overdue"}.get(key, "case_left")
    return f"{stage} · {say(words, lang, span=span(abs(over.total_seconds()), lang))}"


COLUMNS: Final = (
    Column("reported_at", "event_reported", 150, _moment("reported_at")),
    Column("event_id", "export_id", 170, lambda view, case, lang: case["event_id"], is_sortable=False),
    Column("title", "case_text", 300, lambda view, case, lang: case["title"] or "", is_sortable=False),
    Column("address", "table_address", 240, lambda view, case, lang: case["address"] or "", is_sortable=False),
    Column("area", "case_place", 210, lambda view, case, lang: _path(view.snapshot.areas, case["area_ix"], 1)),
    Column("category", "category", 220, _category),
    Column("source", "source", 110, _source),
    Column("department", "event_department", 170, lambda view, case, lang: case["department"] or ""),
    Column("stage", "case_state", 170, state_words),
    Column("urgency", "table_urgency", 90, lambda view, case, lang: URGENCY_NAMES[case["urgency"]].in_(lang)),
    Column("deadline_at", "event_deadline", 150, _moment("deadline_at")),
    Column("closed_at", "case_closed", 150, _moment("closed_at")),
    Column("hours_taken", "table_hours", 120, _hours, is_right=True),
)
"""In order."""


def row(view: View, case: dict[str, Any], lang: Language) -> dict[str, str]:
    """A case as the table shows it; ``is`` says how it stands to its deadline."""
    return {column.key: column.text(view, case, lang) for column in COLUMNS} | {"is": state(view, case)}
