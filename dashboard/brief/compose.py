"""From an address to a brief: which template, which days, then every section, each under its own guard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.apology import apology
from dashboard.brief.document import Block, Document, Paragraph, Provenance, Section
from dashboard.brief.edition import Edition
from dashboard.brief.period import Period
from dashboard.brief.sections import SECTIONS
from dashboard.brief.template import Template, Templates
from dashboard.format import Language
from dashboard.words import say
from data import days
from data.errors import QuanyuError
from data.filters import sentence, settle
from data.selection import Selection
from data.view import View
from data.window import window

Note = Callable[[str, Exception], None]
"""Takes what failed, and why."""


@dataclass(frozen=True)
class Asked:
    """What an address asks for, settled against a view.

    Attributes
    ----------
    selection
        Names its first and last day, its snapshot and its definition, so that its address is the same brief for ever.
    notes
        What of the address was left out, in words.
    """

    template: Template
    selection: Selection
    period: Period
    notes: tuple[str, ...]

    @property
    def address(self) -> str:
        """The canonical address, without ``?``."""
        return self.selection.query()


def asked(view: View, query: str | Mapping[str, list[str]], templates: Templates) -> Asked:
    """Read an address leniently; without days it is the template's last period that is over."""
    selection, notes = Selection.parse(query)
    selection, more = settle(view, selection)
    notes = [*notes, *more]
    template = templates.get(selection.template or "") or next(iter(templates.values()))
    if selection.template is not None and selection.template not in templates:
        notes.append(say("brief_no_template", selection.lang, name=selection.template, used=template.names.in_(selection.lang)))
    return _settled(view, selection, template, tuple(notes))


def asked_strictly(view: View, query: str, template: Template) -> Asked:
    """The same for a command, which refuses what it cannot read.

    Raises
    ------
    SelectionError
        Names the first key that is unknown or has a bad value.
    """
    selection = settle(view, Selection.parse_strict(query.removeprefix("?")), strict=True)[0]
    return _settled(view, selection, template, ())


def _settled(view: View, selection: Selection, template: Template, notes: tuple[str, ...]) -> Asked:
    start = view.definition.assessment_day
    if selection.from_day is None and selection.to_day is None and selection.window is None:
        period = Period.complete(template.period, days.day_of(view, view.snapshot.as_of), start)
    else:
        found = window(view, selection)
        last = selection.to_day or found.to_day
        period = Period.of_days(found.from_day, max(last, found.from_day), start)
        if template.period == "assessment" and period.kind == "month" and start == 1:
            period = Period("assessment", period.first, period.last)
    selection = selection.with_(
        from_day=period.first, to_day=period.last, window=None, compare=None, template=template.key,
        snapshot=view.snapshot.id, definition=view.definition.key, indicator=None, level=None, layers=None, scene=None,
        tour=False, kiosk=False, home=None, adjust=None, issue=None,
    )  # fmt: skip
    return Asked(template, selection, period, notes)


def compose(
    edition: Edition, *, issue: str = "", remarks: Mapping[str, str] | None = None, notes: tuple[str, ...] = (), note: Note | None = None
) -> Document:
    """The whole document.

    Parameters
    ----------
    issue
        The number of an issued brief; empty for a draft.
    remarks
        Section key → what an editor adds to it, marked as such.
    note
        Told of sections that failed unexpectedly; without it they are raised.
    """
    lang, template, view = edition.lang, edition.template, edition.view
    area = edition.area
    sections = tuple(_section(edition, key, (remarks or {}).get(key, ""), note) for key in template.sections)
    as_of = view.snapshot.as_of.astimezone(view.snapshot.zone)
    return Document(
        title=template.title.in_(lang).format(area=area),
        period=edition.period.days(lang),
        issue=issue or _draft(edition.period, lang),
        office=template.office.in_(lang).format(area=area),
        sections=sections,
        provenance=Provenance(
            snapshot=view.snapshot.id,
            as_of=as_of,
            definition=view.definition.shown(lang),
            window=f"{edition.period.first} – {edition.period.last}",
            sentence=sentence(view, edition.selection, lang),
            address=f"/brief?{edition.selection.query()}",
        ),
        lang=lang,
        is_draft=not issue,
        is_made_up=view.snapshot.made_up,
        notes=notes,
    )


def _draft(period: Period, lang: Language) -> str:
    """What stands where an issued brief has its number; single and chosen days have no name beside their days."""
    words = say("brief_draft", lang)
    if period.kind in ("window", "day"):
        return words
    return f"{period.name(lang)}（{words}）" if lang == "zh" else f"{period.name(lang)} ({words})"


def _section(edition: Edition, key: str, remark: str, note: Note | None) -> Section:
    part, lang = SECTIONS[key], edition.lang
    title = part.names.in_(lang).format(now=edition.period.now(lang), level=edition.look.level_below or say("brief_area", lang))
    remarks: tuple[Block, ...] = (Paragraph((say("brief_remark_marked", lang, text=remark),), "remark"),) if remark else ()
    try:
        made = part.build(edition)
    except QuanyuError as error:
        return Section(key, title, (Paragraph((apology(error, lang),)), *remarks))
    except Exception as error:
        if note is None:
            raise
        note(f"section {key}", error)
        return Section(key, title, (Paragraph((say("brief_failed", lang),)), *remarks))
    return Section(key, title, (*made.blocks, *remarks), made.message)


def stamp(at: dt.datetime) -> str:
    """An instant as documents say it."""
    return f"{at:%Y-%m-%d %H:%M}"
