"""The command that writes briefs, one or one for every area of a level, for people and timers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from dashboard.brief import archive
from dashboard.brief import template as templates
from dashboard.brief.compose import asked_strictly
from dashboard.brief.files import FORMATS, name, written
from dashboard.brief.press import MOST_REMARK, Press
from dashboard.brief.template import Template
from dashboard.links import escaped, merge
from dashboard.settings import Settings
from data import console
from data.bound import area_ix
from data.errors import ConfigError, SelectionError, StoreError
from data.options import AsJson
from data.selection import Selection
from data.store.store import Store
from data.view import View

LOCAL: Final = "http://127.0.0.1"
"""Stands in links where no address of the server is set, with its port."""


def brief(  # noqa: PLR0917  typer passes options by name
    selection: Annotated[
        str, typer.Argument(metavar="SELECTION", help='As in a page address, e.g. "area=510118001"; no days: the last period.')
    ] = "",
    template: Annotated[str | None, typer.Option(help="Key of a template, e.g. weekly; the first unless given.")] = None,
    formats: Annotated[str, typer.Option("--format", help=f"Formats, comma-separated: {', '.join(FORMATS)}.")] = "docx",
    out: Annotated[Path, typer.Option(help="Folder for the files; made where it does not exist.")] = Path("briefs"),
    each: Annotated[str | None, typer.Option(metavar="LEVEL", help="A brief for every area of this level, e.g. street.")] = None,
    remark: Annotated[
        list[str] | None,
        typer.Option("--remark", metavar="SECTION=TEXT", help="What an editor adds to a section, marked as such; any number."),
    ] = None,
    issue: Annotated[bool, typer.Option("--issue", help="Issue it: a number, its snapshot pinned, what is printed remembered.")] = False,
    store: Annotated[Path | None, typer.Option(help="The store's folder; QUANYU_STORE unless given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a brief, or one for every area of a level, as files."""
    settings = Settings.load()
    known = templates.shipped() if settings.briefs is None else templates.read(settings.briefs)
    wanted = Selection.parse_strict(selection.removeprefix("?"))
    chosen = known.get(template or wanted.template or next(iter(known)))
    if chosen is None:
        raise ConfigError(f"There is no template {template or wanted.template}; choose one of {', '.join(known)}.")
    endings, remarks = _endings(formats), _remarks(remark or [], chosen)
    base = settings.address or f"{LOCAL}:{settings.port}"
    opened = Store(store or settings.store, memory_limit=settings.memory_limit, threads=settings.threads)
    files: list[str] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with opened.lease(wanted.snapshot) as snapshot, console.progress() as tell:
            view = View(snapshot, snapshot.definition(wanted.definition))
            press = Press(opened, settings.small_number)
            areas = _areas(view, selection.removeprefix("?"), each)
            for at, (shown, query) in enumerate(areas):
                asked = asked_strictly(view, query, chosen)
                document = archive.opened(press.issue(view, asked, remarks).document) if issue else press.draft(view, asked, remarks)
                for step, ending in enumerate(endings):
                    tell(f"{shown} {ending}", (at + step / len(endings)) / len(areas))
                    path = out / name(document, ending)
                    path.write_bytes(written(document, chosen, ending, base))
                    files.append(str(path))
    except OSError as error:
        raise StoreError(f"The files cannot be written to {out} ({error.strerror}); choose another folder with --out.") from error
    finally:
        opened.close()
    if as_json:
        console.emit({"files": files})
    else:
        for file in files:
            console.say(file)


def _endings(text: str) -> list[str]:
    listed = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = next((part for part in listed if part not in FORMATS), None)
    if unknown is not None or not listed:
        raise ConfigError(f"There is no format {unknown or text!r}; choose among {', '.join(FORMATS)}.")
    return list(dict.fromkeys(listed))


def _remarks(given: list[str], chosen: Template) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        key, mark, words = text.partition("=")
        if not mark or key not in chosen.sections or not words.strip():
            raise ConfigError(f"--remark {text[:60]!r}: write SECTION=TEXT, the section being one of {', '.join(chosen.sections)}.")
        if len(words) > MOST_REMARK:
            raise ConfigError(f"The remark to {key} has {len(words)} letters; at most {MOST_REMARK} are printed.")
        found[key] = words.strip()
    return found


def _areas(view: View, query: str, each: str | None) -> list[tuple[str, str]]:
    """Name and address of every brief to be written."""
    areas = view.snapshot.areas
    own = area_ix(view, Selection.parse_strict(query))
    if own < 0:
        raise SelectionError("area= is not in this snapshot; choose one that is.")
    if each is None:
        return [(areas.names[own], query)]
    if each not in view.snapshot.levels:
        raise SelectionError(f"There is no level {each!r}; choose one of {', '.join(view.snapshot.levels)}.")
    listed = list(_within(view, own, view.snapshot.levels.index(each)))
    if not listed:
        raise SelectionError(f"There is no area of level {each} in {areas.names[own]}.")
    return [(areas.names[ix], merge(query, {"area": escaped(areas.codes[ix])})) for ix in listed]


def _within(view: View, own: int, depth: int) -> Iterator[int]:
    yield from (ix for ix in view.snapshot.areas.within(own, depth) if view.sees(ix))


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(brief)
