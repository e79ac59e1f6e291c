"""Small counts are hidden from outside readers, and so is what they could be worked out from.

A count from 1 to below the threshold is printed as ``<5``. Where a column has a total and what is hidden in it follows from the
others, the smallest of the others are hidden, too (``*``), until it does not. What is derived from a count (changes, shares, events per
10,000) is hidden in a row whose counts are. Hidden numbers carry no value and open nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dashboard.brief.document import Block, Chart, Document, Figure, Paragraph, Row, Run, Section, Series, Table
from dashboard.format import MISSING
from dashboard.words import say

DERIVED: Final = "*"
_MARKS: Final = ("%", "+", "−", "±")


def hidden(document: Document, threshold: int) -> Document:
    """The document for outside readers; itself where the threshold hides nothing."""
    if threshold <= 1:
        return document
    note = say("brief_small_numbers", document.lang, threshold=threshold)
    sections = tuple(_section(section, threshold) for section in document.sections)
    return replace(document, sections=sections, notes=(*document.notes, note))


def _section(section: Section, threshold: int) -> Section:
    blocks = tuple(_block(block, threshold) for block in section.blocks)
    first = next((block for block in blocks if isinstance(block, Paragraph)), None)
    is_changed = any(
        isinstance(one, Paragraph) and isinstance(other, Paragraph) and one != other
        for one, other in zip(blocks, section.blocks, strict=True)
    )
    # a message repeats counts of its section in words
    message = first.text if is_changed and first is not None else section.title if _has_small(section, threshold) else section.message
    return replace(section, blocks=blocks, message=message)


def _has_small(section: Section, threshold: int) -> bool:
    return any(
        is_small(cell, threshold) for block in section.blocks if isinstance(block, Table) for row in block.rows for cell in row.cells
    )


def is_small(run: Run, threshold: int) -> bool:
    """Whether a run is a count that is not to be printed."""
    return isinstance(run, Figure) and run.kind == "count" and run.value is not None and 0 < run.value < threshold


def _block(block: Block, threshold: int) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, runs=_sentence(block.runs, threshold))
    if isinstance(block, Chart):
        series = tuple(
            Series(one.name, tuple(None if _is_few(value, block, threshold) else value for value in one.values)) for one in block.series
        )
        return replace(block, series=series)
    return _table(block, threshold)


def _sentence(runs: tuple[Run, ...], threshold: int) -> tuple[Run, ...]:
    """A sentence whose small counts are hidden says nothing that follows from them either: no change, share or range."""
    if not any(is_small(run, threshold) for run in runs):
        return runs
    return tuple(
        _less(run, threshold)
        if is_small(run, threshold)
        else Figure(DERIVED)
        if isinstance(run, Figure) and run.is_derived and any(letter.isdigit() for letter in run.text)
        else run
        for run in runs
    )


def _is_few(value: float | None, chart: Chart, threshold: int) -> bool:
    return value is not None and chart.unit in ("件", "") and 0 < value < threshold


def _less(run: Run, threshold: int) -> Figure:
    """A count below the threshold; what its text says before the number stays."""
    assert isinstance(run, Figure)  # noqa: S101 — only asked of counts
    words, _, unit = _around(run)
    return Figure(f"{words}<{threshold}{unit}")


def _around(run: Figure) -> tuple[str, str, str]:
    """What stands before the number of a figure, the number, and what stands behind."""
    digits = [at for at, letter in enumerate(run.text) if letter.isdigit()]
    number = f"{run.value:,}"
    at = run.text.rfind(number) if digits else len(run.text)
    return run.text[:at], number, run.text[at + len(number) :]


def _table(table: Table, threshold: int) -> Table:
    hide = [[is_small(cell, threshold) for cell in row.cells] for row in table.rows]
    star = [[False] * len(row.cells) for row in table.rows]
    for column in range(len(table.columns)):
        _protect(table.rows, column, hide, star, threshold)
    rows = []
    for at, row in enumerate(table.rows):
        covers = any(hide[at]) or any(star[at])
        cells = tuple(
            _less(cell, threshold)
            if hide[at][column]
            else Figure(_covered(cell))
            if star[at][column] or (covers and column and _is_derived(cell))
            else cell
            for column, cell in enumerate(row.cells)
        )
        rows.append(replace(row, cells=cells))
    notes = tuple(
        note if isinstance(note, str) else tuple(_less(run, threshold) if is_small(run, threshold) else run for run in note)
        for note in table.notes
    )
    return replace(table, rows=tuple(rows), notes=notes)


def _protect(rows: tuple[Row, ...], column: int, hide: list[list[bool]], star: list[list[bool]], threshold: int) -> None:
    """Hide more of a column until what is hidden does not follow from its total."""
    if not any(row.is_total for row in rows):
        return
    values = {
        at: int(cell.value)
        for at, row in enumerate(rows)
        if not row.is_total
        for cell in (row.cells[column],)
        if isinstance(cell, Figure) and cell.kind == "count" and cell.value is not None
    }
    while True:
        small = [values[at] for at in values if hide[at][column]]
        more = [values[at] for at in values if star[at][column]]
        if not small or not _follows(small, more, threshold):
            return
        left = [at for at in values if values[at] and not hide[at][column] and not star[at][column]]
        if not left:
            for at, row in enumerate(rows):
                if row.is_total:
                    star[at][column] = True
            return
        star[min(left, key=lambda at: (values[at], at))][column] = True


def _follows(small: list[int], more: list[int], threshold: int) -> bool:
    """Whether the sum of what is hidden, which the total tells, leaves each hidden count only one value."""
    if more:
        # those from the threshold on have no upper limit, so only the least sum of all gives them away
        return sum(small) + sum(more) == len(small) + threshold * len(more)
    return len(small) == 1 or sum(small) in (len(small), len(small) * (threshold - 1))


def _covered(cell: Run) -> str:
    if isinstance(cell, Figure) and cell.kind == "count" and cell.value is not None:
        words, _, unit = _around(cell)
        return f"{words}{DERIVED}{unit}"
    return DERIVED


def _is_derived(cell: Run) -> bool:
    """Whether a cell says how a count compares: a change, a share, a rate per head."""
    if isinstance(cell, Figure):
        return cell.kind == "per_10k" or (cell.kind == "" and cell.text != MISSING)
    return (cell != MISSING and cell.startswith(_MARKS)) or (isinstance(cell, str) and cell.endswith("%"))
