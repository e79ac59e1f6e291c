"""The reading process: takes one task a line on standard input, gives one answer a line on standard output.

Started by :mod:`data.ingest.sandbox` only. Whatever a file does to it, the process that waits for it goes on.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from data.errors import FileRejected
from data.ingest.limits import MB, limit


class Worker:
    """Answers tasks; keeps the workbook it opened last."""

    def __init__(self) -> None:
        self._book: tuple[str, Any] | None = None

    def contents(self, path: str, folder: str) -> dict[str, Any]:
        """What an archive holds, unpacked."""
        found = importlib.import_module("data.ingest.archives").contents(Path(path), Path(folder))
        return {"path": str(found.path), "workbook": found.workbook}

    def heads(self, path: str, sheet: str | None) -> dict[str, Any]:
        """The first rows of a workbook's sheets."""
        self._book = None
        self._book = (path, importlib.import_module("data.ingest.workbook").Workbook(Path(path)))
        found: dict[str, Any] = self._book[1].heads(sheet)
        return found

    def rows(self, path: str, sheet: str, skipped: int, width: int, folder: str) -> dict[str, Any]:
        """The rows of one sheet of the workbook that :meth:`heads` opened."""
        if self._book is None or self._book[0] != path:
            self.heads(path, sheet)
        found: dict[str, Any] = self._book[1].rows(sheet, skipped, width, Path(folder))  # type: ignore[index]
        self._book = None
        return found

    def json(self, path: str, declared: str | None, encoding: str | None, folder: str) -> dict[str, Any]:
        """The features of a JSON file."""
        found: dict[str, Any] = importlib.import_module("data.ingest.json_features").read(Path(path), declared, encoding, Path(folder))
        return found

    def vector(self, path: str, declared: str | None, encoding: str | None, layer: str | None, folder: str) -> dict[str, Any]:
        """The features of a Shapefile or GeoPackage."""
        found: dict[str, Any] = importlib.import_module("data.ingest.vector").read(Path(path), declared, encoding, layer, Path(folder))
        return found


def answer(worker: Worker, task: dict[str, Any]) -> dict[str, Any]:
    """One task's result, or the code and sentence of its refusal."""
    try:
        found: dict[str, Any] = getattr(worker, task["task"])(**task["given"])
        return found
    except FileRejected as error:
        return {"code": error.code, "message": str(error)}
    except MemoryError:
        return {"code": "E_FILE_TOO_BIG", "message": ""}
    except RecursionError:
        return {"code": "E_CORRUPT", "message": "The file is nested too deep; export it again."}
    except BaseException as error:  # noqa: BLE001 -- a parser's panic is no Exception
        if os.environ.get("QUANYU_TRACEBACK"):
            importlib.import_module("traceback").print_exc()
        return {"code": "E_CORRUPT", "message": f"The file cannot be read ({type(error).__name__}: {str(error)[:200]}); export it again."}


def restrict() -> None:
    """Hold this process to its memory, open files and written bytes; where the system cannot, its parent still watches."""
    with contextlib.suppress(ImportError):
        import resource  # noqa: PLC0415

        bounds = {
            resource.RLIMIT_DATA: limit("reader_memory_mb") * MB,
            resource.RLIMIT_NOFILE: max(32, limit("reader_files")),
            resource.RLIMIT_FSIZE: max(64 * MB, limit("max_unpacked_mb") * MB),
            resource.RLIMIT_CORE: 0,
        }
        for name, most in bounds.items():
            with contextlib.suppress(ValueError, OSError):
                hard = resource.getrlimit(name)[1]
                most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901
                resource.setrlimit(name, (most, most))


def main() -> None:
    """Work until standard input ends."""
    restrict()
    # Libraries may print; only answers go to the process that waits.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker()
    for line in sys.stdin:
        out.write(json.dumps(answer(worker, json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
