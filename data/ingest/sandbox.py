"""Reading risky files in a process of their own, with limits on memory, time, open files and written bytes.

Archives, workbooks, JSON and vector files go through libraries that a crafted file may bring down. Here that costs one
file a refusal. On Linux the kernel holds the process to its limits and the parent watches its resident memory; on
Windows the parent only holds it to its time.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from data.errors import FileRejected
from data.ingest.limits import MB, limit

_ROOT: Final = Path(__file__).resolve().parents[2]
_WATCH_S: Final = 0.02
_KEPT_MB: Final = 64
_SECONDS_PER_MB: Final = 2
_CRASHES: Final = {-4, -7, -8, -11, -31}
"""Ends of a process by its own fault other than want of memory."""


class Sandbox:
    """The reading process; started with its first task, replaced when it dies, ended by :meth:`close`.

    One serves all files of one build; it is not shared between threads.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def run(self, task: str, path: Path, name: str, **given: Any) -> dict[str, Any]:
        """One task over one file.

        Parameters
        ----------
        task, given
            A method of :class:`data.ingest.worker.Worker` and its arguments beside ``path``.
        name
            What the file is called in sentences.

        Raises
        ------
        FileRejected
            The task's own code; ``E_FILE_TOO_BIG`` where memory or time ran out; ``E_CORRUPT`` where the process died.
        """
        process = self._started()
        line = json.dumps({"task": task, "given": {"path": str(path), **given}}) + "\n"
        seconds = limit("reader_seconds") + _SECONDS_PER_MB * path.stat().st_size // MB
        try:
            process.stdin.write(line.encode())  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            text = self._answer(process, seconds, name)
        except (OSError, BaseException) as error:
            self._end()
            if isinstance(error, OSError):
                raise FileRejected("E_CORRUPT", f"{name} cannot be read; export it again.") from error
            raise
        found: dict[str, Any] = json.loads(text)
        if "code" in found:
            if found["code"] == "E_FILE_TOO_BIG" and not found["message"]:
                self._end()
                raise _too_big(name)
            message = found["message"]
            raise FileRejected(found["code"], message.replace(path.name, name) if path.name != name else message)
        return found

    def __del__(self) -> None:
        self._end()

    def rest(self) -> None:
        """End a process that has grown; a small one waits for the next file."""
        if self._process is not None and _resident(self._process.pid) > _KEPT_MB * MB:
            self._end()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()  # type: ignore[union-attr]
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()  # type: ignore[union-attr]
            self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            kept = {
                name: value for name, value in os.environ.items() if name.startswith(("QUANYU_", "LC_", "LANG", "SYSTEM", "TEMP", "TMP"))
            }
            places = [str(_ROOT), *(place for place in sys.path if place)]
            # Threads of numerical libraries would each reserve memory.
            more = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(places), "OPENBLAS_NUM_THREADS": "1",
                    "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
            shown = None if os.environ.get("QUANYU_TRACEBACK") else subprocess.DEVNULL
            self._process = subprocess.Popen(
                [sys.executable, "-m", "data.ingest.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=shown, env={**kept, **more}, close_fds=True,
            )  # fmt: skip
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], seconds: float, name: str) -> bytes:
        """One line of answer, watching memory and time while it is awaited."""
        end = time.monotonic() + seconds
        pipe = process.stdout
        if pipe is None or os.name == "nt":
            return pipe.readline() if pipe is not None else b""
        found = b""
        while not found.endswith(b"\n"):
            if select.select([pipe], [], [], _WATCH_S)[0]:
                part = os.read(pipe.fileno(), MB)
                if not part:
                    raise _died(process.wait(), name)
                found += part
            elif _resident(process.pid) > limit("reader_memory_mb") * MB:
                raise _too_big(name)
            elif time.monotonic() > end:
                raise FileRejected("E_FILE_TOO_BIG", f"{name} could not be read within {seconds:.0f} seconds; split it, or send it as CSV.")
        return found

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            self._process = None


def _too_big(name: str) -> FileRejected:
    most = limit("reader_memory_mb")
    return FileRejected(
        "E_FILE_TOO_BIG", f"{name} needs more than {most} MB of memory to be read (QUANYU_READER_MEMORY_MB); split it, or send it as CSV."
    )


def _died(status: int, name: str) -> FileRejected:
    if status in _CRASHES:
        return FileRejected("E_CORRUPT", f"{name} brings down the program that reads it; export it again.")
    return _too_big(name)


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
