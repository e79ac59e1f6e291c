"""Controls are links: each says what it changes in the address, and works without any script.

``controls.js`` catches the click and writes the changed address into the one store instead of loading the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from dash import html

from dashboard.scenes.scene import NOTHING, SETTABLE

Changes = Mapping[str, str | None]

OPEN: Final = "open"
"""The key of an address that says which number is open."""
WORKBENCH: Final = "/analysis"
"""Where a selection is analysed."""
HANDBOOK: Final = "/indicators"
"""Where indicators are told of, each under its key."""
OPEN_WINDOW: Changes = {"from": None, "to": None}
"""A named window takes the place of dates."""


def merge(address: str, changes: Changes) -> str:
    """The address with keys replaced; None removes a key.

    In a scene, what is taken away stays as :data:`~dashboard.scenes.scene.NOTHING`, unless the scene changes too.
    """
    given = parse_qsl(address, keep_blank_values=True)
    kept = [(key, value) for key, value in given if key not in changes]
    stays = any(key == "scene" for key, _ in kept)
    held = {key for key, _ in given if stays and key in SETTABLE}
    added = [(key, NOTHING if value is None else value) for key, value in changes.items() if value is not None or key in held]
    return urlencode([*kept, *added], safe=",:@")


def escaped(name: str) -> str:
    """A name as one value of an address, whose commas separate no values."""
    return name.replace("\\", "\\\\").replace(",", "\\,")


def opened(indicator: str, changes: Changes) -> str:
    """The value of ``open`` for a number: its indicator, and what it changes of the page's address (None removes a key)."""
    listed = urlencode({key: value or "" for key, value in changes.items() if value or key not in ("part", "cursor")}, safe=",:@")
    return f"{indicator}?{listed}" if listed else indicator


def closed(address: str) -> str:
    """An address without what is opened."""
    return "&".join(part for part in address.split("&") if not part.startswith(f"{OPEN}="))


def opener(address: str, indicator: str, children: Any, class_name: str = "", changes: Changes | None = None, **more: Any) -> html.A:
    """A number that opens: ``indicator`` of the address with ``changes``, which may name a ``part`` of it.

    A link like all controls, so that it works in a new tab; ``opened.js`` catches the click. What is opened stands in it as far as
    may be as it stands beside it, since a screen holds a hundred of them.
    """
    value = opened(indicator, changes or {})
    return html.A(
        children,
        href=f"?{merge(address, {OPEN: None})}&{urlencode({OPEN: value}, safe=',:@?=')}",
        className=f"opener {class_name}".strip(),
        **attributes(data_open=value, aria_haspopup="dialog"),
        **more,
    )


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
