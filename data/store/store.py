"""The store as readers see it: follows ``CURRENT``, opens only what verifies, closes what nobody uses any more."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.errors import NoSnapshot, SnapshotRefused, StoreError
from data.store.layout import CURRENT, database_path
from data.store.lineage import lineage, named
from data.store.manifest import manifests, named_by_current, read_manifest, verified
from data.store.pins import is_pinned
from data.store.snapshot import Snapshot
from data.store.verification import FOLLOWING_TRIES, Signature, Stat, signature_of, stat_of, verification

PINNED_OPEN: Final = 2
"""Snapshots that views named and that stay open unused beside the one in force."""


@dataclass
class _Open:
    """An open snapshot and how many requests are using it."""

    snapshot: Snapshot
    signature: Signature
    users: int = 0
    is_named: bool = False
    is_leaving: bool = False


class Store:
    """Snapshots for reading; safe to share between threads.

    Nothing is opened until it is asked for. A new snapshot is verified by one thread while the others go on with the last.

    Parameters
    ----------
    path
        The store's folder; it need not exist yet.
    memory_limit, threads
        For each snapshot's DuckDB.
    is_indexed
        Whether the index (:mod:`data.index`) is made of each snapshot that is opened.
    """

    def __init__(self, path: Path, *, memory_limit: str = "4GB", threads: int | None = None, is_indexed: bool = False) -> None:
        self.path = Path(path)
        self._is_indexed = is_indexed
        self._memory_limit, self._threads = memory_limit, threads
        self._lock = threading.Lock()
        self._following = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._served: str | None = None
        self._seen: Signature | None = None
        self._problem: str | None = None
        self._failure: StoreError | None = None
        self._read: tuple[Stat, str | None] = (None, None)

    @property
    def problem(self) -> str | None:
        """Why the snapshot that ``CURRENT`` names is not the one served; None when all is well."""
        with contextlib.suppress(StoreError):
            self._follow()
        return self._problem

    @property
    def named(self) -> str | None:
        """The id that ``CURRENT`` holds, whether or not it can be served; None where there is none."""
        with contextlib.suppress(SnapshotRefused):
            return named_by_current(self.path)
        return None

    @property
    def generation(self) -> str:
        """Id of the snapshot served; what ``CURRENT`` names where none can be; empty where nothing was published."""
        with contextlib.suppress(StoreError):
            return self._follow()
        try:
            return named(self.path)
        except NoSnapshot:
            return ""
        except SnapshotRefused:
            return CURRENT

    def current(self) -> Snapshot:
        """The snapshot in force, or the last good one before it when that one is refused (see :attr:`problem`).

        It may be closed once it is no longer in force; whoever works with it for a while takes a :meth:`lease`.

        Raises
        ------
        NoSnapshot
            Nothing has been published here.
        SnapshotRefused
            What was published is damaged and there is no earlier one.
        """
        with self.lease() as snapshot:
            return snapshot

    def get(self, identity: str) -> Snapshot:
        """A snapshot by its id, whether in force or not; never another in its place. As to closing see :meth:`current`.

        Raises
        ------
        NoSnapshot, SnapshotRefused
            It is not in the store, or it is damaged.
        """
        with self.lease(identity) as snapshot:
            return snapshot

    @contextlib.contextmanager
    def lease(self, identity: str | None = None) -> Iterator[Snapshot]:
        """A snapshot that stays open until the block ends; without an id the one in force."""
        while True:
            if identity is not None:
                self._bring(identity)
            wanted = self._follow() if identity is None else identity
            with self._lock:
                held = self._open.get(wanted)
                if held is not None:
                    held.users += 1
                    held.is_named |= identity is not None
                    break
        try:
            yield held.snapshot
        finally:
            with self._lock:
                held.users -= 1
                if held.is_leaving and not held.users:
                    held.snapshot.close()
                self._close_unused()

    def manifests(self) -> list[dict[str, Any]]:
        """All readable manifests, newest first.

        Each has also ``in_force`` and ``pinned``, and ``refused``, a sentence, where it is not as it was written.
        """
        current = self.named
        return [self._marked(manifest, current) for manifest in manifests(self.path)]

    def manifest(self, identity: str) -> dict[str, Any]:
        """One manifest, with ``in_force`` and ``pinned``.

        Raises
        ------
        NoSnapshot, SnapshotRefused
            There is none of this id, or it cannot be read.
        """
        return self._marked(read_manifest(self.path, identity), self.named)

    def _marked(self, manifest: dict[str, Any], current: str | None) -> dict[str, Any]:
        identity = manifest["id"]
        return {**manifest, "in_force": identity == current, "pinned": is_pinned(self.path, identity)}

    def verify(self, identity: str | None = None) -> dict[str, Any]:
        """Whether a snapshot, or the one in force, is exactly what was published and can be opened.

        Returns
        -------
        dict
            ``ok``, ``snapshot`` (id, None where ``CURRENT`` names none) and ``reason`` (a sentence, None when ok).
        """
        return verification(self.path, identity, memory_limit=self._memory_limit, threads=self._threads)

    def close(self) -> None:
        """Close every snapshot, in use or not."""
        with self._lock:
            for held in self._open.values():
                held.snapshot.close()
            self._open.clear()
            self._served = self._seen = None

    def _follow(self) -> str:
        """Id of the snapshot to serve now; opens and verifies only when a file of the store changed."""
        if self._is_settled():
            return self._settled()
        if not self._following.acquire(blocking=self._served is None):
            return self._served or self._follow()
        try:
            if not self._is_settled():
                self._choose()
            return self._settled()
        finally:
            self._following.release()

    def _is_settled(self) -> bool:
        return self._seen is not None and self._seen == (*self._named_signature(), *signature_of(self.path, self._served))

    def _settled(self) -> str:
        if self._served is None:
            failure = self._failure or NoSnapshot(f"There is no snapshot in {self.path}.")
            raise type(failure)(str(failure))
        return self._served

    def _named_signature(self) -> Signature:
        """Changes with ``CURRENT`` and with the files of the snapshot it names."""
        stat = stat_of(self.path / CURRENT)
        known, named = self._read
        if known != stat or stat is None:
            named = self.named
            self._read = (stat, named)
        return (stat, *signature_of(self.path, named))

    def _choose(self) -> None:
        """Serve what ``CURRENT`` names, else the last good snapshot before it, else nothing and say why."""
        last = (self._served, signature_of(self.path, self._served))
        wanted: str | None = None
        serving: str | None = None
        failure: StoreError | None = None
        for _ in range(FOLLOWING_TRIES):
            before = self._named_signature()
            try:
                wanted = named(self.path)
                self._bring(wanted)
                serving, failure = wanted, None
                break
            except StoreError as error:
                failure = error
            if before[0] == stat_of(self.path / CURRENT):
                serving = self._last_good(wanted, failure)
                break  # else another came in force and this one may be retired already
        else:
            serving = self._last_good(wanted, failure)
        with self._lock:
            self._served, self._failure = serving, failure
            self._problem = None if failure is None else str(failure)
            if failure is not None and serving is not None:
                self._problem = f"{failure} Until then {serving} is shown, the last good one."
            held = self._open.get(serving) if serving is not None else None
            files = held.signature if held is not None else (None, None)
            if serving is not None and serving == last[0]:
                files = last[1]  # where its files are gone or changed and it goes on from what is open, too
            self._seen = (*before, *files)
            self._leave_vanished()
            self._close_unused()

    def _last_good(self, wanted: str | None, failure: StoreError | None) -> str | None:
        """The one served so far if it still verifies, else the newest that was in force before the one wanted.

        Where nothing in the store verifies any more but the one served so far is open and its file was removed, not
        changed, that one: what is open is still what was verified.
        """
        if isinstance(failure, NoSnapshot) and wanted is None and self._served is None:
            return None
        served = [self._served] if self._served is not None and self._served != wanted else []
        for identity in [*served, *(other for other in lineage(self.path, wanted) if other != wanted)]:
            with contextlib.suppress(StoreError):
                self._bring(identity)
                return identity
        with self._lock:
            return self._served if self._served in self._open else None

    def _bring(self, identity: str) -> None:
        """See that a snapshot is open and that its files are still those that were verified."""
        signature = signature_of(self.path, identity)
        with self._lock:
            held = self._open.get(identity)
            if held is not None and held.signature == signature:
                self._open[identity] = self._open.pop(identity)
                return
        try:
            manifest = verified(self.path, identity)
        except StoreError:
            if held is None or signature[1] not in (None, held.signature[1]):
                self._drop(identity)
            raise
        if held is not None:
            held.signature = signature  # the same bytes with another time of change
            return
        path = database_path(self.path, identity)
        opened = _Open(Snapshot(path, manifest, memory_limit=self._memory_limit, threads=self._threads), signature)
        if signature_of(self.path, identity) != signature:
            opened.snapshot.close()
            raise SnapshotRefused(f"Snapshot {identity} changed while it was opened. Roll back or publish again.")
        with self._lock:
            if identity in self._open:  # another thread was faster
                opened.snapshot.close()
            else:
                self._open[identity] = opened
                if self._is_indexed:
                    opened.snapshot.prepare()

    def _drop(self, identity: str) -> None:
        """Let nobody begin with a snapshot whose files changed; those at work finish on what they have open."""
        with self._lock:
            held = self._open.pop(identity, None)
            if held is not None:
                held.is_leaving = True
                if not held.users:
                    held.snapshot.close()

    def _leave_vanished(self) -> None:
        """Close unused snapshots that were retired, so that their space is given back. The caller holds the lock."""
        for identity, held in list(self._open.items()):
            if not held.users and identity != self._served and stat_of(database_path(self.path, identity)) is None:
                self._open.pop(identity).snapshot.close()

    def _close_unused(self) -> None:
        """Close what is neither served nor used, but the few last named ones. The caller holds the lock."""
        idle = [identity for identity, held in self._open.items() if not held.users and identity != self._served]
        kept = [identity for identity in idle if self._open[identity].is_named][-PINNED_OPEN:]
        for identity in idle:
            if identity not in kept:
                self._open.pop(identity).snapshot.close()
