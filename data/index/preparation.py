"""An index is made beside the work, in a thread of its own, once a snapshot is open; until it is ready SQL answers."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

import duckdb

from data.bound import in_cohort
from data.due import due_until
from data.errors import QuanyuError
from data.indicators.definition import shipped
from data.view import View

if TYPE_CHECKING:
    from data.index.index import Index
    from data.store.snapshot import Snapshot

_log = logging.getLogger(__name__)


class Preparation:
    """The making of a snapshot's index, begun at once.

    Attributes
    ----------
    problem
        Why there will be none, in a sentence; None while it is made and once it is there.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.problem: str | None = None
        self._index: Index | None = None
        self._is_over = False
        self._lock = threading.Lock()
        self._done = threading.Event()
        threading.Thread(target=self._make, args=(snapshot,), name=f"index {snapshot.id}").start()

    @property
    def index(self) -> Index | None:
        """The index once it is ready."""
        return self._index

    def wait(self, timeout_s: float | None = None) -> Index | None:
        """The index when it is ready; None where it cannot be made or the time has passed."""
        self._done.wait(timeout_s)
        return self._index

    def close(self) -> None:
        """Let go of the index, or of what is being made."""
        with self._lock:
            self._is_over = True
            made, self._index = self._index, None
        if made is not None:
            made.close()

    def _make(self, snapshot: Snapshot) -> None:
        try:
            with contextlib.closing(snapshot.again()) as own:
                made = _made(own)
        except Exception as error:  # noqa: BLE001  no fault of the index is worth an answer: SQL gives it
            self.problem = f"The index of {snapshot.id} was not made ({error}); its questions are answered by SQL."
            if not self._is_over and threading.main_thread().is_alive():
                is_foreseen = isinstance(error, QuanyuError | duckdb.Error | MemoryError)
                _log.warning(self.problem, exc_info=None if is_foreseen else error)
        else:
            with self._lock:
                if not self._is_over:
                    self._index = made
            if self._index is not made:
                made.close()
        finally:
            self._done.set()


def _made(snapshot: Snapshot) -> Index:
    """The index, from a snapshot that is open for it alone."""
    from data.index.index import Index  # noqa: PLC0415  numba takes a second; who never asks for an index never pays

    views = [View(snapshot, definition) for definition in (*snapshot.definitions.values(), *shipped())]
    return Index(snapshot, tuple(sorted({due_until(view) for view in views})), in_cohort(views[0]))
