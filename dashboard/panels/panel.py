"""What a panel is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from dash import html

from dashboard import ids
from dashboard.format import Language
from dashboard.look import Look
from dashboard.words import say

Output = tuple[str, str]
Column = Literal["left", "right", "foot"]

COLUMNS: Final[Mapping[Column, float]] = {"left": 41.0, "right": 41.0, "foot": 22.0}
"""The columns around the map, with the room that each has for panels on the smallest screen, in root sizes of type; of the foot,
whose panels stand side by side, it is that of two."""


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes
    ----------
    key
        Names its slot, ``panel-<key>``, and its class in the style sheet, ``slot-<key>``.
    names
        What it shows, per language.
    build
        From a look to the slot's children, then one value for each of ``extra``. Runs under the panel's own guard.
    extra
        Further ids and properties it writes, with what they hold when the panel fails.
    is_kept_when_empty
        Also built when nothing is selected; others then say so.
    column
        Where it stands when a scene names it; one without a column stands in every scene.
    least_rem
        The least room that it needs in its column, in root sizes of type.
    """

    key: str
    names: Mapping[str, str]
    build: Callable[[Look], tuple[Any, ...]]
    extra: Mapping[Output, Any] = field(default_factory=dict)
    is_kept_when_empty: bool = False
    column: Column | None = None
    least_rem: float = 8.0

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Everything it writes."""
        return ((ids.panel(self.key), "children"), *self.extra)

    def failed(self, sentence: str) -> tuple[Any, ...]:
        """What it writes instead of its content."""
        return (html.P(sentence, className="failed", role="alert"), *self.extra.values())


def slot(key: str, lang: Language, element: Any = html.Section) -> Any:
    """Where a panel will stand in a page's layout: a skeleton until the first answer fills it."""
    skeleton = html.Span(className="skeleton", role="status", title=say("loading", lang))
    return element(skeleton, id=ids.panel(key), className=f"slot slot-{key}")
