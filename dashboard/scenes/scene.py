"""What a scene is: a name for a way of looking, written as in an address, and the panels that stand around the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data.selection import DEFAULTS, KEYS, Selection
from data.vocabulary import Language, Words

NOTHING: Final = ","
"""A value in an address that chooses nothing: it keeps a scene from bringing its own."""
RESERVED: Final = frozenset({"snapshot", "definition", "scene", "lang", "kiosk", "tour", "home"})
"""Keys of an address that no scene sets: what is looked at follows from the data, how from the person."""
SETTABLE: Final = tuple(key for key in KEYS if key not in RESERVED)
"""Keys of an address that a scene may set."""
TOGETHER: Final[Mapping[str, frozenset[str]]] = {key: frozenset({"from", "to", "window"}) for key in ("from", "to", "window")}
"""Keys that say one thing: an address that gives one of them takes the place of a scene's others."""
NARROWING: Final = ("domain", "category", "subcategory", "layers", "indicator", "level")
"""Keys that make a look what it is; another scene begins without them."""


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes
    ----------
    key, names
        As in the address (``scene=``), and as shown.
    sets
        Attributes of a selection that it sets where the address does not say otherwise.
    columns
        Keys of the panels that stand in it, by column, in their order.
    areas
        Where the tour also stops: codes of areas, or the name of a level for all areas of it.
    seconds
        How long the tour stays at each stop.
    """

    key: str
    names: Words
    sets: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    areas: tuple[str, ...] | str = ()
    seconds: float = 20.0

    @property
    def panels(self) -> frozenset[str]:
        """Keys of all its panels."""
        return frozenset(key for keys in self.columns.values() for key in keys)

    @property
    def counts(self) -> str:
        """Classes that tell the style sheet how many panels stand in each column."""
        return " ".join(f"{column}-{len(keys)}" for column, keys in self.columns.items())

    @property
    def middle(self) -> int:
        """Where the right column breaks into two on a wide wall: between two of the panels' places, see :meth:`place`."""
        return 2 * ((len(self.columns.get("right", ())) + 1) // 2) + 1

    def place(self, column: str, panel: str) -> int | None:
        """A panel's place in its column; None where it does not stand in the scene."""
        keys = self.columns.get(column, ())
        return 2 * keys.index(panel) + 2 if panel in keys else None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of an address that this scene answers for, in their order."""
        own = {key for key, (attribute, _) in KEYS.items() if attribute in self.sets}
        return tuple(key for key in KEYS if key in own or TOGETHER.get(key, frozenset()) & own)

    def name(self, lang: Language) -> str:
        """The shown name."""
        return self.names.in_(lang)

    @property
    def says(self) -> dict[str, str]:
        """What it is about, as written in an address; area and days stay those of the screen, where it has any."""
        return {key: text or NOTHING for key, text in Selection(**self.sets).as_dict().items() if key != "area" and key not in TOGETHER}

    def repeated(self, selection: Selection) -> list[str]:
        """Keys of an address in which the selection says what the scene sets anyway."""
        return [key for key in self.keys if getattr(selection, KEYS[key][0]) == self.sets.get(KEYS[key][0], NOTHING)]

    def address(self, selection: Selection) -> str:
        """The whole address of a selection in this scene.

        Whatever the scene sets stands in it too. Nothing chosen (a comma) stands for what was taken away: the scene does not bring it back.
        """
        named = selection.with_(scene=self.key if self.sets else selection.scene)
        gone = [key for key in self.keys if getattr(selection, KEYS[key][0]) == DEFAULTS[KEYS[key][0]]]
        if any(getattr(selection, KEYS[key][0]) != DEFAULTS[KEYS[key][0]] for key in TOGETHER):
            gone = [key for key in gone if key not in TOGETHER]
        return "&".join(part for part in (named.query(), *(f"{key}={NOTHING}" for key in gone)) if part)

    def written(self, selection: Selection) -> str:
        """The same without what the scene sets by itself: as short as a person would write it."""
        same = {attribute: DEFAULTS[attribute] for attribute, value in self.sets.items() if getattr(selection, attribute) == value}
        return selection.with_(**same).query()


@dataclass(frozen=True)
class Scenes:
    """The scenes of an installation, in the order in which they are offered; the first is that of an address without one.

    Attributes
    ----------
    listed
        At least one.
    tour
        Keys of those that the tour walks through.
    resume_seconds
        How long after the last touch the tour goes on.
    """

    listed: tuple[Scene, ...]
    tour: tuple[str, ...] = ()
    resume_seconds: float = 45.0

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.listed)

    @property
    def first(self) -> Scene:
        """The scene of an address that names none."""
        return self.listed[0]

    def find(self, key: str | None) -> Scene | None:
        """The scene of that key; the first for None, None where there is none of that key."""
        return self.first if key is None else next((scene for scene in self.listed if scene.key == key), None)

    @property
    def keys(self) -> Sequence[str]:
        """Keys of an address that another scene begins without; the area stays, which is a screen's whole world."""
        own = {key for scene in self.listed for key in scene.keys} | set(NARROWING)
        return [key for key in KEYS if key in own and key not in ("area", *TOGETHER)]
