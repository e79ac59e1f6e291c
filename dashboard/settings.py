"""How an installation is set up: every setting is one row with name, default and sentence.

Values come from the environment (``QUANYU_PORT=8051``) or from the TOML file that ``QUANYU_SETTINGS`` names
(``port = 8051``); the environment wins. ``docs/settings.md`` is written from this module: ``python -m dashboard.settings``.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import NoDecode

from dashboard.preview import PreviewSettings
from data.errors import ConfigError
from data.settings import FILE_VARIABLE, PREFIX, StoreSettings

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


class Settings(PreviewSettings):
    """The settings of one installation: the store's, those of previews and those of the screen."""

    host: str = Field("127.0.0.1", description="Address to listen on. Without users only a loopback address is accepted.")
    port: int = Field(8050, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Further names, comma-separated, under which browsers may call this server, e.g. of a proxy on the same machine.",
    )
    small_number: int = Field(
        5, ge=1, le=1000, description='Counts below this are hidden in briefs for outside readers (`readers = "outside"`); 1 hides none.'
    )
    address: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.\-:\[\]]{1,200})?$",
        description="Address under which people reach this server, e.g. `http://10.1.2.3:8050`; it stands in the links and QR codes of "
        "files. As they asked for the file unless set.",
    )
    store: Path = Field(Path("var/store"), description="Folder of the snapshots.")
    upload_mb: int = Field(200, ge=1, le=100_000, description="Largest file, in megabytes, that a person may hand in on the data page.")
    check_seconds: int = Field(300, ge=1, le=86_400, description="Seconds after which checking a file that was handed in is given up.")
    check_mb: int = Field(4096, ge=0, le=1_000_000, description="Megabytes of memory that checking such a file may address; 0: any.")
    publish_seconds: int = Field(3600, ge=30, le=604_800, description="Seconds after which publishing such a file is given up.")
    demo_scale: Literal["small", "district", "city"] = Field(
        "district", description="Size of the made-up district that `python app.py` builds when there is no snapshot."
    )
    scenes: Path | None = Field(
        None,
        description="TOML file with the screen's scenes and tour (docs/for-operators.md); those that come with the program unless set.",
    )
    briefs: Path | None = Field(
        None,
        description="TOML file with the templates of briefs (docs/for-clerks.md); weekly, daily and assessment ones that come with the "
        "program unless set.",
    )
    tiles: Path | None = Field(
        None,
        description="Base tiles under the map: a folder `z/x/y.png` (jpg, webp), an MBTiles or a PMTiles file of pictures in Web Mercator "
        "(docs/for-operators.md); a plain ground with boundaries unless set.",
    )
    tiles_attribution: str = Field(
        "", max_length=200, description="Whose the base tiles are, shown on the map as text; what they say themselves unless set."
    )
    late_hours: float = Field(
        0, ge=0, description="Data older than this many hours are called late across the page; 0 never does. Made-up data are never late."
    )
    memory_limit: str = Field(
        "4GB", pattern=r"^[0-9]+(\.[0-9]+)? ?[KMGT]i?B$", description="Memory that DuckDB may use in each process, e.g. `4GB`."
    )
    threads: int | None = Field(None, ge=1, le=512, description="Threads of DuckDB in each process; as many as processors unless set.")
    index: bool = Field(
        True,
        description="Whether each process keeps what linked views count in memory, some 50 bytes an event; 0 leaves it all to DuckDB.",
    )
    answers: int = Field(
        128, ge=0, le=100_000, description="Answers (under 1 MB each) kept in each process for those who ask the same; 0 keeps none."
    )
    workers: int = Field(2, ge=1, le=64, description="Processes of gunicorn.")
    worker_threads: int = Field(8, ge=1, le=256, description="Requests that each process works on at the same time.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least weight of what is logged.")

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip().lower() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        if value != "localhost":
            ipaddress.ip_address(value)
        return value

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings of this process.

        Raises
        ------
        ConfigError
            The file cannot be read, or a value is unknown or out of range; the sentence names it and what is expected.
        """
        values = _file_values((os.environ if environment is None else environment).get(FILE_VARIABLE, ""))
        try:
            return cls(**values)
        except ValidationError as error:
            raise ConfigError(" ".join(_sentences(error))) from error


def _file_values(name: str) -> dict[str, Any]:
    if not name:
        return {}
    try:
        values = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The settings file {name} cannot be read ({error.strerror}); correct {FILE_VARIABLE}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {name} is not TOML: {error}.") from error
    unknown = sorted(values.keys() - Settings.model_fields.keys())
    if unknown:
        raise ConfigError(f"The settings file {name} has the unknown {unknown[0]}; known are {', '.join(Settings.model_fields)}.")
    return values


def _sentences(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        name = str(fault["loc"][0]) if fault["loc"] else ""
        field = Settings.model_fields.get(name)
        meaning = f" {field.description}" if field is not None else ""
        yield f"{PREFIX}{name.upper()} is {str(fault['input'])[:80]!r}: {fault['msg']}.{meaning}"


def rows() -> Iterator[tuple[str, str, str]]:
    """Name, default and sentence of every setting: of the screen, then of the store."""
    for name, field in sorted(Settings.model_fields.items(), key=lambda item: item[0] in StoreSettings.model_fields):
        default = "" if field.default is None or field.default == () else str(field.default)
        yield PREFIX + name.upper(), default, field.description or ""


def document() -> str:
    """The text of ``docs/settings.md``."""
    lines = [
        "# Settings",
        "",
        f"Each is read from the environment or from the TOML file that `{FILE_VARIABLE}` names (without the prefix, in lower case:",
        "`port = 8051`). The environment wins. This page is written by `python -m dashboard.settings`.",
        "",
        "| Name | Default | Meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {f'`{default}`' if default else '–'} | {sentence} |" for name, default, sentence in rows()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
