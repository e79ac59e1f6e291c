"""A question: one ``.sql`` file, its parameters and columns, and how it is put to a view.

Every statement is composed from our own files: ``_selected.sql`` with the lines in force, ``_marked.sql`` over it where a question
asks what is wrong with events, then the question. Values only ever enter as parameters.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from data import days
from data.bound import Bound, cohort, positions, scope
from data.errors import QueryTimeout
from data.filters import active
from data.selection import Selection
from data.view import View
from data.window import window_with_previous

FOLDER: Final = Path(__file__).parent / "sql"
TIME_LIMIT_S: Final = 15.0
BATCH_ROWS: Final = 65_536
_AND: Final = "  AND "
_KEY: Final = re.compile(r"-- (\w+)\s*$")
_PARAMETER: Final = re.compile(r"\$([a-z_][a-z0-9_]*)")

Reach = Literal["window", "previous", "everything"]


@dataclass(frozen=True, eq=False)
class Question:
    """One question.

    Attributes
    ----------
    name
        Stem of the ``.sql`` file and of the function that asks it.
    columns
        Column name → what it holds: type and unit, in words.
    parameters
        Parameter name → DuckDB type, for all that the question's own text uses.
    reach
        ``window``: the selection. ``previous``: with the previous window. ``everything``: the scope alone.
    cohort
        Void events and duplicates are left out ``always``, ``never``, or, where single cases are shown, ``unless_asked``: unless the
        selection names the stage void.
    apart
        Owner of lines → bit. Events that fail these lines are not left out: ``selected`` has a column ``failed``, the bits of those
        an event fails.
    """

    name: str
    columns: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    reach: Reach = "window"
    cohort: Literal["always", "unless_asked", "never"] = "always"
    apart: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The file with its opening comment, as it stands."""
        return (FOLDER / f"{self.name}.sql").read_text(encoding="utf-8")

    @cached_property
    def _pieces(self) -> tuple[tuple[str | None, str], ...]:
        """Lines of the statement with the key that owns them, comments gone."""
        text = self.text
        shared = [table for table in ("selected", "marked") if re.search(rf"\b({table}|marked)\b", _code(text))]
        if shared:
            tables = ", ".join(f"{table} AS NOT MATERIALIZED (\n{(FOLDER / f'_{table}.sql').read_text('utf-8')}\n)" for table in shared)
            text = f"WITH {tables}\n{_continued(text)}"
        return tuple(_line(line) for line in text.splitlines() if not line.lstrip().startswith("--"))

    def statement(self, lines: frozenset[str]) -> str:
        """The SQL with the lines in force. The scope's line is never left out.

        Raises
        ------
        ValueError
            The scope is not among the lines: a fault of this program.
        """
        if "scope" not in lines:
            raise ValueError(f"{self.name}: a question is only asked within a scope.")
        texts: list[str] = []
        apart: dict[int, list[str]] = {}
        for key, text in self._pieces:
            bit = self.apart.get(_owner(key)) if key is not None and text.startswith(_AND) else None
            if key is not None and key not in lines:
                continue
            if bit is None:
                texts.append(text)
            else:
                apart.setdefault(bit, []).append(f"({text.removeprefix(_AND)})")
        if self.apart:
            bits = ["0", *(f"CASE WHEN {' AND '.join(those)} THEN 0 ELSE {bit} END" for bit, those in apart.items())]
            texts.insert(texts.index("FROM event"), f", ({' + '.join(bits)})::USMALLINT AS failed")
        return "\n".join((f"-- {self.name}", *texts))

    def bound(self, view: View, selection: Selection) -> Bound:
        """The lines in force for a view and a selection, with their parameters."""
        bound = scope(view)
        if self.reach == "everything":
            return bound | days.moved(view)
        for row in active(selection):
            bound |= (
                window_with_previous(view, selection) if "window" in row.keys and self.reach == "previous" else row.bind(view, selection)
            )
        return bound | cohort(view) if self.leaves_out(selection) else bound

    def leaves_out(self, selection: Selection) -> bool:
        """Whether void events and duplicates are left out for this selection."""
        return self.cohort == "always" or (self.cohort == "unless_asked" and "void" not in selection.stage)

    def ask(self, view: View, selection: Selection, *, time_limit_s: float = TIME_LIMIT_S, **parameters: Any) -> pd.DataFrame:
        """Put the question on a cursor of its own.

        A parameter that is a mask over a table's positions puts the question's own lines of its name in force; True does so without
        a value.

        Raises
        ------
        QueryTimeout
            The time limit passed; the statement was interrupted.
        """
        return answer(view, *self._put(view, selection, parameters), time_limit_s=time_limit_s)

    def stream(
        self, view: View, selection: Selection, *, rows: int = BATCH_ROWS, time_limit_s: float = TIME_LIMIT_S, **parameters: Any
    ) -> Iterator[pa.RecordBatch]:
        """Put the question and give its rows in batches, at least one, in the file's order, in memory that does not grow with them.

        The snapshot must stay open until the last batch is taken or the iterator is closed.

        Raises
        ------
        QueryTimeout
            One batch took longer than the time limit; the statement was interrupted.
        """
        statement, used = self._put(view, selection, parameters)
        cursor = view.snapshot.cursor()
        try:
            with _limited(cursor, time_limit_s):
                # sql(), not execute(): the latter makes all rows before it gives the first
                reader = cursor.sql(statement, params=used).to_arrow_reader(rows)
                batch = next(reader, None) or pa.RecordBatch.from_pylist([], schema=reader.schema)
            while batch is not None:
                yield batch
                with _limited(cursor, time_limit_s):
                    batch = next(reader, None)
        finally:
            cursor.close()

    def _put(self, view: View, selection: Selection, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The statement and what it is bound to."""
        bound = self.bound(view, selection)
        for name, value in parameters.items():
            if value is True:
                bound |= Bound(frozenset({name}))
            else:
                bound |= positions(name, value) if isinstance(value, np.ndarray) else Bound(parameters={name: value})
        statement = self.statement(bound.lines)
        return statement, used_by(statement, bound.parameters)


def answer(view: View, statement: str, parameters: Mapping[str, Any], *, time_limit_s: float = TIME_LIMIT_S) -> pd.DataFrame:
    """Run a composed statement on a cursor of its own, within the time limit.

    Raises
    ------
    QueryTimeout
        The time limit passed; the statement was interrupted.
    """
    cursor = view.snapshot.cursor()
    try:
        with _limited(cursor, time_limit_s):
            return cursor.execute(statement, parameters).df()
    finally:
        cursor.close()


@contextlib.contextmanager
def _limited(cursor: duckdb.DuckDBPyConnection, time_limit_s: float) -> Iterator[None]:
    """Interrupt what the cursor does once the time is over."""
    timer = threading.Timer(time_limit_s, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise QueryTimeout(f"The question took longer than {time_limit_s:g} s; narrow the selection.") from error
    finally:
        timer.cancel()


def used_by(statement: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters a statement names; DuckDB refuses any more."""
    return {name: parameters[name] for name in set(_PARAMETER.findall(statement))}


@lru_cache(maxsize=256)
def code_of(name: str) -> str:
    """A question's file without its comment lines."""
    return _code((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))


def _code(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))


def _continued(text: str) -> str:
    """A question's text after ``WITH selected AS (…)``: its own WITH becomes one more table of it."""
    code = _code(text)
    return re.sub(r"\A\s*WITH\s", ", ", code)


def _owner(key: str) -> str:
    """The key of the filter that a line belongs to."""
    return key.split("_", maxsplit=1)[0]


def _line(line: str) -> tuple[str | None, str]:
    matched = _KEY.search(line)
    return (None, line) if matched is None else (matched[1], line[: matched.start()].rstrip())
