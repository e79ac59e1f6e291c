"""The process that reads risky files: refusals instead of crashes, bounded memory and time, nothing left behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.errors import ConfigError, FileRejected
from data.ingest import limits
from data.ingest.fields import EVENT
from data.ingest.limits import LIMITS, limit
from data.ingest.raw import Options
from data.ingest.readers import read
from data.ingest.recognise import score
from data.ingest.sandbox import Sandbox
from data.ingest.sniff import Stamp
from tests.unit.corpus import HEADER, ROWS, bomb, changed, fifo, file, rows, sheet, text

SHEET = sheet(HEADER, *ROWS)
ROOT = Path(__file__).resolve().parents[2]


def refused(path: Path, sandbox: Sandbox | None = None) -> str:
    with duckdb.connect() as connection, pytest.raises(FileRejected) as caught:
        read(connection, path, Options(), lambda names: score(names, EVENT, {}), path.parent / "work", sandbox=sandbox)
    return caught.value.code


def many_rows(n: int) -> Any:
    inner = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c><c r="Z%d"><v>1</v></c></row>' % (ix, ix, ix) for ix in range(10, n))
    return changed(SHEET, "xl/worksheets/sheet1.xml", lambda content: content.replace(b"</sheetData>", inner + b"</sheetData>"))


def test_a_workbook_that_needs_too_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_READER_MEMORY_MB", "64")
    assert refused(many_rows(200_000)(tmp_path)) == "E_FILE_TOO_BIG"


def test_a_file_that_takes_too_long_is_refused_and_the_process_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_READER_SECONDS", "0")
    path = many_rows(150_000)(tmp_path)
    with Sandbox() as sandbox:
        start = time.monotonic()
        assert refused(path, sandbox) == "E_FILE_TOO_BIG"
        assert time.monotonic() - start < 20
        assert sandbox._process is None


def test_after_a_death_the_next_file_is_read(tmp_path: Path) -> None:
    with Sandbox() as sandbox, duckdb.connect() as connection:
        process = sandbox._started()
        process.kill()
        process.wait()
        raw = read(connection, SHEET(tmp_path), Options(), lambda names: score(names, EVENT, {}), tmp_path / "work", sandbox=sandbox)
        assert raw.rows == 3
        first = sandbox._started().pid
        read(connection, SHEET(tmp_path), Options(), lambda names: score(names, EVENT, {}), tmp_path / "work", sandbox=sandbox)
        assert sandbox._started().pid == first


@pytest.mark.parametrize("make", [fifo, lambda folder: folder], ids=["pipe", "folder"])
def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path: Path, make: Any) -> None:
    assert refused(make(tmp_path)) == "E_FILE_TYPE"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        assert refused(tmp_path / "s") == "E_FILE_TYPE"


def test_links_are_followed_where_the_operator_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = file("real.csv", text())(tmp_path)
    (tmp_path / "link.csv").symlink_to(real)
    with pytest.raises(FileRejected):
        Stamp.of(tmp_path / "link.csv")
    monkeypatch.setenv("QUANYU_FOLLOW_LINKS", "1")
    assert Stamp.of(tmp_path / "link.csv").size == real.stat().st_size


def test_a_file_that_changed_while_it_was_read_is_refused(tmp_path: Path) -> None:
    path = file("e.csv", text())(tmp_path)
    stamp = Stamp.of(path)
    stamp.confirm()
    with path.open("a", encoding="utf-8") as more:
        more.write("A9,2026-01-01,x,,,\n")
    with pytest.raises(FileRejected, match="changed"):
        stamp.confirm()


def test_faulty_records_keep_all_their_cells(tmp_path: Path) -> None:
    path = rows("A1,2026-01-03 08:05,x,y,z", "A2,2026-01-03 08:05", "A3,2026-01-03 08:05,x")(tmp_path)
    with duckdb.connect() as connection:
        raw = read(connection, path, Options(), lambda names: score(names, EVENT, {}), tmp_path / "work")
        assert dict(raw.originals) == {1: ("A1", "2026-01-03 08:05", "x", "y", "z"), 2: ("A2", "2026-01-03 08:05")}
        assert raw.cells(connection, [3, 1]) == {1: ("A1", "2026-01-03 08:05", "x", "y", "z"), 3: ("A3", "2026-01-03 08:05", "x")}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is measured through /proc")
@pytest.mark.parametrize("kind", ["bomb", "workbook", "long-csv"])
def test_checking_one_file_stays_below_500_mb(tmp_path: Path, kind: str) -> None:
    if kind == "bomb":
        path = bomb(size_mb=400)(tmp_path)
    elif kind == "workbook":
        path = many_rows(40_000)(tmp_path)
    else:
        line = "SJ{:08d},2026-01-03 08:05:00,市容环境," + "市民反映有人占道经营请尽快处理" * 3 + "\n"
        path = file("long.csv", "事件编号,上报时间,大类,描述\n" + "".join(line.format(ix) for ix in range(150_000)) + "bad,row\n")(tmp_path)
    command = [sys.executable, "-m", "data", "check", str(path), "--kind", "event", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        peak = 0
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.02):
                peak = max(peak, sum(map(resident, family(process.pid))))

        watching = threading.Thread(target=watch)
        watching.start()
        found = json.loads(process.stdout.read())  # type: ignore[union-attr]
        done.set()
        watching.join()
    assert found["rows_in"] == found["accepted"] + found["quarantined"]
    assert found["code"] == ("E_ZIP_BOMB" if kind == "bomb" else None)
    assert 0 < peak < 500 * 2**20


def family(pid: int) -> list[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [pid, *(member for child in children for member in family(child))]


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def test_a_limit_is_a_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_MAX_ROWS", "12")
    assert limit("max_rows") == 12
    monkeypatch.setenv("QUANYU_MAX_ROWS", "many")
    with pytest.raises(ConfigError, match="QUANYU_MAX_ROWS"):
        limit("max_rows")


def test_the_page_of_limits_is_current() -> None:
    assert limits.DOCUMENT.read_text(encoding="utf-8") == limits.document(), "run python -m data.ingest.limits"
    for row in LIMITS.values():
        assert row.en.endswith(".")
        assert row.zh.endswith("。")
