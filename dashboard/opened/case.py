"""One case opened: its course against its deadline, cases like it, and the nearest working cameras."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from urllib.parse import urlencode

from dash import html

from dashboard import ids
from dashboard.cameras import near_cameras
from dashboard.charts.due_soon import stage_name
from dashboard.format import Language, amount, length, local, span
from dashboard.links import attributes
from dashboard.opened.address import CASE, Asked
from dashboard.words import say
from data.codes import CODES
from data.course import Course, Step, course
from data.selection import Selection
from data.similar import DAYS, NEAR_M, similar
from data.view import View
from data.vocabulary import CALLBACK_NAMES, URGENCY_NAMES

SHOWN: Final = 12
"""Similar cases that are listed."""


def draw(view: View, selection: Selection, asked: Asked) -> list[Any]:
    """The content of the panel; a sentence where this view has no such case."""
    found = course(view, asked.event_id or "")
    if found is None:
        return [html.P(say("case_gone", asked.lang), id=ids.OPENED_TITLE, className="failed", role="alert")]
    lang = asked.lang
    return [
        _head(view, found, lang),
        html.Div([_course(view, found, lang), _facts(view, found, lang)], className="case-columns"),
        html.Div([_similar(view, found, lang), _cameras(view, found, lang)], className="case-columns scroll", tabIndex=0),
    ]


def opener(event_id: str) -> dict[str, Any]:
    """What makes an element open a case."""
    return attributes(data_open=f"{CASE}?{urlencode({'id': event_id})}")


def _head(view: View, found: Course, lang: Language) -> html.Div:
    case = found.case
    kinds = [case[key] for key in ("domain", "category", "subcategory") if case[key]]
    title = case["title"] or case["address"] or kinds[-1]
    areas = view.snapshot.areas
    place = " ".join(areas.names[ix] for ix in areas.path(int(found.row["area_ix"])) if ix > 0) or case["area"]
    words, class_name = standing(found, lang)
    said: list[Any] = [" · ", html.Strong(words, className=class_name)] if words else []
    return html.Div(
        html.Div(
            [
                html.H2(title, id=ids.OPENED_TITLE),
                html.P([html.Strong(stage_name(case["stage"], lang)), *said], className="case-standing"),
                html.P(" · ".join([case["event_id"], place, " / ".join(kinds)]), className="sentence"),
            ]
        ),
        className="opened-head",
    )


def standing(found: Course, lang: Language) -> tuple[str, str]:
    """How a case stands to its deadline, in words, and its class in the style sheet."""
    if found.over_s is None:
        return "", ""
    late, worked = found.over_s > 0, found.over_work_h
    key = ("case_late" if late else "case_early") if found.is_closed else ("case_overdue" if late else "case_left")
    words = say(key, lang, span=span(abs(found.over_s), lang))
    if worked is not None:
        words += say("case_worked", lang, hours=amount(round(abs(worked), 1)))
    return words, "is-overdue" if late and not found.is_closed else ""


def _course(view: View, found: Course, lang: Language) -> html.Section:
    """The steps from report to closing; a bar is as long as the step took, the deadline stands where it falls."""
    most = max((step.took_s or 0.0 for step in found.steps), default=0.0)
    lines: list[tuple[dt.datetime | None, Any]] = [
        (step.at, _step(view, step, most, lang, is_slowest=step == found.slowest)) for step in found.steps
    ]
    if found.case["deadline_at"] is not None:
        at = dt.datetime.fromisoformat(found.case["deadline_at"])
        is_over = found.over_s is not None and found.over_s > 0
        limit = "" if found.limit is None else say(f"limit_{found.unit}", lang, n=amount(found.limit))
        _insert(lines, at, _line(say("event_deadline", lang), _moment(view, at), limit, f"is-deadline{' is-overdue' if is_over else ''}"))
    if not found.is_closed:
        _insert(lines, view.snapshot.as_of, _line(say("case_now", lang), _moment(view, view.snapshot.as_of), "", "is-now"))
    return html.Section([html.H3(say("case_course", lang)), html.Ol([line for _, line in lines], className="course")])


def _insert(lines: list[tuple[dt.datetime | None, Any]], at: dt.datetime, line: Any) -> None:
    """Put a line where its time belongs: after the last one that is not later."""
    place = max((index + 1 for index, (known, _) in enumerate(lines) if known is not None and known <= at), default=0)
    lines.insert(place, (at, line))


def _step(view: View, step: Step, most: float, lang: Language, *, is_slowest: bool) -> html.Li:
    if step.at is None:
        return _line(say(f"step_{step.key}", lang), "", say("case_no_time", lang), "is-untimed")
    took = "" if step.took_s is None else span(step.took_s, lang) if step.took_s >= 0 else say("case_reversed", lang)
    width = 0.0 if not step.took_s or step.took_s < 0 or not most else step.took_s / most * 100
    bar = html.Span(html.I(style={"width": f"{width:.1f}%"}), className="bar")
    classes = "is-slowest" if is_slowest else ""
    words = f"{took} · {say('case_slowest', lang)}" if is_slowest else took
    return _line(say(f"step_{step.key}", lang), _moment(view, step.at), words, classes, bar)


def _line(name: str, when: str, took: str, classes: str = "", bar: Any = None) -> html.Li:
    parts = [html.Span(name, className="name"), html.Span(when, className="when"), html.Span(took, className="took")]
    return html.Li([*parts, bar] if bar is not None else parts, className=classes)


def _facts(view: View, found: Course, lang: Language) -> html.Dl:
    case = found.case
    source = next((one.name_in(lang) for one in view.snapshot.sources if one.source == case["source"]), case["source"])
    counts = [say(f"case_{key}", lang, n=case[f"{key}_count"]) for key in ("rework", "postpone", "bounce") if case[f"{key}_count"]]
    outcome = view.snapshot.outcomes.iloc[int(found.row["outcome_ix"])]
    rating = CALLBACK_NAMES.get(str(outcome["satisfaction"]))
    called = [] if not outcome["has_call_back"] or rating is None else [rating.in_(lang)]
    reason = CODES.get(case["position_code"] or "")
    position = (
        "" if case["lon"] is not None else (say("case_unmapped", lang) if reason is None else reason.zh if lang == "zh" else reason.en)
    )
    rows = (
        ("event_source", source),
        ("event_department", case["department"] or ""),
        ("table_urgency", URGENCY_NAMES[case["urgency"]].in_(lang)),
        ("table_address", case["address"] or ""),
        ("case_position", position),
        ("case_description", case["description"] or ""),
        ("case_handling", " · ".join(counts)),
        ("case_call_back", " · ".join(called)),
        ("case_duplicate", case["duplicate_of"] or ""),
    )
    return html.Dl([part for key, text in rows if text for part in (html.Dt(say(key, lang)), html.Dd(text))], className="case-facts")


def _similar(view: View, found: Course, lang: Language) -> html.Section:
    like = similar(view, found.row)
    title = say("case_similar", lang, metres=f"{NEAR_M:.0f}", days=DAYS)
    if not like.cases:
        return html.Section([html.H3(title), html.P(say("case_similar_none", lang), className="quiet")])
    rows = [_similar_row(view, case, lang) for case in like.cases[:SHOWN]]
    rest = len(like.cases) - SHOWN
    more = [html.P(say("case_similar_cut" if like.is_cut else "case_similar_rest", lang, n=rest), className="quiet")] if rest > 0 else []
    return html.Section([html.H3(title), html.Table(html.Tbody(rows)), *more])


def _similar_row(view: View, case: dict[str, Any], lang: Language) -> html.Tr:
    kind = next((case[key] for key in ("subcategory", "category", "domain") if case[key]), "")
    where = say("case_same_address", lang) if case["is_same_address"] else length(case["distance_m"], lang)
    words = html.Button(case["title"] or kind, type="button", className="case-link", **opener(case["event_id"]))
    when = f"{local(dt.datetime.fromisoformat(case['reported_at']), view.snapshot.zone):%Y-%m-%d}"
    return html.Tr([html.Td(when), html.Td(words), html.Td(where), html.Td(stage_name(case["stage"], lang))])


def _cameras(view: View, found: Course, lang: Language) -> html.Section:
    case = found.case
    near = near_cameras(view, case["lon"], case["lat"], lang)
    rows = [
        html.Tr(
            [html.Td(camera["where"]), html.Td(camera["name"]), html.Td(camera["status"])],
            tabIndex=0,
            **attributes(data_point=camera["id"]),
        )
        for camera in near["cameras"]
    ]
    body: Any = html.Table(html.Tbody(rows)) if rows else html.P(near["note"], className="quiet")
    return html.Section([html.H3(near["title"]), body])


def _moment(view: View, at: dt.datetime) -> str:
    return f"{local(at, view.snapshot.zone):%Y-%m-%d %H:%M}"
