"""A watched inbox: builds when the files that a configuration names are complete.

A file is complete when its size and time stayed as they are for a while, or when it was renamed from a temporary name. The
folder is looked at again and again instead of listened to: network shares send no notices. All waiting is measured with a
clock that never jumps; times of files are only compared with each other.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data.config import Config
from data.errors import ConfigError
from data.inbox import is_temporary
from data.store.disk import replace_text
from data.store.lineage import in_force

STATE: Final = "watch.json"
RETRY_S: Final = 300.0
"""How long until a build is tried again that the machine refused, not the files: a full disk, another build."""
NEVER: Final = float("-inf")


@dataclass(frozen=True)
class Mark:
    """What changes when a file does."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Sight:
    """One look at an inbox.

    Attributes
    ----------
    files
        Complete or not, the files that the configuration names, and the configuration itself.
    temporary
        Files under a temporary name.
    others
        Files in the folder that no source names.
    """

    files: Mapping[Path, Mark]
    temporary: Mapping[Path, Mark] = field(default_factory=dict)
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a build ended.

    Attributes
    ----------
    report
        The object of ``build --json``, or ``{"error": sentence}``.
    is_refused_by_machine
        Nothing is wrong with the files: trying again later may help.
    """

    report: Mapping[str, Any]
    is_refused_by_machine: bool = False


def look(folder: Path, configuration: Path) -> Sight:
    """What is in an inbox now.

    Raises
    ------
    OSError
        The folder cannot be read: it was removed, a share is away.
    ConfigError
        The configuration is wrong.
    """
    next(folder.iterdir(), None)  # rglob says nothing of a folder that is not there
    names = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    wanted = [configuration]
    for source in Config.load(configuration).sources:
        with contextlib.suppress(ConfigError):  # not there yet
            wanted += source.files()
    known = {path.resolve() for path in wanted}
    temporary = [path for path in names if is_temporary(path.name)]
    others = (path for path in names if not is_temporary(path.name) and path.resolve() not in known)
    return Sight(_marks(wanted), _marks(temporary), tuple(path.name for path in others))


def _marks(paths: Iterable[Path]) -> dict[Path, Mark]:
    marks: dict[Path, Mark] = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # gone since it was listed
            found = path.stat()
            marks[path] = Mark(found.st_size, found.st_mtime_ns, found.st_ino)
    return marks


class Watch:
    """What is known about one inbox between two looks.

    Parameters
    ----------
    store
        Where the last state built is noted, so that a restart builds nothing that was built.
    see
        Gives a :class:`Sight`; may raise ``OSError`` and ``ConfigError``.
    build
        Makes a build of what is there.
    say
        Takes a sentence for whoever reads along.
    settle_s
        Seconds for which a file must not change.
    clock
        Seconds that only go forward.
    """

    def __init__(
        self,
        store: Path,
        configuration: Path,
        see: Callable[[], Sight],
        build: Callable[[], Outcome],
        say: Callable[[str], None],
        *,
        settle_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._configuration = store, configuration
        self._see, self._build, self._say, self._settle_s, self._clock = see, build, say, settle_s, clock
        self._files: Mapping[Path, Mark] = {}
        self._temporary: Mapping[Path, Mark] = {}
        self._since: dict[Path, float] = {}
        self._gone_at = NEVER
        self._done = self._noted()
        self._retry_at = NEVER
        self._said: dict[str, str] = {}

    def step(self) -> Outcome | None:
        """Look once and build if something complete is new; gives how the build ended."""
        now = self._clock()
        try:
            sight = self._see()
        except (OSError, ConfigError) as error:
            reason = (
                str(error) if isinstance(error, ConfigError) else f"The inbox cannot be read ({error.strerror or error}); waiting for it."
            )
            self._tell("trouble", reason)
            return None
        self._tell("trouble", "")
        self._compare(sight, now)
        if sight.others:
            self._tell("others", f"Named by no source and left alone: {_names(sight.others)}.")
        waiting = [path.name for path, since in self._since.items() if now - since < self._settle_s]
        if now - self._gone_at < self._settle_s:
            waiting.append("files that were removed")
        if waiting:
            self._tell("waiting", f"Waiting until complete: {_names(sorted(waiting))}.")
            return None
        self._tell("waiting", "")
        state = _digest(sight.files)
        if state == self._done and (self._retry_at == NEVER or now < self._retry_at):
            self._tell("idle", "Nothing new; watching.")
            return None
        return self._built(state, now)

    def _compare(self, sight: Sight, now: float) -> None:
        """Note since when each file is as it is."""
        for path, mark in sight.files.items():
            if self._files.get(path) != mark:
                self._since[path] = NEVER if self._is_renamed(path, mark) else now
        for path in self._files.keys() - sight.files.keys():
            self._since.pop(path, None)
            self._gone_at = now
        self._files, self._temporary = sight.files, sight.temporary

    def _is_renamed(self, path: Path, mark: Mark) -> bool:
        """Whether this file had a temporary name that contains its own at the last look: whoever renames has finished."""
        return any(before.inode == mark.inode and path.name in old.name for old, before in self._temporary.items())

    def _built(self, state: str, now: float) -> Outcome:
        self._tell("idle", "")
        self._say("Building.")
        outcome = self._build()
        self._done = state
        self._retry_at = now + RETRY_S if outcome.is_refused_by_machine else NEVER
        report = outcome.report
        if report.get("snapshot"):
            refused = [source["file"] for source in report.get("sources", ()) if source["read"] == "rejected"]
            self._say(f"Published {report['snapshot']}." + (f" Refused: {_names(refused)}." if refused else ""))
            self._note(state)
        else:
            sentence = report.get("error") or report.get("reason") or "The report says why."
            again = f"in {RETRY_S / 60:.0f} minutes" if outcome.is_refused_by_machine else "when a file changes"
            self._say(f"Nothing was published. {sentence} The next try comes {again}.")
        return outcome

    def _tell(self, about: str, sentence: str) -> None:
        """Say something once, until it is different."""
        if sentence and self._said.get(about) != sentence:
            self._say(sentence)
        self._said[about] = sentence

    def _noted(self) -> str:
        """The state that the snapshot in force came from, as far as an earlier run noted it."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            noted = json.loads((self._store / STATE).read_text(encoding="utf-8"))
            if noted["configuration"] == str(self._configuration.resolve()) and in_force(self._store) is not None:
                return str(noted["state"])
        return ""

    def _note(self, state: str) -> None:
        try:
            replace_text(self._store / STATE, json.dumps({"configuration": str(self._configuration.resolve()), "state": state}) + "\n")
        except OSError as error:
            self._say(f"The state could not be noted ({error.strerror}); after a restart it is built once more.")


def _digest(files: Mapping[Path, Mark]) -> str:
    """The state of an inbox, the same for the same names, sizes and times."""
    rows = sorted((str(path), mark.size, mark.mtime_ns) for path, mark in files.items())
    return hashlib.sha256(json.dumps(rows).encode("utf-8", "surrogatepass")).hexdigest()


def _names(names: list[str] | tuple[str, ...], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
