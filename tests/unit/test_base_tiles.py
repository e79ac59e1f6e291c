"""Base tiles of every kind: what is read, what is refused in words, and that nothing outside is reached."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from dash import html
from flask import Flask

from dashboard.context import Context
from dashboard.factory import create_app
from dashboard.page import Page
from dashboard.settings import Settings
from dashboard.tiles.coverage import checked
from dashboard.tiles.ground import opened
from dashboard.tiles.pmtiles import tile_id
from dashboard.tiles.routes import routes
from data.errors import ConfigError
from data.store.store import Store

LOCAL = "http://localhost:8050"
JPEG = b"\xff\xd8\xff\xe0 not a whole one, but known by its beginning"
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "
Place = tuple[int, int, int]


def png(shade: int) -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes([0, shade]))) + chunk(b"IEND", b"")


WORLD: Mapping[Place, bytes] = {(0, 0, 0): png(0), **{(1, x, y): png(10 + 2 * x + y) for x in (0, 1) for y in (0, 1)}, (3, 5, 2): png(99)}
"""Columns count from the west, rows from the north."""
ORDER: Mapping[Place, int] = {(0, 0, 0): 0, (1, 0, 0): 1, (1, 0, 1): 2, (1, 1, 1): 3, (1, 1, 0): 4, (3, 5, 2): 21 + 48 + 4 + 3}
"""Tile ids: the first five as in the specification; the last by hand: fourth quarter, there the second, there the fourth."""


def folder(path: Path) -> Path:
    for (z, x, y), content in WORLD.items():
        place = path / "base" / str(z) / str(x)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{y}.png").write_bytes(content)
    return path / "base"


def mbtiles(path: Path, tiles: Mapping[Place, bytes] = WORLD, **said: str) -> Path:
    made = path / "base.mbtiles"
    with sqlite3.connect(made) as connection:
        connection.execute("CREATE TABLE metadata (name text, value text)")
        connection.execute("CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)")
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", {"name": "base", "format": "png", **said}.items())
        south_first = [(z, x, 2**z - 1 - y, content) for (z, x, y), content in tiles.items()]
        connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", south_first)
    connection.close()
    return made


def varints(*numbers: int) -> bytes:
    found = bytearray()
    for number in numbers:
        left = number
        while left > 127:
            found.append(left & 127 | 128)
            left >>= 7
        found.append(left)
    return bytes(found)


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """First id, run, length, offset of each."""
    firsts = [entry[0] for entry in entries]
    steps = [here - before for before, here in zip([0, *firsts], firsts, strict=False)]
    columns = (steps, [entry[1] for entry in entries], [entry[2] for entry in entries], [entry[3] + 1 for entry in entries])
    return varints(len(entries), *(number for column in columns for number in column))


def pmtiles(path: Path, *, squeeze: Callable[[bytes], bytes] = gzip.compress, inner: int = 2, kind: int = 2, version: int = 3) -> Path:
    """A root directory with the world, and one below it with the rest."""
    body, leaf, rows = b"", [], []
    for place in sorted(WORLD, key=lambda place: ORDER[place]):
        (leaf if place[0] else rows).append((ORDER[place], 1, len(WORLD[place]), len(body)))
        body += WORLD[place]
    below = squeeze(directory(leaf))
    root = squeeze(directory([*rows, (1, 0, len(below), 0)]))
    about = squeeze(json.dumps({"attribution": '<a href="https://x.example">© A &amp; B</a>'}).encode())
    starts = [127, 127 + len(root), 127 + len(root) + len(about), 127 + len(root) + len(about) + len(below)]
    sizes = [len(root), len(about), len(below), len(body)]
    places = [number for pair in zip(starts, sizes, strict=True) for number in pair]
    head = b"PMTiles" + bytes([version]) + struct.pack("<11Q", *places, 6, 6, 6) + bytes([1, inner, 1, kind, 0, 3])
    head += struct.pack("<4i", -1800000000, -850000000, 1800000000, 850000000) + bytes(9)
    made = path / "base.pmtiles"
    made.write_bytes(head + root + about + below + body)
    return made


def plain_pmtiles(path: Path) -> Path:
    return pmtiles(path, squeeze=bytes, inner=1)


KINDS = [folder, mbtiles, pmtiles, plain_pmtiles]


@pytest.mark.parametrize("make", KINDS)
def test_every_kind_gives_the_tile_of_the_place(make: Callable[[Path], Path], tmp_path: Path) -> None:
    ground = opened(make(tmp_path))
    for place, content in WORLD.items():
        assert ground.picture(*place) == (content, "image/png"), place
    for absent in [(3, 5, 3), (3, 4, 2), (2, 0, 0), (4, 0, 0), (1, 2, 0), (1, 0, -1), (3, 7, 7)]:
        assert ground.picture(*absent) is None, absent
    assert (ground.coverage.least_zoom, ground.coverage.most_zoom) == (0, 3)


def test_the_curve_goes_through_neighbours_and_every_place_once() -> None:
    """The definition of the curve: each level fills its own range, and each step goes to a neighbour."""
    for z in range(6):
        places = {tile_id(z, x, y): (x, y) for x in range(2**z) for y in range(2**z)}
        first = sum(4**level for level in range(z))
        assert sorted(places) == list(range(first, first + 4**z))
        for here in range(first + 1, first + 4**z):
            assert abs(places[here][0] - places[here - 1][0]) + abs(places[here][1] - places[here - 1][1]) == 1
    assert {place: tile_id(*place) for place in ORDER} == ORDER


def test_a_run_is_one_picture_for_many_places(tmp_path: Path) -> None:
    root, picture = directory([(0, 5, len(png(7)), 0)]), png(7)
    made = tmp_path / "sea.pmtiles"
    places = struct.pack("<11Q", 127, len(root), 0, 0, 0, 0, 127 + len(root), len(picture), 5, 1, 1)
    made.write_bytes(b"PMTiles\x03" + places + bytes([1, 1, 1, 2, 0, 2]) + struct.pack("<4i", 0, 0, 0, 0) + bytes(9) + root + picture)
    ground = opened(made)
    assert [ground.picture(*place) for place in [(0, 0, 0), (1, 1, 0), (2, 0, 0)]] == [(picture, "image/png")] * 2 + [None]
    assert ground.coverage.bounds is None, "bounds of no width say nothing"


def test_what_the_tiles_say_of_themselves(tmp_path: Path) -> None:
    bounded = opened(mbtiles(tmp_path, bounds="119.5,29,122,30.5", attribution="<b>Survey</b> &lt;2026&gt;"))
    assert bounded.coverage.bounds == (119.5, 29, 122, 30.5)
    assert bounded.attribution == "Survey <2026>"
    assert opened(tmp_path / "base.mbtiles", "ours <i>").attribution == "ours <i>"
    assert opened(pmtiles(tmp_path)).attribution == "© A & B"
    (tmp_path / "there" / "4" / "13").mkdir(parents=True)
    (tmp_path / "there" / "4" / "13" / "6.webp").write_bytes(WEBP)
    west, south, east, north = opened(tmp_path / "there").coverage.bounds or ()
    # the fourteenth of sixteen columns, and the seventh of sixteen rows: the equator lies under the eighth
    assert (west, east) == (112.5, 135.0)
    assert (north, south) == pytest.approx((40.9799, 21.9430), abs=1e-4)


@pytest.mark.parametrize("wrong", [(1, 0, 1, 5), (0, 5, 1, 5), (0, 90, 1, 91), (0, 0, float("nan"), 1)])
def test_bounds_that_cannot_be_are_left_out(wrong: tuple[float, float, float, float]) -> None:
    assert checked(wrong) is None


@pytest.mark.parametrize("make", KINDS)
def test_the_address_changes_with_the_tiles_only(make: Callable[[Path], Path], tmp_path: Path) -> None:
    made = make(tmp_path)
    before = opened(made).id
    assert opened(made).id == before
    os.utime(made, ns=(0, 0))
    assert opened(made).id != before


def _vector(path: Path) -> Path:
    return mbtiles(path, {(0, 0, 0): gzip.compress(b"\x1a\x00")}, format="pbf")


def _nameless_vector(path: Path) -> Path:
    return mbtiles(path, {(0, 0, 0): gzip.compress(b"\x1a\x00")}, format="png")


def _cut(path: Path) -> Path:
    made = pmtiles(path)
    made.write_bytes(made.read_bytes()[:130])
    return made


def _text(path: Path) -> Path:
    (path / "a.mbtiles").write_text("no tiles")
    return path / "a.mbtiles"


def _database(path: Path) -> Path:
    with sqlite3.connect(path / "a.db") as connection:
        connection.execute("CREATE TABLE people (name text)")
    connection.close()
    return path / "a.db"


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda path: path / "nowhere", "cannot be read"),
        (lambda path: path, "without such files"),
        (_text, "another kind"),
        (_database, "not MBTiles"),
        (lambda path: mbtiles(path, {}), "without a tile"),
        (_vector, "vector tiles"),
        (_nameless_vector, "not PNG, JPEG or WebP"),
        (lambda path: mbtiles(path, {(30, 0, 0): png(1)}), "zoom levels"),
        (lambda path: pmtiles(path, kind=1), "vector tiles"),
        (lambda path: pmtiles(path, version=2), "version 2"),
        (lambda path: pmtiles(path, inner=4), "compression"),
        (_cut, "damaged"),
    ],
)
def test_what_cannot_be_drawn_ends_the_start_with_a_sentence(make: Callable[[Path], Path], found: str, tmp_path: Path) -> None:
    made = make(tmp_path)
    with pytest.raises(ConfigError) as caught:
        opened(made)
    said = str(caught.value)
    assert said.startswith(f"QUANYU_TILES is {str(made)!r}: expected a folder z/x/y.png")
    assert found in said
    assert said.endswith(".")


def _page(context: Any, query: str) -> Any:
    return html.Div(query)


def asking(server: Flask) -> Callable[..., Any]:
    client = server.test_client()
    return lambda address, method="GET": client.open(address, method=method, base_url=LOCAL, buffered=True)


def guarded(store: Path, tiles: Path | None) -> Callable[..., Any]:
    page = Page("/", "planted", {"zh": "页", "en": "Page"}, _page, lambda app, context: None)
    return asking(create_app(Settings(tiles=tiles), Store(store), pages=[page]).server)


def bare(made: Path) -> tuple[Callable[..., Any], Context]:
    """The address alone, without the rest of the application."""
    context = Context(Settings(), Store(made.parent / "store"), ground=opened(made))
    server = Flask("bare", static_folder=None)
    server.register_blueprint(routes(context))
    return asking(server), context


def test_an_address_gives_its_picture_for_good_and_anything_else_is_not_there(tmp_path: Path) -> None:
    made = folder(tmp_path)
    ask, release = guarded(tmp_path / "store", made), opened(made).id
    answer = ask(f"/tiles/{release}/1/0/1")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, WORLD[1, 0, 1], "image/png")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for rest in [
        *(
            "2/0/0",
            "1/2/0",
            "1/0/2",
            "25/0/0",
            "99999999999/0/0",
            "1/-1/0",
            "1/0/1.png",
            "1/0/+1",
            "1/0/01",
            "1/0/1%20",
            "1/0/\u0661",
            "1/0/x",
        ),
        *("1/0/..", "../../etc/passwd", "1/..%2f..%2f/1", "1/%2e%2e/1", "1/0/1%00", "1/0", "1/0/1/", "1//1"),
    ]:
        missing = ask(f"/tiles/{release}/{rest}")
        assert (missing.status_code, missing.data) == (404, b"Not found.\n"), rest
    assert ask("/tiles/000000000000/1/0/1").status_code == 404
    assert ask(f"/tiles/{release}/1/0/1", "POST").status_code == 405
    assert guarded(tmp_path / "store", None)(f"/tiles/{release}/1/0/1").status_code == 404


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "1.png").write_bytes(png(255))
    made = folder(tmp_path)
    (made / "2" / "3").mkdir(parents=True)
    (made / "2" / "3" / "0.png").symlink_to(secret / "1.png")
    (made / "2" / "2").symlink_to(secret)
    (made / "2" / "3" / "1.png").symlink_to(made / "0" / "0" / "0.png")
    (made / "2" / "3" / "2.jpg").write_bytes(JPEG)
    (made / "2" / "3" / "3.png").write_text("<script>")
    ask, context = bare(made)
    assert context.ground is not None
    found = {place: ask(f"/tiles/{context.ground.id}/2/{place}") for place in ("3/0", "2/1", "3/1", "3/2", "3/3")}
    assert {place: answer.status_code for place, answer in found.items()} == {"3/0": 404, "2/1": 404, "3/1": 200, "3/2": 200, "3/3": 404}
    assert found["3/2"].mimetype == "image/jpeg"


@pytest.mark.parametrize("make", [mbtiles, pmtiles])
def test_a_file_that_is_cut_or_goes_is_a_tile_that_is_not_there(make: Callable[[Path], Path], tmp_path: Path) -> None:
    made = make(tmp_path)
    ask, context = bare(made)
    assert context.ground is not None
    address = f"/tiles/{context.ground.id}/3/5/2"
    assert ask(address).data == WORLD[3, 5, 2]
    made.write_bytes(made.read_bytes()[:400])
    assert ask(address).status_code == 404
    made.unlink()
    assert ask(address).status_code == 404
    assert context.metrics.failures.labels("tiles")._value.get() == 2
    assert list(tmp_path.glob("base*")) == [], "reading makes no file"
