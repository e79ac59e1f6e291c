"""Publishing: whole or not at all, whatever breaks and whenever."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data.errors import SnapshotRefused, SnapshotRetired, StoreBusy, StoreError
from data.indicators.definition import shipped
from data.schema import SCHEMA_VERSION
from data.store.pins import pin
from data.store.publish import building, content_sha256, publish, rollback
from data.store.retention import retire
from data.store.store import Store
from tests.tiny import built_file

ROOT = Path(__file__).resolve().parents[2]


def test_a_published_snapshot_is_what_its_manifest_says(tmp_path: Path) -> None:
    store = tmp_path / "store"
    sources = [{"name": "x", "file": "x.csv", "sha256": "ab", "rows_in": 3, "accepted": 3, "quarantined": 0}]
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    identity = publish(store, built_file(tmp_path / "built.duckdb"), {"sources": sources, "sha256": "forged"})

    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", identity)
    stamp = dt.datetime.strptime(identity[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    assert before <= stamp <= dt.datetime.now(dt.UTC)
    assert (store / "CURRENT").read_text().strip() == identity
    manifest = json.loads((store / "snapshots" / f"{identity}.json").read_text())
    content = (store / "snapshots" / f"{identity}.duckdb").read_bytes()
    assert manifest["id"] == identity
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["size"] == len(content)
    assert manifest["as_of"] == "2026-11-22T00:00:00Z"
    assert manifest["schema_version"] == SCHEMA_VERSION
    assert manifest["duckdb_version"] == duckdb.__version__
    assert manifest["previous"] is None
    assert manifest["sources"] == sources
    assert manifest["counts"]["event"] == 3
    assert next(definition["sha256"] for definition in manifest["definitions"]) == shipped()[0].sha256
    assert {definition["name"] for definition in manifest["definitions"]} == {definition.name for definition in shipped()}
    assert not (tmp_path / "built.duckdb").exists()

    second = publish(store, built_file(tmp_path / "built.duckdb"), {})
    assert json.loads((store / "snapshots" / f"{second}.json").read_text())["previous"] == identity


def test_ids_sort_by_time_even_within_a_second_and_never_repeat(tmp_path: Path) -> None:
    ids = [publish(tmp_path / "store", built_file(tmp_path / "built.duckdb"), {}) for _ in range(4)]
    assert ids == sorted(set(ids))
    assert len({identity[-8:] for identity in ids}) == 1  # the same content


def test_the_content_hash_is_of_content(tmp_path: Path) -> None:
    names = iter(f"{number}.duckdb" for number in range(9))
    plain = content_sha256(built_file(tmp_path / next(names)))
    assert content_sha256(built_file(tmp_path / next(names), ["A3", "A1", "A2"])) == plain
    changed = [{"ids": ["A1", "A2"]}, {"ids": ["A1", "A2", "A4"]}, {"name": "另一区"}, {"ids": ["A1", "A2", "A3", "A3"]}]
    hashes = [content_sha256(built_file(tmp_path / next(names), **change)) for change in changed]  # type: ignore[arg-type]
    assert len({plain, *hashes}) == 5


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"event_id,reported_at\n" * 100)


def _without_a_table(path: Path) -> None:
    with duckdb.connect(str(built_file(path))) as connection:
        connection.execute("DROP TABLE finding")


def _with_another_column(path: Path) -> None:
    with duckdb.connect(str(built_file(path))) as connection:
        connection.execute("ALTER TABLE event RENAME COLUMN cell TO cells")


def _without_its_row(path: Path) -> None:
    with duckdb.connect(str(built_file(path))) as connection:
        connection.execute("DELETE FROM snapshot")


def _still_open(path: Path) -> None:
    built_file(path).with_name(path.name + ".wal").write_bytes(b"x")


@pytest.mark.parametrize("spoil", [_not_a_database, _without_a_table, _with_another_column, _without_its_row, _still_open])
def test_what_is_no_whole_snapshot_is_refused_and_nothing_changes(tmp_path: Path, spoil: object) -> None:
    store, path = tmp_path / "store", tmp_path / "built.duckdb"
    good = publish(store, built_file(path), {})
    before = sorted(store.rglob("*"))
    spoil(path)  # type: ignore[operator]
    with pytest.raises(SnapshotRefused):
        publish(store, path, {})
    assert sorted(store.rglob("*")) == before
    assert Store(store).current().id == good


def test_quarantined_rows_go_with_their_snapshot(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with building(store) as folder:
        (folder / "quarantine").mkdir()
        (folder / "quarantine" / "x.csv").write_text("row,column\n")
        file = built_file(folder / "built.duckdb")
        identity = publish(store, file, {}, quarantine=folder / "quarantine", is_locked=True)
    assert (store / "quarantine" / identity / "x.csv").read_text() == "row,column\n"
    assert not folder.exists()


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        publish(tmp_path / "file" / "store", built_file(tmp_path / "built.duckdb"), {})


HOLDER = """
import sys
from pathlib import Path
from data.store.publish import building
with building(Path(sys.argv[1])) as folder:
    (folder / "half.duckdb").write_bytes(b"half")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_build_at_a_time_and_a_killed_one_leaves_no_trace(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy, match="running"):
            publish(store, built_file(tmp_path / "built.duckdb"), {})
        holder.kill()
        holder.wait()
    assert (store / "building" / "half.duckdb").exists()
    (store / "snapshots").mkdir()
    (store / "snapshots" / "20200101T000000Z-00000000.duckdb").write_bytes(b"never got a manifest")
    with building(store) as folder:
        assert list(folder.iterdir()) == []
        identity = publish(store, built_file(folder / "built.duckdb"), {}, is_locked=True)
    assert sorted(path.name for path in (store / "snapshots").iterdir()) == [f"{identity}.duckdb", f"{identity}.json"]


CRASHER = """
import json, os, sys
from pathlib import Path
from data.store.publish import publish
from data.store.store import Store
from tests.tiny import built_file

store = Path(sys.argv[1])
built = store.parent / "built.duckdb"

def in_a_process(work):
    read, write = os.pipe()
    if not (pid := os.fork()):
        os.write(write, json.dumps(work()).encode())
        os._exit(0)
    os.close(write)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(read) as result:
        return os.waitstatus_to_exitcode(status), result.read()

def die_at(step):
    # Every call by which publishing touches the disk may be the last thing this process does, before or after it.
    left = [step]
    def wrapped(call):
        def counted(*arguments, **named):
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            result = call(*arguments, **named)
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return result
        return counted
    os.fsync = wrapped(os.fsync)
    Path.rename, Path.replace = wrapped(Path.rename), wrapped(Path.replace)
    return publish(store, built, {})

def look():
    opened = Store(store)
    snapshot = opened.current()
    return {"named": (store / "CURRENT").read_text().strip(), "served": snapshot.id,
            "problem": opened.problem, "verify": opened.verify()["ok"],
            "events": int(snapshot.frame("SELECT count(*) AS n FROM event")["n"][0])}

in_a_process(lambda: (built_file(built), publish(store, built, {}))[1])
step, code = 0, 9
while code == 9:
    step += 1
    built.unlink(missing_ok=True)
    in_a_process(lambda: str(built_file(built, ["B%d" % step])))
    code, _ = in_a_process(lambda: die_at(step))
    print(json.dumps({"step": step, "code": code, **json.loads(in_a_process(look)[1])}), flush=True)
"""


def test_a_crash_at_any_step_leaves_a_snapshot_that_verifies(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CRASHER, str(tmp_path / "store")], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    looks = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(looks) > 10
    assert looks[-1]["code"] == 0
    for look in looks:
        assert look["verify"], look
        assert look["problem"] is None, look
        assert look["named"] == look["served"], look
    # Before CURRENT is replaced the three events of the first publication are served, after it the one of the new.
    counts = [look["events"] for look in looks]
    assert counts == sorted(counts, reverse=True)
    assert set(counts) == {3, 1}


KILLED = """
import os, sys
from pathlib import Path
from data.store import publish
from tests.tiny import built_file

store, name = Path(sys.argv[1]), sys.argv[2]

def die(path, text):
    if path.name == "CURRENT":
        os._exit(9)
    real(path, text)

real, publish.replace_text = publish.replace_text, die
for number in range(int(sys.argv[3])):
    if not os.fork():
        with publish.building(store) as folder:
            publish.publish(store, built_file(folder / "built.duckdb", [name + str(number)]), {}, is_locked=True)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 9
    print(sum(path.stat().st_size for path in store.rglob("*") if path.is_file()), flush=True)
"""


def test_builds_killed_just_before_they_are_in_force_leave_no_litter_that_grows(tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = publish(store, built_file(tmp_path / "built.duckdb"), {})
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(store), "B", "20"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    sizes = [int(line) for line in ran.stdout.splitlines()]
    assert len(sizes) == 20
    assert max(sizes) < sizes[0] * 1.1, "one killed build may lie there, never a second"
    assert (store / "CURRENT").read_text().strip() == first
    (left,) = {path.stem for path in (store / "snapshots").glob("*.json")} - {first}
    assert Store(store).verify(left)["ok"], "it is whole, only nobody ever looked at it"
    with building(store) as folder:
        second = publish(store, built_file(folder / "built.duckdb", ["C"]), {}, is_locked=True)
    assert {path.stem for path in (store / "snapshots").iterdir()} == {first, second}
    with pytest.raises(SnapshotRetired, match="never in force"):
        Store(store).manifest(left)


def test_a_killed_build_that_somebody_put_in_force_or_pinned_stays(tmp_path: Path) -> None:
    for keep in (rollback, pin):
        store = tmp_path / keep.__name__
        first = publish(store, built_file(tmp_path / "built.duckdb"), {})
        subprocess.run([sys.executable, "-c", KILLED, str(store), "B", "1"], cwd=ROOT, capture_output=True, check=True, timeout=60)
        (left,) = {path.stem for path in (store / "snapshots").glob("*.json")} - {first}
        keep(store, left)
        rollback(store, first)
        retire(store)
        assert Store(store).verify(left)["ok"]


def test_without_a_history_nothing_is_held_to_have_been_killed(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ids = [publish(store, built_file(tmp_path / "built.duckdb", [name]), {}) for name in "AB"]
    rollback(store, ids[0])
    (store / "history.jsonl").unlink()
    retire(store)
    assert {path.stem for path in (store / "snapshots").iterdir()} == set(ids)
