"""One page of what stands behind a number, as a plain table: cases, or cameras."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final

from dash import html

from dashboard.charts.due_soon import stage_name
from dashboard.format import Language, amount, count, local, span, with_unit
from dashboard.links import attributes
from dashboard.map import say as say_camera
from dashboard.opened.address import Asked
from dashboard.words import say
from data import queries
from data.indicators.registry import INDICATORS
from data.opening import camera_page
from data.selection import Selection
from data.video import HEARTBEATS, CameraGroup
from data.view import View
from data.vocabulary import CALLBACK_NAMES

PAGE: Final = 20
"""Rows of one page."""


def draw(view: View, selection: Selection, asked: Asked, part: str, title: str) -> html.Div:
    """A page of one part, with the way to the next."""
    assert asked.indicator is not None  # noqa: S101 — only asked of what could be opened
    lang = asked.lang
    if asked.indicator.measure == "video":
        cursor = asked.cursor or ""
        first = int(cursor) if re.fullmatch("[0-9]{1,6}", cursor) else 0
        found = camera_page(view, selection, part, limit=PAGE, after=first)
        rows = [_camera(view, row, lang) for row in found["cameras"]]
        columns = [say(key, lang) for key in ("camera_id", "camera_name", "case_place", "camera_reported", "camera_derived", "camera_seen")]
        following = None if found["next"] is None else str(found["next"])
        return _page(view, asked, part, title, (columns, rows, following))
    page = queries.part_page(view, selection, asked.indicator.key, part, limit=PAGE, cursor=asked.cursor)
    is_weighed = any(event["weight"] not in (0, 1) for event in page["events"])
    keys = ["event_id", "case_text", "case_place", "event_department", "event_reported"]
    keys += ["case_state"] if _is_of_call_backs(view, asked) else ["event_deadline", "case_closed", "case_state"]
    columns = [say(key, lang) for key in (*keys, *(["case_weight"] if is_weighed else []))]
    rows = [_case(view, asked, event, is_weighed=is_weighed) for event in page["events"]]
    return _page(view, asked, part, title, (columns, rows, page["next"]))


def _page(view: View, asked: Asked, part: str, title: str, table: tuple[Sequence[str], Sequence[html.Tr], str | None]) -> html.Div:
    columns, rows, following = table
    lang = asked.lang
    order = "" if asked.indicator is None else asked.indicator.order
    is_ranked = asked.indicator is not None and asked.indicator.direction != 0 and asked.indicator.measure not in ("duration", "video")
    note = "" if asked.indicator is None or asked.indicator.measure == "video" else say(f"opened_order_{order}", lang)
    if is_ranked and not part.startswith("excluded:"):
        note = say("opened_worst", lang) + note
    ways = []
    if asked.cursor is not None:
        ways.append(_turn(say("opened_first", lang), asked.at(view, part)))
    if following is not None:
        ways.append(_turn(say("opened_next", lang), asked.at(view, part, following)))
    body: Any = html.P(say("opened_none", lang), className="quiet")
    if rows:
        heads = [html.Th(column, scope="col") for column in columns]
        body = html.Div(
            html.Table([html.Caption(title), html.Thead(html.Tr(heads)), html.Tbody(list(rows))]),
            className="scroll",
            tabIndex=0,
            role="region",
            **attributes(aria_label=title),
        )
    return html.Div(
        [
            html.Div([html.H3(title, **attributes(aria_live="polite")), html.Span(note, className="quiet")], className="cases-head"),
            body,
            html.Div(ways, className="turns"),
        ],
        **attributes(data_part=part),
    )


def _turn(words: str, value: str) -> html.Button:
    return html.Button(words, type="button", **attributes(data_cases=value))


def _case(view: View, asked: Asked, event: dict[str, Any], *, is_weighed: bool) -> html.Tr:
    kind = next((event[key] for key in ("subcategory", "category", "domain") if event[key]), "")
    state, class_name = _state(view, asked, event)
    cells = [
        html.Td(event["event_id"], className="id"),
        html.Td([html.Span(event["title"] or event["address"] or kind), html.Small(kind if event["title"] or event["address"] else "")]),
        html.Td(event["area"]),
        html.Td(event["department"] or ""),
        html.Td(_when(view, event["reported_at"])),
        *([] if _is_of_call_backs(view, asked) else [html.Td(_when(view, event[key])) for key in ("deadline_at", "closed_at")]),
        html.Td(state, className=class_name),
    ]
    if is_weighed:
        cells.append(html.Td(amount(event["weight"]), className="amount"))
    return html.Tr(cells, tabIndex=0, **attributes(data_event=event["event_id"]))


def _is_of_call_backs(view: View, asked: Asked) -> bool:
    """Whether what a call-back found matters here, and the deadline does not; of a score its rates say it."""
    if asked.indicator is None:
        return False
    terms = view.definition.terms if asked.indicator.measure == "score" else [asked.indicator.key]
    return any("call_back" in INDICATORS[key].source for key in terms)


def _state(view: View, asked: Asked, event: dict[str, Any]) -> tuple[str, str]:
    """What matters of a case for this indicator, in words, and its class in the style sheet."""
    assert asked.indicator is not None  # noqa: S101 — only asked of what could be opened
    lang, indicator = asked.lang, asked.indicator
    if _is_of_call_backs(view, asked):
        return " · ".join(_call_back(event, lang)), ""
    if indicator.order == "duration":
        seconds = event["duration_s"]
        return ("" if seconds is None else with_unit(seconds / 3600, "hours", lang)), "amount"
    stage = stage_name(event["stage"], lang)
    if event["deadline_at"] is None:
        return stage, ""
    done = event["closed_at"] or (event["disposed_at"] if indicator.order == "disposal" else None)
    late = ((_instant(done) if done else view.snapshot.as_of) - _instant(event["deadline_at"])).total_seconds()
    if done or event["stage"] == "closed":
        words = say("case_late", lang, span=span(late, lang)) if late > 0 and done else (say("case_on_time", lang) if done else "")
        return " · ".join(part for part in (stage, words) if part), ""
    words = say("case_overdue" if late > 0 else "case_left", lang, span=span(abs(late), lang))
    return f"{stage} · {words}", "is-overdue" if late > 0 else ""


def _call_back(event: dict[str, Any], lang: Language) -> list[str]:
    if not event["has_call_back"]:
        return [say("case_no_call_back", lang)]
    found = [
        say("case_contacted" if event["is_contacted"] else "case_not_contacted", lang),
        say("case_resolved" if event["is_resolved"] else "case_unresolved", lang),
    ]
    rating = CALLBACK_NAMES.get(event["satisfaction"] or "")
    return found if rating is None else [*found, rating.in_(lang)]


def _camera(view: View, row: dict[str, Any], lang: Language) -> html.Tr:
    seen = row["last_seen_at"]
    cells = [
        html.Td(row["point_id"], className="id"),
        html.Td(row["name"]),
        html.Td(view.snapshot.areas.names[int(row["area_ix"])]),
        html.Td(row["reported_status"] if isinstance(row["reported_status"], str) else ""),
        html.Td(camera_status(str(row["status"]), lang)),
        html.Td("" if seen is None or seen != seen else f"{local(seen, view.snapshot.zone):%m-%d %H:%M}"),  # noqa: PLR0124 — NaT
    ]
    return html.Tr(cells, tabIndex=0, **attributes(data_point=str(row["point_id"])))


def camera_status(status: str, lang: Language) -> str:
    """A derived status in words; those the map never draws are not among its own."""
    return say("camera_removed", lang) if status == "removed" else say_camera(status, lang)


def camera_group(group: CameraGroup, lang: Language) -> str:
    """What the cameras of a group have in common, in words."""
    given = [(text, f"camera_no_{key}") for key, text in (("owner", group.owner), ("kind", group.kind)) if text is not None]
    words = [text or say(nothing, lang) for text, nothing in given]
    if group.reported is not None:
        words.append(say("camera_says", lang, said=group.reported) if group.reported else say_camera("not_reported", lang))
    if group.seen is not None:
        words.append(say("camera_heartbeat", lang, ago=say(f"video_seen_{HEARTBEATS.index(group.seen)}", lang)))
    if group.status is not None:
        words.append(camera_status(group.status, lang))
    return " · ".join(words)


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _when(view: View, text: str | None) -> str:
    return "" if text is None else f"{local(_instant(text), view.snapshot.zone):%Y-%m-%d %H:%M}"


def heading(words: str, n: int, lang: Language, *, is_video: bool) -> str:
    """The title of a part's cases."""
    return say("opened_cameras" if is_video else "opened_cases", lang, part=words, n=count(n))
