"""The command that tells of the indicators."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from data import console
from data.indicators.registry import INDICATORS
from data.options import AsJson

if TYPE_CHECKING:
    from data.vocabulary import Language


class Lang(StrEnum):
    """Languages of the document."""

    ZH = "zh"
    EN = "en"


def indicators(
    is_markdown: Annotated[bool, typer.Option("--markdown", help="The whole document, as in docs/.")] = False,
    lang: Annotated[Lang, typer.Option(help="Its language.")] = Lang.ZH,
    as_json: AsJson = False,
) -> None:
    """List the indicators, or write what is told of each."""
    from data.indicators import document, handbook  # noqa: PLC0415  only this command needs them
    from data.indicators.definition import shipped  # noqa: PLC0415

    chosen: Language = "en" if lang is Lang.EN else "zh"
    if is_markdown:
        sys.stdout.write(document.markdown(shipped(), chosen))
        return
    if as_json:
        told = {key: {term: text for term, text, _ in handbook.rows(indicator, shipped(), chosen)} for key, indicator in INDICATORS.items()}
        console.emit(told)
        return
    for key, indicator in INDICATORS.items():
        console.say(f"{key}  {indicator.names.zh}  {indicator.names.en}")


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(indicators)
