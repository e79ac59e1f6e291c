"""The registry of filters: address key, how it is read, how it narrows events, how it reads in a sentence.

The predicates themselves stand in ``sql/_selected.sql``, each line ending in the key that owns it. A filter says which of
its lines are in force and with which parameters, so the sentence and the SQL come from one row and cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from data import days, values
from data.bound import Bound, Mask, area_ix, bits, deadline_masks, positions
from data.due import due_until
from data.errors import SelectionError
from data.indicators import call_backs
from data.indicators.registry import INDICATORS
from data.schema import STAGES, URGENCIES
from data.tree import Tree
from data.values import Kind
from data.vocabulary import CALLBACK_NAMES, DEADLINE_NAMES, STAGE_NAMES, URGENCY_NAMES, WEEKDAY_NAMES, Language, Words
from data.window import window

if TYPE_CHECKING:
    from data.selection import Selection
    from data.view import View

ALONE: Final = "~"
"""Before the code of an area (``grid=``) or the name of a category: its own events alone, those that lie in nothing below it. By itself
as a department: the events of none."""


@dataclass(frozen=True)
class Filter:
    """One filter.

    Attributes
    ----------
    keys, attributes, kinds
        Address keys it owns, the selection's attributes they fill and how they are read; usually one of each.
    bind
        From view and selection to the lines in force; only called when the filter is active.
    say
        The filter in words.
    unknown
        Which of its values this view does not have; those are dropped with a note. Areas out of scope count as unknown.
    """

    keys: tuple[str, ...]
    attributes: tuple[str, ...]
    kinds: tuple[Kind, ...]
    bind: Callable[[View, Selection], Bound]
    say: Callable[[View, Selection, Language], str]
    unknown: Callable[[View, Selection], list[str]] = lambda view, selection: []

    def is_active(self, selection: Selection) -> bool:
        """Whether the selection uses this filter."""
        return any(getattr(selection, attribute) not in (None, ()) for attribute in self.attributes)


def active(selection: Selection) -> list[Filter]:
    """The filters in force, in the registry's order. The window always is."""
    return [row for row in FILTERS if row.is_active(selection) or "window" in row.keys]


def sentence(view: View, selection: Selection, lang: Language = "zh") -> str:
    """What is shown, in words: area, window, filters, snapshot, definition."""
    areas, snapshot = view.snapshot.areas, view.snapshot
    parts = [row.say(view, selection, lang) for row in active(selection)]
    if selection.area is None:
        tops = [areas.names[low] for low, _ in view.spans] if view.scope is not None else [snapshot.name]
        parts.insert(0, _joined(tops, lang) or Words("无可见区域", "no visible area").in_(lang))
    as_of = snapshot.as_of.astimezone(snapshot.zone)
    parts.append(Words("快照", "snapshot").in_(lang) + f" {as_of:%Y-%m-%d %H:%M}")
    parts.append(Words("口径", "definition").in_(lang) + f" {view.definition.shown(lang)}")
    return (", " if lang == "en" else "，").join(parts)


def settle(view: View, selection: Selection, *, strict: bool = False) -> tuple[Selection, list[str]]:
    """Drop what this view does not have: unknown areas, categories, sources, departments.

    An area out of the view's scope is unknown to it, in the same words as one that does not exist.

    Raises
    ------
    SelectionError
        Only when ``strict``: names the first value that is unknown.
    """
    notes: list[str] = []
    for row in FILTERS:
        missing = row.unknown(view, selection)
        if not missing:
            continue
        attribute, key = row.attributes[0], row.keys[0]
        shown = ", ".join(missing)[:80]
        if strict:
            raise SelectionError(f"{key}={shown} is not in this snapshot; choose one that is.")
        value = getattr(selection, attribute)
        kept = tuple(item for item in value if item not in missing) if isinstance(value, tuple) else None
        selection = selection.with_(**{attribute: kept})
        notes.append(
            Words(f"{key}={shown} 不在此快照中，已忽略。", f"{key}={shown} is not in this snapshot and was left out.").in_(selection.lang)
        )
    if selection.definition is not None and selection.definition not in view.snapshot.definitions:
        known = ", ".join(view.snapshot.definitions)
        if strict:
            raise SelectionError(f"This snapshot has no definition {selection.definition}; it has {known}.")
        notes.append(
            Words(
                f"此快照没有口径 {selection.definition}，改用 {view.definition.key}；可选：{known}。",
                f"This snapshot has no definition {selection.definition}; {view.definition.key} is used instead. It has {known}.",
            ).in_(selection.lang)
        )
        selection = selection.with_(definition=None)
    if strict and selection.indicator is not None and selection.indicator not in INDICATORS:
        raise SelectionError(f"There is no indicator {selection.indicator[:40]!r}; choose one of {', '.join(INDICATORS)}.")
    if selection.level is not None and selection.level not in view.snapshot.levels:
        if strict:
            raise SelectionError(f"level={selection.level} is none of {', '.join(view.snapshot.levels)}.")
        notes.append(
            Words(f"没有层级 {selection.level}，已忽略。", f"There is no level {selection.level}; it was left out.").in_(selection.lang)
        )
        selection = selection.with_(level=None)
    return selection, notes


def _joined(items: Iterable[str], lang: Language) -> str:
    listed = list(items)
    shown = listed[:3]
    more = Words(f"等 {len(listed)} 项", f" and {len(listed) - 3} more").in_(lang) if len(listed) > 3 else ""
    return (" / " if lang == "en" else "、").join(shown) + more


def _named(attribute: str, names: dict[str, Words]) -> Callable[[View, Selection, Language], str]:
    return lambda view, selection, lang: _joined((names[value].in_(lang) for value in getattr(selection, attribute)), lang)


def _bind_window(view: View, selection: Selection) -> Bound:
    found = window(view, selection)
    return days.between(view, found.from_day, found.to_day)


def _say_window(view: View, selection: Selection, lang: Language) -> str:
    found = window(view, selection)
    first, last = found.from_day, found.to_day
    if last < first:
        said = Words("无日期", "no days").in_(lang)
    elif first == last:
        said = f"{first}"
    else:
        short = f"{last:%m-%d}" if first.year == last.year else f"{last}"
        said = f"{first}" + Words(" 至 ", " to ").in_(lang) + short
    day = view.definition.day
    if day.begins:
        zh, en = ("前一日", " of the day before") if day.named_by == "end" else ("当日", "")
        said += Words(f"（每日自{zh} {day.begins}:00 起）", f" (days from {day.begins}:00{en})").in_(lang)
    return said + (Words("（未结束）", " (not over)").in_(lang) if found.is_partial else "")


def _subtrees(tree: Tree, nodes: Iterable[int]) -> Mask:
    mask = np.zeros(len(tree), dtype=bool)
    for ix in nodes:
        mask[ix : tree.last[ix] + 1] = True
    return mask


def _named_nodes(given: Iterable[str], find: Callable[[str], Iterable[int]]) -> dict[int, bool]:
    """Nodes of a tree by what an address says of them; True: the node alone, without what hangs below it (``~`` before its name)."""
    found: dict[int, bool] = {}
    for text in given:
        nodes = dict.fromkeys(find(text), False) or {ix: True for ix in find(text.removeprefix(ALONE)) if text.startswith(ALONE)}
        found |= {ix: is_alone and found.get(ix, True) for ix, is_alone in nodes.items()}
    return found


def _nodes_and_below(tree: Tree, nodes: Mapping[int, bool]) -> Mask:
    mask = _subtrees(tree, (ix for ix, is_alone in nodes.items() if not is_alone))
    mask[[ix for ix, is_alone in nodes.items() if is_alone]] = True
    return mask


def _say_nodes(tree: Tree, nodes: Mapping[int, bool], lang: Language) -> str:
    alone = Words("（未细分到下级）", " (known no deeper)").in_(lang)
    return _joined((tree.names[ix] + (alone if is_alone else "") for ix, is_alone in nodes.items()), lang)


def _area() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        ix = area_ix(view, selection)
        return positions("area", _subtrees(view.snapshot.areas, [ix] if ix >= 0 else []))

    def say(view: View, selection: Selection, lang: Language) -> str:
        ix = area_ix(view, selection)
        return view.snapshot.areas.names[ix] if ix >= 0 else Words("未知区域", "unknown area").in_(lang)

    def unknown(view: View, selection: Selection) -> list[str]:
        return [selection.area] if selection.area is not None and area_ix(view, selection) < 0 else []

    return Filter(("area",), ("area",), (values.name(),), bind, say, unknown)


def _grid() -> Filter:
    def nodes(view: View, codes: Iterable[str]) -> dict[int, bool]:
        return _named_nodes(codes, lambda code: (ix for ix in view.snapshot.areas.find(code) if view.sees(ix)))

    def bind(view: View, selection: Selection) -> Bound:
        return positions("grid", _nodes_and_below(view.snapshot.areas, nodes(view, selection.grid)))

    def say(view: View, selection: Selection, lang: Language) -> str:
        return _say_nodes(view.snapshot.areas, nodes(view, selection.grid), lang)

    def unknown(view: View, selection: Selection) -> list[str]:
        return [code for code in selection.grid if not nodes(view, [code])]

    return Filter(("grid",), ("grid",), (values.names(),), bind, say, unknown)


def _categories(key: str, depth: int) -> Filter:
    def nodes(view: View, names: Iterable[str]) -> dict[int, bool]:
        return _named_nodes(names, lambda name: view.snapshot.categories.find(name, depth))

    def bind(view: View, selection: Selection) -> Bound:
        return positions(key, _nodes_and_below(view.snapshot.categories, nodes(view, getattr(selection, key))))

    def say(view: View, selection: Selection, lang: Language) -> str:
        named = nodes(view, getattr(selection, key))
        several = dict.fromkeys(_say_nodes(view.snapshot.categories, {ix: is_alone}, lang) for ix, is_alone in named.items())
        return _joined(several, lang)

    def unknown(view: View, selection: Selection) -> list[str]:
        return [name for name in getattr(selection, key) if not nodes(view, [name])]

    return Filter((key,), (key,), (values.names(),), bind, say, unknown)


def _sources() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        return positions("source", np.array([row.source in selection.source for row in view.snapshot.sources], dtype=bool))

    def say(view: View, selection: Selection, lang: Language) -> str:
        return _joined((row.name_in(lang) for row in view.snapshot.sources if row.source in selection.source), lang)

    def unknown(view: View, selection: Selection) -> list[str]:
        return [source for source in selection.source if source not in {row.source for row in view.snapshot.sources}]

    return Filter(("source",), ("source",), (values.names(),), bind, say, unknown)


def _departments() -> Filter:
    def asked(selection: Selection) -> set[str]:
        return {"" if name == ALONE else name for name in selection.department}

    def bind(view: View, selection: Selection) -> Bound:
        return positions("department", np.array([name in asked(selection) for name in view.snapshot.departments], dtype=bool))

    def say(view: View, selection: Selection, lang: Language) -> str:
        return _joined((Words("无部门", "no department").in_(lang) if name == ALONE else name for name in selection.department), lang)

    def unknown(view: View, selection: Selection) -> list[str]:
        return [name for name in selection.department if name not in view.snapshot.departments and name != ALONE]

    return Filter(("department",), ("department",), (values.names(),), bind, say, unknown)


def _stages() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        return positions("stage", view.snapshot.outcomes["stage"].isin(selection.stage).to_numpy(dtype=bool))

    return Filter(("stage",), ("stage",), (values.choices(STAGES),), bind, _named("stage", dict(STAGE_NAMES)))


def _urgencies() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        return positions("urgency", np.array([urgency in selection.urgency for urgency in URGENCIES], dtype=bool))

    return Filter(("urgency",), ("urgency",), (values.choices(URGENCIES),), bind, _named("urgency", dict(URGENCY_NAMES)))


def _deadlines() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        masks = deadline_masks(view)
        none = np.zeros(len(view.snapshot.outcomes), dtype=bool)
        bound = positions("deadline", np.logical_or.reduce([masks[value] for value in selection.deadline] or [none]))
        if "due_soon" not in selection.deadline or "not_due" in selection.deadline:
            return bound
        as_of = view.snapshot.as_of.replace(tzinfo=None)
        due = {"due_from": as_of, "due_until": due_until(view)}
        if set(selection.deadline) == {"due_soon"}:
            return bound | Bound(frozenset({"deadline_from", "deadline_until"}), due)
        if set(selection.deadline) == {"due_soon", "overdue"}:
            return bound | Bound(frozenset({"deadline_until"}), due)
        other = np.logical_or.reduce([masks[value] for value in selection.deadline if value != "due_soon"])
        return bound | Bound(frozenset({"deadline_soon"}), due | {"deadline_other": bits(other)})

    return Filter(("deadline",), ("deadline",), (values.choices(tuple(DEADLINE_NAMES)),), bind, _named("deadline", dict(DEADLINE_NAMES)))


def _callbacks() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        masks = call_backs.masks(view)
        return positions("callback", np.logical_or.reduce([masks[value] for value in selection.callback]))

    return Filter(("callback",), ("callback",), (values.choices(tuple(CALLBACK_NAMES)),), bind, _named("callback", dict(CALLBACK_NAMES)))


def _hours() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        low, high = selection.hours or (0, 24)
        hour = np.arange(168) % 24
        return positions("hours", (hour >= low) & (hour < high) if low < high else (hour >= low) | (hour < high))

    def say(view: View, selection: Selection, lang: Language) -> str:
        low, high = selection.hours or (0, 24)
        return Words(f"{low} 至 {high} 时", f"{low} to {high} h").in_(lang)

    return Filter(("hours",), ("hours",), (values.hour_range(),), bind, say)


def _weekdays() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        return positions("weekday", np.isin(np.arange(168) // 24 + 1, selection.weekday))

    def say(view: View, selection: Selection, lang: Language) -> str:
        return (", " if lang == "en" else "、").join(WEEKDAY_NAMES[number - 1].in_(lang) for number in selection.weekday)

    return Filter(("weekday",), ("weekday",), (values.weekdays(),), bind, say)


def _duration() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        low, high = selection.duration or (0.0, values.MAXIMUM_HOURS)
        return Bound(frozenset({"duration"}), {"duration_from": low * 3600, "duration_until": high * 3600})

    def say(view: View, selection: Selection, lang: Language) -> str:
        low, high = selection.duration or (0.0, values.MAXIMUM_HOURS)
        return Words(f"办结用时 {low:g} 至 {high:g} 小时", f"closed after {low:g} to {high:g} h").in_(lang)

    return Filter(("duration",), ("duration",), (values.duration(),), bind, say)


def _words() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        return Bound(frozenset({"q"}), {"q": selection.q})

    def say(view: View, selection: Selection, lang: Language) -> str:
        return Words(f"含“{selection.q}”", f"with “{selection.q}”").in_(lang)

    return Filter(("q",), ("q",), (values.text(),), bind, say)


def _box() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        sides = dict(zip(("west", "south", "east", "north"), selection.bbox or (), strict=False))
        return Bound(frozenset({"bbox"}), {f"bbox_{side}": degrees for side, degrees in sides.items()})

    def say(view: View, selection: Selection, lang: Language) -> str:
        west, south, east, north = selection.bbox or (0.0, 0.0, 0.0, 0.0)
        return Words("框内", "in the box").in_(lang) + f" {west:.3f},{south:.3f}–{east:.3f},{north:.3f}"

    return Filter(("bbox",), ("bbox",), (values.box(),), bind, say)


def _polygon() -> Filter:
    def bind(view: View, selection: Selection) -> Bound:
        ring = selection.polygon or ()
        lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
        edges = [
            {"x1": lon1, "y1": lat1, "x2": lon2, "y2": lat2} for (lon1, lat1), (lon2, lat2) in zip(ring, (*ring[1:], ring[0]), strict=True)
        ]
        sides = {"west": min(lons), "east": max(lons), "south": min(lats), "north": max(lats)}
        return Bound(frozenset({"polygon"}), {"polygon_edges": edges} | {f"polygon_{side}": degrees for side, degrees in sides.items()})

    def say(view: View, selection: Selection, lang: Language) -> str:
        corners = len(selection.polygon or ())
        return Words(f"画定的范围内（{corners} 个顶点）", f"within the drawn area of {corners} corners").in_(lang)

    return Filter(("polygon",), ("polygon",), (values.ring(),), bind, say)


FILTERS: Final[tuple[Filter, ...]] = (
    _area(),
    Filter(
        ("from", "to", "window"),
        ("from_day", "to_day", "window"),
        (values.day(), values.day(), values.window_name()),
        _bind_window,
        _say_window,
    ),
    _categories("domain", 1),
    _categories("category", 2),
    _categories("subcategory", 3),
    _sources(),
    _stages(),
    _departments(),
    _grid(),
    _urgencies(),
    _deadlines(),
    _callbacks(),
    _duration(),
    _hours(),
    _weekdays(),
    _words(),
    _box(),
    _polygon(),
)
"""Every filter, in the order of the sentence."""
