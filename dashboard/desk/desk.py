"""What every part of the data page is built from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard.context import Context
from dashboard.desk import books
from dashboard.desk.address import Asked
from dashboard.format import Language, local
from data.view import View


@dataclass(frozen=True)
class Desk:
    """A viewer's look at a snapshot's books.

    Attributes
    ----------
    view, asked
        From the server; what the address asks for.
    may_write
        Whether this request may change anything, see :mod:`dashboard.desk.permission`.
    """

    context: Context
    view: View
    asked: Asked
    may_write: bool = False

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.asked.lang

    @property
    def sees_all(self) -> bool:
        """Whether the viewer may see rows; others see counts."""
        return self.view.scope is None

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """Of the snapshot looked at."""
        return self.view.snapshot.manifest

    @cached_property
    def sources(self) -> Sequence[books.SourceBook]:
        """The books of its sources."""
        return books.of_manifest(self.manifest)

    def when(self, instant: dt.datetime | str | None, form: str = "%Y-%m-%d %H:%M") -> str:
        """An instant in the deployment's zone; empty where there is none."""
        if isinstance(instant, str):
            try:
                instant = dt.datetime.fromisoformat(instant)
            except ValueError:
                return ""
        return "" if instant is None else local(instant, self.view.snapshot.zone).strftime(form)
