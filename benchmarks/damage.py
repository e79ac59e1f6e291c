"""Snapshots that are damaged: none may be served, whatever is wrong with them.

``python benchmarks/damage.py [--snapshots 650] [--seed 1] [--json]``: two small builds lie in a store; the one in force is
damaged by one recipe after another, at random places. A store that had it open, one that is opened afterwards and ``rollback``
must each refuse it, name it, and go on with the one before; once the damage is undone it must be served again. Exit status 1
otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.kill import write_events
from data.config import Config
from data.errors import StoreError
from data.schema import SCHEMA_VERSION
from data.store.build import build
from data.store.layout import database_path, manifest_path
from data.store.manifest import read_manifest, write_manifest
from data.store.publish import rollback
from data.store.store import Store

Recipe = Callable[[Path, str, str, random.Random], None]
"""Damages the second of two snapshots of a store; the first stays whole."""


def cut(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    path = database_path(store, bad)
    os.truncate(path, random_.randrange(path.stat().st_size))


def cut_in_half(store: Path, _good: str, bad: str, _random: random.Random) -> None:
    path = database_path(store, bad)
    os.truncate(path, path.stat().st_size // 2)


def cut_by_a_byte(store: Path, _good: str, bad: str, _random: random.Random) -> None:
    path = database_path(store, bad)
    os.truncate(path, path.stat().st_size - 1)


def lengthen(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    with database_path(store, bad).open("ab") as file:
        file.write(random_.randbytes(random_.choice([1, 4096])))


def flip_a_bit(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    _flip(database_path(store, bad), random_)


def flip_a_bit_of_the_manifest(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    _flip(manifest_path(store, bad), random_)


def _flip(path: Path, random_: random.Random) -> None:
    with path.open("r+b") as file:
        file.seek(random_.randrange(path.stat().st_size))
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1 << random_.randrange(8)]))


def mix_generations(store: Path, good: str, bad: str, random_: random.Random) -> None:
    """Some blocks of another generation: DuckDB opens such a file without an error and answers wrongly."""
    other, path = database_path(store, good).read_bytes(), database_path(store, bad)
    content = bytearray(path.read_bytes())
    blocks = [at for at in range(0, min(len(other), len(content)), 4096) if other[at : at + 4096] != content[at : at + 4096]]
    for at in random_.sample(blocks, min(len(blocks), random_.randint(1, 8))):
        content[at : at + 4096] = other[at : at + 4096]
    path.write_bytes(content)


def swap_files(store: Path, good: str, bad: str, _random: random.Random) -> None:
    shutil.copyfile(database_path(store, good), database_path(store, bad))


def swap_manifests(store: Path, good: str, bad: str, _random: random.Random) -> None:
    shutil.copyfile(manifest_path(store, good), manifest_path(store, bad))


def swap_both(store: Path, good: str, bad: str, random_: random.Random) -> None:
    swap_files(store, good, bad, random_)
    swap_manifests(store, good, bad, random_)


def lose_the_file(store: Path, _good: str, bad: str, _random: random.Random) -> None:
    database_path(store, bad).unlink()


def lose_the_manifest(store: Path, _good: str, bad: str, _random: random.Random) -> None:
    manifest_path(store, bad).unlink()


def replace_by_noise(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    path = random_.choice([database_path, manifest_path])(store, bad)
    path.write_bytes(random_.randbytes(path.stat().st_size))


def replace_by_something_else(store: Path, good: str, bad: str, random_: random.Random) -> None:
    """A link, a folder, a pipe or nothing at all in the place of the file or of the manifest."""
    place = random_.choice([database_path, manifest_path])
    path = place(store, bad)
    kind = random_.choice(["link", "folder", "pipe", "empty"])
    path.unlink()
    if kind == "link":
        path.symlink_to(place(store, good))
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.touch()


def another_schema(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    _resealed(store, bad, schema_version=random_.choice([SCHEMA_VERSION + 1, SCHEMA_VERSION - 1, str(SCHEMA_VERSION), None]))


def another_path(store: Path, good: str, bad: str, random_: random.Random) -> None:
    _resealed(store, bad, path=random_.choice([f"{good}.duckdb", f"../snapshots/{bad}.duckdb", f"/tmp/{bad}.duckdb"]))


def another_hash(store: Path, good: str, bad: str, random_: random.Random) -> None:
    _resealed(store, bad, sha256=random_.choice([read_manifest(store, good)["sha256"], "0" * 64, None]))


def another_size(store: Path, _good: str, bad: str, random_: random.Random) -> None:
    _resealed(store, bad, size=random_.choice([0, -1, read_manifest(store, bad)["size"] + 1]))


def another_identity(store: Path, good: str, bad: str, _random: random.Random) -> None:
    manifest = {**read_manifest(store, bad), "id": good}
    kept = manifest_path(store, good).read_bytes()
    manifest.pop("manifest_sha256")
    write_manifest(store, manifest)
    os.replace(manifest_path(store, good), manifest_path(store, bad))
    manifest_path(store, good).write_bytes(kept)


def _resealed(store: Path, identity: str, **change: object) -> None:
    """A manifest that is whole but says something else, as another release or a forger would write it."""
    manifest = read_manifest(store, identity)
    manifest.pop("manifest_sha256")
    write_manifest(store, {**manifest, **change})


RECIPES: list[Recipe] = [
    cut, cut_in_half, cut_by_a_byte, lengthen, flip_a_bit, flip_a_bit_of_the_manifest, mix_generations, swap_files, swap_manifests,
    swap_both, lose_the_file, lose_the_manifest, replace_by_noise, replace_by_something_else, another_schema, another_path,
    another_hash, another_size, another_identity,
]  # fmt: skip


def judged(store: Path, running: Store, good: str, bad: str) -> Iterator[str]:
    """What is wrong while ``bad`` is damaged."""
    fresh = Store(store, threads=1)
    for name, opened in (("running", running), ("fresh", fresh)):
        try:
            served = opened.current().id
        except StoreError as error:
            yield f"{name}: nothing is served: {error}"
            continue
        if served != good:
            yield f"{name}: {served} is served"
        if bad not in (opened.problem or ""):
            yield f"{name}: says {opened.problem}"
        if opened.verify()["ok"]:
            yield f"{name}: it verifies"
    fresh.close()
    try:
        rollback(store, bad)
        yield "it was put in force"
    except StoreError:
        pass


def restore(kept: dict[Path, bytes]) -> None:
    for path, content in kept.items():
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        path.write_bytes(content)


def measure(snapshots: int, seed: int, folder: Path) -> dict[str, Any]:
    random_, store = random.Random(seed), folder / "store"
    inbox = folder / "inbox"
    inbox.mkdir()
    built: list[str] = []
    for count in (300, 301):
        write_events(inbox, count)
        built.append(str(build(Config.load(inbox / "sources.toml"), store).snapshot))
    good, bad = built
    kept = {path: path.read_bytes() for path in (database_path(store, bad), manifest_path(store, bad))}
    running = Store(store, threads=1)
    tried: Counter[str] = Counter()
    failures: list[str] = []
    for number in range(snapshots):
        if running.current().id != bad or running.problem:
            failures.append(f"{number}: the whole one is not served: {running.problem}")
        recipe = RECIPES[number % len(RECIPES)]
        recipe(store, good, bad, random_)
        tried[recipe.__name__] += 1
        failures += [f"{number} {recipe.__name__}: {sentence}" for sentence in judged(store, running, good, bad)]
        restore(kept)
    return {"snapshots": snapshots, "recipes": dict(tried), "failures": failures}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snapshots", type=int, default=650)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.snapshots, given.seed, Path(folder))
    if given.json:
        print(json.dumps(found))
    else:
        print(f"{found['snapshots']} damaged snapshots, {len(found['recipes'])} recipes: {found['recipes']}")
        print("\n".join(found["failures"]) or "every one refused by a running and by a fresh store, the one before it served")
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
