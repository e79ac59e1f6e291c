"""What the numbers do not show on the map, leave out or could not take in: always in plain sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from dashboard.format import Language, count
from dashboard.links import Changes, attributes, opener
from dashboard.words import say


@dataclass(frozen=True)
class Gap:
    """What is not in plain sight elsewhere: how many, and out of what.

    Attributes
    ----------
    opens
        The indicator and the part it is of; None where they are no cases.
    cases
        What of the address it is of; None where nothing says it, then it does not open.
    href
        Where they are told of, where they are rows that never became cases.
    """

    name: str
    n: float
    share: str = ""
    opens: tuple[str, str] | None = None
    cases: Changes | None = field(default_factory=dict)
    href: str = ""


def draw(gaps: Sequence[Gap], caveats: Sequence[str], address: str, lang: Language) -> html.Div:
    """Names with counts and what they are out of, then sentences a reader of the numbers must know."""
    return html.Div(
        [html.Span([gap.name, " ", _number(gap, address), html.Small(gap.share) if gap.share else None], className="part") for gap in gaps]
        + [html.Span([html.B(say("caveat", lang)), " ", caveat], className="caveat") for caveat in caveats],
        className="coverage",
        role="note",
        **attributes(aria_label=say("coverage", lang)),
    )


def _number(gap: Gap, address: str) -> Any:
    shown = html.B(count(gap.n))
    said = attributes(aria_label=f"{gap.name} {count(gap.n)}")
    if gap.href:
        return html.A(shown, href=gap.href, className="opener", **said)
    if gap.opens is None or gap.cases is None:
        return shown
    indicator, part = gap.opens
    return opener(address, indicator, shown, "", {**gap.cases, "part": part}, **said)
