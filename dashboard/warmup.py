"""Makes a worker ready before it says so.

Dash finishes its set-up in the first request; requests that arrive meanwhile fail (plotly/dash issue 3971). Here the first
request is our own. The snapshot's dimensions are read too, so that the first viewer does not wait for them.
"""

from __future__ import annotations

from dash import Dash

from dashboard.context import Context
from dashboard.log import note_failure
from data.errors import QuanyuError


def set_up(app: Dash) -> None:
    """Finish Dash's own set-up outside any real request."""
    with app.server.test_request_context("/", base_url="http://localhost"):
        app._setup_server()  # type: ignore[no-untyped-call]
        app.index()  # type: ignore[no-untyped-call]


def rehearse(app: Dash, context: Context) -> None:
    """Ask once for what every browser asks first; a snapshot that cannot be opened is no reason not to start."""
    client = app.server.test_client()
    for path in ("/", "/_dash-layout", "/_dash-dependencies"):
        client.get(path, base_url="http://localhost")
    try:
        with context.view() as view:
            snapshot = view.snapshot
            _ = (snapshot.areas, snapshot.categories, snapshot.sources, snapshot.departments, snapshot.outcomes, snapshot.days)
    except QuanyuError as error:
        note_failure(context, "warmup", error)
