"""A number opened: what it is, its formula with the counts put in, what was left out, how sure it is, and its cases."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from dash import html

from dashboard import ids
from dashboard.charts.marks import number as figure
from dashboard.format import Language, amount, count, plain, value, with_unit
from dashboard.links import HANDBOOK, OPEN, WORKBENCH, attributes, merge, opened
from dashboard.opened import cases, compared, mix
from dashboard.opened.address import Asked
from dashboard.words import say
from data.bound import area_ix
from data.case_groups import CaseGroup
from data.codes import CODES
from data.filters import sentence
from data.indicators import parts
from data.indicators.handbook import INTERVALS
from data.indicators.registry import INDICATORS
from data.opening import Opening, camera_parts, opening
from data.selection import Selection
from data.video import CameraGroup
from data.view import View

Row = tuple[str, Any]
ORDER: Final = (parts.DENOMINATOR, parts.NUMERATOR, parts.REST)


def draw(view: View, selection: Selection, asked: Asked) -> list[Any]:
    """The content of the panel, with the first page of its cases."""
    assert asked.indicator is not None  # noqa: S101 — only asked of what could be opened
    found = opening(view, selection, asked.indicator, asked.standard(view), asked.part)
    names = _parts(found, asked.lang, asked.part)
    part = asked.part if asked.part in names else next(iter(names), "")
    title = cases.heading(names[part][0], names[part][1], asked.lang, is_video=found.indicator.measure == "video") if names else ""
    return [
        _head(found, asked.lang),
        html.Dl([piece for term, text in _facts(found, asked) for piece in (html.Dt(term), html.Dd(text))], className="facts"),
        _terms(found, asked),
        mix.draw(found, asked.lang),
        html.Div(
            [_tab(words, n, asked.at(view, key), is_chosen=key == part) for key, (words, n) in names.items()],
            className="opened-parts",
            role="group",
            **attributes(aria_label=say("opened_parts", asked.lang)),
        ),
        html.Div(cases.draw(view, selection, asked, part, title) if part else None, id=ids.CASES),
        _ways(found, asked, part),
    ]


def page(view: View, selection: Selection, asked: Asked) -> Any:
    """Another page or part of the cases alone."""
    assert asked.indicator is not None  # noqa: S101 — only asked of what could be opened
    found = opening(view, selection, asked.indicator, asked=asked.part)
    names = _parts(found, asked.lang, asked.part)
    part = asked.part if asked.part in names else next(iter(names), "")
    title = cases.heading(names[part][0], names[part][1], asked.lang, is_video=found.indicator.measure == "video")
    return cases.draw(view, selection, asked, part, title)


def _head(found: Opening, lang: Language) -> html.Div:
    number, indicator = found.number, found.indicator
    shown = value(number.value if number.shown else None, indicator.unit, lang)
    says: list[Any] = [html.P(sentence(found.view, found.selection, lang), className="sentence")]
    if found.adjusted is not None:
        says.append(html.P(mix.name(found, lang), className="why"))
    if not number.shown:
        says.append(html.P(_why(found, lang), className="why"))
    words = [html.H2(indicator.names.in_(lang), id=ids.OPENED_TITLE), *says]
    return html.Div([figure(shown, "opened-value"), html.Div(words)], className="opened-head", **attributes(data_value=_exact(found)))


def _exact(found: Opening) -> str:
    return "" if found.number.value is None else repr(float(found.number.value))


def _why(found: Opening, lang: Language) -> str:
    """Why a number is not shown."""
    number = found.number
    if number.caveats:
        code = CODES[number.caveats[0]]
        return code.zh if lang == "zh" else code.en
    if number.n == 0:
        return say("nothing_due", lang)
    return say("too_few", lang, n=count(found.view.definition.minimum_n), found=count(number.n))


def _facts(found: Opening, asked: Asked) -> list[Row]:
    view, number, indicator, lang = found.view, found.number, found.indicator, asked.lang
    snapshot = view.snapshot
    rows: list[Row] = [
        (say("formula", lang), indicator.formula.in_(lang)),
        (say("opened_counts", lang), html.Strong(mix.sentence(found, lang) if found.adjusted else found.formula(lang), className="filled")),
    ]
    if found.adjusted is not None:
        rows.append((say("adjusted_before", lang), found.formula(lang)))
    elif number.numerator is not None and number.denominator is not None and indicator.measure not in ("score", "population"):
        rows.append((say("opened_numerator", lang), amount(number.numerator)))
        rows.append((say("opened_denominator", lang), amount(number.denominator)))
    if indicator.measure == "population":
        rows.append((say("opened_population", lang), _people(found, lang)))
    rows.append(("n", count(number.n)))
    rows.append((say("interval", lang), _interval(found, lang)))
    rows += compared.rows(found, asked)
    goal = view.definition.targets.get(indicator.key)
    mark = view.definition.mark(indicator.key, number.value if number.shown else None)
    if goal is not None:
        goals = {name: with_unit(getattr(goal, name), indicator.unit, lang) for name in ("target", "threshold")}
        said = [say("target_is", lang, **goals), *([] if mark is None else [say(f"mark_{mark}", lang, **goals)])]
        rows.append((say("target", lang), " · ".join(said)))
    as_of = snapshot.as_of.astimezone(snapshot.zone)
    rows.append((say("snapshot", lang), [f"{as_of:%Y-%m-%d %H:%M} ", html.Code(snapshot.id)]))
    rows.append((say("definition", lang), [f"{view.definition.shown(lang)} ", html.Code(view.definition.key)]))
    return rows


def _interval(found: Opening, lang: Language) -> str:
    number, indicator = found.number, found.indicator
    if number.low is None and number.high is None:
        return say("opened_no_interval", lang)
    low, high = plain(number.low, indicator.unit), with_unit(number.high, indicator.unit, lang)
    how = say("adjusted_interval", lang) if found.adjusted else INTERVALS[indicator.interval].in_(lang)
    return f"{low} – {high} · {how}"


def _people(found: Opening, lang: Language) -> str:
    if found.people is None:
        return say("opened_no_population", lang)
    snapshot, top = found.view.snapshot, max(0, area_ix(found.view, found.selection))
    is_own = not found.selection.grid and not pd.isna(snapshot.area_table["population"].iloc[top])
    return say(
        "opened_own_population" if is_own else "opened_summed_population", lang, name=snapshot.areas.names[top], n=count(found.people)
    )


def _terms(found: Opening, asked: Asked) -> html.Div | None:
    """What a score is made of: each rate opens in its turn."""
    if not found.terms:
        return None
    rows: list[Any] = []
    for key, number in found.terms.items():
        indicator = INDICATORS[key]
        points = found.view.definition.terms[key]
        worth = say("opened_points", asked.lang, points=f"{points:g}".replace("-", "\u2212"))
        rate = number.value if found.adjusted is None else found.adjusted.rates[key]
        shown = figure(value(rate, indicator.unit, asked.lang))
        rows.append(
            html.Div(
                [
                    html.Span(indicator.names.in_(asked.lang)),
                    html.A(
                        shown,
                        href="#",
                        className="opener",
                        **attributes(data_open=asked.at(found.view, indicator=key), aria_haspopup="dialog"),
                    ),
                    html.Span(worth, className="quiet"),
                    html.Span(say("n", asked.lang, n=count(number.n)), className="quiet"),
                ]
            )
        )
    if len(cases_of_terms(found)) > 1:
        rows.append(html.P(_whose(found, asked.lang), className="quiet"))
    return html.Div(rows, className="terms", role="group", **attributes(aria_label=say("opened_terms", asked.lang)))


def cases_of_terms(found: Opening) -> set[int]:
    """How many cases the rates of a score rest on; several numbers mean that they do not rest on the same cases."""
    return {number.n for number in found.terms.values()}


def _whose(found: Opening, lang: Language) -> str:
    """Which of a score's rates the cases listed are of, where they do not all rest on the same."""
    least = INDICATORS[min(found.terms, key=lambda key: found.terms[key].n)].names.in_(lang)
    return say("opened_least", lang, rate=least)


def _parts(found: Opening, lang: Language, asked: str | None) -> dict[str, tuple[str, int]]:
    """Part → its words and how many cases it has; those left out only where there are any. A group of cameras that is asked is one."""
    group = CameraGroup.parse(asked or "") if found.indicator.measure == "video" else None
    if found.indicator.measure == "video":
        listed = {key: len(rows) for key, rows in camera_parts(found.view, found.selection, asked).items()}
        words = {key: cases.camera_status(key.removeprefix(parts.EXCLUDED), lang) for key in listed if key.startswith(parts.EXCLUDED)}
    else:
        listed = found.totals
        words = {key: part.names.in_(lang) for key, part in found.parts.items()}
    counted, among = (side.in_(lang) for side in found.indicator.fraction)
    is_fraction = parts.REST in listed
    named: dict[str, tuple[str, int]] = {}
    for key in sorted(listed, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER)):
        n = listed[key]
        if group is not None and key == group.key:
            named[key] = cases.camera_group(group, lang), n
        elif key.startswith(parts.EXCLUDED):
            if n:
                named[key] = say("opened_part_excluded", lang, words=words[key]), n
        elif CaseGroup.parse(key) is not None:
            named[key] = words[key], n
        elif not is_fraction:
            if key == parts.DENOMINATOR:
                named[key] = say("opened_all", lang), n
        elif key == parts.DENOMINATOR:
            named[key] = say("opened_part_denominator", lang, words=among), n
        elif key == parts.NUMERATOR:
            named[key] = say("opened_part_numerator", lang, words=counted), n
        else:
            named[key] = say("opened_part_rest", lang), n
    return named


def _tab(words: str, n: int, value: str, *, is_chosen: bool) -> html.Button:
    pressed = attributes(aria_pressed="true" if is_chosen else "false")
    return html.Button([words, " ", html.B(count(n))], type="button", **attributes(data_cases=value), **pressed)


def _ways(found: Opening, asked: Asked, part: str) -> html.Div:
    """To the same selection elsewhere: both addresses name snapshot and definition."""
    view, key = found.view, found.indicator.key
    fixed = {"snapshot": view.snapshot.id, "definition": view.definition.key, "indicator": key, "kiosk": False, "tour": False}
    address = found.selection.with_(**fixed).query()
    shared = merge(address, {OPEN: opened(key, {"part": part or None})})
    if found.adjusted is not None:  # the mix it is adjusted to is that of the page
        shared = merge(found.adjusted.standard.with_(**fixed).query(), {OPEN: asked.at(view, part or None)})
    return html.Div(
        [
            html.A(say("opened_handbook", asked.lang), href=f"{HANDBOOK}?{address}#{key}"),
            html.A(say("opened_workbench", asked.lang), href=f"{WORKBENCH}?{address}"),
            html.Button(
                say("opened_copy", asked.lang),
                type="button",
                **attributes(data_copy=shared, data_done=say("opened_copied", asked.lang)),
            ),
        ],
        className="ways",
    )
