"""Quantiles of hours per area: limits by order statistics, and what one case more or fewer on the quick side would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.indicators import compute, intervals
from data.indicators.measures import Floats, Positions, Task

MOST_SHARES: Final = 256
"""Different quantiles asked for at most; where more are wanted, limits are rounded outwards and the rest is not given."""


@dataclass(frozen=True)
class Quantiles:
    """Hours per row of a task; NaN where a sample is too small for that side.

    Attributes
    ----------
    low, high
        95 % limits.
    joint_low, joint_high
        Limits at the critical value of all pairs.
    one_more, one_fewer
        The quantile had one slow case been quick, or one quick case slow.
    """

    low: Floats
    high: Floats
    joint_low: Floats
    joint_high: Floats
    one_more: Floats
    one_fewer: Floats


def quantiles(task: Task, n: Positions, critical: float) -> Quantiles:
    """The limits and neighbours of an indicator's quantile for each row of a task.

    Parameters
    ----------
    n
        Cases of each row.
    critical
        Standard errors of the joint limits.
    """
    share = task.indicator.share
    ranks = np.array(
        [
            [
                *intervals.order_ranks(int(cases), share),
                *intervals.order_ranks(int(cases), share, critical),
                *_neighbours(int(cases), share),
            ]
            for cases in n
        ],
        dtype=np.float64,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        wanted = np.where(n[:, None] > 1, ranks / (n - 1)[:, None], np.where(np.isnan(ranks), np.nan, 0.0))
    shares = np.unique(wanted[np.isfinite(wanted)])
    if len(shares) > MOST_SHARES:
        shares = np.quantile(shares, np.linspace(0, 1, MOST_SHARES))
        below, above = np.searchsorted(shares, wanted, side="right") - 1, np.searchsorted(shares, wanted)
        outward = [shares[(below if side % 2 == 0 else above)[:, side].clip(0, len(shares) - 1)] for side in range(4)]
        gone = np.full(len(n), np.nan)
        wanted = np.where(np.isnan(wanted), np.nan, np.column_stack([*outward, gone, gone]))
    return Quantiles(*_hours(task, wanted, shares).T)


def _neighbours(n: int, share: float) -> tuple[float | None, float | None]:
    """Ranks at which the quantile stands after one case has changed sides."""
    at = (n - 1) * share
    return (at - 1 if at >= 1 else None), (at + 1 if at + 1 <= n - 1 else None)


def _hours(task: Task, wanted: Floats, shares: Floats) -> Floats:
    """Hours for each row and wanted share, NaN where none is wanted."""
    known = np.full((task.size, len(shares)), np.nan)
    asked = compute.weights(task.view)[task.indicator.key].denominator
    for group, is_total in (([int(ix) for ix in task.group], False), ([0] * len(task.group), True)):
        rows = task.ask("quantiles_per_area", groups=group, shares=shares.tolist(), asked=asked) if len(shares) else None
        if rows is None or rows.empty:
            continue
        area = rows["area_ix"].to_numpy(dtype=np.int64)
        at = np.where(is_total, task.size - 1, np.where(area < 0, task.size - 2, task.slot[area]))
        known[at, np.searchsorted(shares, rows["share"].to_numpy(dtype=np.float64))] = rows["hours"].to_numpy(dtype=np.float64)
    found = np.full(wanted.shape, np.nan)
    row, column = np.nonzero(np.isfinite(wanted))
    found[row, column] = known[row, np.searchsorted(shares, wanted[row, column])]
    return found
