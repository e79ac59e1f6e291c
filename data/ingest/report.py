"""What happened to one department file."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

_HIDDEN: Final = ("feed_ix", "refused", "own_reasons", "seen", "has_shapes")


@dataclass
class FileReport:
    """The account of one file; one entry of ``sources`` in ``build --json`` and in a manifest.

    Attributes
    ----------
    name, kind, mode
        Of the source it belongs to.
    rows_in, accepted, quarantined
        Always ``rows_in = accepted + quarantined``.
    refused, own_reasons
        Rows quarantined, and why, before rows that share an id were compared; these do not change when other files do.
    unknown, personal
        Headers that are not stored: nobody knows them, or they hold personal data and are never read.
    settings
        Digest of the configuration it was read under.
    kept
        Rows of an earlier delivery, because nothing newer was accepted.
    rejected_file
        Where its quarantined rows are, below ``quarantine/<id>/``; None where there are none.
    seen
        What the file system said of the file when it was read; where it says the same again, the bytes are the same. Empty where
        the file had only just been written.
    has_shapes
        Whether its format gives every row a place for a geometry.
    is_uploaded
        Sent by a person through the data page or ``take``; no configuration names it.
    arrived_at
        UTC, ISO 8601.
    """

    name: str
    file: str
    read: str = "ok"
    code: str | None = None
    message: str | None = None
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    positions_set_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    recognised: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    kind: str = ""
    mode: str = "full"
    sha256: str = ""
    arrived_at: str = ""
    seen: str = ""
    settings: str = ""
    kept: bool = False
    is_uploaded: bool = False
    rejected_file: str | None = None
    feed_ix: int = 0
    refused: int = 0
    own_reasons: dict[str, int] = field(default_factory=dict)
    has_shapes: bool = False

    @property
    def has_position(self) -> bool:
        """Whether the file has a place for a position, so that one can be missing; a video point without one is always told."""
        return self.has_shapes or self.kind == "video_point" or bool({"lon", "lat", "point"} & set(self.recognised))

    @property
    def is_good(self) -> bool:
        """Whether the file was read and has rows."""
        return self.read == "ok" and self.rows_in > 0

    def found(self, code: str, n: int) -> None:
        """Count a finding."""
        self.findings[code] = self.findings.get(code, 0) + n

    def settle(self, refused: int, reasons: dict[str, int]) -> None:
        """Take what was found against rows on their own."""
        self.refused, self.own_reasons = refused, reasons
        self.lose({})

    def lose(self, by_code: dict[str, int]) -> None:
        """Take how many rows lost to others of their id, by code, in place of what was known of it before."""
        self.quarantined = self.refused + sum(by_code.values())
        self.accepted = self.rows_in - self.quarantined
        self.reasons = dict(sorted((Counter(self.own_reasons) + Counter(by_code)).items()))

    def as_dict(self) -> dict[str, Any]:
        """As in ``build --json`` and in a manifest."""
        return {key: value for key, value in vars(self).items() if key not in _HIDDEN}

    def as_json(self) -> str:
        """Everything, for the table ``file``."""
        return json.dumps(vars(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def of_json(cls, text: str) -> FileReport:
        """The report that :meth:`as_json` wrote."""
        return cls(**json.loads(text))
