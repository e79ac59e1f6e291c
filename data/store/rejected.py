"""What was rejected for a snapshot, as it was: one table per department file, for that source's publisher."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb
import pandas as pd

from data.ingest import quarantine
from data.ingest.intake import Intake
from data.ingest.quarantine import ID_CODES, Quarantine
from data.ingest.report import FileReport

_LOST: Final = "SELECT file_ix, row_no, code, event_id FROM rival WHERE code IS NOT NULL ORDER BY ALL"


def write(folder: Path, before: Path | None, connection: duckdb.DuckDBPyConnection, intake: Intake) -> None:
    """Write the rejected rows of all files; those of files that were kept come from the folder of the snapshot before.

    Each report's ``rejected_file`` says where its rows are.
    """
    lost: dict[int, list[tuple[int, str, str]]] = {}
    for file_ix, row_no, code, event_id in connection.execute(_LOST).fetchall():
        lost.setdefault(file_ix, []).append((row_no, code, event_id))
    taken: set[str] = set()
    for file_ix, report in sorted(intake.reports.items()):
        given = report.rejected_file
        report.rejected_file = None
        if file_ix in intake.standing:
            at = before / given if before is not None and given is not None else None
            if _carry(folder, at, report, lost.get(file_ix, []), taken):
                continue
        else:
            reasons = intake.quarantine.table(file_ix)
            if len(reasons):
                rows = sorted({int(row) for row in reasons["row_no"]})
                quarantine.write(folder / _place(report, taken), reasons, intake.originals(file_ix, rows))


def _place(report: FileReport, taken: set[str]) -> str:
    """Sets and gives the report's ``rejected_file``."""
    wanted = f"{report.name}/{PurePosixPath(report.file).name}.csv"
    if wanted in taken:
        wanted = f"{report.name}/{PurePosixPath(report.file).name}-{report.sha256[:8]}.csv"
    taken.add(wanted)
    report.rejected_file = wanted
    return wanted


def _carry(folder: Path, before: Path | None, report: FileReport, lost: list[tuple[int, str, str]], taken: set[str]) -> bool:
    """Take over what was rejected of a file that was kept; only which of its rows lost to others can have changed."""
    wanted = {(row_no, code) for row_no, code, _ in lost}
    headers, lines = list(quarantine.EXPLAINING), []
    if before is not None and before.is_file():
        with before.open(encoding="utf-8-sig", newline="") as file:
            headers, *lines = csv.reader(file)
    elif not lost:
        return False
    held = {(int(line[0]), line[1]) for line in lines if line[1] in ID_CODES}
    target = folder / _place(report, taken)
    if held == wanted and before is not None and before.is_file():
        for parent in (target.parent.parent, target.parent):
            parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            os.link(before, target)
        except OSError:
            shutil.copyfile(before, target)
            target.chmod(0o600)
        return True
    lines = [line for line in lines if line[1] not in ID_CODES or (int(line[0]), line[1]) in wanted]
    added = [(row_no, code, event_id) for row_no, code, event_id in lost if (row_no, code) not in held]
    header = report.recognised.get("event_id", "event_id")
    if header not in headers:
        headers = [*headers, header]
    cells = quarantine.Originals(headers[5:], {row: ["" if name != header else text for name in headers[5:]] for row, _, text in added})
    frame = pd.DataFrame([(0, row, code, "event_id", text) for row, code, text in added], columns=list(Quarantine.COLUMNS))
    more = quarantine.lines(frame, cells)
    quarantine.save(target, headers, sorted([*lines, *more], key=lambda line: (int(str(line[0])), str(line[1]))))
    return True
