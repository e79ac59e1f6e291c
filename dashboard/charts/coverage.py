"""What the numbers do not show on the map, leave out or could not take in: always in plain sight."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.format import Language, count
from dashboard.links import attributes
from dashboard.words import say


def draw(parts: Sequence[tuple[str, float, str]], caveats: Sequence[str], lang: Language) -> html.Div:
    """Names with counts and what they are out of, then sentences a reader of the numbers must know."""
    return html.Div(
        [html.Span([name, " ", html.B(count(n)), html.Small(share) if share else None], className="part") for name, n, share in parts]
        + [html.Span([html.B(say("caveat", lang)), " ", caveat], className="caveat") for caveat in caveats],
        className="coverage",
        role="note",
        **attributes(aria_label=say("coverage", lang)),
    )
