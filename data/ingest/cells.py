"""Cells to values, as SQL: what stands in a row's columns, brought to the types of its fields.

A chain of projections: trimmed cells → cells or nothing → readable forms → values → instants in UTC. Beside each value stand
``g_<field>``, the cell it was read from, and ``r_<field>``, bits for what was put right on the way. Where cells stand as their
values are written, there are short ways that leave the other rows to the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from data.errors import FileRejected
from data.ingest import times, values
from data.ingest.day_order import DayOrder
from data.ingest.fields import Field
from data.ingest.privacy import is_suspect, masked
from data.ingest.raw import Raw
from data.ingest.recognise import Recognised
from data.ingest.rules import POSITION_CODES, REPAIR

TYPES: Final[Mapping[str, str]] = {
    "id": "VARCHAR", "code": "VARCHAR", "name": "VARCHAR", "text": "VARCHAR", "wkt": "VARCHAR", "point": "VARCHAR",
    "choice": "VARCHAR", "instant": "TIMESTAMP", "date": "DATE", "flag": "BOOLEAN", "count": "BIGINT", "number": "DOUBLE",
    "degrees": "DOUBLE",
}  # fmt: skip
_NUMERIC: Final = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_UNREADABLE: Final = ("STRUCT", "MAP", "BLOB", "UNION", "GEOMETRY", "INTERVAL", "BIT")
_PLAIN_CODE: Final = "[0-9A-Za-z][0-9A-Za-z_./:()-]{0,63}"


class Cells:
    """The cells of one file.

    Parameters
    ----------
    fields
        All fields of the kind.
    words
        The configuration's ``values``.
    is_projected
        Positions are not degrees and not judged as such.
    ways
        Short ways (:mod:`data.ingest.plain`) of raw columns. With any, even none, ``is_odd`` stands beside the fields: the row has
        a cell that they do not serve. Without, every cell is read in full.
    order
        How dates that end in the year are read.
    are_kept
        Every raw cell stands beside the fields as it came (``k`` and its column).
    """

    def __init__(
        self,
        fields: Sequence[Field],
        recognised: Recognised,
        raw: Raw,
        zone: times.Zone,
        parameters: values.Parameters,
        *,
        words: Mapping[str, Mapping[str, str]],
        is_projected: bool,
        ways: Mapping[int, str] | None = None,
        order: DayOrder = DayOrder.MONTH,
        are_kept: bool = False,
    ) -> None:
        self._fields, self._recognised, self._raw = fields, recognised, raw
        self._zone, self._parameters, self._words = zone, parameters, words
        self._is_projected, self._order = is_projected, order
        self._present = set(recognised.columns)
        self._plain, self._is_short = dict(ways or {}), ways is not None
        self.kept = [f"k{ix}" for ix in range(len(raw.headers))] if are_kept else []
        self._repaired: set[str] = set()
        self._in_parts: set[str] = set()
        self._has_position = bool({item.name for item in fields} >= {"lon", "lat"} and self._present & {"lon", "point"})

    def typed(self, rows: str = "") -> str:
        """The chain of projections, over all rows or those that a condition on ``row_no`` chooses."""
        always = ["row_no", *(["is_odd"] if self._is_short else []), *self.kept]
        self._repaired, self._in_parts = set(), set()
        cleaned, readable, valued, final = list(always), list(always), list(always), list(always)
        for item in self._fields:
            if item.name in self._present:
                for layer, step in zip((cleaned, readable, valued, final), self._steps(item), strict=True):
                    layer.extend(step)
        layers = f"SELECT {', '.join(self._columns())} FROM ({self._shortened(rows)})"
        for layer in (self._looks(always), cleaned, readable, valued, final):
            layers = f"SELECT {', '.join(layer)} FROM ({layers})"
        if self._pair() != "NULL":
            # Named once: written out wherever it is needed, a position would make planning take a second.
            layers = f"SELECT *, {self._pair()} AS p_pair FROM ({layers})"
            axes = [f"coalesce({name if name in self._present else 'NULL::DOUBLE'}, {values.of_pair('p_pair', place)}) AS x_{name}"
                    for place, name in enumerate(("lon", "lat"), 1)]  # fmt: skip
            layers = f"SELECT *, {', '.join(axes)} FROM ({layers})"
        return layers

    def _shortened(self, rows: str) -> str:
        """The raw rows with the values of plain cells beside them."""
        native, text = self._read()
        columns = ["row_no", *(f"c{ix}" for ix in sorted(native | text)), *(f"{value} AS f{ix}" for ix, value in self._plain.items())]
        columns += [f"c{name[1:]} AS {name}" for name in self.kept]
        return f"SELECT {', '.join(columns)} FROM {self._raw.relation} {rows}"

    def _columns(self) -> list[str]:
        """The raw columns that are needed: as they are (``c``) where they have their field's type, else as trimmed text (``t``)."""
        native, text = self._read()
        names = {ix for item in self._fields if item.type == "name" for ix in self._recognised.columns.get(item.name, ())}
        trimmed = {
            ix: values.trimmed(f"c{ix}", self._raw.types[ix], self._parameters, is_varied=self._is_varied(ix), is_name=ix in names)
            for ix in sorted(text - set(self._plain))
        }
        return [
            "row_no",
            *([f"({self._odd()}) AS is_odd"] if self._is_short else []),
            *self.kept,
            *(f"c{ix}" for ix in sorted(native)),
            *(f"{cell} AS t{ix}" for ix, cell in trimmed.items()),
            *(f"f{ix}" for ix in self._plain),
        ]

    def _odd(self) -> str:
        """Whether a row has a cell that no short way gives a value for."""
        parts = [f"(c{ix} IS NOT NULL AND f{ix} IS NULL)" for ix, value in self._plain.items() if value != f"c{ix}"]
        return " OR ".join(parts) or "false"

    def is_local(self, item: Field) -> bool:
        """Whether the cells of an instant, on the short ways, are local times that are simply shifted."""
        columns = self._recognised.columns.get(item.name, ())
        is_native = bool(columns) and self._native(item, {self._raw.types[ix] for ix in columns}) is not None
        is_zoned = is_native and self._raw.types[columns[0]] == "TIMESTAMP WITH TIME ZONE"
        return bool(columns) and ((is_native and not is_zoned) or columns[0] in self._plain)

    def _is_varied(self, ix: int) -> bool:
        return ix not in self._raw.repeating

    def _looks(self, always: Sequence[str]) -> list[str]:
        """Beside each text whether it is a word for nothing (``n``), and for free text whether it needs masking (``s``)."""
        native, text = self._read()
        free = {ix for item in self._fields if item.type == "text" for ix in self._recognised.columns.get(item.name, ())}
        read = sorted(text - set(self._plain))
        return [
            *always,
            *(f"c{ix}" for ix in sorted(native)),
            *(f"t{ix}, {values.is_nothing(f't{ix}', is_varied=self._is_varied(ix))} AS n{ix}" for ix in read),
            *(f"{is_suspect(f't{ix}', is_varied=self._is_varied(ix))} AS s{ix}" for ix in read if ix in free),
            *(f"f{ix}" for ix in self._plain),
        ]

    def _read(self) -> tuple[set[int], set[int]]:
        """Columns that have their field's type, and columns that are read as text."""
        native: set[int] = set()
        text: set[int] = set()
        for item in self._fields:
            if item.name in self._present:
                columns = self._recognised.columns[item.name]
                (native if self._native(item, {self._raw.types[ix] for ix in columns}) else text).update(columns)
        return native, text

    def _steps(self, item: Field) -> tuple[list[str], list[str], list[str], list[str]]:  # noqa: PLR0911 -- one type, one return
        """What each of the four projections holds for one field: ``g_`` the cell, ``l_``/``o_`` instants on the way."""
        name, g, parameters = item.name, f"g_{item.name}", self._parameters
        kinds = {self._raw.types[ix] for ix in self._recognised.columns[name]}
        for kind in kinds:
            if kind.startswith(_UNREADABLE) or kind.endswith("[]"):
                raise FileRejected("E_TYPE", f"{name} cannot be read from a column of type {kind[:40]}; expected text, numbers or times.")
        native = self._native(item, kinds) or self._shortly(item)
        if native is not None:
            return native
        spared = f" OR t{{ix}} = '{values.NOT_NULL_FOR_FLAGS}'" if item.type in {"flag", "count"} else ""
        cells = [f"CASE WHEN NOT n{ix}{spared.format(ix=ix)} THEN t{ix} END" for ix in self._recognised.columns[name]]
        cell = f"coalesce({', '.join(cells)}) AS {g}"
        is_free = item.type in {"text", "name", "wkt"}
        form = g if is_free else values.half_width(g, parameters)
        r, odd = f"r_{name}", values.odd_characters(g, REPAIR["half_width"], REPAIR["invisible_removed"])
        if not is_free:
            self._repaired.add(name)
        if item.type in {"name", "code", "id"}:
            form = values.mapped(form, parameters, self._words.get(name))
        if item.type == "instant":
            written = f"CASE WHEN {times.has_offset(g)} THEN {times.from_offset(g)} END"
            offset = f"coalesce({written}, {times.epoch(g)})"
            local = f"CASE WHEN NOT {times.has_offset(g)} THEN {times.local_instant(g, parameters, self._order)} END"
            utc = f"coalesce(o_{name}, {self._zone.to_utc(f'l_{name}')})"
            bits = times.forms_of_time(
                g, serial=REPAIR["serial_date"], since_1970=REPAIR["epoch"], month_first=REPAIR["month_first"],
                day_first=REPAIR["day_first"], order=self._order,
            )  # fmt: skip
            return (
                [cell], [f"{form} AS {g}", f"{odd} AS {r}"],
                [g, f"{offset} AS o_{name}", f"{local} AS l_{name}", f"{r} | {bits} AS {r}"],
                [g, r, f"o_{name}", f"l_{name}", f"{utc} AS {name}"],
            )  # fmt: skip
        if item.type == "text":
            suspect = " OR ".join(f"s{ix}" for ix in self._recognised.columns[name])
            return [cell, f"({suspect}) AS s_{name}"], [g, f"s_{name}"], [g, f"s_{name}", f"{g} AS {name}"], [g, f"s_{name}", name]
        if item.type in {"id", "code"}:
            is_plain = f"regexp_full_match({g}, '{_PLAIN_CODE}') AS k_{name}"
            wrapped = f"(starts_with({g}, '=') OR starts_with({g}, '''')) AND {values.unwrapped(form)} <> {form}"
            odd = f"{odd} | CASE WHEN {wrapped} THEN {REPAIR['text_formula']} ELSE 0 END"
            turned = f"{r} | CASE WHEN {name} <> {g} THEN {REPAIR['float_code']} ELSE 0 END AS {r}"
            return (
                [cell], [f"{values.unwrapped(form)} AS {g}", f"{odd} AS {r}"],
                [g, r, is_plain, f"{values.code(g)} AS {name}"], [g, f"k_{name}", name, turned],
            )  # fmt: skip
        if item.type == "degrees":
            value = f"CASE WHEN d_{name} IS NULL THEN {values.degrees(g)} ELSE d_{name} END AS {name}"
            self._in_parts.add(name)
            return (
                [cell], [f"{form} AS {g}", f"{odd} AS {r}"],
                [g, r, f"TRY_CAST({g} AS DOUBLE) AS d_{name}"], [g, r, f"d_{name}", value],
            )  # fmt: skip
        value = {
            "date": f"CAST({times.local_instant(g, parameters, self._order)} AS DATE)",
            "flag": values.flag(g, parameters, self._words.get(name)),
            "choice": values.choice(g, item, parameters, self._words.get(name)),
            "count": values.count(g),
            "number": values.number(g),
        }.get(item.type, g)
        if name not in self._repaired:
            return [cell], [f"{form} AS {g}"], [g, f"{value} AS {name}"], [g, name]
        if item.type in {"count", "number"}:
            odd = f"{odd} | CASE WHEN contains({g}, ',') THEN {REPAIR['thousands']} ELSE 0 END"
        elif item.type == "date":
            odd = f"{odd} | CASE WHEN regexp_full_match({g}, '[2-7][0-9]{{4}}') THEN {REPAIR['serial_date']} ELSE 0 END"
        return (
            [cell], [f"{form} AS {g}", f"{odd} AS {r}"],
            [g, r, f"{value} AS {name}"], [g, r, name],
        )  # fmt: skip

    def _shortly(self, item: Field) -> tuple[list[str], list[str], list[str], list[str]] | None:
        """Columns with a short way; nothing can have been put right on it."""
        name, f = item.name, f"f{self._recognised.columns[item.name][0]}"
        if self._recognised.columns[name][0] not in self._plain:
            return None
        if item.type == "instant":
            return [f], [f], [f], [f"{f} AS g_{name}", f"{f} AS l_{name}", f"{self._utc(f)} AS {name}"]
        return [f], [f], [f], [f"{f} AS g_{name}", f"{f} AS {name}"]

    def _utc(self, local: str) -> str:
        """Local time → UTC; on the short way rows with times that need looking at have been left out."""
        return self._zone.shifted_to_utc(local) if self._is_short else self._zone.to_utc(local)

    def _native(self, item: Field, kinds: set[str]) -> tuple[list[str], list[str], list[str], list[str]] | None:
        """Columns that already have the type need no reading."""
        name, g = item.name, f"g_{item.name}"
        if len(self._recognised.columns[name]) > 1 or self._words.get(name):
            return None
        kind, column = kinds.pop(), f"c{self._recognised.columns[name][0]}"
        kinds.add(kind)
        if item.type == "instant" and kind.startswith(("TIMESTAMP", "DATE")):
            if kind == "TIMESTAMP WITH TIME ZONE":
                first = [f"{column} AT TIME ZONE 'UTC' AS o_{name}", f"CAST(NULL AS TIMESTAMP) AS l_{name}"]
                utc = f"o_{name}"
            else:
                first = [f"CAST(NULL AS TIMESTAMP) AS o_{name}", f"CAST({column} AS TIMESTAMP) AS l_{name}"]
                utc = self._utc(f"l_{name}")
            kept = [f"o_{name}", f"l_{name}"]
            shown = f"coalesce(o_{name}, l_{name}) AS {g}"
            return first, kept, kept, [*kept, f"{utc} AS {name}", shown]
        fits = {
            "date": kind == "DATE",
            "flag": kind == "BOOLEAN",
            "degrees": kind.startswith(_NUMERIC),
            "number": kind.startswith(_NUMERIC),
            "count": kind.startswith(_NUMERIC) and not kind.startswith(("FLOAT", "DOUBLE", "DECIMAL")),
        }.get(item.type, False)
        if not fits:
            return None
        return [f"{column} AS {g}"], [g], [g, f"CAST({g} AS {TYPES[item.type]}) AS {name}"], [g, name]

    def output(self, item: Field) -> str:
        """The value of a field as it is staged: free text masked, a position out of whichever cell holds it."""
        if self._has_position and item.name in {"lon", "lat"}:
            return self._coordinate(item.name)
        if item.name not in self._present:
            return f"CAST(NULL AS {TYPES[item.type]})"
        is_looked_at = item.type == "text" and self._recognised.columns[item.name][0] not in self._plain
        return f"CASE WHEN s_{item.name} THEN {masked(item.name)} ELSE {item.name} END" if is_looked_at else item.name

    def _coordinate(self, name: str) -> str:
        """Longitude or latitude, also out of a pair glued together in one cell."""
        if self._pair() != "NULL":
            return f"x_{name}"
        return name if name in self._present else "NULL::DOUBLE"

    def _pair(self) -> str:
        if not self._has_position:
            return "NULL"
        cells = ["g_point"] if "point" in self._present else []
        for name, other in (("lon", "lat"), ("lat", "lon")):
            first = self._recognised.columns[name][0] if name in self._present else None
            if first is not None and first not in self._plain and self._raw.types[first] == "VARCHAR":
                empty = f"g_{other} IS NULL AND " if other in self._present else ""
                cells.append(f"CASE WHEN d_{name} IS NULL AND {empty} regexp_matches(g_{name}, '[0-9°′″EWNS][,， ;]') THEN g_{name} END")
        return f"coalesce({', '.join(cells)})" if cells else "NULL"

    def repairs(self) -> str:
        """The bits of everything that was done to read the row's cells."""
        parts = [f"coalesce(r_{name}, 0)" for name in sorted(self._repaired)]
        parts += [f"CASE WHEN d_{n} IS NULL AND {n} IS NOT NULL THEN {REPAIR['degree_minutes']} ELSE 0 END" for n in sorted(self._in_parts)]
        if self._pair() != "NULL":
            direct = "lon IS NOT NULL" if "lon" in self._present else "false"
            glued = f"NOT ({direct}) AND p_pair IS NOT NULL AND x_lon IS NOT NULL AND x_lat IS NOT NULL"
            parts.append(f"CASE WHEN {glued} THEN {REPAIR['glued_position']} ELSE 0 END")
        return f"CAST({' | '.join(parts) or '0'} AS USMALLINT)"

    def position_code(self) -> str:
        """Index into ``POSITION_CODES`` of what makes a row's position unusable by itself."""
        if not self._has_position:
            return str(POSITION_CODES.index("E_COORD_MISSING")) + "::UTINYINT"
        code = {name: POSITION_CODES.index(name) for name in POSITION_CODES}
        x, y = self._coordinate("lon"), self._coordinate("lat")
        cells = [f"g_{name}" for name in ("lon", "lat") if name in self._present]
        blank = " OR ".join(f"{cell} IS NULL" for cell in cells) or "true"
        if "point" in self._present:
            blank = f"({blank}) AND g_point IS NULL" if cells else "g_point IS NULL"
        elif len(cells) == 2:
            blank = f"({blank}) AND p_pair IS NULL" if self._pair() != "NULL" else blank
        unreadable = f"{x} IS NULL OR {y} IS NULL OR NOT isfinite({x}) OR NOT isfinite({y})"
        branches = [
            f"WHEN {blank} THEN {code['E_COORD_MISSING']}",
            f"WHEN {unreadable} THEN {code['E_COORD_INVALID']}",
            f"WHEN {x} = 0 OR {y} = 0 THEN {code['E_COORD_ZERO']}",
        ]
        if not self._is_projected:
            outside = f"(abs({x}) > 180 OR abs({y}) > 90)"
            branches += [
                f"WHEN {outside} AND abs({x}) <= 90 AND abs({y}) <= 180 THEN {code['E_COORD_SWAPPED']}",
                f"WHEN {outside} AND (abs({x}) > 1000 OR abs({y}) > 1000) THEN {code['E_COORD_CRS']}",
                f"WHEN {outside} THEN {code['E_COORD_INVALID']}",
            ]
        return f"CAST(CASE {' '.join(branches)} ELSE 0 END AS UTINYINT)"
