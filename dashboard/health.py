"""``/healthz`` for supervisors, ``/metrics`` for Prometheus, ``/api/v1/generation`` for the browsers' heartbeat."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
from flask import Blueprint, Response

from dashboard.apology import apology
from dashboard.context import Context
from dashboard.metrics import CONTENT_TYPE
from data.errors import StoreError


def state(context: Context, now: dt.datetime | None = None) -> dict[str, Any]:
    """What ``/healthz`` says: status, snapshot, its instant and age in seconds, and the reason for a status that is not ok."""
    try:
        with context.store.lease(None) as snapshot:
            as_of, identity, made_up = snapshot.as_of, snapshot.id, snapshot.made_up
    except StoreError as error:
        return {"status": "down", "snapshot": None, "as_of": None, "age_s": None, "reason": apology(error, "en"), "is_late": False}
    age_s = max(0, int(((now or dt.datetime.now(dt.UTC)) - as_of).total_seconds()))
    problem = context.store.problem
    limit_h = context.settings.late_hours
    return {
        "status": "degraded" if problem else "ok",
        "snapshot": identity,
        "as_of": as_of.isoformat().replace("+00:00", "Z"),
        "age_s": age_s,
        "reason": problem and problem.replace(str(context.store.path), "the store"),
        "is_late": bool(limit_h and not made_up and age_s > limit_h * 3600),
    }


def routes(context: Context) -> Blueprint:
    """The three addresses."""
    blueprint = Blueprint("quanyu_state", __name__)

    def healthz() -> Response:
        said = state(context)
        said.pop("is_late")
        return Response(orjson.dumps(said), status=503 if said["status"] == "down" else 200, mimetype="application/json")

    def metrics() -> Response:
        said = state(context)
        now = {
            "up": float(said["status"] != "down"),
            "degraded": float(said["status"] == "degraded"),
            "snapshot_age_seconds": float(said["age_s"] or 0),
            "answers_hits": float(context.answers.hits),
            "answers_misses": float(context.answers.misses),
        }
        return Response(context.metrics.text(**now), content_type=CONTENT_TYPE)

    def generation() -> Response:
        said = state(context)
        brief = {
            "generation": said["snapshot"] or "",
            "build": context.build,
            "status": said["status"],
            "is_late": said["is_late"],
            "age_s": said["age_s"],
        }
        return Response(orjson.dumps(brief), mimetype="application/json")

    blueprint.add_url_rule("/healthz", view_func=healthz)
    blueprint.add_url_rule("/metrics", view_func=metrics)
    blueprint.add_url_rule("/api/v1/generation", view_func=generation)
    return blueprint
