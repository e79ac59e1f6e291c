"""Key numbers: one value carries each, everything else is quieter; a click opens what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dash import html

from dashboard.charts.marks import number, sparkline
from dashboard.format import Language, change, count, plain, value
from dashboard.links import attributes, link, opener
from dashboard.words import say
from layers.palette import Palette


@dataclass(frozen=True)
class KeyNumber:
    """One indicator over the window and over the one before.

    Attributes
    ----------
    key, name, unit
        From the registry of indicators, in the page's language.
    now, before
        Value, or None where it is not shown; ``reason`` says why.
    n
        Cases the value rests on.
    excluded, aside
        Left-out cases by reason, in words; those in ``aside`` are said elsewhere.
    before_name
        What the window before is called.
    mark
        How it stands to what the definition asks of it, in words.
    series, series_before
        Value per bucket of the window and of the window before.
    """

    key: str
    name: str
    unit: str
    now: float | None
    before: float | None
    n: float = 0
    excluded: Mapping[str, float] = field(default_factory=dict)
    aside: Sequence[str] = ()
    before_name: str = ""
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
            html.Div([name, _evidence(entry, address, lang)], className="label"),
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


def _evidence(entry: KeyNumber, address: str, lang: Language) -> html.A:
    """What the number rests on, in one quiet line, which opens it too; told in full as a hint where it finds no room."""
    said = [entry.reason] if entry.reason else []
    if entry.unit != "count" and not entry.reason:
        said.append(say("n", lang, n=count(entry.n)))
    if entry.mark:
        said.append(entry.mark)
    if not entry.reason:
        said += [f"{reason} {count(n)}" for reason, n in entry.excluded.items() if n and reason not in entry.aside]
    line = " · ".join(said)
    return opener(address, entry.key, line or say("basis", lang), "evidence", title=line or say("open_hint", lang))
