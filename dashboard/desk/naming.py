"""Columns that nobody knows: a person says for each which field it is, or that it is not to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dash import html

from dashboard.desk.books import SourceBook
from dashboard.desk.fields import field_name
from dashboard.desk.upload import Upload
from dashboard.format import Language
from dashboard.links import attributes
from dashboard.words import say
from data.ingest.fields import FIELDS, level_fields
from data.ingest.quarantine import EXPLAINING
from data.samples import masked

HEADERS: Final = 60
"""Headers that are asked about."""
NAMED: Final = 6
"""Headers that the folded question names."""


def build(upload: Upload, answer: Mapping[str, Any], before: SourceBook | None, levels: Sequence[str], lang: Language) -> list[Any]:
    """A choice of fields for every header that is not read or that a person named; empty where there is none.

    Parameters
    ----------
    answer
        Of ``check``: ``unknown`` headers with ``examples``, ``missing`` and ``recognised`` fields.
    before
        The source as it is in force: what its headers were last time is proposed again, for the person to confirm.
    levels
        Of areas, from the whole one down.
    """
    unknown = [str(header) for header in answer.get("unknown") or ()]
    if tuple(unknown[: len(EXPLAINING)]) == EXPLAINING:
        unknown = unknown[len(EXPLAINING) :]  # rejected rows that come back corrected
    named = {header: field for field, header in upload.columns.items()}
    headers = list(dict.fromkeys([*named, *unknown]))[:HEADERS]
    if not headers:
        return []
    missing = [str(field) for field in answer.get("missing") or ()]
    earlier = {} if before is None else {header: field for field, header in before.newest.recognised.items()}
    proposed = {header: earlier[header] for header in unknown if header in earlier and header not in named}
    groups = _groups(upload, answer, missing, levels, lang)
    examples = {header: masked(str(cell), header, upload.kind, {}) for header, cell in (answer.get("examples") or {}).items()}
    lines = [_line(header, examples.get(header, ""), named.get(header) or proposed.get(header, ""), groups, lang) for header in headers]
    again = html.Button(
        say("data_name_again", lang),
        type="button",
        className="is-main" if missing else "",
        **attributes(data_deed="columns", data_upload=upload.id),
    )
    form = html.Div(
        [
            html.P(say("data_name_hint", lang), className="quiet"),
            html.P(say("data_name_proposed", lang, source=upload.source), className="note") if proposed else None,
            html.Div(lines, className="names"),
            again,
        ],
        className="naming",
    )
    if is_known(upload, answer, before):
        return [form]
    if missing:
        fields = "、".join(field_name(upload.kind, field, lang) for field in missing) if lang == "zh" else ", ".join(
            field_name(upload.kind, field, lang) for field in missing
        )  # fmt: skip
        return [html.H4(say("data_name_missing", lang, fields=fields)), form]
    left = [header for header in unknown if header not in proposed] if not proposed else unknown
    listed = ("、" if lang == "zh" else ", ").join(left[:NAMED]) + ("…" if len(left) > NAMED else "")
    summary = say("data_name_left", lang, n=len(left), headers=listed) if left else say("data_name_change", lang)
    return [html.Details([html.Summary(summary), form], className="naming-more", open=bool(proposed))]


def is_known(upload: Upload, answer: Mapping[str, Any], before: SourceBook | None) -> bool:
    """Whether every column that is missed was named when the source was read last time, so that a person need only confirm it."""
    missing = {str(field) for field in answer.get("missing") or ()}
    unknown = {str(header) for header in answer.get("unknown") or ()}
    earlier = {} if before is None else before.newest.recognised
    return bool(missing) and not upload.columns and all(earlier.get(field) in unknown for field in missing)


def _line(header: str, example: str, chosen: str, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], lang: Language) -> html.Label:
    """A header with one of its cells, and the fields it could be."""
    options: list[Any] = [html.Option(say("data_name_none", lang), value="")]
    for title, fields in groups:
        options.append(html.Optgroup([html.Option(name, value=key, selected=key == chosen) for key, name in fields], label=title))
    named = [html.Span(header, className="header"), html.Span(example, className="example") if example else None]
    return html.Label([html.Span(named), html.Select(options, **attributes(data_header=header))], className="name")


def _groups(
    upload: Upload, answer: Mapping[str, Any], missing: Sequence[str], levels: Sequence[str], lang: Language
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields in the order of need: those that must be there, those that may, those that have a column already."""
    own = () if upload.kind == "area" else level_fields(tuple(levels))
    fields = dict.fromkeys([*missing, *(field.name for field in (*FIELDS[upload.kind], *own))])
    has_column = (answer.get("recognised") or {}).keys() - upload.columns.keys()
    found: dict[str, list[tuple[str, str]]] = {"data_name_required": [], "data_name_optional": [], "data_name_taken": []}
    for field in fields:
        key = "data_name_required" if field in missing else "data_name_taken" if field in has_column else "data_name_optional"
        found[key].append((field, field_name(upload.kind, field, lang)))
    return [(say(key, lang), listed) for key, listed in found.items() if listed]
