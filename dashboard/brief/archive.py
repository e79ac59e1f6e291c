"""A document as it is kept, so that an issued brief is for ever what was printed, whatever templates and programs become."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from dashboard.brief.document import Block, Chart, Column, Document, Figure, Paragraph, Provenance, Row, Run, Section, Series, Table

_KINDS: Final[Mapping[str, type[Any]]] = {"paragraph": Paragraph, "table": Table, "chart": Chart}


def kept(document: Document) -> dict[str, Any]:
    """The document as plain values."""
    found = dataclasses.asdict(document)
    found["provenance"]["as_of"] = document.provenance.as_of.isoformat()
    for section, made in zip(found["sections"], document.sections, strict=True):
        for block, one in zip(section["blocks"], made.blocks, strict=True):
            block["block"] = next(key for key, kind in _KINDS.items() if isinstance(one, kind))
    return found


def opened(found: Mapping[str, Any]) -> Document:
    """The document of plain values.

    Raises
    ------
    KeyError, TypeError, ValueError
        They are not what :func:`kept` gave.
    """
    given = dict(found)
    source = dict(given.pop("provenance"))
    provenance = Provenance(**{**source, "as_of": dt.datetime.fromisoformat(source["as_of"])})
    sections = tuple(
        Section(one["key"], one["title"], tuple(_block(block) for block in one["blocks"]), one["message"]) for one in given.pop("sections")
    )
    return Document(**{**given, "notes": tuple(given["notes"])}, provenance=provenance, sections=sections)


def _block(found: Mapping[str, Any]) -> Block:
    given = dict(found)
    kind = given.pop("block")
    if kind == "paragraph":
        return Paragraph(tuple(_run(run) for run in given["runs"]), given["style"])
    if kind == "table":
        columns = tuple(Column(**column) for column in given["columns"])
        rows = tuple(Row(tuple(_run(cell) for cell in row["cells"]), row["is_total"], row["begins_band"]) for row in given["rows"])
        return Table(
            given["title"],
            columns,
            rows,
            tuple(note if isinstance(note, str) else tuple(_run(run) for run in note) for note in given["notes"]),
        )
    series = tuple(Series(one["name"], tuple(one["values"])) for one in given["series"])
    return Chart(given["title"], given["kind"], tuple(given["categories"]), series, given["unit"])


def _run(found: str | Mapping[str, Any]) -> Run:
    return found if isinstance(found, str) else Figure(**found)
