"""From a configuration, or one file, to a snapshot in force."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data.config import Config, SourceConfig
from data.errors import ConfigError, NoSnapshot, StoreError
from data.indicators.definition import complete
from data.ingest.report import FileReport
from data.store import definitions
from data.store.assembly import Assembly, Built, Progress
from data.store.check import check
from data.store.delivery import plan
from data.store.earlier import Earlier
from data.store.layout import quarantine_path
from data.store.publish import building, publish
from data.store.retention import retire

_PUBLISHING = 0.9


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
    """Ingest what is new in the sources of a configuration and publish the snapshot.

    What did not change since the snapshot in force is taken from there. A refused or empty file takes nothing away: the rows
    that its source sent before are kept, and everything else is published.

    Raises
    ------
    ConfigError
        The configuration is wrong, or a file it names is missing.
    StoreBusy, StoreError
        Another build is running, or the store cannot be written.
    """
    loaded = config if isinstance(config, Config) else Config.load(config)
    if not loaded.sources:
        raise ConfigError("The configuration names no [[source]]; add at least one.")
    for source in loaded.sources:
        if source.mode == "full":
            source.files()
    with building(store) as folder:
        return _built(loaded, folder, progress or _silent, now=now)


def take(
    store: Path, source: SourceConfig, files: Sequence[Path], progress: Progress | None = None, *, now: dt.datetime | None = None
) -> BuildReport:
    """Make files the delivery of one source; everything else stays as in the snapshot in force.

    The source stays through later builds of a configuration that does not name it.

    Raises
    ------
    NoSnapshot
        There is no snapshot to add to.
    StoreBusy, StoreError
        Another build is running, or the store cannot be written.
    """
    with building(store) as folder:
        return _built(source, folder, progress or _silent, now=now, files=files)


def build_file(config: Config, target: Path, progress: Progress | None = None, *, now: dt.datetime | None = None) -> Built:
    """Build the DuckDB file of a snapshot at ``target`` from nothing, without publishing it.

    Parameters
    ----------
    now
        When the files arrived: no event can be later, where the configuration gives no ``as_of``. Default: the clock.

    Raises
    ------
    ConfigError
        Nothing can be built: no sources, a missing file, an unknown column or level.
    """
    if not config.sources:
        raise ConfigError("The configuration names no [[source]]; add at least one.")
    limit = config.as_of or now or dt.datetime.now(dt.UTC)
    return Assembly(config, target, plan(config, None), limit, say=progress or _silent).run()


def _built(
    wanted: Config | SourceConfig, folder: Path, say: Progress, *, now: dt.datetime | None, files: Sequence[Path] | None = None
) -> BuildReport:
    store = folder.parent
    with ThreadPoolExecutor(1) as pool:
        earlier = Earlier.of_store(store, pool)
        try:
            built, sources = _assembled(wanted, folder, earlier, say, now=now, files=files)
            if earlier is not None and earlier.proof is not None:
                earlier.proof.result()
        except (StoreError, duckdb.Error):
            if earlier is None or earlier.proof is None or earlier.proof.exception() is None:
                raise
            # What was gone on from is not what was published: begin again from one that is.
            built, sources = _assembled(wanted, folder, Earlier.of_store(store), say, now=now, files=files)
    reason = _why_not(built)
    if reason is not None:
        return BuildReport(None, sources, reason)
    say("publishing", _PUBLISHING)
    told = [report for report in sources if report.read == "rejected" or any(report is other for other in built.reports.values())]
    parts = {"sources": [report.as_dict() for report in told], "appended": built.appended, "is_now_given": built.is_now_given}
    identity = publish(store, built.path, parts, quarantine=folder / "quarantine", is_locked=True)
    retire(store, is_locked=True)
    say("published", 1.0)
    return BuildReport(identity, sources)


def _assembled(
    wanted: Config | SourceConfig,
    folder: Path,
    earlier: Earlier | None,
    say: Progress,
    *,
    now: dt.datetime | None,
    files: Sequence[Path] | None,
) -> tuple[Built, list[FileReport]]:
    if isinstance(wanted, Config):
        config = wanted
    elif earlier is not None:
        config = earlier.config(wanted)
    else:
        raise NoSnapshot(f"There is no snapshot in {folder.parent} to add to; build one from a configuration first.")
    definitions.refuse_changed(folder.parent, earlier, complete(config.definitions))
    shutil.rmtree(folder / "quarantine", ignore_errors=True)
    assembly = Assembly(
        config,
        folder / "snapshot.duckdb",
        plan(config, earlier, only=files),
        config.as_of or now or dt.datetime.now(dt.UTC),
        earlier,
        folder / "quarantine",
        None if earlier is None else quarantine_path(folder.parent, earlier.identity),
        is_upload=files is not None,
        say=say,
    )
    built = assembly.run()
    held = sorted(built.reports.items(), key=lambda item: (item[1].feed_ix, item[0]))
    return built, [report for _, report in held] + [report for report in built.refused if report not in built.reports.values()]


def _why_not(built: Built) -> str | None:
    """Why what was built must not be published, or None."""
    good = [report for report in built.reports.values() if report.is_good]
    for report in built.refused:
        if report.kind == "area" and report.read == "rejected" and not any(other.kind == "area" for other in good):
            return f"{report.file} of '{report.name}' was refused ({report.code}); without its areas nothing is published."
    if not good:
        return "Every file was refused or empty; nothing is published."
    if built.refused and not built.has_news:
        report = built.refused[0]
        what = f"was refused ({report.code})" if report.read == "rejected" else "has no rows"
        return f"{report.file} of '{report.name}' {what} and nothing else is new; the snapshot in force stays."
    return None


def _silent(step: str, share: float) -> None:
    del step, share


__all__ = ["BuildReport", "Built", "Progress", "build", "build_file", "check", "take"]
