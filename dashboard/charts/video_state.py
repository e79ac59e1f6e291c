"""The online rate of video points: derived beside reported, why the rest is not online, and by area, owner and kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.charts.marks import bar, heading, number
from dashboard.format import Language, Text, count
from dashboard.links import Changes, attributes, link, opener
from dashboard.words import say

INDICATOR = "video_online_rate"
LONGEST_PART = 180
"""Characters of a part that an address still carries, whatever they are; a number with a longer one does not open."""


@dataclass(frozen=True)
class Amount:
    """So many cameras; ``part`` and ``area`` say which, as the panel that opens from a number names them. Without part it does not open."""

    name: str
    n: int
    share: float = 0.0
    aside: str = ""
    part: str | None = None
    area: str | None = None


@dataclass(frozen=True)
class RateRow:
    """One area, owner or kind.

    Attributes
    ----------
    derived, reported
        Shares of ``n``, 0 to 1.
    shown
        The derived share as text, a dash where there are too few.
    changes
        What a click on the name does to the address, if anything.
    """

    name: str
    derived: float
    reported: float
    shown: str
    hint: str
    amount: Amount
    changes: Changes | None = None


@dataclass(frozen=True)
class Group:
    """Rows of one cut, those that need attention first; ``rest`` more are not listed."""

    title: str
    rows: Sequence[RateRow]
    rest: int = 0


@dataclass(frozen=True)
class Whole:
    """All cameras together.

    Attributes
    ----------
    rate
        Derived online, as shown.
    sides
        Derived online, reported online, and where they contradict each other.
    reasons, left_out
        Cameras in use by why they are not online; cameras that no rate counts.
    """

    rate: Text
    sides: Sequence[Amount]
    reasons: Sequence[Amount]
    left_out: Sequence[Amount]


def draw(whole: Whole, groups: Sequence[Group], address: str, lang: Language) -> html.Div:
    """The rate, the sides it is made of, reasons and groups."""
    rate = whole.rate
    head = html.Div(
        [
            opener(address, INDICATOR, number(rate), "video-rate", None, **attributes(aria_label=f"{say('video_state', lang)} {rate}")),
            html.Div([_side(side, address) for side in whole.sides], className="video-sides"),
        ],
        className="video-head",
    )
    listed = [_reason(reason, address) for reason in whole.reasons]
    gone = [html.Span([f"{one.name} ", opening(one, address)]) for one in whole.left_out]
    why = [
        html.H3(say("video_reasons", lang)) if listed else None,
        *listed,
        html.P([f"{say('video_left_out', lang)} ", *gone], className="video-left-out") if gone else None,
    ]
    return html.Div(
        [
            heading(say("video_state", lang), say("video_state_aside", lang)),
            head,
            html.Div(
                [html.Div(why, className="video-group"), *(_group(group, address, lang) for group in groups)],
                className="rows video-groups",
                tabIndex=0,
                role="group",
                **attributes(aria_label=say("video_state", lang)),
            ),
            html.Div(className="foot-note", **attributes(data_more=say("video_more", lang))),
        ],
        className="video-state",
    )


def nothing(words: str, lang: Language) -> html.Div:
    """The panel where there is no rate: why not."""
    return html.Div([heading(say("video_state", lang)), html.P(words, className="quiet")], className="video-state is-empty")


def _side(side: Amount, address: str) -> html.Span:
    return html.Span(
        [html.Span(f"{side.name} ", className="quiet"), opening(side, address), html.Small(side.aside) if side.aside else None]
    )


def opening(amount: Amount, address: str) -> Any:
    """The number, which opens to its cameras where they can be named."""
    if amount.part is None or len(amount.part) > LONGEST_PART:
        return html.Span(count(amount.n), className="n")
    changes: dict[str, str | None] = {"part": amount.part}
    if amount.area is not None:
        changes["area"] = amount.area
    return opener(address, INDICATOR, count(amount.n), "n", changes, **attributes(aria_label=f"{amount.name} {count(amount.n)}"))


def _reason(reason: Amount, address: str) -> html.Div:
    return html.Div([html.Span(reason.name, className="name"), bar(reason.share, None), opening(reason, address)], className="video-row")


def _group(group: Group, address: str, lang: Language) -> html.Div:
    rest = html.P(say("video_rest", lang, n=count(group.rest)), className="quiet") if group.rest else None
    return html.Div([html.H3(group.title), *(_row(row, address) for row in group.rows), rest], className="video-group")


def _row(row: RateRow, address: str) -> html.Div:
    name: Any = html.Span(row.name, className="name", title=row.name)
    if row.changes is not None:
        name = link(address, row.changes, row.name, "name", title=row.name)
    return html.Div(
        [name, bar(row.derived, row.reported), html.Span(row.shown, className="value"), opening(row.amount, address)],
        className="video-row has-value",
        title=row.hint,
    )
