"""Views kept by name: in a file that is replaced as a whole, strict, pinned where they name a snapshot, changed from this machine alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.errors import NoSnapshot, SelectionError, StoreError
from data.store.pins import is_pinned
from data.store.store import Store
from data.store.views import FILE, MOST_LETTERS, delete_view, rename_view, save_view, saved_views

LOCAL = "http://localhost"


@pytest.fixture
def store(demo_store: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo_store, tmp_path / "store")
    return tmp_path / "store"


def client(store: Path, **more: Any) -> Any:
    return create_app(Settings(), Store(store), **more).server.test_client()


def post(client: Any, body: Any, **more: Any) -> Any:
    return client.post("/views", json=body, base_url=LOCAL, headers={"Origin": LOCAL} | more)


def names(store: Path) -> list[str]:
    return [view.name for view in saved_views(store)]


def test_a_view_is_kept_renamed_and_deleted(store: Path) -> None:
    assert saved_views(store) == []
    second = save_view(store, "  每周  例会 ", "/", "window=7d&domain=大民生")
    first = save_view(store, "A", "/analysis", "stage=closed&lang=en")
    assert [(view.name, view.page, view.query) for view in saved_views(store)] == [
        ("A", "/analysis", first.query),
        ("每周 例会", "/", second.query),
    ]
    rename_view(store, first.id, "B")
    assert names(store) == ["B", "每周 例会"]
    delete_view(store, second.id)
    assert names(store) == ["B"]


@pytest.mark.parametrize("name", ["", "   ", "x" * (MOST_LETTERS + 1), "a\u202eb", "a\x00b"])
def test_a_name_is_a_name(store: Path, name: str) -> None:
    with pytest.raises(SelectionError, match="name"):
        save_view(store, name, "/", "")
    assert not (store / FILE).exists()


@pytest.mark.parametrize(("page", "query"), [("/data", ""), ("//evil.example", ""), ("/", "nope=1"), ("/", "from=yesterday")])
def test_what_is_no_view_is_refused(store: Path, page: str, query: str) -> None:
    with pytest.raises(SelectionError):
        save_view(store, "x", page, query)


def test_two_views_never_have_one_name(store: Path) -> None:
    save_view(store, "one", "/", "")
    other = save_view(store, "two", "/", "")
    with pytest.raises(SelectionError, match="already"):
        save_view(store, "One", "/", "")
    with pytest.raises(SelectionError, match="already"):
        rename_view(store, other.id, "ONE")
    assert names(store) == ["one", "two"]


def test_a_view_with_a_snapshot_keeps_the_snapshot(store: Path) -> None:
    identity = (store / "CURRENT").read_text(encoding="utf-8").strip()
    assert not is_pinned(store, identity)
    save_view(store, "as it was", "/", f"snapshot={identity}")
    assert is_pinned(store, identity)
    with pytest.raises(NoSnapshot):
        save_view(store, "gone", "/", "snapshot=20200101T000000Z-00000000")
    assert names(store) == ["as it was"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"views": [{}]}', '{"views": [{"id": 1, "name": "x", "page": "/", "query": "", "saved_at": ""}]}', "\xff"]
)
def test_a_damaged_file_is_said_and_left(store: Path, text: str) -> None:
    (store / FILE).write_text(text, encoding="latin-1")
    with pytest.raises(StoreError, match="saved views"):
        saved_views(store)
    with pytest.raises(StoreError):
        save_view(store, "x", "/", "")
    assert (store / FILE).read_text(encoding="latin-1") == text
    assert client(store).get("/views", base_url=LOCAL).status_code == 503


def test_over_http_views_are_kept_opened_renamed_and_deleted(store: Path) -> None:
    app = client(store)
    kept = post(app, {"do": "save", "name": "<b>例会</b>", "page": "/analysis", "query": "window=30d"})
    assert kept.status_code == 200
    (view,) = kept.json["views"]
    assert (view["name"], view["href"], view["is_pinned"]) == ("<b>例会</b>", "/analysis?window=30d", False)
    assert app.get(view["href"], base_url=LOCAL).status_code == 200
    assert post(app, {"do": "rename", "id": view["id"], "name": "例会"}).json["views"][0]["name"] == "例会"
    assert post(app, {"do": "delete", "id": view["id"]}).json["views"] == []
    found = app.get("/views?lang=en", base_url=LOCAL).json
    assert (found["views"], found["may_write"], found["words"]["rename"]) == ([], True, "Rename")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"do": "burn", "id": "x"},
        {"do": "save", "name": "x"},
        {"do": "rename", "id": 1, "name": "x"},
        {"do": "delete", "id": "nobody"},
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(store: Path, body: Any) -> None:
    answer = post(client(store), body)
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")


def test_only_this_machine_and_this_page_change_views(store: Path) -> None:
    app, body = client(store), {"do": "save", "name": "x", "page": "/", "query": ""}
    assert post(app, body, **{"X-Forwarded-For": "10.0.0.1"}).status_code == 403
    assert app.post("/views", json=body, base_url=LOCAL, headers={"Origin": "http://evil.example"}).status_code == 403
    assert app.post("/views", data=json.dumps(body), base_url=LOCAL, content_type="text/plain").status_code == 415
    assert app.post("/views", data="{" * 20_000, base_url=LOCAL, content_type="application/json").status_code == 413
    assert names(store) == []


def test_a_scoped_viewer_is_told_of_no_view_of_other_areas_and_changes_none(store: Path) -> None:
    snapshot = Store(store).current()
    own, other, *_ = [snapshot.areas.codes[ix] for ix in snapshot.areas.children(0)]
    for name, query in (("mine", f"area={own}"), ("theirs", f"area={other}"), ("picked", f"grid={own},~{other}"), ("all", "")):
        save_view(store, name, "/", query)
    app = client(store, scope=lambda: (own,))
    found = app.get("/views", base_url=LOCAL).json
    assert ([view["name"] for view in found["views"]], found["may_write"]) == (["all", "mine"], False)
    assert post(app, {"do": "save", "name": "x", "page": "/", "query": ""}).status_code == 403
