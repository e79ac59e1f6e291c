"""The areas below, in order of the chosen indicator."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.charts import ranking as chart
from dashboard.charts.marks import heading
from dashboard.charts.ranking import Rank
from dashboard.look import Look
from dashboard.words import say


def build(look: Look) -> tuple[Any, ...]:
    """Ranked areas with interval and n, then those without a rank, then what belongs to none of them."""
    indicator = look.ranked_indicator
    title = say("ranking", look.lang, level=look.level_below, indicator=indicator.names.in_(look.lang))
    if not look.areas_below:
        return (heading(say("ranking_leaf", look.lang)),)
    is_count = indicator.unit == "count"
    ranks = [_rank(look, row, is_count=is_count) for row in look.per_area.itertuples(index=False)]
    columns = say("ranking_counts" if is_count else "ranking_columns", look.lang)
    return (
        chart.draw(
            ranks,
            title,
            indicator=indicator.key,
            kind=indicator.unit,
            is_lower_better=indicator.direction < 0,
            has_bands=indicator.direction != 0,
            address=look.address,
            lang=look.lang,
            columns=columns,
        ),
    )


def _rank(look: Look, row: Any, *, is_count: bool) -> Rank:
    areas = look.view.snapshot.areas
    is_shown = bool(row.shown) and (is_count or not row.is_rest)
    return Rank(
        code=None if row.is_rest else areas.codes[row.area_ix],
        name=look.unassigned_name if row.is_rest else areas.names[row.area_ix],
        value=float(row.value) if is_shown else None,
        low=_known(row.low) if is_shown and not is_count else None,
        high=_known(row.high) if is_shown and not is_count else None,
        n=float(row.events if row.is_rest else row.n),
    )


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
