"""Cells of a column as pieces of text for a file, made by Arrow for a whole batch at once.

What a name is written as is worked out once for each name of its dictionary, not once for each row.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

Texts = Callable[[pa.Array], pa.Array]
"""From an array of texts to the texts that stand for them in a file, nulls kept."""


class Fragments:
    """Writes the columns of one file, remembering what it wrote for the names of each dictionary."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[pa.Array, pa.Array]] = {}

    def texts(self, key: str, array: pa.Array, written: Texts) -> pa.Array:
        """A column of texts or names, each as ``written`` has it."""
        if not pa.types.is_dictionary(array.type):
            return written(array)
        known = self._known.get(key)
        if known is None or not known[0].equals(array.dictionary):
            known = self._known[key] = (array.dictionary, written(array.dictionary))
        return known[1].take(array.indices)


def each(write: Callable[[str], str]) -> Texts:
    """Texts written one by one."""
    return lambda array: pa.array([None if text is None else write(text) for text in array.to_pylist()], pa.string())


def wall(instants: pa.Array) -> pa.Array:
    """Instants as the clock on the wall showed them, to the second, without zone."""
    return pc.local_timestamp(instants).cast(pa.timestamp("s"), safe=False)


def iso(instants: pa.Array) -> pa.Array:
    """Instants as ISO 8601, to the second, with the offset of their zone."""
    shown = wall(instants)
    utc = instants.cast(pa.timestamp("s", tz=instants.type.tz), safe=False)
    offset = pc.subtract(shown.cast(pa.int64()), utc.cast(pa.int64())).dictionary_encode()
    words = pa.array([None if seconds is None else _offset(seconds) for seconds in offset.dictionary.to_pylist()], pa.string())
    texts = pc.replace_substring(shown.cast(pa.string()), " ", "T", max_replacements=1)
    return pc.binary_join_element_wise(texts, words.take(offset.indices), "")


def _offset(seconds: int) -> str:
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
