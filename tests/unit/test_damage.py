"""Damage of every kind is refused: in the tables' file, in the manifest, in ``CURRENT``, in what stands in their place."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.errors import NoSnapshot, SnapshotRefused, StoreError
from data.schema import SCHEMA_VERSION
from data.store.earlier import Earlier
from data.store.lineage import in_force
from data.store.manifest import read_manifest, write_manifest
from data.store.publish import building, publish, rollback
from data.store.store import Store
from tests.tiny import built_file


def add(store: Path, count: int) -> str:
    return publish(store, built_file(store.parent / "built.duckdb", [f"A{n}" for n in range(count)]), {})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_a_manifest_with_any_bit_changed_is_refused(store: Path) -> None:
    identity = add(store, 1)
    path = store / "snapshots" / f"{identity}.json"
    content = path.read_bytes()
    assert json.loads(content)["manifest_sha256"] != "0" * 64
    for place, byte in enumerate(content):
        for changed in (content[:place] + bytes([byte ^ 1 << place % 8]) + content[place + 1 :], content[:place]):
            path.write_bytes(changed)
            with pytest.raises(SnapshotRefused):
                read_manifest(store, identity)
    for added in (b" ", b"\n", b"}", content):
        path.write_bytes(content + added)
        with pytest.raises(SnapshotRefused):
            read_manifest(store, identity)
    path.write_bytes(content)
    assert read_manifest(store, identity) == json.loads(content)


def test_a_changed_manifest_is_listed_as_refused(store: Path) -> None:
    identity = add(store, 1)
    path = store / "snapshots" / f"{identity}.json"
    path.write_text(path.read_text().replace('"event": 1', '"event": 7'))
    (manifest,) = Store(store).manifests()
    assert manifest["counts"]["event"] == 7
    assert identity in manifest["refused"]


def _resealed(store: Path, identity: str, **change: object) -> None:
    """A manifest that is whole but says something else, as another release or a forger would write it."""
    manifest = read_manifest(store, identity)
    manifest.pop("manifest_sha256")
    write_manifest(store, {**manifest, **change})


def _swap_manifests(store: Path, good: str, bad: str) -> None:
    shutil.copy(store / "snapshots" / f"{good}.json", store / "snapshots" / f"{bad}.json")


def _swap_files(store: Path, good: str, bad: str) -> None:
    shutil.copy(store / "snapshots" / f"{good}.duckdb", store / "snapshots" / f"{bad}.duckdb")


def _in_place_of(kind: str, suffix: str) -> Callable[[Path, str, str], None]:
    def spoil(store: Path, good: str, bad: str) -> None:
        path = store / "snapshots" / f"{bad}{suffix}"
        kept = store / f"kept{suffix}"
        path.rename(kept)
        if kind == "link":
            path.symlink_to(kept)
        elif kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "loop":
            path.symlink_to(path)
        elif kind == "empty":
            path.touch()

    spoil.__name__ = f"{kind}{suffix}"
    return spoil


def _without_the_end(store: Path, good: str, bad: str) -> None:
    path = store / "snapshots" / f"{bad}.duckdb"
    os.truncate(path, path.stat().st_size - 1)


def _cut_in_half(store: Path, good: str, bad: str) -> None:
    path = store / "snapshots" / f"{bad}.duckdb"
    os.truncate(path, path.stat().st_size // 2)


def _lengthened(store: Path, good: str, bad: str) -> None:
    with (store / "snapshots" / f"{bad}.duckdb").open("ab") as file:
        file.write(b"\0")


def _linked_to_the_other(store: Path, good: str, bad: str) -> None:
    (store / "snapshots" / f"{bad}.duckdb").unlink()
    os.link(store / "snapshots" / f"{good}.duckdb", store / "snapshots" / f"{bad}.duckdb")


def _half_of_each(store: Path, good: str, bad: str) -> None:
    """Two generations in one file, as a copy that was interrupted leaves it."""
    older, path = ((store / "snapshots" / f"{name}.duckdb").read_bytes() for name in (good, bad))
    (store / "snapshots" / f"{bad}.duckdb").write_bytes(path[: len(path) // 2] + older[len(path) // 2 :])


def _of_another_store(*suffixes: str) -> Callable[[Path, str, str], None]:
    def spoil(store: Path, good: str, bad: str) -> None:
        other = store.with_name("other")
        identity = add(other, 5)
        for suffix in suffixes:
            shutil.copy(other / "snapshots" / f"{identity}{suffix}", store / "snapshots" / f"{bad}{suffix}")
        shutil.rmtree(other)

    spoil.__name__ = f"another store's {' and '.join(suffixes)}"
    return spoil


RECIPES: list[Callable[[Path, str, str], None]] = [
    _swap_manifests,
    _swap_files,
    _half_of_each,
    _lengthened,
    _without_the_end,
    _cut_in_half,
    _linked_to_the_other,
    _of_another_store(".json"),
    _of_another_store(".duckdb"),
    _of_another_store(".json", ".duckdb"),
    *(_in_place_of(kind, suffix) for kind in ("link", "folder", "pipe", "loop", "empty", "nothing") for suffix in (".json", ".duckdb")),
    lambda store, good, bad: _resealed(store, bad, schema_version=SCHEMA_VERSION + 1),
    lambda store, good, bad: _resealed(store, bad, schema_version=str(SCHEMA_VERSION)),
    lambda store, good, bad: _resealed(store, bad, sha256=read_manifest(store, good)["sha256"]),
    lambda store, good, bad: _resealed(store, bad, size=-1),
    lambda store, good, bad: _resealed(store, bad, path=f"{good}.duckdb"),
    lambda store, good, bad: _resealed(store, bad, path=f"../snapshots/{bad}.duckdb"),
]


@pytest.mark.parametrize("spoil", RECIPES, ids=lambda spoil: getattr(spoil, "__name__", str(spoil)))
def test_what_is_not_what_was_published_is_refused(store: Path, spoil: Callable[[Path, str, str], None]) -> None:
    good, bad = add(store, 1), add(store, 2)
    running = Store(store)
    assert running.current().id == bad
    spoil(store, good, bad)
    for opened in (running, Store(store)):
        assert opened.current().id == good
        assert bad in str(opened.problem)
        assert opened.verify()["ok"] is False
        with pytest.raises(StoreError):
            opened.get(bad)
    assert in_force(store) == good
    with pytest.raises(StoreError):
        rollback(store, bad)
    better = add(store, 3)
    assert better > bad
    for opened in (running, Store(store)):
        assert (opened.current().id, opened.problem) == (better, None)


def test_a_bit_flipped_anywhere_in_the_tables_is_refused(store: Path) -> None:
    identity = add(store, 2)
    path = store / "snapshots" / f"{identity}.duckdb"
    size = path.stat().st_size
    opened = Store(store)
    for place in [0, 8, 4095, 4096, size - 1, *np.random.default_rng(11).integers(size, size=40).tolist()]:
        with path.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            for written, is_whole in ((byte ^ 1 << place % 8, False), (byte, True)):
                file.seek(place)
                file.write(bytes([written]))
                file.flush()
                assert opened.verify(identity)["ok"] is is_whole, place


@pytest.mark.parametrize("kind", ["folder", "full folder", "pipe", "garbage", "huge", "missing"])
def test_an_unreadable_current_is_replaced_by_the_next_publication(store: Path, kind: str) -> None:
    first, second = add(store, 1), add(store, 2)
    rollback(store, first)
    running = Store(store)
    assert running.current().id == first
    path = store / "CURRENT"
    path.unlink()
    if "folder" in kind:
        path.mkdir()
        if kind == "full folder":
            (path / "x").write_text("x")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind != "missing":
        path.write_bytes(b"\xff\x00" if kind == "garbage" else first.encode() * 100_000)
    for opened in (running, Store(store)):
        assert opened.current().id == first  # what was in force last, not the newest: that was rolled back from
        assert opened.problem
        assert opened.generation == first
    third = add(store, 3)
    assert read_manifest(store, third)["previous"] == first
    for opened in (running, Store(store)):
        assert (opened.current().id, opened.problem) == (third, None)
    with building(store):
        pass
    assert sorted(path.name for path in store.iterdir()) == [".lock", "CURRENT", "history.jsonl", "snapshots"]
    assert second in {manifest["id"] for manifest in running.manifests()}


def test_a_lost_current_is_not_an_empty_store(store: Path) -> None:
    identity = add(store, 1)
    (store / "CURRENT").unlink()
    (store / "snapshots" / f"{identity}.duckdb").write_bytes(b"")
    opened = Store(store)
    assert opened.generation  # an empty one would invite a demo into this store
    with pytest.raises(SnapshotRefused):
        opened.current()


def test_the_last_good_one_is_what_was_in_force_before_not_what_was_rolled_back_from(store: Path) -> None:
    first, wrong = add(store, 1), add(store, 2)
    rollback(store, first)
    last = add(store, 3)
    (store / "snapshots" / f"{last}.duckdb").write_bytes(b"")
    opened = Store(store)
    assert opened.current().id == first
    assert wrong not in str(opened.problem)
    base = Earlier.of_store(store)
    assert base is not None
    assert base.identity == first  # what the next build goes on from
    (store / "snapshots" / f"{last}.json").unlink()  # even where its manifest cannot say what was before it
    assert Store(store).current().id == first


def test_what_changes_under_an_open_snapshot_is_noticed_even_with_its_old_time(store: Path) -> None:
    good, bad = add(store, 1), add(store, 2)
    opened = Store(store)
    assert opened.current().id == bad
    path = store / "snapshots" / f"{bad}.duckdb"
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(before.st_size // 2)
        byte = file.read(1)
        file.seek(before.st_size // 2)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert opened.current().id == good
    assert bad in str(opened.problem)


def test_a_running_store_goes_on_from_what_it_has_open_when_its_folder_is_gone(store: Path) -> None:
    add(store, 1)
    last = add(store, 2)
    opened = Store(store)
    assert opened.current().id == last
    away = store.with_name("away")
    store.rename(away)
    for _ in range(2):
        with opened.lease() as snapshot:
            assert snapshot.id == last
            assert int(snapshot.frame("SELECT count(*) AS n FROM event")["n"][0]) == 2
        assert opened.problem
        with pytest.raises(NoSnapshot):
            opened.get(last)
    away.rename(store)
    assert (opened.current().id, opened.problem) == (last, None)


def test_going_on_from_what_is_open_costs_no_hashing_at_each_request(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older, last = add(store, 1), add(store, 2)
    opened = Store(store)
    assert opened.current().id == last
    (store / "snapshots" / f"{older}.duckdb").write_bytes(b"")
    (store / "snapshots" / f"{last}.json").unlink()
    assert opened.current().id == last
    asked: list[str] = []
    monkeypatch.setattr("data.store.store.verified", lambda _store, identity: asked.append(identity))
    for _ in range(3):
        assert opened.current().id == last
    assert asked == []
