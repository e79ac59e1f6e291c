"""The snapshots that are kept: when, as of, how much, pinned, in force; open one, compare, pin, go back to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from dashboard import ids
from dashboard.desk.desk import Desk
from dashboard.format import count
from dashboard.links import attributes
from dashboard.words import say
from data.store.pins import is_pinned

FIRST: Final = 12
"""Snapshots shown at once; the rest is folded."""
MOST: Final = 60
"""Snapshots that are listed, the folded ones without questions: every row costs the browser time. The one looked at always is, in full."""
COLUMNS: Final = ("data_published", "data_as_of", "data_events", "data_size", "data_state", "data_deeds")


def build(desk: Desk) -> list[Any]:
    """The list, newest first."""
    lang = desk.lang
    manifests = desk.context.store.manifests()
    in_force = desk.context.store.generation
    shown = [manifest for manifest in manifests[FIRST:] if manifest.get("id") == desk.view.snapshot.id]
    first = [_row(desk, manifest, in_force) for manifest in [*manifests[:FIRST], *shown]]
    older = [_row(desk, manifest, in_force, is_brief=True) for manifest in manifests[FIRST:MOST]]
    parts: list[Any] = [html.H2([say("data_snapshots", lang), html.Small(say("data_snapshots_hint", lang, n=count(len(manifests))))])]
    parts.append(_table(first, desk))
    if older:
        parts.append(html.Details([html.Summary(say("data_older", lang, n=len(older))), _table(older, desk)], className="older"))
    if len(manifests) > MOST:
        parts.append(html.P(say("data_oldest", lang, n=len(manifests) - MOST), className="quiet"))
    return parts


def _table(rows: list[html.Tr], desk: Desk) -> html.Table:
    head = html.Tr([html.Th(say(key, desk.lang), scope="col", className=key.replace("data_", "is-")) for key in COLUMNS])
    return html.Table([html.Thead(head), html.Tbody(rows)], className="snapshots")


def _row(desk: Desk, manifest: Mapping[str, Any], in_force: str, *, is_brief: bool = False) -> html.Tr:
    lang = desk.lang
    identity = str(manifest.get("id", ""))
    is_shown = identity == desk.view.snapshot.id
    pinned = is_pinned(desk.context.store.path, identity)
    is_refused = bool(manifest.get("refused")) or (identity == desk.context.store.named and identity != in_force)
    state = [
        html.Span(say(key, lang), className=f"mark {mark}")
        for key, mark, holds in (
            ("data_in_force", "is-in-force", identity == in_force),
            ("data_damaged", "is-refused", is_refused),
            ("data_pinned", "is-pinned", pinned),
            ("data_shown", "is-shown", is_shown and identity != in_force),
        )
        if holds
    ]
    events = (manifest.get("counts") or {}).get("event", 0)
    size = manifest.get("size", 0)
    return html.Tr(
        [
            html.Th(html.Time(desk.when(_instant(manifest, identity), "%Y-%m-%d %H:%M:%S") or identity, title=identity), scope="row"),
            html.Td(desk.when(manifest.get("as_of"), "%m-%d %H:%M") or "—", className="is-as_of"),
            html.Td(
                count(events) if isinstance(events, int) else "—",
                className="n is-events",
                **attributes(data_unit=say("data_unit_events", lang)),
            ),
            html.Td(_megabytes(size), className="n is-size"),
            html.Td(state, className="is-state"),
            html.Td(
                _deeds(desk, identity, is_shown=is_shown, is_in_force=identity == in_force, pinned=pinned, is_brief=is_brief),
                className="is-deeds",
            ),
        ],
        className="snapshot is-shown" if is_shown else "snapshot",
    )


def _instant(manifest: Mapping[str, Any], identity: str) -> str:
    """When it was published: as its manifest says, else as its id does."""
    stamp = f"{identity[:4]}-{identity[4:6]}-{identity[6:8]}T{identity[9:11]}:{identity[11:13]}:{identity[13:15]}Z"
    return str(manifest.get("published_at") or stamp)


def _megabytes(size: object) -> str:
    return f"{size / 1e6:,.1f} MB" if isinstance(size, int | float) else "—"


def _deeds(desk: Desk, identity: str, *, is_shown: bool, is_in_force: bool, pinned: bool, is_brief: bool) -> list[Any]:
    lang, asked = desk.lang, desk.asked
    found: list[Any] = [html.A(say("data_open", lang), href=asked.screen(None if is_in_force else identity))]
    if not is_shown:
        found.append(
            html.A(
                say("data_books_of", lang),
                href=asked.href(snapshot=identity, compare=None, source=None),
                **attributes(data_desk="", data_goes=ids.PAGE),
            )
        )
        found.append(
            html.A(say("data_compare", lang), href=asked.href(compare=identity), **attributes(data_desk="", data_goes=ids.part("changes")))
        )
    if desk.may_write and not is_brief:
        found.append(
            _confirmed("data_unpin", "data_unpin_sure", "unpin", identity, desk)
            if pinned
            else _confirmed("data_pin", "data_pin_sure", "pin", identity, desk)
        )
        if desk.context.store.named != identity:
            found.append(_confirmed("data_rollback", "data_rollback_sure", "rollback", identity, desk))
    return found


def _confirmed(key: str, sure: str, deed: str, identity: str, desk: Desk) -> html.Details:
    """A deed behind a question: nothing is done before it is answered."""
    button = html.Button(say("data_confirm", desk.lang), type="button", **attributes(data_deed=deed, data_snapshot=identity))
    when = desk.when(_instant({}, identity))
    return html.Details(
        [html.Summary(say(key, desk.lang)), html.Div([html.P(say(sure, desk.lang, when=when)), button], className="question")],
        className="menu deed",
    )
