"""Quality by area and field: for every issue its share in each area, as a strip of cells from pale to dark."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from dash import html

from dashboard.desk.desk import Desk
from dashboard.format import count
from dashboard.links import attributes, opener
from dashboard.words import say
from data.case_groups import CaseGroup
from data.quality import GROUPS, ISSUES, Issue, quality_per_area
from data.selection import Selection

STEPS: Final = (0.01, 0.05, 0.2, 0.5)
"""Shares from which a cell is one step darker; the legend says them."""
MOST_AREAS: Final = 24
"""Areas with a cell of their own; of more, those with most events."""


def build(desk: Desk) -> list[Any]:
    """The table, issues down and areas across, and the issues that do not occur."""
    lang = desk.lang
    heading = html.H2([say("data_quality", lang), html.Small(say("data_quality_hint", lang))])
    frame = desk.context.answers.get(desk.view, ("quality",), lambda: quality_per_area(desk.view, Selection(window="all")))
    if not len(frame) or not int(frame["base"].max()):
        return [heading, html.P(say("data_quality_none", lang), className="quiet")]
    areas = _areas(frame)
    total = frame.groupby("issue", sort=False)[["n", "base"]].sum()
    occurring = [issue for issue in ISSUES.values() if int(total.loc[issue.key, "n"])]
    cells = {(int(row.area_ix), str(row.issue)): row for row in frame[~frame["is_rest"]].itertuples(index=False)}
    rows: list[html.Tr] = []
    group = None
    for issue in occurring:
        is_first, group = issue.group != group, issue.group
        rows.append(_row(desk, issue, total.loc[issue.key], [cells[ix, issue.key] for ix in areas], is_first=is_first))
    names = desk.view.snapshot.areas.names
    head = html.Tr(
        [
            html.Th(say("data_issue", lang), scope="col", colSpan=2),
            html.Th(say("data_share", lang), scope="col", className="n"),
            *(html.Th(html.Span(names[ix]), scope="col", className="area", title=names[ix]) for ix in areas),
        ]
    )
    absent = [issue.words.in_(lang) for issue in ISSUES.values() if issue not in occurring and issue.is_fault]
    return [
        heading,
        html.Div(html.Table([html.Thead(head), html.Tbody(rows)], className="quality"), className="scroll", tabIndex=0, role="region",
                 **attributes(aria_label=say("data_quality", lang))),
        _legend(desk),
        html.P([say("data_absent", lang), ("、" if lang == "zh" else ", ").join(absent)], className="quiet") if absent else None,
    ]  # fmt: skip


def _areas(frame: pd.DataFrame) -> list[int]:
    """Areas that have a cell, in the order of the tree."""
    own = frame[~frame["is_rest"]]
    events = own.groupby("area_ix")["base"].max()
    chosen = set(events.sort_values(ascending=False).index[:MOST_AREAS]) if len(events) > MOST_AREAS else set(events.index)
    return [int(ix) for ix in dict.fromkeys(own["area_ix"]) if ix in chosen]


def _row(desk: Desk, issue: Issue, total: pd.Series, cells: list[Any], *, is_first: bool) -> html.Tr:
    lang = desk.lang
    n, base = int(total["n"]), int(total["base"])
    is_rows = issue.key.startswith("rival_")
    share = None if is_rows or not base else n / base
    return html.Tr(
        [
            html.Td(GROUPS[issue.group].in_(lang) if is_first else "", className="group"),
            html.Th(issue.words.in_(lang), scope="row"),
            html.Td([_percent(share), html.Small(_opener(desk, issue, n))] if share is not None else count(n), className="n total"),
            *(_cell(row, issue) for row in cells),
        ],
        className="is-first" if is_first else "",
    )


def _opener(desk: Desk, issue: Issue, n: int) -> html.A:
    """How many cases have an issue, which opens to them."""
    changes = {"window": "all", "compare": None, "source": None, "part": CaseGroup("issue", issue.key).key}
    return opener(desk.asked.href().partition("?")[2], "accepted", count(n), changes=changes)


def _cell(row: Any, issue: Issue) -> html.Td:
    n, share = int(row.n), float(row.share)
    if issue.key.startswith("rival_"):
        return html.Td(count(n) if n else "·", className="cell is-count", title=count(n))
    if not n or share != share:  # noqa: PLR0124 -- NaN: nothing it could be a share of
        return html.Td("·", className="cell", title=f"0 / {count(row.base)}")
    step = sum(share >= bound for bound in STEPS) + 1
    return html.Td(_percent(share), className=f"cell is-{step}", title=f"{count(n)} / {count(row.base)}")


def _percent(share: float | None) -> str:
    if share is None:
        return "—"
    percent = share * 100
    return "<0.1%" if 0 < percent < 0.1 else f"{percent:.1f}%" if percent < 10 else f"{percent:.0f}%"


def _legend(desk: Desk) -> html.Div:
    bounds = ["0", *(f"{bound * 100:.0f}%" for bound in STEPS)]
    steps = [html.Span(f"≥ {bound}" if step else f"> {bound}", className=f"cell is-{step + 1}") for step, bound in enumerate(bounds)]
    return html.Div([html.Span(say("data_share_of", desk.lang), className="quiet"), *steps], className="quality-legend")
