"""The dictionaries of a snapshot: categories, sources, departments and outcomes, of events that are stored and of new ones.

A dictionary's numbers follow from its content alone. Where new entries move the numbers of old ones, the columns of stored
events are renumbered; that is one pass over one narrow column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from data.ingest import frames, outcomes, telling
from data.ingest.categories import CategoryTree, index_of
from data.ingest.origins import departments, plain_department, source_key, sources
from data.ingest.same_ids import VALID
from data.schema import TABLES

_PATH: Final = ("domain", "category", "subcategory")
_STORED: Final = ("event", "rival")
_FELL_DUE: Final = "deadline_at >= $due_from AND deadline_at < $due_until"


class Dictionaries:
    """Brings the dictionaries of one database up to date with the rows of ``stage``.

    Attributes
    ----------
    moved
        Whether a stored event has another category than before; what was summed over events' categories is then void.
    path_key
        SQL of what tells the categories that staged rows name apart: ``path_key`` in ``category_place``.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.moved = False
        self.path_key = ""

    def settle(self, tree: CategoryTree) -> None:
        """Fill ``given``, ``category``, ``source``, ``department``; temporary tables ``*_place`` say where a text belongs."""
        self._categories(tree)
        for column, key, make in (("source", source_key, sources), ("department", plain_department, departments)):
            self._names(column, key, make)

    def _categories(self, tree: CategoryTree) -> None:
        connection = self._connection
        known = connection.execute(
            "SELECT * FROM given WHERE given_ix IN (SELECT given_ix FROM event UNION SELECT given_ix FROM rival) ORDER BY given_ix"
        ).fetchall()
        index = {tuple(row[1:4]): int(row[0]) for row in known}
        first = max(index.values(), default=-1) + 1
        found = connection.execute(f"SELECT {', '.join(_PATH)} FROM stage WHERE {VALID} GROUP BY ALL ORDER BY ALL").fetchall()
        for row in found:
            if row not in index:
                index[row] = first
                first += 1
        paths = {row: tree.resolve(*row) for row in index}
        table, places = tree.table()
        category = {row: index_of(path, places) for row, path in paths.items()}
        frames.replace(self._connection, "category", table)
        frames.replace(
            self._connection, "given", pd.DataFrame([(ix, *row, category[row]) for row, ix in index.items()], columns=list(TABLES["given"]))
        )
        moves = {int(row[0]): category[tuple(row[1:4])] for row in known}
        if any(moves[int(row[0])] != row[4] for row in known):
            self.moved = True
            self._renumber("category_ix", "given_ix", moves)
        names = [f"c_{name}" for name in _PATH]
        places_of = pd.DataFrame([(*row, ix, category[row]) for row, ix in index.items()], columns=[*names, "given_place", "place"])
        frames.temporary(connection, "category_given", places_of.astype(dict.fromkeys(names, "str")))
        # Looked for by one number, a category costs a third of what it costs by three texts.
        self.path_key = telling.hash_of(connection, "category_given", names, _PATH)
        key = f"{telling.hash_of(connection, 'category_given', names)} AS path_key"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE category_place AS SELECT {key}, given_place, place FROM category_given")

    def _names(self, column: str, key: Callable[[str], str], make: Callable[[Iterable[str]], pd.DataFrame]) -> None:
        connection, name = self._connection, TABLES[column].keys() - {f"{column}_ix", "is_proactive"}
        by = "source" if "source" in name else "name"
        known = dict(
            connection.execute(
                f"""SELECT {by}, {column}_ix FROM {column}
                    WHERE {column}_ix IN (SELECT {column}_ix FROM event UNION SELECT {column}_ix FROM rival)"""
            ).fetchall()
        )
        texts = [
            row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM stage WHERE {VALID} AND {column} IS NOT NULL").fetchall()
        ]
        keys = {text: key(text) for text in texts}
        table = make([*known, *keys.values()])
        places = dict(zip(table[by], table[f"{column}_ix"], strict=True))
        rest = int(table[f"{column}_ix"].max()) if len(table) else 0
        frames.replace(self._connection, column, table)
        moves = {ix: places.get(text, rest) for text, ix in known.items()}
        if any(old != new for old, new in moves.items()):
            self._renumber(f"{column}_ix", f"{column}_ix", moves)
        rows = pd.DataFrame([(text, places.get(keyed, rest)) for text, keyed in keys.items()], columns=["text", "place"])
        frames.temporary(connection, f"{column}_place", rows.astype({"text": "str", "place": "int64"}))

    def outcomes(self, staged: str, as_of: dt.datetime, before: dt.datetime | None) -> None:
        """Fill ``outcome``; the temporary table ``outcome_place`` gives the place of each ``outcome_key``.

        Parameters
        ----------
        staged
            A relation of the staged events that are stored.
        as_of, before
            The data's now, and that of the events stored already (UTC without zone): what fell due in between is brought up to date.
        """
        connection = self._connection
        known = dict(connection.execute(f"SELECT outcome_ix, {outcomes.key(outcomes.STORED)} FROM outcome").fetchall())
        fell = self._fell_due(as_of, before)
        new = connection.execute(f"SELECT DISTINCT {outcome_key()} FROM {staged}", {"as_of": as_of}).fetchall()
        keys = {row[0] for row in new} | set(known.values()) | {outcomes.fallen_due(known[ix]) for ix in fell}
        rows = [{"outcome_key": key, **{f"o_{name}": value for name, value in outcomes.columns_of(key).items()}} for key in sorted(keys)]
        kinds = {f"o_{name}": "boolean" if kind == "BOOLEAN" else "str" for name, kind in TABLES["outcome"].items() if name != "outcome_ix"}
        frames.temporary(
            self._connection, "combination", pd.DataFrame(rows, columns=["outcome_key", *kinds]).astype({"outcome_key": "int64", **kinds})
        )
        connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE outcome_place AS
                SELECT *, row_number() OVER (ORDER BY {outcomes.ORDER}) - 1 AS place FROM combination"""
        )
        place = dict(connection.execute("SELECT outcome_key, place FROM outcome_place").fetchall())
        if fell:
            turned = {ix: place[outcomes.fallen_due(known[ix])] for ix in fell}
            # Marked as negative until all numbers are the new ones.
            for table in _STORED:
                sql = f"UPDATE {table} SET outcome_ix = -1 - $moves[outcome_ix + 1] WHERE {_FELL_DUE}"
                connection.execute(sql, {"moves": _listed(turned), **_between(as_of, before)})
        moves = {ix: place[key] for ix, key in known.items()}
        if any(old != new for old, new in moves.items()):
            self._renumber("outcome_ix", "outcome_ix", moves, "outcome_ix >= 0")
        if fell:
            for table in _STORED:
                connection.execute(f"UPDATE {table} SET outcome_ix = -1 - outcome_ix WHERE outcome_ix < 0")
        connection.execute("DELETE FROM outcome")
        connection.execute(
            f"INSERT INTO outcome SELECT place, {', '.join(f'o_{name}' for name in outcomes.COLUMNS)} FROM outcome_place ORDER BY place"
        )

    def _fell_due(self, as_of: dt.datetime, before: dt.datetime | None) -> list[int]:
        """Outcomes of stored events whose deadline lies between the two instants."""
        if before is None or before == as_of:
            return []
        union = " UNION ".join(f"SELECT outcome_ix FROM {table} WHERE {_FELL_DUE}" for table in _STORED)
        return [int(row[0]) for row in self._connection.execute(union, _between(as_of, before)).fetchall()]

    def _renumber(self, column: str, by: str, moves: dict[int, int], where: str = "true") -> None:
        for table in _STORED:
            self._connection.execute(f"UPDATE {table} SET {column} = $moves[{by} + 1] WHERE {where}", {"moves": _listed(moves)})


def outcome_key() -> str:
    """The whole key of a staged row, as of ``$as_of``."""
    return f"outcome_base + {outcomes.key(outcomes.late(outcomes.EXPRESSIONS))}"


def _between(as_of: dt.datetime, before: dt.datetime | None) -> dict[str, Any]:
    return {"due_from": min(as_of, before or as_of), "due_until": max(as_of, before or as_of)}


def _listed(moves: dict[int, int]) -> list[int]:
    listed = np.zeros(max(moves, default=-1) + 1, dtype=int)
    for old, new in moves.items():
        listed[old] = new
    return [int(value) for value in listed]
