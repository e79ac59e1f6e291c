"""Every indicator beside its value over the window compared with, and what a definition asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from data import queries
from data.due import due_until
from data.vocabulary import Language
from data.window import say_comparison, window

if TYPE_CHECKING:
    from data.answers import Answers
    from data.indicators.compute import Number


def comparison(answers: Answers, now: Mapping[str, Number], before: Mapping[str, Number], lang: Language) -> dict[str, Any]:
    """With which days the window is compared, in words, and for each indicator both values.

    ``from``, ``to`` and ``cut_at`` (UTC; null where the days are whole) are null where there is nothing to compare with; the
    sentence then says why and ``indicators`` is empty. ``before`` may be null on its own; ``shown`` says whether both may be shown.
    """
    found = window(answers.view, answers.selection)
    previous = found.previous
    return {
        "kind": found.compared,
        "sentence": say_comparison(answers.view, found).in_(lang),
        "from": None if previous is None else previous.from_day.isoformat(),
        "to": None if previous is None else previous.to_day.isoformat(),
        "cut_at": None if previous is None or previous.cut_at is None else previous.cut_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "indicators": {
            key: {"value": _plain(now[key].value), "before": _plain(then.value), "n": now[key].n, "n_before": then.n,
                  "shown": bool(now[key].shown and then.shown)}
            for key, then in before.items()
        },
    }  # fmt: skip


def targets(answers: Answers, now: Mapping[str, Number]) -> dict[str, Any]:
    """What the definition asks of indicators, and how each stands to it: met, near, missed, or null where it is not shown."""
    definition = answers.view.definition
    return {
        key: {"target": goal.target, "threshold": goal.threshold, "mark": definition.mark(key, now[key].value if now[key].shown else None)}
        for key, goal in definition.targets.items()
        if key in now
    }


def due_soon(answers: Answers) -> dict[str, Any]:
    """Open cases that fall due within the definition's working hours, by area below and stage; ``area_code`` null: in none of them."""
    view = answers.view
    areas, rows = view.snapshot.areas, queries.due_soon_per_area(view, answers(queries.due_soon_rows))
    parts = [(int(ix), part) for ix, part in rows.groupby("area_ix", sort=False)]
    return {
        "working_hours": view.definition.due_soon_hours,
        "until": due_until(view).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "n": int(rows["n"].sum()),
        "unmapped": int(rows["unmapped"].sum()),
        "areas": [
            {
                "area_code": areas.codes[ix] if ix >= 0 else None,
                "name": areas.names[ix] if ix >= 0 else None,
                "stages": dict(zip(part["stage"], (int(n) for n in part["n"]), strict=True)),
            }
            for ix, part in parts
        ],
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
