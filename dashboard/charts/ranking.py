"""Areas in order, each value with its interval and n, in bands whose members cannot be told apart; the table behind opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts import ranking_table
from dashboard.charts.marks import bar, heading
from dashboard.charts.standing import Rank, Standings
from dashboard.format import MISSING, count, plain, unit, value
from dashboard.links import attributes, link, opener
from dashboard.words import say
from layers.areas import MISSED


@dataclass(frozen=True)
class _Scale:
    """The common scale of a list: where it starts, how far it reaches, and where all cases together stand on it."""

    start: float
    reach: float
    whole: float | None

    def share(self, number: float) -> float:
        return min(max((number - self.start) / self.reach, 0.0), 1.0)


def draw(shown: Standings, title: str, *, address: str) -> html.Div:
    """The list; each name leads to its area, each value opens. The foot says how sure the order is and opens the table."""
    lang = shown.lang
    scale = _scale(shown)
    listed = [*shown.ranked, *shown.apart]
    rows = [_row(rank, shown, scale, address, _style(listed, at)) for at, rank in enumerate(listed)]
    shown_unit = unit(shown.kind, lang)
    return html.Div(
        [
            heading(f"{title}{f' {shown_unit}' if shown_unit else ''}", _aside(shown, address)),
            html.Div(rows, className="rows", tabIndex=0, role="list", **attributes(aria_label=title)),
            html.Div(
                [
                    ranking_table.draw(shown, title, address=address),
                    html.Span(className="more", **attributes(data_more=say("ranking_more", lang, n=len(rows)))),
                ],
                className="foot-note",
            ),
        ],
        className="ranking",
    )


def _style(listed: Sequence[Rank], at: int) -> str:
    """A gap opens each band, and those without a rank."""
    rank = listed[at]
    opens_band = at > 0 and (rank.band, rank.value is None) != (listed[at - 1].band, listed[at - 1].value is None)
    return f"row{' is-quiet' if rank.value is None else ''}{' opens-band' if opens_band else ''}"


def _aside(shown: Standings, address: str) -> list[Any]:
    """All cases together, then what the columns are; where the values are adjusted, that alone."""
    if shown.adjusted:
        return [html.Span(shown.adjusted, className="adjusted")]
    columns = say("ranking_columns", shown.lang)
    if shown.kind == "count":
        columns = say("ranking_counts", shown.lang) if ranking_table.has_people(shown) else ""
    if shown.whole.value is None:
        return [columns]
    rest = f" · {columns}" if columns else ""
    text = plain(shown.whole.value, shown.kind)
    name = say("ranking_whole", shown.lang)
    said = f"{name} {value(shown.whole.value, shown.kind, shown.lang)}"
    return [opener(address, shown.indicator, f"{name} {text}", "whole", **attributes(aria_label=said)), rest]


def _scale(shown: Standings) -> _Scale:
    ends = [end for rank in shown.ranked for end in (rank.low, rank.value, rank.high) if end is not None]
    if shown.kind == "count":
        return _Scale(0.0, max((rank.value or 0.0 for rank in shown.ranked), default=0.0) or 1.0, None)
    if not ends:
        return _Scale(0.0, 1.0, None)
    return _Scale(min(ends), (max(ends) - min(ends)) or 1.0, shown.whole.value)


def _row(rank: Rank, shown: Standings, scale: _Scale, address: str, class_name: str) -> html.Div:
    text = MISSING if rank.value is None else plain(rank.value, shown.kind)
    if rank.value is None and shown.kind == "count":
        text = count(rank.n)  # what lies in no area has no rank, but is counted
    name: Any = html.Span(rank.name, className="name")
    number: Any = html.Span(text, className="value")
    if rank.code is not None:
        sign = [html.Small(MISSED, className="missed")] if rank.missed else []
        title = " · ".join(part for part in (rank.name, rank.missed) if part)
        name = link(address, {"area": rank.code}, [rank.name, *sign], "name", title=title)
    is_rest = rank.code is None and shown.kind != "count"
    if rank.cases is not None and not is_rest:
        number = opener(address, shown.indicator, text, "value", rank.cases)
    last: Any = count(rank.n)
    if is_rest and rank.cases is not None:
        last = opener(address, "accepted", last, "", rank.cases)
    if shown.kind == "count":
        last = "" if rank.per_10k is None else plain(rank.per_10k, "per_10k")
    return html.Div([name, number, _mark(rank, shown, scale), html.Span(last, className="n")], className=class_name, role="listitem")


def _mark(rank: Rank, shown: Standings, scale: _Scale) -> html.Span:
    """The interval with the value on it, or why there is none."""
    if rank.value is None:
        return html.Span("" if rank.code is None else rank.reason, className="reason", title=rank.reason)
    if shown.kind == "count":
        return bar(scale.share(rank.value), None)
    ends = [scale.share(rank.value if end is None else end) * 100 for end in (rank.low, rank.high)]
    parts: list[Any] = [
        html.B(style={"left": f"{ends[0]:.1f}%", "width": f"{max(ends[1] - ends[0], 0.5):.1f}%"}),
        html.I(style={"left": f"{scale.share(rank.value) * 100:.1f}%"}),
    ]
    if scale.whole is not None:
        parts.insert(0, html.S(style={"left": f"{scale.share(scale.whole) * 100:.1f}%"}))
    return html.Span(parts, className="interval is-unsure" if rank.is_unsure else "interval")
