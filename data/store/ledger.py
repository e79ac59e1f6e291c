"""The small tables of a snapshot that say what it is and what it was made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from data.config import Config
from data.errors import DefinitionError
from data.indicators.definition import complete
from data.ingest import diagnosis
from data.ingest.report import FileReport
from data.schema import SCHEMA_VERSION
from data.store.delivery import Delivery
from data.store.earlier import Earlier

NEWS: Final = 0.02
"""Below this share of new events the datum is not diagnosed again."""


def write(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    deliveries: Sequence[Delivery],
    reports: Mapping[int, FileReport],
    *,
    name: str,
    as_of: dt.datetime,
) -> None:
    """Fill ``snapshot``, ``definition``, ``feed``, ``file``, and ``finding`` with what was found in each file.

    Parameters
    ----------
    name
        Of the whole area.
    as_of
        The data's now, UTC without zone.

    Raises
    ------
    DefinitionError
        The configuration's definition is not known, or two of one name and version differ.
    """
    for table in ("snapshot", "definition", "feed", "file", "finding"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  our own tables
    row = [SCHEMA_VERSION, name, as_of, config.zone.key, list(config.levels), config.made_up]
    connection.execute("INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?)", row)
    _write_definitions(connection, config)
    for delivery in deliveries:
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


def diagnose(
    connection: duckdb.DuckDBPyConnection,
    deliveries: Sequence[Delivery],
    reports: Mapping[int, FileReport],
    *,
    base: Earlier | None,
    written: int,
) -> None:
    """Say what the areas that events name tell of the datum of their positions; where little changed, what was said before.

    Parameters
    ----------
    base
        The snapshot that was changed in place, and how many events were ``written`` into it; None where all were written.
    """
    if base is not None and written < NEWS * base.events and all(delivery.source.name in base.feeds for delivery in deliveries):
        said = {name: row for name, *row in base.findings("datum")}
        for delivery in deliveries:
            if row := said.get(delivery.source.name):
                connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [delivery.feed_ix, *row])
        return
    for feed_ix, found in diagnosis.of_feeds(connection).items():
        connection.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [feed_ix, *found.finding])
        if not found.is_suspect:
            continue
        for ix, report in reports.items():
            if report.feed_ix == feed_ix and diagnosis.SUSPECT not in report.warnings:
                report.warnings.append(diagnosis.SUSPECT)
                connection.execute("UPDATE file SET report = ? WHERE file_ix = ?", [report.as_json(), ix])


def _write_definitions(connection: duckdb.DuckDBPyConnection, config: Config) -> None:
    definitions = complete(config.definitions)
    chosen = config.definition or definitions[0].key
    named = [item.key for item in definitions if chosen in {item.key, item.name}]
    if not named:
        raise DefinitionError(
            f"The configuration's definition '{chosen}' is not known; expected one of {', '.join(d.key for d in definitions)}."
        )
    for item in definitions:
        row = [item.name, item.version, item.sha256, item.text, item.key == named[-1]]
        connection.execute("INSERT INTO definition VALUES (?, ?, ?, ?, ?)", row)
