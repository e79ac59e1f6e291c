"""Rules for single cells, as SQL conditions with the reason code under which a row is quarantined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from data.ingest import times, values
from data.ingest.fields import EVENT_INSTANTS, Field

ROW_CODES: Final = (
    "E_RAGGED", "E_QUOTE", "E_NUL", "E_FIELD_TOO_LONG", "E_FORMULA", "E_ENUM", "E_ID_MISSING", "E_ID_INVALID", "E_ID_DUP",
    "E_ID_CONFLICT", "E_ID_PRECISION", "E_FK_STREET", "E_FK_GRID", "E_GRID_MISMATCH", "E_TIME_MISSING", "E_TIME_INVALID",
    "E_TIME_RANGE", "E_TIME_FUTURE", "E_TIME_AMBIGUOUS", "E_CLOSE_BEFORE_REPORT", "E_CLOSE_TIME_MISSING",
    "E_STATUS_TIME_CONFLICT", "E_GEOM_NULL", "E_GEOM_EMPTY", "E_GEOM_INVALID", "E_GEOM_TYPE",
)  # fmt: skip
"""Every code that can quarantine a row, in the order of their bits."""
BIT: Final[Mapping[str, int]] = {code: 1 << ix for ix, code in enumerate(ROW_CODES)}
POSITION_CODES: Final = (
    "", "E_COORD_MISSING", "E_COORD_INVALID", "E_COORD_ZERO", "E_COORD_SWAPPED", "E_COORD_OUT_OF_AREA", "E_COORD_CRS",
)  # fmt: skip
"""``position_code`` of a staged row is an index into this tuple; 0 is a usable position."""
REPAIRS: Final = (
    "half_width", "invisible_removed", "float_code", "text_formula", "serial_date", "epoch", "month_first",
    "glued_position", "degree_minutes", "thousands", "computed_deadline", "day_first",
)  # fmt: skip
"""What staging may have done to a cell to read it, in the order of their bits in ``repairs``: full-width characters made
half-width; zero-width ones left out; an id or code turned back from a number (``12.0``, ``1.1E+14``); a text taken out of
``="…"`` or from behind an apostrophe; Excel's serial days, seconds since 1970, and ``1/2/2024`` taken as the second of
January; a position out of one cell, or out of degrees and minutes; separators of thousands left out; a deadline worked out from
a time limit (:mod:`data.ingest.deadlines`); ``2/1/2024`` taken as the second of January (:mod:`data.ingest.day_order`)."""
REPAIR: Final[Mapping[str, int]] = {name: 1 << ix for ix, name in enumerate(REPAIRS)}
LONGEST: Final[Mapping[str, int]] = {"id": 256, "code": 256, "text": 20_000, "name": 256, "wkt": 10_000_000}
LONGEST_ID: Final = 64
FORMULA_ERRORS: Final = ("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


@dataclass(frozen=True)
class Check:
    """One rule: the code, the field whose cell is to blame, and the SQL condition under which it holds.

    ``is_of_writing``: cells that a short way (:mod:`data.ingest.plain`) gives a value for keep it. ``is_of_span``: no instant
    between the first year of fixed offsets and both the rule's limit and the last year breaks it.
    """

    code: str
    column: str
    condition: str
    is_of_writing: bool = False
    is_of_span: bool = False


def rules_of(
    item: Field, zone: times.Zone, parameters: values.Parameters, limit: dt.datetime | None, *, is_text: bool = True
) -> list[Check]:
    """The rules of one field, over the columns that staging has for it: ``g_`` the cell, the field's name its value.

    Instants of what happened later than ``limit`` (UTC) are ``E_TIME_FUTURE``; None allows any. ``is_text`` is False where the
    cells have a type of their own.
    """
    name, g = item.name, f"g_{item.name}"
    unread = f"{g} IS NOT NULL AND {name} IS NULL"
    checks = []
    if is_text and item.type in {"instant", "date", "choice", "flag", "count", "number", "name"}:
        # A program that exports formulas instead of what they give; free text and positions are judged by what they are.
        is_formula = f"(starts_with({g}, '=') OR {values.is_one_of(g, FORMULA_ERRORS)})"
        checks.append(Check("E_FORMULA", name, f"coalesce({is_formula}, false)", is_of_writing=True))
        unread += f" AND NOT {is_formula}"
    if item.type in LONGEST:
        most = LONGEST[item.type]
        checks.append(Check("E_FIELD_TOO_LONG", name, f"(strlen({g}) > {most} AND length({g}) > {most})", is_of_writing=True))
    if item.type in {"id", "code"}:
        # Nearly every code is plain; only the others are looked at more closely.
        formula = f"(NOT k_{name} AND ({values.is_one_of(f'{g}[1]', '=@+')} OR {values.is_one_of(g, FORMULA_ERRORS)}))"
        checks.append(Check("E_FORMULA", name, formula, is_of_writing=True))
        if item.required:
            checks.append(Check("E_ID_MISSING", name, f"{g} IS NULL"))
        bad = rf"(NOT k_{name} AND (length({g}) > {LONGEST_ID} OR regexp_matches({g}, '[\x00-\x1f\x7f\x{{FFFD}}<>\"''\\`]')))"
        if item.type == "id" or item.required:
            rounded = f"({values.exponent(g)} OR {values.is_long_float(g)})"
            checks.append(Check("E_ID_PRECISION", name, rounded, is_of_writing=True))
        if item.type == "id":
            is_invalid = f"({bad} AND NOT {formula} AND strlen({g}) <= {LONGEST['id']})"
            checks.append(Check("E_ID_INVALID", name, is_invalid, is_of_writing=True))
    elif item.type == "instant":
        checks.append(Check("E_TIME_INVALID", name, f"({unread})", is_of_writing=True))
        checks += _rules_of_instant(item, zone, parameters, limit)
    elif item.type == "date":
        checks.append(Check("E_TIME_INVALID", name, f"({unread})"))
    elif item.type in {"choice", "flag", "count", "number"}:
        checks.append(Check("E_ENUM", name, f"({unread})", is_of_writing=True))
    elif item.type == "name" and item.required and item.name not in {"domain", "category"}:
        checks.append(Check("E_ENUM", name, f"{g} IS NULL"))
    return checks


def _rules_of_instant(item: Field, zone: times.Zone, parameters: values.Parameters, limit: dt.datetime | None) -> list[Check]:
    name, g = item.name, f"g_{item.name}"
    checks = []
    if item.required:
        checks.append(Check("E_TIME_MISSING", name, f"{g} IS NULL"))
    low, high = parameters.add(times.EARLIEST), parameters.add(times.LATEST)
    checks.append(Check("E_TIME_RANGE", name, f"({name} < {low} OR {name} >= {high})", is_of_span=True))
    if limit is not None and name in {*EVENT_INSTANTS, "last_seen_at"}:
        latest = parameters.add(limit.astimezone(dt.UTC).replace(tzinfo=None))
        checks.append(Check("E_TIME_FUTURE", name, f"({name} > {latest} AND {name} < {high})", is_of_span=True))
    if zone.changes:
        checks.append(Check("E_TIME_AMBIGUOUS", name, zone.ambiguous(f"l_{name}")))
    return checks
