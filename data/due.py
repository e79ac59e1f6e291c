"""How far "due soon" looks: working hours of the definition, counted from the snapshot's ``as_of``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.view import View


def due_until(view: View) -> dt.datetime:
    """The instant (UTC, naive) up to which an open deadline counts as due soon."""
    hours = view.definition.due_soon_hours

    def find() -> dt.datetime:
        from data.calendar import WorkingTime  # noqa: PLC0415  reading holidays takes time; only views that ask pay

        found = WorkingTime.of(view.snapshot).add_hours(view.snapshot.as_of, hours)
        return found.replace(tzinfo=None)

    return view.snapshot.once(("due_until", hours), find)
