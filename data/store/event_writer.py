"""The events of a snapshot: written anew and in order of time, or into a copy of the snapshot before."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from data.config import Config
from data.ingest import events, frames, times, values
from data.ingest.areas import Division
from data.ingest.event_places import EventPlaces
from data.ingest.event_table import EventTable
from data.ingest.intake import Intake
from data.ingest.stored import stage_again
from data.schema import create_statements
from data.store import content
from data.store.delivery import Delivery
from data.store.earlier import Earlier

_TABLES: Final = ("event", "rival")


@dataclass(frozen=True)
class Written:
    """What was written: the judged table, the sums of tables that are known already, and the data's now (UTC without zone)."""

    table: EventTable
    sums: Mapping[str, content.Sums]
    as_of: dt.datetime


@dataclass(frozen=True)
class EventWriter:
    """Writes what is staged in ``connection`` and what is kept of the snapshot before.

    Parameters
    ----------
    deliveries
        Of events.
    """

    connection: duckdb.DuckDBPyConnection
    config: Config
    intake: Intake
    deliveries: Sequence[Delivery]
    earlier: Earlier | None

    def anew(self, target: Path, division: Division) -> Written:
        """Write all tables of events from nothing; rows that are kept come out of the earlier snapshot."""
        target.unlink(missing_ok=True)
        self._attach(target, "built")
        self.connection.execute("USE built")
        for statement in create_statements():
            self.connection.execute(statement)
        frames.append(self.connection, "area", division.table)
        kept = [ix for delivery in self.deliveries for ix in delivery.kept]
        if kept and self.earlier is not None:
            self._attach(self.earlier.path, "before", "(READ_ONLY)")
            where = "e.file_ix IN (SELECT unnest($kept))"
            for name in _TABLES:
                stage_again(self.connection, self.config.levels, f"before.{name}", where, {"kept": kept})
            self.connection.execute("DETACH before")
        table = self._judged(division)
        as_of = self._as_of()
        parameters = values.Parameters()
        table.write(times.Zone(self.config.zone, parameters), parameters, as_of, self.intake.tree)
        return Written(table, {}, as_of)

    def in_place(self, target: Path, division: Division, earlier: Earlier) -> Written:
        """Change a copy of the earlier snapshot: rows of the same ids are judged again, all others stay where they are."""
        connection = self.connection
        gone = [ix for delivery in self.deliveries for ix in delivery.gone]
        with ThreadPoolExecutor(1) as pool:
            copied = pool.submit(shutil.copyfile, earlier.path, target)
            self._attach(earlier.path, "before", "(READ_ONLY)")
            connection.execute("USE before")
            union = " UNION ".join(f"SELECT event_id FROM {name} WHERE file_ix IN (SELECT unnest($gone))" for name in _TABLES)
            connection.execute(f"CREATE TEMP TABLE touched AS SELECT event_id FROM stage WHERE codes = 0 UNION {union}", {"gone": gone})
            for name in _TABLES:
                # Places first: with all columns beside the ids every row would be unpacked, not the few that are wanted.
                places = f"SELECT rowid AS place FROM {name} WHERE event_id IN (SELECT event_id FROM touched)"
                connection.execute(f"CREATE TEMP TABLE places AS {places}")
                rows = f"SELECT rowid AS place, * FROM {name} WHERE rowid IN (SELECT place FROM places)"
                connection.execute(f"CREATE TEMP TABLE touched_{name} AS {rows}; DROP TABLE places")
            total = content.read(connection, "event").without(content.sums(connection, "event", rows="touched_event"))
            for name in _TABLES:
                stay = "e.file_ix NOT IN (SELECT unnest($gone))"
                stage_again(connection, self.config.levels, f"touched_{name}", stay, {"gone": gone})
            copied.result()
        self._attach(target, "built")
        connection.execute("USE built")
        connection.execute("DETACH before")
        for name in _TABLES:
            connection.execute(f"DELETE FROM {name} WHERE rowid IN (SELECT place FROM touched_{name})")
        table = self._judged(division)
        as_of = self._as_of()
        due = "t.deadline_at >= $low AND t.deadline_at < $high AND t.event_ix < $first"
        window = {"low": min(as_of, earlier.as_of), "high": max(as_of, earlier.as_of), "first": table.first}
        if as_of != earlier.as_of:
            total = total.without(content.sums(connection, "event", due, window))
        parameters = values.Parameters()
        zone = times.Zone(self.config.zone, parameters)
        dictionaries = table.write(zone, parameters, as_of, self.intake.tree, earlier.as_of)
        if dictionaries.moved:
            return Written(table, {}, as_of)
        if as_of != earlier.as_of:
            total = total.with_(content.sums(connection, "event", due, window))
        total = total.with_(content.sums(connection, "event", "t.event_ix >= $first", {"first": table.first}))
        return Written(table, {"event": total, "area": content.read(connection, "area")}, as_of)

    def _judged(self, division: Division) -> EventTable:
        rows = [(ix, report.feed_ix, report.file, report.sha256) for ix, report in self.intake.reports.items()]
        places = pd.DataFrame(rows, columns=["file_ix", "feed_ix", "file", "sha256"]).sort_values(["feed_ix", "file", "sha256"])
        places = pd.DataFrame({"file_ix": places["file_ix"].astype("int32"), "place": range(len(places))})
        frames.temporary(self.connection, "file_place", places)
        table = EventTable(self.connection, EventPlaces(self.connection, division, self.config.levels, self.intake.epsg))
        table.judge()
        return table

    def _as_of(self) -> dt.datetime:
        """The data's now, UTC without zone."""
        if self.config.as_of is not None:
            return self.config.as_of.astimezone(dt.UTC).replace(tzinfo=None)
        return events.latest(self.connection) or self.intake.limit.astimezone(dt.UTC).replace(tzinfo=None)

    def _attach(self, path: Path, name: str, options: str = "") -> None:
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"ATTACH '{quoted}' AS {name} {options}")
