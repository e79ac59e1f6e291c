"""Addresses about cameras: those near an event or a place, one camera with its preview, the operator's player.

Everything is answered under the viewer's scope; what lies outside it is not there (404).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
import pandas as pd
from flask import Blueprint, Response, abort, request

from dashboard.context import Context
from dashboard.format import length, local
from dashboard.map import say as say_camera
from dashboard.opened.cases import camera_status
from dashboard.preview import address_of
from dashboard.words import say
from data import nearby, queries
from data.errors import NoSnapshot, QuanyuError
from data.view import View
from data.vocabulary import Language

MOST_ID: Final = 500
NEAR_KEYS: Final = frozenset({"event", "lon", "lat", "snapshot", "lang"})
CAMERA_KEYS: Final = frozenset({"id", "snapshot", "lang"})
PLAYER: Final = "/api/v1/player.js"
_POINTS: Final = 8


def routes(context: Context) -> Blueprint:
    """The three addresses."""
    blueprint = Blueprint("quanyu_cameras", __name__)

    def asked(keys: frozenset[str]) -> tuple[Mapping[str, str], Language]:
        given = request.args.to_dict(flat=False)
        if not given.keys() <= keys or any(len(values) != 1 or len(values[0]) > MOST_ID for values in given.values()):
            abort(400)
        return {key: values[0] for key, values in given.items()}, "en" if given.get("lang") == ["en"] else "zh"

    def near() -> Response:
        given, lang = asked(NEAR_KEYS)
        with _looking(context, given.get("snapshot")) as view:
            if "event" in given:
                case = queries.event_case(view, given["event"])
                if case is None:
                    abort(404)
                lon, lat = case["lon"], case["lat"]
            else:
                lon, lat = _degrees(given, "lon", 180), _degrees(given, "lat", 90)
            return _json(near_cameras(view, lon, lat, lang))

    def camera() -> Response:
        given, lang = asked(CAMERA_KEYS)
        with _looking(context, given.get("snapshot")) as view:
            row = nearby.camera(view, given.get("id", ""))
            if row is None:
                abort(404)
            return _json({**_camera(view, row, lang), "preview": _preview(context, str(row["point_id"]), lang)})

    def player() -> Response:
        path = context.settings.video_player
        if path is None or not path.is_file():
            abort(404)
        return Response(path.read_bytes(), mimetype="text/javascript")

    blueprint.add_url_rule("/api/v1/cameras/near", view_func=near)
    blueprint.add_url_rule("/api/v1/camera", view_func=camera)
    blueprint.add_url_rule(PLAYER, view_func=player)
    return blueprint


@contextlib.contextmanager
def _looking(context: Context, snapshot: str | None) -> Iterator[View]:
    """A view whose faults end in a status: an unknown snapshot is not there, one that cannot be read is not to be had now."""
    try:
        with context.view(snapshot) as view:
            yield view
    except NoSnapshot:
        abort(404)
    except QuanyuError:
        abort(503)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), mimetype="application/json")


def _degrees(given: Mapping[str, str], key: str, most: float) -> float:
    try:
        value = float(given.get(key, ""))
    except ValueError:
        abort(400)
    if not abs(value) <= most:  # NaN is not either
        abort(400)
    return value


def near_cameras(view: View, lon: float | None, lat: float | None, lang: Language) -> dict[str, Any]:
    """``title``, ``note`` where there is something to say, and ``cameras``, nearest first."""
    title = say("near", lang)
    if lon is None or lat is None:
        return {"title": title, "note": say("near_unmapped", lang), "cameras": []}
    found = nearby.nearest_cameras(view, lon, lat)
    note = ""
    if found.cameras.empty:
        note = say("near_none" if found.is_known else "near_unknown" if found.total else "near_no_cameras", lang)
    rows = [
        {
            "id": str(row["point_id"]),
            "name": _text(row["name"]) or str(row["point_id"]),
            "lon": float(row["lon"]),
            "lat": float(row["lat"]),
            "distance_m": round(float(row["distance_m"]), 1),
            "where": f"{length(float(row['distance_m']), lang)} · {direction(float(row['bearing']), lang)}",
            "status": camera_status(str(row["status"]), lang),
        }
        for row in found.cameras.to_dict("records")
    ]
    return {"title": title, "note": note, "cameras": rows}


def direction(bearing: float, lang: Language) -> str:
    """One of eight directions."""
    return say(f"direction_{round(bearing / (360 / _POINTS)) % _POINTS}", lang)


def _camera(view: View, row: pd.Series, lang: Language) -> dict[str, Any]:
    """One camera in words: ``name``, ``status``, and ``rows`` of term and text."""
    areas, seen, heading = view.snapshot.areas, row["last_seen_at"], row["heading"]
    reported = _text(row["reported_status"])
    terms = (
        ("camera_id", str(row["point_id"])),
        ("case_place", " ".join(areas.names[ix] for ix in areas.path(int(row["area_ix"])) if ix > 0) or areas.names[int(row["area_ix"])]),
        ("camera_derived", camera_status(str(row["status"]), lang)),
        ("camera_reported", reported or say_camera("not_reported", lang)),
        ("camera_seen", "" if pd.isna(seen) else f"{local(seen.to_pydatetime(), view.snapshot.zone):%Y-%m-%d %H:%M}"),
        ("camera_kind", " · ".join(text for text in (_text(row["kind"]), _text(row["category"])) if text)),
        ("camera_owner", _text(row["owner"])),
        ("camera_heading", "" if pd.isna(heading) else f"{direction(float(heading), lang)} · {float(heading) % 360:g}°"),
    )
    has_place = not (pd.isna(row["lon"]) or pd.isna(row["lat"]))
    return {
        "id": str(row["point_id"]),
        "name": _text(row["name"]) or str(row["point_id"]),
        "is_online": row["status"] == "online",
        "lon": float(row["lon"]) if has_place else None,
        "lat": float(row["lat"]) if has_place else None,
        "note": "" if has_place else say("camera_unmapped", lang),
        "rows": [[say(key, lang), text] for key, text in terms if text],
    }


def _preview(context: Context, point_id: str, lang: Language) -> dict[str, Any] | None:
    """What the browser shows, None where the installation has no previews."""
    settings = context.settings
    address = address_of(settings.video_template, point_id)
    if address is None:
        return None
    return {
        "kind": settings.video_kind,
        "address": address,
        "every_ms": round(settings.video_seconds * 1000),
        "player": PLAYER if settings.video_player is not None else None,
        "words": {key: say(f"preview_{key}", lang) for key in ("waiting", "failed", "unplayable", "label")},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
