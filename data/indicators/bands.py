"""Which areas can be told apart: the places each may hold, and bands of areas whose order is not sure.

Two areas are told apart when their difference is beyond what chance explains, all pairs judged at once: the bound is Tukey's
studentised range, so that with 95 % probability not one pair is wrongly told apart. Rates are compared on the arcsine scale,
where the spread depends on the number of cases alone (:func:`angles`), quantiles by the limits of both areas put together (Zou
and Donner 2008). It follows that, with the same probability, every area's true place lies within its range of places (Klein,
Wright and Wieczorek 2020; Mogstad, Romano, Shaikh and Wilhelm 2024), and that the last band, with the areas marked as unsure,
holds the areas that are truly last.

``docs/adr/0010-fair-ranking.md`` gives the reasons, ``benchmarks/ranking.py`` the measurements.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.indicators.intervals import LEVEL, Z

MOST_LAST: Final = 3
AREAS_TO_ONE_LAST: Final = 4
BLOCK: Final = 128
"""Rows of the table of pairs that are held at once; their sums fit into a byte."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Places of the ranked areas, in the order they were given; 1 is best.

    Attributes
    ----------
    place
        By the value alone; equal values share a place.
    first, last
        The places an area may truly hold, all at once with 95 % probability.
    band
        1 is best; bands follow the order of the values without a gap.
    is_unsure
        It stands above a band although it cannot be told apart from that band's areas: too few cases to say.
    """

    place: Whole
    first: Whole
    last: Whole
    band: Whole
    is_unsure: Mask


def kept_last(areas: int) -> int:
    """How many areas the last band surely holds: three from twelve areas on, two from eight, else one."""
    return max(1, min(MOST_LAST, areas // AREAS_TO_ONE_LAST))


@lru_cache(maxsize=512)
def critical(areas: int) -> float:
    """Standard errors of a difference beyond which one of all the pairs of ``areas`` is told apart, at 95 % for all together.

    The 95 % point of the studentised range with infinite degrees of freedom, divided by √2; for two areas 1.96.
    """
    if areas <= 2:
        return Z
    x = np.linspace(-8.0, 8.0, 3201)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    below = np.cumsum((density[1:] + density[:-1]) / 2) * (x[1] - x[0])
    below = np.concatenate([[0.0], below]) + NormalDist().cdf(-8.0)

    def inside(width: float) -> float:
        """P(range ≤ width) = k ∫ φ(x) (Φ(x) − Φ(x − width))^(k−1) dx."""
        share = np.maximum(below - np.interp(x - width, x, below, left=0.0), 0.0)
        return float(areas * np.sum(density * share ** (areas - 1)) * (x[1] - x[0]))

    low, high = 2.0, 14.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) < LEVEL else (low, middle)
    return (low + high) / 2 / math.sqrt(2)


def angles(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Rates on the arcsine scale and their standard errors there, by Anscombe's correction (1948).

    Parameters
    ----------
    share
        0 to 1.
    n
        Cases, or effective cases (:func:`data.indicators.intervals.effective`).
    """
    return 2 * np.arcsin(np.sqrt((share * n + 0.375) / (n + 0.75))), 1 / np.sqrt(n + 0.5)


def standing(value: Floats, scaled: Floats, below: Floats, above: Floats) -> Standing:
    """Places and bands of areas, the larger value the better.

    Parameters
    ----------
    value
        One number an area, none missing; where less is better, the negative.
    scaled
        The same on the scale on which areas are compared.
    below, above
        How far the limits at :func:`critical` standard errors lie from ``scaled``; infinite where there is none on that side.
    """
    k = len(value)
    order = np.argsort(value, kind="stable")
    ascending = value[order]
    better, worse, step, unsure = _compared(ascending, scaled[order], below[order] ** 2, above[order] ** 2, kept_last(k))

    def given(found: npt.NDArray[Any]) -> npt.NDArray[Any]:
        answer = np.empty_like(found)
        answer[order] = found
        return answer

    return Standing(
        place=given(1 + k - np.searchsorted(ascending, ascending, side="right")),
        first=given(1 + worse),
        last=given(k - better),
        band=given(step.max(initial=0) - step + 1),
        is_unsure=given(unsure),
    )


def _compared(value: Floats, scaled: Floats, below: Floats, above: Floats, kept: int) -> tuple[Whole, Whole, Whole, Mask]:
    """For areas from worst to best: how many each surely beats, and is beaten by; its band from 0 upwards; whether it is unsure.

    From the worst area upwards a band goes on until an area surely beats ``kept`` of its areas; with it the next band begins.
    ``below`` and ``above`` are squared. Rows are held :data:`BLOCK` at a time.
    """
    k = len(value)
    centre, down, up = (numbers.astype(np.float32) for numbers in (scaled, below, above))
    lower = np.searchsorted(value, value)  # equal values neither beat each other nor fall into different bands
    better, worse, band = (np.zeros(k, dtype=np.int64) for _ in range(3))
    unsure = np.zeros(k, dtype=np.bool_)
    before, start, number = 0, 0, 0
    for first in range(0, k, BLOCK):
        end = min(first + BLOCK, k)
        reach = centre[first:end, None] - centre[None, :end]
        sure = reach * np.abs(reach) > down[first:end, None] + up[None, :end]
        near = int(lower[first])
        sure[:, near:] &= np.arange(near, end) < lower[first:end, None]
        better[first:end] = np.count_nonzero(sure, axis=1)
        worse[:end] += sure.view(np.uint8).sum(axis=0, dtype=np.uint8)
        for at in range(first, end):
            beaten = sure[at - first]
            if np.count_nonzero(beaten[start:at]) >= kept:
                opens = int(lower[at])
                before, start, number = start, opens, number + 1
                band[opens:at], unsure[opens:at] = number, True
            elif number:
                unsure[at] = np.count_nonzero(beaten[before:start]) < kept
            band[at] = number
    return better, worse, band, unsure
