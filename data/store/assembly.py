"""One build: read what is new, keep what is known, and write the file of a snapshot, anew or into a copy of the last one."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from data.config import Config
from data.errors import DefinitionError
from data.indicators.definition import shipped
from data.ingest import caveats, diagnosis, events, values
from data.ingest.areas import Division, of_snapshot
from data.ingest.calendars import rows_of as calendar_rows
from data.ingest.categories import CategoryTree
from data.ingest.event_table import EventTable
from data.ingest.intake import Intake
from data.ingest.limits import limit
from data.ingest.quarantine import Quarantine
from data.ingest.report import FileReport
from data.ingest.stored import stage_again
from data.schema import SCHEMA_VERSION, TABLES, create_statements
from data.store import content, rejected
from data.store.delivery import Delivery, rows_of
from data.store.earlier import Earlier

Progress = Callable[[str, float], None]
"""Takes a step's words and the share done, 0 to 1."""
FEW: Final = 20_000
"""Changed rows that are always written into a copy of the last snapshot."""
SHARE: Final = 0.1
"""Beyond this share of changed, or of appended rows, events are written anew and in order."""
NEWS: Final = 0.02
"""Below this share of new events the datum is not diagnosed again."""
_MOST_MEMORY: Final = 0.7
"""Of the machine's memory, whatever the limit says."""
_READING, _AREAS, _EVENTS, _VIDEO, _PUBLISHING = 0.05, 0.5, 0.55, 0.85, 0.9


@dataclass(frozen=True)
class Built:
    """A finished file that is not published yet.

    Attributes
    ----------
    reports
        By ``file_ix``; those of refused files too.
    refused
        Reports of files that were refused or empty, or held back with one that was, whose rows are not in the file.
    has_news
        Whether any row was read, or any went.
    appended
        Events added in place since they were last written in order.
    """

    path: Path
    reports: dict[int, FileReport]
    refused: list[FileReport]
    quarantine: Quarantine
    as_of: dt.datetime
    has_news: bool = True
    appended: int = 0


@dataclass
class Assembly:
    """One build from deliveries.

    Parameters
    ----------
    limit
        No event instant may be later: the configured now, else when the files arrived (UTC).
    earlier
        The snapshot to go on from, or None.
    rejected
        Folder for the rows that were not accepted, and that of the earlier snapshot; None writes none.
    """

    config: Config
    target: Path
    deliveries: list[Delivery]
    limit: dt.datetime
    earlier: Earlier | None = None
    rejected: Path | None = None
    rejected_before: Path | None = None
    is_upload: bool = False
    say: Progress = lambda step, share: None
    refused: list[FileReport] = field(default_factory=list)

    def run(self) -> Built:
        """Build; nothing is published.

        Raises
        ------
        ConfigError, DefinitionError
            Nothing can be built from this configuration.
        """
        workspace = Path(tempfile.mkdtemp(prefix="build", dir=self.target.parent))
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(workspace / "spill"),
            "autoinstall_known_extensions": False,
        }
        settings["memory_limit"] = f"{_memory()} MB"
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET TimeZone = 'UTC'")
        self._intake = Intake(self._connection, self.config, workspace, self.limit)
        try:
            return self._run()
        finally:
            self._intake.close()
            self._connection.close()
            shutil.rmtree(workspace, ignore_errors=True)

    def _run(self) -> Built:
        self._next = max([-1, *(self.earlier.files if self.earlier else [])]) + 1
        sizes = [path.stat().st_size for delivery in self.deliveries for path in delivery.to_read if path.exists()]
        self._total, self._done = max(sum(sizes), 1), 0
        self._read_areas()
        for kind in ("category", "calendar", "video_point"):
            self._read_kind(kind)
        for delivery in self._of("event"):
            self._read(delivery)
        division = self._division()
        base = self.earlier if self._fits_in_place() else None
        self.say("events", _EVENTS)
        table, known, as_of = self._anew(division) if base is None else self._in_place(division, base)
        self.say("video points", _VIDEO)
        self._write_video(division)
        self._intake.account(table, division, with_areas=self._areas_changed)
        self._settle_ids()
        if self.rejected is not None:
            rejected.write(self.rejected, self.rejected_before, self._connection, self._intake)
        self._write_rest(division, as_of)
        caveats.write(self._connection)
        self._diagnose(base, table)
        content.write(self._connection, known)
        self._connection.execute("CHECKPOINT built")
        appended = 0 if base is None else base.appended + table.written
        self._connection.execute("USE memory")
        self._connection.execute("DETACH built")
        reports = self._intake.reports
        has_news = any(report.is_good and ix not in self._intake.standing for ix, report in reports.items())
        has_news |= any(delivery.gone for delivery in self.deliveries)
        now = as_of.replace(tzinfo=dt.UTC)
        return Built(self.target, reports, self.refused, self._intake.quarantine, now, has_news, appended)

    def _of(self, *kinds: str) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if delivery.source.kind in kinds]

    def _read(self, delivery: Delivery) -> list[FileReport]:
        """Read what is new of a delivery; where something of it is refused or empty, what came before stays."""
        found: list[FileReport] = []
        for path in delivery.to_read:
            self.say(f"{delivery.source.name}: {path.name}", _READING + (_AREAS - _READING) * self._done / self._total)
            report = self._intake.take(delivery.source, delivery.feed_ix, self._next, path)
            report.settings, report.is_uploaded = delivery.settings, self.is_upload
            self._done += path.stat().st_size if path.exists() else 0
            if not report.is_good:
                self.refused.append(report)
            if report.read == "rejected":
                del self._intake.reports[self._next]
            found.append(report)
            self._next += 1
        bad = next((report for report in found if not report.is_good), None)
        if bad is not None and not delivery.is_dropped:
            delivery.keep(bad)
        for ix, kept in delivery.kept.items():
            self._intake.keep(ix, kept, delivery.source.datum)
        return found

    def _read_areas(self) -> None:
        deliveries = self._of("area")
        named = self.earlier is not None and (
            self.config.levels != self.earlier.levels or self.config.name not in {None, self.earlier.name}
        )
        self._areas_changed = self.earlier is None or named or any(delivery.is_changed for delivery in deliveries)
        if not self._areas_changed:
            for delivery in deliveries:
                self._read(delivery)
            return
        for delivery in deliveries:
            delivery.read_again()
        found = [report for delivery in deliveries for report in self._read(delivery)]
        levels = {delivery.source.level for delivery in deliveries if delivery.to_read and not delivery.is_dropped}
        if any(not report.is_good for report in found) and self.earlier is not None and any(d.kept for d in deliveries):
            # The levels hang together: none is replaced while one of them cannot be read.
            for ix in [ix for ix, report in self._intake.reports.items() if report in found]:
                held = self._intake.reports.pop(ix)
                if held not in self.refused:
                    held.message = "Held back until all files of areas can be read."
                    self.refused.append(held)
            for delivery in deliveries:
                delivery.keep(found[0])
                for ix, kept in delivery.kept.items():
                    self._intake.keep(ix, kept, delivery.source.datum)
            self._areas_changed = named
            if named:
                self._intake.areas = of_snapshot(self.earlier.tables["area"])
        elif self.earlier is not None and any(delivery.kept for delivery in deliveries):
            stay = [area for area in of_snapshot(self.earlier.tables["area"]) if self.earlier.levels[area.depth] not in levels]
            self._intake.areas += [area for area in stay if area.depth < len(self.config.levels)]
        if self._areas_changed:
            for delivery in self._of("event", "video_point"):
                delivery.read_again()

    def _read_kind(self, kind: str) -> None:
        """A kind of small files: all are read again when one has changed."""
        deliveries = self._of(kind)
        if any(delivery.is_changed for delivery in deliveries):
            for delivery in deliveries:
                delivery.read_again()
        for delivery in deliveries:
            self._read(delivery)
        if self.earlier is None:
            return
        kept = [ix for delivery in deliveries for ix in delivery.kept]
        if kind == "category" and kept:
            before = self._intake.tree
            self._intake.tree = CategoryTree.of_snapshot(self.earlier.tables["category"])
            self._intake.tree.add(before)

    def _division(self) -> Division:
        self.say("areas", _AREAS)
        if self._areas_changed or self.earlier is None:
            return self._intake.divide()
        return Division.of_snapshot(self.earlier.tables["area"])

    def _fits_in_place(self) -> bool:
        if self.earlier is None or self._areas_changed or self.config.zone.key != self.earlier.zone:
            return False
        if self.earlier.manifest.get("duckdb_version") != duckdb.__version__:
            return False
        most = max(FEW, SHARE * self.earlier.events)
        gone = rows_of(report for delivery in self._of("event") for report in delivery.gone.values())
        staged = self._connection.execute("SELECT count(*) FROM stage").fetchall()[0][0]
        return bool(gone + staged <= most and self.earlier.appended + staged <= most)

    def _anew(self, division: Division) -> tuple[EventTable, dict[str, content.Sums], dt.datetime]:
        """Write all tables of events from nothing; rows that are kept come out of the earlier snapshot."""
        self.target.unlink(missing_ok=True)
        self._attach(self.target, "built")
        self._connection.execute("USE built")
        for statement in create_statements():
            self._connection.execute(statement)
        _append(self._connection, "area", division.table)
        kept = [ix for delivery in self._of("event") for ix in delivery.kept]
        if kept and self.earlier is not None:
            self._attach(self.earlier.path, "before", "(READ_ONLY)")
            where = "e.file_ix IN (SELECT unnest($kept))"
            for name in ("event", "rival"):
                stage_again(self._connection, self.config.levels, f"before.{name}", where, {"kept": kept})
            self._connection.execute("DETACH before")
        table = self._judged(division)
        as_of = self._as_of()
        parameters = values.Parameters()
        table.write(values.Zone(self.config.zone, parameters), parameters, as_of, self._intake.tree)
        return table, {}, as_of

    def _in_place(self, division: Division, earlier: Earlier) -> tuple[EventTable, dict[str, content.Sums], dt.datetime]:
        """Change a copy of the earlier snapshot: rows of the same ids are judged again, all others stay where they are."""
        connection = self._connection
        shutil.copyfile(earlier.path, self.target)
        self._attach(self.target, "built")
        connection.execute("USE built")
        gone = [ix for delivery in self._of("event") for ix in delivery.gone]
        union = " UNION ".join(f"SELECT event_id FROM {name} WHERE file_ix IN (SELECT unnest($gone))" for name in ("event", "rival"))
        connection.execute(f"CREATE TEMP TABLE touched AS SELECT event_id FROM stage WHERE codes = 0 UNION {union}", {"gone": gone})
        for name in ("event", "rival"):
            connection.execute(
                f"CREATE TEMP TABLE touched_{name} AS SELECT rowid AS place FROM {name} WHERE event_id IN (SELECT event_id FROM touched)"
            )
        total = content.read(connection, "event").without(content.sums(connection, "event", "t.rowid IN (SELECT place FROM touched_event)"))
        for name in ("event", "rival"):
            rows = f"rowid IN (SELECT place FROM touched_{name})"
            stage_again(connection, self.config.levels, name, f"e.{rows} AND e.file_ix NOT IN (SELECT unnest($gone))", {"gone": gone})
            connection.execute(f"DELETE FROM {name} WHERE {rows}")
        table = self._judged(division)
        as_of = self._as_of()
        due = "t.deadline_at >= $low AND t.deadline_at < $high AND t.event_ix < $first"
        window = {"low": min(as_of, earlier.as_of), "high": max(as_of, earlier.as_of), "first": table.first}
        if as_of != earlier.as_of:
            total = total.without(content.sums(connection, "event", due, window))
        parameters = values.Parameters()
        zone = values.Zone(self.config.zone, parameters)
        dictionaries = table.write(zone, parameters, as_of, self._intake.tree, earlier.as_of)
        if dictionaries.moved:
            return table, {}, as_of
        if as_of != earlier.as_of:
            total = total.with_(content.sums(connection, "event", due, window))
        total = total.with_(content.sums(connection, "event", "t.event_ix >= $first", {"first": table.first}))
        return table, {"event": total, "area": content.read(connection, "area")}, as_of

    def _judged(self, division: Division) -> EventTable:
        rows = [(ix, report.feed_ix, report.file, report.sha256) for ix, report in self._intake.reports.items()]
        places = pd.DataFrame(rows, columns=["file_ix", "feed_ix", "file", "sha256"]).sort_values(["feed_ix", "file", "sha256"])
        places = pd.DataFrame({"file_ix": places["file_ix"].astype("int32"), "place": range(len(places))})
        self._connection.register("frame_to_insert", places)
        self._connection.execute("CREATE TEMP TABLE file_place AS SELECT * FROM frame_to_insert")
        self._connection.unregister("frame_to_insert")
        table = EventTable(self._connection, division, self.config.levels, self._intake.epsg)
        table.judge()
        return table

    def _as_of(self) -> dt.datetime:
        """The data's now, UTC without zone."""
        if self.config.as_of is not None:
            return self.config.as_of.astimezone(dt.UTC).replace(tzinfo=None)
        return events.latest(self._connection) or self.limit.astimezone(dt.UTC).replace(tzinfo=None)

    def _attach(self, path: Path, name: str, options: str = "") -> None:
        quoted = str(path).replace("'", "''")
        self._connection.execute(f"ATTACH '{quoted}' AS {name} {options}")

    def _write_video(self, division: Division) -> None:
        deliveries = self._of("video_point")
        is_changed = self._areas_changed or any(delivery.is_changed or delivery.to_read for delivery in deliveries)
        kept = [ix for delivery in deliveries for ix in delivery.kept]
        if self.earlier is not None and kept:
            points = self.earlier.tables["video_point"]
            if is_changed:
                self._intake.video.add_stored(points[points["file_ix"].isin(kept)], self.earlier.tables["area"])
            else:
                self._connection.execute("DELETE FROM video_point")
                _append(self._connection, "video_point", points)
                return
        self._connection.execute("DELETE FROM video_point")
        self._intake.video.judge(division, self.config, self._intake.epsg)
        self._intake.video.write()

    def _settle_ids(self) -> None:
        """Say of every file how many of its rows lost to others of their id."""
        lost: dict[int, dict[str, int]] = {}
        for file_ix, code, n in self._connection.execute(
            "SELECT file_ix, code, count(*) FROM rival WHERE code IS NOT NULL GROUP BY ALL"
        ).fetchall():
            lost.setdefault(file_ix, {})[code] = n
        for ix, report in self._intake.reports.items():
            if report.kind == "event" and report.read == "ok":
                report.lose(lost.get(ix, {}))

    def _write_rest(self, division: Division, as_of: dt.datetime) -> None:
        connection, reports = self._connection, self._intake.reports
        for table in ("snapshot", "definition", "feed", "file", "finding", "calendar"):
            connection.execute(f"DELETE FROM {table}")
        kept = [ix for delivery in self._of("calendar") for ix in delivery.kept]
        before = [self.earlier.tables["calendar"]] if self.earlier is not None and kept else []
        for frame in calendar_rows(self._intake.calendar, self.config.zone, before):
            _append(connection, "calendar", frame)
        row = [SCHEMA_VERSION, division.areas[0].name, as_of, self.config.zone.key, list(self.config.levels), self.config.made_up]
        connection.execute("INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?)", row)
        self._write_definitions()
        for delivery in self.deliveries:
            if delivery.is_dropped:
                continue
            own = {ix: report for ix, report in sorted(reports.items()) if report.feed_ix == delivery.feed_ix}
            sums = [sum(getattr(report, name) for report in own.values()) for name in ("rows_in", "accepted", "quarantined")]
            source = delivery.source
            connection.execute(
                "INSERT INTO feed VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [delivery.feed_ix, source.name, source.kind, source.mode, source.datum, *sums],
            )
            totals: dict[str, int] = {}
            for ix, report in own.items():
                connection.execute(
                    "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        ix, delivery.feed_ix, report.file, report.sha256, report.rows_in, report.accepted, report.quarantined,
                        report.arrived_at.removesuffix("Z"), report.as_json(),
                    ],
                )  # fmt: skip
                for code, n in (*report.findings.items(), *((code, 1) for code in report.warnings if code != diagnosis.SUSPECT)):
                    totals[code] = totals.get(code, 0) + n
            for code, n in sorted(totals.items()):
                connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [delivery.feed_ix, code, None, n, None])

    def _diagnose(self, base: Earlier | None, table: EventTable) -> None:
        """Say what the areas that events name tell of the datum of their positions; where little changed, what was said before."""
        connection = self._connection
        if (
            base is not None
            and table.written < NEWS * base.events
            and all(delivery.source.name in base.feeds for delivery in self.deliveries)
        ):
            said = {name: row for name, *row in base.findings("datum")}
            for delivery in self.deliveries:
                if row := said.get(delivery.source.name):
                    connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [delivery.feed_ix, *row])
            return
        for feed_ix, found in diagnosis.of_feeds(connection).items():
            connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [feed_ix, *found.finding])
            if not found.is_suspect:
                continue
            for ix, report in self._intake.reports.items():
                if report.feed_ix == feed_ix and diagnosis.SUSPECT not in report.warnings:
                    report.warnings.append(diagnosis.SUSPECT)
                    connection.execute("UPDATE file SET report = ? WHERE file_ix = ?", [report.as_json(), ix])

    def _write_definitions(self) -> None:
        definitions = shipped()
        chosen = self.config.definition or definitions[0].key
        if chosen not in {item.key for item in definitions} | {item.name for item in definitions}:
            raise DefinitionError(
                f"The configuration's definition '{chosen}' is not known; expected one of {', '.join(d.key for d in definitions)}."
            )
        for item in definitions:
            row = [item.name, item.version, item.sha256, item.text, chosen in {item.key, item.name}]
            self._connection.execute("INSERT INTO definition VALUES (?, ?, ?, ?, ?)", row)


def _memory() -> int:
    """What the database may use, in MB."""
    wanted = limit("build_memory_mb")
    if not hasattr(os, "sysconf"):
        return wanted
    return min(wanted, int(_MOST_MEMORY * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20))


def _append(connection: duckdb.DuckDBPyConnection, table: str, frame: Any) -> None:
    connection.register("frame_to_insert", frame)
    connection.execute(f"INSERT INTO {table} SELECT {', '.join(TABLES[table])} FROM frame_to_insert")
    connection.unregister("frame_to_insert")
