"""Key numbers: one value carries each, everything else is quieter; a click opens what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from dashboard.charts.marks import number, sparkline
from dashboard.format import Language, Text, change, count, plain, value
from dashboard.links import attributes, link, opener
from dashboard.words import say
from layers.palette import Palette


@dataclass(frozen=True)
class KeyNumber:
    """One indicator over the window and over the one before.

    Attributes
    ----------
    key, name, unit, formula
        From the registry of indicators, in the page's language.
    now, before
        Value, or None where it is not shown; ``reason`` says why.
    numerator, denominator, n, low, high
        What the value is made of; None where the indicator has none.
    excluded, aside
        Left-out cases by reason, in words; those in ``aside`` are said elsewhere and only listed in the evidence.
    basis
        Further pairs for the evidence: snapshot, definition.
    before_name
        What the window before is called.
    target, mark
        What the definition asks of it, and how it stands to that, in words.
    series, series_before
        Value per bucket of the window and of the window before.
    """

    key: str
    name: str
    unit: str
    formula: str
    now: float | None
    before: float | None
    n: float = 0
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    excluded: Mapping[str, float] = field(default_factory=dict)
    aside: Sequence[str] = ()
    basis: Sequence[tuple[str, str]] = ()
    before_name: str = ""
    target: str = ""
    mark: str = ""
    reason: str = ""
    series: Sequence[float | None] = ()
    series_before: Sequence[float | None] = ()


def draw(numbers: Sequence[KeyNumber], *, chosen: str, address: str, versus: str, lang: Language, palette: Palette) -> html.Div:
    """All key numbers, the chosen one marked; its link colours the map and orders the ranking."""
    return html.Div(
        [_number(entry, is_chosen=entry.key == chosen, address=address, versus=versus, lang=lang, palette=palette) for entry in numbers],
        className="numbers",
    )


def _number(entry: KeyNumber, *, is_chosen: bool, address: str, versus: str, lang: Language, palette: Palette) -> html.Div:
    delta = change(entry.now, entry.before, entry.unit, lang)
    spark = sparkline(entry.series, entry.series_before, palette.accent, palette.faint, f"{entry.name} {versus}")
    name = link(
        address,
        {"indicator": entry.key},
        entry.name,
        "name is-chosen" if is_chosen else "name",
        **(attributes(aria_current="true") if is_chosen else {}),
    )
    return html.Div(
        [
            html.Div([name, _evidence(entry, lang)], className="label"),
            opener(
                address,
                entry.key,
                number(value(entry.now, entry.unit, lang), "value" if entry.now is not None else "value is-missing"),
                title=say("open_hint", lang),
                **attributes(aria_label=f"{entry.name} {value(entry.now, entry.unit, lang)}"),
            ),
            html.Span(delta or _without_change(entry, lang), className="change", title=versus),
            html.Span(className="spark") if spark is None else spark,
        ],
        className="number",
    )


def _without_change(entry: KeyNumber, lang: Language) -> str:
    """Why there is no change to show: nothing now, nothing to compare with, or nothing before."""
    if entry.now is None:
        return ""
    return "" if entry.before is None else say("previous_was", lang, before=entry.before_name, n=plain(entry.before, entry.unit))


def _evidence(entry: KeyNumber, lang: Language) -> html.Details:
    summary = [entry.reason] if entry.reason else []
    if entry.unit != "count" and not entry.reason:
        summary.append(say("n", lang, n=count(entry.n)))
    if not entry.reason:
        summary += [f"{reason} {count(n)}" for reason, n in entry.excluded.items() if n and reason not in entry.aside]
    if entry.mark:
        summary.append(entry.mark)
    rows: list[tuple[str, Any]] = [(say("formula", lang), entry.formula)]
    if entry.numerator is not None and entry.denominator is not None:
        rows += [(say("numerator", lang), _amount(entry.numerator)), (say("denominator", lang), _amount(entry.denominator))]
    if entry.low is not None and entry.high is not None:
        rows.append((say("interval", lang), f"{plain(entry.low, entry.unit)} – {value(entry.high, entry.unit, lang)}"))
    rows.append((entry.before_name, str(value(entry.before, entry.unit, lang))))
    if entry.target:
        rows.append((say("target", lang), " · ".join(part for part in (entry.target, entry.mark) if part)))
    if entry.reason:
        rows.append((say("caveat", lang), entry.reason))
    rows += [(f"{say('excluded', lang)} · {reason}", str(Text(count(n)))) for reason, n in entry.excluded.items()]
    rows += entry.basis
    return html.Details(
        [
            html.Summary(" · ".join(summary) or say("basis", lang), title=say("basis_hint", lang)),
            html.Div(
                [html.H3(entry.name), html.Dl([part for term, text in rows for part in (html.Dt(term), html.Dd(text))])], className="sheet"
            ),
        ],
        className="evidence",
    )


def _amount(amount: float) -> str:
    return count(amount) if amount == round(amount) else f"{amount:,.1f}"
