"""How good the period's data are: what is missing, disagrees or stands in a wrong order, and what the snapshot's build refused."""

from __future__ import annotations

from typing import Final

from dashboard.brief.document import Column, Figure, Paragraph, Row, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import MISSING, count
from dashboard.links import Changes
from data.case_groups import CaseGroup
from data.indicators.registry import INDICATORS
from data.quality import ISSUES, quality_per_area
from data.vocabulary import Words

MOST: Final = 8


def build(edition: Edition) -> Made:
    """The issues that occur, the most frequent first; only faults, and quarantined rows by source."""
    frame = quality_per_area(edition.view, edition.selection)
    total = frame.groupby("issue", sort=False)[["n", "base"]].sum()
    faults = [issue for issue in ISSUES.values() if issue.is_fault and int(total.loc[issue.key, "n"])]
    faults.sort(key=lambda issue: -int(total.loc[issue.key, "n"]))
    base = int(total["base"].max()) if len(total) else 0
    unmapped = edition.now.get("unmapped")
    sources = edition.view.snapshot.manifest.get("sources") or ()
    refused = sum(int(entry.get("quarantined") or 0) for entry in sources) if edition.view.scope is None else None
    accepted = INDICATORS["accepted"]
    runs: list[str | Figure] = [*edition.said_with("quality_whole", n=edition.derived(count(base), accepted, {}))]
    if unmapped is not None:
        n = int(unmapped.numerator or 0)
        runs += [
            edition.words("quality_unmapped"),
            Figure(count(n), n, "count", "unmapped", {"part": "numerator"}),
            edition.words("cases_stop"),
        ]
    if refused is not None:
        runs += [
            edition.words("quality_refused"),
            Figure(count(refused), refused, "count", href=_books(edition)),
            edition.words("rows_stop"),
        ]
    if not faults:
        return Made((Paragraph((*runs, edition.words("quality_clean"))),), edition.words("quality_clean"))
    columns = (
        Column(edition.words("issue"), is_number=False, width=2.6),
        Column(edition.words("field"), is_number=False, width=1.4),
        Column(edition.words("cases")),
        Column(edition.words("share")),
    )
    rows = []
    for issue in faults[:MOST]:
        n, of = int(total.loc[issue.key, "n"]), int(total.loc[issue.key, "base"])
        if issue.key.startswith("rival_"):  # rows that never became events
            rows.append(Row((issue.words.in_(edition.lang), issue.field, Figure(count(n), n, "count", href=_books(edition)), MISSING)))
            continue
        part: Changes = {"part": CaseGroup("issue", issue.key).key}
        share = edition.derived(f"{n / of * 100:.1f}%", accepted, part) if of else MISSING
        rows.append(Row((issue.words.in_(edition.lang), issue.field, Figure(count(n), n, "count", "accepted", part), share)))
    rest = len(faults) - MOST
    notes = (edition.said_with("issues_rest", n=Figure(count(rest), href=_books(edition))),) if rest > 0 else ()
    message = edition.words("quality_message", issue=faults[0].words.in_(edition.lang), n=count(int(total.loc[faults[0].key, "n"])))
    return Made((Paragraph((*runs, edition.stop)), Table(edition.words("quality"), columns, tuple(rows), notes)), message)


def _books(edition: Edition) -> str:
    return f"/data?snapshot={edition.view.snapshot.id}" + ("&lang=en" if edition.lang == "en" else "")


PART: Final = Part("quality", Words("数据质量", "Quality of the data"), build)
