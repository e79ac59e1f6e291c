"""Text with separators: header, records, and what is wrong with single records. Nothing is held but one record."""

from __future__ import annotations

import csv
import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from data.errors import FileRejected
from data.ingest.faulty import FaultyRecords
from data.ingest.limits import MB, limit

SEPARATORS: Final = (",", "\t", ";", "|", "，", "；", "^", "~", "\x01", "\x1f", "、")
HEADER_ROWS: Final = 25
"""How far down a header is looked for."""
BLANKS: Final = " \t\r\n\u00a0\u3000\ufeff\u200b"
_END_OF_TEXT: Final = "\x1a"
"""Old programs end a text with it."""
_LINES_OF_ONE_RECORD: Final = 500
_QUOTED: Final = MB
"""How long a quotation may run, in characters, before its mark counts as never closed."""
_KEPT: Final = 2000
"""Characters kept of each cell of a record that is too long."""
_BATCH: Final = 5000
_LEAST: Final = 64
"""Characters that a line counts for at least where only so much of a file is looked at: blank lines cost time, too."""
csv.field_size_limit(2**31 - 1)

Score = Callable[[Sequence[str]], int]


class Line(NamedTuple):
    """One line with its end, or the beginning of one that is longer than allowed."""

    text: str
    is_cut: bool


class Record(NamedTuple):
    """One record: its fields, what is wrong with it, how many lines it takes, and its line where it needs no quoting."""

    fields: list[str]
    faults: tuple[str, ...]
    lines: int
    plain: str | None = None


@dataclass
class Cleaned:
    """What :func:`clean` found: the number of records, and those that something is wrong with, as they came."""

    originals: FaultyRecords
    rows: int = 0


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of a UTF-8 text, whatever ends them; of one that is too long only the beginning."""
    most = limit("max_record_mb") * MB
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        while text := file.readline(most):
            is_cut = len(text) == most and not text.endswith(("\r", "\n"))
            if is_cut:
                while (more := file.readline(MB)) and not more.endswith(("\r", "\n")):
                    pass
            yield Line(text, is_cut)


def records(lines: Iterator[Line], separator: str) -> Iterator[Record | None]:
    """Every record in order; None for a blank one.

    A quotation mark that is never closed costs one line, not the rest of the file.
    """
    waiting: deque[Line] = deque()
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return
        yield _record(line, waiting, lines, separator)


def head_of(path: Path, separator: str) -> list[tuple[list[str], int]]:
    """The first records with the number of lines up to and including each; blank and faulty ones are left out."""
    found: list[tuple[list[str], int]] = []
    at = 0
    for record in records(_first_lines(path), separator):
        at += record.lines if record else 1
        if record is not None and not record.faults:
            found.append((record.fields, at))
        if len(found) == HEADER_ROWS:
            break
    return found


def separator_of(path: Path, score: Score) -> str:
    """The separator under which most headers are known; else the one that splits most lines alike; a comma where none does."""
    best: tuple[tuple[int, int, int, int], str] | None = None
    text = "".join(line.text for line in _first_lines(path))
    for ix, separator in enumerate(SEPARATORS):
        if separator not in text:
            continue
        rows = [fields for fields, _ in head_of(path, separator)]
        known = max((score(row) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        alike = max(widths.values(), default=0)
        rank = (known, alike, max((len(row) for row in rows), default=0), -ix)
        if best is None or rank > best[0]:
            best = (rank, separator)
    return best[1] if best else ","


def clean(path: Path, separator: str, last: int, width: int, target: Path) -> Cleaned:
    """Write the records after the header as a regular text: one width, every odd cell quoted, no blank records.

    Parameters
    ----------
    last
        Index of the header among the records that are not blank and not faulty.
    """
    found = Cleaned(FaultyRecords(target.with_suffix(".faulty")))
    seen = -1
    with target.open("w", encoding="utf-8", newline="") as copy:
        batch: list[str] = []
        for record in records(lines_of(path), separator):
            if record is None:
                continue
            if seen < last:
                seen += not record.faults
                continue
            found.rows += 1
            fields, faults, plain = record.fields, record.faults, record.plain
            if not faults and len(fields) > width and not any(cell.strip(BLANKS) for cell in fields[width:]):
                # Separators at the end of a line are no cells; DuckDB's reader lets them pass too.
                fields, plain = fields[:width], None
            if not faults and len(fields) != width:
                faults = ("E_RAGGED",)
            if faults:
                found.originals.keep(found.rows, faults[0], fields)
                fields = (fields + [""] * width)[:width]
            if plain is not None and not faults:
                batch.append(plain)
            else:
                batch.append(separator.join('"' + cell.replace('"', '""') + '"' for cell in fields))
            if len(batch) == _BATCH:
                copy.write("\n".join(batch) + "\n")
                batch.clear()
        if batch:
            copy.write("\n".join(batch) + "\n")
    return found


def takes_a_line_each(path: Path, lines: int) -> bool:
    """Whether none of the first lines holds a quotation that may run on: DuckDB skips records, not lines."""
    return all(line.text.count('"') % 2 == 0 for line in itertools.islice(lines_of(path), lines))


def _first_lines(path: Path) -> Iterator[Line]:
    left, filled = 8 * MB, 0
    for line in lines_of(path):
        yield line
        left -= max(len(line.text), _LEAST)
        filled += not line.text.isspace()
        if filled > HEADER_ROWS * 4 or left < 0:
            return


def _record(line: Line, waiting: deque[Line], lines: Iterator[Line], separator: str) -> Record | None:  # noqa: PLR0911 -- one fault, one return
    text = line.text
    if line.is_cut:
        return Record([cell[:_KEPT] for cell in text.split(separator)[: limit("max_columns")]], ("E_FIELD_TOO_LONG",), 1)
    if "\0" in text:
        return Record(_split(text.replace("\0", ""), separator), ("E_NUL",), 1)
    if '"' not in text:
        bare = text.rstrip("\r\n")
        fields = bare.split(separator)
        if not bare.strip(BLANKS + _END_OF_TEXT + separator) and not any(cell.strip(BLANKS + _END_OF_TEXT) for cell in fields):
            return None
        return Record(fields, (), 1, bare)
    taken: list[Line] = []

    def more() -> Iterator[str]:
        yield text
        left = _QUOTED
        while len(taken) < _LINES_OF_ONE_RECORD and left > 0:
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None:
                return
            taken.append(following)
            left -= len(following.text)
            yield following.text

    try:
        fields = next(csv.reader(more(), delimiter=separator, strict=True), [])
    except csv.Error:
        waiting.extendleft(reversed(taken))
        return Record(text.rstrip("\r\n").split(separator), ("E_QUOTE",), 1)
    faults: tuple[str, ...] = ()
    if any("\0" in part.text for part in taken):
        fields, faults = [cell.replace("\0", "") for cell in fields], ("E_NUL",)
    if not faults and not any(cell.strip(BLANKS) for cell in fields):
        return None
    return Record(fields, faults, 1 + len(taken))


def _split(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return text.rstrip("\r\n").split(separator)


def no_header(path: Path, name: str) -> FileRejected:
    """Why nothing at the top of a UTF-8 text, sent as ``name``, reads as a record."""
    first = next(lines_of(path), None)
    if first is not None and first.is_cut:
        columns = max(first.text.count(separator) for separator in SEPARATORS) + 1
        if columns > limit("max_columns"):
            return FileRejected("E_TOO_MANY_COLUMNS", f"{name} has {columns:,} columns or more; export only those that are needed.")
        return FileRejected("E_NO_HEADER", f"{name} has no line end in its first {limit('max_record_mb')} MB; expected a header row.")
    with path.open("r", encoding="utf-8-sig") as file:
        has_text = any(part.strip(BLANKS + "".join(SEPARATORS)) for part in iter(lambda: file.read(MB), ""))
    if has_text:
        return FileRejected("E_NO_HEADER", f"{name} has no row that reads as a header; put the column names in the first row.")
    return FileRejected("E_EMPTY_FILE", f"{name} holds no text; export it again.")
