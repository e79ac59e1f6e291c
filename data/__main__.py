"""The command line: ``python -m data COMMAND [--store DIR] [--json]``.

Progress goes to standard error, the result to standard output; with ``--json`` that is one JSON value and nothing else.
Exit status: 0 done, 1 a file was refused or nothing can be given, 2 wrong use. Errors are one sentence; with
``QUANYU_TRACEBACK=1`` in the environment unexpected ones show where they come from.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.exceptions import Abort, TyperException

from data import console
from data.errors import ConfigError, DefinitionError, FileRejected, QuanyuError, SelectionError, UnknownIndicator
from data.indicators import commands as indicator_commands
from data.options import DEFAULT_STORE, AsJson, StoreFolder
from data.store import commands
from data.store.store import Store

if TYPE_CHECKING:
    from data.config import SourceConfig

WRONG_USE: Final = (ConfigError, SelectionError, DefinitionError, UnknownIndicator)

app = typer.Typer(
    name="python -m data",
    help="From department files to a snapshot, and what a snapshot says.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
)


class Scale(StrEnum):
    """Sizes of the made-up district."""

    SMALL = "small"
    DISTRICT = "district"
    CITY = "city"


class Mode(StrEnum):
    """What a delivery means for what came before."""

    FULL = "full"
    CHANGES = "changes"


class Kind(StrEnum):
    """What a file to be checked holds."""

    EVENT = "event"
    VIDEO_POINT = "video_point"
    AREA = "area"


@app.command()
def demo(
    scale: Annotated[
        Scale, typer.Option(help="small: 5,000 events; district: 450,000; city: 10 million events and 3,000 grids.")
    ] = Scale.DISTRICT,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same district.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Keep the department files in this folder.")] = None,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Write a made-up district as department files and build it."""
    from data.demo import demo as make  # noqa: PLC0415  the builder takes time to load; only commands that build pay

    with console.progress() as tell:
        snapshot = make(scale=scale.value, seed=seed, out=out, store=store, progress=tell)
    if as_json:
        console.emit({"snapshot": snapshot, "scale": scale.value, "seed": seed, "out": str(out) if out else None})
    else:
        console.say(f"Published {snapshot} into {store}. All of it is made up.")


@app.command()
def build(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="Names the sources; see docs/examples.")],
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Read all sources that a configuration names, check them and publish a snapshot."""
    _must_be_file(config)
    from data.store.build import build as make  # noqa: PLC0415

    with console.progress() as tell:
        report: dict[str, Any] = make(config, store, tell).as_dict()
    _told(report, as_json=as_json)


@app.command()
def take(  # noqa: PLR0917  typer passes options by name
    file: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files as the department sent them.")],
    source: Annotated[str, typer.Option(help="The source they are the delivery of; a new name makes a new source.")],
    kind: Annotated[Kind, typer.Option(help="What the files hold.")],
    mode: Annotated[Mode, typer.Option(help="full: they are all there is of the source; changes: rows add and replace.")] = Mode.FULL,
    datum: Annotated[str | None, typer.Option(help="WGS84, GCJ02, BD09 or an EPSG code.")] = None,
    level: Annotated[str | None, typer.Option(help="For areas without a column of levels.")] = None,
    columns: Annotated[list[str] | None, typer.Option("--column", metavar="FIELD=HEADER", help="A column that is not recognised.")] = None,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Publish files as the delivery of one source; everything else stays as in the snapshot in force."""
    for path in file:
        _must_be_file(path)
    from data.store.build import take as make  # noqa: PLC0415

    wanted = _source(source, kind, columns, mode=mode.value, datum=datum, level=level)
    with console.progress() as tell:
        report: dict[str, Any] = make(store, wanted, file, tell).as_dict()
    _told(report, as_json=as_json)


@app.command()
def check(  # noqa: PLR0917  typer passes options by name
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file as a department sends it.")],
    kind: Annotated[Kind, typer.Option(help="What the file holds.")],
    config: Annotated[
        Path | None, typer.Option(metavar="CONFIG.toml", help="Judge the file by this configuration's areas and zone.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Judge the file as the next delivery of this source, by the areas and zone of the store.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="For areas without a column of levels.")] = None,
    columns: Annotated[list[str] | None, typer.Option("--column", metavar="FIELD=HEADER", help="A column that is not recognised.")] = None,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Read and check one file; publish nothing."""
    for path in (*(() if os.path.lexists(file) and not file.is_dir() else (file,)), *(() if config is None else (config,))):
        _must_be_file(path)  # a pipe or a link is refused with its code
    from data.store.build import check as judge  # noqa: PLC0415

    wanted = None
    if source is not None or columns or level:
        wanted = _source(source or file.stem, kind, columns, level=level)
    report: dict[str, Any] = judge(file, kind.value, config, store=store if source is not None else None, source=wanted)
    if as_json:
        console.emit(report)
    else:
        console.checked(report)
    if report["read"] == "rejected":
        raise typer.Exit(1)


@app.command()
def diff(
    earlier: Annotated[str, typer.Argument(metavar="ID", help="The earlier snapshot, as `list` shows it.")],
    later: Annotated[str, typer.Argument(metavar="ID", help="The later snapshot.")],
    level: Annotated[str | None, typer.Option(help="The last level by which areas are told, e.g. street or grid.")] = None,
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two snapshots: new, closed, reopened, withdrawn, and earlier days' numbers restated."""
    from data.store.diff import diff as compare  # noqa: PLC0415
    from data.store.restated import UNTOLD  # noqa: PLC0415

    with console.progress() as tell:
        found = compare(store, earlier, later, level=level, tell=tell)
    if as_json:
        console.emit(found)
    else:
        console.compared(found, UNTOLD)


@app.command()
def ask(
    selection: Annotated[str, typer.Argument(metavar="SELECTION", help='As in a page address, e.g. "area=510118001&window=7d".')] = "",
    store: StoreFolder = DEFAULT_STORE,
    as_json: AsJson = False,
) -> None:
    """Give the indicators for a selection."""
    from data.filters import settle  # noqa: PLC0415
    from data.indicators.ask import ask as answer  # noqa: PLC0415
    from data.selection import Selection  # noqa: PLC0415
    from data.view import View  # noqa: PLC0415

    wanted = Selection.parse_strict(selection.removeprefix("?"))
    opened = Store(store)
    with opened.lease(wanted.snapshot) as snapshot:
        view = View(snapshot, snapshot.definition(wanted.definition))
        found = answer(view, settle(view, wanted, strict=True)[0], wanted.lang)
    if wanted.snapshot is None and opened.problem:
        console.complain(opened.problem)
    if as_json:
        console.emit(found)
    else:
        console.answered(found)


commands.add_to(app)
indicator_commands.add_to(app)


def _source(name: str, kind: Kind, columns: list[str] | None, **more: str | None) -> SourceConfig:
    """A source as options say it; its files are named apart, so its path stands for nothing."""
    from data.config import source_of  # noqa: PLC0415

    pairs = [text.partition("=") for text in columns or ()]
    given = {**more, "columns": {field: [header] for field, _, header in pairs}}
    return source_of({"name": name, "kind": kind.value, "path": "sent", **{key: value for key, value in given.items() if value}}, Path())


def _told(report: dict[str, Any], *, as_json: bool) -> None:
    """What was built; ends with status 1 where a file was refused or nothing was published."""
    if as_json:
        console.emit(report)
    else:
        console.built(report)
    if report["snapshot"] is None or any(source["read"] == "rejected" for source in report["sources"]):
        raise typer.Exit(1)


def _must_be_file(path: Path) -> None:
    if not path.is_file():
        raise ConfigError(f"There is no file {path}; check the path." if not path.exists() else f"{path} is not a file; name a file.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return int(app(given, standalone_mode=False) or 0)
    except TyperException as error:
        status, sentence = error.exit_code, f"{error.format_message().rstrip('.')}. See python -m data --help."
    except QuanyuError as error:
        status, sentence = 2 if isinstance(error, WRONG_USE) else 1, str(error)
        if isinstance(error, FileRejected):
            sentence = f"{error.code}: {sentence}"
    except (Abort, KeyboardInterrupt):
        status, sentence = 130, "Interrupted; nothing was published."
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  the reader has gone; nothing is left to say
        return 0
    except Exception as error:  # the last line of defence of a command line
        if os.environ.get("QUANYU_TRACEBACK"):
            raise
        status, sentence = 1, f"Unexpected fault ({type(error).__name__}: {error}); run again with QUANYU_TRACEBACK=1 and report it."
    console.complain(sentence)
    if "--json" in given:
        console.emit({"error": sentence})
    return status


if __name__ == "__main__":
    sys.exit(main())
