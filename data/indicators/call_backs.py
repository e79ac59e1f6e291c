"""Outcomes as a definition's rules for call-backs have them: which of those recorded count, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from data.bound import Mask, fixed, is_true

if TYPE_CHECKING:
    from data.view import View

RELATION: Final = """(SELECT * REPLACE (
    coalesce(has_call_back AND (is_closed OR NOT $call_back_closed) AND (satisfaction <> 'unrated' OR NOT $call_back_rated), false)
        AS has_call_back,
    is_resolved AND (is_contacted OR NOT $resolved_needs_contact) AS is_resolved,
    CASE WHEN satisfaction = 'unrated' THEN $unrated ELSE satisfaction END AS satisfaction
) FROM outcome)"""
"""The table ``outcome`` with call-backs that are not effective taken away; ``satisfaction`` is NULL where an unrated one is left out."""
_UNRATED: Final = {"counts": "unrated", "left_out": None, "satisfied": "satisfied"}


def parameters(view: View) -> dict[str, Any]:
    """What :data:`RELATION` is bound to."""
    rule = view.definition.call_back
    return {
        "call_back_closed": "closed" in rule.effective,
        "call_back_rated": "rated" in rule.effective,
        "resolved_needs_contact": rule.resolved_needs_contact,
        "unrated": _UNRATED[rule.unrated],
    }


def outcomes(view: View) -> pd.DataFrame:
    """``has_call_back, is_contacted, is_resolved`` by ``outcome_ix``, under the view's definition."""
    statement = f"SELECT has_call_back, is_contacted, is_resolved FROM {RELATION} ORDER BY outcome_ix"  # noqa: S608  our own text
    return view.snapshot.once(("call_backs", view.definition.call_back), lambda: view.snapshot.frame(statement, parameters(view)))


def masks(view: View) -> Mapping[str, Mask]:
    """Outcomes of each result of a call-back that a selection may name, by ``outcome_ix``; they overlap."""
    return view.snapshot.once(("call_back_masks", view.definition.call_back), lambda: _masks(view))


def _masks(view: View) -> Mapping[str, Mask]:
    said, given = outcomes(view), view.snapshot.outcomes["satisfaction"]
    called, contacted, resolved = (is_true(said[name]) for name in ("has_call_back", "is_contacted", "is_resolved"))
    found = {
        "effective": called,
        "none": ~called,
        "contacted": called & contacted,
        "not_contacted": called & ~contacted,
        "resolved": called & resolved,
        "unresolved": called & ~resolved,
    }
    for rating in ("satisfied", "basically", "unsatisfied", "unrated"):
        found[rating] = called & (given == rating).to_numpy(dtype=bool, na_value=False)
    return {result: fixed(mask) for result, mask in found.items()}
