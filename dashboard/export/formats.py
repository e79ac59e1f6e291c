"""The registry of file formats: adding one is a module that writes it, and one row here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.export import about, comma_separated, features, geoparquet, workbook
from data.export import Export


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    key
        As in the address.
    suffix, mimetype
        Of the file.
    write
        From an export to the file in pieces.
    is_line_per_row
        Whether rows can be counted by the ends of lines.
    """

    key: str
    suffix: str
    mimetype: str
    write: Callable[[Export], Iterator[bytes]]
    is_line_per_row: bool = False


FORMATS: Final[Mapping[str, Format]] = {
    one.key: one
    for one in (
        Format("csv", "csv", "text/csv", comma_separated.write, is_line_per_row=True),
        Format("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook.write),
        Format("geojson", "geojson", "application/geo+json", features.write, is_line_per_row=True),
        Format("geoparquet", "parquet", "application/vnd.apache.parquet", geoparquet.write),
        Format("about", "txt", "text/plain", about.sheet),
    )
}
"""Every format, in the order in which they are offered."""
