"""The content hash: what a snapshot says, whatever the files, row order and dictionary numbers it was made with.

Every row has a 64-bit hash over what it means (names in place of positions in dictionaries); a table is the count, the
exclusive or and the sum of its rows' hashes. All three can be carried forward when few rows change, and none depends on
the order in which threads meet the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import duckdb

from data.schema import TABLES

_PATH: Final = "SELECT c.category_ix, hash(q.name, p.name, c.name) AS h, q.name AS upper, p.name AS parent FROM category c \
LEFT JOIN category p ON p.category_ix = c.parent_ix LEFT JOIN category q ON q.category_ix = p.parent_ix"
_DICTIONARIES: Final = {
    "area": "SELECT area_ix, hash(area_code) AS h FROM area",
    "category": f"SELECT category_ix, h FROM ({_PATH})",
    "source": "SELECT source_ix, hash(source) AS h FROM source",
    "department": "SELECT department_ix, hash(name) AS h FROM department",
    "outcome": f"SELECT outcome_ix, hash({', '.join(name for name in TABLES['outcome'] if name != 'outcome_ix')}) AS h FROM outcome",
    "given": "SELECT given_ix, hash(domain, category, subcategory) AS h FROM given",
    "declared": "SELECT declared_ix, hash(area_code, names) AS h FROM declared",
}
_DERIVED: Final = {"event_ix", "day", "hour_of_week", "cell", "duration_s", "lon", "lat", "file_ix", "row_no"}
"""Columns of an event that follow from others or say how it came."""
_OWN: Final = [name for name in TABLES["event"] if name not in _DERIVED and name.removesuffix("_ix") not in _DICTIONARIES]
_GIVEN: Final = {f"given_{axis}": f"coalesce(t.given_{axis}, t.{axis})" for axis in ("lon", "lat")}
_EVENT: Final = f"hash({', '.join([_GIVEN.get(name, f't.{name}') for name in _OWN] + [f'{name}_h.h' for name in _DICTIONARIES])}"
_EVENT_JOINS: Final = " ".join(f"LEFT JOIN ({sql}) AS {name}_h ON {name}_h.{name}_ix = t.{name}_ix" for name, sql in _DICTIONARIES.items())


def _columns(table: str, *without: str) -> str:
    return ", ".join(f"t.{name}" for name in TABLES[table] if name not in without)


_ROWS: Final[Mapping[str, str]] = {
    "snapshot": f"hash({_columns('snapshot')}) AS row FROM snapshot t",
    "area": f"hash({_columns('area', 'area_ix', 'last_ix', 'parent_ix')}, parent.area_code) AS row "
    "FROM area t LEFT JOIN area parent ON parent.area_ix = t.parent_ix",
    "category": f"hash({_columns('category', 'category_ix', 'last_ix', 'parent_ix')}, path.h) AS row "
    f"FROM category t JOIN ({_PATH}) path USING (category_ix)",
    "source": f"hash({_columns('source', 'source_ix')}) AS row FROM source t",
    "department": f"hash({_columns('department', 'department_ix')}) AS row FROM department t",
    "event": f"{_EVENT}) AS row FROM event t {_EVENT_JOINS}",
    "rival": f"{_EVENT}, t.code) AS row FROM rival t {_EVENT_JOINS}",
    "video_point": f"hash({_columns('video_point', 'point_ix', 'area_ix', 'lon', 'lat', 'file_ix', 'row_no')}, area.area_code) AS row "
    "FROM video_point t LEFT JOIN area USING (area_ix)",
    "calendar": f"hash({_columns('calendar')}) AS row FROM calendar t",
    "feed": f"hash({_columns('feed', 'feed_ix')}) AS row FROM feed t",
    # What a sample of positions says of their datum is carried forward and so not content.
    "finding": f"hash({_columns('finding', 'feed_ix')}, feed.name) AS row "
    "FROM (SELECT * FROM finding WHERE column_name IS DISTINCT FROM 'datum') t LEFT JOIN feed USING (feed_ix)",
    "definition": f"hash({_columns('definition')}) AS row FROM definition t",
}
"""Rows that are content, as what follows ``SELECT``. The other tables are dictionaries of these, or say how they came."""


class Sums(NamedTuple):
    """Count, exclusive or and sum of the hashes of some rows."""

    n: int = 0
    xor: int = 0
    total: int = 0

    def without(self, other: Sums) -> Sums:
        """These rows less others that are among them."""
        return Sums(self.n - other.n, self.xor ^ other.xor, self.total - other.total)

    def with_(self, other: Sums) -> Sums:
        """These rows and others."""
        return Sums(self.n + other.n, self.xor ^ other.xor, self.total + other.total)


def sums(
    connection: duckdb.DuckDBPyConnection, table: str, where: str = "true", parameters: Mapping[str, Any] | None = None, *, rows: str = ""
) -> Sums:
    """Sums over the rows of a table, ``t`` in the condition, or over rows with its columns in another relation (``rows``)."""
    chosen = _ROWS[table].replace(f"FROM {table} t", f"FROM {rows or table} t", 1)
    statement = f"SELECT count(*), coalesce(bit_xor(row), 0), coalesce(sum(row), 0) FROM (SELECT {chosen} WHERE {where})"
    n, xor, total = connection.execute(statement, dict(parameters or {})).fetchall()[0]
    return Sums(int(n), int(xor), int(total))


def write(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Sums] | None = None) -> None:
    """Fill the table ``content``; sums that are known already are taken as they are."""
    connection.execute("DELETE FROM content")
    for table in _ROWS:
        found = (known or {}).get(table) or sums(connection, table)
        connection.execute("INSERT INTO content VALUES (?, ?, ?, ?)", [table, *found])


def read(connection: duckdb.DuckDBPyConnection, table: str) -> Sums:
    """Sums of a table as they were written."""
    rows = connection.execute("SELECT n, xor, total FROM content WHERE table_name = ?", [table]).fetchall()
    return Sums(*(int(value) for value in rows[0]))


def content_sha256(connection: duckdb.DuckDBPyConnection) -> str:
    """Hash of the content, in hex: from the table ``content`` where the builder filled it, else from the rows."""
    written = {
        name: Sums(int(n), int(xor), int(total))
        for name, n, xor, total in connection.execute("SELECT table_name, n, xor, total FROM content").fetchall()
    }
    digest = hashlib.sha256()
    for table in _ROWS:
        found = written[table] if table in written else sums(connection, table)
        digest.update(f"{table}{tuple(found)}".encode())
    return digest.hexdigest()
