"""Which column is which field: by the configuration, else by alias."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from data.errors import ConfigError, FileRejected
from data.ingest.fields import Field
from data.ingest.privacy import is_personal
from data.ingest.quarantine import EXPLAINING

OWN: Final = 1_000_000
"""What the header of our own tables of rejected rows scores."""


def normal(header: str) -> str:
    """A header for comparing: half-width, lower case, letters and digits only."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", header)).lower()


@dataclass(frozen=True)
class Recognised:
    """What was recognised as what.

    Attributes
    ----------
    columns
        Field → positions of the columns it is read from, the first with a value wins.
    headers
        Field → those columns' headers, for the report.
    unknown, refused
        Headers that are not stored: unknown ones, and personal ones that are never read.
    """

    columns: Mapping[str, tuple[int, ...]]
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def report(self) -> dict[str, str]:
        """Field → header as shown to the publisher."""
        return {name: " / ".join(headers) for name, headers in self.headers.items()}


def score(headers: Sequence[str], fields: Sequence[Field], configured: Mapping[str, tuple[str, ...]]) -> int:
    """How many of the cells of a row are headers that are known: the header row is the one with most.

    A row that begins like our own tables of rejected rows is the header whatever else it holds: they come back corrected, and what
    explains them names fields in every row.
    """
    if tuple(headers[: len(EXPLAINING)]) == EXPLAINING:
        return OWN
    known = {normal(alias) for item in fields for alias in item.aliases}
    known |= {normal(header) for choices in configured.values() for header in choices}
    return len({normal(header) for header in headers if normal(header)} & known)


def recognise(
    headers: Sequence[str], fields: Sequence[Field], kind: str, configured: Mapping[str, tuple[str, ...]] | None = None
) -> Recognised:
    """Assign columns to fields.

    Raises
    ------
    FileRejected
        ``E_DUP_COLUMN`` when a needed header stands there twice, ``E_MISSING_COLUMN`` when a configured column is not there.
    ConfigError
        The configuration names a field that does not exist, or a personal column.
    """
    configured = configured or {}
    by_name = {item.name: item for item in fields}
    normals = [normal(header) for header in headers]
    personal = {ix for ix, header in enumerate(normals) if header and is_personal(header, kind)}
    columns: dict[str, tuple[int, ...]] = {}
    for name, choices in configured.items():
        if name not in by_name:
            raise ConfigError(f"columns: '{name}' is no field of kind {kind}; expected one of {', '.join(by_name)}.")
        columns[name] = tuple(_configured(choice, headers, normals, personal, name) for choice in choices)
    taken = {ix for choice in columns.values() for ix in choice}
    for item in fields:
        if item.name in columns:
            continue
        for alias in item.aliases:
            found = [ix for ix, header in enumerate(normals) if header == normal(alias) and ix not in taken and ix not in personal]
            if len(found) > 1:
                raise FileRejected("E_DUP_COLUMN", f"The header '{headers[found[0]]}' stands there {len(found)} times; keep one.")
            if found:
                columns[item.name] = (found[0],)
                taken.add(found[0])
                break
    return Recognised(
        columns=columns,
        headers={name: tuple(headers[ix] for ix in choice) for name, choice in columns.items()},
        unknown=tuple(headers[ix] for ix in range(len(headers)) if normals[ix] and ix not in taken and ix not in personal),
        refused=tuple(headers[ix] for ix in sorted(personal)),
    )


def require(recognised: Recognised, fields: Sequence[Field], either: Sequence[Sequence[str]] = ()) -> None:
    """Refuse a file without its required columns.

    Parameters
    ----------
    either
        Groups of fields of which one is enough, e.g. domain, category or subcategory.

    Raises
    ------
    FileRejected
        ``E_MISSING_COLUMN``, naming the field and headers it would be known by.
    """
    grouped = {name: group for group in either for name in group}
    for item in fields:
        group = grouped.get(item.name, (item.name,))
        if item.required and not any(name in recognised.columns for name in group):
            raise FileRejected(
                "E_MISSING_COLUMN",
                f"No column for {item.name} was found (known as {', '.join(item.aliases[:4])} …); "
                f"found {', '.join(recognised.unknown[:8]) or 'no other columns'}. Add it, or name it under columns in the configuration.",
            )


def _configured(choice: str, headers: Sequence[str], normals: Sequence[str], personal: set[int], name: str) -> int:
    found = [ix for ix, header in enumerate(headers) if header == choice] or [
        ix for ix, header in enumerate(normals) if header == normal(choice)
    ]
    if not found:
        raise FileRejected("E_MISSING_COLUMN", f"The configuration reads {name} from '{choice}', which the file does not have.")
    if len(found) > 1:
        raise FileRejected("E_DUP_COLUMN", f"The header '{choice}' stands there {len(found)} times; keep one.")
    if found[0] in personal:
        raise ConfigError(f"columns: '{choice}' holds personal data and cannot be read as {name}.")
    return found[0]
