"""The guard: what is not known to be wanted ends in 4xx and reveals nothing; every answer carries the headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dash import Dash, Input, Output, html

from dashboard.factory import create_app
from dashboard.page import Page, text
from dashboard.settings import Settings
from data.store.store import Store

LOCAL = "http://localhost:8050"
UPDATE = "/_dash-update-component"


def _register(app: Dash, context: Any) -> None:
    def echo(value: str | None) -> str:
        if value == "boom":
            raise RuntimeError("secret words in /srv/secret.duckdb")
        return f"{value}"

    app.callback(Output("out", "children"), Input("in", "value"))(echo)


PAGE = Page("/", "planted", {"zh": "页", "en": "Page"}, lambda context, query: html.Div(query), _register, {"in.value": text(20)})


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return create_app(Settings(), Store(tmp_path_factory.mktemp("empty")), pages=[PAGE]).server.test_client()


def ask(client: Any, path: str, method: str = "GET", **arguments: Any) -> Any:
    return client.open(path, method=method, base_url=LOCAL, buffered=True, **arguments)


def body(value: Any = "x") -> dict[str, Any]:
    return {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "value", "value": value}],
        "changedPropIds": [],
    }


def test_what_the_page_asks_for_is_answered(client: Any) -> None:
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/assets/live.js"):
        assert ask(client, path).status_code == 200, path
    answer = ask(client, UPDATE, "POST", json=body(), headers={"Origin": LOCAL, "Sec-Fetch-Site": "same-origin"})
    assert answer.json["response"] == {"out": {"children": "x"}}


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        "/_reload-hash",
        "/_mcp",
        "/console",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/dash.py",
        "/_dash-component-suites/dash/dcc/../../dash/dash.py",
        "/assets/",
        "/assets/../factory.py",
        "/assets/%2e%2e/factory.py",
        "/assets/..%5cfactory.py",
        "/healthz/",
        "/favicon.ico",
    ],
)
def test_other_addresses_are_not_found(client: Any, path: str) -> None:
    answer = ask(client, path)
    assert (answer.status_code, answer.text) == (404, "Not found.\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/ask", "/assets/live.js"])
def test_other_methods_are_refused(client: Any, path: str, method: str) -> None:
    assert ask(client, path, method).status_code == 405


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"data": b"{}", "content_type": "text/plain"}, 415),
        ({"data": b"{}", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"{}"}, 415),
        ({"json": body(), "headers": {"Content-Encoding": "gzip"}}, 415),
        ({"json": {}}, 400),
        ({"json": body("x" * 21)}, 400),
        ({"json": body({"$ne": 1})}, 400),
        ({"json": body() | {"output": "frame.style"}}, 400),
        ({"data": b"[" * 1000, "content_type": "application/json"}, 400),
        ({"data": b" " * 65_537, "content_type": "application/json"}, 413),
        ({"json": body(), "query_string": "cacheKey=1&job=2"}, 400),
        ({"json": body(), "headers": {"Origin": "https://example.org"}}, 403),
        ({"json": body(), "headers": {"Origin": "http://localhost:9999"}}, 403),
        ({"json": body(), "headers": {"Origin": "null"}}, 403),
        ({"json": body(), "headers": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}}, 403),
        ({"json": body(), "headers": {"Host": "example.org"}}, 421),
        ({"json": body(), "environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, 403),
    ],
)
def test_other_callback_requests_are_refused(client: Any, arguments: dict[str, Any], status: int) -> None:
    answer = ask(client, UPDATE, "POST", **arguments)
    assert answer.status_code == status
    assert len(answer.text) < 60


def test_a_long_address_is_refused(client: Any) -> None:
    assert ask(client, "/", query_string="q=" + "x" * 8000).status_code == 414


@pytest.mark.parametrize("path", ["/", "/x", "/healthz", "/assets/live.js", "/_dash-layout"])
def test_every_answer_carries_the_headers(client: Any, path: str) -> None:
    headers = ask(client, path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    script = policy.split("script-src ")[1].split(";")[0]
    assert "unsafe" not in script
    assert "'sha256-" in script
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in headers


def test_an_error_in_a_callback_is_noted_but_not_told(client: Any, capfd: pytest.CaptureFixture[str]) -> None:
    answer = ask(client, UPDATE, "POST", json=body("boom"))
    assert (answer.status_code, answer.text) == (500, "Something went wrong here; it has been noted.\n")
    logged = capfd.readouterr()
    assert "RuntimeError" in logged.err + logged.out
    assert "secret" not in logged.err + logged.out
    assert 'quanyu_failures_total{place="request"} 1.0' in ask(client, "/metrics").text


def test_a_store_without_data_is_said_in_health_and_on_the_page(client: Any) -> None:
    health = ask(client, "/healthz")
    assert (health.status_code, health.json["status"], health.json["snapshot"]) == (503, "down", None)
    assert "/" not in health.json["reason"]


def test_the_page_configuration_names_no_versions(client: Any) -> None:
    page = ask(client, "/").text
    assert '"python_version":""' in page
    assert "dash-version" not in page


def test_dash_variables_in_the_environment_mean_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "DASH_DEBUG": "true",
        "DASH_UI": "true",
        "DASH_HOT_RELOAD": "true",
        "DASH_PROPS_CHECK": "true",
        "DASH_SERVE_DEV_BUNDLES": "true",
        "DASH_MCP_ENABLED": "true",
        "DASH_URL_BASE_PATHNAME": "/elsewhere/",
        "DASH_ASSETS_EXTERNAL_PATH": "https://example.org/",
        "dash_ui": "true",
        "FLASK_DEBUG": "1",
    }.items():
        monkeypatch.setenv(name, value)
    app = create_app(Settings(), Store(tmp_path), pages=[PAGE])
    client = app.server.test_client()
    assert not app.server.debug
    page = ask(client, "/").text
    assert '"ui":false' in page
    assert "hot_reload" not in page
    assert "example.org" not in page
    for path in ("/_mcp", "/mcp", "/_reload-hash", "/elsewhere/"):
        assert ask(client, path).status_code == 404, path


def test_two_applications_do_not_share_pages(tmp_path: Path) -> None:
    first = create_app(Settings(), Store(tmp_path), pages=[PAGE])
    second = create_app(Settings(), Store(tmp_path), pages=[])
    assert ask(first.server.test_client(), "/").status_code == 200
    assert ask(second.server.test_client(), "/").status_code == 404


def test_a_page_that_does_not_say_what_it_accepts_is_not_served(tmp_path: Path) -> None:
    silent = Page("/", "silent", {"zh": "页", "en": "Page"}, lambda context, query: html.Div(), _register)
    with pytest.raises(LookupError, match=r"in\.value"):
        create_app(Settings(), Store(tmp_path), pages=[silent])


def test_one_failing_page_leaves_the_frame(tmp_path: Path) -> None:
    def fails(context: Any, query: str) -> Any:
        raise RuntimeError(query)

    app = create_app(
        Settings(), Store(tmp_path), pages=[Page("/", "failing", {"zh": "页", "en": "Page"}, fails, lambda app, context: None)]
    )
    laid = ask(
        app.server.test_client(),
        UPDATE,
        "POST",
        json={
            "output": "..frame.children...title.data..",
            "outputs": [{"id": "frame", "property": "children"}, {"id": "title", "property": "data"}],
            "inputs": [{"id": "address", "property": "data", "value": {"n": 1, "path": "/", "query": "lang=en"}}],
            "changedPropIds": ["address.data"],
        },
    )
    assert laid.status_code == 200
    assert "cannot be shown just now" in laid.text
