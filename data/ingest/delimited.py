"""Text with separators: header, records, and what is wrong with single records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from data.errors import FileRejected

SEPARATORS: Final = (",", "\t", ";", "|")
HEADER_ROWS: Final = 12
"""How far down a header is looked for."""
_LINES_OF_ONE_RECORD: Final = 500
csv.field_size_limit(2**31 - 1)


class Record(NamedTuple):
    """One record that is not blank: its fields, what is wrong with it, and how many lines it takes."""

    fields: list[str]
    faults: tuple[str, ...]
    lines: int


def separator_of(path: Path) -> str:
    """The separator that splits the first lines into most fields; a comma where there is none."""
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        head = "".join(islice(file, HEADER_ROWS))
    return max(SEPARATORS, key=lambda separator: (head.count(separator), -SEPARATORS.index(separator)))


def records(path: Path, separator: str) -> Iterator[Record | None]:
    """Every record of a UTF-8 text in order; None for a blank one.

    A quotation mark that is never closed costs one line, not the rest of the file.
    """
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        lines = list(file)
    at = 0
    while at < len(lines):
        taken, fields, faults = _record(lines, at, separator)
        at += taken
        yield None if not faults and not any(field.strip() for field in fields) else Record(fields, faults, taken)


def head(path: Path, separator: str) -> list[tuple[list[str], int]]:
    """The first records with the number of lines up to and including each; blank ones are left out."""
    found: list[tuple[list[str], int]] = []
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        lines = list(islice(file, HEADER_ROWS * 4))
    at = 0
    while at < len(lines) and len(found) < HEADER_ROWS:
        taken, fields, faults = _record(lines, at, separator)
        at += taken
        if not faults and any(field.strip() for field in fields):
            found.append((fields, at))
    if not found:
        raise FileRejected("E_EMPTY_FILE", f"{path.name} holds no text; export it again.")
    return found


def _record(lines: list[str], at: int, separator: str) -> tuple[int, list[str], tuple[str, ...]]:
    line = lines[at]
    if "\0" in line:
        return 1, _split(line.replace("\0", ""), separator) or [], ("E_NUL",)
    if '"' not in line:
        return 1, line.rstrip("\r\n").split(separator), ()
    text, marks = line, line.count('"')
    taken = 1
    while marks % 2 and at + taken < len(lines) and taken < _LINES_OF_ONE_RECORD:
        text += lines[at + taken]
        marks += lines[at + taken].count('"')
        taken += 1
    fields = None if marks % 2 else _split(text, separator)
    if fields is None and taken > 1:
        taken, text = 1, line
    if fields is None:
        return 1, line.rstrip("\r\n").split(separator), ("E_QUOTE",)
    return taken, fields, ()


def _split(text: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error:
        return None
