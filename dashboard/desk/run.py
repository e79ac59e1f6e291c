"""``python -m dashboard.desk.run FOLDER NAME SECONDS MEGABYTES COMMAND…``: runs one command for an upload, within bounds.

It writes ``NAME.progress`` (what the command says meanwhile) and at the end ``NAME.end``, one JSON object::

    {"status": 0, "problem": null | "timeout" | "memory" | "unreadable", "answer": {…} | null}

The answer is what the command printed, with lists that grow with the file cut to their beginning. It is a process of its own, so that
the server may end meanwhile, and nothing of a department's file is ever read in the server.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any, Final

MOST_ROWS: Final = 5
"""Rows of one code that are kept."""
MOST_TEXTS: Final = 300
MOST_ANSWER: Final = 400 << 20
_MEMORY_WORDS: Final = (b"MemoryError", b"Out of Memory", b"Cannot allocate memory", b"bad_alloc")


def main(arguments: list[str]) -> int:
    """Run, wait, write down how it ended."""
    folder, name, seconds, megabytes = Path(arguments[0]), arguments[1], float(arguments[2]), int(arguments[3])
    out, progress = folder / f"{name}.out", folder / f"{name}.progress"
    problem = None
    with out.open("wb") as answer, progress.open("wb") as said:
        child = subprocess.Popen(  # noqa: S603 -- the command is the server's own
            arguments[4:],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=said,
            start_new_session=True,
            preexec_fn=_bounds(megabytes),  # noqa: PLW1509 -- this process has one thread
        )
        signal.signal(signal.SIGTERM, lambda number, frame: _end(child, number, frame))
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            _kill(child)
            status, problem = child.wait(), "timeout"
    found = None
    if problem is None:
        found, problem = _answer(out)
        if found is None and (status < 0 or _ran_out(progress)):
            problem = "memory"
    end = {"status": status, "problem": problem, "answer": found}
    temporary = folder / f"{name}.end.new"
    temporary.write_text(json.dumps(end, ensure_ascii=False), encoding="utf-8")
    temporary.replace(folder / f"{name}.end")
    out.unlink(missing_ok=True)
    return 0


def _bounds(megabytes: int) -> Any:
    if sys.platform == "win32" or not megabytes:
        return None

    def bound() -> None:
        import resource  # noqa: PLC0415 -- exists only there

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return bound


def _end(child: subprocess.Popen[bytes], number: int, frame: FrameType | None) -> None:
    del frame
    _kill(child)
    sys.exit(128 + number)


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)


def _answer(out: Path) -> tuple[dict[str, Any] | None, str | None]:
    try:
        if out.stat().st_size > MOST_ANSWER:
            return None, "unreadable"
        found = json.loads(out.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None, "unreadable"
    return (shortened(found), None) if isinstance(found, dict) else (None, "unreadable")


def shortened(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of ``check`` or ``take`` with only the first of long lists; ``rows`` become counts by code.

    ``reasons`` are those of quarantined rows, ``aside`` those of rows whose position alone was set aside, ``first`` the first row numbers.
    """
    found = dict(answer)
    rows = found.pop("rows", None)
    if isinstance(rows, dict):
        counts: dict[str, int] = {}
        first: dict[str, list[int]] = {}
        for number, codes in rows.items():
            for code in dict.fromkeys(codes):
                counts[code] = counts.get(code, 0) + 1
                if counts[code] <= MOST_ROWS:
                    first.setdefault(code, []).append(int(number))
        refused = found.get("reasons", counts)
        found["reasons"] = refused
        found["aside"] = {code: n for code, n in counts.items() if code not in refused}
        found["first"] = first
    samples = found.get("samples")
    if isinstance(samples, list):
        kept: dict[str, list[Any]] = {}
        for sample in samples:
            listed = kept.setdefault(str(sample.get("code")), [])
            if len(listed) < MOST_ROWS:
                listed.append(sample)
        found["samples"] = [sample for listed in kept.values() for sample in listed]
    for key in ("unknown", "personal"):
        if isinstance(found.get(key), list):
            found[key] = [str(text)[:200] for text in found[key][:MOST_TEXTS]]
    if isinstance(found.get("examples"), dict):
        found["examples"] = dict(islice(((str(header)[:200], str(cell)) for header, cell in found["examples"].items()), MOST_TEXTS))
    return found


def _ran_out(progress: Path) -> bool:
    try:
        said = progress.read_bytes()[-20_000:]
    except OSError:
        return False
    return any(words in said for words in _MEMORY_WORDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
