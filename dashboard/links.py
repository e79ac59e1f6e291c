"""Controls are links: each says what it changes in the address, and works without any script.

``controls.js`` catches the click and writes the changed address into the one store instead of loading the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import html

Changes = Mapping[str, str | None]

OPEN_WINDOW: Changes = {"from": None, "to": None}
"""A named window takes the place of dates."""


def merge(address: str, changes: Changes) -> str:
    """The address with keys replaced; None removes a key."""
    kept = [(key, value) for key, value in parse_qsl(address, keep_blank_values=True) if key not in changes]
    added = [(key, value) for key, value in changes.items() if value is not None]
    return urlencode([*kept, *added], safe=",:@")


def attributes(**named: str) -> dict[str, Any]:
    """Attributes whose names hold a hyphen: ``data_more`` is ``data-more``, ``aria_label`` is ``aria-label``."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def link(address: str, changes: Changes, children: Any, class_name: str = "", **more: Any) -> html.A:
    """An anchor to the changed address. ``changes`` is repeated in ``data-change`` so that quick clicks add up."""
    return html.A(
        children,
        href=f"?{merge(address, changes)}",
        className=class_name,
        **attributes(data_change=urlencode({key: value or "" for key, value in changes.items()}, safe=",:@")),
        **more,
    )
