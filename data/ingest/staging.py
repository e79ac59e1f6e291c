"""Raw rows to typed rows with their reason codes: one SQL statement per file, whatever its size.

The statement is the chain of projections of :mod:`data.ingest.cells`, then codes. A staged row has a bit mask ``codes`` (bits by
:data:`data.ingest.rules.ROW_CODES`); 0 means nothing was found against it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import duckdb
import numpy as np
import pandas as pd

from data.errors import FileRejected
from data.ingest import frames, offsets, plain, texts, times, values
from data.ingest.cells import Cells
from data.ingest.day_order import DayOrder, day_order, is_open
from data.ingest.fields import Field
from data.ingest.raw import Raw
from data.ingest.recognise import Recognised
from data.ingest.rules import BIT, REPAIR, Check, rules_of

_numbers = itertools.count()
_FIRST: Final = f"LIMIT {plain.SAMPLE}"


@dataclass(frozen=True)
class Staged:
    """A staged file: the temporary table (``row_no, codes, position_code, repairs``, fields) and the quarantine's details."""

    table: str
    details: str
    """A temporary table ``row_no, code, column_name, value``: one line per reason found in this statement."""
    has_offset_and_not: bool


class Staging:
    """Stages one file.

    Parameters
    ----------
    fields
        All fields of the kind; those the file does not have are staged as NULL.
    zone
        Zone of times without offset.
    limit
        Instants later than this (UTC) are ``E_TIME_FUTURE``; None allows any.
    words
        The configuration's ``values``.
    datum
        A declared EPSG code keeps projected coordinates from being judged as degrees.
    more_checks
        Rules of the kind, from the names of the columns the file has.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        recognised: Recognised,
        raw: Raw,
        zone: times.Zone,
        parameters: values.Parameters,
        *,
        limit: dt.datetime | None = None,
        words: Mapping[str, Mapping[str, str]] | None = None,
        datum: str | None = None,
        more_checks: Callable[[set[str]], list[Check]] | None = None,
    ) -> None:
        self._fields, self._recognised, self._raw, self._parameters, self._words = fields, recognised, raw, parameters, words or {}
        self._of = partial(
            Cells, fields, recognised, raw, zone, parameters, words=words or {}, is_projected=bool(datum and datum.startswith("EPSG"))
        )
        self._cells = self._of()
        self._zone, self._limit = zone, limit
        self._ways: dict[int, str] = {}
        self._later: list[Field] = []
        present = [item for item in fields if item.name in recognised.columns]
        self._rules = {item.name: rules_of(item, zone, parameters, limit, is_text=self._is_of_text(item)) for item in present}
        self._crossing = more_checks(set(recognised.columns)) if more_checks else []
        self._checks = [*(check for checks in self._rules.values() for check in checks), *self._crossing]

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        into: str | None = None,
        also: Mapping[str, str | None] | None = None,
        wrap: Callable[[str], str] = str,
    ) -> Staged:
        """Execute. Rows keep the order of the file, but for those that the short ways of a large file do not serve.

        Parameters
        ----------
        into
            An existing table to append to, as far as it has the columns; without it a new temporary table is made.
        also
            More columns by name, or others in place of those staged: SQL over the fields' values; None leaves one out.
        wrap
            Puts more columns beside the fields, for ``also`` to use; takes and gives a relation.
        """
        if into is None:
            self._raw.settle()
        table = into or f"staged{next(_numbers)}"
        first = connection.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM {into}").fetchall()[0][0] if into else 0
        self._stage(connection, table, first, into, also=also or {}, wrap=wrap)
        try:
            if self._turns(connection, table, first):
                connection.execute(f"DELETE FROM {table} WHERE rowid >= {first}")
                self._stage(connection, table, first, table, also=also or {}, wrap=wrap)
            faults = self._faults(connection)
            if faults:
                connection.execute(
                    f"UPDATE {table} SET codes = bits FROM {faults} AS f WHERE {table}.rowid >= {first} AND f.row_no = {table}.row_no"
                )
            bad = connection.execute(f"SELECT row_no FROM {table} WHERE rowid >= {first} AND codes <> 0").df()["row_no"]
            staged = Staged(
                table,
                self._details(connection, bad, faults),
                offsets.are_mixed(connection, self._fields, self._recognised, self._raw, self._ways),
            )
            self._raw.confirm()
        except (duckdb.Error, FileRejected) as error:
            # Nothing stays of a file that is refused.
            connection.execute(f"DELETE FROM {table} WHERE rowid >= {first}")
            raise error if isinstance(error, FileRejected) else _unreadable(error) from error
        return staged

    def _stage(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        first: int,
        into: str | None,
        *,
        also: Mapping[str, str | None],
        wrap: Callable[[str], str],
    ) -> None:
        """Put the rows into the table, from the row ``first`` on; without ``into`` it is made."""
        codes = " | ".join(f"(CASE WHEN {check.condition} THEN {BIT[check.code]}::BIGINT ELSE 0 END)" for check in self._checks) or "0"
        held = {row[0] for row in connection.execute(f"DESCRIBE {into}").fetchall()} if into else None
        selected = partial(self._selected, held=held, also=also, wrap=wrap)
        # What is not a column of its own becomes part of others while it is staged.
        self._later = [item for item in self._fields if held is not None and item.type in texts.TYPES and item.name in held]
        verb = f"INSERT INTO {table} BY NAME" if into else f"CREATE TEMP TABLE {table} AS"
        # Planned as joins, the lists of words would cost several times what they cost as expressions.
        connection.execute("SET disabled_optimizers = 'in_clause'")
        try:
            put_right = partial(self._put_right, connection, table, first, also)
            is_short = self._streams(connection, table, first, selected, put_right) or self._goes_short(
                connection, verb, selected, put_right
            )
            if not is_short:
                self._ways = {}
                self._execute(connection, f"{verb} {selected(self._cells, codes)}")
            elif self._left_out(connection, table, first):
                self._execute(connection, f"INSERT INTO {table} BY NAME {selected(self._cells, codes, f'WHERE {plain.ODD}')}")
        except duckdb.Error as error:
            raise _unreadable(error) from error
        finally:
            connection.execute("RESET disabled_optimizers")

    def _turns(self, connection: duckdb.DuckDBPyConnection, table: str, first: int) -> bool:
        """Whether rows must be staged again, for dates that end in the year are not to be read with the month first."""
        bits = REPAIR["month_first"] | REPAIR["day_first"]
        if not connection.execute(f"SELECT 1 FROM {table} WHERE rowid >= {first} AND repairs & {bits} <> 0 LIMIT 1").fetchall():
            return False
        self._raw.settle()
        names = [item.name for item in self._fields if item.type in {"instant", "date"} and self._is_of_text(item)]
        order = day_order(connection, self._cells.typed(), [f"g_{name}" for name in names], self._parameters.values)
        if order is DayOrder.MONTH:
            return False
        self._of = partial(self._of, order=order)
        self._cells = self._of()
        if order is DayOrder.UNTOLD:
            self._checks += [Check("E_TIME_AMBIGUOUS", name, is_open(f"g_{name}"), is_of_writing=True) for name in names]
        return True

    def _is_of_text(self, item: Field) -> bool:
        columns = self._recognised.columns.get(item.name, ())
        return bool(columns) and all(self._raw.types[ix] == "VARCHAR" for ix in columns)

    def _selected(
        self,
        cells: Cells,
        codes: str,
        rows: str = "",
        *,
        held: set[str] | None,
        also: Mapping[str, str | None],
        wrap: Callable[[str], str],
    ) -> str:
        """Rows as they are staged, as far as the table has the columns (``held``)."""
        typed = cells.typed(rows)
        columns = {
            "row_no": "row_no",
            "codes": codes,
            "repairs": cells.repairs(),
            **({"position_code": cells.position_code()} if {item.name for item in self._fields} >= {"lon", "lat"} else {}),
            **{item.name: cells.output(item) for item in self._fields if item.name != "point"},
        }
        shown = {name: sql for name, sql in ({name: name for name in columns} | dict(also)).items() if held is None or name in held}
        shown |= {"kept": f"CASE WHEN codes = -1 THEN [{', '.join(cells.kept)}] END"} if cells.kept else {}
        outer = ", ".join(f"{sql} AS {name}" for name, sql in shown.items() if sql is not None)
        inner = ", ".join([*(f"{sql} AS {name}" for name, sql in columns.items()), *cells.kept])
        return f"SELECT {outer} FROM {wrap(f'(SELECT {inner} FROM ({typed}))')}"

    def _goes_short(
        self, connection: duckdb.DuckDBPyConnection, verb: str, selected: Callable[..., str], put_right: Callable[[], bool]
    ) -> bool:
        """Stage the rows of a table by the short ways; False where one way is better."""
        self._raw.settle()
        if self._raw.rows < plain.FEWEST:
            return False
        short = self._shortly(connection)
        if self._is_mostly_odd(connection, selected(*short, _FIRST)):
            return False
        self._execute(connection, f"{verb} {selected(*short)}")
        put_right()
        return True

    def _put_right(self, connection: duckdb.DuckDBPyConnection, table: str, first: int, also: Mapping[str, str | None]) -> bool:
        """Read the texts that were staged as they came; whether something is against some, whose rows are now among the odd ones."""
        where, odd = f"{table}.rowid >= {first}", []
        for item in self._later:
            if self._recognised.columns.get(item.name, (-1,))[0] not in self._ways:
                continue
            is_needed = any(f"g_{item.name}" in check.condition for check in self._crossing)
            found = texts.put_right(
                connection,
                (table, where),
                item,
                self._rules[item.name],
                stands_in=also.get(item.name) or item.name,
                is_needed=is_needed,
                parameters=self._parameters,
                used=partial(_used, parameters=self._parameters),
                zone=self._zone,
            )
            odd += [found] if found else []
        if odd:
            connection.execute(f"UPDATE {table} SET codes = -1 WHERE {where} AND ({' OR '.join(odd)})")
        return bool(odd)

    def _streams(
        self, connection: duckdb.DuckDBPyConnection, table: str, first: int, selected: Callable[..., str], put_right: Callable[[], bool]
    ) -> bool:
        """Stage the rows by the short ways as they are read from the file; False where they had better be put into a table first.

        Rows get their numbers from where they come to stand. Of those that the short ways do not serve the cells stay, as what is now
        the raw relation.
        """
        raw = self._raw
        if raw.later is None:
            return False
        kept = ", ".join(f"kept[{ix + 1}] AS c{ix}" for ix in range(len(raw.headers)))
        try:
            short = self._shortly(connection, are_kept=True)
            instants = {name for item in self._fields if (name := item.name) in self._recognised.columns and item.type == "instant"}
            if any(ix not in self._ways for name in instants for ix in self._recognised.columns[name]):
                return False
            if self._is_mostly_odd(connection, selected(*short, _FIRST)):
                return False
            connection.execute(f"ALTER TABLE {table} ADD COLUMN kept VARCHAR[]")
            self._execute(connection, f"INSERT INTO {table} BY NAME {selected(*short)}")
            new = f"FROM {table} WHERE rowid >= {first}"
            connection.execute(f"UPDATE {table} SET row_no = rowid - {first} + 1 WHERE rowid >= {first}")
            if put_right():
                raw.settle()
            else:
                connection.execute(f"CREATE TEMP TABLE {raw.relation}_odd AS SELECT row_no, {kept} {new} AND codes = -1")
                raw.relation, raw.rows = f"{raw.relation}_odd", int(connection.execute(f"SELECT count(*) {new}").fetchall()[0][0])
        except duckdb.Error:
            # A record is not regular; whoever reads them one by one finds out which.
            connection.execute(f"DELETE FROM {table} WHERE rowid >= {first}")
            return False
        finally:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS kept")
        return raw.rows > 0

    def _shortly(self, connection: duckdb.DuckDBPyConnection, *, are_kept: bool = False) -> tuple[Cells, str]:
        """The cells by their short ways, and ``codes`` that are -1 for rows with anything odd or wrong about them."""
        later = [item.name for item in self._later]
        self._ways = plain.ways(connection, self._fields, self._recognised, self._raw, self._words, later=later)
        cells = self._of(ways=self._ways, are_kept=are_kept)
        served = {name for name, columns in self._recognised.columns.items() if columns[0] in self._ways}
        instants = {item.name for item in self._fields if item.type == "instant" and cells.is_local(item)}
        against = [
            check.condition
            for check in self._checks
            if not (check.is_of_writing and check.column in served) and not (check.is_of_span and check.column in instants)
        ]
        against += [self._is_beyond(name) for name in sorted(instants)]
        codes = f"CASE WHEN {' OR '.join(['is_odd', *against])} THEN -1 ELSE 0 END"
        return cells, codes

    def _is_beyond(self, name: str) -> str:
        """Whether an instant may be outside the years that are simply shifted, or outside what its rules allow: one look for all."""
        latest = times.LATEST - times.ZONES
        if self._limit is not None and any(check.code == "E_TIME_FUTURE" for check in self._rules[name]):
            latest = min(latest, self._limit.astimezone(dt.UTC).replace(tzinfo=None))
        low, high = (self._parameters.add(value) for value in (times.FIXED_SINCE + times.ZONES, latest))
        return f"NOT ({name} BETWEEN {low} AND {high})"

    def _is_mostly_odd(self, connection: duckdb.DuckDBPyConnection, first: str) -> bool:
        """Whether of the first rows so many would be read in full that all had better be."""
        statement = f"SELECT count(*), count(*) FILTER (codes = -1) FROM ({first})"
        rows, odd = connection.execute(statement, _used(statement, self._parameters)).fetchall()[0]
        return bool(odd > plain.MOST_LEFT * rows)

    def _left_out(self, connection: duckdb.DuckDBPyConnection, table: str, first: int) -> int:
        """Take out the rows that the short ways did not serve; their numbers are in ``odd_rows``."""
        odd = f"FROM {table} WHERE rowid >= {first} AND codes = -1"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE odd_rows AS SELECT row_no {odd}")
        connection.execute(f"DELETE {odd}")
        return int(connection.execute("SELECT count(*) FROM odd_rows").fetchall()[0][0])

    def _execute(self, connection: duckdb.DuckDBPyConnection, statement: str) -> None:
        connection.execute(statement, _used(statement, self._parameters))

    def _faults(self, connection: duckdb.DuckDBPyConnection) -> str:
        if not self._raw.faults:
            return ""
        name = f"faults{next(_numbers)}"
        bits = (sum(BIT[code] for code in codes) for codes in self._raw.faults.values())
        frame = pd.DataFrame({"row_no": np.fromiter(self._raw.faults, np.int64), "bits": np.fromiter(bits, np.int64)})
        frames.temporary(connection, name, frame)
        return name

    def _details(self, connection: duckdb.DuckDBPyConnection, bad: pd.Series, faults: str) -> str:
        """A table of one line per reason, worked out again for the few rows that have one."""
        name = f"reasons{next(_numbers)}"
        connection.execute(f"CREATE TEMP TABLE {name} (row_no BIGINT, code VARCHAR, column_name VARCHAR, value VARCHAR)")
        for code in {code for codes in self._raw.faults.values() for code in codes}:
            connection.execute(f"INSERT INTO {name} SELECT row_no, '{code}', '', '' FROM {faults} WHERE bits & {BIT[code]} <> 0")
        bad = bad[~bad.isin(np.fromiter(self._raw.faults, np.int64))]
        if bad.empty:
            return name
        lines = [
            f"CASE WHEN {check.condition} THEN {{'code': '{check.code}', 'column_name': '{check.column}', "
            f"'value': left(CAST(g_{check.column} AS VARCHAR), 200)}} END"
            for check in self._checks
        ]
        frames.temporary(connection, "bad_rows", bad.to_frame())
        typed = self._cells.typed("WHERE row_no IN (SELECT row_no FROM bad_rows)")
        statement = f"""INSERT INTO {name} SELECT row_no, reason.code, reason.column_name, reason.value
            FROM (SELECT row_no, unnest([{", ".join(lines)}]) AS reason FROM ({typed})) WHERE reason IS NOT NULL ORDER BY row_no"""
        connection.execute(statement, _used(statement, self._parameters))
        return name


def _unreadable(error: duckdb.Error) -> FileRejected:
    """What is found only when every row is read: pages of a Parquet file that are damaged, or too much for the memory."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return FileRejected("E_FILE_TOO_BIG", "The rows need more memory than is allowed; split the file by time.")
    return FileRejected("E_CORRUPT", f"The rows cannot be read ({str(error)[:200]}); send the file again.")


def _used(statement: str, parameters: values.Parameters) -> dict[str, object]:
    """The parameters that a statement names; DuckDB refuses others."""
    named = duckdb.extract_statements(statement)[0].named_parameters
    return {name: value for name, value in parameters.values.items() if name in named}
