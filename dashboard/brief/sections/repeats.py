"""Places that call again, those to look at first at the top: what to see to before the next complaint."""

from __future__ import annotations

import datetime as dt
from typing import Final

from dashboard.brief.document import Column, Figure, Paragraph, Row, Table
from dashboard.brief.edition import Edition
from dashboard.brief.masking import masked
from dashboard.brief.sections.part import Made, Part
from dashboard.format import MISSING, count, local
from dashboard.links import Changes
from data import queries
from data.case_groups import ALL, CaseGroup
from data.indicators.compute import can_be_located
from data.indicators.registry import INDICATORS
from data.places import Place, days_looked_at
from data.vocabulary import Words

MOST: Final = 8


def build(edition: Edition) -> Made:
    """One table, of the definition's days up to the window's end."""
    if not can_be_located(edition.view):
        return Made((Paragraph((edition.words("repeats_unknown"),)),), edition.words("repeats_unknown"))
    found = edition.answers(queries.repeat_places, MOST)
    rule, zone = edition.view.definition.repeat, edition.view.snapshot.zone
    first, last = (f"{local(at, zone):%m-%d}" for at in (found.from_at, found.until_at - dt.timedelta(seconds=1)))
    message = edition.words("repeats_message", first=first, last=last, places=count(found.total), cases=count(found.events))
    everywhere: Changes = {**days(edition), "part": CaseGroup("places", ALL).key}
    whole = Paragraph(
        (
            edition.words("repeats_whole", first=first, last=last, days=rule.days, cases=rule.cases),
            edition.derived(count(found.total), INDICATORS["accepted"], everywhere),
            *edition.said_with("repeats_of", cases=Figure(count(found.events), found.events, "count", "accepted", everywhere)),
        )
    )
    if not found.places:
        return Made((Paragraph((edition.words("repeats_none", first=first, last=last, days=rule.days, cases=rule.cases),)),), message)
    columns = (
        Column(edition.words("place"), is_number=False, width=3.4),
        Column(edition.words("category"), is_number=False, width=1.3),
        Column(edition.words("cases_in", days=rule.days)),
        Column(edition.words("still_open")),
        Column(edition.words("first")),
        Column(edition.words("latest")),
    )
    rest = found.total - len(found.places)
    notes = (edition.words("repeats_rule", metres=f"{rule.metres:g}", days=rule.days, cases=rule.cases),)
    table = Table(
        edition.words("repeats"),
        columns,
        tuple(_row(edition, place) for place in found.places),
        (*notes, edition.said_with("repeats_rest", n=edition.derived(count(rest), INDICATORS["accepted"], everywhere)))
        if rest > 0
        else notes,
    )
    return Made((whole, table), message)


def days(edition: Edition) -> Changes:
    """The days that repeat places are looked for in."""
    first, last = days_looked_at(edition.view, edition.selection)
    return {"from": f"{first}", "to": f"{last}", "window": None}


def _row(edition: Edition, place: Place) -> Row:
    snapshot = edition.view.snapshot
    path = [ix for ix in snapshot.areas.path(place.area_ix) if snapshot.areas.depth[ix] > snapshot.areas.depth[edition.look.area_ix]]
    where = [snapshot.areas.names[ix] for ix in path[:2]]
    newest = str(place.cases["event_id"].iloc[0])
    first, last = (f"{local(at, snapshot.zone):%m-%d}" for at in (place.first_at, place.last_at))
    cells = (
        _place(where, masked(place.address or "")) or MISSING,
        snapshot.categories.names[place.category_ix],
        Figure(count(place.n), place.n, "count", "accepted", {**days(edition), "part": CaseGroup("place", newest).key}),
        Figure(count(place.open), place.open, "count", "accepted", {**days(edition), "part": CaseGroup("place_open", newest).key}),
        first,
        last,
    )
    return Row(cells)


def _place(where: list[str], address: str) -> str:
    """Areas and address; areas that the address names itself are not said twice."""
    return " ".join([*(name for name in where if name not in address), *([address] if address else [])])


PART: Final = Part("repeats", Words("建议先办（重复诉求）", "Repeat complaints"), build)
