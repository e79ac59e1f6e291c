"""Files of a selection against DuckDB's own COPY of the same rows and columns to CSV, in one run.

Usage: python benchmarks/export.py STORE [--rows 1000000] [--runs 3]

STORE is a store with a large snapshot, e.g. made by `python -m data demo --scale city --store STORE`. The selection is as many whole
days up to the last as hold at least so many cases. The reference is what one would write by hand: the selected rows joined with
the names of areas, categories, sources and departments, times in the deployment's zone, `COPY … TO … (HEADER)`; beside it the
bare columns of the table. Wall and processor time, bytes, and the peak of this process; the best of the runs counts. Every
format goes to a file, as COPY does.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboard.export.formats import FORMATS
from data.export import INSTANTS, Export
from data.question import used_by
from data.questions import QUESTIONS
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View

MUST = 1.5


def selected(view: View, rows: int) -> Selection:
    """All cases of as many days as hold at least ``rows``, or of all."""
    per_day = view.snapshot.frame("SELECT day, count(*) AS n FROM event GROUP BY day ORDER BY day DESC")
    days = per_day["day"][per_day["n"].cumsum() - per_day["n"] < rows]
    return Selection(from_day=days.iloc[-1].date(), to_day=days.iloc[0].date())


def named(view: View) -> dict[str, pd.DataFrame]:
    """Names and codes by position, as one would join them."""
    snapshot = view.snapshot
    areas, categories = snapshot.areas, snapshot.categories
    area = {"area_ix": range(len(areas))}
    for depth, level in enumerate(snapshot.levels):
        at = areas.ancestor(depth)
        area[f"{level}_code"] = [areas.codes[ix] if ix >= 0 else None for ix in at]
        area[f"{level}_name"] = [areas.names[ix] if ix >= 0 else None for ix in at]
    category: dict[str, Any] = {"category_ix": range(len(categories))}
    for depth, key in enumerate(("domain", "category", "subcategory"), start=1):
        category[key] = [categories.names[ix] if ix >= 0 else None for ix in categories.ancestor(depth)]
    return {"areas": pd.DataFrame(area), "categories": pd.DataFrame(category)}


def reference(view: View, selection: Selection, target: Path, *, is_bare: bool) -> Callable[[], None]:
    """DuckDB's COPY on a connection of its own, which may write files."""
    question = QUESTIONS["export_rows"]
    bound = question.bound(view, selection)
    statement = question.statement(bound.lines)
    parameters = used_by(statement, bound.parameters) | {"path": str(target)}
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"ATTACH '{view.snapshot.path}' AS snapshot (READ_ONLY)")
    connection.execute("USE snapshot")
    if not is_bare:
        for name, frame in named(view).items():
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE memory.main.{name} AS SELECT * FROM frame")
        parameters["zone"] = str(view.snapshot.zone)
        times = ", ".join(f"timezone($zone, timezone('UTC', rows.{key})) AS {key}" for key, _ in INSTANTS)
        statement = (
            f"SELECT rows.* EXCLUDE (event_ix, area_ix, category_ix, source_ix, department_ix, outcome_ix, urgency_ix) REPLACE ({times}), "
            "areas.* EXCLUDE (area_ix), categories.* EXCLUDE (category_ix), source.name AS source, department.name AS department, "
            "outcome.stage, outcome.has_call_back, outcome.is_contacted, outcome.is_resolved, outcome.satisfaction, rows.urgency_ix, "
            "outcome.closed_on_time "
            f"FROM ({statement}) rows JOIN memory.main.areas USING (area_ix) JOIN memory.main.categories USING (category_ix) "
            "JOIN source USING (source_ix) JOIN department USING (department_ix) JOIN outcome USING (outcome_ix)"
        )
    copy = f"COPY ({statement}) TO '{target}' (FORMAT csv, HEADER)"
    del parameters["path"]
    return lambda: connection.execute(copy, parameters)


def written(export: Export, key: str, target: Path) -> Callable[[], None]:
    """One of our formats to a file."""

    def write() -> None:
        with target.open("wb") as file:
            for piece in FORMATS[key].write(export):
                file.write(piece)

    return write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--formats", default=",".join(FORMATS), help="keys of formats, comma-separated")
    options = parser.parse_args()
    current = (options.store / "CURRENT").read_text(encoding="utf-8").strip()
    snapshot = Snapshot(options.store / "snapshots" / f"{current}.duckdb", memory_limit="2GB")
    view = View(snapshot, snapshot.definition())
    selection = selected(view, options.rows)
    export = Export(view, selection)
    print(f"{export.total:,} rows, {len(export.columns)} columns, best of {options.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "file"
        tasks = {
            "COPY, joined": reference(view, selection, target, is_bare=False),
            "COPY, bare columns": reference(view, selection, target, is_bare=True),
            **{key: written(export, key, target) for key in options.formats.split(",")},
        }
        best: dict[str, tuple[float, float, int]] = {}
        for _ in range(options.runs):
            for name, task in tasks.items():
                wall, cpu = time.perf_counter(), time.process_time()
                task()
                found = (time.perf_counter() - wall, time.process_time() - cpu, target.stat().st_size)
                best[name] = min(best.get(name, found), found)
        base = best["COPY, joined"]
        for name, (wall, cpu, size) in best.items():
            print(f"{wall:8.2f} s {wall / base[0]:6.2f} ×  processor {cpu:7.2f} s {cpu / base[1]:6.2f} ×  {size / 1e6:8.1f} MB  {name}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB; csv must be ≤ {MUST} × COPY")


if __name__ == "__main__":
    main()
