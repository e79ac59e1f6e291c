"""Retention: which snapshots stay, which go, and how they go without anyone noticing.

The newest two hours stay whole; from older ones the last of each hour, day and week (local to the installation), as long
as the settings say. The last of a week is also the last of its day and hour, so what is to stay later is never removed
earlier. Among those of one hour, one that was in force goes before one that was rolled back from.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.config import default_timezone
from data.errors import ConfigError, StoreError
from data.settings import StoreSettings, store_settings
from data.store.disk import discard, sync
from data.store.history import record
from data.store.layout import (
    QUARANTINE,
    database_path,
    identities,
    manifest_path,
    published_at,
    quarantine_path,
)
from data.store.lineage import lineage
from data.store.lock import keeping, locked
from data.store.manifest import named_by_current, read_manifest, verified
from data.store.pins import is_pinned
from data.store.sweep import sweep

GB: Final = 1e9
IN_FORCE: Final = "in force"
PINNED: Final = "pinned"


@dataclass(frozen=True)
class Plan:
    """What retention does to a store.

    Attributes
    ----------
    kept, retired
        Id → why, oldest first.
    size
        Bytes of what is kept.
    warnings
        Sentences: why nothing can be retired, or that what must stay is more than the limit.
    """

    kept: dict[str, str] = field(default_factory=dict)
    retired: dict[str, str] = field(default_factory=dict)
    size: int = 0
    warnings: tuple[str, ...] = ()


def retire(store: Path, now: dt.datetime | None = None, *, settings: StoreSettings | None = None, is_locked: bool = False) -> list[str]:
    """Remove what retention does not keep; gives the ids removed, oldest first.

    Readers that have a removed snapshot open finish on it. Also removes rejected rows whose time is over and what killed
    builds left. One that cannot be removed is left for the next time.

    Parameters
    ----------
    now
        The clock, in UTC.
    is_locked
        The caller is inside :func:`data.store.publish.building`.

    Raises
    ------
    StoreBusy
        A build is running.
    StoreError
        The store cannot be written to.
    ConfigError
        A setting is wrong.
    """
    return list(carry_out(store, now, settings=settings, is_locked=is_locked).retired)


def carry_out(store: Path, now: dt.datetime | None = None, *, settings: StoreSettings | None = None, is_locked: bool = False) -> Plan:
    """As :func:`retire`, but gives the plan with its reasons; ``retired`` holds what really went.

    Inside a build nothing is raised: what was published stays published, and the plan says what went wrong.
    """
    now = now or dt.datetime.now(dt.UTC)
    if not is_locked:
        with locked(store):
            sweep(store)
            return _carried_out(store, now, settings or store_settings(), is_verified=False)
    try:
        return _carried_out(store, now, settings or store_settings(), is_verified=True)
    except (StoreError, ConfigError, OSError) as error:
        return Plan(warnings=(f"Nothing more was retired: {error}",))


def _carried_out(store: Path, now: dt.datetime, settings: StoreSettings, *, is_verified: bool) -> Plan:
    plan = _planned(store, now, settings, is_verified=is_verified)
    gone = {identity: why for identity, why in plan.retired.items() if _remove(store, identity, why)}
    _forget_quarantine(store, now - dt.timedelta(days=settings.keep_quarantine_days))
    stuck = [identity for identity in plan.retired if identity not in gone]
    warnings = plan.warnings
    if stuck:
        warnings += (f"{', '.join(stuck)} could not be removed now; `retire` tries again.",)
    return Plan(plan.kept, gone, plan.size, warnings)


def planned(store: Path, now: dt.datetime | None = None, *, settings: StoreSettings | None = None) -> Plan:
    """What :func:`retire` would do now. Nothing is changed.

    Where ``CURRENT`` names no snapshot that verifies nothing goes: any of the others may be needed.
    """
    return _planned(store, now or dt.datetime.now(dt.UTC), settings or store_settings(), is_verified=False)


def _planned(store: Path, now: dt.datetime, settings: StoreSettings, *, is_verified: bool) -> Plan:
    ids = identities(store)
    sizes = {identity: _size(store, identity) for identity in ids}
    try:
        current = named_by_current(store)
        if current is not None and not is_verified:
            verified(store, current)
    except StoreError as error:
        sentence = f"Nothing is retired while the snapshot in force is refused: {error}"
        return Plan(dict.fromkeys(ids, "nothing is retired"), {}, sum(sizes.values()), (sentence,))
    if current is None:
        return Plan(dict.fromkeys(ids, "nothing is in force"), {}, sum(sizes.values()))
    kept = {identity: why for identity, why in _reasons(store, ids, current, now, settings).items() if why}
    retired = {identity: "its time is over" for identity in ids if identity not in kept}
    limit = settings.store_max_gb * GB
    size = sum(sizes[identity] for identity in kept)
    for identity in [identity for identity, why in kept.items() if why not in (IN_FORCE, PINNED)] if limit else []:
        if size <= limit:
            break
        del kept[identity]
        retired[identity] = f"more than {settings.store_max_gb:g} GB"
        size -= sizes[identity]
    warnings: tuple[str, ...] = ()
    if limit and size > limit:
        warnings = (
            f"Pinned snapshots and the one in force take {size / GB:.2f} GB, more than QUANYU_STORE_MAX_GB allows "
            f"({settings.store_max_gb:g}); unpin some or raise it.",
        )
    return Plan(kept, dict(sorted(retired.items())), size, warnings)


def _reasons(store: Path, ids: list[str], current: str, now: dt.datetime, settings: StoreSettings) -> dict[str, str]:
    """Id → why it is kept, empty where it is not."""
    official = set(lineage(store, current))
    zone = _zone()
    ages = {identity: (now - published_at(identity)).total_seconds() for identity in ids}
    rules: tuple[tuple[str, float, Callable[[dt.datetime], Any]], ...] = (
        ("last of its hour", settings.keep_hourly_days * 86400, lambda local: (local.date(), local.hour, local.utcoffset())),
        ("last of its day", settings.keep_daily_days * 86400, lambda local: local.date()),
        ("last of its week", settings.keep_weekly_days * 86400, lambda local: local.isocalendar()[:2]),
    )
    last: dict[tuple[str, Any], str] = {}
    for identity in sorted(ids, key=lambda identity: (identity in official, identity)):
        local = _local(identity, zone)
        last.update({(why, period(local)): identity for why, _, period in rules})
    reasons = dict.fromkeys(ids, "")
    for identity in ids:
        if identity == current:
            reasons[identity] = IN_FORCE
        elif is_pinned(store, identity):
            reasons[identity] = PINNED
        elif ages[identity] <= settings.keep_all_hours * 3600:
            reasons[identity] = "new"
    for (why, _), identity in last.items():
        longest_s = next(seconds for name, seconds, _ in rules if name == why)
        if not reasons[identity] and ages[identity] <= longest_s:
            reasons[identity] = why
    return reasons


def _local(identity: str, zone: dt.tzinfo) -> dt.datetime:
    try:
        return published_at(identity).astimezone(zone)
    except OverflowError:
        return dt.datetime.min


def _zone() -> dt.tzinfo:
    try:
        return ZoneInfo(default_timezone())
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def _size(store: Path, identity: str) -> int:
    """Bytes of a snapshot's tables, manifest and rejected rows."""
    paths = [database_path(store, identity), manifest_path(store, identity), *quarantine_path(store, identity).rglob("*")]
    size = 0
    for path in paths:
        with contextlib.suppress(OSError):
            size += path.lstat().st_size
    return size


def _remove(store: Path, identity: str, why: str) -> bool:
    """Remove one snapshot; gives whether it is gone for readers.

    The manifest goes first: from then on nobody can begin with the snapshot, and a crash leaves only what the next build
    sweeps away. The line in the history comes before it, so that its absence can always be explained.
    """
    manifest = manifest_path(store, identity)
    try:
        with keeping(store):
            if is_pinned(store, identity):
                return False
            record(store, "retire", identity, why=why, previous=_previous(store, identity))
            manifest.unlink(missing_ok=True)
            sync(manifest.parent)
    except (OSError, StoreError):
        return not manifest.exists()
    discard(database_path(store, identity))
    discard(quarantine_path(store, identity))
    return True


def _previous(store: Path, identity: str) -> str | None:
    with contextlib.suppress(StoreError):
        before = read_manifest(store, identity).get("previous")
        return None if before is None else str(before)
    return next((other for other in reversed(identities(store)) if other < identity), None)


def _forget_quarantine(store: Path, limit: dt.datetime) -> None:
    """Remove rejected rows that came before ``limit``, be their snapshot pinned or in force: they may hold personal data."""
    for folder in sorted((store / QUARANTINE).glob("*")):
        published = published_at(folder.name)
        if published < limit:
            discard(folder)
            continue
        arrivals: dict[tuple[str, str], dt.datetime] = {}
        with contextlib.suppress(StoreError):
            arrivals = dict(_arrivals(read_manifest(store, folder.name)))
        for path in sorted(folder.glob("*/*.csv")):
            if arrivals.get((path.parent.name, path.name.removesuffix(".csv")), published) < limit:
                discard(path)
                with contextlib.suppress(OSError):
                    path.parent.rmdir()


def _arrivals(manifest: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dt.datetime]]:
    """(source, file) → when its rows came, where the manifest says so."""
    for source in manifest.get("sources") or ():
        with contextlib.suppress(ValueError, TypeError, KeyError):
            arrived = dt.datetime.fromisoformat(source["arrived_at"])
            yield (source["name"], os.path.basename(source["file"])), arrived if arrived.tzinfo else arrived.replace(tzinfo=dt.UTC)
