"""A watched inbox: what counts as complete, one build for each new state, trouble that ends by itself. The clock is a number."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.errors import ConfigError
from data.inbox import is_temporary
from data.store.publish import publish, rollback
from data.store.store import Store
from data.store.watch import RETRY_S, Mark, Outcome, Sight, Watch, look
from tests.tiny import built_file

ROOT = Path(__file__).resolve().parents[2]
SETTLE_S = 10.0


class Inbox:
    """A made-up folder, a clock that is set by hand, and a builder that notes what it was given."""

    def __init__(self, store: Path) -> None:
        self.now = 1000.0
        self.files: dict[str, Mark] = {}
        self.temporary: dict[str, Mark] = {}
        self.others: tuple[str, ...] = ()
        self.trouble: Exception | None = None
        self.outcome = Outcome({"snapshot": "20261122T000000Z-0123abcd", "sources": []})
        self.built: list[dict[str, Mark]] = []
        self.said: list[str] = []
        self.store = store
        self.watch = self.start()

    def start(self) -> Watch:
        return Watch(self.store, Path("sources.toml"), self.see, self.build, self.said.append, settle_s=SETTLE_S, clock=lambda: self.now)

    def see(self) -> Sight:
        if self.trouble is not None:
            raise self.trouble
        named = {Path(name): mark for name, mark in self.files.items()}
        return Sight(named, {Path(name): mark for name, mark in self.temporary.items()}, self.others)

    def build(self) -> Outcome:
        self.built.append(dict(self.files))
        return self.outcome

    def after(self, seconds: float) -> int:
        """Let time pass, look once; gives the number of builds so far."""
        self.now += seconds
        self.watch.step()
        return len(self.built)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "store").mkdir()
    return Inbox(tmp_path / "store")


def test_a_file_is_built_when_it_stays_as_it_is_and_only_once(inbox: Inbox) -> None:
    inbox.files["a.csv"] = Mark(10, 1, 1)
    assert inbox.after(0) == 0
    assert inbox.after(SETTLE_S - 1) == 0
    assert "a.csv" in inbox.said[-1]
    assert inbox.after(1) == 1
    assert [inbox.after(60) for _ in range(5)] == [1] * 5
    assert inbox.said[-1] == "Nothing new; watching."


def test_a_growing_file_is_not_read(inbox: Inbox) -> None:
    for size in range(50):
        inbox.files["a.csv"] = Mark(size, size, 1)
        assert inbox.after(5) == 0
    assert sum("a.csv" in sentence for sentence in inbox.said) == 1  # said once, not at every look
    assert inbox.after(SETTLE_S) == 1
    assert inbox.built == [{"a.csv": Mark(49, 49, 1)}]


@pytest.mark.parametrize("changed", [Mark(11, 1, 1), Mark(10, 2, 1), Mark(10, 0, 1)], ids=["size", "time", "time back"])
def test_a_changed_file_is_built_again(inbox: Inbox, changed: Mark) -> None:
    inbox.files["a.csv"] = Mark(10, 1, 1)
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    inbox.files["a.csv"] = changed
    assert inbox.after(1) == 1
    assert inbox.after(SETTLE_S) == 2


def test_a_file_renamed_from_a_temporary_name_is_built_at_once(inbox: Inbox) -> None:
    inbox.files["z.csv"], inbox.temporary["a.csv.part"] = Mark(1, 1, 1), Mark(5, 1, 7)
    assert inbox.after(0) == 0
    assert inbox.after(SETTLE_S) == 1
    inbox.temporary, inbox.files["a.csv"] = {}, Mark(9, 3, 7)
    assert inbox.after(1) == 2
    # Another file that only got the same number on the disk is not taken for it.
    inbox.temporary["b.csv.part"] = Mark(5, 1, 8)
    inbox.after(1)
    inbox.temporary, inbox.files["c.csv"] = {}, Mark(9, 3, 8)
    assert inbox.after(1) == 2
    assert inbox.after(SETTLE_S) == 3


def test_a_removed_file_is_noticed_after_a_while(inbox: Inbox) -> None:
    inbox.files = {"a.csv": Mark(10, 1, 1), "b.csv": Mark(10, 1, 2)}
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    kept = inbox.files.pop("b.csv")
    assert inbox.after(1) == 1
    inbox.files["b.csv"] = kept  # a share that hiccuped
    assert inbox.after(1) == 1
    assert inbox.after(SETTLE_S) == 1
    del inbox.files["b.csv"]
    inbox.after(1)
    assert inbox.after(SETTLE_S) == 2


def test_a_build_that_failed_is_tried_again_only_when_something_changes(inbox: Inbox) -> None:
    inbox.outcome = Outcome({"snapshot": None, "sources": [], "reason": "Every file was refused."})
    inbox.files["a.csv"] = Mark(10, 1, 1)
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    assert "Every file was refused." in inbox.said[-1]
    assert [inbox.after(10 * RETRY_S) for _ in range(3)] == [1] * 3
    inbox.files["a.csv"] = Mark(12, 2, 1)
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 2


def test_a_build_that_the_machine_refused_is_tried_again_later(inbox: Inbox) -> None:
    inbox.outcome = Outcome({"error": "No space is left."}, is_refused_by_machine=True)
    inbox.files["a.csv"] = Mark(10, 1, 1)
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    assert inbox.after(RETRY_S - 1) == 1
    assert inbox.after(1) == 2
    inbox.outcome = Outcome({"snapshot": "20261122T000000Z-0123abcd", "sources": [{"file": "a.csv", "read": "rejected"}]})
    assert inbox.after(RETRY_S) == 3
    assert "Refused: a.csv" in inbox.said[-1]
    assert inbox.after(10 * RETRY_S) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/inbox"),
        PermissionError(errno.EACCES, "Permission denied", "/inbox"),
        OSError(errno.ESTALE, "Stale file handle"),
        OSError(errno.EHOSTDOWN, "Host is down"),
        ConfigError("sources.toml is not valid TOML."),
    ],
    ids=repr,
)
def test_trouble_with_the_folder_is_said_once_and_survived(inbox: Inbox, trouble: Exception) -> None:
    inbox.files["a.csv"] = Mark(10, 1, 1)
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    inbox.trouble, before = trouble, len(inbox.said)
    assert [inbox.after(60) for _ in range(4)] == [1] * 4
    assert len(inbox.said) == before + 1
    inbox.trouble = None
    assert inbox.after(60) == 1
    inbox.files["a.csv"] = Mark(12, 1, 1)
    inbox.after(1)
    assert inbox.after(SETTLE_S) == 2


def test_a_restart_builds_nothing_that_was_built_and_takes_no_rollback_back(inbox: Inbox, tmp_path: Path) -> None:
    ids = [publish(inbox.store, built_file(tmp_path / "b.duckdb", ["A"]), {}) for _ in range(2)]
    inbox.files["a.csv"] = Mark(10, 1, 1)
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    rollback(inbox.store, ids[0])
    inbox.watch = inbox.start()
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 1
    (inbox.store / "snapshots" / f"{ids[0]}.duckdb").write_bytes(b"")
    inbox.watch = inbox.start()  # nothing good is in force any more
    inbox.after(0)
    assert inbox.after(SETTLE_S) == 2


def test_what_no_source_names_is_said_and_left_alone(inbox: Inbox) -> None:
    inbox.files["a.csv"], inbox.others = Mark(10, 1, 1), ("notes.docx",)
    inbox.after(0)
    assert any("notes.docx" in sentence for sentence in inbox.said)
    inbox.after(SETTLE_S)
    inbox.after(1)
    assert sum("notes.docx" in sentence for sentence in inbox.said) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("工单.csv", False), ("a.part.csv", False), ("a.tmp.xlsx", False), ("partial.csv", False),
        ("a.csv.part", True), ("a.CSV.TMP", True), ("~$a.xlsx", True), (".a.csv.Xy12", True), ("a.xlsx.crdownload", True),
        ("a.csv.filepart", True), ("Thumbs.db", True), ("a.csv~", True),
    ],
)  # fmt: skip
def test_temporary_names(name: str, expected: bool) -> None:
    assert is_temporary(name) is expected


CONFIG = """
timezone = "Asia/Shanghai"
levels = ["district"]
as_of = 2026-11-22T08:00:00
[[source]]
name = "热线"
kind = "event"
path = "*.csv"
"""


def test_a_look_sees_named_temporary_and_other_files(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(CONFIG, encoding="utf-8")
    for name in ("a.csv", "b.csv", "c.csv.part", "~$d.csv", "notes.docx", ".hidden"):
        (tmp_path / name).write_text("x")
    sight = look(tmp_path, tmp_path / "sources.toml")
    assert {path.name for path in sight.files} == {"sources.toml", "a.csv", "b.csv"}
    assert {path.name for path in sight.temporary} == {"c.csv.part", "~$d.csv", ".hidden"}
    assert sight.others == ("notes.docx",)
    (tmp_path / "a.csv").unlink()
    (tmp_path / "b.csv").unlink()
    assert {path.name for path in look(tmp_path, tmp_path / "sources.toml").files} == {"sources.toml"}
    with pytest.raises(OSError, match="gone"):
        look(tmp_path / "gone", tmp_path / "sources.toml")
    with pytest.raises(ConfigError):
        look(tmp_path, tmp_path / "no.toml")


def until(process: subprocess.Popen[str], is_it: Callable[[str], bool]) -> str:
    """The first line on standard error that is meant; the process ends the test where it never comes."""
    assert process.stderr is not None
    for line in process.stderr:
        if is_it(line):
            return line
    raise AssertionError("the watch ended")


@pytest.mark.slow
def test_as_a_program_it_builds_what_arrives_and_ends_when_told(tmp_path: Path) -> None:
    inbox, store = tmp_path / "inbox", tmp_path / "store"
    inbox.mkdir()
    (inbox / "sources.toml").write_text(CONFIG, encoding="utf-8")
    (inbox / "a.csv").write_text("事件编号,上报时间,小类\nA1,2026-11-20 08:00:00,噪声\n", encoding="utf-8")
    environment = {**os.environ, "QUANYU_WATCH_INTERVAL_S": "0.1", "QUANYU_WATCH_SETTLE_S": "0.3", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "data", "watch", str(inbox), "--store", str(store), "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[dict[str, Any]] = []
            until(process, lambda line: "Published" in line)
            lines.append(json.loads(process.stdout.readline()))
            assert lines[-1]["snapshot"] == Store(store).generation
            (inbox / "b.csv.part").write_text("事件编号,上报时间,小类\nA2,2026-11-20 09:00:00,噪声\n", encoding="utf-8")
            (inbox / "b.csv.part").rename(inbox / "b.csv")
            until(process, lambda line: "Published" in line)
            lines.append(json.loads(process.stdout.readline()))
            assert sum(source["accepted"] for source in lines[-1]["sources"]) == 2
            process.send_signal(signal.SIGTERM)
            said = process.stderr.read() if process.stderr else ""
            assert said.endswith("Stopped watching.\n")
        finally:
            process.kill()
    assert process.returncode == 0
    assert [manifest["id"] for manifest in Store(store).manifests()] == [line["snapshot"] for line in reversed(lines)]
    assert sorted(path.name for path in store.iterdir() if path.name == "building") == []
