"""How the index's loops are compiled: by numba, without the interpreter's lock, kept on disk for the next process.

Importing numba takes a second, so nothing imports this module before an index is built.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

FOLDER_VARIABLE: Final = "NUMBA_CACHE_DIR"
"""Where compiled loops are kept; unless it is set, in the user's own cache folder, never beside the program."""
SOURCES: Final = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "dimensions.py")
"""What loops are made of. numba looks at a loop's own file only, not at what it takes from others."""


def _folder() -> str | None:
    """Where the loops of these sources are kept; None where nothing can be written."""
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:16]
    given, caches = os.environ.get(FOLDER_VARIABLE), os.environ.get("XDG_CACHE_HOME")
    try:
        folder = (Path(given) if given else Path(caches or Path.home() / ".cache") / "quanyu" / "compiled") / made_of
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # also where the user has no home
        return None
    return str(folder) if os.access(folder, os.W_OK) else None


_kept_in = _folder()
if _kept_in is not None:
    numba.config.CACHE_DIR = _kept_in  # type: ignore[attr-defined]


def compiled(function: F) -> F:
    """A function as machine code. Whole numbers wrap, floating point follows IEEE strictly, indices are not checked."""
    return cast(F, numba.njit(nogil=True, cache=_kept_in is not None, fastmath=False, boundscheck=False)(function))
