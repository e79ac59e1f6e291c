"""Makes the application: settings and store in, a guarded Dash application out. Nothing happens at import."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dash_leaflet  # noqa: F401 -- component libraries are known to Dash before the first request
from dash import Dash
from flask import Flask, Response, request
from flask_compress import Compress

from dashboard import api, cameras, health, qr, routing, steps, warmup
from dashboard.answers import Answers
from dashboard.body import MAX_BYTES, Shapes
from dashboard.brief import routes as brief_routes
from dashboard.brief import template as briefs
from dashboard.context import Context, Scope, whole_area
from dashboard.desk import routes as desk
from dashboard.export import routes as export
from dashboard.guard import ASSETS, FILES, Guard, answer_errors
from dashboard.log import note_failure
from dashboard.page import Accept, Page
from dashboard.pages import PAGES
from dashboard.preview import origin_of
from dashboard.saved import routes as saved
from dashboard.scenes.file import read, shipped
from dashboard.settings import Settings
from dashboard.table import grid
from dashboard.table import routes as table
from dashboard.tiles import ground as base_tiles
from dashboard.tiles import routes as tile_routes

if TYPE_CHECKING:
    from data.store.store import Store

ROOT: Final = Path(__file__).resolve().parents[1]
COMPRESSED: Final = (
    *("text/html", "text/css", "text/plain", "text/javascript", "application/javascript"),
    *("application/json", "application/geo+json", "image/svg+xml"),
)
INDEX: Final = """<!DOCTYPE html>
<html lang="zh-CN">
    <head>
        {%metas%}
        <title>{%title%}</title>
        <link rel="icon" type="image/svg+xml" href="/assets/mark.svg">
        {%css%}
    </head>
    <body>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>"""


class Application(Dash):
    """Dash with a page configuration that keeps versions and outside addresses to itself."""

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        config.update(python_version="", dash_version_url="", disable_version_check=True, ui=False, props_check=False)
        return config


class CompressedFiles:
    """Compressed script and style files, so that each is compressed once per process; the oldest go beyond 64."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """The compressed file, where it is kept."""
        return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep a compressed file; answers that are no files have no key."""
        if key.endswith(";"):
            return
        self._kept[key] = value
        while len(self._kept) > 64:
            with contextlib.suppress(KeyError):
                self._kept.popitem(last=False)


def _file_key(asked: Any) -> str:
    is_whole_file = asked.endpoint in FILES and asked.method == "GET" and "Range" not in asked.headers
    return f"{asked.path}?{asked.args.get('m', '')}" if is_whole_file else ""


def _whole_asset(response: Response) -> Response:
    """Read an asset before it is compressed: Flask-Compress keeps only whole answers, and forgets to close streamed files."""
    if request.endpoint == ASSETS and response.status_code == 200:
        response.direct_passthrough = False
        response.make_sequence()
    return response


@contextlib.contextmanager
def _without_dash_variables() -> Iterator[None]:
    """Dash reads ``DASH_*`` (and lower case) from the environment: debug tools, prefixes, MCP. Here they mean nothing."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith("DASH_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def build_of(root: Path = ROOT, also: Path | None = None) -> str:
    """Short hash over the program's own files, and one more: changes with every release, equal in all its processes."""
    hashed = hashlib.sha256(b"" if also is None else also.read_bytes())
    for package in ("data", "layers", "dashboard"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".sql", ".js", ".css", ".toml"}:
                hashed.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return hashed.hexdigest()[:12]


def create_app(
    settings: Settings, store: Store, *, scope: Scope = whole_area, pages: Sequence[Page] | None = None, is_policy_on: bool = True
) -> Dash:
    """A guarded application, warmed up and ready for requests.

    Parameters
    ----------
    settings, store
        How the installation is set up; where its snapshots are. A store without a snapshot is served as such (503 in ``/healthz``)
        until one is published.
    scope
        Gives the areas that the viewer of the running request may see; everything unless given.
    pages
        Pages to serve; those of :mod:`dashboard.pages` unless given.
    is_policy_on
        False leaves out the content-security policy, for tests that prove the pages safe without it.
    """
    served = tuple(PAGES if pages is None else pages)
    scenes = shipped() if settings.scenes is None else read(settings.scenes)
    templates = briefs.shipped() if settings.briefs is None else briefs.read(settings.briefs)
    build = build_of() if settings.scenes is None else build_of(also=settings.scenes)
    ground = None if settings.tiles is None else base_tiles.opened(settings.tiles, settings.tiles_attribution)
    if ground is not None:
        build = f"{build}-{ground.id}"  # open screens load once where the tiles are others
    context = Context(settings, store, scope, build, Answers(settings.answers), scenes=scenes, ground=ground, templates=templates)
    server = Flask("dashboard", static_folder=None)
    server.config.update(
        DEBUG=False,
        MAX_CONTENT_LENGTH=MAX_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BYTES,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIMETYPES=list(COMPRESSED),
        COMPRESS_CACHE_BACKEND=CompressedFiles,
        COMPRESS_CACHE_KEY=_file_key,
    )
    server.url_map.merge_slashes = False
    pictures = origin_of(settings.video_template)
    guard = Guard(
        server,
        settings.hosts,
        context.metrics,
        {**desk.bodies(settings), **saved.bodies()} | brief_routes.bodies(),
        is_policy_on=is_policy_on,
        pictures=pictures,
    )
    answer_errors(server, lambda error: note_failure(context, f"request {request.endpoint}", error))
    Compress(server)
    server.after_request(_whole_asset)
    server.register_blueprint(health.routes(context))
    server.register_blueprint(api.routes(context))
    server.register_blueprint(cameras.routes(context))
    server.register_blueprint(steps.routes(context))
    server.register_blueprint(qr.routes())
    server.register_blueprint(tile_routes.routes(context))
    server.register_blueprint(desk.routes(context))
    server.register_blueprint(brief_routes.routes(context))
    server.register_blueprint(export.routes(context))
    server.register_blueprint(table.routes(context))
    server.register_blueprint(saved.routes(context))
    grid.set_library_aside()
    with _without_dash_variables():
        app = Application(
            name="dashboard",
            server=server,  # type: ignore[arg-type] # Dash takes a Flask application, its annotation does not say so
            assets_folder=str(ROOT / "dashboard" / "assets"),
            index_string=INDEX,
            title="Quanyu",
            update_title="",
            use_pages=False,
            suppress_callback_exceptions=True,
            add_log_handler=False,
            enable_mcp=False,
        )
    app.layout = lambda: routing.frame(context)
    routing.register(app, context, served)
    for page in served:
        page.register(app, context)
    warmup.set_up(app)
    guard.open(Shapes(app.callback_map, accepted(served)), (page.path for page in served), app.registered_paths, app.csp_hashes())
    warmup.rehearse(app, context)
    return app


def accepted(pages: Sequence[Page]) -> dict[str, Accept]:
    """What every input and state of a server callback may hold, over all pages."""
    rows: dict[str, Accept] = dict(routing.ACCEPTS)
    for page in pages:
        rows.update(page.accepts)
    return rows
