"""What the reading process hands over: rows of text and one geometry each, as plain files in the workspace.

The rows are a regular text with commas, every cell quoted; a row may lack cells at its end. The geometry is WKB, each
with its length before it, 0 for none.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from data.errors import FileRejected
from data.ingest import encodings
from data.ingest.limits import limit

EXACT_INTEGER: float = 1e15
"""Excel keeps 15 digits; a longer number has lost its last ones and is written with an exponent, so that it shows."""
_REPLACEMENT: Final = "\ufffd".encode()
_LENGTH: Final = struct.Struct("<I")


@dataclass
class Handover:
    """Writes rows and geometry; use as a context manager.

    Attributes
    ----------
    rows
        How many were written.
    faults
        Row number (from 1) → codes.
    is_spoilt
        Whether signs of a failed decoding stand in some cell.
    has_geometry, has_position, has_shapes
        Whether some row has a geometry that is no point, whether some row has a point, and whether rows have a place for one.
    """

    folder: Path
    rows: int = 0
    faults: dict[int, tuple[str, ...]] = field(default_factory=dict)
    is_spoilt: bool = False
    has_geometry: bool = False
    has_position: bool = False
    has_shapes: bool = False
    _text: IO[str] | None = None
    _shapes: IO[bytes] | None = None
    _writer: Any = None

    def __enter__(self) -> Self:
        # A lone half of a surrogate pair is no character; it is handed over as the replacement character.
        codecs.register_error("replaced", lambda error: (_REPLACEMENT, error.end))  # type: ignore[attr-defined]
        self._text = (self.folder / "rows.csv").open("w", encoding="utf-8", errors="replaced", newline="")
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for file in (self._text, self._shapes):
            if file is not None:
                file.close()

    def add(self, cells: Sequence[str]) -> None:
        """One row.

        Raises
        ------
        FileRejected
            ``E_TOO_MANY_ROWS``.
        """
        self.rows += 1
        if self.rows > limit("max_rows"):
            raise FileRejected("E_TOO_MANY_ROWS", f"The file has more than {limit('max_rows'):,} rows; split it by time.")
        whole = "".join(cells)
        if "\0" in whole:
            self.faults[self.rows] = ("E_NUL",)
            cells = [cell.replace("\0", "") for cell in cells]
        self.is_spoilt = self.is_spoilt or (not whole.isascii() and encodings.is_spoilt(whole))
        self._writer.writerow(cells or [""])

    def shape(self, wkb: bytes | None) -> None:
        """The geometry of the row that was just added."""
        if self._shapes is None:
            self._shapes = (self.folder / "shapes.bin").open("wb")
        self._shapes.write(_LENGTH.pack(len(wkb) if wkb else 0))
        self._shapes.write(wkb or b"")

    def answer(self, headers: Sequence[str], warnings: Sequence[str] = ()) -> dict[str, Any]:
        """What the waiting process is told."""
        found = [*warnings, *(["W_MOJIBAKE"] if self.is_spoilt else [])]
        return {
            "headers": list(headers),
            "rows": self.rows,
            "faults": {str(row): list(codes) for row, codes in self.faults.items()},
            "warnings": found,
            "has_geometry": self.has_geometry,
        }


def cell_text(value: Any) -> str:  # noqa: PLR0911 -- one type, one return
    """One value as text: whole numbers without a point, instants as ISO, truth values as true/false."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN
            return ""
        if value.is_integer():
            return str(int(value)) if abs(value) < EXACT_INTEGER else f"{value:.14E}"
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def shapes_of(folder: Path) -> Iterator[bytes | None]:
    """The geometry that was handed over, row by row."""
    with (folder / "shapes.bin").open("rb") as file:
        while length := file.read(_LENGTH.size):
            size = _LENGTH.unpack(length)[0]
            yield file.read(size) if size else None
