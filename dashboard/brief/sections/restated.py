"""Numbers of the last issued brief that later data tell differently, and the cases that are to blame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.brief.document import Column, Figure, Paragraph, Row, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import count
from dashboard.opened.address import CASE
from data.indicators.registry import INDICATORS
from data.vocabulary import Words

MOST: Final = 12
MOST_IDS: Final = 3


def build(edition: Edition) -> Made:
    """One table of the numbers restated since the last brief; a sentence where there is none to compare with."""
    earlier = edition.earlier
    if earlier is None:
        return Made((Paragraph((edition.words("restated_first"),)),), edition.words("restated_first"))
    found = edition.changes(earlier.snapshot) if edition.changes is not None else None
    if found is None:
        return Made(
            (Paragraph((edition.words("restated_unknown", issue=earlier.number),)),),
            edition.words("restated_unknown", issue=earlier.number),
        )
    return told(edition, found, earlier.number, earlier.first, earlier.last)


def told(edition: Edition, found: Mapping[str, Any], issue: str, first: str, last: str) -> Made:
    """The entries of ``restated`` that fall into the days of an issued brief."""
    code = edition.view.snapshot.areas.codes[edition.look.area_ix]
    entries = restated(edition, found, first, last)
    if not entries:
        return Made((Paragraph((edition.words("restated_none", issue=issue),)),), edition.words("restated_none", issue=issue))
    names = dict(zip(edition.view.snapshot.areas.codes, edition.view.snapshot.areas.names, strict=True))
    columns = (
        Column(edition.words("day")),
        Column(edition.words("area"), is_number=False, width=1.5),
        Column(edition.words("indicator"), is_number=False, width=1.7),
        Column(edition.words("printed")),
        Column(edition.words("now_is")),
        Column(edition.words("because"), is_number=False, width=2.6),
    )
    order = sorted(entries, key=lambda entry: (entry["area"] != code, entry["day"], list(INDICATORS).index(entry["indicator"])))
    rows = tuple(_row(edition, entry, names.get(entry["area"], entry["area"]), str(found["from"])) for entry in order[:MOST])
    rest = len(entries) - MOST
    notes = (edition.said_with("restated_rest", n=_listed(edition, rest)),) if rest > 0 else ()
    message = edition.words("restated_message", issue=issue, n=count(len(entries)))
    lead = Paragraph(edition.said_with("restated_message", issue=issue, n=_listed(edition, len(entries))))
    return Made((lead, Table(edition.words("restated"), columns, rows, notes)), message)


def restated(edition: Edition, found: Mapping[str, Any], first: str, last: str) -> list[Mapping[str, Any]]:
    """The entries of an area, and of those below it, that fall into some days."""
    codes = edition.view.snapshot.areas.codes
    own = {codes[ix] for ix in (edition.look.area_ix, *edition.look.areas_below)}
    return [entry for entry in found["restated"] if first <= entry["day"] <= last and entry["area"] in own]


def _listed(edition: Edition, n: int) -> Figure:
    """How many numbers; it opens to the page that lists what changed between two snapshots."""
    return Figure(count(n), href="/data" + ("?lang=en" if edition.lang == "en" else ""))


def _row(edition: Edition, entry: Mapping[str, Any], name: str, earlier: str) -> Row:
    """``earlier`` is the snapshot of which the number was printed; it opens as it was then."""
    indicator = INDICATORS[entry["indicator"]]
    pinned = {"snapshot": edition.view.snapshot.id, "definition": edition.view.definition.key}
    day = {"from": entry["day"], "to": entry["day"], "window": None, "area": entry["area"], **pinned}
    cases = list(entry["cases"])
    more = len(cases) + int(entry.get("more", 0)) - MOST_IDS
    listed = "、".join(cases[:MOST_IDS]) + (edition.words("and_more", n=count(more)) if more > 0 else "")
    kind = " · ".join(part for part in (indicator.names.in_(edition.lang), entry.get("category") or "") if part)
    key = None if entry.get("category") else indicator.key
    before = Figure(edition.printed(entry["before"], indicator.unit), indicator=key, changes={**day, "snapshot": earlier}, is_derived=True)
    after = Figure(edition.printed(entry["after"], indicator.unit), entry["after"], indicator.unit, key, day)
    because = Figure(listed, kind="why", indicator=CASE, changes={"id": cases[0], **pinned}, is_derived=True) if len(cases) == 1 else listed
    return Row((entry["day"][5:], name, kind, before, after, because))


PART: Final = Part("restated", Words("更正", "Restated numbers"), build)
