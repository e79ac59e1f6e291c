"""An opened snapshot: locked read-only database, its dimensions in memory.

One DuckDB connection per snapshot and process, one cursor per call: a connection shared by threads returns other
callers' rows.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd

from data.errors import DefinitionError, SnapshotRefused
from data.indicators.definition import Definition
from data.schema import SCHEMA_VERSION
from data.tree import Tree
from data.vocabulary import SOURCE_NAMES, Language

if TYPE_CHECKING:
    from data.index.index import Index
    from data.index.preparation import Preparation

T = TypeVar("T")
_PAUSE_S: Final = 0.05
"""Between two tries to close a connection of which a cursor still runs."""


@dataclass(frozen=True)
class Source:
    """Where events come from: key as in an address, shown name, whether it finds things before anyone complains."""

    source: str
    name: str
    is_proactive: bool

    def name_in(self, lang: Language) -> str:
        """The name as the data have it in Chinese; in English the known sources have names of their own."""
        return SOURCE_NAMES[self.source].en if lang == "en" and self.source in SOURCE_NAMES else self.name


class Snapshot:
    """One immutable snapshot, open for reading.

    Parameters
    ----------
    path
        The ``.duckdb`` file. It has been verified by the store; this class does not hash it.
    manifest
        The snapshot's manifest, as in ``snapshots/<id>.json``; may be empty in tests.
    memory_limit, threads
        Given to DuckDB.

    Raises
    ------
    SnapshotRefused
        The file cannot be opened or has another schema version.
    """

    def __init__(
        self, path: Path, manifest: Mapping[str, Any] | None = None, *, memory_limit: str = "4GB", threads: int | None = None
    ) -> None:
        self.path = path
        self._memory_limit, self._threads = memory_limit, threads
        self.manifest: Mapping[str, Any] = manifest or {}
        self.id = str(self.manifest.get("id", path.stem))
        settings: dict[str, Any] = {
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": memory_limit,
            "lock_configuration": True,
            "perfect_ht_threshold": 20,  # bits of a group key that DuckDB still counts by position instead of by hash
        }
        if threads is not None:
            settings["threads"] = threads
        self._lock = threading.Lock()
        self._made: dict[Hashable, Any] = {}
        self._making = threading.RLock()
        self._is_attached = self._is_closed = False
        self._preparation: Preparation | None = None
        try:
            try:
                self._connection = duckdb.connect(str(path), read_only=True, config=settings)
            except duckdb.ConnectionException:  # this process has the file open with other settings
                self._connection = _attached(path, settings)
                self._is_attached = True
            row = self.cursor().execute("SELECT schema_version, name, as_of, timezone, levels, made_up FROM snapshot").fetchone()
        except duckdb.Error as error:
            raise SnapshotRefused(f"Snapshot {self.id} cannot be opened ({type(error).__name__}); publish again or roll back.") from error
        if row is None or row[0] != SCHEMA_VERSION:
            found = "none" if row is None else row[0]
            raise SnapshotRefused(f"Snapshot {self.id} has schema {found}; this release reads {SCHEMA_VERSION}. Build it again.")
        self.name: str = row[1]
        self.as_of: dt.datetime = row[2].replace(tzinfo=dt.UTC)
        self.zone = ZoneInfo(row[3])
        self.levels: tuple[str, ...] = tuple(row[4])
        self.made_up: bool = bool(row[5])

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for one call; the caller closes it."""
        if self._is_closed:
            raise duckdb.ConnectionException(f"Snapshot {self.id} is closed.")
        with self._lock:
            cursor = self._connection.cursor()
        if self._is_attached:
            cursor.execute("USE snapshot")
        return cursor

    def close(self) -> None:
        """Let go of the index and close the connection: at once, or as soon as the cursors that still run have finished."""
        if self._preparation is not None:
            self._preparation.close()
        self._is_closed = True
        if not self._closes():
            threading.Thread(target=self._close_later, name=f"close {self.id}", daemon=True).start()

    def _closes(self) -> bool:
        """Close the connection; False while a cursor of it runs, when DuckDB refuses to."""
        try:
            with self._lock:
                self._connection.close()
        except duckdb.ResourceInUseException:
            return False
        return True

    def _close_later(self) -> None:
        pause = threading.Event()
        while not self._closes():
            pause.wait(_PAUSE_S)

    def again(self) -> Snapshot:
        """The same snapshot opened once more, for work that outlives a request: DuckDB refuses to close one whose cursors are at work."""
        return Snapshot(self.path, self.manifest, memory_limit=self._memory_limit, threads=self._threads)

    def prepare(self) -> Preparation:
        """Begin to make the index (:mod:`data.index`), unless that was done."""
        from data.index.preparation import Preparation  # noqa: PLC0415  the index reads snapshots

        with self._making:
            if self._preparation is None:
                self._preparation = Preparation(self)
            return self._preparation

    @property
    def index(self) -> Index | None:
        """The index in memory; None until it is ready and where there is none."""
        return None if self._preparation is None else self._preparation.index

    def frame(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Rows of a fixed statement as a frame. Questions go through :mod:`data.queries` instead."""
        cursor = self.cursor()
        try:
            return cursor.execute(sql, parameters or {}).df()
        finally:
            cursor.close()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, made at the first call with this key and kept as long as the snapshot is open.

        For what follows from the snapshot, a definition and a scope; never for anything a viewer chose.
        """
        with self._making:
            if key not in self._made:
                self._made[key] = make()
            made: T = self._made[key]
            return made

    @cached_property
    def area_table(self) -> pd.DataFrame:
        """The table ``area`` without geometry, ordered by ``area_ix``."""
        return self.frame("SELECT * EXCLUDE (boundary, outline) FROM area ORDER BY area_ix")

    @cached_property
    def areas(self) -> Tree:
        """The area tree; index 0 is the whole area."""
        table = self.area_table
        return _tree(table, codes=table["area_code"])

    @cached_property
    def categories(self) -> Tree:
        """The category tree; depth 1 domain, 2 category, 3 subcategory."""
        table = self.frame("SELECT * FROM category ORDER BY category_ix")
        return _tree(table, codes=table["name"])

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Sources by ``source_ix``."""
        table = self.frame("SELECT source, name, is_proactive FROM source ORDER BY source_ix")
        return tuple(Source(*row) for row in table.itertuples(index=False, name=None))

    @cached_property
    def departments(self) -> tuple[str, ...]:
        """Department names by ``department_ix``; index 0 is "not given"."""
        return tuple(self.frame("SELECT name FROM department ORDER BY department_ix")["name"])

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """The table ``outcome``, ordered by ``outcome_ix``."""
        return self.frame("SELECT * FROM outcome ORDER BY outcome_ix")

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """The definitions (口径) published with this snapshot by ``name@version``, the default first."""
        table = self.frame("SELECT name, version, text FROM definition ORDER BY is_default DESC, name, version")
        return {f"{name}@{version}": Definition.parse(text, name) for name, version, text in table.itertuples(index=False, name=None)}

    def definition(self, key: str | None = None) -> Definition:
        """The definition of that ``name@version``; without a key the default.

        Raises
        ------
        DefinitionError
            The snapshot was published without it.
        """
        wanted = key or next(iter(self.definitions), "")
        if wanted not in self.definitions:
            raise DefinitionError(f"This snapshot has no definition {wanted[:80]!r}; it has {', '.join(self.definitions) or 'none'}.")
        return self.definitions[wanted]

    @cached_property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last local day with events, or None without events."""
        cursor = self.cursor()
        row = cursor.execute("SELECT min(day), max(day) FROM event").fetchone()
        cursor.close()
        return None if row is None or row[0] is None else (row[0], row[1])

    @cached_property
    def event_end(self) -> int:
        """One beyond the last ``event_ix``; 0 without events."""
        cursor = self.cursor()
        row = cursor.execute("SELECT coalesce(max(event_ix) + 1, 0) FROM event").fetchone()
        cursor.close()
        return 0 if row is None else int(row[0])


def opens(path: Path, manifest: Mapping[str, Any], **settings: Any) -> None:
    """See that a verified snapshot can be opened by this release.

    Raises
    ------
    SnapshotRefused
        It cannot.
    """
    Snapshot(path, manifest, **settings).close()


def _attached(path: Path, settings: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database in memory that has the file attached: DuckDB has one set of settings per path and process, not so here."""
    last = {"enable_external_access", "lock_configuration"}
    connection = duckdb.connect(":memory:", config={key: value for key, value in settings.items() if key not in last})
    quoted = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS snapshot (READ_ONLY)")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _tree(table: pd.DataFrame, codes: pd.Series) -> Tree:
    return Tree(
        parent=table["parent_ix"].to_numpy(dtype=np.int32, na_value=-1),
        last=table["last_ix"].to_numpy(dtype=np.int32),
        depth=table["depth"].to_numpy(dtype=np.int32),
        names=tuple(table["name"]),
        codes=tuple(codes),
    )
