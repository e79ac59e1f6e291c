"""One build: read what is new, keep what is known, and write the file of a snapshot, anew or into a copy of the last one."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from data.config import Config
from data.ingest import caveats, frames
from data.ingest.areas import Division, of_snapshot
from data.ingest.calendars import rows_of as calendar_rows
from data.ingest.categories import CategoryTree
from data.ingest.events import LIMIT
from data.ingest.intake import Intake
from data.ingest.limits import limit
from data.ingest.quarantine import Quarantine
from data.ingest.report import FileReport
from data.store import content, ledger, rejected
from data.store.delivery import Delivery, rows_of
from data.store.earlier import Earlier
from data.store.event_writer import EventWriter

Progress = Callable[[str, float], None]
"""Takes a step's words and the share done, 0 to 1."""
FEW: Final = 20_000
"""Changed rows that are always written into a copy of the last snapshot."""
SHARE: Final = 0.1
"""Beyond this share of changed, or of appended rows, events are written anew and in order."""
_MOST_MEMORY: Final = 0.7
"""Of the machine's memory, whatever the limit says."""
_UNKNOWN_MB: Final = 4096
"""Where the system does not tell how much memory there is."""
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
    is_now_given
        Whether the data's now is the configuration's; builds that go on from here without one keep it.
    """

    path: Path
    reports: dict[int, FileReport]
    refused: list[FileReport]
    quarantine: Quarantine
    as_of: dt.datetime
    has_news: bool = True
    appended: int = 0
    is_now_given: bool = False


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
        writer = EventWriter(self._connection, self.config, self._intake, self._of("event"), self.earlier)
        written = writer.anew(self.target, division) if base is None else writer.in_place(self.target, division, base)
        self.say("video points", _VIDEO)
        self._write_video(division)
        self._intake.account(written.table, division, with_areas=self._areas_changed)
        self._settle_ids()
        if self.rejected is not None:
            rejected.write(self.rejected, self.rejected_before, self._connection, self._intake)
        self._write_calendar()
        reports = self._intake.reports
        ledger.write(self._connection, self.config, self.deliveries, reports, name=division.areas[0].name, as_of=written.as_of)
        caveats.write(self._connection)
        ledger.diagnose(self._connection, self.deliveries, reports, base=base, written=written.table.written)
        content.write(self._connection, written.sums)
        self._connection.execute("CHECKPOINT built")
        appended = 0 if base is None else base.appended + written.table.written
        self._connection.execute("USE memory")
        self._connection.execute("DETACH built")
        has_news = any(report.is_good and ix not in self._intake.standing for ix, report in reports.items())
        has_news |= any(delivery.gone for delivery in self.deliveries)
        now = written.as_of.replace(tzinfo=dt.UTC)
        return Built(self.target, reports, self.refused, self._intake.quarantine, now, has_news, appended, self.config.as_of is not None)

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
        if kind == "calendar":
            self._intake.calendar_before = [self.earlier.tables["calendar"]] if kept else []
            if any(delivery.is_changed for delivery in deliveries):
                self._limits_again()
        if kind == "category" and kept:
            before = self._intake.tree
            self._intake.tree = CategoryTree.of_snapshot(self.earlier.tables["category"])
            self._intake.tree.add(before)

    def _limits_again(self) -> None:
        """Under another calendar, deadlines out of time limits are worked out anew where the files are still there."""
        for delivery in self._of("event"):
            if any(LIMIT in report.recognised for report in delivery.kept.values()):
                delivery.read_again()

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

    def _write_video(self, division: Division) -> None:
        deliveries = self._of("video_point")
        is_changed = self._areas_changed or any(delivery.is_changed or delivery.to_read for delivery in deliveries)
        kept = [ix for delivery in deliveries for ix in delivery.kept]
        if self.earlier is not None and kept:
            points = self.earlier.tables["video_point"]
            if is_changed:
                self._intake.video.add_stored(points[points["file_ix"].isin(kept)], self.earlier.tables["area"])
            else:
                frames.replace(self._connection, "video_point", points)
                return
        self._connection.execute("DELETE FROM video_point")
        self._intake.video.judge(division, self.config, self._intake.epsg)
        self._intake.video.write()

    def _write_calendar(self) -> None:
        kept = [ix for delivery in self._of("calendar") for ix in delivery.kept]
        before = [self.earlier.tables["calendar"]] if self.earlier is not None and kept else []
        frames.replace(self._connection, "calendar", pd.concat(calendar_rows(self._intake.calendar, self.config.zone, before)))

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


def _memory() -> int:
    """What the database may use, in MB."""
    wanted = limit("build_memory_mb")
    if not hasattr(os, "sysconf"):
        return wanted or _UNKNOWN_MB
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
    return int(min(wanted or machine / 2, _MOST_MEMORY * machine))
