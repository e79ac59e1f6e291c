"""Answers of one request: each question is put once, however many panels need it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, TypeVar

from data.selection import Selection
from data.view import View

P = ParamSpec("P")
R = TypeVar("R")


class Answers:
    """Asks questions for one view and one selection and keeps what they gave.

    ``answers(queries.categories_per_bucket)`` is ``queries.categories_per_bucket(view, selection)``. A question that fails
    fails again for the next panel that needs it. Frames are shared: never change one in place.
    """

    def __init__(self, view: View, selection: Selection) -> None:
        self.view = view
        self.selection = selection
        self._kept: dict[Hashable, Any] = {}
        self._lock = threading.RLock()

    def __call__(self, question: Callable[Concatenate[View, Selection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer to a question; arguments must be hashable."""
        key = (question, args, tuple(sorted(kwargs.items())))
        with self._lock:
            if key not in self._kept:
                self._kept[key] = question(self.view, self.selection, *args, **kwargs)
            answer: R = self._kept[key]
            return answer
