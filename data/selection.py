"""What the user is looking at: read from an address, written back to it.

The registry of filters is :data:`data.filters.FILTERS`; the keys that only concern the view are :data:`VIEW_KEYS`.
Order and repetition do not matter: equal selections are equal objects and have one canonical address.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import parse_qs, quote

from data import against, values
from data.comparison import KINDS
from data.errors import SelectionError
from data.filters import FILTERS, sentence, settle
from data.vocabulary import MIX_NAMES, Language, Words
from data.window import Window, window

__all__ = ["KEYS", "VIEW_KEYS", "Selection", "Window", "sentence", "settle", "window"]

MAXIMUM_QUERY: Final = 6000
MAXIMUM_KEYS: Final = 60
_PART: Final = re.compile(r"(?:\\.|[^,])+")


@dataclass(frozen=True)
class Selection:
    """One selection. Every attribute is immutable and hashable.

    Attributes
    ----------
    area, grid
        Area codes. ``area`` is one subtree, ``grid`` several picked areas of any level.
    from_day, to_day, window
        Local days, both included; they win over the named ``window``. Without any: the last seven complete days.
    domain, category, subcategory, source, stage, department, urgency, deadline, callback
        Values of one key are alternatives, keys narrow each other.
    duration, hours, weekday
        Hours to closing and hours of the day, both half-open; days of the week, Monday 1 to Sunday 7.
    q, bbox, polygon
        Words to look for; west, south, east, north; ring of (lon, lat).
    snapshot, definition
        Pinned snapshot id and definition ``name@version``; None is what is in force.
    level, indicator, adjust, layers, scene, compare, against, lang, kiosk, tour
        How it is shown; ``against`` is what the workbench compares it with (:mod:`data.against`).
    home
        Area that the tour comes back to, while it is elsewhere.
    template, issue
        Which brief, and which of those that were issued.
    """

    area: str | None = None
    from_day: dt.date | None = None
    to_day: dt.date | None = None
    window: str | None = None
    domain: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    subcategory: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    grid: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    deadline: tuple[str, ...] = ()
    callback: tuple[str, ...] = ()
    duration: tuple[float, float] | None = None
    hours: tuple[int, int] | None = None
    weekday: tuple[int, ...] = ()
    q: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    snapshot: str | None = None
    definition: str | None = None
    level: str | None = None
    indicator: str | None = None
    adjust: str | None = None
    layers: tuple[str, ...] | None = None
    scene: str | None = None
    compare: str | None = None
    against: str | None = None
    lang: Language = "zh"
    kiosk: bool = False
    tour: bool = False
    home: str | None = None
    template: str | None = None
    issue: str | None = None

    @classmethod
    def parse(cls, query: str | Mapping[str, list[str]]) -> tuple[Self, list[str]]:
        """Read an address leniently: what cannot be read falls back to its default, with a note in the page's language."""
        selection, notes = cls._read(query)
        return selection, [note.in_(selection.lang) for note in notes]

    @classmethod
    def parse_strict(cls, query: str | Mapping[str, list[str]]) -> Self:
        """Read an address and refuse what cannot be read.

        Raises
        ------
        SelectionError
            Names the first key that is unknown or has a bad value, and what is expected.
        """
        selection, notes = cls._read(query)
        if notes:
            raise SelectionError(notes[0].en)
        return selection

    @classmethod
    def _read(cls, query: str | Mapping[str, list[str]]) -> tuple[Self, list[Words]]:
        notes: list[Words] = []
        found: dict[str, Any] = {}
        for key, given in _pairs(query, notes):
            if key not in KEYS:
                notes.append(Words(f"未知条件 {_short(key)} 已忽略。", f"{_short(key)} is not a key of a selection and was left out."))
                continue
            attribute, kind = KEYS[key]
            texts = [part for text in given for part in _parts(text, kind)]
            if not texts:
                if key == "layers" and given:
                    found[attribute] = ()
                continue
            try:
                found[attribute] = kind.read(texts)
            except ValueError:
                shown = f"{key}={_short(','.join(texts))}"
                notes.append(
                    Words(
                        f"{shown} 无法识别，已忽略；应为{kind.expected.zh}。",
                        f"{shown} cannot be read and was left out; expected {kind.expected.en}.",
                    )
                )
        if "window" in found and ("from_day" in found or "to_day" in found):
            del found["window"]
            notes.append(
                Words("同时给了 from/to 与 window，按 from/to。", "Both from/to and window are given; from/to is used. Leave one out.")
            )
        first, last = found.get("from_day"), found.get("to_day")
        if first is not None and last is not None and last < first:
            del found["from_day"], found["to_day"]
            notes.append(
                Words(
                    f"to={last} 早于 from={first}，两者已忽略。",
                    f"to={last} is before from={first}; both were left out. Exchange them.",
                )
            )
        return cls(**found), notes

    def query(self) -> str:
        """The canonical address, without ``?``; empty for the default selection."""
        parts = []
        for key, (attribute, kind) in KEYS.items():
            value = getattr(self, attribute)
            if value == DEFAULTS[attribute]:
                continue
            texts = kind.write(value)
            joined = texts[0] if kind.is_whole and texts else ",".join(text.replace("\\", "\\\\").replace(",", "\\,") for text in texts)
            parts.append(f"{key}={quote(joined, safe=',:@')}")
        return "&".join(parts)

    def as_dict(self) -> dict[str, str]:
        """The address as an object: keys as in an address, values as texts; defaults left out."""
        return {key: values_[0] for key, values_ in parse_qs(self.query(), keep_blank_values=True).items()}

    def with_(self, **changes: Any) -> Self:
        """The same selection with some attributes changed."""
        return dataclasses.replace(self, **changes)


VIEW_KEYS: Final[Mapping[str, values.Kind]] = {
    "snapshot": values.pattern(r"[0-9]{8}T[0-9]{6}Z-[0-9a-z]{8}", Words("快照编号", "the id of a snapshot")),
    "definition": values.pattern(r"[a-z0-9_\-]{1,40}@[a-z0-9_.\-]{1,20}", Words("口径 名称@版本", "a definition name@version")),
    "level": values.slug(),
    "indicator": values.slug(),
    "adjust": values.choice(tuple(MIX_NAMES)),
    "layers": values.slugs(),
    "scene": values.slug(),
    "compare": values.choice(KINDS),
    "against": against.value(),
    "lang": values.choice(("zh", "en")),
    "kiosk": values.flag(),
    "tour": values.flag(),
    "home": values.name(),
    "template": values.slug(),
    "issue": values.slug(),
}
"""Keys that do not select events: how it is shown, from which snapshot, by which rules."""

KEYS: Final[Mapping[str, tuple[str, values.Kind]]] = {
    **{key: (row.attributes[i], row.kinds[i]) for row in FILTERS for i, key in enumerate(row.keys)},
    **{key: (key, kind) for key, kind in VIEW_KEYS.items()},
}
"""Every key of an address with its attribute and how it is read."""

DEFAULTS: Final[Mapping[str, Any]] = {field.name: field.default for field in dataclasses.fields(Selection)}


def _pairs(query: str | Mapping[str, list[str]], notes: list[Words]) -> Iterator[tuple[str, list[str]]]:
    if isinstance(query, str):
        if len(query) > MAXIMUM_QUERY:
            notes.append(Words("地址太长，已忽略全部条件。", f"The selection is longer than {MAXIMUM_QUERY} characters; shorten it."))
            return
        try:
            query = parse_qs(query.removeprefix("?"), keep_blank_values=True, max_num_fields=MAXIMUM_KEYS, errors="strict")
        except ValueError:
            notes.append(
                Words(
                    "地址无法解读，已忽略全部条件。", f"The selection cannot be read: expected at most {MAXIMUM_KEYS} key=value in UTF-8."
                )
            )
            return
    yield from query.items()


def _parts(text: str, kind: values.Kind) -> list[str]:
    parts = [text] if kind.is_whole else [re.sub(r"\\(.)", r"\1", part) for part in _PART.findall(text)]
    return [part.strip() for part in parts if part.strip()]


def _short(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return printable if len(printable) <= 40 else printable[:40] + "…"
