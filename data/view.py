"""Who looks at what: a snapshot, a definition version and the areas this viewer may see.

A view is made on the server from the viewer's session, never from anything the browser sent. Every question takes a
view, and :mod:`data.queries` puts its scope into every statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from data.indicators.definition import Definition
from data.store.snapshot import Snapshot


@dataclass(frozen=True)
class View:
    """A scoped look at one snapshot.

    Attributes
    ----------
    snapshot, definition
        The data and the rules by which numbers are made.
    scope
        Codes of the areas that may be seen, with all below them; None is everything, an empty tuple nothing.
    """

    snapshot: Snapshot
    definition: Definition
    scope: tuple[str, ...] | None = None

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The scope as disjoint inclusive ranges of ``area_ix``; codes that do not exist grant nothing."""
        areas = self.snapshot.areas
        if self.scope is None:
            return [(0, len(areas) - 1)]
        return areas.spans(ix for code in self.scope for ix in areas.find(code))

    def sees(self, area_ix: int) -> bool:
        """Whether an area lies in the scope."""
        return any(low <= area_ix <= high for low, high in self.spans)

    def nodes(self, within: int = 0) -> list[int]:
        """Every visible area at or below ``within``."""
        last = int(self.snapshot.areas.last[within])
        return [ix for ix in range(within, last + 1) if self.sees(ix)]

    @property
    def top(self) -> int:
        """The area a viewer starts from: the whole, or the first area of the scope."""
        return self.spans[0][0] if self.spans else 0
