"""What reading a file gives before anything is judged, and what the configuration says about reading it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import numpy.typing as npt

from data.errors import FileRejected
from data.ingest.limits import limit
from data.ingest.sniff import Stamp


@dataclass(frozen=True)
class Options:
    """What the configuration says about reading: ``encoding``, ``sheet``, an EPSG code as ``datum``."""

    encoding: str | None = None
    sheet: str | None = None
    datum: str | None = None


@dataclass
class Raw:
    """Raw rows of one file.

    Attributes
    ----------
    relation
        Name of the relation in the connection: ``row_no`` and one column ``c<i>`` per header.
    types
        DuckDB type of each column.
    rows
        Number of rows.
    faults
        Row number → codes of what made the record unreadable.
    originals
        Row number → all cells as they came, for the rows in ``faults``; there may be more or fewer than headers.
    repeating
        Columns whose cells come as entries of a dictionary: a function of one of them alone is worked out once per entry.
    geometry
        One shapely geometry per row, for formats that have it and where some row's is no point.
    stamp
        What the file was like when reading began.
    later
        Puts the rows into a table. Until :meth:`settle` has it done, the relation reads the file at every use, its rows have no number,
        ``rows`` is 0, and it fails where a record is not regular. None where all that is done.
    """

    relation: str
    headers: list[str]
    types: list[str]
    rows: int
    faults: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    originals: Mapping[int, Sequence[str]] = field(default_factory=dict)
    geometry: npt.NDArray[np.object_] | None = None
    warnings: list[str] = field(default_factory=list)
    format: str = "text"
    repeating: frozenset[int] = frozenset()
    stamp: Stamp | None = None
    later: Callable[[Raw], None] | None = None

    def settle(self) -> None:
        """Have the rows in a table, numbered, whatever their records are like."""
        if self.later is not None:
            later, self.later = self.later, None
            later(self)

    def confirm(self) -> None:
        """Refuse what only shows when all has been read.

        Raises
        ------
        FileRejected
            ``E_CORRUPT`` where the file changed while it was read, ``E_TOO_MANY_ROWS``.
        """
        if self.stamp is None:
            return
        self.stamp.confirm()
        if self.rows > limit("max_rows"):
            name = self.stamp.path.name
            raise FileRejected("E_TOO_MANY_ROWS", f"{name} has {self.rows:,} rows, allowed are {limit('max_rows'):,}; split it by time.")

    def cells(self, connection: duckdb.DuckDBPyConnection, rows: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Row number → its cells as text, as they came: of faulty records all of them, of others one per header."""
        wanted = sorted(set(rows))
        found = {row: tuple(self.originals[row]) for row in wanted if row in self.originals}
        others = [row for row in wanted if row not in found]
        if others:
            self.settle()
            texts = ", ".join(f"coalesce(CAST(c{ix} AS VARCHAR), '')" for ix in range(len(self.headers)))
            statement = f"SELECT row_no, [{texts}] FROM {self.relation} WHERE row_no IN (SELECT unnest($rows))"
            found |= {row: tuple(cells) for row, cells in connection.execute(statement, {"rows": others}).fetchall()}
        return dict(sorted(found.items()))
