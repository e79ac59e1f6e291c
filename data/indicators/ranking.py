"""Areas ranked fairly: value, n and interval of each, the places it may hold, its band, and what one case would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from data.indicators import bands, compute, standardised
from data.indicators.areas import areas_of, indicator_per_row, task
from data.indicators.indicator import Indicator
from data.indicators.measures import Ask, Floats, full_mark, tens_of_thousands
from data.indicators.quantiles import Quantiles, quantiles
from data.indicators.registry import INDICATORS, find
from data.selection import Selection
from data.view import View
from data.vocabulary import Words

Unranked = Literal["", "rest", "no_cases", "too_few", "not_recorded", "no_people", "mix"]
REASONS: Final[dict[str, Words]] = {
    "rest": Words("不属于任何下级区域", "in none of the areas"),
    "no_cases": Words("没有可算的件", "no cases to compute from"),
    "too_few": Words("不足 {minimum_n} 件", "fewer than {minimum_n} cases"),
    "not_recorded": Words("数据未记录此项", "the data do not record it"),
    "no_people": Words("人口未知", "population unknown"),
    "mix": Words("类别覆盖不足，无法按结构调整", "too few of the categories to adjust for the mix"),
}
"""Why an area stands without a rank."""


@dataclass(frozen=True)
class Ranking:
    """An indicator's areas in order.

    Attributes
    ----------
    areas
        One row per area, best first, then those without a rank in the order of the tree, then the rest. Columns of
        :func:`data.indicators.areas.indicator_per_row`, and ``why`` (empty, or a key of :data:`REASONS`), ``per_10k`` (counts only),
        ``place``, ``place_low``, ``place_high``, ``band`` (1 is best; NaN without a rank), ``is_unsure`` (stands above a band whose
        areas it cannot be told apart from), ``one_more``, ``one_more_place``, ``one_fewer``, ``one_fewer_place`` (NaN where there
        is no such case).
    total
        The same columns for all cases together: pooled, never a mean of areas.
    is_ranked
        Indicators of which neither more nor less is better have an order, but no places and no bands.
    kept_last
        How many areas the last band surely holds.
    case
        What one more case of the numerator is called; None where an indicator has no such case.
    """

    indicator: Indicator
    areas: pd.DataFrame
    total: pd.Series
    is_ranked: bool
    kept_last: int
    case: Words | None

    @property
    def ranked(self) -> pd.DataFrame:
        """The areas with a value to show, best first."""
        return self.areas[self.areas["why"] == ""]

    @property
    def apart(self) -> pd.DataFrame:
        """Those listed apart, with the reason."""
        return self.areas[self.areas["why"] != ""]


def ranking(
    view: View, selection: Selection, key: str, depth: int | None = None, *, ask: Ask | None = None, rows: pd.DataFrame | None = None
) -> Ranking:
    """The areas below the selected one, or those of one depth, ranked by an indicator.

    Parameters
    ----------
    rows
        The answer of :func:`data.indicators.areas.indicator_per_row`, where it is at hand.

    Raises
    ------
    UnknownIndicator
        There is no such indicator.
    """
    indicator = find(key)
    asked = task(view, selection, key, depth, ask=ask)
    frame = (indicator_per_row(view, selection, key, depth, ask=ask) if rows is None else rows).copy()
    frame["why"] = _why(view, indicator, frame)
    counts = indicator.unit == "count"
    frame["per_10k"] = frame["value"] / tens_of_thousands(asked) if counts else np.nan
    ranked = (frame["why"] == "").to_numpy() & ~frame["is_total"].to_numpy()
    hours = None
    if indicator.measure == "duration":
        hours = quantiles(asked, frame["n"].to_numpy(dtype=np.int64), bands.critical(max(2, int(ranked.sum()))))
        frame["low"], frame["high"] = hours.low, hours.high
    is_ranked = indicator.direction != 0
    case, change = _one_case(view, indicator, frame)
    added = _one_more(indicator, frame, change, hours)
    frame = frame.assign(**added, **_places(indicator, frame, added, ranked, hours, is_ranked=is_ranked))
    order = frame["value"].where(ranked & frame["value"].notna())
    order = order if indicator.direction < 0 else -order
    frame = frame.assign(at=order).sort_values(["at"], kind="stable", na_position="last").drop(columns="at")
    return Ranking(
        indicator,
        areas_of(frame),
        frame[frame["is_total"]].iloc[0],
        is_ranked,
        bands.kept_last(int(ranked.sum())) if is_ranked else 0,
        case if is_ranked else None,
    )


def _why(view: View, indicator: Indicator, frame: pd.DataFrame) -> pd.Series:
    """The reason an area is listed apart, by row; empty where it is ranked."""
    recorded = not indicator.is_optional or compute.is_recorded(view, indicator)
    choices: dict[Unranked, Any] = {
        "rest": frame["is_rest"],
        "": frame["shown"] & frame["value"].notna(),
        "no_people": np.full(len(frame), indicator.measure == "population"),
        "not_recorded": np.full(len(frame), not recorded),
        "no_cases": frame["n"] == 0,
        "too_few": frame["n"] < view.definition.minimum_n,
        "mix": frame["covered"] < standardised.LEAST_COVERED,
    }
    found = np.select([np.asarray(mask, dtype=bool) for mask in choices.values()], list(choices), "not_recorded")
    return pd.Series(found, index=frame.index, dtype="str")


def _one_case(view: View, indicator: Indicator, frame: pd.DataFrame) -> tuple[Words | None, Floats]:
    """What one more case of the numerator is called, and by how much it would change each row's value.

    Of a score the case is of the part in which one case moves most. An adjusted rate changes by what a case of the area does on
    average over its categories, which is what it does without adjustment.
    """
    n = frame["denominator"].to_numpy(dtype=np.float64)
    if indicator.unit == "hours":
        return Words("由慢变快", "quick instead of slow"), np.full(len(frame), np.nan)
    if indicator.unit not in ("rate", "score"):
        return None, np.full(len(frame), np.nan)
    points = 1.0
    case = indicator
    if indicator.measure == "score":
        key, points = max(view.definition.terms.items(), key=lambda term: abs(term[1]))
        case = INDICATORS[key]
    with np.errstate(divide="ignore"):
        return case.case or case.fraction[0], np.where(n > 0, points / n, np.nan)


def _one_more(indicator: Indicator, frame: pd.DataFrame, change: Floats, hours: Quantiles | None) -> dict[str, Floats]:
    """The values with one case more, and one fewer; NaN where there is no such case."""
    if hours is not None:
        return {"one_more": hours.one_more, "one_fewer": hours.one_fewer}
    value, top, tiny = frame["value"].to_numpy(dtype=np.float64), full_mark(indicator), 1e-9
    more, fewer = value + change, value - change
    return {
        "one_more": np.where((more >= -tiny) & (more <= top + tiny), more, np.nan),
        "one_fewer": np.where((fewer >= -tiny) & (fewer <= top + tiny), fewer, np.nan),
    }


def _places(
    indicator: Indicator,
    frame: pd.DataFrame,
    added: dict[str, Floats],
    ranked: np.ndarray[Any, np.dtype[np.bool_]],
    hours: Quantiles | None,
    *,
    is_ranked: bool,
) -> dict[str, Any]:
    """Places, their range, band, and the place with one case more or fewer, for the ranked rows."""
    missing = np.full(len(frame), np.nan)
    names = ("place", "place_low", "place_high", "band", "one_more_place", "one_fewer_place")
    found: dict[str, Any] = {name: missing.copy() for name in names} | {"is_unsure": np.zeros(len(frame), dtype=np.bool_)}
    if not is_ranked or not ranked.any():
        return found
    better = float(indicator.direction)
    value = frame["value"].to_numpy(dtype=np.float64)[ranked] * better
    standing = bands.standing(value, *_compared(indicator, frame[ranked], better, hours, ranked))
    for name, numbers in zip(names, (standing.place, standing.first, standing.last, standing.band), strict=False):
        found[name][ranked] = numbers
    found["is_unsure"][ranked] = standing.is_unsure
    ascending = np.sort(value)
    for name in ("one_more", "one_fewer"):
        changed = added[name][ranked] * better
        others = len(value) - np.searchsorted(ascending, changed, side="right") - (value > changed)
        found[f"{name}_place"][ranked] = np.where(np.isnan(changed), np.nan, 1 + others)
    return found


def _compared(
    indicator: Indicator, frame: pd.DataFrame, better: float, hours: Quantiles | None, ranked: Any
) -> tuple[Floats, Floats, Floats]:
    """The ranked values on the scale they are compared on, and how far their joint limits lie below and above."""
    critical = bands.critical(max(2, len(frame)))
    value = frame["value"].to_numpy(dtype=np.float64)
    if hours is not None:
        low, high = (np.where(np.isnan(side), np.inf, np.abs(side - value)) for side in (hours.joint_low[ranked], hours.joint_high[ranked]))
        return value * better, *((low, high) if better > 0 else (high, low))
    angle, error = bands.angles(value / full_mark(indicator), frame["cases"].to_numpy(dtype=np.float64))
    return angle * better, error * critical, error * critical


def as_object(view: View, selection: Selection, found: Ranking) -> dict[str, Any]:
    """A ranking as the programming interface gives it: rates are fractions, places and bands whole, None where there is none."""
    areas, label = view.snapshot.areas, standardised.label(selection, found.indicator)

    def one(row: Any, *names: str) -> dict[str, Any]:
        return {name: _plain(row[name]) for name in names}

    common = ("value", "numerator", "denominator", "n", "low", "high", *(("crude", "covered") if label else ()))
    counted = ("per_10k",) if found.indicator.unit == "count" else ()
    places = ("place", "place_low", "place_high", "band", "is_unsure", "one_more", "one_more_place", "one_fewer", "one_fewer_place")
    rows = found.areas.to_dict("records")

    def marked(row: Any) -> dict[str, Any]:
        """How an area stands to what the definition asks, where it asks something."""
        key = found.indicator.key
        return {"mark": view.definition.mark(key, _plain(row["value"]))} if key in view.definition.targets else {}

    def named(row: Any) -> dict[str, Any]:
        return {
            "area": None if row["is_rest"] else areas.codes[row["area_ix"]],
            "name": None if row["is_rest"] else areas.names[row["area_ix"]],
        }

    return {
        "indicator": found.indicator.key,
        "level": selection.level,
        "adjusted": None if label is None else {"mix": selection.adjust, "label": label.in_(selection.lang)},
        "is_ranked": found.is_ranked,
        "last_band_holds": found.kept_last,
        "case": None if found.case is None else found.case.in_(selection.lang),
        "total": one(found.total, *common, *counted),
        "areas": [
            named(row) | one(row, *common, *counted, *(places if found.is_ranked else ())) | marked(row) for row in rows if not row["why"]
        ],
        "apart": [
            named(row)
            | one(row, "n", "numerator", "denominator")
            | {"events": _plain(row["events"]), "why": row["why"], "reason": reason(view, row["why"], selection.lang)}
            for row in rows
            if row["why"]
        ],
    }


def reason(view: View, why: str, lang: Any) -> str:
    """A reason in words."""
    return REASONS[why].in_(lang).format(minimum_n=view.definition.minimum_n)


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if value is None or pd.isna(value):
        return None
    number = value.item() if isinstance(value, np.generic) else value
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number
