"""The way to saved views in the head of a page; ``saved.js`` makes the dialogue it opens.

It goes with every answer, so it is a link like its neighbours, which costs a few bytes; what the dialogue says comes from
:mod:`dashboard.saved.routes`.
"""

from __future__ import annotations

from typing import Final

from dash import html

from dashboard.format import Language
from dashboard.words import say

VIEWS: Final = "#views"
"""What the script knows it by."""


def opener(lang: Language) -> html.A:
    """Leads to views by name, this view under a name, and its link with snapshot and definition in it."""
    return html.A(say("saved", lang), href=VIEWS, className="to-page")
