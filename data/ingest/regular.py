"""Texts without a single irregular record, read by DuckDB itself: the relation, and its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.ingest.delimited import BLANKS
from data.ingest.limits import MB, limit


def rows_of(
    path: Path,
    separator: str,
    columns: Sequence[str],
    *,
    skipped: int,
    has_blanks: bool = True,
    padded: bool = False,
    is_frugal: bool = False,
) -> tuple[str, dict[str, Any]]:
    """What stands behind ``FROM`` and its parameters; reading it fails where a record is not regular.

    Parameters
    ----------
    skipped
        Lines before the first record.
    has_blanks
        Blank records may be among the others and are left out.
    padded
        Records may lack cells at their end.
    is_frugal
        Left to itself the reader takes many times the longest line for a buffer, and several of them.
    """
    # Nearly every cell is told by its first character.
    blank = " AND ".join(f"({column} IS NULL OR (contains($blanks, {column}[1]) AND trim({column}, $blanks) = ''))" for column in columns)
    where = f"WHERE NOT ({blank})" if has_blanks else ""
    # A longer record of a file as it came is left to the slower way, which reads it piece by piece.
    longest = min(8 * MB, limit("max_record_mb") * MB) if has_blanks else 2 * limit("max_record_mb") * MB
    buffer = f"buffer_size={longest}," if is_frugal else ""
    # Our own files end their lines alike; left to find out, the reader stumbles over other line ends within quotes.
    ends = "" if has_blanks else r"new_line='\n',"
    relation = f"""read_csv($path, auto_detect=false, header=false, skip=$skip, delim=$separator, quote='"', escape='"', all_varchar=true,
            null_padding={str(padded).lower()}, strict_mode=true, columns=$columns, max_line_size={longest}, hive_partitioning=false,
            {ends} {buffer} parallel={str(not padded).lower()}) {where}"""
    parameters = {"path": str(path), "skip": skipped, "separator": separator, "columns": dict.fromkeys(columns, "VARCHAR")}
    return relation, {**parameters, **({"blanks": BLANKS} if has_blanks else {})}


def written_out(statement: str, parameters: Mapping[str, Any]) -> str:
    """A statement with its parameters as literals: views take none."""
    return re.sub(r"\$(\w+)", lambda found: _literal(parameters[found[1]]), statement)


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(kept)}" for key, kept in value.items()) + "}"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
