"""From a configuration to a snapshot: stage every file, judge rows together, write one DuckDB file, publish it."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.config import Config
from data.errors import ConfigError, DefinitionError, SnapshotRefused
from data.indicators.definition import shipped
from data.ingest import caveats, events, values
from data.ingest.areas import Division
from data.ingest.calendars import rows_of as calendar_rows
from data.ingest.event_table import EventTable
from data.ingest.intake import FileReport, Intake
from data.ingest.quarantine import Quarantine
from data.schema import SCHEMA_VERSION, TABLES, create_statements
from data.store.check import check
from data.store.manifest import named_by_current, read_manifest
from data.store.publish import building, publish

Progress = Callable[[str, float], None]
"""Takes a step's words and the share done, 0 to 1."""
_READING, _AREAS, _EVENTS, _VIDEO, _PUBLISHING = 0.05, 0.5, 0.55, 0.85, 0.9


@dataclass(frozen=True)
class Built:
    """A finished file that is not published yet.

    Attributes
    ----------
    reports
        Per feed and file of the configuration.
    """

    path: Path
    reports: dict[tuple[int, int], FileReport]
    quarantine: Quarantine
    as_of: dt.datetime


@dataclass(frozen=True)
class BuildReport:
    """The answer of ``build``. ``snapshot`` is None when nothing was published; ``reason`` says why."""

    snapshot: str | None
    sources: list[FileReport]
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The object of ``build --json``."""
        answer: dict[str, Any] = {"snapshot": self.snapshot, "sources": [report.as_dict() for report in self.sources]}
        return answer if self.reason is None else {**answer, "reason": self.reason}


def build(config: Path | Config, store: Path, progress: Progress | None = None, *, now: dt.datetime | None = None) -> BuildReport:
    """Ingest all sources of a configuration and publish the snapshot.

    A refused or empty file takes nothing away: where the snapshot in force holds rows of its source, nothing is published.

    Raises
    ------
    ConfigError
        The configuration is wrong, or a file it names is missing.
    StoreBusy, StoreError
        Another build is running, or the store cannot be written.
    """
    say = progress or (lambda step, share: None)
    loaded = config if isinstance(config, Config) else Config.load(config)
    with building(store) as folder:
        built = build_file(loaded, folder / "snapshot.duckdb", progress, now=now)
        reports = list(built.reports.values())
        reason = _why_not(loaded, built, store)
        if reason is not None:
            return BuildReport(None, reports, reason)
        names = {feed_ix: source.name for feed_ix, source in enumerate(loaded.sources)}
        built.quarantine.write(folder / "quarantine", names, {key: report.file for key, report in built.reports.items()})
        say("publishing", _PUBLISHING)
        parts = {
            "sources": [
                {key: getattr(report, key) for key in ("name", "file", "sha256", "rows_in", "accepted", "quarantined")}
                for report in reports
            ]
        }
        identity = publish(store, built.path, parts, quarantine=folder / "quarantine", is_locked=True)
        say("published", 1.0)
        return BuildReport(identity, reports)


def _why_not(config: Config, built: Built, store: Path) -> str | None:
    """Why what was built must not replace what is in force, or None."""
    bad = [(feed_ix, report) for (feed_ix, _), report in built.reports.items() if report.read == "rejected" or report.rows_in == 0]
    for _, report in bad:
        if report.kind == "area" and report.read == "rejected":
            return f"{report.file} of '{report.name}' was refused ({report.code}); without its areas nothing is published."
    if len(bad) == len(built.reports):
        return "Every file was refused or empty; nothing is published."
    in_force = _accepted_before(store)
    for _, report in bad:
        if in_force.get(report.name, 0) > 0:
            what = f"was refused ({report.code})" if report.read == "rejected" else "has no rows"
            return f"{report.file} of '{report.name}' {what}; the snapshot in force keeps the rows this source sent before."
    return None


def _accepted_before(store: Path) -> dict[str, int]:
    """Accepted rows per source in the snapshot in force."""
    try:
        identity = named_by_current(store)
        manifest = read_manifest(store, identity) if identity else {}
    except SnapshotRefused:
        return {}
    totals: dict[str, int] = {}
    for source in manifest.get("sources", []):
        totals[source["name"]] = totals.get(source["name"], 0) + source["accepted"]
    return totals


def build_file(config: Config, target: Path, progress: Progress | None = None, *, now: dt.datetime | None = None) -> Built:
    """Build the DuckDB file of a snapshot at ``target`` without publishing it.

    Parameters
    ----------
    now
        When the files arrived: no event can be later, where the configuration gives no ``as_of``. Default: the clock.

    Raises
    ------
    ConfigError
        Nothing can be built: no sources, a missing file, an unknown column or level.
    """
    say = progress or (lambda step, share: None)
    if not config.sources:
        raise ConfigError("The configuration names no [[source]]; add at least one.")
    files = [(feed_ix, source, source.files()) for feed_ix, source in enumerate(config.sources)]
    limit = config.as_of or now or dt.datetime.now(dt.UTC)
    workspace = Path(tempfile.mkdtemp(prefix="build", dir=target.parent))
    target.unlink(missing_ok=True)
    connection = duckdb.connect(str(target), config={"temp_directory": str(workspace / "spill"), "autoinstall_known_extensions": False})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in create_statements():
            connection.execute(statement)
        intake = Intake(connection, config, workspace, limit)
        total, done = sum(path.stat().st_size for *_, paths in files for path in paths), 0
        for feed_ix, source, paths in files:
            for file_ix, path in enumerate(paths):
                say(f"{source.name}: {path.name}", _READING + (_AREAS - _READING) * done / max(total, 1))
                intake.take(source, feed_ix, file_ix, path)
                done += path.stat().st_size
        as_of = _write(intake, config, limit, say)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
        shutil.rmtree(workspace, ignore_errors=True)
    return Built(target, intake.reports, intake.quarantine, as_of)


def _write(intake: Intake, config: Config, limit: dt.datetime, say: Progress) -> dt.datetime:
    connection = intake.connection
    say("areas", _AREAS)
    division = intake.divide()
    _append(connection, "area", division.table)
    say("events", _EVENTS)
    table = EventTable(connection, division, config.levels, intake.epsg)
    table.judge()
    latest = events.latest(connection)
    as_of = config.as_of or (latest.replace(tzinfo=dt.UTC) if latest else limit)
    parameters = values.Parameters()
    naive = as_of.astimezone(dt.UTC).replace(tzinfo=None)
    table.write(values.Zone(config.zone, parameters), parameters, naive, intake.tree)
    say("video points", _VIDEO)
    intake.video.judge(division, config, intake.epsg)
    intake.video.write()
    intake.account(table, division)
    for frame in calendar_rows(intake.calendar, config.zone):
        _append(connection, "calendar", frame)
    _dimensions(intake, config, division, naive, limit)
    caveats.write(connection)
    return as_of


def _dimensions(intake: Intake, config: Config, division: Division, as_of: dt.datetime, arrived: dt.datetime) -> None:
    connection = intake.connection
    row = [SCHEMA_VERSION, division.areas[0].name, as_of, config.zone.key, list(config.levels), config.made_up]
    connection.execute("INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?)", row)
    definitions = shipped()
    chosen = config.definition or definitions[0].key
    if chosen not in {item.key for item in definitions} | {item.name for item in definitions}:
        raise DefinitionError(
            f"The configuration's definition '{chosen}' is not known; expected one of {', '.join(d.key for d in definitions)}."
        )
    for item in definitions:
        is_default = chosen in {item.key, item.name}
        connection.execute("INSERT INTO definition VALUES (?, ?, ?, ?, ?)", [item.name, item.version, item.sha256, item.text, is_default])
    for feed_ix, source in enumerate(config.sources):
        reports = [report for (feed, _), report in intake.reports.items() if feed == feed_ix]
        hashes = [report.sha256 for report in reports]
        connection.execute(
            "INSERT INTO feed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                feed_ix, source.name, source.kind, ", ".join(report.file for report in reports)[:1000],
                hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest(),
                sum(report.rows_in for report in reports), sum(report.accepted for report in reports),
                sum(report.quarantined for report in reports), arrived.astimezone(dt.UTC).replace(tzinfo=None),
            ],
        )  # fmt: skip
        totals: dict[str, int] = {}
        for report in reports:
            for code, n in (*report.findings.items(), *((code, 1) for code in report.warnings)):
                totals[code] = totals.get(code, 0) + n
        for code, n in sorted(totals.items()):
            connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [feed_ix, code, None, n, None])


def _append(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    connection.register("frame_to_insert", frame)
    connection.execute(f"INSERT INTO {table} SELECT {', '.join(TABLES[table])} FROM frame_to_insert")
    connection.unregister("frame_to_insert")


__all__ = ["BuildReport", "Built", "Progress", "build", "build_file", "check"]
