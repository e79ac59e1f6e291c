"""Definitions (口径): versioned TOML files with the rules that differ between districts."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.errors import DefinitionError

FOLDER = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Definition:
    """One version of the rules.

    Attributes
    ----------
    name, version, title
        ``name@version`` is how an address names it; ``title`` maps a language to the shown name.
    weights
        Shares of ``response``, ``satisfaction``, ``resolution`` in the composite score; they add up to 1.
    basically_satisfied
        What a "basically satisfied" call-back counts.
    minimum_n
        Below this denominator a rate is not shown and not ranked.
    due_soon_hours
        Working hours ahead that "due soon" looks.
    camera_limit_minutes
        A camera last seen longer ago than this is not online.
    assessment_day
        Day of the month on which an assessment month begins.
    points
        What the composite score is made of: indicator → points for a rate of 1, negative for the rates of which less is
        better (−20 gives 20 × (1 − rate)). They add up to 100. Without any, the three weights × 100.
    text, sha256
        The file as it was published and its hash.
    """

    name: str
    version: str
    title: dict[str, str]
    weights: dict[str, float]
    basically_satisfied: float = 0.9
    minimum_n: int = 30
    due_soon_hours: float = 4.0
    camera_limit_minutes: float = 60.0
    assessment_day: int = 19
    points: dict[str, float] = field(default_factory=dict)
    text: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"

    @property
    def terms(self) -> dict[str, float]:
        """Points of the composite score by indicator; see ``points``."""
        return self.points or {f"{rate}_rate": 100 * weight for rate, weight in self.weights.items()}

    @property
    def sha256(self) -> str:
        """Hash of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def parse(cls, text: str, where: str = "definition") -> Definition:
        """Read and check a definition's TOML text.

        Raises
        ------
        DefinitionError
            A key is missing, unknown or out of range; the sentence names it and what is expected.
        """
        try:
            raw: dict[str, Any] = tomllib.loads(text)
            definition = cls(**raw, text=text)
        except (tomllib.TOMLDecodeError, TypeError) as error:
            raise DefinitionError(f"{where}: {error}. Compare with the files in data/indicators/definitions.") from error
        if set(definition.weights) != {"response", "satisfaction", "resolution"} or abs(sum(definition.weights.values()) - 1) > 1e-9:
            raise DefinitionError(f"{where}: weights must name response, satisfaction and resolution and add up to 1.")
        if definition.points and abs(sum(map(abs, definition.points.values())) - 100) > 1e-9:
            raise DefinitionError(f"{where}: points must add up to 100, the negative ones counted as positive.")
        if definition.minimum_n < 1 or not 1 <= definition.assessment_day <= 28:
            raise DefinitionError(f"{where}: minimum_n must be at least 1 and assessment_day between 1 and 28.")
        return definition


def shipped() -> list[Definition]:
    """The definitions that come with the program, the default first."""
    return [Definition.parse(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.toml"))]
