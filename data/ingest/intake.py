"""Taking in files: every row of every file read, judged and accounted for, in one connection."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from data.calendar import WorkingTime
from data.config import Config, SourceConfig
from data.errors import FileRejected
from data.ingest import area_rows, areas, calendars, deadlines, events, outcomes, times, values
from data.ingest.areas import Area, Division, Refused
from data.ingest.categories import CategoryTree, limits_of
from data.ingest.event_table import EventTable
from data.ingest.fields import FIELDS, ID_FIELDS, Field, meanings
from data.ingest.quarantine import Originals, Quarantine
from data.ingest.raw import Options, Raw
from data.ingest.readers import read
from data.ingest.recognise import recognise, require, score
from data.ingest.report import FileReport
from data.ingest.sandbox import Sandbox
from data.ingest.sniff import Stamp
from data.ingest.staging import Staged, Staging
from data.ingest.video_points import VideoPoints

_LOOKED_AT: Final = 20
"""Rows among which a column's first value is looked for."""
_EXAMPLE: Final = 200
_JUST_NOW_NS: Final = 2_000_000_000
PATH_FIELDS: Final = (("domain", "category", "subcategory"),)


class Intake:
    """Reads files of all kinds into one connection and keeps account of every row.

    Parameters
    ----------
    connection
        Of the database being written; staged rows live in its temporary tables.
    limit
        No event instant may be later.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, config: Config, workspace: Path, limit: dt.datetime) -> None:
        self.connection, self.config, self.limit = connection, config, limit
        self._workspace = workspace
        self.quarantine = Quarantine(connection)
        self.reports: dict[int, FileReport] = {}
        self.areas: list[Area] = []
        self.tree = CategoryTree()
        self.calendar: list[pd.DataFrame] = []
        self.calendar_before: list[pd.DataFrame] = []
        self.video = VideoPoints(connection, config.levels)
        self.epsg: dict[int, str] = {}
        self.standing: set[int] = set()
        self._raw: dict[int, Raw] = {}
        self._sandbox = Sandbox()
        events.create_stage(connection)

    def close(self) -> None:
        """End the process that read files."""
        self._sandbox.close()

    def keep(self, file_ix: int, report: FileReport, datum: str | None) -> None:
        """Count in a file whose rows come out of an earlier snapshot; its account stands as it was."""
        self.reports[file_ix] = report
        self.standing.add(file_ix)
        self._project(file_ix, datum)

    def take(self, source: SourceConfig, feed_ix: int, file_ix: int, path: Path) -> FileReport:
        """Read one file; a refusal is in its report."""
        report = FileReport(source.name, path.name, kind=source.kind, mode=source.mode, feed_ix=feed_ix)
        report.arrived_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.reports[file_ix] = report
        self._project(file_ix, source.datum)
        try:
            Stamp.of(path)  # before anything opens it: a pipe would never end
            report.seen = seen(path)
            self._take(source, file_ix, path, report)
        except FileRejected as error:
            report.read, report.code, report.message = "rejected", error.code, str(error)
            report.rows_in = report.accepted = report.quarantined = 0
        return report

    def _project(self, file_ix: int, datum: str | None) -> None:
        if datum and datum.startswith("EPSG"):
            self.epsg[file_ix] = datum

    def _take(self, source: SourceConfig, file_ix: int, path: Path, report: FileReport) -> None:
        fields = self._fields(source.kind)
        options = Options(source.encoding, source.sheet, source.datum if source.datum and source.datum.startswith("EPSG") else None)
        known = partial(score, fields=fields, configured=source.columns)
        with ThreadPoolExecutor(1) as pool:
            hashed = pool.submit(file_sha256, path)
            try:
                raw = read(self.connection, path, options, known, self._workspace, sandbox=self._sandbox)
            finally:
                report.sha256 = hashed.result()
        recognised = recognise(raw.headers, fields, source.kind, source.columns)
        report.recognised, report.unknown = recognised.report(), list(recognised.unknown)
        report.personal = list(recognised.refused)
        self._raw[file_ix] = raw
        require(recognised, fields, PATH_FIELDS if source.kind == "event" else ())
        report.warnings, report.has_shapes = list(raw.warnings), raw.format == "features"
        if recognised.unknown:
            report.warnings.append("W_UNKNOWN_COLUMN")
        parameters = values.Parameters()
        staging = Staging(
            fields,
            recognised,
            raw,
            times.Zone(self.config.zone, parameters),
            parameters,
            limit=self.limit,
            words=meanings(source.name, source.values, fields),
            datum=source.datum,
            more_checks=events.checks if source.kind == "event" else None,
        )
        if source.kind == "event":
            events.provide(self.connection, self.config.levels, recognised.columns)
            staged = staging.run(self.connection, "stage", events.placement(source, file_ix, parameters), self._implied(recognised.columns))
        else:
            staged = staging.run(self.connection)
        report.rows_in = raw.rows
        if raw.rows == 0 and "W_NO_ROWS" not in report.warnings:
            report.warnings.append("W_NO_ROWS")
        if staged.has_offset_and_not:
            report.warnings.append("W_MIXED_TZ")
        self.quarantine.take(file_ix, staged.details)
        self.connection.execute(f"DROP TABLE {staged.details}")
        if source.kind != "event":
            self._keep(staged, source, file_ix, raw.geometry)
            self.connection.execute(f"DROP TABLE {staged.table}")

    def _implied(self, held: Collection[str]) -> Callable[[str], str]:
        """Puts deadlines out of time limits, where a file has limits, and then what stages imply, beside the fields."""
        if events.LIMIT not in held:
            return lambda relation: outcomes.with_implied(relation, held)
        working = self._working
        return lambda relation: outcomes.with_implied(deadlines.with_computed(relation, working), held)

    @cached_property
    def _working(self) -> WorkingTime:
        """Working time by the calendars read so far, which come before any events; laid out for the statements that need it."""
        rows = pd.concat(calendars.rows_of(self.calendar, self.config.zone, self.calendar_before))
        working = WorkingTime.of_table(rows, self.config.zone.key)
        deadlines.lay_out(self.connection, working)
        return working

    def missing(self, file_ix: int) -> list[str]:
        """Required fields for which a file has no column."""
        report = self.reports[file_ix]
        return [item.name for item in self._fields(report.kind) if item.required and item.name not in report.recognised]

    def _fields(self, kind: str) -> tuple[Field, ...]:
        if kind == "event":
            return events.fields(self.config.levels)
        if kind == "video_point":
            return self.video.fields
        return FIELDS[kind]

    def _keep(self, staged: Staged, source: SourceConfig, file_ix: int, geometry: Any) -> None:
        report = self.reports[file_ix]
        if source.kind == "video_point":
            report.refused = self.video.take(staged.table, source, file_ix)
            return
        frame = self.connection.execute(f"SELECT * FROM {staged.table} ORDER BY row_no").df()
        report.refused = int((frame["codes"] != 0).sum())
        good = frame[frame["codes"] == 0] if report.refused else frame
        del frame
        if source.kind == "area":
            found, refused = area_rows.from_rows(good, geometry, source, self.config, file_ix)
            self.areas += found
            self.refuse(refused)
        elif source.kind == "category":
            self.tree.add_table(limits_of(good))
        else:
            rows, refused = calendars.judge(good, file_ix)
            self.calendar.append(rows)
            self.refuse(refused)

    def refuse(self, refused: list[Refused]) -> None:
        """Quarantine rows of kinds that are judged in Python."""
        for item in refused:
            self.reports[item.file_ix].refused += 1
        rows = [(item.file_ix, item.row_no, item.code, item.column, item.value) for item in refused]
        self.quarantine.add(pd.DataFrame(rows, columns=list(Quarantine.COLUMNS)))

    def divide(self) -> Division:
        """The area tree; rows without a place in it are quarantined with the file they came from."""
        division = areas.division(self.areas, self.config)
        self.refuse(division.refused)
        return division

    def account(self, table: EventTable, division: Division | None, *, with_areas: bool = True) -> None:
        """Bring together, per file, what was accepted, quarantined, set aside and found by judging rows together.

        Files that were kept have their account from when they were read, unless their rows were judged again.
        """
        for details in (*table.places.details, *self.video.details):
            self.quarantine.add(details)
        for file_ix, n in (*table.refused().items(), *self.video.refusals()):
            self._counted(file_ix).refused += n
        self._find(table, division if with_areas else None)
        reasons = self.quarantine.reasons()
        for file_ix, report in self.reports.items():
            if file_ix not in self.standing and report.read == "ok":
                report.settle(report.refused, reasons.get(file_ix, {}))
        if table.lost is None:
            return
        self.quarantine.add(table.lost)
        lost: dict[int, dict[str, int]] = {}
        for file_ix, code, n in self.connection.execute(f"SELECT file_ix, code, count(*) FROM {table.lost} GROUP BY ALL").fetchall():
            lost.setdefault(file_ix, {})[code] = n
        for file_ix, by_code in lost.items():
            self.reports[file_ix].lose(by_code)

    def _find(self, table: EventTable, division: Division | None) -> None:
        for file_ix, code, n in (*table.places.findings, *self.video.set_aside()):
            self._counted(file_ix).found(code, n)
        aside = [*table.set_aside().items(), *((file_ix, n) for file_ix, _, n in self.video.set_aside())]
        for file_ix, n in aside:
            report = self._counted(file_ix)
            report.positions_set_aside += n if report.has_position else 0
        if division is None:
            return
        for file_ix, code, _ in division.findings:
            self._counted(file_ix).found(code, 1)
        read = [report for file_ix, report in self.reports.items() if file_ix not in self.standing]
        of_areas = [report for report in read if report.kind == "area" and report.is_good]
        for report in of_areas[-1:]:
            report.warnings += division.warnings

    def _counted(self, file_ix: int) -> FileReport:
        """The report to count into: of a file that was kept a copy, for its own account stands."""
        report = self.reports[file_ix]
        return replace(report, findings={}) if file_ix in self.standing else report

    def examples(self, file_ix: int) -> dict[str, str]:
        """Header that is not read → the first cell of the first rows that is not blank; empty where no rows were found."""
        report, raw = self.reports[file_ix], self._raw.get(file_ix)
        if raw is None or not report.unknown:
            return {}
        first = list(raw.cells(self.connection, range(1, _LOOKED_AT + 1)).values())
        found = {}
        for ix, header in enumerate(raw.headers):
            cells = (row[ix] for row in first if len(row) > ix and row[ix].strip())
            if header in report.unknown and (cell := next(cells, None)):
                found[header] = cell[:_EXAMPLE]
        return found

    def ids(self, file_ix: int, row_nos: Sequence[int]) -> dict[int, str]:
        """Row number → its id as it came, for rows of a file whose id has one column."""
        report = self.reports[file_ix]
        originals = self.originals(file_ix, row_nos)
        header = report.recognised.get(ID_FIELDS.get(report.kind, ""), "")
        if header not in originals.headers:
            return {}
        ix = list(originals.headers).index(header)
        return {row: str(cells[ix] or "")[:_EXAMPLE] for row, cells in originals.cells.items() if len(cells) > ix}

    def originals(self, file_ix: int, row_nos: Sequence[int]) -> Originals:
        """Rows of a file that was read, as they came."""
        raw = self._raw[file_ix]
        return Originals(raw.headers, raw.cells(self.connection, row_nos))


def seen(path: Path) -> str:
    """What the file system says of a file: place, size and times; empty where it was written within the last seconds.

    The time of change is set by the system at every write, and nobody but the system's clock can set it back. A file that was
    written in the very moment it was looked at could be written again without it moving on, so such a file is not vouched for.
    """
    found = path.stat()
    if time.time_ns() - found.st_ctime_ns < _JUST_NOW_NS:
        return ""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
