"""Settings of the store: how long what is kept, and how an inbox is watched.

Values come from the environment (``QUANYU_KEEP_DAILY_DAYS=30``) or from the TOML file that ``QUANYU_SETTINGS`` names
(``keep_daily_days = 30``), which also holds the settings of the screen; the environment wins.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from data.errors import ConfigError

PREFIX: Final = "QUANYU_"
FILE_VARIABLE: Final = f"{PREFIX}SETTINGS"


class StoreSettings(BaseSettings):
    """How long snapshots are kept and how an inbox is watched."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    store_max_gb: float = Field(
        0,
        ge=0,
        description="Most that snapshots and their quarantine may take, in GB; above it the oldest unpinned go first. 0 sets no limit.",
    )
    keep_all_hours: float = Field(2, ge=0, description="Hours for which every snapshot is kept.")
    keep_hourly_days: float = Field(2, ge=0, description="Days for which the last snapshot of each hour is kept.")
    keep_daily_days: float = Field(90, ge=0, description="Days for which the last snapshot of each day is kept.")
    keep_weekly_days: float = Field(730, ge=0, description="Days for which the last snapshot of each week is kept.")
    keep_quarantine_days: float = Field(
        30, ge=0, description="Days for which rejected rows are kept as they came; they may hold personal data. Their counts stay."
    )
    watch_interval_s: float = Field(2, gt=0, le=3600, description="Seconds between two looks into a watched inbox.")
    watch_settle_s: float = Field(
        10, ge=0, le=3600, description="Seconds for which a file must keep its size and time before it counts as complete."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before what was read from the file; nothing else is looked at."""
        return env_settings, init_settings


def store_settings(environment: Mapping[str, str] | None = None) -> StoreSettings:
    """The store's settings of this process; what the file says about the screen is passed over.

    Raises
    ------
    ConfigError
        The file cannot be read, or a value is out of range; the sentence names it and what is expected.
    """
    name = (os.environ if environment is None else environment).get(FILE_VARIABLE, "")
    values = {key: value for key, value in _file_values(name).items() if key in StoreSettings.model_fields}
    try:
        return StoreSettings(**values)
    except ValidationError as error:
        fault = error.errors()[0]
        key = str(fault["loc"][0]) if fault["loc"] else ""
        meaning = StoreSettings.model_fields[key].description if key in StoreSettings.model_fields else ""
        raise ConfigError(f"{PREFIX}{key.upper()} is {str(fault['input'])[:80]!r}: {fault['msg']}. {meaning}") from error


def _file_values(name: str) -> dict[str, Any]:
    if not name:
        return {}
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The settings file {name} cannot be read ({error.strerror}); correct {FILE_VARIABLE}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {name} is not TOML: {error}.") from error
