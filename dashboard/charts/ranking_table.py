"""The table behind a ranking: the places each area may hold, and what one case more or fewer would do."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.charts.standing import Rank, Standings
from dashboard.format import MISSING, count, plain, value
from dashboard.links import attributes, link
from dashboard.words import say
from layers.areas import MISSED


def draw(shown: Standings, title: str, *, address: str) -> html.Details:
    """One line that says how sure the order is; the table opens from it."""
    lang = shown.lang
    head = [say("ranking_table", lang, title=title)]
    if shown.adjusted:
        head.append(shown.adjusted)
    return html.Details(
        [
            html.Summary(summary(shown), title=say("ranking_open", lang)),
            html.Div(
                [
                    html.H3(" · ".join(head)),
                    html.Div(
                        html.Table([html.Thead(html.Tr(_columns(shown))), html.Tbody(_rows(shown))]),
                        className="table-holder",
                        tabIndex=0,
                        role="region",
                        **attributes(aria_label=" · ".join(head)),
                    ),
                    *(html.P(sentence) for sentence in _sentences(shown)),
                    _mixes(shown, address),
                ],
                className="sheet",
            ),
        ],
        className="evidence ranking-table",
    )


def has_people(shown: Standings) -> bool:
    """Whether counts stand beside their rate per 10,000 people: where the population of any area is known."""
    return shown.kind == "count" and any(rank.per_10k is not None for rank in shown.ranked)


def summary(shown: Standings) -> str:
    """How sure the order is, and the one case that would change most."""
    if not shown.is_ranked:
        return say("ranking_unranked", shown.lang)
    if len(shown.ranked) < 2:
        return say("ranking_more_about", shown.lang)
    parts = [say("ranking_bands" if (shown.ranked[-1].band or 1) > 1 else "ranking_one_band", shown.lang)]
    telling = most_telling(shown)
    if telling is not None:
        parts.append(telling)
    return ("；" if shown.lang == "zh" else "; ").join(parts)


def most_telling(shown: Standings) -> str | None:
    """The area that one case would move furthest, in words; None where one case moves nobody."""
    if shown.case is None:
        return None
    moves = [
        (abs(changed[1] - rank.place), rank, said, changed[1])
        for rank in shown.ranked
        if rank.place is not None
        for changed, said in ((rank.one_fewer, shown.case[1]), (rank.one_more, shown.case[0]))
        if changed is not None
    ]
    if not moves or max(move[0] for move in moves) == 0:
        return None
    _, rank, said, place = max(moves, key=lambda move: move[0])
    return f"{said}{'，' if shown.lang == 'zh' else ': '}{rank.name} {rank.place}→{place}"


def _columns(shown: Standings) -> list[html.Th]:
    lang = shown.lang
    names = [(say("ranking_places", lang), "n")] if shown.is_ranked else []
    names.append((say("ranking_area", lang), ""))
    names += [(name, "n in-list") for name in (say("ranking_value", lang), say("interval", lang), "n")]
    if has_people(shown):
        names.append((say("ranking_per_10k", lang), "n"))
    if shown.adjusted:
        names += [(say("ranking_crude", lang), "n"), (say("ranking_covered", lang), "n")]
    if shown.case is not None:
        names += [(said, "n") for said in shown.case]
    return [html.Th(name, className=style, scope="col") for name, style in names]


def _rows(shown: Standings) -> list[html.Tr]:
    rows = []
    for at, rank in enumerate(shown.ranked):
        opens_band = at > 0 and rank.band != shown.ranked[at - 1].band
        rows.append(html.Tr(_cells(rank, shown), className="opens-band" if opens_band else ""))
    rows.append(html.Tr(_cells(shown.whole, shown), className="is-whole"))
    width = len(_columns(shown)) - (3 if shown.is_ranked else 2)
    for rank in shown.apart:
        cells: list[Any] = [html.Td(MISSING, className="n")] if shown.is_ranked else []
        cells += [html.Th(rank.name, scope="row"), html.Td(f"{rank.reason} · n {count(rank.n)}", colSpan=width + 1)]
        rows.append(html.Tr(cells, className="is-quiet"))
    return rows


def _cells(rank: Rank, shown: Standings) -> list[Any]:
    kind = shown.kind
    cells: list[Any] = []
    if shown.is_ranked:
        places = MISSING if rank.places is None else "–".join(dict.fromkeys(str(place) for place in rank.places))
        cells.append(html.Td([places, html.Sup("?") if rank.is_unsure else None], className="n"))
    known = rank.low is not None or rank.high is not None
    ends = f"{plain(rank.low, kind)}–{plain(rank.high, kind)}" if known else MISSING
    sign = [html.Small(MISSED, className="missed", title=rank.missed)] if rank.missed else []
    cells += [html.Th([rank.name, *sign] if sign else rank.name, scope="row")]
    cells += [html.Td(text, className="n in-list") for text in (str(value(rank.value, kind, shown.lang)), ends, count(rank.n))]
    if has_people(shown):
        cells.append(html.Td(plain(rank.per_10k, "per_10k"), className="n"))
    if shown.adjusted:
        cells.append(html.Td(plain(rank.crude, kind), className="n"))
        cells.append(html.Td(MISSING if rank.covered is None else f"{rank.covered:.0%}", className="n"))
    if shown.case is not None:
        cells += [html.Td(_changed(rank, changed, kind), className="n") for changed in (rank.one_more, rank.one_fewer)]
    return cells


def _changed(rank: Rank, changed: tuple[float, int] | None, kind: str) -> str:
    """The value a case would make, and the place where it would move: ``82.1 · 4→5``."""
    if changed is None or rank.place is None:
        return MISSING
    number, place = changed
    digits = f"{number * 100:.2f}" if kind == "rate" else f"{number:,.2f}"
    return digits if place == rank.place else f"{digits} · {rank.place}→{place}"


def _sentences(shown: Standings) -> list[str]:
    lang = shown.lang
    if not shown.is_ranked:
        return [say("ranking_unranked_why", lang)]
    said = [say("ranking_how", lang, n=shown.kept_last)] if len(shown.ranked) > 1 else []
    said += dict.fromkeys(f"{MISSED} {rank.missed}" for rank in shown.ranked if rank.missed)
    if any(rank.is_unsure for rank in shown.ranked):
        said.append(say("ranking_unsure", lang))
    if shown.adjusted:
        said.append(say("ranking_adjusted_how", lang))
    return said


def _mixes(shown: Standings, address: str) -> Any:
    """The adjustments to choose from."""
    if not shown.mixes:
        return None
    parts = []
    for mix, words, is_chosen in shown.mixes:
        marks = attributes(aria_current="true") if is_chosen else {}
        parts.append(link(address, {"adjust": mix}, words, "mix is-chosen" if is_chosen else "mix", **marks))
    return html.P(parts, className="mixes")
