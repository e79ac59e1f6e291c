"""Beside the sheets: which area, days and template; the files."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from dashboard.brief.compose import Asked
from dashboard.brief.document import Document
from dashboard.brief.files import FORMATS
from dashboard.brief.period import Period
from dashboard.brief.press import MOST_REMARK
from dashboard.brief.sheets import to
from dashboard.context import Context
from dashboard.desk.upload import UploadFault
from dashboard.desk.uploads import Uploads
from dashboard.format import Language
from dashboard.links import attributes, escaped, merge
from dashboard.words import say
from data import days
from data.bound import area_ix
from data.issued import Issue
from data.view import View

MOST_AREAS: Final = 60
MOST_ISSUES: Final = 8
OPEN_DAYS: Final = {"from": None, "to": None, "window": None}


def build(
    context: Context,
    view: View,
    asked: Asked,
    document: Document,
    issues: list[Issue],
    *,
    issue: Issue | None = None,
    may_write: bool = False,
) -> list[Any]:
    """The whole column.

    Parameters
    ----------
    issues
        The issued briefs that the viewer may see, the latest first.
    issue
        The one that is read; None for a draft.
    may_write
        Whether a draft may be issued from here.
    """
    lang = asked.selection.lang
    address = asked.address if issue is None else f"{asked.address}&issue={issue.number}"
    other = "en" if lang == "zh" else None
    return [
        html.H2(asked.template.names.in_(lang)),
        *_group(say("brief_area", lang), _areas(view, asked)),
        *_group(say("brief_period", lang), [*_periods(view, asked), _days(asked)]),
        *_group(say("brief_template", lang), _templates(context, asked)),
        *_group(say("brief_export", lang), _files(address, lang)),
        *(_issue(context, document, lang) if may_write else []),
        *_group(say("brief_issued", lang), _issues(issues, asked, lang)),
        html.Nav(
            [
                html.A(say("brief_back", lang), href=f"/?{_screen(asked)}"),
                html.A(say("to_study", lang), href=f"/analysis?{_screen(asked)}"),
                html.A(say("language", lang), href=f"/brief?{merge(asked.address, {'lang': other})}", lang=other or "zh"),
            ],
            className="brief-ways",
        ),
        html.Span(address, id="brief-address", hidden=True),
    ]


def _group(title: str, children: list[Any]) -> list[Any]:
    return [html.H3(title), html.Div(children, className="brief-group")]


def _screen(asked: Asked) -> str:
    return merge(asked.address, {"template": None, "issue": None})


def _areas(view: View, asked: Asked) -> list[Any]:
    """The path to the area, and those below."""
    areas, ix = view.snapshot.areas, max(0, area_ix(view, asked.selection))
    path = [one for one in areas.path(ix) if view.sees(one)]
    above = [html.A(areas.names[one], href=_to(asked, areas.codes[one])) for one in path[:-1]]
    below = [one for one in areas.children(ix) if view.sees(one)][:MOST_AREAS]
    listed: list[Any] = [*above, html.B(areas.names[ix])]
    if below:
        items = [html.Li(html.A(areas.names[one], href=_to(asked, areas.codes[one]))) for one in below]
        listed.append(html.Details([html.Summary(say("brief_below", asked.selection.lang, n=len(below))), html.Ul(items)]))
    return listed


def _to(asked: Asked, code: str) -> str:
    return f"/brief?{merge(asked.address, {'area': escaped(code)})}"


def _periods(view: View, asked: Asked) -> list[Any]:
    """The days, and the way to those before and after."""
    lang, start = asked.selection.lang, view.definition.assessment_day
    today = days.day_of(view, view.snapshot.as_of)
    before, after = (asked.period.step(by, start) for by in (-1, 1))
    first = (days.first_and_last(view) or (today, today))[0]
    arrows: list[Any] = []
    if before.last >= first:
        arrows.append(html.A("‹", href=_at(asked, before), **attributes(aria_label=say("brief_earlier_period", lang))))
    if after.first <= today:
        arrows.append(html.A("›", href=_at(asked, after), **attributes(aria_label=say("brief_later_period", lang))))
    return [html.Div([html.B(asked.period.name(lang)), *arrows], className="brief-period")]


def _at(asked: Asked, period: Period) -> str:
    return f"/brief?{merge(asked.address, {'from': f'{period.first}', 'to': f'{period.last}'})}"


def _days(asked: Asked) -> html.Div:
    """Where ``brief.js`` makes the form for any days; Dash has no field for a date."""
    lang, period = asked.selection.lang, asked.period
    words = [say(key, lang) for key in ("brief_first_day", "brief_last_day", "brief_choose")]
    return html.Div(
        id="brief-days",
        **attributes(
            data_address=merge(asked.address, OPEN_DAYS),
            data_first=f"{period.first}",
            data_last=f"{period.last}",
            data_words="|".join(words),
        ),
    )


def _templates(context: Context, asked: Asked) -> list[Any]:
    lang = asked.selection.lang
    listed: list[Any] = []
    for template in context.templates.values():
        name = template.names.in_(lang)
        if template.key == asked.template.key:
            listed.append(html.B(name))
        else:
            changes = {"template": template.key, "from": None, "to": None, "window": None}
            listed.append(html.A(name, href=f"/brief?{merge(asked.address, changes)}"))
    return listed


def _files(address: str, lang: Language) -> list[Any]:
    listed: list[Any] = [html.A(say(f"brief_file_{key}", lang), href=f"/brief/files/brief.{key}?{address}") for key in FORMATS]
    return [*listed, html.Button(say("brief_print", lang), type="button", **attributes(data_brief="print"))]


def _issue(context: Context, document: Document, lang: Language) -> list[Any]:
    """The form that issues the draft, with a field for a remark to each section; ``brief.js`` sends it."""
    try:
        token = Uploads(context.store.path).token()
    except UploadFault:
        return []
    fields = [
        html.Label(
            [
                html.Span(say("brief_remark_to", lang, section=section.title)),
                html.Textarea(rows=2, maxLength=MOST_REMARK, **attributes(data_remark=section.key)),
            ]
        )
        for section in document.sections
    ]
    button = html.Button(say("brief_issue_do", lang), type="button", **attributes(data_brief="issue", data_token=token))
    failed = html.P(id="brief-issue-failed", role="alert", **attributes(data_words=say("brief_issue_failed", lang, why="{why}")))
    inside = [html.P(say("brief_issue_hint", lang)), *fields, button, failed]
    return [html.Details([html.Summary(say("brief_issue_now", lang)), *inside], className="brief-issue")]


def _issues(issues: list[Issue], asked: Asked, lang: Language) -> list[Any]:
    """The latest issued briefs of this template, and the way to all."""
    own = [one for one in issues if one.template == asked.template.key][:MOST_ISSUES]
    listed: list[Any] = [html.A(f"{one.number} · {one.first[5:]}", href=to(one), title=one.title) for one in own]
    if not issues:
        return [html.Span(say("brief_issued_none", lang), className="quiet")]
    every = merge(asked.address, {"issue": "all"})
    return [*listed, html.A(say("brief_issued_all", lang, n=len(issues)), href=f"/brief?{every}")]
