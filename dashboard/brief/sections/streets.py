"""The areas below: cases, three rates, score with its interval and number of cases, in bands that cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard.brief.document import NO_FIGURE, Chart, Column, Figure, Paragraph, Row, Run, Series, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import MISSING, count
from dashboard.links import Changes
from data.figures import unit
from data.indicators.areas import indicator_per_row
from data.indicators.indicator import Indicator
from data.indicators.ranking import Ranking, ranking, reason
from data.indicators.registry import INDICATORS
from data.vocabulary import Language, Words

SCORE: Final = "composite_score"
RATES: Final = ("response_rate", "resolution_rate", "satisfaction_rate")
OTHERWISE: Final = ("disposal_on_time_rate", "closing_on_time_rate", "closing_rate", "resolved_locally_rate", "proactive_rate")
"""Rates where nobody calls back; the first of them then orders the areas."""

SHORT: Final[Mapping[str, Words]] = {
    "accepted": Words("受理", "Cases"),
    "per_10k": Words("万人诉求", "Per 10k"),
    "response_rate": Words("响应率", "Reply"),
    "resolution_rate": Words("解决率", "Solved"),
    "satisfaction_rate": Words("满意率", "Satisf."),
    "composite_score": Words("综合", "Score"),
}


def build(edition: Edition) -> Made:
    """One table, and the score as bars."""
    if not edition.look.areas_below:
        return Made((Paragraph((edition.words("no_areas_below"),)),), edition.words("no_areas_below"))
    say = edition.look.can_say
    rates = [INDICATORS[key] for key in RATES if say(INDICATORS[key])]
    ranked: Indicator | None = INDICATORS[SCORE] if len(rates) == len(RATES) and say(INDICATORS[SCORE]) else None
    if ranked is None:
        rates = [INDICATORS[key] for key in OTHERWISE if say(INDICATORS[key])][:3]
        ranked = rates[0] if rates else INDICATORS["per_10k"] if say(INDICATORS["per_10k"]) else INDICATORS["accepted"]
    found = ranking(edition.view, edition.selection, ranked.key, ask=None)
    lead = _lead(edition, ranked, found)
    blocks: list[Paragraph | Table | Chart] = [lead, _table(edition, ranked, rates, found)]
    listed = found.ranked
    if len(listed) > 1:
        names = tuple(edition.view.snapshot.areas.names[int(ix)] for ix in listed["area_ix"])
        scale = 100 if ranked.unit == "rate" else 1
        values = tuple(float(value) * scale for value in listed["value"])
        blocks.append(
            Chart(
                ranked.names.in_(edition.lang),
                "bars",
                names,
                (Series(ranked.names.in_(edition.lang), values),),
                unit(ranked.unit, edition.lang),
            )
        )
    return Made(tuple(blocks), lead.text.rstrip("。."))


def _lead(edition: Edition, ranked: Indicator, found: Ranking) -> Paragraph:
    """How many areas are ranked, in how many bands, and all together."""
    listed = found.ranked
    if not len(listed):
        return Paragraph((edition.words("streets_few"),))
    whole = _cell(edition, ranked, found.total, {})
    bands = int(listed["band"].dropna().nunique())
    key = "streets_bands" if bands > 1 else "streets_alike" if bands else "streets_listed"
    told = {"n": edition.derived(count(len(listed)), ranked, {}), "bands": edition.derived(count(bands), ranked, {})}
    said = edition.said_with(key, **told, indicator=ranked.names.in_(edition.lang))
    return Paragraph((*said, whole, edition.stop))


def _table(edition: Edition, ranked: Indicator, rates: list[Indicator], found: Ranking) -> Table:
    lang, accepted = edition.lang, INDICATORS["accepted"]
    people = edition.view.snapshot.area_table["population"]
    per_head = [INDICATORS["per_10k"]] if bool(people.notna().any()) else []
    shown = [accepted, *per_head, *rates, *([] if ranked in rates or ranked in (accepted, *per_head) else [ranked])]
    asked = {one.key: indicator_per_row(edition.view, edition.selection, one.key) for one in shown}
    tables = {key: (frame[frame["is_total"]].iloc[0], _by_area(frame)) for key, frame in asked.items()}
    columns = (
        Column(edition.look.level_below or edition.words("area"), is_number=False, width=2.2),
        *(Column(_short(one, lang)) for one in shown),
        Column(edition.words("interval"), width=1.4),
        Column("n", width=1.0),
        Column(edition.words("band"), width=0.75),
    )
    rows, last = [], None
    for row in found.areas.to_dict("records"):
        band = None if pd.isna(row["band"]) else int(row["band"])
        where = edition.in_area(-1 if row["is_rest"] else int(row["area_ix"]))
        name = edition.area_name(-1 if row["is_rest"] else int(row["area_ix"]))
        numbers = [_cell(edition, one, tables[one.key][1].get(_key(row)), where) for one in shown]
        rows.append(Row((name, *numbers, *_standing(edition, ranked, row, where)), begins_band=last is not None and band != last))
        last = band
    pooled = [_cell(edition, one, tables[one.key][0], {}) for one in shown]
    rows.append(Row((edition.words("pooled", area=edition.area), *pooled, *_standing(edition, ranked, found.total, {})), is_total=True))
    return Table(edition.words("streets"), columns, tuple(rows), _notes(edition, ranked, found))


def _short(indicator: Indicator, lang: Language) -> str:
    """A name that fits over a narrow column."""
    return SHORT.get(indicator.key, indicator.names).in_(lang)


def _by_area(frame: pd.DataFrame) -> dict[tuple[bool, int], Any]:
    return {_key(row): row for row in frame[~frame["is_total"]].to_dict("records")}


def _key(row: Any) -> tuple[bool, int]:
    return bool(row["is_rest"]), int(row["area_ix"])


def _cell(edition: Edition, indicator: Indicator, row: Any, where: Changes | None) -> Run:
    if row is None:
        return NO_FIGURE
    value = _known(row["value"]) if row["shown"] else None
    text = edition.printed(value, indicator.unit)
    return Figure(text, value, indicator.unit, None if where is None else indicator.key, where or {})


def _standing(edition: Edition, ranked: Indicator, row: Any, where: Changes | None) -> tuple[Run, ...]:
    """Interval, number of cases and band; where there is no rank the reason instead of the interval."""
    n = int(row["n"])
    cases = Figure(count(n), n, "count", None if where is None else ranked.key, where or {})
    why = row.get("why", "")
    if why:
        words = reason(edition.view, why, edition.lang)
        opens = Figure(words, kind="why", indicator=ranked.key, changes=where, is_derived=True) if where is not None else words
        return opens, cases, MISSING
    low, high = _known(row["low"]), _known(row["high"])
    interval: Run = MISSING
    if low is not None and high is not None and row["shown"]:
        text = f"{_bare(low, ranked)}–{_bare(high, ranked)}"
        interval = text if where is None else edition.derived(text, ranked, where)
    band = _known(row["band"])
    if band is None or where is None:
        return interval, cases, MISSING if band is None else f"{int(band)}"
    return interval, cases, edition.derived(f"{int(band)}", ranked, where)


def _bare(value: float, indicator: Indicator) -> str:
    return f"{value * 100:.1f}" if indicator.unit == "rate" else f"{value:,.1f}"


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _notes(edition: Edition, ranked: Indicator, found: Ranking) -> tuple[str, ...]:
    listed = [edition.words("bands", indicator=ranked.names.in_(edition.lang))] if found.is_ranked else []
    row = next(iter(found.ranked.to_dict("records")[::-1]), None)
    if (
        found.case is not None
        and row is not None
        and not pd.isna(row["one_more_place"])
        and int(row["one_more_place"]) != int(row["place"])
    ):
        name = edition.view.snapshot.areas.names[int(row["area_ix"])]
        case = found.case.in_(edition.lang)
        listed.append(edition.words("one_more", name=name, case=case, place=int(row["place"]), then=int(row["one_more_place"])))
    return tuple(listed)


PART: Final = Part("streets", Words("{level}情况", "By {level}"), build)
