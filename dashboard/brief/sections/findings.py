"""Five lines: what changed and is real, how large, how sure, where it comes from; then what stayed as expected."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

from dashboard.brief.document import Figure, Paragraph, Run
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import count
from dashboard.links import Changes
from dashboard.opened.address import USUAL
from data.expected import LONGEST_DAYS
from data.findings import Finding, usual_range
from data.indicators import intervals
from data.indicators.indicator import Indicator
from data.indicators.registry import INDICATORS
from data.scan import DRAWS
from data.vocabulary import Words

ACCEPTED: Final = INDICATORS["accepted"]
MOST: Final = 5
MOST_REAL: Final = 3
RATES: Final = ("disposal_on_time_rate", "closing_rate", "satisfaction_rate", "resolution_rate", "closing_on_time_rate", "response_rate")
RATE_SCORE: Final = 3.3
"""Standard errors by which a rate must differ from that of the window before: one brief in two hundred says so by chance."""


def build(edition: Edition) -> Made:
    """At most five lines, the surest change first."""
    found = edition.findings
    if found.daily.length == 0 or edition.total == 0:
        line = edition.words("finding_empty", area=edition.area)
        return Made((Paragraph((line,), "finding"),), line)
    lines: list[tuple[Run, ...]] = [_real(edition, one) for one in found.found[:MOST_REAL]]
    lines.append(_whole(edition))
    lines += _rates(edition)[:1]
    if found.expected is None:
        lines.append((edition.words("finding_long" if found.daily.length > LONGEST_DAYS else "finding_short"),))
    elif not found.found:
        lines.insert(0, (*edition.said_with("finding_none", n=_tested(edition)), *_strongest(edition)))
    elif len(found.found) > MOST_REAL:
        lines.append((edition.words("finding_more", n=len(found.found) - MOST_REAL),))
    blocks = tuple(Paragraph(runs, "finding") for runs in lines[:MOST])
    note = (Paragraph(edition.said_with("finding_rule", n=_tested(edition)), "note"),) if found.expected is not None else ()
    return Made((*blocks, *note), blocks[0].text)


def _tested(edition: Edition) -> Figure:
    """How many areas, categories and pairs were looked at; it opens to what was expected of all of them."""
    return edition.derived(count(edition.findings.tested), ACCEPTED, {USUAL: "1"})


def _strongest(edition: Edition) -> tuple[Run, ...]:
    """The cell that departs most where nothing is sure, and why it is not called a change."""
    one = edition.findings.strongest
    if one is None:
        return ()
    changes = _changes(edition, one)
    chance = edition.derived(_sure(one), ACCEPTED, {**changes, USUAL: "1"})
    return (
        edition.words("finding_strongest", subject=f"{_subject(edition, one)}{_days(edition, one)}"),
        edition.count(one.count, changes, in_words=True),
        *edition.said_with("finding_not_sure", usual=edition.usual(one.low, one.high, changes), chance=chance),
    )


def _subject(edition: Edition, one: Finding) -> str:
    """Area and category; neither where it is of all."""
    names = (
        edition.area_name(one.area_ix) if one.area_ix is not None else "",
        edition.category_name(one.category_ix) if one.category_ix is not None else "",
    )
    return " · ".join(name for name in names if name)


def _real(edition: Edition, one: Finding) -> tuple[Run, ...]:
    """What it is of, how many, how many more or fewer than expected, how sure, when, and what drives it."""
    changes = _changes(edition, one)
    subject = _subject(edition, one)
    days = _days(edition, one)
    runs: list[Run] = [
        f"{subject or edition.words('finding_all', area=edition.area)}{days}{' ' if edition.lang == 'zh' else ': '}",
        edition.count(one.count, changes, in_words=True),
        *edition.said_with(
            "finding_above" if one.more > 0 else "finding_below",
            more=edition.derived(count(abs(round(one.more))), ACCEPTED, {**changes, USUAL: "1"}),
            usual=edition.usual(one.low, one.high, changes),
            sure=edition.derived(_sure(one), ACCEPTED, {**changes, USUAL: "1"}),
        ),
    ]
    if one.driver is not None:
        runs += _driver(edition, one, changes)
    runs.append(edition.stop)
    return tuple(runs)


def _sure(one: Finding) -> str:
    """The chance of saying so without reason, as a percentage rounded up, never below what the draws can tell."""
    chance = max(one.chance, 1 / (DRAWS + 1)) * 100
    return f"{math.ceil(chance * 10) / 10:g}%"


def _changes(edition: Edition, one: Finding) -> Changes:
    where: Changes = {} if one.area_ix is None else edition.in_area(one.area_ix) or {}
    what: Changes = {} if one.category_ix is None else edition.in_category(one.category_ix)
    when: Changes = {}
    if one.length != edition.window.days:
        first = edition.window.from_day + dt.timedelta(days=one.offset)
        when = {"from": f"{first}", "to": f"{first + dt.timedelta(days=one.length - 1)}", "window": None}
    return {**where, **what, **when}


def _days(edition: Edition, one: Finding) -> str:
    """Which days, where they are not all of the window's."""
    if one.length == edition.window.days:
        return ""
    first = edition.window.from_day + dt.timedelta(days=one.offset)
    last = first + dt.timedelta(days=one.length - 1)
    span = f"{first:%m-%d}" if first == last else edition.words("from_to", first=f"{first:%m-%d}", last=f"{last:%m-%d}")
    return edition.bracketed(span)


def _driver(edition: Edition, one: Finding, changes: Changes) -> list[Run]:
    assert one.driver is not None  # noqa: S101 — only asked where there is one
    area_ix, kind, more = one.driver
    share = more / one.more if one.more else 0.0
    if share < 0.1:
        return []
    known = edition.findings.daily
    n = int(known.in_window[known.areas.index(area_ix), known.kinds.index(kind)])
    name = " · ".join(
        part
        for part in (
            "" if one.area_ix is not None else edition.area_name(area_ix),
            "" if one.category_ix is not None else edition.category_name(kind),
        )
        if part
    )
    where = {**changes, **(edition.in_area(area_ix) or {}), **edition.in_category(kind)}
    return [
        edition.words("finding_driver", name=name),
        edition.count(n, where, in_words=True),
        *edition.said_with("finding_share", share=edition.derived(f"{min(1.0, share) * 100:.0f}%", ACCEPTED, {**where, USUAL: "1"})),
    ]


def _whole(edition: Edition) -> tuple[Run, ...]:
    """How many cases in all, beside the window before and what was to be expected."""
    runs: list[Run] = [edition.words("finding_total", area=edition.area), edition.count(edition.total, {}, in_words=True)]
    before = edition.before.get("accepted")
    if before is not None and before.n:
        change = edition.change(edition.total, before.n, ACCEPTED, {})
        runs += edition.said_with("finding_change", before=edition.period.before_in_words(edition.lang), change=change)
    model = edition.findings.expected
    if model is not None:
        mean, variance, _ = model.run(0, model.daily.length)
        low, high = usual_range(float(mean[-1, -1]), float(variance[-1, -1]))
        state = "inside" if low <= edition.total <= high else "above_range" if edition.total > high else "under"
        is_real = any(one.area_ix is None and one.category_ix is None for one in edition.findings.found)
        key = f"finding_{state}" if state == "inside" or is_real else "finding_unsure"
        runs += edition.said_with(key, usual=edition.usual(low, high, {}))
    runs.append(edition.stop)
    return tuple(runs)


def _rates(edition: Edition) -> list[tuple[Run, ...]]:
    """The rates beside those of the window before, the surest change first."""
    listed: list[tuple[float, Indicator, tuple[Run, ...]]] = []
    for indicator in edition.said:
        now, then = edition.now[indicator.key], edition.before.get(indicator.key)
        if indicator.key not in RATES or then is None or not now.shown or not then.shown:
            continue
        value, before = float(now.value or 0), float(then.value or 0)
        error = math.sqrt(sum(_variance(rate, n) for rate, n in ((value, now.n), (before, then.n))))
        off = abs(value - before) / error if error else 0.0
        waiting = now.excluded.get("not_due", 0)
        # cases that are not due yet are the slow ones: until they are, the newer window looks different by itself
        key = "finding_rate_open" if waiting else "finding_rate_real" if off >= RATE_SCORE else "finding_rate_same"
        points = edition.change(value, before, indicator, {})
        runs: tuple[Run, ...] = (
            f"{indicator.names.in_(edition.lang)}{' ' if edition.lang == 'zh' else ': '}",
            edition.number(indicator, now, {}, in_words=True),
            *edition.said_with(
                key,
                before=edition.period.before_in_words(edition.lang),
                change=points,
                n=Figure(count(waiting), waiting, "count", indicator.key, {"part": "excluded:not_due"}),
            ),
        )
        off = 0.0 if waiting else off
        listed.append((off, indicator, runs))
    listed.sort(key=lambda one: -one[0])
    return [runs for _, _, runs in listed]


def _variance(rate: float, n: int) -> float:
    """Of a rate, a little larger than its own so that rates of all or none have one too (Agresti and Coull)."""
    z = intervals.Z
    adjusted = (rate * n + z**2 / 2) / (n + z**2)
    return adjusted * (1 - adjusted) / (n + z**2)


PART: Final = Part("findings", Words("{now}要情", "In short"), build)
