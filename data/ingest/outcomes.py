"""What indicators ask about an event, as SQL over a staged event: the columns of the table ``outcome``.

Missing stage times are implied by later ones: a closed case was disposed, dispatched and registered. Times decide what is
on time; a source's own flag is used where the times are missing. A source that tells neither a stage nor when a case was registered
or dispatched has no such steps: what it reports is being handled, or its overdue cases would never fall due.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from data.schema import SATISFACTIONS, STAGES, TABLES

COLUMNS: Final = tuple(column for column in TABLES["outcome"] if column != "outcome_ix")

_STEPS: Final = frozenset({"stage", "registered_at", "dispatched_at"})


def implied(held: Collection[str]) -> str:
    """First step: which stages are over. Later columns of one SELECT may use earlier ones.

    Parameters
    ----------
    held
        Fields that the file has. A flag for being on time says that a case is closed only where the file has no time for it: cities
        that give both write of open cases, too, that they are on time so far.
    """
    may_be_closed = "coalesce(stage = 'closed', true)"
    closed = f" OR (closed_on_time IS NOT NULL AND {may_be_closed})" if "closed_at" not in held else ""
    disposed = f" OR (disposed_on_time IS NOT NULL AND {may_be_closed})" if "disposed_at" not in held else ""
    is_handled = "false" if _STEPS & set(held) else "true"
    return f"""
    (coalesce(stage = 'closed', false) OR closed_at IS NOT NULL{closed}) AS is_closed,
    (is_closed OR coalesce(stage = 'verifying', false) OR disposed_at IS NOT NULL OR verified_at IS NOT NULL{disposed}) AS is_disposed,
    (is_disposed OR {is_handled} OR coalesce(stage IN ('dispatched', 'disposing'), false) OR dispatched_at IS NOT NULL) AS is_dispatched,
    (is_dispatched OR coalesce(stage = 'registered', false) OR registered_at IS NOT NULL) AS is_registered,
    coalesce(disposed_at, verified_at, closed_at) AS disposed_by_at"""


EXPRESSIONS: Final = {
    "stage": "coalesce(stage, CASE WHEN is_closed THEN 'closed' WHEN is_disposed THEN 'verifying' WHEN is_dispatched THEN 'dispatched' "
    "WHEN is_registered THEN 'registered' ELSE 'accepted' END)",
    "is_void": "coalesce(stage = 'void', false)",
    "is_duplicate": "duplicate_of IS NOT NULL",
    "is_registered": "is_registered",
    "is_dispatched": "is_dispatched",
    "is_disposed": "is_disposed",
    "is_closed": "is_closed",
    "has_deadline": "deadline_at IS NOT NULL",
    "is_past_deadline": "coalesce(deadline_at < $as_of, false)",
    "disposed_on_time": "CASE WHEN is_disposed THEN "
    "coalesce(disposed_at <= deadline_at, disposed_on_time, disposed_by_at <= deadline_at) END",
    "closed_on_time": "CASE WHEN is_closed THEN coalesce(closed_at <= deadline_at, closed_on_time) END",
    "is_reworked": "coalesce(rework_count > 0, false)",
    "is_postponed": "coalesce(postpone_count > 0, false)",
    "is_bounced": "coalesce(bounce_count > 0, false)",
    "has_call_back": "has_call_back",
    "is_contacted": "has_call_back AND coalesce(contacted, false)",
    "is_resolved": "has_call_back AND coalesce(resolved, false)",
    "satisfaction": "CASE WHEN has_call_back THEN coalesce(satisfaction, 'unrated') ELSE 'unrated' END",
    "is_local": "handle_level <> 'district'",
    "has_duration": "closed_at IS NOT NULL",
    "is_mapped": "position_code = 0",
}
"""Every column of ``outcome`` over an event as read with :func:`implied`, :data:`CALL_BACK` and the judged ``position_code``."""

CALL_BACK: Final = """coalesce(call_back, contacted IS NOT NULL OR resolved IS NOT NULL OR coalesce(satisfaction <> 'unrated', false))
    AS has_call_back"""
"""An effective call-back: as the source says, else wherever it gives a result of one."""


ORDER: Final = """o_is_void OR o_is_duplicate, o_is_closed, o_is_closed AND o_has_duration DESC,
    NOT o_is_closed AND o_has_deadline DESC, NOT o_is_closed AND o_is_past_deadline DESC,
    o_is_closed AND o_closed_on_time DESC NULLS LAST, o_has_call_back, outcome_key"""
"""Outcomes that questions ask for together stand together, so that a range of ``outcome_ix`` selects them: what counts at all, open,
overdue, waiting, closed, closed on time."""


STORED: Final = {column: column for column in COLUMNS}
"""The columns of the table ``outcome`` themselves, for :func:`key`."""
_LATE: Final = ("is_past_deadline", "is_mapped")
"""Known only once all rows have been read and located: the last digits of a key."""
_MAY_BE_NULL: Final = frozenset({"disposed_on_time", "closed_on_time", "is_local"})
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"stage": STAGES, "satisfaction": SATISFACTIONS}
_DIGITS: Final = (*(column for column in COLUMNS if column not in _LATE), *_LATE)
FIELDS: Final = frozenset({"stage", "call_back", "contacted", "resolved", "satisfaction", "disposed_on_time", "closed_on_time"})
"""Fields of an event that are nothing but their part of an outcome."""


def _radices() -> dict[str, int]:
    found, radix = {}, 1
    for column in _DIGITS:
        found[column] = radix
        radix *= len(_WORDS.get(column, "ftn"))
    return found


_RADIX: Final[Mapping[str, int]] = _radices()


def with_implied(relation: str, held: Collection[str]) -> str:
    """A relation of events as read with the implied stages and the call-back beside their columns; ``held`` as in :func:`implied`."""
    return f"(SELECT *, {implied(held)}, {CALL_BACK} FROM {relation})"


def key(expressions: Mapping[str, str]) -> str:
    """An integer that two rows share exactly if the given columns of their outcomes are equal; 0 stands for those not given."""
    parts = []
    for column, expression in expressions.items():
        if column in _WORDS:
            branches = " ".join(f"WHEN '{word}' THEN {ix}" for ix, word in enumerate(_WORDS[column]))
            digit = f"(CASE {expression} {branches} END)"
        else:
            digit = f"CAST(({expression}) AS BIGINT)"
            digit = f"coalesce({digit}, 2)" if column in _MAY_BE_NULL else digit
        parts.append(f"{digit} * {_RADIX[column]}")
    return " + ".join(parts)


def early(expressions: Mapping[str, str]) -> dict[str, str]:
    """The part of the columns that is known of a row by itself."""
    return {column: sql for column, sql in expressions.items() if column not in _LATE}


def late(expressions: Mapping[str, str]) -> dict[str, str]:
    """The part that is known when all rows have been read and located."""
    return {column: sql for column, sql in expressions.items() if column in _LATE}


def columns_of(number: int) -> dict[str, str | bool | None]:
    """The columns of an outcome from its key."""
    found: dict[str, str | bool | None] = {}
    for column in _DIGITS:
        words = _WORDS.get(column)
        number, digit = divmod(number, len(words or "ftn"))
        found[column] = words[digit] if words else (False, True, None)[digit]
    return found


def fallen_due(number: int) -> int:
    """The key of the same outcome on the other side of its deadline."""
    radix = _RADIX["is_past_deadline"]
    return number - radix if number // radix % 3 else number + radix
