"""Records that cannot be read, kept as they came: on disk, for there may be as many as a file has lines."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO


class FaultyRecords(Mapping[int, tuple[str, ...]]):
    """Record number → all its cells; there may be more or fewer than headers. Added in the order of their numbers.

    Parameters
    ----------
    path
        Where they are kept; made with the first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._numbers, self._places, self._codes = array("Q"), array("Q"), array("B")
        self._known: list[str] = []

    def keep(self, number: int, code: str, cells: Sequence[str]) -> None:
        """Add a record and what is wrong with it."""
        if code not in self._known:
            self._known.append(code)
        self._codes.append(self._known.index(code))
        if self._file is None:
            self._file = self._path.open("w+b")
        self._numbers.append(number)
        self._places.append(self._file.tell())
        self._file.write(json.dumps(cells).encode() + b"\n")

    @property
    def faults(self) -> Mapping[int, tuple[str, ...]]:
        """Record number → what is wrong with it."""
        return _Faults(self)

    def code(self, number: int) -> str:
        """What is wrong with one record."""
        return self._known[self._codes[self._at(number)]]

    def _at(self, number: int) -> int:
        at = bisect_left(self._numbers, number)
        if at == len(self._numbers) or self._numbers[at] != number:
            raise KeyError(number)
        return at

    def __getitem__(self, number: int) -> tuple[str, ...]:
        at = self._at(number)
        if self._file is None:
            raise KeyError(number)
        self._file.seek(self._places[at])
        return tuple(json.loads(self._file.readline()))

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class _Faults(Mapping[int, tuple[str, ...]]):
    def __init__(self, records: FaultyRecords) -> None:
        self._records = records

    def __getitem__(self, number: int) -> tuple[str, ...]:
        return (self._records.code(number),)

    def __iter__(self) -> Iterator[int]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)
