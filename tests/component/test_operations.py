"""What an operator does to the store, as a running server and its supervisor see it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.settings import StoreSettings
from data.store.publish import publish, rollback
from data.store.retention import retire
from data.store.store import Store
from tests.tiny import built_file


@pytest.fixture
def store(demo_store: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo_store, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def client(store: Path) -> Iterator[Any]:
    opened = Store(store)
    yield create_app(Settings(), opened).server.test_client()
    opened.close()


def served(client: Any) -> tuple[int, str, str | None]:
    answer = client.get("/healthz", headers={"Host": "127.0.0.1"})
    return answer.status_code, answer.json["status"], answer.json["snapshot"]


def test_a_publication_a_rollback_and_a_retirement_are_followed(store: Path, client: Any, tmp_path: Path) -> None:
    first = (store / "CURRENT").read_text().strip()
    assert served(client) == (200, "ok", first)
    second = publish(store, built_file(tmp_path / "b.duckdb"), {})
    assert served(client) == (200, "ok", second)
    rollback(store, first)
    assert served(client) == (200, "ok", first)
    assert client.get(f"/api/v1/ask?snapshot={second}", headers={"Host": "127.0.0.1"}).status_code == 200
    assert retire(store, settings=StoreSettings(store_max_gb=1e-9)) == [second]
    assert served(client) == (200, "ok", first)
    gone = client.get(f"/api/v1/ask?snapshot={second}", headers={"Host": "127.0.0.1"})
    assert 400 <= gone.status_code < 500
    assert "removed" in gone.text
    assert str(store) not in gone.text


@pytest.mark.parametrize("damage", ["cut", "lost", "manifest", "folder"])
def test_a_supervisor_is_told_what_is_damaged_and_when_it_is_over(store: Path, client: Any, tmp_path: Path, damage: str) -> None:
    first = (store / "CURRENT").read_text().strip()
    second = publish(store, built_file(tmp_path / "b.duckdb"), {})
    assert served(client) == (200, "ok", second)
    database = store / "snapshots" / f"{second}.duckdb"
    if damage == "cut":
        database.write_bytes(database.read_bytes()[:-1])
    elif damage == "lost":
        database.unlink()
    elif damage == "manifest":
        path = database.with_suffix(".json")
        path.write_bytes(path.read_bytes().replace(b'"event": 3', b'"event": 4'))
    else:
        store.rename(tmp_path / "away")
    status, word, identity = served(client)
    assert (status, word) == (200, "degraded")
    assert identity == (second if damage == "folder" else first)
    reason = client.get("/healthz", headers={"Host": "127.0.0.1"}).json["reason"]
    assert reason
    assert str(store) not in reason
    if damage == "folder":
        (tmp_path / "away").rename(store)
        assert served(client) == (200, "ok", second)
    else:
        rollback(store, first)
        assert served(client) == (200, "ok", first)
