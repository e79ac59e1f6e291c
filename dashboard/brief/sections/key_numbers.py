"""The key numbers: now, before, change, a year ago, change, and how many cases stand behind them; with the days as a chart."""

from __future__ import annotations

from typing import Final

import numpy as np

from dashboard.brief.document import Block, Chart, Column, Figure, Line, Paragraph, Row, Run, Series, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import MISSING, count
from dashboard.links import Changes
from data import queries
from data.bound import in_cohort
from data.figures import unit
from data.indicators.compute import Number
from data.indicators.indicator import Indicator
from data.indicators.parts import EXCLUDED
from data.indicators.reasons import DUPLICATE, NOT_DUE, VOID
from data.indicators.registry import INDICATORS
from data.vocabulary import Words
from data.window import Window, say_comparison


def build(edition: Edition) -> Made:
    """One table, and the cases of each day as columns."""
    period, lang = edition.period, edition.lang
    columns = (
        Column(edition.words("indicator"), is_number=False, width=2.2),
        Column(period.now(lang)),
        Column(period.before(lang)),
        Column(edition.words("vs_before")),
        Column(edition.words("year_ago")),
        Column(edition.words("vs_year_ago")),
        Column("n"),
    )
    table = Table(edition.words("key_numbers"), columns, tuple(_row(edition, indicator) for indicator in edition.said), _notes(edition))
    blocks: tuple[Block, ...] = (_lead(edition), table, *_days(edition))
    message = blocks[0].text.rstrip("。.") if isinstance(blocks[0], Paragraph) else ""
    return Made(blocks, message)


def _lead(edition: Edition) -> Paragraph:
    """Cases accepted, and their change."""
    change = edition.change(edition.total, _value(edition, "accepted"), INDICATORS["accepted"], {})
    said = edition.said_with("key_change", change=change) if change.text != MISSING else (edition.words("key_alone"),)
    return Paragraph((edition.words("key_accepted"), edition.count(edition.total, {}, in_words=True), *said))


def _value(edition: Edition, key: str) -> float | None:
    number = edition.before.get(key)
    return None if number is None or not number.shown else number.value


def _row(edition: Edition, indicator: Indicator) -> Row:
    now = edition.now[indicator.key]
    value = now.value if now.shown else None
    cells: list[Run] = [f"{indicator.names.in_(edition.lang)}{_unit(edition, indicator)}", edition.number(indicator, now, {})]
    compared: tuple[tuple[dict[str, Number], Window, Changes], ...] = (
        (edition.before, edition.window, {}),
        (edition.a_year_ago, edition.window_year_ago, {"compare": edition.period.last_year}),
    )
    for numbers, found, changes in compared:
        then = numbers.get(indicator.key)
        cells.append(edition.number(indicator, then, edition.days_of(found.previous)))
        cells.append(edition.change(value, then.value if then is not None and then.shown else None, indicator, changes))
    cells.append(MISSING if indicator.unit == "count" and now.n == now.value else Figure(count(now.n), now.n, "count", indicator.key))
    return Row(tuple(cells))


def _unit(edition: Edition, indicator: Indicator) -> str:
    word = "" if indicator.unit == "rate" else unit(indicator.unit, edition.lang)
    return "" if not word else f"（{word}）" if edition.lang == "zh" else f" ({word})"


def _notes(edition: Edition) -> tuple[Line, ...]:
    """What the numbers are compared with, what was left out, what the data do not record."""
    lang = edition.lang
    stop = "。" if lang == "zh" else "."
    listed: list[Line] = []
    for found in (edition.window, edition.window_year_ago):
        listed.append(say_comparison(edition.view, found).in_(lang) + stop)
    listed.append(edition.words("points"))
    left = _left_out(edition)
    if left:
        listed.append(left)
    if edition.unsaid:
        names = ("、" if lang == "zh" else ", ").join(indicator.names.in_(lang) for indicator in edition.unsaid)
        listed.append(edition.words("unrecorded", names=names))
    few = [indicator for indicator in edition.said if not edition.now[indicator.key].shown]
    if few:
        listed.append(edition.words("too_few", least=edition.view.definition.minimum_n))
    return tuple(listed)


def _left_out(edition: Edition) -> tuple[Run, ...]:
    """Void events, duplicates and cases not yet due, each opening to its cases; nothing where none was left out."""
    left, comma = edition.now["accepted"].excluded, "、" if edition.lang == "zh" else ", "
    parts = [(f"{reason.words.in_(edition.lang)} ", "accepted", reason.key) for reason in (VOID, DUPLICATE) if left.get(reason.key)]
    due = next((one.key for one in edition.said if edition.now[one.key].excluded.get(NOT_DUE.key)), None)
    if due is not None:
        parts.append((edition.words("not_due"), due, NOT_DUE.key))
    runs: list[Run] = []
    for words, key, reason in parts:
        n = edition.now[key].excluded[reason]
        runs += [comma] if runs else []
        runs += [words, edition.count(n, {"part": f"{EXCLUDED}{reason}"}, key)]
    return (edition.words("left_out"), *runs, edition.stop) if runs else ()


def _days(edition: Edition) -> tuple[Chart, ...]:
    """Cases a day (or a week, where the window is long), beside the window before where it is as long."""
    found = edition.window
    if found.days < 3:
        return ()
    buckets = found.buckets()
    outcomes, good = edition.answers(queries.outcomes_per_bucket), in_cohort(edition.view)
    rows = outcomes[good[outcomes["outcome_ix"].to_numpy(dtype=int)]]
    n = rows.groupby("bucket")["n"].sum()
    names = tuple(f"{first:%m-%d}" for _, first, _ in buckets)
    series = [Series(edition.period.now(edition.lang), tuple(float(n.get(number, 0)) for number, _, _ in buckets))]
    before: Window | None = found.previous
    if before is not None and before.cut_at is None and before.days == found.days and found.bucket_days == 1:
        series.append(Series(edition.period.before(edition.lang), tuple(float(n.get(-1 - at, 0)) for at in range(before.days))))
    if not np.sum([value or 0 for one in series for value in one.values]):
        return ()
    key = "per_day" if found.bucket_days == 1 else "per_days"
    return (
        Chart(edition.words(key, days=found.bucket_days), "columns", names, tuple(series), unit(INDICATORS["accepted"].unit, edition.lang)),
    )


PART: Final = Part("key_numbers", Words("主要指标", "Key numbers"), build)
