"""The data page's own parts that need no server: addresses, books, uploads on disk, answers cut short, bounded runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.desk import account, attempts, commands, run, steps
from dashboard.desk.address import Asked
from dashboard.desk.books import of_manifest
from dashboard.desk.upload import Upload, UploadFault, file_name, said, source_name
from dashboard.desk.uploads import KEPT_S, MOST, Uploads
from dashboard.settings import Settings


def test_an_address_reads_back_as_it_was_written() -> None:
    asked = Asked(snapshot="20261122T081500Z-0123abcd", compare="x", source="12345 热线&a=b", theme="dark", lang="en")
    assert Asked.parse(asked.href().removeprefix("/data?")) == asked
    assert asked.href(snapshot=None, compare=None, source=None, theme="light", lang="zh") == "/data"


def test_unknown_keys_are_said_and_those_of_selections_are_passed_over() -> None:
    assert Asked.parse("area=1&window=7d&lang=en").notes == ()
    assert "colour" in Asked.parse("colour=red").notes[0]
    assert Asked.parse("&".join("a=1" for _ in range(200))) == Asked()


def test_the_books_say_what_came_last_and_what_is_in_use() -> None:
    good = {
        "name": "热线",
        "file": "一月.csv",
        "read": "ok",
        "rows_in": 10,
        "accepted": 8,
        "quarantined": 2,
        "arrived_at": "2026-11-01T00:00:00Z",
    }
    bad = {"name": "热线", "file": "二月.csv", "read": "rejected", "code": "E_ENCODING", "rows_in": 0, "arrived_at": "2026-11-02T00:00:00Z"}
    (book,) = of_manifest({"sources": [good, bad]})
    assert (book.rows_in, book.accepted, book.quarantined) == (10, 8, 2)
    assert book.newest.file == "一月.csv"
    assert book.refused is not None
    assert book.refused.file == "二月.csv"


def test_a_manifest_that_says_little_is_read() -> None:
    books = of_manifest({"sources": [{"name": "<b>", "file": "<b>"}, {}]})
    assert [book.rows_in for book in books] == [0, 0]
    assert [book.refused for book in books] == [None, None]


# ---- uploads ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "store")


def taken(uploads: Uploads, name: str = "工单.xlsx", content: bytes = b"abc", **more: Any) -> Upload:
    return uploads.take(name, io.BytesIO(content), more.pop("limit", 1000), **more)


def test_two_uploads_of_one_name_are_told_apart(uploads: Uploads) -> None:
    first, second = taken(uploads, content=b"one"), taken(uploads, content=b"two")
    assert uploads.path(uploads.find(first.id)).read_bytes() == b"one"
    assert uploads.path(uploads.find(second.id)).read_bytes() == b"two"


def test_only_the_owner_may_read_an_upload(uploads: Uploads) -> None:
    path = uploads.path(taken(uploads))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "more", "problem"),
    [(b"x" * 1001, {}, "too_big"), (b"", {}, "empty"), (b"abc", {"expected": 4}, "cut")],
)
def test_what_is_not_taken_leaves_nothing(uploads: Uploads, content: bytes, more: dict[str, Any], problem: str) -> None:
    with pytest.raises(UploadFault, match=problem):
        taken(uploads, content=content, **more)
    assert [path for path in uploads.folder.iterdir() if path.is_dir()] == []


def test_uploads_go_after_a_day_and_are_never_too_many(uploads: Uploads) -> None:
    first = taken(uploads)
    uploads.sweep(time.time() + KEPT_S - 60)
    assert uploads.find(first.id) == first
    uploads.sweep(time.time() + KEPT_S + 60)
    with pytest.raises(UploadFault, match="gone"):
        uploads.find(first.id)
    for _ in range(MOST):
        taken(uploads)
    with pytest.raises(UploadFault, match="too_many"):
        taken(uploads)
    uploads.sweep(time.time() + 3700)
    taken(uploads)


@pytest.mark.parametrize("identity", ["", "..", "../../etc", "a" * 32, "A" * 32, "0" * 31 + "\n", "\x00" * 32])
def test_no_other_id_is_an_upload(uploads: Uploads, identity: str) -> None:
    taken(uploads)
    with pytest.raises(UploadFault, match="gone"):
        uploads.find(identity)
    uploads.discard(identity)
    assert len([path for path in uploads.folder.iterdir() if path.is_dir()]) == 1


@given(st.text(max_size=300))
def test_a_file_name_is_one_harmless_name(given_name: str) -> None:
    name = file_name(given_name)
    assert name
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|\x00\n')


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("工单 2026.xlsx", "工单 2026.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\桌面\\工单.csv", "工单.csv"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("字" * 300 + ".xlsx", "字" * 50 + ".xlsx"),
    ],
)
def test_file_names_keep_what_people_wrote(given_name: str, name: str) -> None:
    assert file_name(given_name) == name


@pytest.mark.parametrize("name", ["", " ", "a/b", "..", ".a", "a\x00", "x" * 61, 'a"b'])
def test_a_source_needs_a_name_that_could_be_a_folder(name: str) -> None:
    with pytest.raises(UploadFault, match="source"):
        source_name(name)


@pytest.mark.parametrize(
    "given_words", [{"kind": "calendar"}, {"mode": "all"}, {"columns": []}, {"columns": {"--x": "a"}}, {"columns": {"event_id": 1}}]
)
def test_what_is_said_about_a_file_is_checked(uploads: Uploads, given_words: dict[str, Any]) -> None:
    with pytest.raises(UploadFault, match="request"):
        said(taken(uploads), {"source": "热线", **given_words})


def test_tokens_are_good_for_two_days(uploads: Uploads, tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    assert uploads.knows(uploads.token())
    assert uploads.knows(uploads.token(now - dt.timedelta(days=1)))
    assert not uploads.knows(uploads.token(now - dt.timedelta(days=3)))
    assert not uploads.knows("")
    assert not uploads.knows("é" * 64)
    assert not uploads.knows(Uploads(tmp_path / "elsewhere" / "store").token())


# ---- running ------------------------------------------------------------------------------------------------------------------------


def test_an_answer_is_cut_to_its_beginning() -> None:
    rows = {str(row): ["E_ENUM", "E_ENUM"] if row % 2 else ["E_COORD_ZERO"] for row in range(1, 2001)}
    samples = [{"row": row, "code": "E_ENUM", "column": "stage", "value": "x"} for row in range(1, 100)]
    found = run.shortened({"read": "ok", "rows": rows, "reasons": {"E_ENUM": 1000}, "samples": samples, "unknown": ["字" * 999] * 999})
    assert found["reasons"] == {"E_ENUM": 1000}
    assert found["aside"] == {"E_COORD_ZERO": 1000}
    assert found["first"] == {"E_ENUM": [1, 3, 5, 7, 9], "E_COORD_ZERO": [2, 4, 6, 8, 10]}
    assert len(found["samples"]) == run.MOST_ROWS
    assert "rows" not in found
    assert len(json.dumps(found)) < 500_000


def began(uploads: Uploads, monkeypatch: pytest.MonkeyPatch, program: str, **settings: Any) -> Upload:
    """An upload that is being checked by a program of the test's."""
    monkeypatch.setattr(commands, "check", lambda uploads, upload: [sys.executable, "-c", program])
    return attempts.start(uploads, dataclasses.replace(taken(uploads), source="热线"), "check", Settings(**settings))


def ended(uploads: Uploads, upload: Upload, *, within_s: float = 20) -> attempts.Progress:
    """Wait for the files that say how it ended."""
    until = time.monotonic() + within_s
    while (now := attempts.progress(uploads, upload)).stage in ("checking", "publishing"):
        assert time.monotonic() < until, now
        os.sched_yield()
    return now


def test_ids_that_other_sources_use_too_are_said() -> None:
    assert account.elsewhere([], "zh") is None
    shown = str(account.elsewhere([{"source": "<热线>", "n": 1234, "ids": ["A1", "A2"]}], "zh"))
    assert "1,234 个编号在来源“<热线>”中也有（A1、A2）" in shown


def test_an_answer_is_what_the_command_printed(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = began(uploads, monkeypatch, 'print(\'{"read": "ok"}\')')
    with pytest.raises(UploadFault, match="working"):
        attempts.start(uploads, upload, "check", Settings())
    found = ended(uploads, upload)
    assert (found.stage, found.answer) == ("checked", {"read": "ok"})


@pytest.mark.parametrize(
    ("program", "settings", "problem"),
    [
        ("import time; time.sleep(60)", {"check_seconds": 1}, "timeout"),
        ("b = bytearray(900_000_000)", {"check_mb": 500}, "memory"),
        ("print('no json')", {}, "unreadable"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {}, "memory"),
    ],
    ids=["slow", "large", "garbage", "killed"],
)
def test_a_run_that_goes_wrong_says_how(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, program: str, settings: dict[str, Any], problem: str
) -> None:
    assert ended(uploads, began(uploads, monkeypatch, program, **settings)).problem == problem


def test_a_run_whose_process_is_gone_is_lost_and_can_be_tried_again(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = began(uploads, monkeypatch, "import time; time.sleep(30)")
    pid = int((uploads.work(upload) / "attempt-1.pid").read_text(encoding="ascii"))
    os.kill(pid, 9)
    assert ended(uploads, upload).problem == "lost"
    monkeypatch.setattr(commands, "check", lambda uploads, upload: [sys.executable, "-c", "print('{}')"])
    again = attempts.start(uploads, upload, "check", Settings())
    assert ended(uploads, again).stage == "checked"


def test_a_run_that_is_stopped_takes_its_command_with_it(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = began(uploads, monkeypatch, "import os, sys, time; print(os.getpid(), file=sys.stderr, flush=True); time.sleep(60)")
    until = time.monotonic() + 20
    while not (lines := attempts.progress(uploads, upload).lines):
        assert time.monotonic() < until
    attempts.stop(uploads, upload)
    assert ended(uploads, upload).problem == "lost"
    while runs(lines[0]):
        assert time.monotonic() < until


def runs(process: str) -> bool:
    """Whether a process goes on; one that ended and waits to be read does not."""
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text(encoding="ascii").split(")")[1][:3]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_steps_are_in_words_and_name_no_folder() -> None:
    lines = ("热线: 工单.xlsx", "areas", "events", "events", "something else", "E_ENCODING: bad text", "publishing")
    assert steps.told(lines, "publish", "zh") == ["正在发布", "读取 工单.xlsx", "核对区域", "核对事件", "写入快照"]
    assert steps.told((), "check", "en") == ["Checking; nothing is changed"]
