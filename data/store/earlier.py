"""The snapshot a build goes on from: what its files were, and the rows that need not be read again."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from data.config import Config, SourceConfig
from data.errors import StoreError
from data.indicators.definition import Definition
from data.ingest.report import FileReport
from data.store.layout import database_path
from data.store.lineage import lineage
from data.store.manifest import named_by_current, read_manifest, verified
from data.store.snapshot import opens


@dataclass(frozen=True)
class Feed:
    """One source as it was built: its shown name, kind, mode and declared datum."""

    name: str
    kind: str
    mode: str
    datum: str | None


@dataclass(frozen=True)
class Earlier:
    """A verified snapshot.

    Attributes
    ----------
    files
        Reports of the files whose rows it holds, by ``file_ix``.
    feeds
        By name.
    appended
        Rows that were added in place since its events were last written in order.
    proof
        Gives its manifest once its file is seen to be what was published, or raises; None where that is known.
    """

    identity: str
    path: Path
    manifest: Mapping[str, Any]
    as_of: dt.datetime
    zone: str
    levels: tuple[str, ...]
    name: str
    made_up: bool
    definition: str
    files: Mapping[int, FileReport] = field(default_factory=dict)
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    appended: int = 0
    proof: Future[dict[str, Any]] | None = None
    definitions: tuple[Definition, ...] = ()

    @classmethod
    def of_store(cls, store: Path, pool: Executor | None = None) -> Earlier | None:
        """The one in force; where it is refused, the last that was in force before it and verifies; None where there is none.

        Parameters
        ----------
        pool
            Hashes the one in force while it is already used; whoever uses it asks :attr:`proof` before relying on it.
        """
        named: str | None = None
        with contextlib.suppress(StoreError, duckdb.Error):
            named = named_by_current(store)
            if named is not None:
                return cls.of(store, named, pool)
        for identity in lineage(store, named):
            if identity != named:
                with contextlib.suppress(StoreError):
                    return cls.of(store, identity)
        return None

    @classmethod
    def of(cls, store: Path, identity: str, pool: Executor | None = None) -> Earlier:
        """One snapshot; with a pool, its file is hashed there.

        Raises
        ------
        StoreError
            It is not there, or not what was published.
        """
        proof = pool.submit(verified, store, identity) if pool is not None else None
        manifest = read_manifest(store, identity) if proof is not None else verified(store, identity)
        path = database_path(store, identity)
        opens(path, manifest)
        with _reading(path) as connection:
            row = connection.execute("SELECT name, as_of, timezone, levels, made_up FROM snapshot").fetchall()[0]
            definition = connection.execute("SELECT name || '@' || version FROM definition WHERE is_default").fetchall()
            texts = connection.execute("SELECT text, name FROM definition ORDER BY name, version").fetchall()
            feeds = {feed[0]: Feed(*feed) for feed in connection.execute("SELECT name, kind, mode, datum FROM feed").fetchall()}
            files = {ix: FileReport.of_json(text) for ix, text in connection.execute("SELECT file_ix, report FROM file").fetchall()}
        return cls(
            identity, path, manifest, row[1], row[2], tuple(row[3]), row[0], row[4],
            definition[0][0] if definition else "", files, feeds, int(manifest.get("appended", 0)), proof,
            tuple(Definition.parse(*text) for text in texts),
        )  # fmt: skip

    @property
    def events(self) -> int:
        """Events stored."""
        return int(self.manifest["counts"]["event"])

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """``area``, ``category``, ``calendar`` and ``video_point`` as they are."""
        with _reading(self.path) as connection:
            return {table: connection.execute(f"SELECT * FROM {table}").df() for table in ("area", "category", "calendar", "video_point")}

    def findings(self, column: str) -> list[tuple[Any, ...]]:
        """``source, code, column, n, detail`` of what was found in one column."""
        with _reading(self.path) as connection:
            sql = "SELECT feed.name, code, column_name, n, detail FROM finding JOIN feed USING (feed_ix) WHERE column_name = ?"
            return connection.execute(sql, [column]).fetchall()

    def config(self, source: SourceConfig) -> Config:
        """The configuration of a build that adds one source to this snapshot; its now stays if it was given, its datum unless one is."""
        known = self.feeds.get(source.name)
        if source.datum is None and known is not None:
            source = replace(source, datum=known.datum)
        now = self.as_of.replace(tzinfo=dt.UTC) if self.manifest.get("is_now_given") else None
        return Config(ZoneInfo(self.zone), self.levels, self.name, None, now, self.made_up, self.definition, (source,), self.definitions)

    def of_feed(self, name: str) -> dict[int, FileReport]:
        """Files of one source."""
        return {ix: report for ix, report in self.files.items() if report.name == name}


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A snapshot's tables; attached, because this process may have the file open with other settings."""
    quoted = str(path).replace("'", "''")
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{quoted}' AS earlier (READ_ONLY)")
        connection.execute("USE earlier")
        connection.execute("SET enable_external_access = false")
        yield connection
