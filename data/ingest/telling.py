"""Hashes that tell rows of a dictionary apart: one number to look for in place of several texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import duckdb
import numpy as np


def hash_of(connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str], names: Sequence[str] | None = None) -> str:
    """SQL of a hash (UBIGINT) over some columns under which no two rows of a relation are equal.

    Parameters
    ----------
    relation
        All its rows differ in these columns.
    names
        What the columns are called in the answer; as in the relation unless given.
    """
    for salt in count():
        hashed = f"hash({', '.join(columns)}, {salt})"
        known = np.asarray(connection.execute(f"SELECT {hashed} AS h FROM {relation}").fetchnumpy()["h"])
        if len(np.unique(known)) == len(known):
            return f"hash({', '.join(names or columns)}, {salt})"
    raise AssertionError("there is always another salt")
