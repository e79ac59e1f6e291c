"""The other look of a comparison: the same page of another window, another area or another snapshot."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from dashboard.context import Context
from dashboard.look import Look
from dashboard.words import say
from data import against
from data.errors import QuanyuError
from data.filters import settle
from data.selection import Selection
from data.view import View


@contextlib.contextmanager
def compared(context: Context, view: View, selection: Selection) -> Iterator[tuple[Look | None, tuple[str, ...]]]:
    """What a selection says it is compared with, open until the block ends, or why there is nothing, in words.

    Another snapshot is seen with the same scope, and by the same definition where it has it.
    """
    other = against.other(view, selection)
    if other is None:
        lacks = selection.against is not None
        yield None, (say("against_none", selection.lang, against=selection.against),) if lacks else ()
        return
    if other.snapshot in {selection.snapshot, view.snapshot.id}:
        yield Look(view, other), ()
        return
    with contextlib.ExitStack() as held:
        try:
            there = held.enter_context(context.view(other.snapshot, selection.definition or view.definition.key, is_strict=False))
        except QuanyuError:  # not in the store, or damaged
            yield None, (say("against_none", selection.lang, against=selection.against),)
            return
        settled, notes = settle(there, other)
        yield Look(there, settled), tuple(notes)
