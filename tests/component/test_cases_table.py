"""The rows of the table over HTTP: strict, in order, of the viewer's scope; a case opened under it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from dashboard.table.columns import COLUMNS
from data.case_table import ORDERS
from data.selection import Selection
from data.store.store import Store
from data.view import View

LOCAL = "http://localhost"


@pytest.fixture(scope="module")
def store(demo_store: Path) -> Store:
    return Store(demo_store)


@pytest.fixture(scope="module")
def view(store: Store) -> View:
    snapshot = store.current()
    return View(snapshot, snapshot.definition())


@pytest.fixture(scope="module")
def client(store: Store) -> Any:
    return create_app(Settings(), store).server.test_client()


@pytest.fixture(scope="module")
def scoped(store: Store, view: View) -> Any:
    code = view.snapshot.areas.codes[view.snapshot.areas.children(0)[0]]
    return create_app(Settings(), store, scope=lambda: (code,)).server.test_client()


def get(client: Any, path: str) -> Any:
    return client.get(path, base_url=LOCAL, buffered=True)


def test_every_sortable_column_has_an_order_and_the_other_way_round() -> None:
    assert {column.key for column in COLUMNS if column.is_sortable} == set(ORDERS)


def test_pages_of_every_order_hold_every_case_once(client: Any) -> None:
    events = get(client, "/api/v1/events?window=90d&limit=1000").json
    for by in ORDERS:
        seen: list[str] = []
        for start in range(0, events["total"] + 1, 400):
            answer = get(client, f"/cases/rows?window=90d&start={start}&count=400&by={by}&down=0")
            assert answer.status_code == 200
            assert answer.json["total"] == events["total"]
            seen += [row["event_id"] for row in answer.json["rows"]]
        assert len(seen) == len(set(seen)) == events["total"]


def test_void_cases_are_listed_where_they_are_asked_for(client: Any) -> None:
    found = get(client, "/cases/rows?window=all&stage=void&count=500&lang=en").json
    assert found["total"] == get(client, "/api/v1/events?window=all&stage=void&limit=1").json["total"] > 0
    assert {row["stage"] for row in found["rows"]} == {"Void"}


@pytest.mark.parametrize(
    "query", ["nope=1", "start=-1", "start=x", "count=501", "by=title", "down=2", "start=1&start=2", "area=nowhere", "start=%D9%A1"]
)
def test_what_cannot_be_read_is_refused(client: Any, query: str) -> None:
    answer = get(client, f"/cases/rows?{query}")
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")


def test_a_scoped_viewer_sees_and_opens_the_scope_alone(client: Any, scoped: Any, view: View) -> None:
    areas = view.snapshot.areas
    own = areas.children(0)[0]
    everything = get(client, "/cases/rows?window=all&count=500").json
    mine = get(scoped, "/cases/rows?window=all&count=500").json
    assert 0 < mine["total"] < everything["total"]
    names = {areas.names[ix] for ix in areas.children(0) if ix != own}
    assert not [row for row in mine["rows"] if any(name in row["area"] for name in names)]
    shown = {row["event_id"] for row in mine["rows"]}
    theirs = next(row["event_id"] for row in everything["rows"] if areas.names[own] not in row["area"])
    for identity, is_seen in ((theirs, False), (next(iter(shown)), True)):
        text = opened(scoped, f"case?id={identity}")
        assert ("course" in text) is is_seen, text[:300]


@pytest.mark.parametrize("value", ["case", "case?id=", "nothing?id=RX1", "case?id=" + "x" * 300])
def test_what_names_no_case_is_not_opened(client: Any, value: str) -> None:
    assert "打不开" in opened(client, value)


def opened(client: Any, value: str) -> str:
    """What the panel says, as the browser gets it."""
    layout = get(client, "/_dash-dependencies").json
    output = next(one["output"] for one in layout if one["output"].startswith("opened-body.children"))
    body = {
        "output": output,
        "outputs": {"id": "opened-body", "property": "children"},
        "inputs": [{"id": "opened", "property": "data", "value": {"n": 1, "base": Selection(window="all").query(), "open": value}}],
        "changedPropIds": ["opened.data"],
    }
    answer = client.post(
        "/_dash-update-component", data=orjson.dumps(body), base_url=LOCAL, content_type="application/json", headers={"Origin": LOCAL}
    )
    assert answer.status_code == 200, answer.text
    return str(orjson.loads(answer.data)["response"]).encode("utf-8", "replace").decode()
