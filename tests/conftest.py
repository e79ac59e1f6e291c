"""What tests share: the real data folder, a demo store built once, a server on a free port, one Chromium."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from tests.prepare import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DEMO_AS_OF = dt.datetime(2026, 11, 22, 0, 0, tzinfo=dt.UTC)
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, or skip and say so."""
    folder = Path(os.environ.get("QUANYU_REAL_DATA", ""))
    if not os.environ.get("QUANYU_REAL_DATA") or not folder.is_dir():
        pytest.skip("QUANYU_REAL_DATA names no folder with real data")
    return folder


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the small demo district (5,000 events), built once by the road real data take. Do not write to it."""
    from data.demo import demo

    folder = tmp_path_factory.mktemp("demo")
    demo(scale="small", seed=1, out=folder / "files", store=folder / "store", as_of=DEMO_AS_OF)
    return folder / "store"


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Any], str]]:
    """Serve a WSGI application on a free loopback port; gives its address."""
    servers = []

    def start(application: Any) -> str:
        server = make_server("127.0.0.1", 0, application, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        pytest.fail("Chromium is not installed; run `make test`, which installs it, or apt-get install chromium")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield instance
        instance.close()
