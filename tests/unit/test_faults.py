"""A disk that is full or cannot be written: a sentence that says what to do, nothing half published, nothing left behind."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.errors import ConfigError, StoreBusy, StoreError, StoreFull
from data.store.faults import told
from data.store.publish import building, publish, rollback
from data.store.retention import retire
from data.store.store import Store
from tests.tiny import built_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def add(store: Path, count: int) -> str:
    return publish(store, built_file(store.parent / "built.duckdb", [f"A{n}" for n in range(count)]), {})


def files(store: Path) -> set[str]:
    return {str(path.relative_to(store)) for path in store.rglob("*") if path.name != "history.jsonl" and not path.is_dir()}


class Fault:
    """Lets the disk fail at one of the calls that touch it."""

    def __init__(self, step: int, number: int) -> None:
        self.left, self.number, self.happened = step, number, False

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.happened = True
                raise OSError(self.number, os.strerror(self.number))
            return call(*arguments, **named)

        return counted


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_a_fault_at_any_step_of_a_publication_leaves_the_last_one_in_force(
    store: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, step, said = add(store, 1), 0, []
    template = built_file(store.parent / "template.duckdb", ["B"])
    fault = Fault(0, number)
    while fault.happened or not step:
        step += 1
        before, fault = files(store), Fault(step, number)
        identity = None
        with monkeypatch.context() as patched, building(store) as folder:
            built = shutil.copy(template, folder / "b.duckdb")
            (folder / "quarantine").mkdir()
            (folder / "quarantine" / "x.csv").write_text("row\n")
            for place, name in ((os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "mkdir"), (Path, "open")):
                patched.setattr(place, name, fault.wrap(getattr(place, name)))
            try:
                identity = publish(store, built, {}, quarantine=folder / "quarantine", is_locked=True)
            except StoreError as error:
                said.append(error)
        good = identity or good  # a history that cannot be read or written stops nothing
        assert Store(store).verify() == {"ok": True, "snapshot": good, "reason": None}
        if identity is None:
            assert files(store) == before | {".lock"}
    assert len(said) > 6
    for error in said:
        assert isinstance(error, StoreFull) is (number == errno.ENOSPC)
        assert ("retire" if number == errno.ENOSPC else "cannot be written") in str(error)
    assert identity == good


def test_a_full_disk_while_duckdb_writes_is_a_sentence(store: Path) -> None:
    """A limit on file size stands in for a full disk: what DuckDB and Python meet is the same kind of error."""
    code = f"""
import resource
from pathlib import Path
import duckdb
from data.errors import StoreFull
from data.store.publish import building
for limit in (100_000, 300_000, 1_500_000, 3_000_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        with building(Path({str(store)!r})) as folder:
            with duckdb.connect(str(folder / "b.duckdb")) as connection:
                connection.execute("CREATE TABLE t AS SELECT range AS i, hash(range) AS h FROM range(2_000_000)")
                connection.execute("CHECKPOINT")
    except StoreFull as error:
        print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    sentences = ran.stdout.splitlines()
    assert len(sentences) == 4
    assert all("No space is left" in sentence and "Nothing was published" in sentence for sentence in sentences)
    assert sorted(path.name for path in store.iterdir()) == [".lock"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StoreFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), StoreFull),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device")]), StoreFull),
        (shutil.Error([("a", "b", "[Errno 13] Permission denied")]), StoreError),
        (OSError(errno.EROFS, "Read-only file system"), StoreError),
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), StoreFull),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to offload data block, max_temp_directory_size"), StoreFull),
        (duckdb.TransactionException('Failed to commit: Could not write file "x": No space left on device'), StoreFull),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), StoreError),
        (duckdb.FatalException("FATAL Error: database has been invalidated\nbecause of it"), StoreError),
    ],
    ids=repr,
)
def test_each_fault_of_the_disk_is_one_sentence(store: Path, error: Exception, kind: type[StoreError]) -> None:
    with pytest.raises(StoreError) as told_of, told(store):
        raise error
    assert type(told_of.value) is kind
    assert "\n" not in str(told_of.value)
    assert str(told_of.value).endswith(".")


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file", "/inbox/a.csv"),
        BrokenPipeError(errno.EPIPE, "x"),
        duckdb.BinderException("x"),
        ConfigError("x"),
        TimeoutError("x"),
    ],
    ids=repr,
)
def test_other_errors_pass_as_they_are(store: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, told(store):
        raise error
    assert raised.value is error


READ_ONLY = """
import os, sys
from pathlib import Path
from data.errors import StoreError
from data.store.publish import building, rollback
from data.store.pins import pin
from data.store.retention import retire
from data.store.store import Store
if os.geteuid() == 0:
    os.seteuid(65534)
store = Path(sys.argv[1])
opened = Store(store)
identity = opened.current().id
for call in (lambda: building(store).__enter__(), lambda: rollback(store, identity), lambda: pin(store, identity), lambda: retire(store)):
    try:
        call()
        print("written")
    except StoreError as error:
        print(type(error).__name__, error)
print(opened.verify()["ok"], len(opened.manifests()))
"""


def test_a_folder_that_cannot_be_written_is_read_all_the_same(tmp_path: Path) -> None:
    store = Path(os.path.join("/tmp", f"quanyu-read-only-{os.getpid()}"))  # where others may enter
    try:
        built = built_file(tmp_path / "built.duckdb")
        publish(store, built, {})
        (store / ".lock").chmod(0o444)
        for path in (store, store / "snapshots"):
            path.chmod(0o555)
        ran = subprocess.run([sys.executable, "-c", READ_ONLY, str(store)], cwd=ROOT, capture_output=True, text=True, check=True)
        lines = ran.stdout.splitlines()
        assert len(lines) == 5, ran.stdout
        assert all("cannot be written to" in line for line in lines[:4])
        assert lines[4] == "True 1"
    finally:
        for path in (store, store / "snapshots"):
            path.chmod(0o755)
        shutil.rmtree(store)


def test_two_builders_at_once_is_a_sentence(store: Path) -> None:
    identity = add(store, 1)
    with building(store):
        for call in (lambda: building(store).__enter__(), lambda: rollback(store, identity), lambda: retire(store)):
            with pytest.raises(StoreBusy, match="running"):
                call()


def test_a_history_that_cannot_be_written_stops_nothing(store: Path) -> None:
    first = add(store, 1)
    (store / "history.jsonl").unlink()
    (store / "history.jsonl").mkdir()
    second = add(store, 2)
    assert rollback(store, first) == second
    assert Store(store).current().id == first


def test_the_history_stays_bounded(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.store import history

    monkeypatch.setattr(history, "LIMIT_BYTES", 5000)
    store.mkdir()
    for number in range(300):
        history.record(store, "pin", f"20261122T{number:06d}Z-0123abcd")
        assert (store / "history.jsonl").stat().st_size < 5200
    found = history.entries(store)
    assert found[-1]["id"] == "20261122T000299Z-0123abcd"
    assert [entry["id"] for entry in found] == sorted(entry["id"] for entry in found)
    assert json.loads((store / "history.jsonl").read_text().splitlines()[0])["do"] == "pin"
