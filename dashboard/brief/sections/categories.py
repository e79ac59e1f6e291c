"""The five largest categories and the five that grew fastest, each beside what was to be expected and the area with most of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from dashboard.brief.document import NO_FIGURE, Chart, Column, Figure, Paragraph, Row, Run, Series, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import count
from dashboard.links import Changes
from data.figures import unit
from data.findings import usual_range
from data.indicators.registry import INDICATORS
from data.vocabulary import Words

MOST: Final = 5
FEWEST_GROWN: Final = 5
"""Cases without which a category is not said to have grown."""


def build(edition: Edition) -> Made:
    """Two tables, and the largest as a chart."""
    known = edition.findings.daily
    n = known.in_window[-1, :-1]
    if not n.sum():
        return Made((Paragraph((edition.words("no_cases"),)),), edition.words("no_cases"))
    before = _before(edition)
    largest = [int(at) for at in np.argsort(-n, kind="stable")[:MOST] if n[at]]
    top = largest[0]
    own, name = edition.in_category(known.kinds[top]), edition.category_name(known.kinds[top])
    share = edition.derived(f"{n[top] / n.sum() * 100:.1f}%", INDICATORS["accepted"], own)
    lead = Paragraph(
        (
            edition.words("category_top", name=name),
            edition.count(int(n[top]), own, in_words=True),
            *edition.said_with("category_share", share=share),
        )
    )
    blocks: list[Paragraph | Table | Chart] = [lead, _table(edition, edition.words("largest"), largest, before)]
    if before is not None:
        grown = [int(at) for at in np.argsort(-(n - before), kind="stable")[:MOST] if n[at] > before[at] and n[at] >= FEWEST_GROWN]
        if grown:
            blocks.append(_table(edition, edition.words("fastest"), grown, before))
    names = edition.view.snapshot.categories.names
    series = [Series(edition.period.now(edition.lang), tuple(float(n[at]) for at in largest))]
    if before is not None:
        series.append(Series(edition.period.before(edition.lang), tuple(float(before[at]) for at in largest)))
    listed = tuple(names[known.kinds[at]] for at in largest)
    blocks.append(Chart(edition.words("largest"), "bars", listed, tuple(series), unit("count", edition.lang)))
    return Made(tuple(blocks), lead.text.rstrip("。."))


def _before(edition: Edition) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    previous, known = edition.window.previous, edition.findings.daily
    if previous is None or previous.cut_at is not None or previous.from_day < known.first:
        return None
    return known.between(previous.from_day, previous.to_day)[-1, :-1]


def _table(edition: Edition, title: str, listed: list[int], before: np.ndarray[tuple[int], np.dtype[np.int64]] | None) -> Table:
    columns = (
        Column(edition.words("category"), is_number=False, width=1.8),
        Column(edition.period.now(edition.lang)),
        Column(edition.period.before(edition.lang)),
        Column(edition.words("vs_before")),
        Column(edition.words("expected"), width=1.4),
        Column(edition.words("most_in"), width=2.0),
    )
    return Table(title, columns, tuple(_row(edition, at, before) for at in listed), (edition.words("expected_note"),))


def _row(edition: Edition, at: int, before: np.ndarray[tuple[int], np.dtype[np.int64]] | None) -> Row:
    known = edition.findings.daily
    kind, n = known.kinds[at], int(known.in_window[-1, at])
    own = edition.in_category(kind)
    then = None if before is None else int(before[at])
    days = edition.days_of(edition.window.previous)
    cells: list[Run] = [edition.category_name(kind), edition.count(n, own)]
    cells.append(NO_FIGURE if then is None or days is None else edition.count(then, {**own, **days}))
    cells.append(NO_FIGURE if not then else edition.change(n, then, INDICATORS["accepted"], own, digits=0))
    cells.append(_usual(edition, at, own))
    areas = known.in_window[:-1, at]
    top = int(np.argmax(areas))
    where = edition.in_area(known.areas[top])
    name, most = edition.area_name(known.areas[top]), int(areas[top])
    cells.append(Figure(f"{name} {count(most)}", most, "count", None if where is None else "accepted", {**own, **(where or {})}))
    return Row(tuple(cells))


def _usual(edition: Edition, at: int, own: Changes) -> Figure:
    model = edition.findings.expected
    if model is None:
        return NO_FIGURE
    mean, variance, _ = model.run(0, model.daily.length)
    low, high = usual_range(float(mean[-1, at]), float(variance[-1, at]))
    return edition.usual(low, high, own)


PART: Final = Part("categories", Words("类别情况", "Categories"), build)
