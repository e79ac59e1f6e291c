"""Linked views against what else could answer them, in one run.

Usage: python benchmarks/workbench.py STORE [--selections 60] [--seed 1] [--times 1] [--of 1] [--others 12] [--analysts 16]

STORE is a store with a large snapshot, e.g. made by `python -m data demo --scale city --store STORE`. With `--times 5` each event is
taken five times, with `--of 10` every tenth, into a snapshot of its own in a temporary folder. Random selections of two kinds, area ×
window from a day to all × category, and the same with further filters, brushes and shapes drawn by hand, are answered by the index
(frames and all) and by

(a) one plain count by DuckDB with all filters, (b) the same dozen questions by DuckDB, one statement each, without their own filters,
(c) polars' `collect_all` over columns in memory, where polars is installed, and (d) pandas over the same columns,

(c) and (d) for the first few selections without shapes. Of three runs each the best counts, in wall time; processor time stands
beside it. Then so many analysts ask at once, each as soon as the last answer is there. Answers of the index are compared with (b).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import itertools
import math
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data import bundle, queries
from data.answers import Answers
from data.dimensions import DIMENSIONS, DURATION_EDGES_H
from data.due import due_until
from data.errors import QueryTimeout
from data.indicators.definition import shipped
from data.linked import Linked
from data.question import answer, used_by
from data.questions import QUESTIONS
from data.schema import TABLES, create_statements
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View

RUNS = 3
WINDOWS = ("1d", "7d", "30d", "90d", "365d", "all")
CATEGORIES = ("", "domain", "category", "subcategory")
NARROW = ("event_ix", "day", "hour_of_week", "area_ix", "category_ix", "source_ix", "department_ix", "outcome_ix", "urgency_ix",
          "duration_s", "reported_at", "deadline_at", "lon", "lat")  # fmt: skip
"""Columns of the events of a snapshot that is made here."""
EXPRESSIONS = {
    "day": "day - DATE '1970-01-01'",
    "due": "outcome_ix, deadline_at BETWEEN $due_from AND $due_until",
    "duration": "duration_s // 900",
}
COLUMN_OF = {"grid": "area_ix", "area": "area_ix", "scope": "area_ix", "domain": "category_ix", "category": "category_ix",
             "subcategory": "category_ix", "source": "source_ix", "department": "department_ix", "urgency": "urgency_ix",
             "cohort": "outcome_ix", "stage": "outcome_ix", "callback": "outcome_ix", "deadline": "outcome_ix",
             "hours": "hour_of_week", "weekday": "hour_of_week"}  # fmt: skip


def scaled(path: Path, folder: Path, times: int, of: int) -> Path:
    """A snapshot with every so manieth event, so many times, in the same order."""
    made = folder / "scaled.duckdb"
    listed = ", ".join(column if column in NARROW else f"NULL AS {column}" for column in TABLES["event"])
    with duckdb.connect(str(made)) as connection:
        for statement in create_statements():
            connection.execute(statement)
        connection.execute(f"ATTACH '{path}' AS whole (READ_ONLY)")
        for table in ("snapshot", "area", "category", "source", "department", "outcome", "calendar", "definition"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM whole.{table}")
        kept = f"SELECT *, unnest(range({times})) AS copy FROM whole.event WHERE event_ix % {of} = 0"
        connection.execute(f"INSERT INTO event SELECT * EXCLUDE copy REPLACE ((event_ix // {of}) * {times} + copy AS event_ix) FROM "
                           f"(SELECT {listed}, copy FROM ({kept}))")  # fmt: skip
    return made


def plain(view: View, rng: np.random.Generator) -> Selection:
    """An area of any level, a window from a day to all time, a category of any depth or none."""
    areas, categories = view.snapshot.areas, view.snapshot.categories
    depth = int(rng.integers(0, int(areas.depth.max()) + 1))
    area = areas.codes[int(rng.choice(np.flatnonzero(areas.depth == depth)))]
    selection = Selection(area=area, window=str(rng.choice(WINDOWS)))
    level = int(rng.integers(0, int(categories.depth.max()) + 1))
    if level:
        name = categories.names[int(rng.choice(np.flatnonzero(categories.depth == level)))]
        selection = selection.with_(**{CATEGORIES[level]: (name,)})
    return selection


def brushed(view: View, rng: np.random.Generator) -> Selection:
    """The same with one to three more filters: several grids, a shape, hours, weekdays, sources, departments, deadlines, durations."""
    snapshot, selection = view.snapshot, plain(view, rng)
    grids = np.flatnonzero(snapshot.areas.depth == snapshot.areas.depth.max())
    for kind in rng.choice(8, int(rng.integers(1, 4)), replace=False):
        if kind == 0:
            first = int(rng.integers(0, max(1, len(grids) - 12)))
            selection = selection.with_(grid=tuple(snapshot.areas.codes[ix] for ix in grids[first : first + int(rng.integers(2, 12))]))
        elif kind == 1:
            selection = selection.with_(polygon=lasso(view, rng))
        elif kind == 2:
            low = int(rng.integers(0, 24))
            selection = selection.with_(hours=(low, 1 + (low + int(rng.integers(1, 12))) % 24))
        elif kind == 3:
            selection = selection.with_(weekday=(1, 2, 3, 4, 5) if rng.random() < 0.5 else (6, 7))
        elif kind == 4:
            selection = selection.with_(source=(snapshot.sources[int(rng.integers(0, len(snapshot.sources)))].source,))
        elif kind == 5:
            names = [name for name in snapshot.departments if name]
            selection = selection.with_(department=(str(rng.choice(names)), str(rng.choice(names))))
        elif kind == 6:
            selection = selection.with_(deadline=(str(rng.choice(["on_time", "late", "overdue", "due_soon"])),))
        else:
            at = int(rng.integers(1, len(DURATION_EDGES_H) - 4))
            selection = selection.with_(duration=(float(DURATION_EDGES_H[at]), float(DURATION_EDGES_H[at + int(rng.integers(1, 4))])))
    return selection


def lasso(view: View, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """A ring of forty corners around a grid, some kilometres wide."""
    table = view.snapshot.area_table
    row = table[table["depth"] == table["depth"].max()].dropna(subset=["west"]).sample(1, random_state=int(rng.integers(1 << 30))).iloc[0]
    lon, lat = (row["west"] + row["east"]) / 2, (row["south"] + row["north"]) / 2
    reach = rng.uniform(0.005, 0.04)
    angles = [2 * math.pi * step / 40 for step in range(40)]
    radii = rng.uniform(0.6, 1, 40) * reach
    return tuple((round(lon + r * math.cos(a), 5), round(lat + r * math.sin(a), 5)) for r, a in zip(radii, angles, strict=True))


def without(selection: Selection, keys: tuple[str, ...]) -> Selection:
    """A selection less a dimension's own filters; less its days, all time."""
    if "window" in keys:
        return selection.with_(from_day=None, to_day=None, window="all")
    defaults = Selection()
    return selection.with_(**{key: getattr(defaults, key) for key in keys})


def separate(view: View, selection: Selection) -> dict[str, pd.DataFrame]:
    """The same questions, one statement each; and the outcomes with all filters."""
    count, found = QUESTIONS["event_count"], {}
    whole = dataclasses.replace(count, cohort="never")
    due = {"due_from": view.snapshot.as_of.replace(tzinfo=None), "due_until": due_until(view)}
    asked = [(key, d.counted, without(selection, d.own)) for key, d in DIMENSIONS.items()] + [("outcomes", "outcome_ix", selection)]
    for key, counted, own in asked:
        bound = (whole if key == "outcomes" else count).bound(view, own)
        text = count.statement(bound.lines).replace("SELECT count(*)", f"SELECT {EXPRESSIONS.get(counted, counted)}, count(*)")
        found[key] = answer(view, text + " GROUP BY ALL", used_by(text, bound.parameters | due))
    return found


def assert_same(linked: Linked, expected: dict[str, pd.DataFrame]) -> None:
    """Whether what was found is what the statements say."""
    for key in ("days", "hours", "areas", "categories", "sources", "departments", "urgencies"):
        frame, other = linked.frames[key], expected[key]
        one = dict(zip(frame.iloc[:, 0].astype(int), frame["n"].astype(int), strict=True))
        if one != dict(zip(other.iloc[:, 0].astype(int), other["n"].astype(int), strict=True)):
            raise SystemExit(f"{key} differ")
    if (
        linked.n != expected["outcomes"].pipe(lambda rows: rows["n"].sum())
        and not linked.outcomes["n"].sum() == expected["outcomes"]["n"].sum()
    ):
        raise SystemExit("outcomes differ")


class Columns:
    """The columns in memory, as polars and pandas have them, and a selection's filters by dimension as masks over them."""

    def __init__(self, view: View) -> None:
        listed = "day - DATE '1970-01-01' AS day, hour_of_week, area_ix, category_ix, source_ix, department_ix, urgency_ix, outcome_ix,"
        cursor = view.snapshot.cursor()
        self.table = cursor.sql(f"SELECT {listed} duration_s // 900 AS duration, duration_s FROM event").to_arrow_table()
        self.pandas = self.table.to_pandas()

    def predicates(self, view: View, selection: Selection) -> dict[str, list[tuple[str, Any]]]:
        """By dimension, or "always", columns with the values allowed (a set, or a range as a pair)."""
        bound = QUESTIONS["event_count"].bound(view, selection)
        owner_of = {key: dimension.key for dimension in DIMENSIONS.values() for key in dimension.own}
        found: dict[str, list[tuple[str, Any]]] = {}
        for line in bound.lines:
            if line in COLUMN_OF:
                low, high = bound.parameters[f"{line}_low"], bound.parameters[f"{line}_high"]
                bits = bound.parameters.get(f"{line}_set")
                allowed = (low, high) if bits is None else {at for at in range(low, high + 1) if bits[at] == "1"}
                found.setdefault(owner_of.get(line, "always"), []).append((COLUMN_OF[line], allowed))
        epoch = dt.date(1970, 1, 1)
        days = tuple((bound.parameters[key] - epoch).days for key in ("first_day", "last_day"))
        found["days"] = [("day", days)]
        if "duration" in bound.lines:
            found["durations"] = [("duration_s", (bound.parameters["duration_from"], bound.parameters["duration_until"] - 1))]
        return found

    @staticmethod
    def by_polars(frame: Any, masks: dict[str, list[tuple[str, Any]]]) -> None:
        """All questions at once, lazily."""
        import polars as pl  # noqa: PLC0415

        def condition(column: str, allowed: Any) -> Any:
            if isinstance(allowed, tuple):
                return pl.col(column).is_between(*allowed)
            return pl.col(column).is_in(list(allowed))

        asked = []
        for key, dimension in [*DIMENSIONS.items(), ("outcomes", None)]:
            column = "outcome_ix" if dimension is None or dimension.counted == "due" else dimension.counted
            lazy = frame.lazy()
            for owner, conditions in masks.items():
                if owner != key:
                    for one in conditions:
                        lazy = lazy.filter(condition(*one))
            asked.append(lazy.group_by(column).len())
        pl.collect_all(asked)

    def by_pandas(self, masks: dict[str, list[tuple[str, Any]]]) -> None:
        """Each filter once, each question on what the others let pass."""
        rows = self.pandas
        passes = {}
        for owner, conditions in masks.items():
            passes[owner] = np.ones(len(rows), dtype=bool)
            for column, allowed in conditions:
                values = rows[column]
                passes[owner] &= (values.between(*allowed) if isinstance(allowed, tuple) else values.isin(list(allowed))).to_numpy()
        for key, dimension in [*DIMENSIONS.items(), ("outcomes", None)]:
            column = "outcome_ix" if dimension is None or dimension.counted == "due" else dimension.counted
            mask = np.logical_and.reduce([mask for owner, mask in passes.items() if owner != key])
            rows.loc[mask, column].value_counts(sort=False)


def best(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, float, Any]:
    """Wall and processor seconds of the best of some runs, and what it gave."""
    found: list[tuple[float, float]] = []
    for _ in range(runs):
        begun, worked = time.perf_counter(), time.process_time()
        gave = work()
        found.append((time.perf_counter() - begun, time.process_time() - worked))
    return min(found)[0], min(processor for _, processor in found), gave


def plain_count(view: View, selection: Selection) -> None:
    """Count once; where the time limit passes, that is what it took at least."""
    with contextlib.suppress(QueryTimeout):
        QUESTIONS["event_count"].ask(view, selection)


def compared(view: View, selections: list[Selection], others: int, columns: Columns | None) -> None:
    """Print a set of selections against the four."""
    spent: dict[str, list[tuple[float, float]]] = {}
    worst = ""
    polars = None
    if columns is not None:
        try:
            import polars as pl  # noqa: PLC0415

            polars = pl.from_arrow(columns.table)
        except ImportError:
            print("  (c)       left out: polars is not installed")
    shared = 0
    for number, selection in enumerate(selections):
        wall, processor, linked = best(lambda s=selection: queries.linked(view, s))
        spent.setdefault("index", []).append((wall, processor))
        if wall == max(spent["index"])[0]:
            worst = selection.query()
        spent.setdefault("a", []).append(best(lambda s=selection: plain_count(view, s), 1 if selection.polygon else RUNS)[:2])
        is_quick = selection.polygon is None or number < others
        if is_quick:
            wall, processor, expected = best(lambda s=selection: separate(view, s), 1 if selection.polygon else RUNS)
            assert_same(linked, expected)
            spent.setdefault("b", []).append((wall, processor))
            spent.setdefault("index for b", []).append(spent["index"][-1])
        if columns is not None and selection.polygon is None and shared < others:
            shared += 1
            masks = columns.predicates(view, selection)
            spent.setdefault("index for c, d", []).append(spent["index"][-1])
            if polars is not None:
                spent.setdefault("c", []).append(best(lambda m=masks: columns.by_polars(polars, m), 2)[:2])
            spent.setdefault("d", []).append(best(lambda m=masks: columns.by_pandas(m), 1)[:2])
    total = {name: np.array(times).sum(axis=0) * 1e3 for name, times in spent.items()}
    walls = np.array([wall for wall, _ in spent["index"]]) * 1e3
    busy = np.array([processor for _, processor in spent["index"]]) * 1e3
    say(f"  index  {total['index'][0]:10.1f} ms ({total['index'][1]:.1f} of processor); one selection: p50 {np.median(walls):.2f}, ",
        f"p95 {np.quantile(walls, 0.95):.2f}, worst {walls.max():.1f} ms; ",
        f"of processor {np.median(busy):.2f}, {np.quantile(busy, 0.95):.2f}, ",
        f"{busy.max():.1f}; worst {worst[:80]}")  # fmt: skip
    for name, (words, own) in AGAINST.items():
        if name in total:
            (wall, processor), ours = total[name], total[own]
            say(f"  ({name})    {wall:10.1f} ms ({processor:.1f} of processor), {len(spent[name])} selections; ",
                f"index = {ours[0] / wall:.4f} × of it, {wall / ours[0]:.1f} × faster ",
                f"(processor {processor / ours[1]:.1f} ×): {words}")  # fmt: skip


AGAINST = {
    "a": ("one plain filtered count", "index"),
    "b": ("a statement for each question", "index for b"),
    "c": ("polars collect_all", "index for c, d"),
    "d": ("pandas", "index for c, d"),
}


def say(*parts: str) -> None:
    """Print at once."""
    print("".join(parts), flush=True)


def together(view: View, bare: View, selections: list[Selection]) -> None:
    """Print what the wall asks at once, by the index and, from a snapshot without one, by DuckDB in one statement."""
    spent = []
    for selection in selections:
        asked = {QUESTIONS[name]: given for name, given in Answers(view, selection, "closing_rate")._together().items()}
        spent.append([best(lambda v=one, s=selection, a=asked: bundle.ask(v, s, a))[:2] for one in (view, bare)])
    (wall, processor), (other, work) = np.array(spent).sum(axis=0) * 1e3
    say(f"What the wall asks at once, {len(selections)} selections: {wall:.1f} ms ({processor:.1f} of processor) by the index, ",
        f"{other:.1f} ms ({work:.1f}) by DuckDB in one statement: {other / wall:.1f} × (processor {work / processor:.1f} ×)")  # fmt: skip


def at_once(
    work: Callable[[Selection], Any], selections: list[Selection], analysts: int, seconds: float
) -> tuple[float, np.ndarray[Any, Any], Counter[str]]:
    """Screens a second, seconds of each, and errors by kind, of so many who ask as soon as they have an answer."""
    following = itertools.cycle(selections)
    lock, taken, errors = threading.Lock(), [], Counter()
    end = time.perf_counter() + seconds

    def sit() -> None:
        while time.perf_counter() < end:
            with lock:
                selection = next(following)
            begun = time.perf_counter()
            try:
                work(selection)
            except Exception as error:  # noqa: BLE001
                errors[type(error).__name__] += 1
            taken.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    threads = [threading.Thread(target=sit) for _ in range(analysts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - begun), np.array(taken), errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--selections", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1, help="how often each event is taken")
    parser.add_argument("--of", type=int, default=1, help="of how many events one is taken")
    parser.add_argument("--others", type=int, default=12, help="selections that polars and pandas answer, too; 0: none")
    parser.add_argument("--analysts", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20, help="how long they ask")
    options = parser.parse_args()
    current = (options.store / "CURRENT").read_text(encoding="utf-8").strip()
    path = options.store / "snapshots" / f"{current}.duckdb"
    with tempfile.TemporaryDirectory() as folder:
        if options.times != 1 or options.of != 1:
            path = scaled(path, Path(folder), options.times, options.of)
        measured(path, options)


def measured(path: Path, options: argparse.Namespace) -> None:
    begun, worked = time.perf_counter(), time.process_time()
    snapshot = Snapshot(path, memory_limit="6GB")
    before = resident()
    index = snapshot.prepare().wait()
    ready, busy = time.perf_counter() - begun, time.process_time() - worked
    if index is None:
        raise SystemExit(snapshot.prepare().problem)
    say(f"{index.events:,} events; ready {ready:.2f} s after opening ({busy:.2f} of processor); {index.nbytes / 1e6:,.0f} MB = ",
        f"{index.nbytes / index.events:.1f} bytes an event; the process has {resident() - before:,.0f} MB more")  # fmt: skip
    view, rng = View(snapshot, shipped()[0]), np.random.default_rng(options.seed)
    columns = Columns(view) if options.others else None
    kinds = {"area × window × category": plain, "the same with further filters and shapes": brushed}
    sets = {words: [make(view, rng) for _ in range(options.selections)] for words, make in kinds.items()}
    for words, selections in sets.items():
        print(f"{len(selections)} selections, {words}; best of {RUNS} runs")
        compared(view, selections, options.others, columns)
    together(view, View(Snapshot(path, memory_limit="6GB"), shipped()[0]), next(iter(sets.values())))
    if options.analysts:
        selections = [selection for pair in zip(*sets.values(), strict=True) for selection in pair]
        rate, taken, errors = at_once(lambda one: queries.linked(view, one), selections, options.analysts, options.seconds)
        quick = [selection for selection in selections if selection.polygon is None]
        other, slow, _ = at_once(lambda one: separate(view, one), quick, options.analysts, options.seconds)
        say(f"{options.analysts} analysts at once: {rate:.0f} screens a second, p50 {np.median(taken) * 1e3:.1f}, ",
            f"p95 {np.quantile(taken, 0.95) * 1e3:.1f}, worst {taken.max() * 1e3:.0f} ms, errors: {dict(errors) or 'none'}; by separate ",
            f"statements {other:.1f} a second, p95 {np.quantile(slow, 0.95) * 1e3:.0f} ms: {rate / other:.1f} ×")  # fmt: skip
    print(f"peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")


def resident() -> float:
    """Megabytes of memory that the process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
