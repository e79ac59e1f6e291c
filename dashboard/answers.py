"""Answers that were already computed: the same question by the same viewer of the same snapshot is asked once.

The key is made on the server from the :class:`~data.view.View`, so it always contains the scope; nothing a browser sends can
name another viewer's answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from data.view import View

Answer = TypeVar("Answer")
Key = tuple[str, str, tuple[str, ...] | None, Hashable]


class _Pending:
    """One computation that several requests may wait for."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.answer: object = None


class Answers:
    """The last answers, least recently used first out.

    Parameters
    ----------
    size
        Answers kept at most; 0 keeps none.
    """

    def __init__(self, size: int = 128) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, object] = OrderedDict()
        self._pending: dict[Key, _Pending] = {}
        self.hits = 0
        self.misses = 0

    def get(
        self, view: View, question: Hashable, compute: Callable[[], Answer], *, is_worth_keeping: Callable[[Answer], bool] | None = None
    ) -> Answer:
        """The answer to ``question``, computed where it is not kept.

        Requests that ask the same while it is being computed wait for it and get the same. An error is given to those who
        waited and is not kept, nor is an answer that is not worth it. Answers are shared between requests: do not change them.
        """
        key: Key = (view.snapshot.id, view.definition.sha256, view.scope, question)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                self.hits += 1
                return self._kept[key]  # type: ignore[return-value]
            pending = self._pending.get(key)
            if pending is None:
                mine = self._pending[key] = _Pending()
                self.misses += 1
            else:
                self.hits += 1
        if pending is not None:
            pending.done.wait()
            if pending.error is not None:
                raise pending.error
            return pending.answer  # type: ignore[return-value]
        try:
            answer = compute()
            mine.answer = answer
            if is_worth_keeping is None or is_worth_keeping(answer):
                self._keep(key, answer)
            return answer
        except BaseException as error:
            mine.error = error
            raise
        finally:
            with self._lock:
                del self._pending[key]
            mine.done.set()

    def _keep(self, key: Key, answer: object) -> None:
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def forget(self, snapshots: set[str]) -> None:
        """Drop the answers of all snapshots but these."""
        with self._lock:
            for key in [key for key in self._kept if key[0] not in snapshots]:
                del self._kept[key]
