"""Where staged events are: by their positions, by what they say themselves, and where the two disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from data.ingest import frames, placing, telling
from data.ingest.areas import Division
from data.ingest.events import absent
from data.ingest.fields import level_fields
from data.ingest.rules import BIT, POSITION_CODES
from data.schema import DATUMS

_FK: Final = ("E_FK_STREET", "E_FK_GRID", "E_GRID_MISMATCH")
_MISMATCH: Final = BIT["E_GRID_MISMATCH"]
_OTHER_DATUMS: Final = [ix for ix, datum in enumerate(DATUMS) if datum != "WGS84"]
Integers = npt.NDArray[np.integer[Any]]


class EventPlaces:
    """Places the staged events, in the table ``located``.

    Parameters
    ----------
    connection
        Holds the table ``stage`` (:mod:`data.ingest.events`) and the tables of a snapshot.
    division
        The areas, or None where a file is checked on its own.
    epsg
        Files whose positions are in a projected system.

    Attributes
    ----------
    columns
        Fields in which a row names its area: the code, and one per level.
    absent
        Fields that no file has, with their SQL types.
    are_converted
        Whether some position was staged in another datum or system than WGS 84.
    details
        ``file_ix, row_no, code, column_name, value``: rows that are quarantined for naming no area.
    findings
        ``(file_ix, code, n)``: let pass, but counted, before rows of one id are compared.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        division: Division | None,
        levels: tuple[str, ...],
        epsg: Mapping[int, str],
    ) -> None:
        self._connection, self.division, self._levels, self._epsg = connection, division, levels, dict(epsg)
        self.columns = ("area_code", *(item.name for item in level_fields(levels)))
        self.absent = absent(connection, levels)
        self._named_by = [name for name in self.columns if name not in self.absent]
        self.are_converted = False
        self.details: list[pd.DataFrame] = []
        self.findings: list[tuple[int, str, int]] = []

    def judge(self) -> None:
        """Fill ``located``: per staged row (``stage_row``) the area at its position, and the one it names (``own_``).

        Its position in WGS 84 stands there too (``at_lon``, ``at_lat``) unless all that are usable are in WGS 84 as staged.
        """
        rows, found = self._located()
        own = self._declared()
        named = self._named(own)
        places: dict[str, npt.NDArray[Any]] = {"stage_row": rows, "at_area": found.area_ix}
        places |= {"at_lon": found.lon, "at_lat": found.lat} if self.are_converted else {}
        places |= {name: own[name].to_numpy()[named] for name in ("own_ix", "own_area")}
        frames.temporary(self._connection, "located", pd.DataFrame(places, copy=False))
        self._without_place(rows, own["own_bits"].to_numpy()[named])
        self._count(found.area_ix, own, named)

    def _located(self) -> tuple[Integers, placing.Positions]:
        """Ids of the staged rows, and where they are by their positions; what is wrong with a position is marked in ``stage``."""
        positions = "coalesce(lon, 'nan') AS lon, coalesce(lat, 'nan') AS lat, position_code, datum_ix, file_ix"
        arrays = self._connection.execute(f"SELECT rowid AS stage_row, {positions} FROM stage").fetchnumpy()
        # Taken out one by one: of millions of rows no array is held twice.
        lon, lat = (np.array(arrays.pop(name), dtype=float) for name in ("lon", "lat"))
        rows, staged, datum_ix, file_ix = (np.array(arrays.pop(name)) for name in ("stage_row", "position_code", "datum_ix", "file_ix"))
        code = staged.copy()
        self.are_converted = bool(self._epsg) or bool(np.isin(datum_ix, _OTHER_DATUMS).any())
        for file, epsg in self._epsg.items():
            of_file = np.flatnonzero(file_ix == file)
            part = lon[of_file], lat[of_file], code[of_file]
            placing.to_degrees(*part, datum_ix[of_file], epsg)
            lon[of_file], lat[of_file], code[of_file] = part
        placing.to_degrees(lon, lat, code, np.where(np.isin(file_ix, list(self._epsg)), 0, datum_ix), None)
        del datum_ix, file_ix
        found = placing.judge(lon, lat, code, self.division)
        changed = np.flatnonzero(found.code != staged)
        frames.temporary(self._connection, "moved", pd.DataFrame({"stage_row": rows[changed], "code": found.code[changed]}))
        self._connection.execute("UPDATE stage SET position_code = moved.code FROM moved WHERE stage.rowid = moved.stage_row")
        return rows, found

    def _declared(self) -> pd.DataFrame:
        """Fill ``declared``; per distinct combination of area columns its cells, its place there and what is wrong with it."""
        connection = self._connection
        lasts = [0] if self.division is None else self.division.table["last_ix"].tolist()
        known = {
            (code, tuple(names)): int(ix)
            for ix, code, names in connection.execute("SELECT declared_ix, area_code, names FROM declared").fetchall()
        }
        codes = None if self.division is None else placing.OwnCodes(self.division, self._levels)
        chosen = ", ".join(self._named_by) or "NULL"
        own, new = [], []
        for row in connection.execute(f"SELECT DISTINCT {chosen} FROM stage ORDER BY ALL").fetchall():
            by_name = dict(zip(self._named_by, row, strict=False))
            code, names = by_name.get("area_code"), tuple(by_name.get(name) for name in self.columns[1:])
            at, bits = (-1, 0) if codes is None else codes.resolve(code, names)
            if (code, names) not in known:
                known[code, names] = len(known)
                new.append((known[code, names], code, list(names), at, [name for name in _FK if bits & BIT[name]]))
            cells = row if self._named_by else ()
            own.append((*cells, known[code, names], at, lasts[at] if at >= 0 else -1, bits))
        if new:
            parts = dict(zip(("ix", "code", "names", "area", "found"), (list(part) for part in zip(*new, strict=True)), strict=True))
            connection.execute(
                "INSERT INTO declared SELECT unnest($ix), unnest($code::VARCHAR[]), unnest($names::VARCHAR[][]), unnest($area), "
                "unnest($found::VARCHAR[][])",
                parts,
            )
        kinds = {"own_ix": "int32", "own_area": "int32", "own_last": "int32", "own_bits": "int64"}
        columns = [*self._named_by, *kinds]
        return pd.DataFrame(own, columns=columns).astype({**dict.fromkeys(self._named_by, "str"), **kinds})

    def _named(self, own: pd.DataFrame) -> Integers:
        """The row of ``own`` for every staged row."""
        n = int(self._connection.execute("SELECT count(*) FROM stage").fetchall()[0][0])
        if len(own) <= 1:
            return np.zeros(n, dtype=np.int32)
        frames.temporary(self._connection, "own", own[self._named_by])
        hashed = f"SELECT {telling.hash_of(self._connection, 'own', self._named_by)} AS h FROM"
        known, rows = (np.asarray(self._connection.execute(f"{hashed} {table}").fetchnumpy()["h"]) for table in ("own", "stage"))
        order = np.argsort(known)
        return order[np.searchsorted(known, rows, sorter=order)].astype(np.int32)

    def _without_place(self, rows: Integers, bits: Integers) -> None:
        """Codes that name no area quarantine a row without a usable position; with one they are findings."""
        if not self._named_by or self.division is None:
            return
        wrong = np.flatnonzero(bits)
        frames.temporary(self._connection, "misnamed", pd.DataFrame({"stage_row": rows[wrong], "own_bits": bits[wrong]}))
        value = ", ".join(self._named_by)
        self._connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE nowhere AS SELECT stage_row, own_bits, file_ix, row_no, concat_ws(' / ', {value}) AS value
                FROM stage JOIN misnamed ON stage.rowid = stage_row WHERE codes = 0 AND position_code <> 0"""
        )
        self._connection.execute("UPDATE stage SET codes = codes | own_bits FROM nowhere WHERE stage.rowid = stage_row")
        column = "area_code" if "area_code" in self._named_by else self._named_by[-1]
        for name in _FK:
            self.details.append(
                self._connection.execute(
                    "SELECT file_ix, row_no, $code AS code, $column AS column_name, value FROM nowhere WHERE own_bits & $bit <> 0",
                    {"code": name, "column": column, "bit": BIT[name]},
                ).df()
            )

    def _count(self, at: Integers, own: pd.DataFrame, named: Integers) -> None:
        """Count, per file, positions set aside, codes that name no area, and positions outside the area their row names."""
        for file_ix, code, n in self._connection.execute(
            "SELECT file_ix, position_code, count(*) FROM stage WHERE codes = 0 AND position_code <> 0 GROUP BY ALL"
        ).fetchall():
            self.findings.append((file_ix, POSITION_CODES[code], n))
        if not self._named_by or self.division is None:
            return
        # What a row names and where it lies: few pairs, of which each is judged once.
        width = len(self.division.table)
        good = self._connection.execute("SELECT file_ix, codes = 0 AS is_good FROM stage").fetchnumpy()
        pair = named.astype(np.int64) * (width + 1) + at + 1
        for file_ix in np.unique(good["file_ix"]).tolist():
            pairs, n = np.unique(pair[np.asarray(good["is_good"]) & (np.asarray(good["file_ix"]) == file_ix)], return_counts=True)
            place, there = pairs // (width + 1), pairs % (width + 1) - 1
            bits = own["own_bits"].to_numpy()[place]
            bits = np.where(self._is_outside(there, own, place), bits | _MISMATCH, bits)
            self.findings += [(file_ix, name, total) for name in _FK if (total := int(n[(bits & BIT[name]) != 0].sum()))]

    def _is_outside(self, there: Integers, own: pd.DataFrame, place: Integers) -> npt.NDArray[np.bool_]:
        """Whether the area at a position is neither within the area that a row names nor around it."""
        lasts = np.zeros(1, dtype=np.int32) if self.division is None else self.division.table["last_ix"].to_numpy()
        area, last = own["own_area"].to_numpy()[place], own["own_last"].to_numpy()[place]
        within = (there >= area) & (there <= last)
        around = (area >= there) & (area <= lasts[np.maximum(there, 0)])
        return np.asarray((there >= 0) & (area > 0) & ~within & ~around, dtype=np.bool_)
