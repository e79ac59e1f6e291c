"""``sources.toml``: which files a deployment has and what is special about them.

Every key is checked here, so a typing error is a sentence that names the place and what is expected, never a column
that is silently missing.
"""

from __future__ import annotations

import datetime as dt
import glob
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.errors import ConfigError
from data.inbox import is_temporary
from data.indicators import definition as rules
from data.indicators.definition import Definition

EntityKind = Literal["area", "event", "video_point", "category", "calendar"]
Mode = Literal["full", "changes"]
KINDS: Final[tuple[str, ...]] = get_args(EntityKind)
MODES: Final[tuple[str, ...]] = get_args(Mode)
DEFAULT_TIMEZONE: Final = "Asia/Shanghai"
DEFAULT_LEVELS: Final = ("district", "street", "community", "grid")

_TOP: Final = {"timezone", "name", "code", "as_of", "levels", "made_up", "definition", "definitions", "source"}
_SOURCE: Final = {
    "name", "kind", "path", "level", "datum", "encoding", "sheet", "department", "mode", "columns", "values", "dissolve",
}  # fmt: skip


def default_timezone() -> str:
    """The zone of configurations that name none: ``QUANYU_TIMEZONE``, or Asia/Shanghai."""
    return os.environ.get("QUANYU_TIMEZONE", DEFAULT_TIMEZONE)


@dataclass(frozen=True)
class SourceConfig:
    """One ``[[source]]``.

    Attributes
    ----------
    name, kind
        Shown name, unique in the file, and what the rows are.
    path
        A file or glob, relative to the configuration, environment variables already expanded.
    level
        For areas without a level column.
    datum
        ``WGS84``, ``GCJ02``, ``BD09`` or an EPSG code (``EPSG:4547``); None where nothing is declared.
    columns
        Field → headers, the first that has a value wins.
    values
        Field → what the file writes → what it means.
    dissolve
        Areas with one code are merged into one, so that an upper level comes out of a finer file.
    """

    name: str
    kind: EntityKind
    path: Path
    level: str | None = None
    datum: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    department: str | None = None
    mode: Mode = "full"
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dissolve: bool = False

    def files(self) -> list[Path]:
        """The files that are there now, in order of name, without those under a temporary name.

        Raises
        ------
        ConfigError
            There is none.
        """
        found = sorted(Path(name) for name in glob.glob(str(self.path), recursive=True))
        found = [path for path in found if path.is_file() and (path == self.path or not is_temporary(path.name))]
        if not found:
            raise ConfigError(f"Source '{self.name}': no file at {self.path}; correct its path or put the file there.")
        return found


@dataclass(frozen=True)
class Config:
    """A whole configuration.

    Attributes
    ----------
    name, code
        Shown name and code of the whole area, used where no source gives the top level.
    levels
        From the whole area down; depth of an area is its level's place here.
    as_of
        The data's "now" in UTC, or None to take it from the events.
    definition
        ``name@version`` of the definition used by default, or None for the one shipped first.
    definitions
        The deployment's own definitions, beside those shipped.
    """

    zone: ZoneInfo
    levels: tuple[str, ...] = DEFAULT_LEVELS
    name: str | None = None
    code: str | None = None
    as_of: dt.datetime | None = None
    made_up: bool = False
    definition: str | None = None
    sources: tuple[SourceConfig, ...] = ()
    definitions: tuple[Definition, ...] = ()

    @classmethod
    def default(cls) -> Config:
        """What ``check`` uses without a configuration: Shanghai time, the national levels, no sources."""
        return cls(zone=ZoneInfo(default_timezone()))

    @classmethod
    def load(cls, path: Path) -> Config:
        """Read and check a file.

        Raises
        ------
        ConfigError
            The file is missing, not TOML, or a key is unknown, missing or wrong.
        """
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ConfigError(f"There is no configuration at {path}; name an existing TOML file.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path.name} cannot be read as UTF-8 text ({error}); save it as UTF-8.") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path.name} is not valid TOML: {error}.") from error
        return cls.parse(raw, path.parent, path.name)

    @classmethod
    def parse(cls, raw: Mapping[str, Any], folder: Path, where: str = "configuration") -> Config:
        """Check parsed TOML; paths are relative to ``folder``."""
        _known(raw, _TOP, where)
        zone_name = _typed(raw, "timezone", str, where) or default_timezone()
        try:
            zone = ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ConfigError(f"{where}: timezone '{zone_name}' is not known; expected a name such as {DEFAULT_TIMEZONE}.") from None
        levels = _texts(raw.get("levels", list(DEFAULT_LEVELS)), f"{where}: levels")
        if not levels or len(set(levels)) != len(levels):
            raise ConfigError(f"{where}: levels must name every level once, from the whole area down.")
        entries = raw.get("source", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ConfigError(f"{where}: sources are written as [[source]] with two brackets.")
        sources = tuple(_source(entry, folder, f"{where}: [[source]] number {number}", levels) for number, entry in enumerate(entries, 1))
        names = [source.name for source in sources]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"{where}: two sources are named '{name}'; give each a name of its own.")
        return cls(
            zone=zone,
            levels=levels,
            name=_typed(raw, "name", str, where),
            code=_typed(raw, "code", str, where),
            as_of=_instant(raw.get("as_of"), zone, where),
            made_up=bool(_typed(raw, "made_up", bool, where)),
            definition=_typed(raw, "definition", str, where),
            sources=sources,
            definitions=_definitions(raw.get("definitions", []), folder, where),
        )

    def of_kind(self, kind: EntityKind) -> list[SourceConfig]:
        """The sources of one kind, in the order of the file."""
        return [source for source in self.sources if source.kind == kind]


def source_of(raw: Mapping[str, Any], folder: Path, levels: tuple[str, ...] | None = None) -> SourceConfig:
    """One source from what a ``[[source]]`` says.

    Raises
    ------
    ConfigError
        A key is unknown, missing or wrong.
    """
    level = raw.get("level")
    return _source(raw, folder, "source", levels or (*DEFAULT_LEVELS, *([level] if isinstance(level, str) else [])))


def _source(raw: Mapping[str, Any], folder: Path, where: str, levels: tuple[str, ...]) -> SourceConfig:
    _known(raw, _SOURCE, where)
    for key in ("name", "kind", "path"):
        if key not in raw:
            raise ConfigError(f"{where}: '{key}' is missing; every source has name, kind and path.")
    name = str(_typed(raw, "name", str, where))
    where = f"{where} ('{name}')"
    if not name.strip() or any(character in name for character in '/\\:*?"<>|\0') or name.startswith("."):
        raise ConfigError(f'{where}: the name is also a file name in the quarantine; leave out / \\ : * ? " < > | and a leading dot.')
    kind = _one_of(raw, "kind", KINDS, where)
    mode = _one_of(raw, "mode", MODES, where) if "mode" in raw else "full"
    level = _typed(raw, "level", str, where)
    if level is not None and level not in levels:
        raise ConfigError(f"{where}: level '{level}' is not among levels ({', '.join(levels)}).")
    datum = raw.get("datum")
    path = os.path.expandvars(str(_typed(raw, "path", str, where)))
    if "$" in path:
        raise ConfigError(f"{where}: the path names an environment variable that is not set: {path}.")
    return SourceConfig(
        name=name,
        kind=kind,  # type: ignore[arg-type]
        path=folder / path,
        level=level,
        datum=None if datum is None else _datum(datum, where),
        encoding=_typed(raw, "encoding", str, where),
        sheet=_typed(raw, "sheet", str, where),
        department=_typed(raw, "department", str, where),
        mode=mode,  # type: ignore[arg-type]
        columns={
            target: _texts([headers] if isinstance(headers, str) else headers, f"{where}: columns.{target}")
            for target, headers in _table(raw, "columns", where).items()
        },
        values={target: _mapping(pairs, f"{where}: values.{target}") for target, pairs in _table(raw, "values", where).items()},
        dissolve=bool(_typed(raw, "dissolve", bool, where)),
    )


def _definitions(given: object, folder: Path, where: str) -> tuple[Definition, ...]:
    """The definition files that a configuration names: paths or globs beside it."""
    patterns = _texts([given] if isinstance(given, str) else given, f"{where}: definitions")
    found: dict[Path, None] = {}
    for pattern in patterns:
        matched = sorted(Path(name) for name in glob.glob(str(folder / os.path.expandvars(pattern)), recursive=True))
        if not matched:
            raise ConfigError(f"{where}: definitions: no file at {pattern}; correct the path or put the definition there.")
        found |= dict.fromkeys(matched)
    return tuple(rules.read(path) for path in found)


def _datum(datum: object, where: str) -> str:
    text = str(datum).upper().replace("-", "").replace(" ", "")
    if text in {"WGS84", "GCJ02", "BD09"}:
        return text
    number = text.removeprefix("EPSG:").removeprefix("EPSG")
    if number.isdigit():
        return f"EPSG:{number}"
    raise ConfigError(f"{where}: datum '{datum}' is not known; expected WGS84, GCJ02, BD09 or an EPSG code.")


def _known(raw: Mapping[str, Any], expected: set[str], where: str) -> None:
    unknown = sorted(set(raw) - expected)
    if unknown:
        raise ConfigError(f"{where}: unknown key '{unknown[0]}'; expected one of {', '.join(sorted(expected))}.")


def _typed(raw: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    value = raw.get(key)
    if value is not None and not isinstance(value, kind):
        raise ConfigError(f"{where}: '{key}' must be {'true or false' if kind is bool else 'text in quotes'}, found {value!r}.")
    return value


def _table(raw: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = raw.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: '{key}' must be a table such as {{ event_id = \"事件编号\" }}, found {value!r}.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where} must be text or a list of texts, found {value!r}.")
    return tuple(value)


def _mapping(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str | int | bool) for item in value.values()):
        raise ConfigError(f'{where} must be a table such as {{ "已办结" = "closed" }}, found {value!r}.')
    return {key: str(item).lower() if isinstance(item, bool) else str(item) for key, item in value.items()}


def _one_of(raw: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> str:
    value = raw[key]
    if value not in allowed:
        raise ConfigError(f"{where}: {key} '{value}' is not known; expected one of {', '.join(allowed)}.")
    return str(value)


def _instant(value: object, zone: ZoneInfo, where: str) -> dt.datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if not isinstance(value, dt.datetime):
        raise ConfigError(f"{where}: as_of must be a time such as 2026-11-22T08:00:00, in the file's timezone unless it has an offset.")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(dt.UTC)
