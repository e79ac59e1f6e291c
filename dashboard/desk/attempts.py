"""Attempts to check or publish an upload: started as processes of their own, followed through the files they write."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from dashboard.desk import commands
from dashboard.desk.upload import Upload, UploadFault
from dashboard.desk.uploads import Uploads
from dashboard.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]
MOST_LINES: Final = 40
MOST_BYTES: Final = 20_000


@dataclass(frozen=True)
class Progress:
    """How far an upload is.

    Attributes
    ----------
    stage
        ``uploaded``, ``checking``, ``checked``, ``publishing``, ``published`` or ``failed``.
    lines
        What the running command said so far.
    problem
        Why it failed: ``timeout``, ``memory``, ``unreadable`` or ``lost``.
    answer
        What the command answered, when it ended.
    """

    stage: str
    lines: tuple[str, ...] = ()
    problem: str | None = None
    answer: dict[str, Any] | None = None


def start(uploads: Uploads, upload: Upload, what: str, settings: Settings) -> Upload:
    """Begin to check or publish.

    Raises
    ------
    UploadFault
        It is being worked on, or no process can be started.
    """
    if progress(uploads, upload).stage in ("checking", "publishing"):
        raise UploadFault("working", 409)
    upload = replace(upload, attempt=upload.attempt + 1, what=what)
    folder, name = uploads.work(upload), _name(upload)
    command = commands.check(uploads, upload) if what == "check" else commands.publish(uploads, upload)
    seconds = settings.check_seconds if what == "check" else settings.publish_seconds
    megabytes = settings.check_mb if what == "check" else 0
    run = [sys.executable, "-m", "dashboard.desk.run", str(folder), name, str(seconds), str(megabytes), *command]
    try:
        uploads.save(upload)
        for old in folder.glob("attempt-*"):
            if not old.name.startswith(f"{name}."):
                old.unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(  # noqa: S603 -- the command is our own; names are arguments, never words of a shell
            run, cwd=ROOT, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
        (folder / f"{name}.pid").write_text(str(process.pid), encoding="ascii")
    except OSError as error:
        raise UploadFault("full", 507) from error
    threading.Thread(target=process.wait, daemon=True).start()  # so that no ended process stays behind
    return upload


def progress(uploads: Uploads, upload: Upload) -> Progress:
    """How far an upload is now."""
    if not upload.attempt:
        return Progress("uploaded")
    folder, name = uploads.work(upload), _name(upload)
    is_check = upload.what == "check"
    process = _process(folder / f"{name}.pid")
    is_running = process is not None and _is_alive(process)
    try:
        end = json.loads((folder / f"{name}.end").read_text(encoding="utf-8"))
    except FileNotFoundError:
        lines = _lines(folder / f"{name}.progress", uploads)
        if process is None or is_running:
            return Progress("checking" if is_check else "publishing", lines)
        return Progress("failed", lines, "lost")
    except (OSError, ValueError):
        return Progress("failed", problem="unreadable")
    if end["problem"]:
        return Progress("failed", _lines(folder / f"{name}.progress", uploads), end["problem"])
    return Progress("checked" if is_check else "published", answer=end["answer"])


def stop(uploads: Uploads, upload: Upload) -> None:
    """End what is being done with an upload, and what that started."""
    process = _process(uploads.work(upload) / f"{_name(upload)}.pid")
    if process is not None and progress(uploads, upload).stage in ("checking", "publishing"):
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGTERM)


def _name(upload: Upload) -> str:
    return f"attempt-{upload.attempt}"


def _process(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _lines(path: Path, uploads: Uploads) -> tuple[str, ...]:
    """The last lines a command wrote, without the names of our folders."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    for folder in (str(uploads.folder), str(uploads.store), str(ROOT)):
        text = text.replace(folder, "…")
    return tuple(line.strip()[:300] for line in text.splitlines() if line.strip())[-MOST_LINES:]
