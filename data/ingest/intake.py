"""Taking in files: every row of every file read, judged and accounted for, in one connection."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from data.config import Config, SourceConfig
from data.errors import FileRejected
from data.ingest import areas as area_rows
from data.ingest import events, values
from data.ingest.areas import Area, Division, Refused
from data.ingest.categories import CategoryTree, limits_of
from data.ingest.event_table import EventTable
from data.ingest.fields import FIELDS, Field
from data.ingest.quarantine import Quarantine
from data.ingest.readers import Options, read
from data.ingest.recognise import recognise, require, score
from data.ingest.staging import Staged, Staging
from data.ingest.video_points import VideoPoints

PATH_FIELDS: Final = (("domain", "category", "subcategory"),)


@dataclass
class FileReport:
    """What happened to one file; one entry of ``sources`` in ``build --json``."""

    name: str
    file: str
    read: str = "ok"
    code: str | None = None
    message: str | None = None
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    positions_set_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    recognised: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    kind: str = ""
    sha256: str = ""

    @property
    def has_position(self) -> bool:
        """Whether the file has columns for a position, so that one can be missing."""
        return bool({"lon", "lat", "point"} & set(self.recognised))

    def found(self, code: str, n: int) -> None:
        """Count a finding."""
        self.findings[code] = self.findings.get(code, 0) + n

    def as_dict(self) -> dict[str, Any]:
        """As in ``build --json``."""
        hidden = {"kind", "sha256"}
        return {key: value for key, value in vars(self).items() if key not in hidden}


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
        self.quarantine = Quarantine()
        self.reports: dict[tuple[int, int], FileReport] = {}
        self.areas: list[Area] = []
        self.tree = CategoryTree()
        self.calendar: list[pd.DataFrame] = []
        self.video = VideoPoints(connection, config.levels)
        self.epsg: dict[int, str] = {}
        events.create_stage(connection)

    def take(self, source: SourceConfig, feed_ix: int, file_ix: int, path: Path) -> None:
        """Read one file; a refusal is in its report."""
        report = FileReport(source.name, path.name, kind=source.kind, sha256=file_sha256(path))
        self.reports[feed_ix, file_ix] = report
        if source.datum and source.datum.startswith("EPSG"):
            self.epsg[feed_ix] = source.datum
        try:
            self._take(source, feed_ix, file_ix, path, report)
        except FileRejected as error:
            report.read, report.code, report.message = "rejected", error.code, str(error)

    def _take(self, source: SourceConfig, feed_ix: int, file_ix: int, path: Path, report: FileReport) -> None:
        fields = self._fields(source.kind)
        options = Options(source.encoding, source.sheet, source.datum if source.datum and source.datum.startswith("EPSG") else None)
        raw = read(self.connection, path, options, lambda cells: score(cells, fields, source.columns), self._workspace)
        recognised = recognise(raw.headers, fields, source.kind, source.columns)
        require(recognised, fields, PATH_FIELDS if source.kind == "event" else ())
        report.recognised, report.unknown = recognised.report(), list(recognised.unknown)
        report.rows_in, report.warnings = raw.rows, list(raw.warnings)
        if recognised.unknown:
            report.warnings.append("W_UNKNOWN_COLUMN")
        parameters = values.Parameters()
        staging = Staging(
            fields,
            recognised,
            raw,
            values.Zone(self.config.zone, parameters),
            parameters,
            limit=self.limit,
            words=source.values,
            datum=source.datum,
            more_checks=events.checks if source.kind == "event" else None,
        )
        if source.kind == "event":
            events.provide(self.connection, self.config.levels, recognised.columns)
            staged = staging.run(self.connection, "stage", events.placement(source, feed_ix, file_ix, parameters))
        else:
            staged = staging.run(self.connection)
        if staged.has_offset_and_not:
            report.warnings.append("W_MIXED_TZ")
        self.quarantine.add(staged.details.assign(feed_ix=feed_ix, file_ix=file_ix))
        if source.kind != "event":
            self._keep(staged, source, feed_ix, file_ix, raw.geometry)
            self.connection.execute(f"DROP TABLE {staged.table}")

    def _fields(self, kind: str) -> tuple[Field, ...]:
        if kind == "event":
            return events.fields(self.config.levels)
        if kind == "video_point":
            return self.video.fields
        return FIELDS[kind]

    def _keep(self, staged: Staged, source: SourceConfig, feed_ix: int, file_ix: int, geometry: Any) -> None:
        report = self.reports[feed_ix, file_ix]
        frame = self.connection.execute(f"SELECT * FROM {staged.table} ORDER BY row_no").df()
        good = frame[frame["codes"] == 0]
        report.quarantined = len(frame) - len(good)
        if source.kind == "video_point":
            self.video.add(good, source, feed_ix, file_ix)
        elif source.kind == "area":
            found, refused = area_rows.from_rows(good, geometry, source, self.config, (feed_ix, file_ix))
            self.areas += found
            self.refuse(feed_ix, file_ix, refused)
        elif source.kind == "category":
            self.tree.add_table(limits_of(good))
        else:
            self.calendar.append(good)
        report.accepted = report.rows_in - report.quarantined

    def refuse(self, feed_ix: int, file_ix: int, refused: list[Refused]) -> None:
        """Quarantine rows of kinds that are judged in Python."""
        report = self.reports[feed_ix, file_ix]
        report.quarantined += len(refused)
        report.accepted = report.rows_in - report.quarantined
        rows = [(feed_ix, file_ix, item.row_no, item.code, item.column, item.value) for item in refused]
        self.quarantine.add(pd.DataFrame(rows, columns=list(Quarantine.COLUMNS)))

    def divide(self) -> Division:
        """The area tree; rows without a place in it are quarantined with the feed they came from."""
        division = area_rows.division(self.areas, self.config)
        for feed_ix, item in division.refused:
            self.refuse(feed_ix, item.file_ix, [item])
        return division

    def account(self, table: EventTable, division: Division | None) -> None:
        """Bring together, per file, what was accepted, quarantined, set aside and found by judging rows together."""
        for details in (*table.details, *self.video.details):
            self.quarantine.add(details)
        for key, (accepted, refused) in table.counts().items():
            self.reports[key].accepted, self.reports[key].quarantined = accepted, refused
        for feed_ix, file_ix, n in self.video.refusals():
            self.reports[feed_ix, file_ix].quarantined += n
            self.reports[feed_ix, file_ix].accepted -= n
        for feed_ix, file_ix, code, n in (*table.set_aside(), *self.video.set_aside()):
            report = self.reports[feed_ix, file_ix]
            report.positions_set_aside += n if report.has_position else 0
            report.found(code, n)
        for feed_ix, code, _, n in table.findings:
            self._first(feed_ix).found(code, n)
        if division is not None:
            for feed_ix, code, _ in division.findings:
                self._first(feed_ix).found(code, 1)
            of_areas = [report for report in self.reports.values() if report.kind == "area" and report.read == "ok"]
            for report in of_areas[-1:]:
                report.warnings += division.warnings
        for (feed_ix, file_ix), report in self.reports.items():
            report.reasons = self.quarantine.reasons(feed_ix, file_ix)

    def _first(self, feed_ix: int) -> FileReport:
        return self.reports[min(key for key in self.reports if key[0] == feed_ix)]


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
