"""The addresses of the data page: closed but to this machine, its page and its names; books, downloads and deeds when open."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from dashboard.desk.uploads import Uploads
from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.lock import locked
from data.store.pins import is_pinned
from data.store.store import Store

LOCAL = "http://localhost:8050"
UPDATE = "/_dash-update-component"
SOURCE, FILE = "12345热线", "12345热线工单_2026.csv"
UPLOAD = "/data/uploads?name=a.csv&kind=event&source=x"
NOBODY = "0" * 32


@pytest.fixture(scope="module")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo that may be written to."""
    return shutil.copytree(demo_store, tmp_path_factory.mktemp("desk") / "store")


class Caller:
    """A test client that knows the page's token."""

    def __init__(self, store: Path, *, settings: Settings | None = None, **more: Any) -> None:
        self.store = Store(store)
        self.uploads = Uploads(store)
        self.client = create_app(settings or Settings(), self.store, **more).server.test_client()
        self.snapshot = self.store.current().id

    def get(self, path: str, **arguments: Any) -> Any:
        return self.client.get(path, base_url=arguments.pop("base_url", LOCAL), buffered=True, **arguments)

    def post(self, path: str, *, token: str | None = None, **arguments: Any) -> Any:
        headers = {"X-Quanyu-Token": self.uploads.token() if token is None else token, **arguments.pop("headers", {})}
        if not {"json", "data"} & arguments.keys():
            arguments["json"] = {}
        return self.client.post(path, base_url=arguments.pop("base_url", LOCAL), headers=headers, buffered=True, **arguments)

    def send(self, content: bytes = b"x", path: str = UPLOAD, **arguments: Any) -> Any:
        return self.post(path, data=content, content_type=arguments.pop("content_type", "application/octet-stream"), **arguments)

    def part(self, key: str, query: str = "") -> str:
        """What a part of the page shows, as text."""
        body = {
            "output": f"part-{key}.children",
            "outputs": {"id": f"part-{key}", "property": "children"},
            "inputs": [{"id": "desk", "property": "data", "value": query}, {"id": "generation", "property": "data", "value": ""}],
            "changedPropIds": ["desk.data"],
        }
        answer = self.client.post(UPDATE, base_url=LOCAL, json=body)
        assert answer.status_code == 200
        return str(json.dumps(answer.json, ensure_ascii=False))

    def page(self) -> str:
        """The page as it is laid."""
        body = {
            "output": "..frame.children...title.data..",
            "outputs": [{"id": "frame", "property": "children"}, {"id": "title", "property": "data"}],
            "inputs": [{"id": "address", "property": "data", "value": {"n": 1, "path": "/data", "query": ""}}],
            "changedPropIds": ["address.data"],
        }
        return str(json.dumps(self.client.post(UPDATE, base_url=LOCAL, json=body).json, ensure_ascii=False))


@pytest.fixture(scope="module")
def here(store: Path) -> Caller:
    return Caller(store)


@pytest.fixture(autouse=True)
def _no_upload_stays(here: Caller) -> Iterator[None]:
    yield
    shutil.rmtree(here.uploads.folder, ignore_errors=True)


def everything(caller: Caller, **arguments: Any) -> list[int]:
    """The status of every address, asked rightly."""
    snapshots = [f"/data/snapshots/{caller.snapshot}/{deed}" for deed in ("rollback", "pin", "unpin")]
    steps = [f"/data/uploads/{NOBODY}/{step}" for step in ("check", "publish", "discard")]
    asked = [caller.get(f"/data/rejected?snapshot={caller.snapshot}&source={SOURCE}&file={FILE}", **arguments)]
    asked += [caller.get(f"/data/uploads/{NOBODY}", **arguments), caller.send(**arguments)]
    asked += [caller.post(path, **arguments) for path in (*snapshots, *steps)]
    return [answer.status_code for answer in asked]


# ---- closed -------------------------------------------------------------------------------------------------------------------------


def is_closed(caller: Caller) -> bool:
    page = caller.page()
    source = caller.part("sources", f"source={SOURCE}")
    snapshots = caller.part("snapshots")
    assert "handover-form" not in page
    assert caller.uploads.token() not in page
    assert "/data/rejected" not in source
    assert "data-deed" not in snapshots
    return True


def test_beyond_loopback_nothing_can_be_written_and_the_controls_are_absent(store: Path) -> None:
    caller = Caller(store, settings=Settings(host="0.0.0.0"))
    assert set(everything(caller)) == {403}
    assert is_closed(caller)


def test_a_scoped_viewer_gets_counts_and_no_rows(store: Path) -> None:
    code = Store(store).current().areas.codes[1]
    caller = Caller(store, scope=lambda: (code,))
    assert set(everything(caller)) == {403}
    assert is_closed(caller)
    shown = caller.part("sources", f"source={SOURCE}")
    assert "E_ID_MISSING" in shown
    assert "row-no" not in shown
    assert "row-no" in Caller(store).part("sources", f"source={SOURCE}")


@pytest.mark.parametrize(
    "arguments",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Forwarded": "for=192.0.2.7"}},
        {"base_url": "http://wall.example"},
    ],
    ids=["elsewhere", "through a proxy", "through another proxy", "under another name"],
)
def test_other_callers_are_refused(store: Path, arguments: dict[str, Any]) -> None:
    assert set(everything(Caller(store, settings=Settings(hosts=("wall.example",))), **arguments)) == {403}


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "é"])
def test_without_the_pages_token_nothing_is_done(here: Caller, token: str) -> None:
    for path in (f"/data/snapshots/{here.snapshot}/pin", f"/data/uploads/{NOBODY}/check"):
        answer = here.post(path, token=token)
        assert (answer.status_code, answer.json) == (403, {"problem": "token"})
    assert here.send(token=token).status_code == 403
    assert not is_pinned(here.store.path, here.snapshot)
    assert [path for path in here.uploads.folder.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"headers": {"Content-Encoding": "gzip"}}, 415),
        ({"headers": {"Origin": "https://example.org"}}, 403),
        ({"headers": {"Origin": "null"}}, 403),
        ({"headers": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}}, 403),
        ({"headers": {"Host": "example.org"}}, 421),
    ],
)
def test_foreign_requests_are_refused(here: Caller, arguments: dict[str, Any], status: int) -> None:
    assert here.send(**arguments).status_code == status


@pytest.mark.parametrize("path", ["/data/uploads", f"/data/uploads/{NOBODY}/check", "/data/snapshots/x/pin"])
def test_other_methods_are_refused(here: Caller, path: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert here.client.open(path, method=method, base_url=LOCAL).status_code == 405, method


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/data/uploads/{NOBODY}/check", {}, 404),
        (f"/data/uploads/{NOBODY}/erase", {}, 404),
        ("/data/uploads/../x/check", {}, 404),
        ("/data/uploads/" + "é" * 32 + "/check", {}, 404),
        ("/data/snapshots/../pin", {}, 404),
        ("/data/snapshots/20260101T000000Z-00000000/pin", {}, 404),
        ("/data/snapshots/20260101T000000Z-00000000/rollback", {}, 404),
        ("/data/snapshots/x/erase", {}, 404),
        (f"/data/uploads/{NOBODY}/check", [], 400),
        (f"/data/uploads/{NOBODY}/check", {"x": "y" * 70_000}, 413),
    ],
)
def test_what_is_not_there_is_said_so(here: Caller, path: str, body: Any, status: int) -> None:
    answer = here.post(path, json=body)
    assert answer.status_code in (status, 404, 405)
    assert len(answer.text) < 60


@pytest.mark.parametrize(
    "query", ["kind=event", "source=x", "source=../x&kind=event", "source=x&kind=secret", "source=x&kind=event&mode=half"]
)
def test_an_upload_must_say_what_it_is(here: Caller, query: str) -> None:
    answer = here.send(path=f"/data/uploads?name=a.csv&{query}")
    if query == "source=x":
        assert answer.status_code == 201
    else:
        assert answer.status_code == 400
        assert [path for path in here.uploads.folder.iterdir() if path.is_dir()] == []


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(store: Path) -> None:
    caller = Caller(store, settings=Settings(upload_mb=1))
    answer = caller.send(b"x" * ((1 << 20) + 1))
    assert answer.status_code == 413
    assert not [path for path in caller.uploads.folder.iterdir() if path.is_dir()]


@pytest.mark.parametrize("name", ["../../../outside.csv", "/etc/passwd", "..", "a\x00b.csv", "%2e%2e%2fx.csv", "\u202egnp.csv", ""])
def test_no_name_leaves_the_folder(here: Caller, name: str) -> None:
    answer = here.client.post(
        "/data/uploads",
        query_string={"name": name, "kind": "event", "source": "x"},
        base_url=LOCAL,
        data=b"x",
        content_type="application/octet-stream",
        headers={"X-Quanyu-Token": here.uploads.token()},
    )
    assert answer.status_code == 201
    path = here.uploads.path(here.uploads.find(answer.json["upload"]))
    assert path.is_file()
    assert path.resolve().parent.parent.parent == here.uploads.folder.resolve()


# ---- open ---------------------------------------------------------------------------------------------------------------------------


def test_rejected_rows_can_be_downloaded_and_nobody_keeps_a_copy(here: Caller) -> None:
    with capture_logs() as logged:
        answer = here.get("/data/rejected", query_string={"snapshot": here.snapshot, "source": SOURCE, "file": FILE})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "filename*=UTF-8''12345%E7%83%AD" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    entry = next(one for one in here.store.manifest(here.snapshot)["sources"] if one["name"] == SOURCE)
    assert rows[0][:5] == ["row", "code", "column", "value", "reason"]
    assert len({row[0] for row in rows[1:]}) == entry["quarantined"]
    assert [line["do"] for line in logged] == ["download"]


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../../../CURRENT"},
        {"file": ""},
        {"source": "../.."},
        {"source": "区界", "file": "区界.geojson"},
        {"snapshot": ".."},
        {"snapshot": "20260101T000000Z-00000000"},
    ],
)
def test_nothing_else_can_be_downloaded(here: Caller, change: dict[str, str]) -> None:
    asked = {"snapshot": here.snapshot, "source": SOURCE, "file": FILE} | change
    assert here.get("/data/rejected", query_string=asked).status_code == 404


def test_the_books_on_the_page_are_those_of_the_manifest(here: Caller) -> None:
    shown = here.part("sources")
    for entry in here.store.manifest(here.snapshot)["sources"]:
        assert entry["rows_in"] == entry["accepted"] + entry["quarantined"]
        words = f"送来 {entry['rows_in']:,} 行 = 接收 {entry['accepted']:,} + 隔离 {entry['quarantined']:,}"
        assert words in shown, entry["name"]


@pytest.mark.parametrize("key", ["head", "sources", "quality", "datum", "snapshots", "changes"])
@pytest.mark.parametrize("query", ["", "lang=en", "snapshot=nonsense", "compare=nonsense&lang=en", "source=nobody", "theme=dark&x=y"])
def test_every_part_can_be_shown(here: Caller, key: str, query: str) -> None:
    shown = here.part(key, query)
    assert "failed" not in shown or "compare" in query
    if "snapshot=" in query:
        assert ("refusal" in shown) is (key == "head")


def settled(caller: Caller, identity: str) -> dict[str, Any]:
    """Wait until the upload's command has ended."""
    until = time.monotonic() + 60
    while (state := caller.get(f"/data/uploads/{identity}").json)["stage"] in ("checking", "publishing"):
        assert time.monotonic() < until
    return dict(state)


def test_only_what_was_checked_is_published_and_one_at_a_time(here: Caller) -> None:
    text = "工单号,来电时间,事件大类,办理状态\nA1,2026-11-01 08:00,市容环境,受理\n,2026-11-01 08:00,市容环境,受理\n"
    identity = here.send(text.encode(), f"{UPLOAD}工单").json["upload"]
    assert here.post(f"/data/uploads/{identity}/publish").json == {"problem": "not_checked"}
    assert settled(here, identity)["stage"] == "checked"
    with locked(here.store.path):
        answer = here.post(f"/data/uploads/{identity}/publish")
    assert (answer.status_code, answer.json) == (409, {"problem": "busy"})
    bad = here.send(b"\x00\x01", UPLOAD).json["upload"]
    assert settled(here, bad)["stage"] == "checked"
    assert here.post(f"/data/uploads/{bad}/publish").json == {"problem": "not_checked"}
    assert here.post(f"/data/uploads/{bad}/discard").status_code == 200
    assert here.get(f"/data/uploads/{bad}").json == {"problem": "gone"}
    assert here.get(f"/data/uploads/{identity}").json["stage"] == "checked"


def test_a_snapshot_is_pinned_and_given_back(here: Caller) -> None:
    with capture_logs() as logged:
        assert here.post(f"/data/snapshots/{here.snapshot}/pin").status_code == 200
        assert is_pinned(here.store.path, here.snapshot)
        assert "is-pinned" in here.part("snapshots")
        assert here.post(f"/data/snapshots/{here.snapshot}/unpin").status_code == 200
    assert not is_pinned(here.store.path, here.snapshot)
    assert [line["do"] for line in logged] == ["pin", "unpin"]


def test_going_back_while_the_snapshot_is_looked_at(here: Caller) -> None:
    assert here.post(f"/data/snapshots/{here.snapshot}/rollback").status_code == 200
    assert here.get("/healthz").json["snapshot"] == here.snapshot


def test_a_page_of_a_snapshot_that_is_gone_leads_to_the_newest(here: Caller) -> None:
    shown = here.part("head", "snapshot=20260101T000000Z-00000000&lang=en")
    assert "Show the newest data" in shown
    assert "/data?lang=en" in shown
