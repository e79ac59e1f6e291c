"""Typical cases, each picked by a rule and never by hand: the longest, the most bounced, the least satisfied, the most repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from dashboard.brief.document import Figure, Paragraph, Run
from dashboard.brief.edition import Edition
from dashboard.brief.masking import masked
from dashboard.brief.sections.part import Made, Part
from dashboard.brief.sections.repeats import days
from dashboard.format import span
from dashboard.opened.address import CASE
from data import queries
from data.case_groups import CaseGroup
from data.indicators.compute import can_be_located, is_recorded
from data.indicators.registry import INDICATORS
from data.vocabulary import CALLBACK_NAMES, Words

Picked = tuple[str, tuple[Run, ...]] | None
"""An event's id and what it was picked for, in words whose figure opens; None where no case fulfils the rule."""
MOST_TEXT: Final = 120


def longest(edition: Edition) -> Picked:
    """Of the cases closed, the one that took longest."""
    page = queries.part_page(edition.view, edition.selection, "median_hours", "denominator", limit=1)
    event = next(iter(page["events"]), None)
    if event is None or event["duration_s"] is None:
        return None
    return event["event_id"], edition.said_with("case_longest", span=_case(span(event["duration_s"], edition.lang), event["event_id"]))


def bounced(edition: Edition) -> Picked:
    """The one most often handed on."""
    rows = queries.most_bounced(edition.view, edition.selection, 1)
    if not len(rows):
        return None
    case = str(rows["event_id"].iloc[0])
    return case, edition.said_with("case_bounced", n=_case(f"{int(rows['bounce_count'].iloc[0])}", case))


def unsatisfied(edition: Edition) -> Picked:
    """The latest of those whose call-back found the least satisfaction."""
    if not is_recorded(edition.view, INDICATORS["satisfaction_rate"]):
        return None
    page = queries.part_page(edition.view, edition.selection, "satisfaction_rate", "rest", limit=1)
    event = next(iter(page["events"]), None)
    if event is None:
        return None
    rating = CALLBACK_NAMES.get(event["satisfaction"] or "")
    return event["event_id"], (edition.words("case_unsatisfied", rating="" if rating is None else rating.in_(edition.lang)),)


def repeated(edition: Edition) -> Picked:
    """The latest case of the place that calls most."""
    if not can_be_located(edition.view):
        return None
    found = edition.answers(queries.repeat_places, 8)
    if not found.places:
        return None
    place = max(found.places, key=lambda one: one.n)
    case = str(place.cases["event_id"].iloc[0])
    n = edition.count(place.n, {**days(edition), "part": CaseGroup("place", case).key})
    return case, edition.said_with("case_repeated", n=n, days=edition.view.definition.repeat.days)


def _case(text: str, event_id: str) -> Figure:
    """What a case says of itself; it opens to the case."""
    return Figure(text, indicator=CASE, changes={"id": event_id}, is_derived=True)


RULES: Final[Mapping[str, Callable[[Edition], Picked]]] = {
    "longest": longest,
    "bounced": bounced,
    "unsatisfied": unsatisfied,
    "repeated": repeated,
}
"""The rules, in order."""


def build(edition: Edition) -> Made:
    """A paragraph for each rule that picks a case, and which rules pick none."""
    blocks, none = [], []
    for key, rule in RULES.items():
        picked = rule(edition)
        event = None if picked is None else queries.event_case(edition.view, picked[0])
        if picked is None or event is None:
            none.append(edition.words(f"rule_{key}"))
            continue
        blocks.append(Paragraph(_told(edition, edition.words(f"rule_{key}"), picked[1], event)))
    if none:
        blocks.append(Paragraph((edition.words("cases_none", rules=("、" if edition.lang == "zh" else ", ").join(none)),), "note"))
    return Made(tuple(blocks), edition.words("cases_message", n=len(blocks) - bool(none)))


def _told(edition: Edition, rule: str, picked: tuple[Run, ...], event: Mapping[str, Any]) -> tuple[Run, ...]:
    """What happened, where and with whom; personal numbers are masked once more, as at the door."""
    zh = edition.lang == "zh"
    kind = next((event[key] for key in ("subcategory", "category", "domain") if event[key]), "")
    said = masked(event["title"] or event["description"] or event["address"] or kind or "")
    said = said if len(said) <= MOST_TEXT else said[:MOST_TEXT] + "…"
    reported = dt.datetime.fromisoformat(event["reported_at"]).astimezone(edition.view.snapshot.zone)
    comma = "，" if zh else ", "
    facts = "".join(f"{fact}{comma}" for fact in (event["area"], kind, event["department"]) if fact)
    when = edition.said_with("case_reported", day=f"{reported:%m-%d}", event=_case(event["event_id"], event["event_id"]))
    return (f"〔{rule}〕{said}。{facts}" if zh else f"[{rule}] {said}. {facts}", *picked, edition.stop + ("" if zh else " "), *when)


PART: Final = Part("cases", Words("典型案例", "Typical cases"), build)
