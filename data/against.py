"""What a selection is compared with on the workbench (``against=``): another window, another area, or another snapshot.

One of the kinds of :data:`data.comparison.KINDS`; two days as ``2026-10-01..2026-10-31``; ``area:`` and a code; or the id of a snapshot.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np

from data.bound import area_ix
from data.comparison import KINDS
from data.indicators.intervals import wilson
from data.values import Kind, day, name
from data.vocabulary import Language, Words
from data.window import window

if TYPE_CHECKING:
    from data.selection import Selection
    from data.view import View

Kinds = Literal["window", "area", "snapshot"]
AREA: Final = "area:"
SNAPSHOT: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-z]{8}")
_DAYS: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)


def value() -> Kind:
    """How the key is read."""

    def read(texts: list[str]) -> str:
        text: str = name().read(texts)
        days = _DAYS.fullmatch(text)
        if days is not None and not day().read([days[1]]) <= day().read([days[2]]):
            raise ValueError("ends before it begins")
        if days is None and text not in KINDS and not SNAPSHOT.fullmatch(text) and not (text.startswith(AREA) and len(text) > len(AREA)):
            raise ValueError("none of the forms")
        return text

    forms = f"{', '.join(KINDS)}, 2026-10-01..2026-10-31, {AREA}990108001"
    return Kind(read, lambda text: [text], Words(f"{forms} 或快照编号", f"{forms} or the id of a snapshot"))


def kind(text: str) -> Kinds:
    """What is another one: the window, the area or the snapshot."""
    if text.startswith(AREA):
        return "area"
    return "snapshot" if SNAPSHOT.fullmatch(text) else "window"


def other(view: View, selection: Selection) -> Selection | None:
    """The selection that this one is compared with, of the same view or, where the snapshot is another one, of the other's.

    Everything but the one thing stays the same; an area is compared without what is picked and drawn in it. None where this view has
    no such area, or the window has none before it.
    """
    text = selection.against
    if text is None:
        return None
    bare = selection.with_(against=None)
    found = window(view, selection)
    if kind(text) == "snapshot":
        return bare.with_(from_day=found.from_day, to_day=found.to_day, window=None, snapshot=text)
    if kind(text) == "area":
        there = bare.with_(area=text.removeprefix(AREA), grid=(), bbox=None, polygon=None)
        return there if area_ix(view, there) >= 0 else None
    days = _DAYS.fullmatch(text)
    if days is not None:
        return bare.with_(from_day=dt.date.fromisoformat(days[1]), to_day=dt.date.fromisoformat(days[2]), window=None)
    previous = window(view, selection.with_(compare=text)).previous
    return None if previous is None else bare.with_(from_day=previous.from_day, to_day=previous.to_day, window=None)


def say(view: View, selection: Selection, text: str, lang: Language) -> str:
    """What it is compared with, in words; ``selection`` is what :func:`other` gave for a text, ``view`` its own."""
    if kind(text) == "snapshot":
        as_of = view.snapshot.as_of.astimezone(view.snapshot.zone)
        return Words(f"快照 {as_of:%Y-%m-%d %H:%M}", f"snapshot {as_of:%Y-%m-%d %H:%M}").in_(lang)
    if kind(text) == "area":
        return view.snapshot.areas.names[area_ix(view, selection)]
    return Words(f"{selection.from_day} 至 {selection.to_day}", f"{selection.from_day} to {selection.to_day}").in_(lang)


class Estimate(NamedTuple):
    """Values with the limits of their intervals; numbers or arrays, NaN where there is none."""

    value: Any
    low: Any
    high: Any


def change(n: Any, before: Any, days: int, days_before: int) -> Estimate:
    """By what share counts differ from others, each of so many days, with a 95 % interval: all counts taken as Poisson.

    Given the sum of two, the first is binomial: Wilson's interval of its share gives that of the ratio. NaN where the other is 0.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        sums = np.asarray(n, dtype=np.float64) + before
        shares = (n / sums, *wilson(n, sums))
        return Estimate(*(share / (1 - share) * days_before / np.float64(days) - 1 for share in shares))


def difference(now: Estimate, before: Estimate) -> Estimate:
    """Values less others, with the interval that follows from those of both (Zou and Donner 2008; Newcombe's for rates).

    It holds for independent values, whatever their intervals are made by.
    """
    d = now.value - before.value
    return Estimate(
        d, d - np.hypot(now.value - now.low, before.high - before.value), d + np.hypot(now.high - now.value, before.value - before.low)
    )
