"""The registry of questions: every ``.sql`` file with its parameters and the columns it gives."""

from __future__ import annotations

from typing import Final

from data.dimensions import APART, BITS
from data.ingest.rules import REPAIRS
from data.question import Question

MASK: Final = "mask over outcome_ix"
"""A parameter that is a set of outcomes: a numpy mask, bound as a range, and as bits where the range has gaps."""
LINE: Final = "puts its own line in force where True"

_BUCKET: Final = {"bucket": "int; buckets of the window from 0, of the previous window -1, -2, … from its first day on"}
_N: Final = {"n": "int, events"}
STEPS: Final = ("accepted", "registered", "dispatched", "disposed", "verified", "closed")
"""What happens to an event after it was reported, in order; each has a time of its own."""
_CASE: Final = {
    "event_id": "text",
    "title": "text or null",
    "address": "text or null",
    "area_ix": "int",
    "category_ix": "int",
    "source_ix": "int",
    "outcome_ix": "int",
    "urgency_ix": "int",
    "is_supervised": "bool or null",
    "reported_at": "UTC instant",
    "deadline_at": "UTC instant or null",
    "closed_at": "UTC instant or null",
    "lon": "degrees or null",
    "lat": "degrees or null",
}
_DAYS: Final = {"from_day": "DATE", "previous_day": "DATE", "bucket_days": "INTEGER"}
_MOST: Final = {"most": "INTEGER"}
_GROUPS: Final = {"groups": "INTEGER[]"}
_PART: Final = {"asked": MASK, "chosen": MASK, "kept": MASK}
_DUE: Final = {"due_from": "TIMESTAMP", "due_until": "TIMESTAMP"}

ISSUE_COLUMNS: Final = (
    "coord_missing", "coord_invalid", "coord_zero", "coord_swapped", "coord_out_of_area", "coord_crs", "nowhere", "by_code",
    "declares_none", "fk_street", "fk_grid", "code_parent", "code_position", "before_report", "dispatched_early", "disposed_early",
    "after_closing", "deadline_early", "closed_untimed", "disposed_untimed", "duplicates", "unclassified", "no_title", "no_address",
    "no_description", "no_department", "no_deadline", "no_handle_level", "no_updated",
    *(f"repair_{name}" for name in REPAIRS),
)  # fmt: skip
"""What quality_per_area counts; :mod:`data.quality` says what each means."""

QUESTIONS: Final[dict[str, Question]] = {
    question.name: question
    for question in (
        Question("outcomes_per_bucket", _BUCKET | {"outcome_ix": "int"} | _N, _DAYS, reach="previous", cohort="never"),
        Question("categories_per_bucket", _BUCKET | {"category_ix": "int"} | _N, _DAYS, reach="previous"),
        Question("sources", {"source_ix": "int", "is_previous": "bool"} | _N, {"from_day": "DATE"}, reach="previous"),
        Question("hours_of_week", {"hour_of_week": "int, Monday 00 h = 0"} | _N),
        Question(
            "hours_per_source",
            {"is_previous": "bool", "source_ix": "int", "hour_of_week": "int, Monday 00 h = 0"} | _N,
            {"from_day": "DATE"},
            reach="previous",
        ),
        Question(
            "linked",
            {"dimension": "text, of dimensions.BITS without days", "value": "int, the position it counts by"} | _N,
            _DUE | dict.fromkeys(set(BITS) - {"days"}, "INTEGER"),
            apart={owner: bit for owner, bit in APART.items() if bit != BITS["days"]},
        ),
        Question("days", {"day": "int, local days since 1970"} | _N),
        Question("matching", {"event_ix": "int"}, cohort="never"),
        Question("departments", {"department_ix": "int; 0 is not given"} | _N),
        Question("counts_per_area", {"area_ix": "int, as located"} | _N),
        Question(
            "areas_per_step",
            {"step": "int; a bucket of the window from 0, or an hour of the day", "area_ix": "int, as located"} | _N,
            {"from_day": "DATE", "bucket_days": "INTEGER"},
        ),
        Question(
            "rates_per_area",
            {"area_ix": "int, as located"} | _N | {"denominator": "int, events", "numerator": "int, events"},
            {"numerator": "VARCHAR", "denominator": "VARCHAR"},
        ),
        Question("outcomes_per_area", {"area_ix": "int, as located", "outcome_ix": "int"} | _N, {"asked": MASK}),
        Question(
            "outcomes_per_area_and_category",
            {"area_ix": "int, as grouped", "category_ix": "int, as grouped", "outcome_ix": "int"} | _N | {"chosen": "int, events"},
            {"areas": "INTEGER[]", "categories": "INTEGER[]", "chosen": "VARCHAR", "asked": MASK},
        ),
        Question("sources_per_area", {"area_ix": "int, as located"} | _N | {"numerator": "int, events"}, {"chosen": "VARCHAR"}),
        Question(
            "durations_per_area",
            {"area_ix": "int, as grouped"} | _N | {"hours": "float, hours"},
            {"groups": "INTEGER[]", "share": "DOUBLE", "asked": MASK},
        ),
        Question(
            "quantiles_per_area",
            {"area_ix": "int, as grouped", "share": "float, 0 to 1", "hours": "float, hours"},
            {"groups": "INTEGER[]", "shares": "DOUBLE[]", "asked": MASK},
        ),
        Question(
            "durations",
            {"is_previous": "bool", "share": "float, 0 to 1", "hours": "float, hours"},
            {"shares": "DOUBLE[]", "asked": MASK, "from_day": "DATE"},
            reach="previous",
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question("due_soon", {"area_ix": "int, as grouped; -1 none of them", "outcome_ix": "int"} | _N, _DUE | _GROUPS),
        Question(
            "urgent_events",
            {"list": "text: due_soon, overdue or newest", "event_ix": "int"} | _CASE | {"department_ix": "int; 0 is not given"},
            _DUE | _MOST | {"waiting": MASK, "overdue": MASK, "overdue_from": "DATE", "newest_from": "DATE"},
            cohort="unless_asked",
        ),
        Question(
            "event_points",
            {"event_ix": "int"} | {key: _CASE[key] for key in ("lon", "lat", "category_ix", "outcome_ix", "deadline_at")},
            _MOST | {"since": "DATE"},
            cohort="unless_asked",
        ),
        Question("mapped_count", _N, cohort="unless_asked"),
        Question(
            "density",
            {"row": "int, from the south", "column": "int, from the west"} | _N,
            {"cell_columns": "INTEGER", "block": "INTEGER"},
            cohort="unless_asked",
        ),
        Question(
            "events_per_block",
            {"row": "int, from the south", "column": "int, from the west", "area_ix": "int, as located", "category_ix": "int"} | _N,
            {"cell_columns": "INTEGER", "block": "INTEGER", "blocks": "INTEGER[]"},
            cohort="unless_asked",
        ),
        Question("event_count", _N, cohort="unless_asked"),
        Question(
            "event_page",
            _CASE | {"department_ix": "int; 0 is not given"},
            _MOST | {"after_at": "TIMESTAMP", "after_id": "VARCHAR"},
            cohort="unless_asked",
        ),
        Question("part_outcomes", {"outcome_ix": "int", "source_ix": "int"} | _N, _PART, cohort="never"),
        Question(
            "part_page",
            {"place": "int, rank of the outcome", "distance": "int; cases of one rank come in its order", "event_ix": "int"}
            | _CASE
            | {"department_ix": "int; 0 is not given", "disposed_at": "UTC instant or null", "duration_s": "int, seconds, or null"},
            _MOST
            | _PART
            | {"ranks": "INTEGER[]", "order": "VARCHAR", "now": "TIMESTAMP"}
            | {"after_place": "INTEGER", "after_distance": "BIGINT", "after_id": "VARCHAR"},
            cohort="never",  # what was left out is a part, too
        ),
        Question(
            "event_case",
            _CASE
            | {
                "event_ix": "int",
                "description": "text or null",
                "department_ix": "int; 0 is not given",
                "handle_level": "text or null",
                "located_by": "int, index into schema.LOCATED_BY",
                "given_lon": "as given",
                "given_lat": "as given",
                "datum": "text or null",
                "position_code": "reason code or null",
                "duration_s": "int, seconds, or null",
                "rework_count": "int or null",
                "postpone_count": "int or null",
                "bounce_count": "int or null",
                "duplicate_of": "event id or null",
            }
            | {f"{step}_at": "UTC instant or null" for step in ("accepted", "registered", "dispatched", "disposed", "verified", "updated")},
            {"event_id": "VARCHAR"},
            reach="everything",
            cohort="never",
        ),
        Question(
            "event_digests",
            {"bucket": "int, 64 * local days since 1970 + part of the ids"} | _N | {"digest": "int; differs where a fact does"},
            {"areas": "INTEGER[]", "categories": "INTEGER[]", "sources": "INTEGER[]", "outcomes": "INTEGER[]"},
            reach="everything",
            cohort="never",
        ),
        Question(
            "event_facts",
            {
                "event_id": "text",
                "day": "int, local days since 1970",
                "area_ix": "int",
                "category_ix": "int",
                "source_ix": "int",
                "outcome_ix": "int",
            }
            | {"reported_at": "UTC instant"}
            | {f"{step}_at": "UTC instant or null" for step in ("closed", "disposed", "deadline")},
            {"buckets": "INTEGER[]"},
            reach="everything",
            cohort="never",
        ),
        Question(
            "events_of_days",
            {"event_id": "text", "event_ix": "int", "area_ix": "int, as located", "day": "int, local days since 1970"},
            {"first": "INTEGER", "last": "INTEGER", "counted": MASK},
            reach="everything",
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question(
            "fell_due",
            {"event_id": "text", "area_ix": "int", "category_ix": "int"},
            {"since": "TIMESTAMP", "until": "TIMESTAMP", "waiting": MASK},
            reach="everything",
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question(
            "outcomes_per_area_and_day",
            {"day": "int, local days since 1970", "node": "int, as grouped", "outcome_ix": "int"} | _N | {"proactive": "int, events"},
            _GROUPS | {"days": "INTEGER[]", "chosen": "VARCHAR"},
            reach="everything",
            cohort="never",
        ),
        Question(
            "categories_per_area_and_day",
            {"day": "int, local days since 1970", "node": "int, as grouped", "category_ix": "int"} | _N,
            _GROUPS | {"days": "INTEGER[]", "counted": MASK},
            reach="everything",
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question(
            "quality_per_area",
            {"node": "int, as grouped"}
            | _N
            | {"closed": "int, events", "placed": "int, events with a position that name an area"}
            | dict.fromkeys(ISSUE_COLUMNS, "int, events"),
            _GROUPS | {"unknown_kinds": "VARCHAR"},
            cohort="never",
        ),
        Question(
            "issue_events",
            {"event_ix": "int"},
            {"unknown_kinds": "VARCHAR"} | dict.fromkeys(ISSUE_COLUMNS, LINE),
            cohort="never",
        ),
        Question(
            "stage_times",
            _N
            | {
                f"{step}_{column}": words
                for step in (*STEPS, "whole")
                for column, words in (
                    ("n", "int, events with both times in order"),
                    ("seconds", "median and 90 % quantile, seconds; null without any"),
                    ("untimed", "int, events that got so far and lack a time"),
                    ("disordered", "int, events with the times reversed"),
                    ("given", "int, events with the time of this step"),
                )
                if (step, column) != ("whole", "given")
            },
            dict.fromkeys(("registered", "dispatched", "disposed", "closed"), "VARCHAR"),
        ),
        Question(
            "open_cases",
            {"outcome_ix": "int", "department_ix": "int; 0 is not given", "node": "int, as grouped", "wait": "int, edges passed"} | _N,
            _GROUPS | {"edges": "DOUBLE[]", "now": "TIMESTAMP", "waiting": MASK},
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question(
            "events_per_day_area_and_category",
            {"day": "int, local days since 1970", "node": "int, as grouped", "kind": "int, as grouped"} | _N,
            _GROUPS | {"kinds": "INTEGER[]"},
        ),
        Question(
            "deadlines_per_department",
            {"department_ix": "int; 0 is not given", "outcome_ix": "int"}
            | _N
            | {"earliest": "UTC instant or null", "earliest_id": "text or null"},
        ),
        Question("waiting_events", {"event_ix": "int"}, {"now": "TIMESTAMP", "low": "DOUBLE", "high": "DOUBLE"}),
        Question("timed_events", {"event_ix": "int"}, dict.fromkeys((*STEPS, "whole"), LINE)),
        Question("most_bounced", {"event_id": "text", "bounce_count": "int"}, _MOST),
        Question("outcomes_per_department", {"department_ix": "int; 0 is not given", "outcome_ix": "int"} | _N, cohort="never"),
        Question(
            "repeat_candidates",
            {
                "event_ix": "int",
                "at_us": "int, microseconds since 1970",
                "area_ix": "int, as located",
                "category_ix": "int",
                "lon": "degrees or null",
                "lat": "degrees or null",
                "address": "int, equal where the address is; 0 without one",
            },
            {"since": "TIMESTAMP", "until": "TIMESTAMP", "counted": MASK},
            reach="everything",
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question(
            "place_events",
            {"event_ix": "int", "closed_at": "UTC instant or null", "outcome_ix": "int"}
            | {
                key: _CASE[key]
                for key in ("event_id", "title", "address", "area_ix", "category_ix", "reported_at", "deadline_at", "lon", "lat")
            },
            {"wanted": "INTEGER[]"},
            reach="everything",
            cohort="never",  # those wanted are of the cohort
        ),
        Question(
            "event_keys",
            {"is_previous": "bool", "event_ix": "int", "area_ix": "int, as located"},
            {"from_day": "DATE"},
            reach="previous",
        ),
        Question("rivals_per_area", {"node": "int, as grouped", "code": "reason code, empty: superseded"} | _N, _GROUPS, cohort="never"),
        Question(
            "declared_positions",
            {"given_lon": "degrees as given", "given_lat": "degrees as given", "datum": "text", "named_ix": "int, the area it names"},
            _MOST | {"feed_ix": "INTEGER", "named": MASK},
            reach="everything",
            cohort="never",
        ),
        Question(
            "boundaries",
            {
                "area_ix": "int",
                "parent_ix": "int or null",
                "level": "text",
                "area_code": "text",
                "name": "text",
                "population": "int, people, or null",
                "outline": "WKB, WGS 84, or null",
            },
            {"depth": "INTEGER"},
            reach="everything",
            cohort="never",
        ),
        Question(
            "video_points",
            {
                "point_id": "text",
                "name": "text",
                "area_ix": "int",
                "lon": "degrees or null",
                "lat": "degrees or null",
                "kind": "text or null",
                "category": "text or null",
                "owner": "text or null",
                "reported_status": "ON, OFF or null",
                "state": "in_use, repair, removed or null",
                "heading": "degrees or null",
                "last_seen_at": "UTC instant or null",
                "is_device": "bool",
                "status": "online, repair, removed, reported_off, not_reported, stale, never_seen or parent_down",
            },
            {"seen_after": "TIMESTAMP"},
        ),
        Question(
            "export_rows",
            {"event_ix": "int; rows come in its order"}
            | _CASE
            | {"department_ix": "int; 0 is not given", "handle_level": "text or null", "duration_s": "int, seconds, or null"}
            | {f"{step}_at": "UTC instant or null" for step in ("accepted", "registered", "dispatched", "disposed", "verified")}
            | {f"{name}_count": "int or null" for name in ("rework", "postpone", "bounce")}
            | {"position_code": "reason code or null"},
            cohort="unless_asked",
        ),
        Question(
            "case_order",
            {"event_ix": "int; rows come in its order", "place": "int or null; what the order goes by"},
            {"by": "VARCHAR", "departments": "INTEGER[]", "stages": "INTEGER[]"},
            cohort="unless_asked",
        ),
        Question(
            "case_rows",
            {"event_ix": "int"} | _CASE | {"department_ix": "int; 0 is not given", "duration_s": "int, seconds, or null"},
            {"wanted": "INTEGER[]"},
            reach="everything",
            cohort="never",  # those wanted were selected
        ),
        Question(
            "similar_cases",
            {"event_ix": "int"} | _CASE | {"department_ix": "int; 0 is not given", "is_same_address": "bool or null"},
            _MOST
            | {"event_id": "VARCHAR", "address": "VARCHAR", "since": "TIMESTAMP", "until": "TIMESTAMP"}
            | {f"kind_{end}": "INTEGER" for end in ("low", "high")}
            | {f"box_{side}": "DOUBLE" for side in ("west", "south", "east", "north")}
            | {"counted": MASK},
            reach="everything",
            cohort="never",  # the outcomes asked about are of the cohort
        ),
        Question(
            "counts_per_area_and_window",
            {"area_ix": "int, as located", "is_previous": "bool"} | _N,
            {"from_day": "DATE"},
            reach="previous",
        ),
    )
}
"""Every question by name."""
