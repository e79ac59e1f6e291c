"""One area's adjusted number taken apart: the share of each category in the standard mix, and the area's own rate in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.bound import area_ix
from data.indicators import standardised
from data.indicators.areas import indicator_per_row, task
from data.indicators.compute import Number
from data.indicators.indicator import Indicator
from data.selection import Selection
from data.view import View


@dataclass(frozen=True)
class Stratum:
    """One category of the standard mix.

    Attributes
    ----------
    category_ix
        A node of the tree of categories.
    share
        Of the standard mix, among the categories of which the area has cases; the shares of an area add up to 1.
    numerator, n
        The area's own cases; the numerator may be weighted.
    """

    category_ix: int
    share: float
    numerator: float
    n: int

    @property
    def rate(self) -> float:
        """The area's own rate in it."""
        return self.numerator / self.n


@dataclass(frozen=True)
class Adjusted:
    """An area's number as it would be with the mix of categories of the whole.

    Attributes
    ----------
    standard
        The selection whose mix is the standard.
    value, low, high, shown
        Adjusted; None where there is none.
    crude
        The value before.
    covered
        Share of the standard mix of which the area has cases.
    strata
        By rate: the categories it is added up from, those with the greatest share first. A score has several rates.
    """

    standard: Selection
    value: float | None
    low: float | None
    high: float | None
    shown: bool
    crude: Number
    covered: float
    strata: Mapping[str, list[Stratum]]

    @property
    def rates(self) -> dict[str, float]:
        """The adjusted rates."""
        return {key: sum(stratum.share * stratum.rate for stratum in listed) for key, listed in self.strata.items()}


def adjusted(view: View, selection: Selection, standard: Selection, indicator: Indicator, crude: Number) -> Adjusted | None:
    """The number of ``selection``'s area as the ranking of ``standard`` gives it; None where it is not adjusted there.

    Parameters
    ----------
    selection
        That of the number opened: ``standard`` with another area.
    crude
        The number before adjustment.
    """
    own = area_ix(view, selection)
    if own < 0 or own == max(0, area_ix(view, standard)) or not standardised.adjusts(selection, indicator):
        return None
    depth = int(view.snapshot.areas.depth[own])
    asked = task(view, standard, indicator.key, depth)
    if own not in asked.shown:
        return None
    rows = indicator_per_row(view, standard, indicator.key, depth)
    at = asked.shown.index(own)
    row = rows.iloc[at]
    strata = {
        key: [
            Stratum(int(ix), float(share[ix]), float(cells.weight[at, ix]), int(cells.n[at, ix]))
            for ix in np.argsort(-share, kind="stable")
            if share[ix] > 0
        ]
        for key, cells, share in standardised.shares(asked, at)
    }
    return Adjusted(
        standard, _known(row["value"]), _known(row["low"]), _known(row["high"]), bool(row["shown"]), crude, float(row["covered"]), strata
    )


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
