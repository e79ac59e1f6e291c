"""Areas coloured by how much their indicator differs from what it is compared with, where an interval tells it from zero."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.against import Estimate, difference, kind
from data.indicators.areas import indicator_per_row
from data.indicators.intervals import LEVEL
from data.vocabulary import Words
from data.window import window
from layers import areas
from layers.areas import TOO_FEW, frontier, unit
from layers.layer import Drawing, Drawn, Scale

NEITHER: Final = 2
"""The class of what cannot be told apart; less is below it, more above."""
Floats = npt.NDArray[np.float64]


def draw(drawing: Drawing, other: Drawing) -> Drawn:
    """A letter of class, the difference and both values for each area of the coloured level.

    Counts of windows that are not of one length are those of so many days as the present one has. Between two snapshots there is no
    interval: they hold the same cases, and every difference is one. Counts of an area are not compared with those of another one as a
    whole: then the areas are coloured as always, and a note says so.
    """
    indicator, lang = drawing.indicator, drawing.lang
    what = kind(str(drawing.selection.against))
    if what == "area" and (indicator.unit == "count" or not indicator.has_denominator):
        drawn = areas.draw(drawing)
        return Drawn(drawn.values, drawn.marks, drawn.scale, (*drawn.notes, _COUNTS.in_(lang)))
    shown = frontier(drawing)
    now, before = _rows(drawing, shown), _before(drawing, other, shown, is_whole=what == "area")
    factor = 100.0 if indicator.unit == "rate" else 1.0
    days, days_before = (window(one.view, one.selection).days for one in (drawing, other))
    scaled = days / days_before if indicator.unit in {"count", "per_10k"} and days_before else 1.0
    here = Estimate(*(now[column].to_numpy(np.float64) * factor for column in Estimate._fields))
    there = Estimate(*(before[column].to_numpy(np.float64) * factor * scaled for column in Estimate._fields))
    is_known = now["shown"].to_numpy(bool) & before["shown"].to_numpy(bool) & np.isfinite(here.value - there.value)
    d, low, high = difference(here, there)
    if what == "snapshot":
        low = high = d
    is_told = is_known & np.isfinite(low) & ((low > 0) | (high < 0))
    has_intervals = bool(np.isfinite(low[is_known]).any()) or not is_known.any()
    rule = _EXACT if what == "snapshot" else _RULE if has_intervals else _NONE
    far = _far(np.abs(d[is_told]))
    classes = np.where(~is_told, NEITHER, NEITHER + np.sign(d) * np.where(np.abs(d) >= far, 2, 1)).astype(int)
    n = now["n"].fillna(0).astype(int)
    letters = "".join(str(step) if known else TOO_FEW if some else "-" for step, known, some in zip(classes, is_known, n, strict=True))
    digits = 0 if indicator.unit == "count" else 1

    def sent(values: Floats) -> list[int | None]:
        return [round(value * 10**digits) if known and np.isfinite(value) else None for value, known in zip(values, is_known, strict=True)]

    told, of = f"{is_told.sum():,} / {len(shown):,}", f"{is_known.sum() * (1 - LEVEL):,.0f}"
    notes = [Words(f"有差别的 {told} 个", f"different: {told}")]
    if what != "snapshot":
        notes = [Words(f"可判断差别的 {told} 个，偶然也会有约 {of} 个", f"a difference is told in {told}; by chance alone in some {of}")]
    if scaled != 1.0:
        notes.append(Words(f"对比期 {days_before} 天折算为 {days} 天", f"{days_before} days compared, taken as {days}"))
    word = _POINTS.in_(lang) if indicator.unit == "rate" else unit(indicator, lang)
    name = indicator.names.in_(lang)
    return Drawn(
        {
            "classes": letters,
            "hues": "diverging",
            "values": sent(d),
            "low": sent(low),
            "high": sent(high),
            "now": sent(here.value),
            "before": sent(there.value),
            "n": n.tolist(),
            "digits": digits,
            "unit": word,
            "name": _LESS.in_(lang).format(name=name),
            "key": indicator.key,
        },
        scale=Scale(
            f"{_LESS.in_(lang).format(name=name)} {word}".strip(),
            f"{drawing.level_name} · {rule.in_(lang)}",
            (0, 1, 2, 3, 4),
            (f"−{far:,.{digits}f}", "", "", f"+{far:,.{digits}f}"),
            areas.without(drawing, int((~is_known).sum())),
            hues="diverging",
        ),
        notes=tuple(note.in_(lang) for note in notes),
    )


def _rows(drawing: Drawing, shown: list[int]) -> pd.DataFrame:
    frame = drawing.per_area
    found = frame[~frame["is_rest"]].set_index("area_ix").reindex(shown)
    return found.assign(shown=found["shown"].fillna(False).astype(bool))


def _before(drawing: Drawing, other: Drawing, shown: list[int], *, is_whole: bool) -> pd.DataFrame:
    """The same areas of the other side, known by their codes; or the other area as a whole beside each."""
    if is_whole:
        rows: Any = other.answers(indicator_per_row, other.indicator_key)
        return rows[rows["is_total"]].iloc[[0] * len(shown)].reset_index(drop=True)
    codes, there = drawing.view.snapshot.areas.codes, other.view.snapshot.areas
    place = {there.codes[ix]: ix for ix in frontier(other)}
    return _rows(other, [place.get(codes[ix], -1) for ix in shown])


def _far(sizes: Floats) -> float:
    """From which difference on a colour is strong: the middle one of those that can be told, rounded."""
    if not len(sizes):
        return 1.0
    middle = float(np.median(sizes))
    digits = max(0, 1 - int(np.floor(np.log10(middle)))) if middle > 0 else 0
    return round(middle, digits - 1) or middle


_POINTS: Final = Words("个百分点", "points")
_LESS: Final = Words("{name}之差", "{name}, difference")
_RULE: Final = Words("灰：差的 95% 区间含 0", "grey: the 95 % interval of the difference holds 0")
_NONE: Final = Words("此指标没有区间，不判断差别", "this indicator has no interval: no difference is told")
_EXACT: Final = Words("灰：相同", "grey: the same")
_COUNTS: Final = Words("件数不与另一个区域整体相减，请按率着色", "counts are not compared with another area as a whole: colour by a rate")
