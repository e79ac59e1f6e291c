"""Definitions (口径): versioned TOML files with the rules that differ between districts.

``docs/definitions.md`` lists every key. What a file leaves out has the default of the classes below.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from data.errors import DefinitionError
from data.indicators.registry import INDICATORS
from data.indicators.rules import CONDITIONS, UNRATED, CallBack, Day, Repeat, Target

FOLDER: Final = Path(__file__).parent / "definitions"
MAXIMUM_BYTES: Final = 64_000
_NAME: Final = re.compile(r"[a-z0-9_\-]{1,40}")
_VERSION: Final = re.compile(r"[a-z0-9_.\-]{1,20}")
_HOUR: Final = re.compile(r"([01]?\d|2[0-3]):00")
_WEIGHTS: Final = {"response", "satisfaction", "resolution"}
_SEE: Final = "See docs/definitions.md."


Mark = Literal["met", "near", "missed"]


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
    blind_spot_metres
        Where events concentrate and no camera this near is online, there is a blind spot.
    assessment_day
        Day of the month on which an assessment month begins.
    points
        What the composite score is made of: indicator → points for a rate of 1, negative for the rates of which less is
        better (−20 gives 20 × (1 − rate)). They add up to 100. Without any, the three weights × 100.
    day, call_back, repeat
        When a day begins; which call-backs count; what a repeated place is.
    targets
        Indicator → what it should reach; only marks, no number depends on it.
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
    blind_spot_metres: float = 200.0
    assessment_day: int = 19
    points: dict[str, float] = field(default_factory=dict)
    day: Day = field(default_factory=Day)
    call_back: CallBack = field(default_factory=CallBack)
    repeat: Repeat = field(default_factory=Repeat)
    targets: dict[str, Target] = field(default_factory=dict)
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

    def shown(self, lang: str) -> str:
        """Title and version, as a page names it."""
        return f"{self.title.get(lang, self.name)} v{self.version}"

    def mark(self, indicator: str, value: float | None) -> Mark | None:
        """How a value stands to the indicator's target; None without a value or a target."""
        goal = self.targets.get(indicator)
        if goal is None or value is None:
            return None
        sign = -1 if INDICATORS[indicator].direction < 0 else 1
        if sign * value >= sign * goal.target:
            return "met"
        return "near" if sign * value > sign * goal.threshold else "missed"

    @classmethod
    def parse(cls, text: str, where: str = "definition") -> Definition:
        """Read and check a definition's TOML text.

        Raises
        ------
        DefinitionError
            A key is missing, unknown, of another type or out of range; the sentence names it and what is expected.
        """
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DefinitionError(f"{where} is not valid TOML: {error}. {_SEE}") from error
        return _Reader(where).definition(raw, text)


class _Reader:
    """Checks one file's tables; every complaint begins with the file and the key."""

    def __init__(self, where: str) -> None:
        self._where = where

    def fail(self, sentence: str) -> DefinitionError:
        return DefinitionError(f"{self._where}: {sentence} {_SEE}")

    def definition(self, raw: Mapping[str, Any], text: str) -> Definition:
        self.known(raw, {item.name for item in fields(Definition)} - {"text"}, "")
        for key in ("name", "version", "title", "weights"):
            if key not in raw:
                raise self.fail(f"'{key}' is missing; every definition has name, version, title and weights.")
        for key, form in (("name", _NAME), ("version", _VERSION)):
            if not isinstance(raw[key], str) or not form.fullmatch(raw[key]):
                raise self.fail(f'{key} {raw[key]!r} must be text of lower-case letters, digits, _ and -, such as "jiesu" and "2".')
        title = self.table(raw, "title")
        if not {"zh", "en"} <= set(title) or not all(isinstance(name, str) and name.strip() for name in title.values()):
            raise self.fail('title must name both languages: { zh = "接诉即办", en = "Swift response" }.')
        weights = {key: self.number(value, f"weights.{key}", 0, 1) for key, value in self.table(raw, "weights").items()}
        if set(weights) != _WEIGHTS or abs(sum(weights.values()) - 1) > 1e-9:
            raise self.fail("weights must name response, satisfaction and resolution and add up to 1.")
        plain = {
            "basically_satisfied": (0.0, 1.0), "due_soon_hours": (0.0, 1000.0), "camera_limit_minutes": (0.0, 100_000.0),
            "blind_spot_metres": (10.0, 10_000.0),
        }  # fmt: skip
        whole = {"minimum_n": (1, 1_000_000), "assessment_day": (1, 28)}
        found: dict[str, Any] = {key: self.number(raw[key], key, *between) for key, between in plain.items() if key in raw}
        found |= {key: self.whole(raw[key], key, *between) for key, between in whole.items() if key in raw}
        return Definition(
            raw["name"], raw["version"], dict(title), weights, **found,
            points=self.points(self.table(raw, "points")), day=self.day(self.table(raw, "day")),
            call_back=self.call_back(self.table(raw, "call_back")), repeat=self.repeat(self.table(raw, "repeat")),
            targets=self.targets(self.table(raw, "targets")), text=text,
        )  # fmt: skip

    def points(self, given: Mapping[str, Any]) -> dict[str, float]:
        found = {key: self.number(value, f"points.{key}", -100, 100) for key, value in given.items()}
        for key in found:
            if key not in INDICATORS or INDICATORS[key].unit != "rate" or INDICATORS[key].measure != "outcome":
                rates = ", ".join(key for key, item in INDICATORS.items() if item.unit == "rate" and item.measure == "outcome")
                raise self.fail(f"points.{key} is no rate that a score can be made of; expected some of {rates}.")
        if found and abs(sum(map(abs, found.values())) - 100) > 1e-9:
            raise self.fail("points must add up to 100, the negative ones counted as positive.")
        return found

    def day(self, given: Mapping[str, Any]) -> Day:
        self.known(given, {"begins", "named_by"}, "day.")
        begins, named_by = given.get("begins", "00:00"), given.get("named_by", "begin")
        matched = _HOUR.fullmatch(begins) if isinstance(begins, str) else None
        if matched is None:
            raise self.fail(f'day.begins {begins!r} must be a whole hour in quotes, such as "12:00" for days from noon to noon.')
        if named_by not in ("begin", "end"):
            raise self.fail(f'day.named_by {named_by!r} must be "begin" or "end": the date on which a day begins or ends.')
        return Day(int(matched[1]), named_by)

    def call_back(self, given: Mapping[str, Any]) -> CallBack:
        self.known(given, {item.name for item in fields(CallBack)}, "call_back.")
        effective = given.get("effective", [])
        if not isinstance(effective, list) or not all(item in CONDITIONS for item in effective):
            raise self.fail(f"call_back.effective {effective!r} must be a list of some of {', '.join(CONDITIONS)}.")
        unrated = given.get("unrated", "counts")
        if unrated not in UNRATED:
            raise self.fail(f"call_back.unrated {unrated!r} must be one of {', '.join(UNRATED)}.")
        needs = given.get("resolved_needs_contact", False)
        if not isinstance(needs, bool):
            raise self.fail(f"call_back.resolved_needs_contact {needs!r} must be true or false.")
        return CallBack(tuple(item for item in CONDITIONS if item in effective), unrated, needs)

    def repeat(self, given: Mapping[str, Any]) -> Repeat:
        self.known(given, {item.name for item in fields(Repeat)}, "repeat.")
        return Repeat(
            self.whole(given.get("cases", Repeat.cases), "repeat.cases", 2, 1000),
            self.whole(given.get("days", Repeat.days), "repeat.days", 1, 366),
            self.number(given.get("metres", Repeat.metres), "repeat.metres", 1, 1000),
        )

    def targets(self, given: Mapping[str, Any]) -> dict[str, Target]:
        found = {}
        for key, item in given.items():
            indicator = INDICATORS.get(key)
            if indicator is None or not indicator.direction:
                wanted = ", ".join(key for key, item in INDICATORS.items() if item.direction)
                raise self.fail(f"targets.{key} is no indicator of which more or less is better; expected some of {wanted}.")
            parts = item if isinstance(item, dict) else {"target": item}
            self.known(parts, {"target", "threshold"}, f"targets.{key}.")
            most = {"rate": 1.0, "score": 100.0}.get(indicator.unit, 1e6)
            target = self.number(parts.get("target"), f"targets.{key}.target", 0, most)
            threshold = self.number(parts.get("threshold", target), f"targets.{key}.threshold", 0, most)
            if (threshold - target) * indicator.direction > 0:
                raise self.fail(f"targets.{key}.threshold {threshold:g} is better than its target {target:g}; exchange them.")
            found[key] = Target(target, threshold)
        return found

    def known(self, given: Mapping[str, Any], expected: set[str], prefix: str) -> None:
        for key in sorted(set(given) - expected):
            raise self.fail(f"unknown key '{prefix}{key}'; expected one of {', '.join(sorted(expected))}.")

    def table(self, raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = raw.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(f"'{key}' must be a table, found {value!r}.")
        return value

    def number(self, value: Any, key: str, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.fail(f"{key} {value!r} must be a number from {low:g} to {high:g}.")
        return float(value)

    def whole(self, value: Any, key: str, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.fail(f"{key} {value!r} must be a whole number from {low} to {high}.")
        return value


def read(path: Path) -> Definition:
    """A definition file.

    Raises
    ------
    DefinitionError
        It cannot be read as UTF-8 text, or is wrong.
    """
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise DefinitionError(f"{path.name} is larger than {MAXIMUM_BYTES} bytes; a definition is a short TOML file. {_SEE}")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name} cannot be read as UTF-8 text ({error}); save it as UTF-8.") from error
    return Definition.parse(text, path.name)


def shipped() -> list[Definition]:
    """The definitions that come with the program, the default first."""
    return [read(path) for path in sorted(FOLDER.glob("*.toml"))]


def complete(own: Iterable[Definition]) -> list[Definition]:
    """The definitions shipped, the default first, then a deployment's own; one that is given twice with the same text counts once.

    Raises
    ------
    DefinitionError
        Two of the same name and version differ.
    """
    found: dict[str, Definition] = {}
    for definition in (*shipped(), *own):
        held = found.setdefault(definition.key, definition)
        if held.sha256 != definition.sha256:
            raise DefinitionError(
                f"There are two different definitions {definition.key}; give one of them another name, or a new version. {_SEE}"
            )
    return list(found.values())
