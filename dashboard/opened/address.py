"""What is opened: an indicator, and what its selection changes of the page's address. Written as one value of the page's address.

``open=disposal_rate?area=510118001&part=rest`` (percent-encoded): the number of the page's selection with the area changed, the
cases that are not in its numerator. A change to nothing takes a key away. ``open=case?id=RX2026…``: one case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from dashboard.links import Changes, merge, opened
from data.filters import settle
from data.indicators.indicator import Indicator
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.view import View
from data.vocabulary import Language

MOST_BASE: Final = 4096
MOST_OPEN: Final = 2000
MOST_ID: Final = 256
USUAL: Final = "usual"
"""The key by which a number is opened with what was to be expected of it."""
OWN: Final = ("part", "cursor", "id", USUAL)
CASE: Final = "case"
"""What stands in place of an indicator where one case is opened."""


def is_asked(value: Any) -> bool:
    """Whether a browser may send this: the page's address, and what of it is opened."""
    return value is None or (
        isinstance(value, dict)
        and value.keys() == {"n", "base", "open"}
        and isinstance(value["n"], int)
        and isinstance(value["base"], str)
        and isinstance(value["open"], str)
        and len(value["base"]) <= MOST_BASE
        and len(value["open"]) <= MOST_OPEN
    )


@dataclass(frozen=True)
class Asked:
    """What a browser asked to open.

    Attributes
    ----------
    indicator
        None where there is none of that key.
    selection
        The page's selection with the changes; not yet settled against a view.
    page
        The page's own selection.
    changes
        What the opened selection changes of the page's address.
    part, cursor
        Which cases, and after which; None for the first.
    event_id
        The case, where one is opened.
    with_usual
        What was to be expected of the number is asked for as well.
    is_readable
        Whether all of it could be read; what could not is never guessed.
    """

    indicator: Indicator | None
    selection: Selection
    page: Selection
    changes: Changes
    part: str | None
    cursor: str | None
    is_readable: bool
    event_id: str | None = None
    with_usual: bool = False

    @classmethod
    def parse(cls, sent: Mapping[str, Any]) -> Asked:
        """Read what a browser sent."""
        key, _, text = str(sent["open"]).partition("?")
        try:
            given = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=60, errors="strict"))
        except ValueError:
            given, key = {}, ""
        changes = {name: value or None for name, value in given.items() if name not in OWN}
        selection, notes = Selection.parse(merge(str(sent["base"]), changes))
        own = (given.get("part") or None, given.get("cursor") or None)
        page, _ = Selection.parse(merge(str(sent["base"]), {}))
        event_id = given.get("id") or None
        is_readable = not notes and (key in INDICATORS if event_id is None else key == CASE and len(event_id) <= MOST_ID)
        return cls(INDICATORS.get(key), selection, page, changes, *own, is_readable, event_id, bool(given.get(USUAL)))

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.selection.lang

    def settled(self, view: View) -> Selection | None:
        """The selection, where this view has all that it names; an area out of scope is as unknown as one that is not there."""
        selection, notes = settle(view, self.selection)
        return None if notes else selection

    def standard(self, view: View) -> Selection:
        """The page's own selection, as far as this view has it: what an adjusted number is adjusted to."""
        return settle(view, self.page)[0]

    def at(self, view: View, part: str | None = None, cursor: str | None = None, indicator: str | None = None) -> str:
        """The value of ``open`` for another part, page or indicator of the same selection, pinned to the view's snapshot and rules."""
        assert self.indicator is not None  # noqa: S101 — only asked of what could be opened
        pinned = {**self.changes, "snapshot": view.snapshot.id, "definition": view.definition.key}
        return opened(indicator or self.indicator.key, {**pinned, "part": part, "cursor": cursor})
