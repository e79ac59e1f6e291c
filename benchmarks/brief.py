"""Briefs read back: whether Word, slides, workbook and PDF say the same, and what ``ask`` says; how long they take, and in what memory.

Random areas, days and templates of a store. The files are read by parsers that know nothing of this program, cell by cell; every
number that opens is asked for again by the address it opens. ``--each LEVEL`` writes a brief in all formats for every area of a level.

Usage: python benchmarks/brief.py STORE [--briefs 20] [--numbers 40] [--seed N] [--each LEVEL]
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import math
import random
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import docx
import openpyxl
import pypdf
from pptx import Presentation

from dashboard.brief import files
from dashboard.brief.compose import asked
from dashboard.brief.document import Document, Figure, figures, plain
from dashboard.brief.press import Press
from dashboard.brief.template import shipped
from dashboard.links import merge
from data import queries
from data.case_groups import CaseGroup
from data.filters import settle
from data.indicators.ask import ask
from data.indicators.parts import EXCLUDED
from data.opening import camera_parts
from data.selection import Selection
from data.store.store import Store
from data.view import View

BASE = "http://127.0.0.1:8050"


def cells_of_word(data: bytes) -> list[str]:
    return [cell.text for table in docx.Document(io.BytesIO(data)).tables for row in table.rows for cell in row.cells]


def cells_of_slides(data: bytes) -> list[str]:
    tables = [shape.table for slide in Presentation(io.BytesIO(data)).slides for shape in slide.shapes if shape.has_table]
    listed: list[str] = []
    heads: list[str] = []
    for table in tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        listed += [text for row in (rows[1:] if rows[0] == heads and listed else rows) for text in row]
        heads = rows[0]
    return listed


def cells_of_workbook(data: bytes) -> list[tuple[Any, str]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        (cell.value, cell.number_format)
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def as_printed(value: Any, form: str) -> str:
    """A workbook's value as its format shows it."""
    if isinstance(value, str):
        return value
    text = f"{value * 100:.1f}%" if form.endswith("%") else f"{value:,.1f}" if "." in form else f"{value:,.0f}"
    return text.replace("-", "−")


def disagreements(document: Document, written: dict[str, bytes]) -> list[str]:
    """Where a file says otherwise than the document."""
    wanted = [
        [[column.name for column in table.columns], *([plain(cell) for cell in row.cells] for row in table.rows)]
        for _, table in document.tables()
    ]
    flat = [text for table in wanted for row in table for text in row]
    found = []
    if cells_of_word(written["docx"]) != flat:
        found.append("docx")
    if [text for text in cells_of_slides(written["pptx"]) if text not in heads_of(wanted)] != [
        text for text in flat if text not in heads_of(wanted)
    ]:
        found.append("pptx")
    sheets = [as_printed(*cell) for cell in cells_of_workbook(written["xlsx"])]
    notes = {plain(note) for _, table in document.tables() for note in table.notes}
    if [text for text in sheets if text not in notes] != [text for text in flat if text]:
        found.append("xlsx")
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written["pdf"])).pages))
    missing = [cell for cell in flat if re.sub(r"\s+", "", cell) not in text]
    if missing:
        found.append(f"pdf {missing[:3]}")
    return found


def heads_of(tables: list[list[list[str]]]) -> set[str]:
    return {text for table in tables for text in table[0]}


def again(view: View, address: str, figure: Figure) -> float | int | None:
    """A number by the address it opens."""
    wanted = merge(address, {**{key: value for key, value in figure.changes.items() if key != "part"}, "template": None, "issue": None})
    selection = settle(view, Selection.parse_strict(wanted), strict=True)[0]
    part = figure.changes.get("part")
    if part is not None and figure.indicator == "video_online_rate":
        return len(camera_parts(view, selection, part)[part])
    if part is not None and CaseGroup.parse(part) is not None:
        return int(queries.part_page(view, selection, figure.indicator or "", part, limit=1)["total"])
    number = ask(view, selection)["indicators"][figure.indicator]
    if part is not None and part.startswith(EXCLUDED):
        return int(number["excluded"][part.removeprefix(EXCLUDED)])
    if part is not None:
        return number[part]
    if figure.kind == "count" and figure.indicator != "accepted":
        return number["n"]
    return number["value"] if number["shown"] else None


def query(view: View, generator: random.Random) -> str:
    """A random area, template and window."""
    areas = view.snapshot.areas
    top = [ix for ix in range(len(areas)) if areas.depth[ix] <= 2]
    area = areas.codes[generator.choice(top)]
    first, last = view.snapshot.days
    length = generator.choice([1, 3, 7, 7, 7, 30, 31, 90])
    start = first + dt.timedelta(days=generator.randrange(max(1, (last - first).days - length)))
    days = f"&from={start}&to={min(last, start + dt.timedelta(days=length - 1))}"
    return (
        f"area={area}&template={generator.choice(list(shipped()))}{generator.choice(['', '&lang=en'])}{generator.choice([days, days, ''])}"
    )


def main() -> None:
    """Print what was compared, what differed, and what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--briefs", type=int, default=20)
    parser.add_argument("--numbers", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each")
    given = parser.parse_args()
    generator = random.Random(given.seed)
    store = Store(given.store)
    with store.lease() as snapshot:
        view, press = View(snapshot, snapshot.definition()), Press(store)
        levels, areas = snapshot.levels, snapshot.areas
        queries = [query(view, generator) for _ in range(given.briefs)]
        if given.each:
            queries = [f"area={areas.codes[ix]}" for ix in range(len(areas)) if areas.depth[ix] == levels.index(given.each)]
        compared, wrong, odd, took = 0, [], [], []
        for text in queries:
            wall, clock = time.perf_counter(), time.process_time()
            found = asked(view, text, shipped())
            document = press.draft(view, found)
            written = {ending: files.written(document, found.template, ending, BASE) for ending in files.FORMATS}
            took.append((time.perf_counter() - wall, time.process_time() - clock))
            if given.each:
                continue
            odd += [f"{text}: {where}" for where in disagreements(document, written)]
            listed = [figure for _, figure in figures(document)]
            for figure in generator.sample(listed, min(given.numbers, len(listed))):
                value = again(view, found.address, figure)
                compared += 1
                same = (
                    figure.value is None if value is None else figure.value is not None and math.isclose(figure.value, value, rel_tol=1e-9)
                )
                if not same:
                    wrong.append(f"{text}: {figure.text} {figure.indicator} {dict(figure.changes)}, ask {value}")
        walls, clocks = [wall for wall, _ in took], [clock for _, clock in took]
        print(f"{len(queries)} briefs in four formats; wall {sum(walls):.1f} s, longest {max(walls):.1f} s")
        print(f"processor {sum(clocks):.1f} s, longest {max(clocks):.1f} s")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        if not given.each:
            print(f"files that differ from each other: {len(odd)}; numbers asked for again: {compared}, different: {len(wrong)}")
        for line in (*odd, *wrong)[:20]:
            print("  ", line)


if __name__ == "__main__":
    main()
