"""The areas below, ranked by the chosen indicator."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from dashboard.charts import ranking as chart
from dashboard.charts.marks import heading
from dashboard.charts.standing import Rank, Standings
from dashboard.links import escaped
from dashboard.look import Look
from dashboard.words import say
from data.indicators import ranking, standardised
from data.indicators.ranking import Ranking
from data.vocabulary import MIX_NAMES

MIX: Final = "category"
"""The adjustment that is offered; an address may name any of :data:`data.vocabulary.MIX_NAMES`."""


def build(look: Look) -> tuple[Any, ...]:
    """Ranked areas with interval and n, in bands; then those without a rank, with the reason."""
    if not look.areas_below:
        return (heading(say("ranking_leaf", look.lang)),)
    found = look.answers(ranking.ranking, look.ranked_indicator.key)
    title = say("ranking", look.lang, level=look.level_below, indicator=found.indicator.names.in_(look.lang))
    return (chart.draw(standings(look, found), title, address=look.address),)


def standings(look: Look, found: Ranking) -> Standings:
    """A ranking in the page's language."""
    indicator, lang = found.indicator, look.lang
    label = standardised.label(look.selection, indicator)
    return Standings(
        indicator=indicator.key,
        kind=indicator.unit,
        ranked=[_rank(look, found, row) for row in found.ranked.to_dict("records")],
        apart=[_rank(look, found, row) for row in found.apart.to_dict("records")],
        whole=_rank(look, found, found.total),
        is_ranked=found.is_ranked,
        kept_last=found.kept_last,
        case=_case(look, found),
        adjusted="" if label is None else label.in_(lang),
        mixes=_mixes(look, found),
        lang=lang,
    )


def _case(look: Look, found: Ranking) -> tuple[str, str] | None:
    """What is said of one case more, and of one fewer."""
    if found.case is None:
        return None
    if found.indicator.unit == "hours":
        return say("ranking_quick", look.lang), say("ranking_slow", look.lang)
    case = found.case.in_(look.lang)
    return say("ranking_one_more", look.lang, case=case), say("ranking_one_fewer", look.lang, case=case)


def _mixes(look: Look, found: Ranking) -> list[tuple[str | None, str, bool]]:
    chosen = look.selection.adjust
    if not standardised.adjusts(look.selection.with_(adjust=MIX), found.indicator):
        return []
    offered = [mix for mix in MIX_NAMES if mix in (MIX, chosen)]
    return [(None, say("ranking_crude_only", look.lang), chosen is None)] + [
        (mix, MIX_NAMES[mix].in_(look.lang), mix == chosen) for mix in offered
    ]


def _rank(look: Look, found: Ranking, row: Any) -> Rank:
    areas, indicator = look.view.snapshot.areas, found.indicator
    is_area = not (row["is_rest"] or row["is_total"])
    name = areas.names[row["area_ix"]] if is_area else look.unassigned_name if row["is_rest"] else say("ranking_whole", look.lang)
    is_shown = row["why"] == "" and (is_area or bool(row["shown"]))
    is_adjusted = standardised.adjusts(look.selection, indicator)
    places = (_known(row["place_low"]), _known(row["place_high"]))
    place, band = _known(row["place"]), _known(row["band"])
    return Rank(
        code=areas.codes[row["area_ix"]] if is_area else None,
        name=name,
        value=_known(row["value"]) if is_shown else None,
        low=_known(row["low"]) if is_shown else None,
        high=_known(row["high"]) if is_shown else None,
        n=float(row["events"] if row["is_rest"] and indicator.unit != "count" else row["n"]),
        band=None if band is None else int(band),
        places=None if places[0] is None or places[1] is None else (int(places[0]), int(places[1])),
        place=None if place is None else int(place),
        is_unsure=bool(row["is_unsure"]),
        one_more=_changed(row, "one_more"),
        one_fewer=_changed(row, "one_fewer"),
        crude=_known(row["crude"]) if is_adjusted else None,
        covered=_known(row["covered"]) if is_adjusted else None,
        per_10k=_known(row["per_10k"]),
        missed=_missed(look, found, row) if is_shown else "",
        cases={"area": escaped(areas.codes[row["area_ix"]])} if is_area else look.unassigned_cases if row["is_rest"] else {},
        reason="" if row["why"] == "" else ranking.reason(look.view, row["why"], look.lang),
    )


def _missed(look: Look, found: Ranking, row: pd.Series) -> str:
    mark, said = look.mark(found.indicator, _known(row["value"]))
    return said if mark == "missed" else ""


def _changed(row: Any, name: str) -> tuple[float, int] | None:
    value, place = _known(row[name]), _known(row[f"{name}_place"])
    return None if value is None or place is None else (value, int(place))


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
