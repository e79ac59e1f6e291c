"""The file of scenes: TOML with one ``[[scene]]`` for each and one ``[tour]``, checked whole before anything is shown.

A key of a scene that is a key of an address is written as there (``domain``, ``layers``, ``indicator``, ``window`` …), several
values as a list. See ``shipped.toml`` and ``docs/for-operators.md``.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dashboard.panels import WALL
from dashboard.panels.panel import COLUMNS, Panel
from dashboard.scenes.scene import SETTABLE, Scene, Scenes
from data.errors import ConfigError, SelectionError
from data.indicators.registry import INDICATORS
from data.selection import DEFAULTS, Selection
from data.settings import PREFIX
from data.vocabulary import Words
from layers.registry import LAYERS

SHIPPED: Final = Path(__file__).with_name("shipped.toml")
OWN: Final = ("key", "zh", "en", "panels", "areas", "seconds")
TOUR: Final = ("scenes", "resume_seconds")
KEY: Final = re.compile(r"[a-z0-9_\-]{1,40}")
SECONDS: Final = (3, 86_400)
MOST_SCENES: Final = 24
MOST_NAME: Final = 24


@functools.cache
def shipped() -> Scenes:
    """The scenes that come with the program."""
    return read(SHIPPED)


def read(path: Path, panels: Sequence[Panel] = WALL) -> Scenes:
    """Scenes of a file.

    Parameters
    ----------
    panels
        Those that a scene may name; the ones without a column stand in every scene.

    Raises
    ------
    ConfigError
        Says where, what was expected, what was found and what to do.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"The scenes file {path} cannot be read ({error.strerror}); correct {PREFIX}SCENES.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The scenes file {path} is not TOML in UTF-8: {error}. Correct the line, or start from {SHIPPED}.") from error
    try:
        return _scenes(found, {panel.key: panel for panel in panels if panel.column is not None})
    except ConfigError as error:
        raise ConfigError(f"The scenes file {path}: {error}") from error


def _scenes(found: Mapping[str, Any], panels: Mapping[str, Panel]) -> Scenes:
    _known("the file", found, ("scene", "tour"))
    entries = found.get("scene", [])
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_SCENES or not all(isinstance(one, dict) for one in entries):
        raise ConfigError(f"expected 1 to {MOST_SCENES} tables [[scene]], found {_said(entries)}. Write at least one.")
    standing = entries[0].get("panels")
    if standing is None:
        raise ConfigError("the first scene names no panels, which the others take over. Add panels = [...] to it.")
    listed = tuple(_scene(number, entry, standing, panels) for number, entry in enumerate(entries, 1))
    keys = [scene.key for scene in listed]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ConfigError(f"two scenes have the key {twice!r}. Give each its own.")
    tour = found.get("tour", {})
    if not isinstance(tour, dict):
        raise ConfigError(f"expected a table [tour], found {_said(tour)}.")
    _known("[tour]", tour, TOUR)
    walked = _texts("[tour] scenes", tour.get("scenes", keys))
    unknown = next((key for key in walked if key not in keys), None)
    if unknown is not None:
        raise ConfigError(f"[tour] walks through the scene {unknown!r}, which is not there. Choose from {', '.join(keys)}.")
    return Scenes(listed, walked, _seconds("[tour] resume_seconds", tour.get("resume_seconds", Scenes.resume_seconds)))


def _scene(number: int, entry: Mapping[str, Any], standing: Any, panels: Mapping[str, Panel]) -> Scene:
    key = entry.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ConfigError(f"scene {number}: expected a key of a-z, 0-9, - and _, found {_said(key)}. It stands in addresses as scene=KEY.")
    where = f"scene {key!r}"
    _known(where, entry, (*OWN, *SETTABLE))
    names = [entry.get(lang) for lang in ("zh", "en")]
    for lang, name in zip(("zh", "en"), names, strict=True):
        if not isinstance(name, str) or not 1 <= len(name.strip()) <= MOST_NAME or not name.isprintable():
            raise ConfigError(f"{where}: expected {lang} = a name of 1 to {MOST_NAME} characters, found {_said(name)}.")
    given = entry.get("areas", [])
    areas: tuple[str, ...] | str = given if isinstance(given, str) else _texts(f"{where}: areas", given)
    return Scene(
        key,
        Words(*(str(name).strip() for name in names)),
        _sets(where, entry),
        _panels(where, entry.get("panels", standing), panels),
        areas,
        _seconds(f"{where}: seconds", entry.get("seconds", Scene.seconds)),
    )


def _sets(where: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the scene sets, read as an address is."""
    asked: dict[str, list[str]] = {}
    for key in entry:
        if key in SETTABLE:
            value = entry[key]
            texts = _texts(f"{where}: {key}", [str(value)] if isinstance(value, (str, int)) and not isinstance(value, bool) else value)
            asked[key] = [text.replace("\\", "\\\\").replace(",", "\\,") for text in texts] if isinstance(value, list) else list(texts)
    try:
        selection = Selection.parse_strict(asked)
    except SelectionError as error:
        raise ConfigError(f"{where}: {error}") from error
    for name, chosen, registry in (("layer", selection.layers or (), LAYERS), ("indicator", (selection.indicator,), INDICATORS)):
        unknown = next((one for one in chosen if one is not None and one not in registry), None)
        if unknown is not None:
            raise ConfigError(f"{where}: there is no {name} {unknown!r}. Choose from {', '.join(registry)}.")
    sets = {attribute: value for attribute, value in vars(selection).items() if value != DEFAULTS[attribute]}
    return sets | ({"layers": ()} if entry.get("layers") == [] else {})


def _panels(where: str, given: Any, panels: Mapping[str, Panel]) -> dict[str, tuple[str, ...]]:
    """The panels that stand in the scene, by their columns; never more than these have room for."""
    keys = _texts(f"{where}: panels", given)
    unknown = next((key for key in keys if key not in panels), None)
    if unknown is not None:
        raise ConfigError(f"{where}: there is no panel {unknown!r}. Choose from {', '.join(panels)}.")
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ConfigError(f"{where}: the panel {twice!r} stands there twice. Name it once.")
    columns = {column: tuple(key for key in keys if panels[key].column == column) for column in COLUMNS}
    for column, room_rem in COLUMNS.items():
        standing = columns[column]
        needed = sum(panels[key].least_rem for key in standing)
        if needed > room_rem:
            raise ConfigError(
                f"{where}: {', '.join(standing)} need {needed:g} lines in the {column} column, which has {room_rem:g} on the smallest "
                "screen. Leave one out, or make a second scene of it."
            )
    return {str(column): standing for column, standing in columns.items()}


def _known(where: str, found: Mapping[str, Any], keys: Sequence[str]) -> None:
    unknown = next((key for key in found if key not in keys), None)
    if unknown is not None:
        raise ConfigError(f"{where}: {unknown!r} is not known. Known are {', '.join(keys)}.")


def _texts(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in value):
        raise ConfigError(f'{where}: expected a list of texts, found {_said(value)}. Write it as ["…", "…"].')
    return tuple(map(str, value))


def _seconds(where: str, value: Any) -> float:
    low, high = SECONDS
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigError(f"{where}: expected a number from {low} to {high}, found {_said(value)}.")
    return float(value)


def _said(value: Any) -> str:
    return "nothing" if value is None else repr(value)[:80]
