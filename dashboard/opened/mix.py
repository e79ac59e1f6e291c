"""How an adjusted number is added up: category by category, the standard's share times the area's own rate."""

from __future__ import annotations

from typing import Final

from dash import html

from dashboard.format import Language, amount, count, with_unit
from dashboard.links import attributes
from dashboard.words import say
from data.indicators import formula
from data.indicators.adjusted import Stratum
from data.indicators.standardised import label
from data.opening import Opening

MOST: Final = 12
"""Categories told one by one; what the others add is one row."""


def sentence(found: Opening, lang: Language) -> str:
    """The adjusted number with the actual rates put in."""
    told = found.adjusted
    assert told is not None  # noqa: S101 — only asked of an adjusted number
    if found.indicator.measure == "score":
        return formula.score(found.view.definition.terms, told.rates, told.value, lang)
    listed = told.strata[found.indicator.key]
    few = [f"{stratum.share:.1%} × {stratum.rate:.1%}" for stratum in listed[:2]]
    more = [f"… ({len(listed)})"] if len(listed) > 2 else []
    return f"{' + '.join([*few, *more])} = {with_unit(told.value, found.indicator.unit, lang)}"


def name(found: Opening, lang: Language) -> str:
    """What the adjustment is called, and how much of the standard mix the area's cases cover."""
    told, said = found.adjusted, label(found.selection, found.indicator)
    assert told is not None  # noqa: S101 — only asked of an adjusted number
    assert said is not None  # noqa: S101
    return say("adjusted_to", lang, label=said.in_(lang), covered=f"{told.covered:.0%}")


def draw(found: Opening, lang: Language) -> html.Div | None:
    """The categories as a table whose last column adds up to the number; none for a score, whose rates open in their turn."""
    told = found.adjusted
    if told is None or found.indicator.measure == "score":
        return None
    listed = told.strata[found.indicator.key]
    rows = [_row(found, stratum) for stratum in listed[:MOST]]
    rest = listed[MOST:]
    if rest:
        share, added = sum(stratum.share for stratum in rest), sum(stratum.share * stratum.rate for stratum in rest)
        rows.append(_cells(say("adjusted_rest", lang, n=len(rest)), f"{share:.1%}", "", "", f"{added:.2%}"))
    title = say("adjusted_table", lang)
    keys = ("adjusted_category", "adjusted_share", "adjusted_cases", "adjusted_rate", "adjusted_adds")
    heads = [say(key, lang) for key in keys]
    table = html.Table([html.Caption(title), html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)])
    return html.Div(table, className="scroll mix", tabIndex=0, role="region", **attributes(aria_label=title))


def _row(found: Opening, stratum: Stratum) -> html.Tr:
    tree = found.view.snapshot.categories
    path = " / ".join(tree.names[ix] for ix in tree.path(stratum.category_ix))
    cases = f"{amount(stratum.numerator)} / {count(stratum.n)}"
    return _cells(path, f"{stratum.share:.1%}", cases, f"{stratum.rate:.1%}", f"{stratum.share * stratum.rate:.2%}")


def _cells(category: str, *figures: str) -> html.Tr:
    return html.Tr([html.Th(category, scope="row"), *(html.Td(figure, className="amount") for figure in figures)])
