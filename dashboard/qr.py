"""Addresses as QR codes, made here and drawn by nobody else."""

from __future__ import annotations

import io
from typing import Final

import segno
from flask import Blueprint, Response, request

from dashboard.api import in_words
from data.errors import SelectionError
from data.selection import Selection

QUIET_ZONE = 2
"""Modules of white around it; half of what the standard asks, on white paper."""


def png(address: str, scale: int = 8) -> bytes:
    """A picture with ``scale`` pixels to a module; long addresses make denser codes."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=scale, border=QUIET_ZONE)
    return out.getvalue()


def picture(address: str) -> str:
    """A drawing (SVG) as an address that holds it."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=QUIET_ZONE, scale=4)


PAGES: Final = {"view": "/", "analysis": "/analysis"}
"""Name of a code → the page whose view it is of."""
OWN_SCREEN: Final = {"kiosk": False, "tour": False, "home": None}
"""How a wall shows a view, which whoever scans it does not want."""


def routes() -> Blueprint:
    """``/qr/view.svg?ADDRESS`` of the screen, ``/qr/analysis.svg?ADDRESS`` of the workbench: the code of a view.

    It names the server as it was called.
    """
    blueprint = Blueprint("quanyu_qr", __name__)

    @in_words
    def view(page: str) -> Response:
        named, _ = Selection.parse(request.query_string.decode("ascii", errors="replace"))
        scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else request.scheme
        query = named.with_(**OWN_SCREEN).query()
        out = io.BytesIO()
        try:
            segno.make(f"{scheme}://{request.host}{PAGES[page]}{f'?{query}' if query else ''}", error="m", micro=False).save(
                out, kind="svg", border=QUIET_ZONE, light="white", xmldecl=False, svgns=True, omitsize=True
            )
        except segno.DataOverflowError as error:
            raise SelectionError("The address is too long for a QR code; take some filters away.") from error
        answer = Response(out.getvalue(), mimetype="image/svg+xml")
        answer.headers["Cache-Control"] = "private, max-age=3600"
        return answer

    blueprint.add_url_rule(f"/qr/<any({', '.join(PAGES)}):page>.svg", view_func=view, endpoint="view")
    return blueprint
