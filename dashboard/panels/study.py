"""Repeat places and how cases get on: from the answers to the charts."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
from dash import html

from dashboard.charts import path as path_chart
from dashboard.charts import places as places_chart
from dashboard.charts import stages as chart
from dashboard.charts.due_soon import stage_name
from dashboard.charts.marks import heading
from dashboard.charts.places import Case, PlaceLine
from dashboard.charts.stages import FunnelRow, HandoverRow, Rate, SpellRow, WaitRow
from dashboard.format import MISSING, Language, change, count, local, moment, plain, value
from dashboard.links import Changes, escaped, opener
from dashboard.look import Look
from dashboard.panels.map_panel import steps
from dashboard.words import say
from data import queries
from data.bound import deadline_masks
from data.case_groups import CaseGroup
from data.filters import ALONE
from data.indicators.ask import numbers, previous_numbers
from data.indicators.compute import Number, can_be_located
from data.indicators.registry import DUPLICATE, INDICATORS, VOID
from data.places import Place
from data.schema import STAGES
from data.stages import Handover, Spell, Stages, by_wait

MOST_PLACES: Final = 15
MOST_CASES: Final = 12
MOST_ROWS: Final = 12
MARGIN_DEGREES: Final = 0.0012
"""Around a place on the screen: a hundred metres or so."""


def path(look: Look) -> tuple[Any, ...]:
    """The areas from the top down."""
    return (path_chart.draw(steps(look), "", look.address, look.lang),)


def places(look: Look) -> tuple[Any, ...]:
    """The places to look at before the next complaint, with their cases."""
    lang, rule = look.lang, look.view.definition.repeat
    if not can_be_located(look.view):
        return (heading(say("places_unknown", lang)),)
    found = look.answers(queries.repeat_places, MOST_PLACES)
    zone = look.view.snapshot.zone
    first, last = (f"{local(at, zone):%m-%d}" for at in (found.from_at, found.until_at - dt.timedelta(seconds=1)))
    return (
        places_chart.draw(
            [_place(look, place, found.from_at, found.until_at) for place in found.places],
            title=say("places", lang, from_day=first, to_day=last),
            aside=say("places_total", lang, places=count(found.total), events=count(found.events))
            if found.total
            else say("places_none", lang),
            rate=_repeat_rate(look),
            rule=say("places_rule", lang, metres=f"{rule.metres:g}", days=rule.days, cases=rule.cases),
            days=rule.days,
            rest=found.total - len(found.places),
            lang=lang,
        ),
    )


def _repeat_rate(look: Look) -> html.P:
    """The share of the window's events that stand at a repeat point, which opens; and that of the window it is compared with."""
    indicator, lang = INDICATORS["repeat_rate"], look.lang
    now = numbers(look.answers, [indicator])[indicator.key]
    before = previous_numbers(look.answers, [indicator]).get(indicator.key)
    said = f"{indicator.names.in_(lang)} {value(now.value if now.shown else None, indicator.unit, lang)}"
    parts = [f"{count(now.numerator or 0)} / {count(now.n)}"]
    if now.shown and now.low is not None and now.high is not None:
        parts.append(f"95% {plain(now.low, indicator.unit)}–{plain(now.high, indicator.unit)}")
    if now.shown and before is not None and before.shown:
        parts.append(f"{say(f'vs_{look.window.compared}', lang)} {change(now.value, before.value, indicator.unit, lang)}")
    return html.P([opener(look.address, indicator.key, said), f" · {' · '.join(parts)}"], className="repeat-rate")


def _place(look: Look, place: Place, since: dt.datetime, until: dt.datetime) -> PlaceLine:
    snapshot, lang = look.view.snapshot, look.lang
    zone, areas = snapshot.zone, snapshot.areas
    path = [ix for ix in areas.path(place.area_ix) if ix > 0 and areas.depth[ix] > areas.depth[look.area_ix]]
    named = [areas.names[ix] for ix in ([path[0], path[-1]] if len(path) > 1 else path)]
    return PlaceLine(
        category=snapshot.categories.names[place.category_ix],
        where=" · ".join(named) or areas.names[place.area_ix],
        address=place.address or say("place_no_address", lang),
        n=place.n,
        before=place.before,
        open=place.open,
        overdue=place.overdue,
        first=moment(place.first_at, zone),
        last=say("place_last", lang, at=moment(place.last_at, zone)),
        href=_href(look, place, since, until),
        cases=_cases(look, place),
    )


def _href(look: Look, place: Place, since: dt.datetime, until: dt.datetime) -> str:
    """The screen for the place's area, category and days, and for the ground around it where its position is known."""
    snapshot = look.view.snapshot
    depth = int(snapshot.categories.depth[place.category_ix]) - 1
    days = [f"{local(at, snapshot.zone):%Y-%m-%d}" for at in (since, until - dt.timedelta(seconds=1))]
    name = escaped(snapshot.categories.names[place.category_ix])
    query = {
        "grid": escaped(snapshot.areas.codes[place.area_ix]),
        ("domain", "category", "subcategory")[depth]: name,
        "from": days[0],
        "to": days[1],
    }
    if look.selection.snapshot:
        query["snapshot"] = look.selection.snapshot
    if look.selection.definition:
        query["definition"] = look.selection.definition
    if place.lon is not None and place.lat is not None:
        sides = (place.lon - MARGIN_DEGREES, place.lat - MARGIN_DEGREES, place.lon + MARGIN_DEGREES, place.lat + MARGIN_DEGREES)
        query["bbox"] = ",".join(f"{side:.5f}" for side in sides)
    if look.lang == "en":
        query["lang"] = "en"
    return f"/?{urlencode(query, safe=',:@')}"


def _cases(look: Look, place: Place) -> list[Case]:
    """The newest cases in words."""
    snapshot, lang = look.view.snapshot, look.lang
    stage, is_late = snapshot.outcomes["stage"].to_numpy(), deadline_masks(look.view)["overdue"]
    rows = place.cases.head(MOST_CASES)
    return [
        Case(
            moment(at, snapshot.zone),
            next((text for text in (title, address) if isinstance(text, str) and text), ""),
            stage_name(str(stage[outcome]), lang),
            str(event_id),
            bool(is_late[outcome]),
        )
        for at, title, address, outcome, event_id in zip(
            rows["reported_at"], rows["title"], rows["address"], rows["outcome_ix"], rows["event_id"], strict=True
        )
    ]


def _stages(look: Look) -> Stages:
    return look.answers(queries.stage_analysis)


def funnel(look: Look) -> tuple[Any, ...]:
    """How far cases got; what is not in it; where the open ones stand."""
    lang, found = look.lang, _stages(look).funnel
    steps = found.steps
    rows = []
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        left = step.n - following.n if following else 0
        is_implied = step.given == 0 and step.n > 0
        notes = [say("funnel_implied", lang)] if is_implied else []
        notes += [say("funnel_left", lang, n=count(left))] if left else []
        rows.append(FunnelRow(say(f"step_{step.step}", lang), step.n, " · ".join(notes), {"part": CaseGroup("reached", step.step).key}))
    said = []
    if found.waiting:
        parts = [f"{stage_name(stage, lang)} {count(n)}" for stage, n in found.waiting.items()]
        said.append(say("funnel_waiting", lang, parts=" · ".join(parts)))
    if found.excluded:
        words = {reason.key: reason.words.in_(lang) for reason in (VOID, DUPLICATE)}
        said.append(say("funnel_excluded", lang, parts=" · ".join(f"{words[key]} {count(n)}" for key, n in found.excluded.items())))
    return (chart.funnel(rows, said, look.address, lang),)


def times(look: Look) -> tuple[Any, ...]:
    """Median and 90 % quantile of each step, where its times were recorded."""
    return (chart.times([_spell(look, spell) for spell in _stages(look).spells], look.address, look.lang),)


def _spell(look: Look, spell: Spell) -> SpellRow:
    lang = look.lang
    notes = []
    if spell.n == 0:
        notes.append(say("times_none", lang))
    else:
        notes += [] if spell.shown else [say("times_few", lang, n=look.view.definition.minimum_n)]
        notes += [say("times_untimed", lang, n=count(spell.untimed))] if spell.untimed else []
    notes += [say("times_disordered", lang, n=count(spell.disordered))] if spell.disordered else []
    median, p90 = (spell.median, spell.p90) if spell.shown else (None, None)
    return SpellRow(
        name=say(f"step_{spell.step}", lang),
        median=median,
        p90=p90,
        median_text=MISSING if median is None else _length(median, lang),
        p90_text=MISSING if p90 is None else _length(p90, lang),
        n=spell.n,
        note=" · ".join(notes),
        cases={"part": CaseGroup("timed", spell.step).key} if spell.n else None,
        is_whole=spell.step == "whole",
    )


def _length(hours: float, lang: Language) -> str:
    """Minutes below an hour and a half, else hours or, from two days on, days with one digit."""
    if hours < 1.5:
        return f"{round(hours * 60)} {say('minutes', lang)}"
    return f"{hours:.1f} {say('hours_short', lang)}" if hours < 48 else f"{hours / 24:.1f} {say('days_short', lang)}"


def waiting(look: Look) -> tuple[Any, ...]:
    """Open cases by how long they have waited: per stage, department and area below."""
    frame, snapshot, lang = _stages(look).waiting, look.view.snapshot, look.lang
    total = int(frame["n"].sum())
    if total == 0:
        return (heading(say("waiting", lang), say("waiting_none", lang)),)
    stages = by_wait(frame, "stage")
    still = {"stage": ",".join(stage for stage in STAGES if stage in stages)}
    by_stage = [
        WaitRow(stage_name(stage, lang), stages[stage].tolist(), {"stage": stage}, {"stage": stage}) for stage in STAGES if stage in stages
    ]
    groups = [(say("waiting_stage", lang), by_stage, "")]
    departments = [
        _wait_row(_department(look, int(ix)), waits, {"department": _asked(snapshot.departments[int(ix)])}, still)
        for ix, waits in by_wait(frame, "department_ix").items()
    ]
    if len(departments) > 1 or any(by_wait(frame, "department_ix")):
        groups.append(_cut(look, say("waiting_department", lang), departments))
    if look.areas_below:
        areas = [
            _wait_row(look.unassigned_name, waits, look.unassigned_cases, still)
            if ix < 0
            else _wait_row(snapshot.areas.names[int(ix)], waits, {"area": escaped(snapshot.areas.codes[int(ix)])}, still)
            for ix, waits in by_wait(frame, "node").items()
        ]
        groups.append(_cut(look, say("waiting_area", lang, level=look.level_below), areas))
    return (chart.waiting(groups, say("waiting_total", lang, n=count(total)), look.address, lang),)


def _wait_row(name: str, waits: npt.NDArray[np.int64], changes: Changes | None, still: Changes) -> WaitRow:
    return WaitRow(name, waits.tolist(), changes, None if changes is None else {**changes, **still})


def _cut(look: Look, name: str, rows: list[WaitRow]) -> tuple[str, list[WaitRow], str]:
    rest = rows[MOST_ROWS:]
    cases = int(np.sum([row.waits for row in rest])) if rest else 0
    return name, rows[:MOST_ROWS], say("rows_rest", look.lang, n=len(rest), cases=count(cases)) if rest else ""


def handovers(look: Look) -> tuple[Any, ...]:
    """Bounced and sent back, all together and by department; those with too few cases are counted, not shown."""
    lang, found = look.lang, _stages(look)
    listed = [row for row in found.handovers if row.bounced.shown or row.reworked.shown]
    rows, few = [_handover(look, row) for row in listed[:MOST_ROWS]], len(found.handovers) - len(listed)
    together = _handover(look, found.together)
    notes = [
        f"{say(key, lang)}：{say('handovers_unrecorded', lang)}"
        if lang == "zh"
        else f"{say(key, lang)}: {say('handovers_unrecorded', lang)}"
        for key, number in (("bounced", found.together.bounced), ("reworked", found.together.reworked))
        if number.caveats
    ]
    if len(listed) > MOST_ROWS:
        notes.append(say("handovers_rest", lang, n=len(listed) - MOST_ROWS))
    if few:
        notes.append(say("handovers_few", lang, n=few, least=look.view.definition.minimum_n))
    notes.append(" · ".join(f"{say(key, lang)} = {say(f'{key}_formula', lang)}" for key in ("bounced", "reworked")))
    return (chart.handovers(rows, together, notes, look.address, lang),)


def _handover(look: Look, row: Handover) -> HandoverRow:
    if row.department_ix < 0:
        return HandoverRow(say("handovers_all", look.lang), _rate(row.bounced), _rate(row.reworked), None)
    name = look.view.snapshot.departments[row.department_ix]
    changes = {"department": _asked(name)}
    return HandoverRow(_department(look, row.department_ix), _rate(row.bounced), _rate(row.reworked), changes)


def _rate(number: Number) -> Rate:
    value = number.value if number.shown else None
    return Rate(value, number.low, number.high, int(number.numerator or 0), number.n)


def _asked(department: str) -> str:
    """A department as an address names it."""
    return escaped(department) or ALONE


def _department(look: Look, ix: int) -> str:
    return look.view.snapshot.departments[ix] or say("no_department", look.lang)
