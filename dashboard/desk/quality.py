"""Quality by street and field, and on which datum a source's positions fit."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.desk.desk import Desk
from dashboard.words import say


def build(desk: Desk) -> list[Any]:
    """The table of areas and fields."""
    return [html.H2(say("data_quality", desk.lang))]
