"""Cameras in the browser: from an event to the nearest, to the map, to the preview; each kind of preview starts and ends."""

from __future__ import annotations

import base64
import mimetypes
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import pytest
from werkzeug.wrappers import Request, Response

from dashboard.factory import create_app
from dashboard.settings import Settings
from data import nearby
from data.store.publish import publish
from data.store.store import Store
from data.view import View

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WAIT_S = 15
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
HOSTILE = ("<img src=x onerror='window.ran=1'>", "</script><script>window.ran=1</script>", "\u202eمرحبا 📷 " + "长" * 50)


class Pictures:
    """Stands in for a media server, elsewhere: stills, moving pictures, and files of a stream."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.again, self.ended = threading.Event(), threading.Event()

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        if len(self.asked) > 1:
            self.again.set()
        if request.path.startswith("/moving/"):
            return Response(self._frames(), mimetype="multipart/x-mixed-replace; boundary=frame")(environ, start)
        file = self.folder / request.path.rsplit("/", 1)[-1]
        if file.is_file():
            kind = "application/vnd.apple.mpegurl" if file.suffix == ".m3u8" else mimetypes.guess_type(file.name)[0] or "video/mp2t"
            return Response(file.read_bytes(), mimetype=kind, headers={"Access-Control-Allow-Origin": "*"})(environ, start)
        return Response(DOT, mimetype="image/gif")(environ, start)

    def _frames(self) -> Iterator[bytes]:
        try:
            while not self.ended.wait(0.05):
                yield b"--frame\r\nContent-Type: image/gif\r\n\r\n" + DOT + b"\r\n"
        finally:
            self.ended.set()


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(tmp_path)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1366, "height": 768})
    tab.set_default_timeout(30_000)
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def camera_id(demo_store: Path) -> str:
    """A working camera with a heading."""
    with Store(demo_store).lease() as snapshot:
        working = nearby.working_cameras(View(snapshot, snapshot.definition()))
    return str(working.loc[working["heading"].notna(), "point_id"].iloc[0])


def opened(page: Page, address: str, point_id: str) -> list[str]:
    """The screen with a camera's card, as the address of the camera opens it; gives what the console said."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(f"{error} {error.stack}"))
    page.goto(f"{address}/?layers=areas,video#camera={quote(point_id, safe='')}")
    page.wait_for_selector(".camera-terms")
    return said


def test_from_an_event_to_a_camera_on_the_map(page: Page, demo_store: Path, serve: Callable[[Any], str], pictures: Pictures) -> None:
    template = serve(pictures) + "/still/{point_id}.gif"
    address = serve(create_app(Settings(video_template=template, video_kind="still", video_seconds=0.2), Store(demo_store)).server)
    page.goto(f"{address}/?window=90d")
    page.click("details.line summary")
    page.wait_for_selector(".line[open] .near-camera, .line[open] .near .quiet")
    page.wait_for_function("() => window.quanyu.map.state().ready")
    mark = page.evaluate(
        "() => window.quanyu.map.state().marks.find(mark => mark.kind === 'overdue' && !mark.n && mark.x > 300 && mark.y > 60)"
    )
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    page.keyboard.press("Escape")
    page.mouse.click(box["x"] + mark["x"], box["y"] + mark["y"])
    page.wait_for_selector(".camera-card .near-camera, .camera-terms")
    page.evaluate("() => window.quanyuCameras.near({ lon: 111.3, lat: 27.4 }, '事件')")
    page.wait_for_selector(".camera-card .near-camera")
    assert page.locator(".camera-card .near-camera").count() == 3
    assert "·" in page.inner_text(".camera-card .near-where >> nth=0")
    point_id = page.get_attribute(".camera-card .near-camera", "data-camera")
    pictures.asked.clear()
    page.click(".camera-card .near-camera")
    page.wait_for_selector(".camera-terms")
    assert point_id is not None
    assert point_id in page.inner_text(".camera-terms")
    page.wait_for_function("() => window.quanyu.map.state().picked && window.quanyu.map.state().ready")
    page.wait_for_function("() => document.querySelector('.camera-picture').naturalWidth > 0")
    assert pictures.again.wait(WAIT_S), "a still is fetched again"
    assert set(pictures.asked) == {f"/still/{point_id}.gif"}
    picture = page.query_selector(".camera-picture")
    page.click(".camera-close")
    assert picture is not None
    assert picture.evaluate("image => image.isConnected || image.hasAttribute('src')") is False
    assert page.locator(".camera-card").count() == 0
    page.wait_for_function("() => !window.quanyu.map.state().picked")


def test_wedges_only_when_looked_at_closely(page: Page, address: str, camera_id: str) -> None:
    page.goto(f"{address}/?layers=areas,video")
    page.wait_for_function("() => window.quanyu.map.state().ready")
    assert page.evaluate("() => window.quanyu.map.state().wedges") == 0
    said = opened(page, address, camera_id)
    page.wait_for_function("() => window.quanyu.map.state().picked && window.quanyu.map.state().wedges > 0")
    assert page.locator(".camera-screen").count() == 0, "no template, no preview"
    page.keyboard.press("Escape")
    assert page.locator(".camera-card").count() == 0
    assert said == []


def test_a_blind_spot_opens_to_its_cases_from_map_and_list(page: Page, address: str) -> None:
    page.goto(f"{address}/?scene=video&window=all&layers=blind_spots")
    page.wait_for_function("() => window.quanyu.map.state().ready && window.quanyu.map.state().spots > 0")
    listed = page.locator(".spot .opener").first
    shown = listed.inner_text()
    page.click(".spot button")
    page.wait_for_function("() => window.quanyu.map.state().picked && window.quanyu.map.state().ready")
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.wait_for_selector(".quanyu-tip:not([hidden])")
    assert shown in page.inner_text(".quanyu-tip-name")
    page.mouse.click(*middle)
    page.wait_for_selector(".opened[open] .opened-value")
    assert page.inner_text(".opened-value").split()[0].startswith(shown)
    page.wait_for_selector(".opened tr[data-event]")


def test_moving_pictures_end_with_the_card(
    page: Page, demo_store: Path, serve: Callable[[Any], str], pictures: Pictures, camera_id: str
) -> None:
    template = serve(pictures) + "/moving/{point_id}"
    address = serve(create_app(Settings(video_template=template, video_kind="mjpeg"), Store(demo_store)).server)
    said = opened(page, address, camera_id)
    page.wait_for_function("() => document.querySelector('.camera-picture').naturalWidth > 0")
    assert not pictures.ended.is_set()
    page.click(".camera-close")
    assert pictures.ended.wait(WAIT_S), "the connection is closed"
    assert said == []


def test_a_stream_plays_and_ends(page: Page, demo_store: Path, serve: Callable[[Any], str], pictures: Pictures, camera_id: str) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed: no stream can be made")
    made = ["-f", "lavfi", "-i", "testsrc=size=160x90:rate=10", "-t", "4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10"]
    subprocess.run(
        [ffmpeg, "-v", "error", *made, "-hls_time", "1", "-hls_list_size", "0", str(pictures.folder / "index.m3u8")], check=True, timeout=60
    )
    template = serve(pictures) + "/live/{point_id}/index.m3u8"
    address = serve(create_app(Settings(video_template=template), Store(demo_store)).server)
    said = opened(page, address, camera_id)
    if not page.evaluate("() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl')"):
        assert "QUANYU_VIDEO_PLAYER" in page.inner_text(".camera-words")
        return
    page.wait_for_function("() => document.querySelector('video.camera-picture').currentTime > 0.2")
    video = page.query_selector("video.camera-picture")
    page.click(".camera-close")
    assert video is not None
    assert video.evaluate("video => video.paused && !video.hasAttribute('src') && video.networkState === HTMLMediaElement.NETWORK_EMPTY")
    assert said == []


@pytest.fixture(scope="module")
def hostile(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with hostile ids, names, owners and kinds of cameras."""
    folder = tmp_path_factory.mktemp("hostile_cameras")
    file = folder / "built.duckdb"
    shutil.copy(Store(demo_store).current().path, file)
    with duckdb.connect(str(file)) as connection:
        for at, text in enumerate(HOSTILE):
            connection.execute(
                "UPDATE video_point SET name = ? || point_ix, owner = ?, kind = ?, point_id = ? || point_id "
                "WHERE NOT is_device AND point_ix % 3 = ?",
                [text, text, text, text, at],
            )
        connection.execute("CHECKPOINT")
    publish(folder / "store", file, {"sources": []})
    return folder / "store"


def test_hostile_names_and_ids_are_text_everywhere(page: Page, hostile: Path, serve: Callable[[Any], str], pictures: Pictures) -> None:
    template = serve(pictures) + "/still/{point_id}.gif"
    settings = Settings(video_template=template, video_kind="still")
    address = serve(create_app(settings, Store(hostile), is_policy_on=False).server)
    with Store(hostile).lease() as snapshot:
        working = nearby.working_cameras(View(snapshot, snapshot.definition()))
        chosen = [working[working["name"].str.startswith(text)].iloc[0] for text in HOSTILE]
    opened(page, address, chosen[0]["point_id"])
    for row in chosen:
        page.evaluate("id => window.quanyuCameras.show(id)", row["point_id"])
        page.wait_for_selector(".camera-terms")
        assert page.inner_text(".camera-card h2") == row["name"]
        assert row["owner"] in page.inner_text(".camera-terms")
        page.wait_for_function("() => document.querySelector('.camera-picture').naturalWidth > 0")
        page.wait_for_function("() => window.quanyu.map.state().picked && window.quanyu.map.state().ready")
        box = page.locator(".leaflet-container").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_selector(".quanyu-tip:not([hidden])")
        assert page.inner_text(".quanyu-tip-name").strip()
        page.evaluate("([lon, lat]) => window.quanyuCameras.near({ lon, lat }, 'x')", [row["lon"], row["lat"]])
        page.wait_for_selector(".near-camera")
        assert page.locator(".camera-card img, .camera-card script").count() == 0
    assert all("\n" not in path for path in pictures.asked)
    page.goto(f"{address}/?open=video_online_rate")
    page.wait_for_selector(".opened tr[data-point]")
    assert "onerror" in page.inner_text(".opened table")
    assert page.locator(".opened table img, .opened table script").count() == 0
    assert page.evaluate("() => window.ran") is None
