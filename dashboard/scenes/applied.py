"""A scene applied to an address: what the address says wins, what the data do not have is left out and said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from dashboard.look import Look
from dashboard.scenes.scene import TOGETHER, Scene, Scenes
from dashboard.words import say
from data.filters import settle
from data.indicators.registry import INDICATORS
from data.selection import DEFAULTS, KEYS, MAXIMUM_KEYS, Selection
from data.view import View
from data.vocabulary import Language


@dataclass(frozen=True)
class Applied:
    """An address read with its scene.

    Attributes
    ----------
    scene, selection
        The scene in force, and the selection with what it sets; settled against the view.
    notes
        What was left out, of the address and of the scene, in words.
    missing
        Attributes that the scene would set and of which the data have nothing.
    """

    scene: Scene
    selection: Selection
    notes: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The whole address, which links build on."""
        return self.scene.address(self.selection)


def applied(scenes: Scenes, view: View, query: str) -> Applied:
    """Read an address leniently and apply its scene, the first one where it names none or one that does not exist."""
    selection, notes = Selection.parse(query)
    lang = selection.lang
    scene = scenes.find(selection.scene)
    if scene is None:
        known = ", ".join(one.key for one in scenes)
        notes.append(say("scene_unknown", lang, scene=selection.scene, known=known))
        scene, selection = scenes.first, selection.with_(scene=None)
    own, missing = _own(scene, view, query)
    for attribute in missing:
        notes.append(say("scene_missing", lang, scene=scene.name(lang), what=_shown(attribute, scene.sets[attribute], lang)))
    settled, more = settle(view, selection.with_(**own))
    return Applied(scene, settled, (*notes, *more), missing)


def _shown(attribute: str, value: Any, lang: Language) -> str:
    if attribute == "indicator":
        return INDICATORS[value].names.in_(lang)
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)


def expanded(scenes: Scenes, view: View, query: str) -> str:
    """An address with what its scene sets written out; whatever else it says stays as it is."""
    selection, _ = Selection.parse(query)
    own, _ = _own(scenes.find(selection.scene) or scenes.first, view, query)
    return "&".join(part for part in (query, Selection(**own).query()) if part)


def lacks(scene: Scene, view: View) -> bool:
    """Whether the data have nothing of what the scene is about: none of its domains, categories, sources or areas."""
    return bool(_own(scene, view, "")[1])


def _own(scene: Scene, view: View, query: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the scene sets in this view where the address says nothing, and which attributes of it the view has nothing of."""
    if not scene.sets:
        return {}, ()
    given = _given(query)
    said = {KEYS[key][0] for key in given} | {KEYS[other][0] for key in given for other in TOGETHER.get(key, ())}
    wanted = {attribute: value for attribute, value in scene.sets.items() if attribute not in said}
    known, _ = settle(view, Selection(**wanted))
    missing = tuple(attribute for attribute in wanted if getattr(known, attribute) == DEFAULTS[attribute])
    missing = tuple(attribute for attribute in missing if wanted[attribute] != DEFAULTS[attribute])
    if known.indicator is not None and not Look(view, known).can_say(INDICATORS[known.indicator]):
        known, missing = known.with_(indicator=None), (*missing, "indicator")
    return {attribute: getattr(known, attribute) for attribute in wanted}, missing


def _given(query: str) -> set[str]:
    """Keys that the address itself gives, be it to nothing."""
    try:
        found = parse_qs(query.removeprefix("?"), keep_blank_values=True, max_num_fields=MAXIMUM_KEYS)
    except ValueError:
        return set()
    return {key for key in found if key in KEYS}
