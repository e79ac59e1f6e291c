"""What a page says instead of itself when the snapshot of its address cannot be shown: why, and the way to the newest data."""

from __future__ import annotations

from dash import html

from dashboard.apology import apology
from dashboard.format import Language
from dashboard.words import say
from data.errors import QuanyuError


def refusal(error: QuanyuError, lang: Language, newest: str | None, snapshot: str | None = None) -> html.Div:
    """The sentence for an error, the snapshot it is about, and a link; style sheets hide everything else on the page.

    Parameters
    ----------
    newest
        Address of the same page on the newest data; None where the address names no snapshot to be left out.
    """
    parts = [html.H1(say("refusal", lang)), html.P(apology(error, lang))]
    if snapshot:
        parts.append(html.P(html.Code(snapshot[:60]), className="quiet"))
    if newest is not None:
        parts.append(html.P(html.A(say("newest", lang), href=newest, className="is-main")))
    return html.Div(parts, className="refusal", role="alert")
