"""The request guard: what is not known to be wanted is refused, briefly, with 4xx.

It runs before everything else that looks at a request, and sets the headers of every answer. Refusals name no table, path,
version or traceback; why a request was refused is counted in ``/metrics`` only.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, abort

from dashboard.body import MAX_BYTES, BodyFault, Shapes
from dashboard.metrics import Metrics
from dashboard.preview import widened

MAX_QUERY: Final = 8000
LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")
UPDATE: Final = "/_dash-update-component"
ASSETS: Final = "_dash_assets.static"
SUITES: Final = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
OUR_PREFIX: Final = "quanyu_"
DASH_ENDPOINTS: Final = frozenset({"/", "/_dash-layout", "/_dash-dependencies", ASSETS, UPDATE, SUITES})
FILES: Final = (ASSETS, SUITES)
POLICY: Final = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
WORDS: Final = {
    400: "The request cannot be read.",
    403: "Not allowed.",
    404: "Not found.",
    405: "Not allowed this way.",
    413: "Too large.",
    414: "The address is too long.",
    409: "This is being worked on.",
    415: "Another content type is expected.",
    421: "Not served under this name.",
    429: "Too many at once.",
    500: "Something went wrong here; it has been noted.",
    503: "There are no data yet.",
    507: "There is no space left.",
}


@dataclass(frozen=True)
class Body:
    """What requests to one address of ours may carry.

    Attributes
    ----------
    mimetype
        The only content type.
    most_bytes
        The most that is read of it.
    """

    mimetype: str
    most_bytes: int


class Guard:
    """Guards one Flask application.

    Parameters
    ----------
    hosts
        Names, without port, under which browsers may call the server, besides the loopback ones.
    metrics
        Where refusals are counted.
    bodies
        Endpoint → what it may be sent. No other address of ours takes a body.
    is_policy_on
        False leaves out the content-security policy.
    pictures
        Another origin that the policy lets pictures and streams in from; none where it is empty.

    Notes
    -----
    :meth:`open` ends the start: until it was called every request is answered with 503.
    """

    def __init__(
        self,
        server: Flask,
        hosts: Iterable[str],
        metrics: Metrics,
        bodies: Mapping[str, Body] | None = None,
        *,
        is_policy_on: bool = True,
        pictures: str = "",
    ) -> None:
        self._hosts = frozenset((*LOOPBACK_NAMES, *hosts))
        self._metrics = metrics
        self._bodies = dict(bodies or {})
        self._shapes: Shapes | None = None
        self._pages: frozenset[str] = frozenset()
        self._suites: Mapping[str, set[str]] = {}
        self._pictures = pictures
        self._policy = widened(POLICY.format(hashes=""), pictures)
        self._is_policy_on = is_policy_on
        server.before_request(self.check)
        server.after_request(self.dress)

    def open(self, shapes: Shapes, pages: Iterable[str], suites: Mapping[str, set[str]], hashes: Iterable[str]) -> None:
        """Let requests in: callback shapes, page paths, component files and hashes of the inline scripts that are ours."""
        self._pages = frozenset(pages)
        self._suites = suites
        self._policy = widened(POLICY.format(hashes=" ".join(hashes)), self._pictures)
        self._shapes = shapes

    def check(self) -> None:
        """Refuse what is not wanted; run before every request."""
        g.began = time.perf_counter()
        self._caller()
        if len(request.query_string) > MAX_QUERY:
            self.refuse(414, "query")
        if request.routing_exception is not None:
            # unknown address or method: answered by Flask itself with our words
            self._metrics.refusals.labels("route").inc()
            return
        endpoint = request.endpoint or ""
        if self._shapes is None:
            self.refuse(503, "start")
        if request.method == "OPTIONS":
            self.refuse(405, "method")
        if endpoint == "/<path:path>":
            if request.path not in self._pages:
                self.refuse(404, "path")
        elif endpoint == "/":
            if "/" not in self._pages:
                self.refuse(404, "path")
        elif endpoint not in DASH_ENDPOINTS and not endpoint.startswith(OUR_PREFIX):
            self.refuse(404, "path")
        self._content(endpoint, self._shapes)

    def _content(self, endpoint: str, shapes: Shapes) -> None:
        if endpoint == SUITES:
            self._component_file()
        elif endpoint == UPDATE:
            self._callback(shapes)
        elif endpoint in self._bodies:
            self._sent(self._bodies[endpoint])
        elif request.content_length:
            self.refuse(400, "body")

    def _caller(self) -> None:
        """Only this machine while there are no users; only our names (a foreign page may point its own name at loopback)."""
        try:
            is_near = ipaddress.ip_address(request.remote_addr or "").is_loopback
        except ValueError:
            is_near = False
        if not is_near:
            self.refuse(403, "remote")
        if host_name(request.headers.get("Host", "")) not in self._hosts:
            self.refuse(421, "host")
        if (
            request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
            and request.headers.get("Sec-Fetch-Mode") != "navigate"
        ):
            self.refuse(403, "origin")
        origin = request.headers.get("Origin")
        if origin is not None and _origin_host(origin) != request.headers.get("Host", "").lower():
            self.refuse(403, "origin")

    def _component_file(self) -> None:
        arguments: Mapping[str, Any] = request.view_args or {}
        package, path = arguments.get("package_name", ""), arguments.get("fingerprinted_path", "")
        if check_fingerprint(path)[0] not in self._suites.get(package, ()):  # type: ignore[no-untyped-call]
            self.refuse(404, "path")

    def _sent(self, body: Body) -> None:
        if request.mimetype != body.mimetype or request.headers.get("Content-Encoding"):
            self.refuse(415, "type")
        if (request.content_length or 0) > body.most_bytes:
            self.refuse(413, "large")
        request.max_content_length = body.most_bytes

    def _callback(self, shapes: Shapes) -> None:
        if request.mimetype != "application/json" or request.headers.get("Content-Encoding"):
            self.refuse(415, "type")
        if (request.content_length or 0) > MAX_BYTES:
            self.refuse(413, "large")
        if not set(request.args) <= {"endId"}:
            self.refuse(400, "query")
        try:
            body = shapes.check(request.get_data(cache=True))
        except BodyFault as fault:
            self.refuse(413 if str(fault) == "large" else 400, str(fault))
        # Dash reads what was checked, not the bytes a second time
        request._cached_json = (body, body)

    def refuse(self, status: int, reason: str) -> NoReturn:
        """End the request with a status and nothing that helps an attacker."""
        self._metrics.refusals.labels(reason).inc()
        abort(status)

    def dress(self, response: Response) -> Response:
        """Security headers on every answer; nothing is kept by caches unless its view said so."""
        response.headers.update(HEADERS)
        if self._is_policy_on:
            response.headers["Content-Security-Policy"] = self._policy
        response.headers.pop("Server", None)
        if request.endpoint == ASSETS and response.status_code == 200 and "m" in request.args:
            response.headers["Cache-Control"] = "private, max-age=31536000, immutable"  # the address holds the file's time
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache" if request.endpoint in FILES else "no-store"
        kind = _kind(request.endpoint or "")
        self._metrics.requests.labels(kind, str(response.status_code)).inc()
        self._metrics.seconds.labels(kind).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response


def _origin_host(origin: str) -> str | None:
    """Name and port of an ``Origin`` header; None where it is no web origin."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in ("http", "https") and not parts.path else None


def host_name(host: str) -> str:
    """A Host header without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "") if "@" not in host else ""
    except ValueError:
        return ""


def _kind(endpoint: str) -> str:
    if endpoint.startswith(OUR_PREFIX):
        return endpoint.removeprefix(OUR_PREFIX)
    return {UPDATE: "callback", SUITES: "file", ASSETS: "file", "/": "page", "/<path:path>": "page"}.get(endpoint, "other")


def answer_errors(server: Flask, note: Callable[[BaseException], None]) -> None:
    """Every error as one plain sentence; those that nobody expected go to ``note`` and end in 500."""

    def known(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()  # type: ignore[return-value]
        answer = Response(WORDS.get(status, "Refused.") + "\n", status=status, mimetype="text/plain")
        if status == 405:
            answer.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
        return answer

    def unknown(error: Exception) -> Response:
        note(error)
        return Response(WORDS[500] + "\n", status=500, mimetype="text/plain")

    server.register_error_handler(HTTPException, known)
    server.register_error_handler(Exception, unknown)
