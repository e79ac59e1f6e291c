"""What stands around the map: the way up, the values it is coloured by, and what it does not show."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard import map as map_component
from dashboard.charts import coverage as coverage_chart
from dashboard.charts import path as path_chart
from dashboard.charts.coverage import Gap
from dashboard.desk.address import Asked
from dashboard.look import Look
from dashboard.words import say
from data.indicators import parts
from data.indicators.registry import DUPLICATE, VOID
from layers.layer import Drawing
from layers.registry import chosen


def path(look: Look) -> tuple[Any, ...]:
    """The areas from the top down, and what a click on the map opens."""
    return (path_chart.draw(steps(look), look.level_below.lower(), look.address, look.lang),)


def steps(look: Look) -> list[tuple[str | None, str]]:
    """Code and name of the areas from the top down; the top needs no code."""
    areas = look.view.snapshot.areas
    return [(None if position == 0 else areas.codes[ix], areas.names[ix]) for position, ix in enumerate(look.area_path)]


def build(look: Look) -> tuple[Any, ...]:
    """Nothing to read, and the values for the map's layers."""
    drawing = Drawing(look.answers, look.indicator.key, look.lang)
    return None, map_component.payload(drawing, chosen(look.selection.layers))


def coverage(look: Look) -> tuple[Any, ...]:
    """Accepted, not on the map, in no area, left out, quarantined; then the caveats of the numbers shown."""
    lang, table = look.lang, look.view.snapshot.outcomes
    counts = look.counts
    void, duplicate = table["is_void"].to_numpy(dtype=bool), table["is_duplicate"].to_numpy(dtype=bool)
    cohort = ~void & ~duplicate
    mapped = table["is_mapped"].to_numpy(dtype=bool)
    unmapped = float(counts[cohort & ~mapped].sum())
    total = float(counts[cohort].sum())
    gaps = [
        Gap(say("unmapped", lang), unmapped, f"{unmapped / total:.1%}" if total else "", ("unmapped", parts.NUMERATOR)),
        Gap(look.unassigned_name, float(look.unassigned), opens=("accepted", parts.DENOMINATOR), cases=look.unassigned_cases),
        Gap(say("void", lang), float(counts[void].sum()), opens=("accepted", f"{parts.EXCLUDED}{VOID.key}")),
        Gap(say("duplicate", lang), float(counts[~void & duplicate].sum()), opens=("accepted", f"{parts.EXCLUDED}{DUPLICATE.key}")),
    ]
    sources = look.view.snapshot.manifest.get("sources", ())
    if look.view.scope is None and look.area_ix == 0:
        rows = float(np.sum([source.get("quarantined", 0) for source in sources]))
        gaps.append(Gap(say("quarantined", lang), rows, href=Asked(snapshot=look.view.snapshot.id, lang=lang).href()))
    return (coverage_chart.draw(gaps, look.caveats, look.address, lang),)
