"""What a build has to read, and what it keeps: deliveries of every source against the snapshot before.

A source is ``full``: what its path names now is all there is of it; or ``changes``: rows add to those that came before and
replace them, whether or not their files are still there. A file that was read before, under the same configuration, is not
read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data.config import Config, SourceConfig
from data.errors import ConfigError
from data.ingest.intake import file_sha256, seen
from data.ingest.report import FileReport
from data.store.earlier import Earlier

READING: Final = 2
"""Raised whenever the same file would be read otherwise than before."""


@dataclass
class Delivery:
    """Files of one source.

    Attributes
    ----------
    to_read
        Files that are new or changed.
    kept
        ``file_ix`` of files whose rows stay, and their reports.
    gone
        Files whose rows go, unless nothing good came in their place.
    known
        Where those kept files are that could be read again.
    is_dropped
        The configuration no longer names the source.
    """

    source: SourceConfig
    feed_ix: int
    settings: str
    to_read: list[Path] = field(default_factory=list)
    kept: dict[int, FileReport] = field(default_factory=dict)
    gone: dict[int, FileReport] = field(default_factory=dict)
    known: dict[int, Path] = field(default_factory=dict)
    is_dropped: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether anything is to be read or to go."""
        return bool(self.to_read or self.gone)

    def read_again(self) -> None:
        """Have every file that is still there read again."""
        for ix, path in self.known.items():
            self.gone[ix] = self.kept.pop(ix)
            self.to_read.append(path)
        self.known = {}
        self.to_read.sort()

    def keep(self, why: FileReport | None = None) -> None:
        """Let nothing go: what came in its place was refused."""
        for ix, report in self.gone.items():
            report.kept = why is not None
            self.kept[ix] = report
        self.gone = {}


def settings_of(source: SourceConfig, config: Config) -> str:
    """Digest of everything but the file itself that decides how a file is read."""
    parts = {
        "reading": READING, "zone": config.zone.key, "levels": config.levels, "as_of": str(config.as_of), "level": source.level,
        "datum": source.datum, "encoding": source.encoding, "sheet": source.sheet, "department": source.department, "kind": source.kind,
        "columns": {key: list(value) for key, value in source.columns.items()},
        "values": {key: dict(value) for key, value in source.values.items()}, "dissolve": source.dissolve, "name": source.name,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def plan(config: Config, earlier: Earlier | None, *, only: Sequence[Path] | None = None) -> list[Delivery]:
    """The deliveries of all sources, those first that the configuration names.

    Parameters
    ----------
    only
        The files of the configuration's one source; all other sources stay as they are.

    Raises
    ------
    ConfigError
        A source has no file and never had one.
    """
    found = [_delivery(source, feed_ix, config, earlier, only) for feed_ix, source in enumerate(config.sources)]
    named = {source.name for source in config.sources}
    for name, feed in (earlier.feeds if earlier else {}).items():
        files = earlier.of_feed(name) if earlier else {}
        if name in named:
            continue
        source = SourceConfig(name, feed.kind, Path(name), datum=feed.datum, mode=feed.mode)  # type: ignore[arg-type]
        if only is not None or any(report.is_uploaded for report in files.values()):
            found.append(Delivery(source, len(found), "", kept=dict(files)))
        else:
            found.append(Delivery(source, -1, "", gone=dict(files), is_dropped=True))
    for delivery in found:
        for report in (*delivery.kept.values(), *delivery.gone.values()):
            report.feed_ix = delivery.feed_ix
    return found


def _delivery(source: SourceConfig, feed_ix: int, config: Config, earlier: Earlier | None, only: Sequence[Path] | None) -> Delivery:
    delivery = Delivery(source, feed_ix, settings_of(source, config))
    before = dict(earlier.of_feed(source.name)) if earlier else {}
    for path in only if only is not None else _present(source, before):
        now = seen(path) if path.is_file() else ""
        sha256 = _sha256(path, now, before.values()) if path.is_file() and before else ""
        same = [ix for ix, report in before.items() if report.sha256 == sha256 and report.settings == delivery.settings]
        if same:
            delivery.kept[same[0]] = before.pop(same[0])
            delivery.kept[same[0]].kept = False
            delivery.kept[same[0]].seen = now
            delivery.known[same[0]] = path
        else:
            delivery.to_read.append(path)
            for ix in [ix for ix, report in before.items() if report.sha256 == sha256]:
                delivery.gone[ix] = before.pop(ix)
    (delivery.kept if source.mode == "changes" else delivery.gone).update(before)
    return delivery


def _sha256(path: Path, now: str, before: Iterable[FileReport]) -> str:
    """Hash of a file's bytes; known without reading them where the file system says (``now``) that nothing was written since."""
    return next((report.sha256 for report in before if now and report.seen == now), "") or file_sha256(path)


def _present(source: SourceConfig, before: dict[int, FileReport]) -> list[Path]:
    try:
        return source.files()
    except ConfigError:
        if source.mode == "changes" and before:
            return []
        raise


def rows_of(reports: Iterable[FileReport]) -> int:
    """Rows of some files together."""
    return sum(report.rows_in for report in reports)
