"""Templates: which sections a brief has, in which order, how it is called and over which days; a TOML file per deployment.

::

    [[template]]
    key = "weekly"                       # in addresses and commands
    zh = "周报"                           # shown name
    en = "Weekly brief"
    title = { zh = "{area}城市运行周报", en = "{area}: weekly brief" }
    period = "week"                      # day, week, month, assessment or window
    office = { zh = "{area}城市运行中心", en = "" }
    sections = ["findings", "key_numbers", "categories"]
    key_numbers = ["accepted", "closing_rate"]   # optional
    readers = "inside"                   # outside: small numbers are hidden
    docx = "our.docx"                    # optional: the office's own, beside this file; pptx likewise
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from dashboard.brief.period import KINDS, Kind
from dashboard.brief.sections import SECTIONS
from data.errors import ConfigError
from data.indicators.registry import INDICATORS
from data.settings import PREFIX
from data.vocabulary import Words

SHIPPED: Final = Path(__file__).with_name("shipped.toml")
KEY: Final = re.compile(r"[a-z0-9_\-]{1,40}")
READERS: Final = ("inside", "outside")
KNOWN: Final = ("key", "zh", "en", "title", "period", "office", "sections", "key_numbers", "readers", "docx", "pptx")
MOST: Final = 24


@dataclass(frozen=True)
class Template:
    """One template.

    Attributes
    ----------
    title, office
        With ``{area}`` for the area's name.
    sections, key_numbers
        Keys of :data:`dashboard.brief.sections.SECTIONS` and of indicators, in order; no key numbers: the usual ones.
    readers
        Outside readers are not shown counts below the small-number threshold.
    docx, pptx
        Files of the office that take the place of the shipped look.
    """

    key: str
    names: Words
    title: Words
    office: Words
    period: Kind
    sections: tuple[str, ...]
    key_numbers: tuple[str, ...] = ()
    readers: Literal["inside", "outside"] = "inside"
    docx: Path | None = None
    pptx: Path | None = None


Templates = Mapping[str, Template]


@functools.cache
def shipped() -> Templates:
    """The templates that come with the program: 周报, 日报 and, as an example, 考核月报."""
    return read(SHIPPED)


def read(path: Path) -> Templates:
    """The templates of a file by key, in its order.

    Raises
    ------
    ConfigError
        Says where, what was expected, what was found and what to do.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"The templates file {path} cannot be read ({error.strerror}); correct {PREFIX}BRIEFS.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The templates file {path} is not TOML in UTF-8: {error}. Correct the line, or start from {SHIPPED}.") from error
    entries = found.get("template")
    if set(found) != {"template"} or not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        raise ConfigError(f"The templates file {path}: expected 1 to {MOST} tables [[template]] and nothing else. Start from {SHIPPED}.")
    try:
        listed = [_template(number, entry, path.parent) for number, entry in enumerate(entries, 1)]
    except ConfigError as error:
        raise ConfigError(f"The templates file {path}: {error}") from error
    keys = [template.key for template in listed]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ConfigError(f"The templates file {path}: two templates have the key {twice!r}. Give each its own.")
    return {template.key: template for template in listed}


def _template(number: int, entry: Any, folder: Path) -> Template:
    where = f"template {number}"
    if not isinstance(entry, dict):
        raise ConfigError(f"{where} is no table. Write [[template]] above its keys.")
    unknown = next((key for key in entry if key not in KNOWN), None)
    if unknown is not None:
        raise ConfigError(f"{where} has the unknown {unknown!r}; known are {', '.join(KNOWN)}.")
    key = _text(where, entry, "key")
    if not KEY.fullmatch(key):
        raise ConfigError(f"{where}: key is {key!r}; expected lower-case letters, digits, - and _.")
    period = _one(where, entry, "period", KINDS, "week")
    names = Words(_text(where, entry, "zh"), _text(where, entry, "en"))
    return Template(
        key=key,
        names=names,
        title=_words(where, entry, "title", Words("{area}" + names.zh, "{area}: " + names.en)),
        office=_words(where, entry, "office", Words("", "")),
        period=period,
        sections=_keys(where, entry, "sections", tuple(SECTIONS)) or tuple(SECTIONS),
        key_numbers=_keys(where, entry, "key_numbers", tuple(INDICATORS)),
        readers=_one(where, entry, "readers", READERS, "inside"),
        docx=_file(where, entry, "docx", folder),
        pptx=_file(where, entry, "pptx", folder),
    )


def _text(where: str, entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 60:
        raise ConfigError(f"{where}: {key} must be a text of 1 to 60 characters, found {value!r}.")
    return value.strip()


def _words(where: str, entry: Mapping[str, Any], key: str, default: Words) -> Words:
    value = entry.get(key, {"zh": default.zh, "en": default.en})
    if not isinstance(value, dict) or set(value) - {"zh", "en"} or not all(isinstance(text, str) for text in value.values()):
        raise ConfigError(f'{where}: {key} must be {{ zh = "…", en = "…" }}, found {value!r}.')
    words = Words(value.get("zh", default.zh), value.get("en", default.en))
    for text in words:
        try:
            text.format(area="")
        except (KeyError, IndexError, ValueError) as error:
            raise ConfigError(f"{where}: {key} is {text!r}; the only placeholder is {{area}}.") from error
    return words


def _one(where: str, entry: Mapping[str, Any], key: str, choices: Sequence[Any], default: Any) -> Any:
    value = entry.get(key, default)
    if value not in choices:
        raise ConfigError(f"{where}: {key} is {value!r}; expected one of {', '.join(choices)}.")
    return value


def _keys(where: str, entry: Mapping[str, Any], key: str, known: Sequence[str]) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or any(item not in known for item in value) or len(set(value)) != len(value):
        raise ConfigError(f"{where}: {key} must be a list of different keys out of {', '.join(known)}, found {value!r}.")
    return tuple(value)


def _file(where: str, entry: Mapping[str, Any], key: str, folder: Path) -> Path | None:
    value = entry.get(key)
    if value is None:
        return None
    path = folder / str(value)
    if not isinstance(value, str) or path.suffix != f".{key}" or not path.is_file():
        raise ConfigError(f"{where}: {key} names {value!r}; expected a .{key} file beside the templates file.")
    return path
