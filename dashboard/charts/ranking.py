"""Areas in order, with the interval of each value, in bands whose members cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import bar, heading, interval
from dashboard.format import MISSING, Language, count, plain, unit
from dashboard.links import attributes, escaped, link, opener
from dashboard.words import say


@dataclass(frozen=True)
class Rank:
    """One area. ``value`` None is an area that is not ranked; ``code`` None is what belongs to no area below."""

    code: str | None
    name: str
    value: float | None
    low: float | None
    high: float | None
    n: float


def bands(ranks: Sequence[Rank]) -> list[int]:
    """Number of the band of each rank, in the order given.

    A band opens with the best area left; all that follow belong to it while their interval still reaches the leader's.
    """
    answer: list[int] = []
    band, leader = -1, None
    for rank in ranks:
        if leader is None or not _overlap(leader, rank):
            band, leader = band + 1, rank
        answer.append(band)
    return answer


def _overlap(one: Rank, other: Rank) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return one.value == other.value
    return one.low <= other.high and other.low <= one.high


def ordered(ranks: Sequence[Rank], is_lower_better: bool) -> tuple[list[Rank], list[Rank]]:
    """Ranked areas from best to worst, and those without a value or without a code."""
    ranked = [rank for rank in ranks if rank.value is not None and rank.code is not None]
    rest = [rank for rank in ranks if rank.value is None or rank.code is None]
    return sorted(ranked, key=lambda rank: (rank.value or 0.0, rank.n), reverse=not is_lower_better), rest


def draw(
    ranks: Sequence[Rank],
    title: str,
    *,
    indicator: str,
    kind: str,
    is_lower_better: bool,
    has_bands: bool,
    address: str,
    lang: Language,
    columns: str = "",
) -> html.Div:
    """The list; each name leads to its area, each value of ``indicator`` opens. All share one scale, named by the heading's unit."""
    ranked, rest = ordered(ranks, is_lower_better)
    ends = [end for rank in ranked for end in (rank.low, rank.value, rank.high) if end is not None]
    low, high = (0.0 if kind == "count" else min(ends), max(ends)) if ends else (0.0, 1.0)
    reach = (high - low) or 1.0
    rows: list[html.Div] = []
    previous = 0
    for rank, band in zip(ranked, bands(ranked) if has_bands else [0] * len(ranked), strict=True):
        rows.append(_row(rank, (indicator, kind), (low, reach), address, "row opens-band" if band != previous else "row"))
        previous = band
    rows += [_row(rank, (indicator, kind), (low, reach), address, "row is-quiet") for rank in rest]
    shown_unit = unit(kind, lang)
    return html.Div(
        [
            heading(f"{title}{f' {shown_unit}' if shown_unit else ''}", columns or say("ranking_columns", lang)),
            html.Div(rows, className="rows", tabIndex=0, role="group", **attributes(aria_label=title)),
            html.Div(
                [
                    html.Span(say("ranking_bands", lang) if has_bands else ""),
                    html.Span(className="more", **attributes(data_more=say("ranking_more", lang, n=len(rows)))),
                ],
                className="foot-note",
            )
            if len(ranked) > 1
            else None,
        ],
        className="ranking",
    )


def _row(rank: Rank, shows: tuple[str, str], scale: tuple[float, float], address: str, class_name: str) -> html.Div:
    (indicator, kind), (low, reach) = shows, scale
    name = (
        html.Span(rank.name, className="name")
        if rank.code is None
        else link(address, {"area": rank.code}, rank.name, "name", title=rank.name)
    )
    mark: Any = html.Span(className="interval")
    if kind == "count" and rank.value is not None:
        mark = bar(rank.value / ((low + reach) or 1.0), None)
    elif rank.value is not None and rank.code is not None:
        at = (rank.value - low) / reach
        mark = interval(at if rank.low is None else (rank.low - low) / reach, at, at if rank.high is None else (rank.high - low) / reach)
    shown = MISSING if rank.value is None else plain(rank.value, kind)
    value: Any = html.Span(shown, className="value")
    if rank.code is not None:
        value = opener(address, indicator, shown, "value", {"area": escaped(rank.code)}, **attributes(aria_label=f"{rank.name} {shown}"))
    return html.Div(
        [name, value, mark, html.Span("" if kind == "count" else count(rank.n), className="n")],
        className=class_name,
    )
