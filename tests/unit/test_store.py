"""Reading a store: only what verifies, always the newest of it, never closed under somebody's hands."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from data.errors import NoSnapshot, SnapshotRefused, StoreError
from data.store.earlier import Earlier
from data.store.publish import publish
from data.store.store import Store
from tests.tiny import built_file

ROOT = Path(__file__).resolve().parents[2]


def add(store: Path, count: int, filler: int = 0) -> str:
    """Publish a snapshot with so many events."""
    return publish(store, built_file(store.parent / "built.duckdb", [f"A{n}" for n in range(count)], filler=filler), {})


def events(snapshot: object) -> int:
    return int(snapshot.frame("SELECT count(*) AS n FROM event")["n"][0])  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_an_empty_store_says_that_it_is_empty(folder: Path) -> None:
    store = Store(folder)
    assert store.generation == ""
    assert store.manifests() == []
    assert store.verify() == {"ok": False, "snapshot": None, "reason": store.verify()["reason"]}
    for call in (
        store.current,
        lambda: store.get("20200101T000000Z-00000000"),
        lambda: store.get("../../etc/passwd"),
        lambda: store.get(""),
    ):
        with pytest.raises(NoSnapshot):
            call()
    identity = add(folder, 2)
    assert store.current().id == store.generation == identity


def test_a_publication_of_another_process_is_noticed(folder: Path) -> None:
    add(folder, 1)
    store = Store(folder)
    assert events(store.current()) == 1
    for count in (2, 3):
        code = f"from pathlib import Path; from tests.unit.test_store import add; print(add(Path({str(folder)!r}), {count}))"
        ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert store.generation == ran.stdout.strip()
        assert events(store.current()) == count
    assert [manifest["counts"]["event"] for manifest in store.manifests()] == [3, 2, 1]


def test_a_lease_outlives_later_publications_and_ends(folder: Path) -> None:
    add(folder, 1)
    store = Store(folder)
    with store.lease() as old:
        with store.lease() as same:
            assert same is old
        add(folder, 2)
        assert events(store.current()) == 2
        assert events(old) == 1
    with pytest.raises(duckdb.Error):
        old.cursor()
    assert events(store.current()) == 2


def test_what_still_runs_on_a_snapshot_that_is_let_go_finishes_and_then_it_is_closed(folder: Path) -> None:
    """Not every reader holds a lease: an index is made beside the work."""
    add(folder, 3)
    store = Store(folder)
    old = store.current()
    cursor, begun, go_on, answers = old.cursor(), threading.Event(), threading.Event(), []

    def held() -> int:
        begun.set()
        go_on.wait(60)
        return 7

    cursor.create_function("held", held, [], "INTEGER", side_effects=True)
    reader = threading.Thread(target=lambda: answers.append(cursor.execute("SELECT held(), count(*) FROM event").fetchall()))
    reader.start()
    assert begun.wait(60)
    last = add(folder, 4)
    assert (store.current().id, store.problem) == (last, None)
    with pytest.raises(duckdb.Error):
        old.cursor()
    closing = [thread for thread in threading.enumerate() if thread.name == f"close {old.id}"]
    go_on.set()
    reader.join(60)
    for thread in closing:
        thread.join(60)
    assert answers == [[(7, 3)]]
    assert closing
    with pytest.raises(duckdb.Error):
        cursor.execute("SELECT 1")


def test_a_named_snapshot_is_never_replaced_by_another(folder: Path) -> None:
    first, second = add(folder, 1), add(folder, 2)
    store = Store(folder)
    assert events(store.get(first)) == 1
    assert store.get(first) is store.get(first)
    assert store.current().id == second
    (folder / "snapshots" / f"{first}.duckdb").write_bytes(b"")
    with pytest.raises(SnapshotRefused):
        store.get(first)
    (folder / "snapshots" / f"{first}.json").unlink()
    with pytest.raises(NoSnapshot, match=first):
        store.get(first)
    assert store.problem is None


def test_what_is_open_is_bounded(folder: Path) -> None:
    ids = [add(folder, count) for count in range(1, 8)]
    store = Store(folder)
    opened = [store.get(identity) for identity in ids]
    closed = 0
    for snapshot in opened:
        try:
            snapshot.cursor().close()
        except duckdb.Error:
            closed += 1
    assert closed == len(ids) - 2
    assert [events(store.get(identity)) for identity in ids] == list(range(1, 8))


def flip(path: Path, random_: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[random_.randrange(len(content))] ^= 1 << random_.randrange(8)
    path.write_bytes(content)


def cut(path: Path, random_: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: random_.randrange(path.stat().st_size)])


def lengthen(path: Path, random_: random.Random) -> None:
    path.write_bytes(path.read_bytes() + random_.randbytes(random_.randint(1, 9000)))


def mix(path: Path, random_: random.Random) -> None:
    """Blocks of another generation in the middle: DuckDB opens such a file without an error."""
    other = min(path.parent.glob("*.duckdb")).read_bytes()
    content = bytearray(path.read_bytes())
    start = random_.randrange(0, min(len(content), len(other)) - 4096, 4096)
    if content[start : start + 4096] == other[start : start + 4096]:
        start = 0
    content[start : start + 4096] = other[start : start + 4096]
    path.write_bytes(content)


def lose(path: Path, random_: random.Random) -> None:
    path.unlink()


def exchange(path: Path, random_: random.Random) -> None:
    path.write_bytes(min(path.parent.glob("*.duckdb")).read_bytes())


@pytest.mark.parametrize("damage", [flip, cut, lengthen, mix, lose, exchange])
def test_a_damaged_file_is_refused_and_the_last_good_one_stays(folder: Path, damage: object) -> None:
    good, bad = add(folder, 1, filler=3000), add(folder, 2, filler=3000)
    path = folder / "snapshots" / f"{bad}.duckdb"
    whole = path.read_bytes()
    running = Store(folder)
    for seed in range(8):
        damage(path, random.Random(seed))  # type: ignore[operator]
        for store in (running, Store(folder)):
            assert store.current().id == good
            assert bad in (store.problem or "")
            assert store.generation == good
            assert store.verify()["ok"] is False
            with pytest.raises(StoreError):
                store.get(bad)
        path.write_bytes(whole)
        assert running.current().id == bad
        assert running.problem is None
        assert running.verify() == {"ok": True, "snapshot": bad, "reason": None}


@pytest.mark.parametrize(
    "change",
    [
        {"id": "20200101T000000Z-00000000"},
        {"sha256": "0" * 64},
        {"sha256": None},
        {"size": 1},
        {"size": "many"},
        {"schema_version": 2},
        {"path": "../../../etc/passwd"},
        {"path": "20200101T000000Z-00000000.duckdb"},
        {"path": None},
    ],
    ids=str,
)
def test_a_manifest_with_a_wrong_entry_is_refused(folder: Path, change: dict[str, object]) -> None:
    good, bad = add(folder, 1), add(folder, 2)
    path = folder / "snapshots" / f"{bad}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    store = Store(folder)
    assert store.current().id == good
    assert store.problem
    assert store.verify(bad)["ok"] is False


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"id": 3}', "\x00\xff"], ids=range(7))
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    good, bad = add(folder, 1), add(folder, 2)
    (folder / "snapshots" / f"{bad}.json").write_text(text, encoding="latin-1")
    store = Store(folder)
    assert store.current().id == good
    assert [manifest["id"] for manifest in store.manifests()] == [good]


@pytest.mark.parametrize("text", ["", "nonsense", "../../etc/passwd", "20200101T000000Z-00000000", "\xff\xfe"])
def test_a_garbled_current_never_stops_a_running_store(folder: Path, text: str) -> None:
    good = add(folder, 1)
    running = Store(folder)
    assert running.current().id == good
    (folder / "CURRENT").write_text(text, encoding="latin-1")
    assert running.current().id == good
    assert running.problem
    add(folder, 2)
    assert events(running.current()) == 2
    assert running.problem is None


def test_a_link_in_place_of_a_file_is_refused(folder: Path) -> None:
    identity = add(folder, 1)
    path = folder / "snapshots" / f"{identity}.duckdb"
    path.rename(folder / "elsewhere")
    path.symlink_to(folder / "elsewhere")
    with pytest.raises(SnapshotRefused):
        Store(folder).current()


def test_nothing_good_means_nothing_is_served_and_costs_nothing_to_ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = add(folder, 1)
    flip(folder / "snapshots" / f"{identity}.duckdb", random.Random(1))
    store = Store(folder)
    with pytest.raises(SnapshotRefused, match=identity):
        store.current()
    assert store.generation == identity
    hashed: list[str] = []
    monkeypatch.setattr("data.store.store.verified", lambda _path, wanted: hashed.append(wanted))
    for _ in range(3):
        with pytest.raises(SnapshotRefused, match=identity):
            store.current()
    assert hashed == []


def test_a_snapshot_that_was_rolled_back_from_does_not_return_by_itself(folder: Path) -> None:
    oldest, chosen, newest = add(folder, 1), add(folder, 2), add(folder, 3)
    (folder / "CURRENT").write_text(chosen + "\n")
    store = Store(folder)
    assert store.current().id == chosen
    flip(folder / "snapshots" / f"{chosen}.duckdb", random.Random(2))
    assert store.current().id == oldest
    assert newest not in (store.problem or "")


def test_many_threads_read_whole_snapshots_while_others_are_published(folder: Path) -> None:
    add(folder, 1)
    store, failures, done = Store(folder, threads=1), [], threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                with store.lease() as snapshot:
                    found, expected = events(snapshot), snapshot.manifest["counts"]["event"]
                    if found != expected:
                        failures.append(f"{snapshot.id}: {found} events, {expected} published")
            except Exception as error:  # noqa: BLE001  whatever goes wrong is the finding
                failures.append(repr(error))

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    last = [add(folder, count) for count in range(2, 9)][-1]
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert store.current().id == last


@pytest.mark.parametrize(
    "statement",
    [
        "COPY event TO 'stolen.csv'",
        "SELECT * FROM read_text('/etc/hostname')",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "DELETE FROM event",
        "CREATE TABLE event2 AS SELECT * FROM event",
    ],
)
def test_an_open_snapshot_is_locked(folder: Path, statement: str) -> None:
    add(folder, 1)
    with Store(folder).lease() as snapshot, pytest.raises(duckdb.Error):
        snapshot.frame(statement)


def test_one_file_can_be_open_with_different_settings_in_one_process(folder: Path) -> None:
    add(folder, 1)
    identity = add(folder, 3)
    first, second = Store(folder, threads=1), Store(folder, memory_limit="1GB")
    with first.lease() as one, second.lease() as other:
        assert (events(one), events(other)) == (3, 3)
        assert other.area_table["area_code"].tolist() == one.area_table["area_code"].tolist()
        with pytest.raises(duckdb.Error):
            other.frame("SELECT * FROM read_text('/etc/hostname')")
        with pytest.raises(duckdb.Error):
            other.frame("SET memory_limit = '8GB'")
        with pytest.raises(duckdb.Error):
            other.frame("DELETE FROM event")
        assert first.verify()["ok"]
        assert Earlier.of(folder, identity).events == 3
    assert (first.problem, second.problem) == (None, None)
