"""Judging one file as a build would, publishing nothing."""

from __future__ import annotations

import datetime as dt
import fnmatch
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args

import duckdb

from data.config import Config, EntityKind, SourceConfig
from data.errors import ConfigError
from data.ingest import diagnosis, row_codes
from data.ingest.area_rows import fit
from data.ingest.areas import of_snapshot
from data.ingest.event_places import EventPlaces
from data.ingest.event_table import EventTable
from data.ingest.intake import Intake
from data.ingest.limits import limit
from data.ingest.report import FileReport
from data.schema import create_statements
from data.store import elsewhere
from data.store.earlier import Earlier

SAMPLES: Final = 5
SAMPLE_CHARACTERS: Final = 500


def check(
    file: Path,
    kind: str,
    config: Path | Config | None = None,
    *,
    store: Path | None = None,
    source: SourceConfig | None = None,
    now: dt.datetime | None = None,
) -> dict[str, Any]:
    """The object of ``check --json``.

    Parameters
    ----------
    kind
        What the file holds.
    config
        Its areas, categories, zone and ``as_of`` judge the file, and, where one of its sources reads files of this name,
        that source's columns and words. Without it nothing is said about areas.
    store, source
        Judge it instead as the next delivery of this source: by the areas and the zone of the store's snapshot in force.

    Returns
    -------
    dict
        As promised, and besides: ``message``; ``recognised``, ``unknown`` and ``personal`` headers; ``examples``, a cell of each unknown
        header as it came; ``missing``, the required fields without a column; ``samples``, the first rows of each reason (``row, id,
        code, column, value``) with values as they came;
        ``findings``; ``datum``, what the areas named tell of it; and ``elsewhere``, per other source of events (of the store, or of the
        configuration) how many ids of the file it uses too (``source, n, ids``); ``elsewhere_not_read``, the sources whose files were
        too large to be read for that.

    Raises
    ------
    ConfigError
        The kind is not known, the configuration is wrong, or the file does not exist.
    """
    if kind not in get_args(EntityKind):
        raise ConfigError(f"Kind '{kind}' is not known; expected one of {', '.join(get_args(EntityKind))}.")
    if not os.path.lexists(file) or (file.is_dir() and not file.is_symlink()):
        raise ConfigError(f"There is no file {file}; check the path.")
    settings = Config.default() if config is None else config if isinstance(config, Config) else Config.load(config)
    earlier = Earlier.of_store(store) if store is not None and source is not None else None
    if source is not None:
        settings = earlier.config(source) if earlier is not None else replace(settings, sources=(*settings.sources, source))
    judged = settings.sources[-1] if source is not None else _source(settings, file, kind)
    latest = settings.as_of or now or dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:", config=_bounds(folder)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        intake = Intake(connection, settings, Path(folder), latest)
        others = [
            (other, path)
            for other in settings.of_kind("area")
            if other is not judged
            for path in other.files()
            if path.resolve() != file.resolve()
        ]
        for file_ix, (other, path) in enumerate(others, 1):
            intake.take(other, file_ix, file_ix, path)
        if earlier is not None:
            intake.areas += [
                area for area in of_snapshot(earlier.tables["area"]) if kind != "area" or settings.levels[area.depth] != judged.level
            ]
        report = intake.take(judged, 0, 0, file)
        intake.close()
        try:
            answer = _answer(intake, has_areas=bool(settings.of_kind("area")) or earlier is not None, has_datum=judged.datum is not None)
        except duckdb.OutOfMemoryException:
            memory = f"the {limit('check_memory_mb')} MB of QUANYU_CHECK_MEMORY_MB"
            report.read, report.code = "rejected", "E_FILE_TOO_BIG"
            report.message = f"Judging the rows of {file.name} together takes more than {memory}; split the file by time, or allow more."
            return _refused(intake)
        if report.kind == "event" and report.is_good:
            answer["elsewhere"], answer["elsewhere_not_read"] = (
                elsewhere.in_sources(connection, settings, judged, file, workspace=Path(folder) / "others", now=latest)
                if earlier is None
                else (elsewhere.in_store(connection, earlier, judged), [])
            )
        return answer


def _bounds(folder: str) -> dict[str, Any]:
    """Memory and threads of the database; what is more goes to ``folder``."""
    return {"memory_limit": f"{limit('check_memory_mb')}MB", "temp_directory": f"{folder}/spill", "threads": 1}


def _source(config: Config, file: Path, kind: str) -> SourceConfig:
    for source in config.of_kind(kind):  # type: ignore[arg-type]
        if fnmatch.fnmatch(file.name, source.path.name):
            return replace(source, path=file)
    level = config.levels[-1] if kind == "area" else None
    name = file.stem.encode("utf-8", "replace").decode()
    return SourceConfig(name=name, kind=kind, path=file, level=level)  # type: ignore[arg-type]


def _answer(intake: Intake, *, has_areas: bool, has_datum: bool) -> dict[str, Any]:
    report = intake.reports[0]
    if report.read == "rejected":
        return _refused(intake)
    division = intake.divide() if has_areas else None
    if division is None and report.kind == "area":
        report.warnings += fit(intake.areas)
    for statement in create_statements():
        intake.connection.execute(statement)
    intake.connection.execute("CREATE TEMP TABLE file_place AS SELECT 0 AS file_ix, 0 AS place")
    table = EventTable(intake.connection, EventPlaces(intake.connection, division, intake.config.levels, intake.epsg))
    table.judge()
    intake.video.judge(division, intake.config, intake.epsg)
    intake.account(table, division, with_areas=report.kind == "area")
    datum = None
    if division is not None and report.kind == "event" and 0 not in intake.epsg:
        datum = diagnosis.of_stage(intake.connection, division, is_assumed=not has_datum)
    if datum is not None and datum.is_suspect:
        report.warnings.append(diagnosis.SUSPECT)
    judged = table if report.kind == "event" else intake.video
    aside = judged.set_aside_rows(0).iloc[: None if report.has_position else 0]
    return {
        "read": "ok",
        "code": None,
        "rows_in": report.rows_in,
        "accepted": report.accepted,
        "quarantined": report.quarantined,
        "rows": row_codes.of_file(intake.connection, 0, aside),
        "positions_set_aside": len(aside),
        "warnings": sorted(set(report.warnings)),
        **_columns(intake),
        "reasons": report.reasons,
        "samples": _samples(intake),
        "findings": report.findings,
        "repairs": table.repairs(0),
        "datum": None if datum is None else datum.as_dict(),
    }


def _refused(intake: Intake) -> dict[str, Any]:
    """The answer about a file that is refused as a whole."""
    report = intake.reports[0]
    empty: dict[str, Any] = {"rows_in": 0, "accepted": 0, "quarantined": 0, "rows": {}, "positions_set_aside": 0, "warnings": []}
    return {"read": "rejected", "code": report.code, **empty, "message": report.message, **_columns(intake)}


def _columns(intake: Intake) -> dict[str, Any]:
    report = intake.reports[0]
    return {
        "recognised": report.recognised,
        "unknown": report.unknown,
        "examples": intake.examples(0),
        "personal": report.personal,
        "missing": intake.missing(0),
    }


def _samples(intake: Intake) -> list[dict[str, Any]]:
    """The first quarantined rows of each reason."""
    rows = intake.quarantine.first(0, SAMPLES).astype(object)
    ids = intake.ids(0, [int(row) for row in rows["row_no"]]) if len(rows) else {}
    return [
        {
            "row": int(row),
            "id": ids.get(int(row), ""),
            "code": code,
            "column": column,
            "value": None if value is None else str(value)[:SAMPLE_CHARACTERS],
        }
        for row, code, column, value in rows.where(rows.notna(), None).itertuples(index=False, name=None)
    ]


__all__ = ["FileReport", "check"]
