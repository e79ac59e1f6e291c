"""The programming interface on the demo district: the promised objects, strict selections, scope."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.indicators.ask import ask
from data.selection import Selection
from data.store.store import Store
from data.view import View
from layers.registry import LAYERS

LOCAL = "http://localhost"


@pytest.fixture(scope="module")
def store(demo_store: Path) -> Store:
    return Store(demo_store)


@pytest.fixture(scope="module")
def view(store: Store) -> View:
    snapshot = store.current()
    return View(snapshot, snapshot.definition())


@pytest.fixture(scope="module")
def street(view: View) -> int:
    return view.snapshot.areas.children(0)[1]


@pytest.fixture(scope="module")
def client(store: Store) -> Any:
    return create_app(Settings(), store).server.test_client()


@pytest.fixture(scope="module")
def scoped(store: Store, view: View, street: int) -> Any:
    codes = (view.snapshot.areas.codes[street],)
    return create_app(Settings(), store, scope=lambda: codes).server.test_client()


def get(client: Any, path: str, **arguments: Any) -> Any:
    return client.get(path, base_url=LOCAL, buffered=True, **arguments)


def test_ask_is_the_same_object_as_on_the_command_line(client: Any, view: View) -> None:
    query = "window=30d&stage=closed&lang=en"
    answer = get(client, f"/api/v1/ask?{query}")
    assert answer.status_code == 200
    assert answer.json == orjson.loads(orjson.dumps(ask(view, Selection.parse_strict(query), "en"), option=orjson.OPT_SERIALIZE_NUMPY))


def test_pages_of_events_hold_every_case_once(client: Any) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    total = None
    while cursor is not None:
        answer = get(client, "/api/v1/events", query_string={"window": "30d", "limit": 50} | ({"cursor": cursor} if cursor else {})).json
        total = answer["total"]
        seen += [event["event_id"] for event in answer["events"]]
        cursor = answer["next"]
        assert len(seen) <= total
    assert len(seen) == len(set(seen)) == total
    assert total > 50


@pytest.mark.parametrize(
    "query",
    [
        "nope=1",
        "from=yesterday",
        "stage=gone",
        "area=nowhere",
        "level=nowhere",
        "q=%00",
        "area=%FF",
        "definition=a@b",
        "bbox=1,2",
        "&".join(["q=a"] * 99),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/ask", "/api/v1/events", "/api/v1/areas.geojson"])
def test_a_selection_that_cannot_be_read_is_refused_with_a_sentence(client: Any, path: str, query: str) -> None:
    answer = get(client, f"{path}?{query}")
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=ten", "limit=1&limit=2", "cursor=x", "cursor=-1~a", "limit=%D9%A1"])
def test_paging_that_cannot_be_read_is_refused(client: Any, query: str) -> None:
    assert get(client, f"/api/v1/events?{query}").status_code == 400


def test_a_snapshot_that_is_not_there_is_never_replaced(client: Any) -> None:
    for path in ("/api/v1/ask", "/api/v1/events", "/api/v1/areas.geojson"):
        answer = get(client, f"{path}?snapshot=20200101T000000Z-00000000")
        assert answer.status_code == 404
        assert "no longer kept" in answer.json["error"]


def test_boundaries_are_one_feature_for_each_area(client: Any, view: View) -> None:
    for depth, level in enumerate(view.snapshot.levels):
        answer = get(client, f"/api/v1/areas.geojson?level={level}")
        codes = [feature["properties"]["area_code"] for feature in orjson.loads(answer.data)["features"]]
        assert codes == [view.snapshot.areas.codes[ix] for ix in view.snapshot.areas.within(0, depth)]


def test_boundaries_are_kept_by_browsers_for_as_long_as_they_hold(client: Any, view: View) -> None:
    live = get(client, "/api/v1/areas.geojson")
    assert live.headers["Cache-Control"] == "private, no-cache"
    assert get(client, "/api/v1/areas.geojson", headers={"If-None-Match": live.headers["ETag"]}).status_code == 304
    pinned = get(client, f"/api/v1/areas.geojson?snapshot={view.snapshot.id}")
    assert pinned.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_layer_files_never_change(client: Any, view: View) -> None:
    code = view.snapshot.areas.codes[0]
    answer = get(client, f"/layers/areas/{view.snapshot.id}/{code}.json")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    for path in (
        f"/layers/nope/{view.snapshot.id}/{code}.json",
        f"/layers/areas/{view.snapshot.id}/nope.json",
        f"/layers/areas/nope/{code}.json",
    ):
        assert get(client, path).status_code == 404, path


def test_answers_are_compressed(client: Any) -> None:
    for coding in ("br", "gzip"):
        answer = get(client, "/api/v1/ask", headers={"Accept-Encoding": coding})
        assert answer.headers["Content-Encoding"] == coding
        assert answer.headers["Vary"]


def test_part_of_a_file_is_not_kept_as_the_whole(client: Any) -> None:
    headers = {"Accept-Encoding": "br", "Range": "bytes=0-9"}
    get(client, "/assets/live.js", headers=headers)
    assert len(get(client, "/assets/live.js").data) > 1000
    whole = get(client, "/assets/live.js", headers={"Accept-Encoding": "br"})
    assert len(whole.data) > 500


def outside(view: View, street: int) -> list[int]:
    areas = view.snapshot.areas
    return [ix for ix in range(len(areas)) if not street <= ix <= areas.last[street] and ix not in areas.path(street)]


def own_words(view: View, street: int) -> str:
    """Everything written about the street: its areas' names, and texts that happen to name others (a camera, an address)."""
    span = {"low": street, "high": int(view.snapshot.areas.last[street])}
    texts = [view.snapshot.areas.names[ix] for ix in range(span["low"], span["high"] + 1)]
    for column, table in (("name", "video_point"), ("title", "event"), ("address", "event"), ("description", "event")):
        found = view.snapshot.frame(f"SELECT DISTINCT {column} AS text FROM {table} WHERE area_ix BETWEEN $low AND $high", span)
        texts += found["text"].dropna().tolist()
    return " ".join(texts)


def test_a_scoped_viewer_is_told_nothing_of_other_areas(scoped: Any, view: View, street: int) -> None:
    areas = view.snapshot.areas
    others = outside(view, street)
    own = own_words(view, street)
    foreign = {areas.codes[ix] for ix in others} | {name for ix in others if (name := areas.names[ix]) not in own}
    queries = ["", "window=all", f"area={areas.codes[0]}&window=all", f"grid={areas.codes[others[0]]},{areas.codes[street]}&window=all"]
    queries += [f"area={areas.codes[others[-1]]}", "bbox=-180,-90,180,90&window=all", "q=a&window=all"]
    paths = [f"{path}?{query}" for path in ("/api/v1/ask", "/api/v1/events") for query in queries]
    paths += [f"/api/v1/areas.geojson?level={level}" for level in view.snapshot.levels]
    paths += [f"/layers/{key}/{view.snapshot.id}/{areas.codes[ix]}.json" for key in LAYERS for ix in (0, street, others[0], others[-1])]
    told = 0
    for path in paths:
        answer = get(scoped, path)
        assert answer.status_code < 500, path
        asked_for = {code for code in foreign if code in path}
        assert [word for word in foreign - asked_for if word in answer.text] == [], path
        told += answer.status_code == 200
    assert told >= 6


def test_a_scoped_total_is_the_scope_alone(scoped: Any, view: View, street: int) -> None:
    last = int(view.snapshot.areas.last[street])
    own = view.snapshot.frame(
        "SELECT count(*) AS n FROM event JOIN outcome USING (outcome_ix) "
        "WHERE area_ix BETWEEN $low AND $high AND NOT is_void AND NOT is_duplicate",
        {"low": street, "high": last},
    )["n"].iloc[0]
    assert get(scoped, "/api/v1/events?window=all&limit=1").json["total"] == own
    assert get(scoped, "/api/v1/ask?window=all").json["indicators"]["accepted"]["value"] == own


def test_a_viewer_of_nothing_sees_nothing(store: Store, view: View) -> None:
    nobody = create_app(Settings(), store, scope=lambda: ()).server.test_client()
    assert get(nobody, "/api/v1/events?window=all").json["total"] == 0
    assert orjson.loads(get(nobody, "/api/v1/areas.geojson?level=" + view.snapshot.levels[-1]).data)["features"] == []
    for key in LAYERS:
        assert get(nobody, f"/layers/{key}/{view.snapshot.id}/{view.snapshot.areas.codes[0]}.json").status_code == 404


def test_two_viewers_of_one_process_do_not_share_answers(store: Store, view: View, street: int) -> None:
    now: list[tuple[str, ...] | None] = [None]
    client = create_app(Settings(), store, scope=lambda: now[0]).server.test_client()
    everything = get(client, "/api/v1/ask?window=all").json["indicators"]["accepted"]["value"]
    now[0] = (view.snapshot.areas.codes[street],)
    part = get(client, "/api/v1/ask?window=all").json["indicators"]["accepted"]["value"]
    assert 0 < part < everything


def test_health_says_what_is_served(client: Any, view: View) -> None:
    answer = get(client, "/healthz")
    assert answer.status_code == 200
    assert set(answer.json) == {"status", "snapshot", "as_of", "age_s", "reason"}
    assert (answer.json["status"], answer.json["snapshot"], answer.json["reason"]) == ("ok", view.snapshot.id, None)
    assert get(client, "/api/v1/generation").json["generation"] == view.snapshot.id


def test_a_damaged_new_snapshot_leaves_the_last_good_one_and_says_so(demo_store: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_store, tmp_path / "store")
    client = create_app(Settings(), Store(tmp_path / "store")).server.test_client()
    before = get(client, "/healthz").json
    (tmp_path / "store" / "CURRENT").write_text("20991231T000000Z-0123abcd\n", encoding="utf-8")
    after = get(client, "/healthz")
    assert (after.status_code, after.json["status"], after.json["snapshot"]) == (200, "degraded", before["snapshot"])
    assert after.json["reason"]
    assert str(tmp_path) not in after.text
    assert get(client, "/api/v1/generation").json["status"] == "degraded"
    assert get(client, "/api/v1/ask").status_code == 200


def test_metrics_count_requests_and_refusals(client: Any) -> None:
    get(client, "/nowhere")
    said = get(client, "/metrics").text
    assert 'quanyu_requests_total{kind="api.asked",status="200"}' in said
    assert 'quanyu_refusals_total{reason="path"}' in said
    assert "quanyu_snapshot_age_seconds " in said
    assert "quanyu_up 1" in said
