"""Addresses about cameras: near an event, one camera, its preview; scope, refusals and the security policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from pydantic import ValidationError

from dashboard.factory import create_app
from dashboard.guard import POLICY
from dashboard.preview import address_of, origin_of, widened
from dashboard.settings import Settings
from data import nearby, queries
from data.selection import Selection
from data.store.store import Store
from data.view import View

LOCAL = "http://localhost"
TEMPLATE = "https://media.example:8443/live/{point_id}/index.m3u8"


@pytest.fixture(scope="module")
def store(demo_store: Path) -> Store:
    return Store(demo_store)


@pytest.fixture(scope="module")
def view(store: Store) -> View:
    snapshot = store.current()
    return View(snapshot, snapshot.definition())


@pytest.fixture(scope="module")
def streets(view: View) -> tuple[str, str]:
    codes = [view.snapshot.areas.codes[ix] for ix in view.snapshot.areas.children(0)]
    return codes[0], codes[1]


@pytest.fixture(scope="module")
def client(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Any:
    player = tmp_path_factory.mktemp("player") / "hls.min.js"
    player.write_text("window.Hls = null;", encoding="utf-8")
    return create_app(Settings(video_template=TEMPLATE, video_player=player), store).server.test_client()


@pytest.fixture(scope="module")
def scoped(store: Store, streets: tuple[str, str]) -> Any:
    return create_app(Settings(video_template=TEMPLATE), store, scope=lambda: streets[:1]).server.test_client()


def get(client: Any, path: str, **query: str) -> Any:
    return client.get(path, base_url=LOCAL, query_string=query)


def case(view: View, area: str) -> dict[str, Any]:
    """A case of an area that has a position."""
    events = queries.event_page(view, Selection(area=area, window="all"), 50)["events"]
    return next(event for event in events if event["lon"] is not None)


def test_the_three_nearest_working_cameras_of_an_event(client: Any, view: View, streets: tuple[str, str]) -> None:
    event = case(view, streets[1])
    found = get(client, "/api/v1/cameras/near", event=event["event_id"]).json
    expected = nearby.nearest_cameras(view, event["lon"], event["lat"]).cameras
    assert [one["id"] for one in found["cameras"]] == expected["point_id"].tolist()
    assert [one["distance_m"] for one in found["cameras"]] == sorted(one["distance_m"] for one in found["cameras"])
    assert all(one["status"] == "在线" and "·" in one["where"] for one in found["cameras"])
    place = get(client, "/api/v1/cameras/near", lon=str(event["lon"]), lat=str(event["lat"]), lang="en").json
    assert [one["id"] for one in place["cameras"]] == [one["id"] for one in found["cameras"]]
    assert place["title"] == "Nearest working cameras"


def test_an_event_without_a_position_says_so(client: Any, view: View) -> None:
    events = queries.part_page(view, Selection(window="all"), "unmapped", "numerator", limit=1)["events"]
    found = get(client, "/api/v1/cameras/near", event=events[0]["event_id"]).json
    assert (found["cameras"], found["note"]) == ([], "事件没有位置，找不到附近的视频点位")


def test_out_of_scope_is_not_there(client: Any, scoped: Any, view: View, streets: tuple[str, str]) -> None:
    own, other = (case(view, street)["event_id"] for street in streets)
    assert get(scoped, "/api/v1/cameras/near", event=own).status_code == 200
    assert get(scoped, "/api/v1/cameras/near", event=other).status_code == 404
    theirs = {one["id"] for one in get(client, "/api/v1/cameras/near", event=other).json["cameras"]}
    mine = {one["id"] for one in get(scoped, "/api/v1/cameras/near", event=own).json["cameras"]}
    inside = set(queries.video_points(view, Selection(area=streets[0]))["point_id"])
    assert mine <= inside
    for point_id in theirs - inside:
        assert get(client, "/api/v1/camera", id=point_id).json["preview"]
        answer = get(scoped, "/api/v1/camera", id=point_id)
        assert answer.status_code == 404
        assert "media.example" not in answer.text
        assert get(scoped, "/api/v1/camera", id="no-such-camera").text == answer.text
    assert theirs - inside


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/api/v1/cameras/near", {}, 400),
        ("/api/v1/cameras/near", {"lon": "nan", "lat": "1"}, 400),
        ("/api/v1/cameras/near", {"lon": "181", "lat": "1"}, 400),
        ("/api/v1/cameras/near", {"lon": "1e999", "lat": "x"}, 400),
        ("/api/v1/cameras/near", {"event": "x" * 501}, 400),
        ("/api/v1/cameras/near", {"event": "nothing"}, 404),
        ("/api/v1/cameras/near", {"event": "a", "foo": "b"}, 400),
        ("/api/v1/camera", {}, 404),
        ("/api/v1/camera", {"id": "' OR 1=1 --"}, 404),
        ("/api/v1/camera", {"id": "a", "snapshot": "20200101T000000Z-00000000"}, 404),
        ("/api/v1/camera", {"id": "a", "snapshot": "../etc"}, 404),
    ],
)
def test_what_cannot_be_read_is_refused(client: Any, path: str, query: dict[str, str], status: int) -> None:
    assert get(client, path, **query).status_code == status


def test_a_camera_says_what_it_is_and_where_its_preview_lies(client: Any, view: View) -> None:
    row = nearby.working_cameras(view).iloc[0]
    found = get(client, "/api/v1/camera", id=row["point_id"], lang="en").json
    assert found["name"] == row["name"]
    assert ["Derived", "online"] in found["rows"]
    assert found["preview"]["address"] == f"https://media.example:8443/live/{row['point_id']}/index.m3u8"
    assert (found["preview"]["kind"], found["preview"]["player"]) == ("hls", "/api/v1/player.js")
    assert get(client, "/api/v1/player.js").text == "window.Hls = null;"


def test_without_a_template_there_is_no_preview_and_the_policy_is_as_ever(store: Store, view: View) -> None:
    plain = create_app(Settings(), store).server.test_client()
    point_id = nearby.working_cameras(view)["point_id"].iloc[0]
    assert get(plain, "/api/v1/camera", id=point_id).json["preview"] is None
    assert get(plain, "/api/v1/player.js").status_code == 404
    policy = get(plain, "/").headers["Content-Security-Policy"]
    hashes = policy.split("script-src 'self' ")[1].split(";")[0]
    assert policy == POLICY.format(hashes=hashes)
    own = create_app(Settings(video_template="/live/{point_id}.jpg"), store).server.test_client()
    assert get(own, "/").headers["Content-Security-Policy"] == policy


def test_the_policy_lets_in_one_origin_for_pictures_and_streams_alone(client: Any) -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in get(client, "/").headers["Content-Security-Policy"].split(";"))
    origin = "https://media.example:8443"
    assert {name for name, sources in rules.items() if origin in sources.split()} == {"img-src", "media-src", "connect-src"}
    assert widened(POLICY, "") == POLICY


@pytest.mark.parametrize("point_id", ["a/b?c#d", "../../etc/passwd", "名 <b>", "%2e%2e", "a;b,c'\"", "x" * 400])
def test_an_id_stays_one_piece_of_the_address(point_id: str) -> None:
    address = address_of(TEMPLATE, point_id)
    assert address is not None
    parts = urlsplit(address)
    assert (parts.netloc, parts.query, parts.fragment) == ("media.example:8443", "", "")
    assert [unquote(piece) for piece in parts.path.split("/")] == ["", "live", point_id, "index.m3u8"]
    assert address.isascii()


def test_ids_that_step_up_have_no_address() -> None:
    assert [address_of(TEMPLATE, point_id) for point_id in (".", "..")] == [None, None]
    assert address_of("", "1") is None


@pytest.mark.parametrize(
    "template",
    [
        "live",
        "//media.example/{point_id}",
        "/live/index.m3u8",
        "https://{point_id}.example/",
        "javascript:alert({point_id})",
        "https://a.example; script-src */{point_id}",
        "/live/{point_id}/{password}",
        "https://user:pass@a.example/{point_id}",
        "/a b/{point_id}",
    ],
)
def test_a_template_that_is_none_is_refused(template: str) -> None:
    with pytest.raises(ValidationError, match="point_id"):
        Settings(video_template=template)


@pytest.mark.parametrize(("template", "origin"), [("/live/{point_id}", ""), (TEMPLATE, "https://media.example:8443"), ("", "")])
def test_the_origin_follows_from_the_template(template: str, origin: str) -> None:
    assert Settings(video_template=template).video_template == template
    assert origin_of(template) == origin
