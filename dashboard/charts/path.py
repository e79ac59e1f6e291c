"""Where the map stands: the areas from the top down, each a way back up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.format import Language
from dashboard.links import attributes, link
from dashboard.words import say


def draw(path: Sequence[tuple[str | None, str]], below: str, address: str, lang: Language) -> html.Nav:
    """The breadcrumb.

    Parameters
    ----------
    path
        Code and name from the top down to the area shown; a code None leads to an address without an area.
    below
        Shown name of the level that a click on the map opens; empty at the finest level.
    """
    steps: list[Any] = [link(address, {"area": code}, name, "step") for code, name in path[:-1]]
    steps.append(html.Span(path[-1][1], className="step is-here", **attributes(aria_current="location")))
    hint = html.Span(say("drill", lang, level=below), className="hint") if below else None
    return html.Nav([html.Div(steps, className="steps"), hint], className="path", **attributes(aria_label=say("path", lang)))
