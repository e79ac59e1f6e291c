"""What the data page sends and fetches outside Dash: rejected rows, uploads and what is done with them, deeds on snapshots.

Everything here works from this machine only (:mod:`dashboard.desk.permission`, else 403) and is written to the log. What changes
something needs the token of the page, a content type no foreign page can send unasked, and POST. Errors that a person can act on are
``{"problem": key}``; the page has the sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson
import structlog
from flask import Blueprint, Response, abort, request

from dashboard.body import MAX_BYTES, BodyFault, parsed
from dashboard.context import Context
from dashboard.desk import attempts, steps
from dashboard.desk.books import of_manifest
from dashboard.desk.permission import may_write
from dashboard.desk.upload import Upload, UploadFault, said
from dashboard.desk.uploads import Uploads
from dashboard.format import Language
from dashboard.guard import Body
from dashboard.settings import Settings
from data.errors import NoSnapshot, SnapshotRefused, StoreBusy, StoreError, StoreFull
from data.samples import rejected_file, to_correct
from data.store.lock import locked
from data.store.pins import pin, unpin
from data.store.publish import rollback

NAME: Final = "quanyu_desk"
TOKEN: Final = "X-Quanyu-Token"  # noqa: S105 -- the name of a header
JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
DEEDS: Final = ("rollback", "pin", "unpin")
STEPS: Final = ("check", "publish", "discard")
PROBLEMS: Final = ((NoSnapshot, "no_snapshot", 404), (SnapshotRefused, "damaged", 409), (StoreBusy, "busy", 409), (StoreFull, "full", 507))


def bodies(settings: Settings) -> dict[str, Body]:
    """What the addresses here may be sent."""
    return {
        f"{NAME}.upload": Body(BYTES, settings.upload_mb << 20),
        f"{NAME}.step": Body(JSON, MAX_BYTES),
        f"{NAME}.deed": Body(JSON, MAX_BYTES),
    }


def routes(context: Context) -> Blueprint:
    """The addresses of the data page."""
    blueprint = Blueprint(NAME, __name__)
    counter = Counter(context, Uploads(context.store.path))
    upload = "/data/uploads/<string(length=32):identity>"
    for rule, view_function, method in (
        ("/data/rejected", counter.rejected, "GET"),
        ("/data/uploads", counter.upload, "POST"),
        (upload, counter.state, "GET"),
        (f"{upload}/<any({', '.join(STEPS)}):what>", counter.step, "POST"),
        (f"/data/snapshots/<string(maxlength=40):identity>/<any({', '.join(DEEDS)}):what>", counter.deed, "POST"),
    ):
        blueprint.add_url_rule(rule, endpoint=view_function.__name__, view_func=_guarded(context, counter, view_function), methods=[method])
    return blueprint


def _guarded(context: Context, counter: Counter, view_function: Callable[..., Response]) -> Callable[..., Response]:
    """Only from here, only with the page's token, and errors as problems."""

    @wraps(view_function)
    def answer(**arguments: str) -> Response:
        if not may_write(context):
            abort(403)
        try:
            if request.method == "POST" and not counter.uploads.knows(request.headers.get(TOKEN, "")):
                raise UploadFault("token", 403)
            return view_function(**arguments)
        except UploadFault as fault:
            return _json({"problem": fault.problem}, fault.status)
        except StoreError as error:
            problem, status = next(((key, status) for kind, key, status in PROBLEMS if isinstance(error, kind)), ("store", 503))
            return _json({"problem": problem}, status)

    return answer


@dataclass(frozen=True)
class Counter:
    """Where files are handed in and rows handed out."""

    context: Context
    uploads: Uploads

    def rejected(self) -> Response:
        """The rejected rows of one file of a snapshot, as CSV."""
        asked = {key: request.args.get(key, "") for key in ("snapshot", "source", "file")}
        files = [file for book in of_manifest(self.context.store.manifest(asked["snapshot"])) for file in book.files]
        named = next((file for file in files if (file.source, file.file) == (asked["source"], asked["file"])), None)
        path = rejected_file(self.context.store.path, asked["snapshot"], named.rejected) if named is not None else None
        if path is None:
            abort(404)
        audit("download", **asked)
        name = f"{Path(asked['file']).stem}-quarantined.csv"
        answer = Response(to_correct(path), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f"attachment; filename=rejected.csv; filename*=UTF-8''{quote(name)}"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def upload(self) -> Response:
        """Take a file and begin to check it."""
        limit = self.context.settings.upload_mb << 20
        taken = self.uploads.take(request.args.get("name", ""), request.stream, limit, expected=request.content_length)
        try:
            taken = said(taken, {key: request.args[key] for key in ("kind", "source", "mode", "level") if key in request.args})
            taken = attempts.start(self.uploads, taken, "check", self.context.settings)
        except UploadFault:
            self.uploads.discard(taken.id)
            raise
        audit("upload", upload=taken.id, source=taken.source, sha256=taken.sha256, size=taken.size)
        return _json({"upload": taken.id}, 201)

    def state(self, identity: str) -> Response:
        """How far an upload is."""
        found = self.uploads.find(identity)
        now = attempts.progress(self.uploads, found)
        if now.stage == "published" and (now.answer or {}).get("snapshot"):
            self.uploads.forget_file(found)
        lang: Language = "en" if request.args.get("lang") == "en" else "zh"
        return _json({"stage": now.stage, "attempt": found.attempt, "steps": steps.told(now.lines, found.what, lang)})

    def step(self, identity: str, what: str) -> Response:
        """Check again with other columns, publish exactly what was checked, or put away."""
        found, given = self.uploads.find(identity), _object()
        if what == "discard":
            attempts.stop(self.uploads, found)
            self.uploads.discard(found.id)
            audit("discard", upload=found.id)
            return _json({})
        if what == "publish":
            self._publishable(found)
            with locked(self.context.store.path):
                pass  # whoever builds now is told of before anything is started
        else:
            found = said(found, given)
        found = attempts.start(self.uploads, found, what, self.context.settings)
        audit(what, upload=found.id, source=found.source, sha256=found.sha256)
        return _json({"attempt": found.attempt})

    def _publishable(self, found: Upload) -> None:
        now = attempts.progress(self.uploads, found)
        answer = now.answer or {}
        was_checked = found.what == "check" and now.stage == "checked" and answer.get("read") == "ok" and bool(answer.get("accepted"))
        is_to_be_repeated = found.what == "publish" and (now.stage == "failed" or "error" in answer)
        if not found.source or not (was_checked or is_to_be_repeated):
            raise UploadFault("not_checked", 409)

    def deed(self, identity: str, what: str) -> Response:
        """Put a snapshot in force, pin it, or give it back to retention."""
        _object()
        {"rollback": rollback, "pin": pin, "unpin": unpin}[what](self.context.store.path, identity)
        audit(what, snapshot=identity)
        return _json({})


def audit(what: str, **about: Any) -> None:
    """A line in the log for everything that changes something or takes rows out."""
    structlog.get_logger().info("audit", do=what, by="loopback", **about)


def _object() -> dict[str, Any]:
    try:
        found = parsed(request.get_data(cache=False))
    except BodyFault as fault:
        raise UploadFault("request", 400) from fault
    if not isinstance(found, dict):
        raise UploadFault("request", 400)
    return found


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status=status, mimetype=JSON)
