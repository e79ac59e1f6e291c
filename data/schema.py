"""The tables of a snapshot: one place for names, columns, types and closed vocabularies.

Every table here exists in every snapshot, empty where a deployment has no such data. Rows are
written once by :mod:`data.store` and never changed.

Conventions
-----------
* ``*_ix`` columns are positions in the table of that name, from 0. Areas and categories are numbered
  in preorder, so a node and all that hangs below it are the contiguous range ``ix … last_ix``.
* Instants (``*_at``) are UTC without zone; ``day`` and ``hour_of_week`` are local to the deployment.
* ``lon``/``lat`` are WGS 84 degrees; the pair as given, where it is another one, and its datum stand beside them.
* Every row says where it came from (``file_ix``, ``row_no``) and what it said of itself before dictionaries were made
  (``given_ix``, ``declared_ix``), so that a snapshot can be built on from another one without reading its files again.
* An event's *outcome* is the combination of all that indicators ask about it (closed? on time? called
  back? …) as of the snapshot's ``as_of``. There are a few hundred combinations whatever the number of
  events, so every indicator is a weight per outcome and every question groups by ``outcome_ix``.
"""

from __future__ import annotations

from itertools import starmap
from typing import Final

SCHEMA_VERSION: Final = 2

STAGES: Final = ("accepted", "registered", "dispatched", "disposing", "verifying", "closed", "parked", "void")
URGENCIES: Final = ("normal", "urgent", "critical")
SATISFACTIONS: Final = ("satisfied", "basically", "unsatisfied", "unrated")
HANDLE_LEVELS: Final = ("grid", "community", "street", "district")
LOCATED_BY: Final = ("none", "code", "position")
"""How an event got its area: ``located_by`` holds the index into this tuple."""
DATUMS: Final = ("WGS84", "GCJ02", "BD09")
POINT_STATES: Final = ("in_use", "repair", "removed")
REPORTED_STATUSES: Final = ("ON", "OFF")
PROACTIVE_SOURCES: Final = ("patrol", "video", "sensor", "drone")

_EVENT: Final = {
    "event_ix": "INTEGER",
    "day": "DATE",
    "hour_of_week": "UTINYINT",  # Monday 00 h = 0 … Sunday 23 h = 167
    "area_ix": "INTEGER",
    "category_ix": "SMALLINT",
    "source_ix": "SMALLINT",
    "department_ix": "SMALLINT",  # 0: not given
    "outcome_ix": "SMALLINT",
    "urgency_ix": "UTINYINT",  # index into URGENCIES
    "located_by": "UTINYINT",  # index into LOCATED_BY
    "cell": "INTEGER",  # density cell: row * CELL_COLUMNS + column over the whole area's box; NULL unmapped
    "duration_s": "INTEGER",  # closed_at - reported_at
    "reported_at": "TIMESTAMP",
    "accepted_at": "TIMESTAMP",
    "registered_at": "TIMESTAMP",
    "dispatched_at": "TIMESTAMP",
    "disposed_at": "TIMESTAMP",
    "verified_at": "TIMESTAMP",
    "closed_at": "TIMESTAMP",
    "deadline_at": "TIMESTAMP",
    "updated_at": "TIMESTAMP",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
    "given_lon": "DOUBLE",  # the pair as given; NULL where it is that of lon and lat
    "given_lat": "DOUBLE",
    "datum": "VARCHAR",
    "position_code": "VARCHAR",  # why there is no usable position, or NULL
    "event_id": "VARCHAR",
    "title": "VARCHAR",
    "address": "VARCHAR",
    "description": "VARCHAR",
    "handle_level": "VARCHAR",
    "rework_count": "INTEGER",
    "postpone_count": "INTEGER",
    "bounce_count": "INTEGER",
    "is_supervised": "BOOLEAN",
    "duplicate_of": "VARCHAR",
    "file_ix": "INTEGER",  # which file brought it
    "row_no": "INTEGER",  # 1 is the first record of that file that is not blank
    "given_ix": "INTEGER",
    "declared_ix": "INTEGER",
    "repairs": "USMALLINT",  # bits over data.ingest.rules.REPAIRS: what was put right to read the row
}

TABLES: Final[dict[str, dict[str, str]]] = {
    # one row
    "snapshot": {
        "schema_version": "INTEGER",
        "name": "VARCHAR",
        "as_of": "TIMESTAMP",
        "timezone": "VARCHAR",
        "levels": "VARCHAR[]",
        "made_up": "BOOLEAN",
    },
    # ix 0 is the whole area; an event that no area could be found for has area_ix 0
    "area": {
        "area_ix": "INTEGER",
        "last_ix": "INTEGER",
        "parent_ix": "INTEGER",
        "depth": "UTINYINT",
        "level": "VARCHAR",
        "area_code": "VARCHAR",
        "name": "VARCHAR",
        "population": "BIGINT",
        "households": "BIGINT",
        "area_km2": "DOUBLE",
        "grid_type": "VARCHAR",
        "grid_worker": "VARCHAR",
        "valid_from": "DATE",
        "valid_to": "DATE",
        "label_lon": "DOUBLE",
        "label_lat": "DOUBLE",
        "west": "DOUBLE",
        "south": "DOUBLE",
        "east": "DOUBLE",
        "north": "DOUBLE",
        "boundary": "BLOB",  # WKB, WGS 84, exact; NULL where unknown
        "outline": "BLOB",  # WKB, simplified for drawing, shared edges kept shared
    },
    # preorder over domain > category > subcategory; depth 1, 2, 3; no root row
    "category": {
        "category_ix": "SMALLINT",
        "last_ix": "SMALLINT",
        "parent_ix": "SMALLINT",
        "depth": "UTINYINT",
        "name": "VARCHAR",
        "time_limit": "DOUBLE",
        "time_unit": "VARCHAR",
        "is_listed": "BOOLEAN",  # in the category table, not only in events
    },
    "source": {"source_ix": "SMALLINT", "source": "VARCHAR", "name": "VARCHAR", "is_proactive": "BOOLEAN"},
    "department": {"department_ix": "SMALLINT", "name": "VARCHAR"},
    # the categories that events name themselves, one row per combination, and the category that was found for it
    "given": {
        "given_ix": "INTEGER",
        "domain": "VARCHAR",
        "category": "VARCHAR",
        "subcategory": "VARCHAR",
        "category_ix": "SMALLINT",
    },
    # the area that events name themselves, one row per combination
    "declared": {
        "declared_ix": "INTEGER",
        "area_code": "VARCHAR",
        "names": "VARCHAR[]",  # per level below the whole area, as given
        "area_ix": "INTEGER",  # the area they name; -1 none
        "codes": "VARCHAR[]",  # what is wrong with them: E_FK_*, E_GRID_MISMATCH
    },
    "outcome": {
        "outcome_ix": "SMALLINT",
        "stage": "VARCHAR",
        "is_void": "BOOLEAN",
        "is_duplicate": "BOOLEAN",
        "is_registered": "BOOLEAN",
        "is_dispatched": "BOOLEAN",
        "is_disposed": "BOOLEAN",
        "is_closed": "BOOLEAN",
        "has_deadline": "BOOLEAN",
        "is_past_deadline": "BOOLEAN",  # deadline_at < as_of
        "disposed_on_time": "BOOLEAN",  # NULL: cannot be said
        "closed_on_time": "BOOLEAN",  # NULL: cannot be said
        "is_reworked": "BOOLEAN",
        "is_postponed": "BOOLEAN",
        "is_bounced": "BOOLEAN",
        "has_call_back": "BOOLEAN",  # an effective call-back
        "is_contacted": "BOOLEAN",
        "is_resolved": "BOOLEAN",
        "satisfaction": "VARCHAR",
        "is_local": "BOOLEAN",  # handled below the district; NULL: not given
        "has_duration": "BOOLEAN",
        "is_mapped": "BOOLEAN",
    },
    # clustered by reported_at; event_ix only numbers the rows
    "event": _EVENT,
    # rows that lost to another row of their id: superseded (accepted; code NULL), E_ID_DUP or E_ID_CONFLICT
    "rival": {**_EVENT, "code": "VARCHAR"},
    "video_point": {
        "point_ix": "INTEGER",
        "point_id": "VARCHAR",
        "name": "VARCHAR",
        "area_ix": "INTEGER",
        "lon": "DOUBLE",
        "lat": "DOUBLE",
        "given_lon": "DOUBLE",
        "given_lat": "DOUBLE",
        "datum": "VARCHAR",
        "position_code": "VARCHAR",
        "kind": "VARCHAR",
        "category": "VARCHAR",
        "owner": "VARCHAR",
        "reported_status": "VARCHAR",
        "last_seen_at": "TIMESTAMP",
        "parent_id": "VARCHAR",
        "state": "VARCHAR",
        "heading": "DOUBLE",
        "is_device": "BOOLEAN",  # a recorder or server that cameras hang on, not a camera
        "file_ix": "INTEGER",
        "row_no": "INTEGER",
    },
    # working hours of each local day that differs from the weekly pattern, and the pattern itself (day NULL)
    "calendar": {
        "day": "DATE",
        "weekday": "UTINYINT",
        "is_working": "BOOLEAN",
        "hours": "VARCHAR",
    },  # "09:00-12:00,13:30-17:30"
    "feed": {
        "feed_ix": "UTINYINT",
        "name": "VARCHAR",
        "kind": "VARCHAR",
        "mode": "VARCHAR",  # full or changes
        "datum": "VARCHAR",  # as configured; NULL where nothing was declared
        "rows_in": "BIGINT",
        "accepted": "BIGINT",
        "quarantined": "BIGINT",
    },
    # one row per department file; report: JSON of what reading it gave (data.ingest.report)
    "file": {
        "file_ix": "INTEGER",
        "feed_ix": "UTINYINT",
        "name": "VARCHAR",
        "sha256": "VARCHAR",
        "rows_in": "BIGINT",
        "accepted": "BIGINT",
        "quarantined": "BIGINT",
        "arrived_at": "TIMESTAMP",
        "report": "VARCHAR",
    },
    # sums of row hashes that the content hash is made of (data.store.content)
    "content": {"table_name": "VARCHAR", "n": "BIGINT", "xor": "UBIGINT", "total": "HUGEINT"},
    # what checks found and let pass, and what a reader of the numbers must know (caveats)
    "finding": {
        "feed_ix": "UTINYINT",
        "code": "VARCHAR",
        "column_name": "VARCHAR",
        "n": "BIGINT",
        "detail": "VARCHAR",
    },  # JSON
    "definition": {"name": "VARCHAR", "version": "VARCHAR", "sha256": "VARCHAR", "text": "VARCHAR", "is_default": "BOOLEAN"},
}

CELL_COLUMNS: Final = 4096
"""Columns of the density raster; square in metres, so the number of rows follows from the box."""


_COMPRESSION: Final = {"event_id": "zstd"}
"""Ids differ from row to row: the dictionaries that DuckDB would try for them cost the writer twice as much."""


def create_statements() -> list[str]:
    """``CREATE TABLE`` for every table, in order. Used by the builder and to bind questions in tests."""
    return [f"CREATE TABLE {table} ({', '.join(starmap(_column, columns.items()))})" for table, columns in TABLES.items()]


def _column(name: str, kind: str) -> str:
    return f"{name} {kind} USING COMPRESSION {_COMPRESSION[name]}" if name in _COMPRESSION else f"{name} {kind}"
