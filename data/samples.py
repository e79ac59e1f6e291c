"""Rows that were rejected for a snapshot: where their file is, and a few of them as samples that may be shown.

The file holds the rows as they came and may hold personal data; samples hold nothing that :mod:`data.ingest.privacy` would not let in.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from data.ingest.fields import ID_FIELDS
from data.ingest.privacy import MASK, PATTERNS, is_personal
from data.ingest.quarantine import EXPLAINING
from data.ingest.recognise import normal

MOST_LINES: Final = 5000
"""Lines of a file that samples are looked for in."""
MOST_CHARACTERS: Final = 120
_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]{8}")
_EXACT_FIELDS: Final = ("_id", "_code", "_at", "lon", "lat", "point", "datum")
"""Ids, codes, times and positions are shown as they are: a grid code may look like a telephone number."""


@dataclass(frozen=True)
class Sample:
    """One rejected row: its number in the file (1 is the first after the header), the column and the value to blame, and its id."""

    row: int
    column: str
    value: str
    id: str = ""


def rejected_file(store: Path, snapshot: str, place: str) -> Path | None:
    """The file with the rejected rows of a department file; None where there is none, or this is no place of one.

    Parameters
    ----------
    place
        ``<source>/<file>.csv`` as the snapshot's manifest says. The answer never lies outside ``quarantine/<snapshot>`` and is no link.
    """
    names = place.split("/")
    if not _ID.fullmatch(snapshot) or len(names) != 2 or not all(map(_is_name, names)):
        return None
    folder = store / "quarantine" / snapshot
    path = folder / names[0] / names[1]
    try:
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            return None
        return path if path.resolve().is_relative_to(folder.resolve()) else None
    except OSError:
        return None


def to_correct(path: Path) -> Iterator[str]:
    """The file with the rejected rows as its publisher gets it: one line a row with all of its reasons, to be corrected once.

    It begins with a byte order mark, by which spreadsheets know UTF-8.
    """
    own = len(EXPLAINING)
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as lines:
        given = csv.reader(lines)
        yield "\ufeff" + _csv_line(next(given, []))
        for _, reasons in groupby(given, key=lambda line: (line[:1], line[own:])):
            told = list(reasons)
            together = ["; ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*(line[1:own] for line in told), strict=False)]
            yield _csv_line([*told[0][:1], *together, *told[0][own:]])


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def samples(path: Path, kind: str, recognised: Mapping[str, str], most: int = 3) -> dict[str, list[Sample]]:
    """The first rejected rows of each code, personal data masked; empty where the file cannot be read.

    Parameters
    ----------
    kind
        What the rows are.
    recognised
        Field → header of the department file, by which ids and codes are told from free text.
    most
        Rows of one code.
    """
    found: dict[str, list[Sample]] = {}
    with contextlib.suppress(OSError, csv.Error), path.open(encoding="utf-8-sig", newline="", errors="replace") as lines:
        # by position: the department's own columns follow and may have the same names
        given = csv.reader(lines)
        headers = next(given, [])
        id_header = recognised.get(ID_FIELDS.get(kind, ""))
        id_ix = headers.index(id_header, len(EXPLAINING)) if id_header in headers[len(EXPLAINING) :] else None
        for line in islice(given, MOST_LINES - 1):
            if len(line) < 4 or not line[0].isdigit():
                continue
            number, code, column, value = line[:4]
            rows = found.setdefault(code, [])
            if len(rows) < most:
                rows.append(
                    Sample(int(number), recognised.get(column, column), masked(value, column, kind, recognised), _id_of(line, id_ix))
                )
    return found


def _id_of(line: list[str], ix: int | None) -> str:
    return line[ix][:MOST_CHARACTERS] if ix is not None and len(line) > ix else ""


def masked(value: str, column: str, kind: str, recognised: Mapping[str, str]) -> str:
    """A value of a column as it may be shown: not at all where the column is personal, personal numbers masked in free text."""
    if is_personal(normal(recognised.get(column, column)), kind):
        return MASK if value else ""
    shown = value if len(value) <= MOST_CHARACTERS else f"{value[:MOST_CHARACTERS]}…"
    fields = [column, *(field for field, header in recognised.items() if column in header.split(" / "))]
    return shown if any(field.endswith(_EXACT_FIELDS) for field in fields) else _without_numbers(shown)


def _without_numbers(text: str) -> str:
    for pattern in _patterns(PATTERNS):
        text = pattern.sub(MASK, text)
    return text


@cache
def _patterns(written: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """The patterns of the ingest, which are RE2's, as Python writes them."""
    return tuple(re.compile(re.sub(r"\\x\{([0-9A-Fa-f]+)\}", lambda code: chr(int(code.group(1), 16)), one)) for one in written)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 255 and not text.startswith(".") and not re.search(r"[/\\\x00-\x1f]", text)
