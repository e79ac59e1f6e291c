"""What a page is: one entry of :data:`dashboard.pages.PAGES`.

A page module exposes ``PAGE``::

    PAGE = Page(
        path="/",                                   # exactly as in the address
        key="wall",                                 # stem of the module, its texts and its marks
        names={"zh": "一屏", "en": "Screen"},
        layout=layout,                              # (context, query) -> Component, query without "?"
        register=register,                          # (app, context) -> None, calls app.callback(...)(function)
        accepts={"selection.data": text(4096)},     # what every *server* callback input and state of the page may hold
    )

``layout`` is called whenever the address is read: when the page is opened and on Back and Forward. Afterwards the page writes
the address by itself (``history.pushState``); nobody listens to that. Around the page stands the frame of :mod:`dashboard.routing`
with the stores ``ids.GENERATION`` and ``ids.ADDRESS`` and the banner ``ids.BANNER``: a page does not make them again.

The request guard refuses callbacks whose inputs are not in ``accepts``; clientside callbacks need no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from dashboard.context import Context

Accept = Callable[[Any], bool]
"""Says whether a value that a browser sent for one property may reach a callback."""


@dataclass(frozen=True)
class Page:
    """One page of the application.

    Attributes
    ----------
    path
        The address, beginning with ``/``; nothing below it is served.
    key
        A short ASCII word that names the page in code.
    names
        Shown name per language.
    layout
        Makes the page's components from the context and the query string (without ``?``, at most ``MAX_QUERY`` characters).
        Bad values are the page's to forgive, with a visible note.
    register
        Registers the page's callbacks on an application; called once per application.
    accepts
        ``"<id>.<property>"`` → which values are let through, for each input and state of the page's server callbacks.
    """

    path: str
    key: str
    names: Mapping[str, str]
    layout: Callable[[Context, str], Component]
    register: Callable[[Dash, Context], None]
    accepts: Mapping[str, Accept] = field(default_factory=dict)


def text(longest: int) -> Accept:
    """Accepts a text of at most ``longest`` characters, or nothing."""

    def accept(value: Any) -> bool:
        return value is None or (isinstance(value, str) and len(value) <= longest)

    return accept


def whole(low: int, high: int) -> Accept:
    """Accepts a whole number from ``low`` to ``high`` inclusive, or nothing."""

    def accept(value: Any) -> bool:
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and low <= value <= high)

    return accept


def one_of(*choices: str) -> Accept:
    """Accepts one of a few words, or nothing."""

    def accept(value: Any) -> bool:
        return value is None or (isinstance(value, str) and value in choices)

    return accept
