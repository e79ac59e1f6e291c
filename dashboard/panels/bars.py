"""Categories and sources as bars."""

from __future__ import annotations

import dataclasses
from typing import Any

from dashboard.charts import bars
from dashboard.charts import categories as categories_chart
from dashboard.charts import sources as sources_chart
from dashboard.format import count
from dashboard.look import Look
from dashboard.words import say
from data import queries
from layers.palette import UNCLASSIFIED

MOST_CATEGORIES = 12


def categories(look: Look) -> tuple[Any, ...]:
    """The biggest categories one level below what is chosen; how many could not be classified."""
    selection, tree = look.selection, look.view.snapshot.categories
    chosen = {key: getattr(selection, key) for key in categories_chart.KEYS}
    depth = categories_chart.depth_below(chosen, tree)
    frame = look.answers(queries.categories_per_bucket)
    rows = categories_chart.rows(
        frame,
        tree,
        depth,
        chosen=chosen[categories_chart.KEYS[depth - 1]],
        has_previous=look.window.previous is not None,
        most=len(tree),
    )
    title = say("categories", look.lang, before=look.before, level=say(f"categories_{depth}", look.lang))
    rows = [dataclasses.replace(row, name=say("unclassified", look.lang)) if row.name == UNCLASSIFIED else row for row in rows]
    shown = rows[:MOST_CATEGORIES]
    return (bars.draw(shown, title, say("tick", look.lang, before=look.before), address=look.address, lang=look.lang, count_all=len(rows)),)


def sources(look: Look) -> tuple[Any, ...]:
    """All sources with events in the window or before it."""
    rows = sources_chart.rows(
        look.answers(queries.sources), look.view.snapshot.sources, look.selection.source, look.window.previous is not None, look.lang
    )
    return (
        bars.draw(
            rows, say("sources", look.lang, before=look.before), count(sum(row.n for row in rows)), address=look.address, lang=look.lang
        ),
    )
