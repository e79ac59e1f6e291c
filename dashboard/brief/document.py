"""The brief as a document, before anybody writes it: paragraphs, tables and charts whose numbers know what they are.

Sections make it from the data once; the page and every file are written from the same document, so that their numbers cannot differ.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from dashboard.format import MISSING, Language
from dashboard.links import Changes

Tone = Literal["", "overdue", "due_soon"]
NOTHING: Final[Changes] = {}
DIGIT: Final = 0.66
"""How wide a bold digit is beside a Chinese letter."""
_NUMBER: Final = re.compile("[0-9.,%+−–—-]+")


@dataclass(frozen=True)
class Figure:
    """A number as it is printed.

    Attributes
    ----------
    text
        With its unit where it stands in a sentence, without it in a column that names the unit.
    value
        As ``ask`` gives it; None where there is none, or where it follows from others (a change, a share).
    kind
        The indicator's unit, e.g. ``count``; counts are what small numbers are hidden among.
    indicator, changes
        What it opens: an indicator of the brief's selection with changes, see :func:`dashboard.links.opened`. None opens nothing.
    tone
        Overdue and due soon have their colours; nothing else has one.
    href
        Another page where it is told, where no indicator's cases are just these.
    is_derived
        It follows from the number that it opens (a change, an interval, an expected range) and is not that number itself.
    """

    text: str
    value: float | int | None = None
    kind: str = ""
    indicator: str | None = None
    changes: Changes = field(default_factory=dict)
    tone: Tone = ""
    href: str = ""
    is_derived: bool = False


Run = str | Figure
"""A piece of a line."""
Line = str | tuple[Run, ...]
"""A note below a table, in one piece or in several."""
NO_FIGURE: Final = Figure(MISSING)


@dataclass(frozen=True)
class Paragraph:
    """Lines of text. ``style`` is ``body``, ``finding`` (numbered), ``note`` or ``remark`` (an editor's)."""

    runs: tuple[Run, ...]
    style: Literal["body", "finding", "note", "remark"] = "body"

    @property
    def text(self) -> str:
        """The whole as plain text."""
        return plain(self.runs)


@dataclass(frozen=True)
class Column:
    """A column of a table; ``width`` is its share of the table's, ``is_number`` sets it to the right."""

    name: str
    is_number: bool = True
    width: float = 1.0


@dataclass(frozen=True)
class Row:
    """A row of a table, a cell per column.

    Attributes
    ----------
    is_total
        It sums up, or pools, the others.
    begins_band
        A line above it separates areas that can be told apart.
    """

    cells: tuple[Run, ...]
    is_total: bool = False
    begins_band: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its title and what must be known to read it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Line, ...] = ()

    def shares(self, room: float) -> tuple[float, ...]:
        """The columns' shares of the width, in which ``room`` Chinese letters have place: none is narrower than its longest number."""
        total = sum(column.width for column in self.columns)
        wanted = [column.width / total for column in self.columns]
        texts = [[plain(row.cells[at]) for row in self.rows] for at in range(len(self.columns))]
        longest = [max((len(number) for text in column for number in _NUMBER.findall(text)), default=0) for column in texts]
        needed = [(DIGIT * n + 1) / room if column.is_number and n else 0.0 for n, column in zip(longest, self.columns, strict=True)]
        shares = [max(pair) for pair in zip(wanted, needed, strict=True)]
        spare = [max(0.0, one - other) for one, other in zip(wanted, needed, strict=True)]
        over = min(1.0, (sum(shares) - 1) / sum(spare)) if sum(spare) else 0.0
        shares = [share - over * left for share, left in zip(shares, spare, strict=True)]
        return tuple(share / sum(shares) for share in shares)

    def noted(self, lang: Language) -> tuple[Run, ...]:
        """All notes as one line."""
        listed: list[Run] = []
        for note in self.notes:
            listed += [" "] if listed and lang == "en" else []
            listed += [note] if isinstance(note, str) else note
        return tuple(listed)


@dataclass(frozen=True)
class Series:
    """One line or set of bars, a value per category; None is a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """A chart as data: ``bars`` lie, ``columns`` stand, ``line`` joins days."""

    title: str
    kind: Literal["bars", "columns", "line"]
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str


Block = Paragraph | Table | Chart


@dataclass(frozen=True)
class Section:
    """A section; ``message`` is its one sentence for a slide."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    message: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where every number of a document comes from.

    Attributes
    ----------
    address
        The page's address with snapshot and definition, beginning with ``/brief?``.
    """

    snapshot: str
    as_of: dt.datetime
    definition: str
    window: str
    sentence: str
    address: str


@dataclass(frozen=True)
class Document:
    """A whole brief.

    Attributes
    ----------
    title, period, issue, office
        The red heading; the days; which number it is, or that it is a draft; who issues it.
    is_draft, is_made_up
        Both are said on every page.
    """

    title: str
    period: str
    issue: str
    office: str
    sections: tuple[Section, ...]
    provenance: Provenance
    lang: Language = "zh"
    is_draft: bool = True
    is_made_up: bool = False
    notes: tuple[str, ...] = ()

    def tables(self) -> Iterator[tuple[Section, Table]]:
        """Every table with its section."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    yield section, block


def plain(runs: tuple[Run, ...] | Run) -> str:
    """Runs as plain text."""
    listed = (runs,) if isinstance(runs, str | Figure) else runs
    return "".join(run.text if isinstance(run, Figure) else run for run in listed)


def runs(document: Document) -> Iterator[tuple[str, Run]]:
    """Every piece of every line and cell, with the key of its section, in the order of reading."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield from ((section.key, run) for run in block.runs)
            elif isinstance(block, Table):
                yield from ((section.key, cell) for row in block.rows for cell in row.cells)
                yield from ((section.key, run) for note in block.notes for run in ((note,) if isinstance(note, str) else note))


def figures(document: Document) -> Iterator[tuple[str, Figure]]:
    """Every number that opens to itself, with the key of its section; those that only follow from what they open are not among them."""
    yield from ((key, run) for key, run in runs(document) if isinstance(run, Figure) and run.indicator is not None and not run.is_derived)


NUMERALS: Final = "〇一二三四五六七八九十"


def ordinal(number: int, lang: Language) -> str:
    """The number of a section: 一 to 二十 in Chinese, digits in English."""
    if lang == "en":
        return f"{number}. "
    tens, ones = divmod(number, 10)
    text = NUMERALS[number] if number <= 10 else f"{'' if tens == 1 else NUMERALS[tens]}十{NUMERALS[ones] if ones else ''}"
    return f"{text}、"


KINDS: Final[Mapping[str, str]] = {"count": "#,##0", "rate": "0.0%", "score": "0.0", "hours": "#,##0.0", "per_10k": "#,##0.0"}
"""How a workbook shows a value of a kind."""
