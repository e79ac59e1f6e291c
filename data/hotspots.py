"""Hot spots: areas that, with their neighbours, have more events than chance would put there; and where that changed.

The statistic is Getis and Ord's Gi* (A. Getis and J. K. Ord, Geographical Analysis 24, 1992; the standard form of J. K. Ord and
A. Getis, Geographical Analysis 27, 1995) of the events in each area, with weight 1 for the area itself and every area whose
outline touches its own, else 0. Of all areas tried at once, those are called hot or cold that stand under the false-discovery
control of Y. Benjamini and Y. Hochberg (Journal of the Royal Statistical Society B 57, 1995): of those called so, at most
:data:`SHARE` are so by chance, on average. Numbers, not rates, are compared: large areas have more events, which a level of areas made
for equal work, such as grids, evens out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data.questions import QUESTIONS
from data.selection import Selection
from data.view import View
from data.window import window

SHARE: Final = 0.05
"""Share of false discoveries that is let pass."""
LEAST_AREAS: Final = 8
"""With fewer areas nothing is said."""
GAP_DEGREES: Final = 2e-5
"""Outlines that come so close touch; about two metres."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Neighbours:
    """Which areas are neighbours: ``one[i]`` and ``other[i]``, by position, in both directions, each area its own as well."""

    one: Ints
    other: Ints
    size: int


@dataclass(frozen=True)
class HotSpots:
    """Hot spots of a selection.

    Attributes
    ----------
    areas
        ``area_ix, n, before, z, p, is_hot, is_cold, change_z, change_p, is_rising, is_falling``, a row for each area of the level, in the
        order of the tree. ``z`` and ``p`` (two-sided) are NaN where nothing can be said: without an outline, or where all areas
        have the same number. ``before`` and the change are 0, NaN and false where the window is compared with none.
    elsewhere
        Events of the window in none of these areas.
    is_compared
        Whether there is a window before.
    is_known
        Whether there are enough areas with outlines.
    """

    areas: pd.DataFrame
    elsewhere: int
    is_compared: bool
    is_known: bool


def hotspots(view: View, selection: Selection, within: int, depth: int) -> HotSpots:
    """Hot spots among the areas of one depth at or below ``within``; where a branch ends above it, its last area stands for it."""
    nodes = np.asarray(view.snapshot.areas.frontier(within, depth), dtype=np.int64)
    span = window(view, selection)
    counted = QUESTIONS["counts_per_area_and_window"].ask(view, selection, from_day=span.from_day)
    is_previous = counted["is_previous"].to_numpy(dtype=bool)
    now, elsewhere = _rolled_up(view, nodes, counted[~is_previous])
    before, _ = _rolled_up(view, nodes, counted[is_previous])
    touching = _touching(view, depth, nodes)
    has_outline = np.zeros(len(nodes), dtype=bool)
    has_outline[touching.one] = True
    is_known, is_compared = int(has_outline.sum()) >= LEAST_AREAS, span.previous is not None
    found = pd.DataFrame({"area_ix": nodes, "n": now, "before": before})
    for name, values, (high, low), is_asked in (
        ("", now, ("is_hot", "is_cold"), is_known),
        ("change_", now - before, ("is_rising", "is_falling"), is_known and is_compared),
    ):
        z = np.full(len(nodes), np.nan)
        if is_asked:
            z[has_outline] = gi_star(values[has_outline].astype(float), _kept(touching, has_outline))
        p = two_sided(z)
        sure = discoveries(p)
        found = found.assign(**{f"{name}z": z, f"{name}p": p, high: sure & (z > 0), low: sure & (z < 0)})
    return HotSpots(found, elsewhere, is_compared, is_known)


def gi_star(values: Floats, near: Neighbours) -> Floats:
    """Standard scores of Gi* with weights 0 and 1; NaN where all values are equal, or where an area's neighbours are all areas."""
    n = near.size
    total = np.bincount(near.one, weights=values[near.other], minlength=n)
    weight = np.bincount(near.one, minlength=n).astype(float)
    spread = np.sqrt(max(float((values**2).mean() - values.mean() ** 2), 0.0)) if n else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (total - values.mean() * weight) / (spread * np.sqrt(weight * (n - weight) / (n - 1)))
    return np.where(np.isfinite(z), z, np.nan)


def two_sided(z: Floats) -> Floats:
    """The probability of a standard score at least so far from 0."""
    return np.array([math.erfc(abs(score) / math.sqrt(2)) if score == score else math.nan for score in z], dtype=np.float64)  # noqa: PLR0124


def discoveries(p: Floats, share: float = SHARE) -> Flags:
    """Which stand under false-discovery control: all up to the greatest p that is not above its rank's part of ``share``."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    holds = np.flatnonzero(p[order] <= share * np.arange(1, len(order) + 1) / max(len(order), 1))
    found = np.zeros(len(p), dtype=bool)
    found[order[: holds[-1] + 1 if len(holds) else 0]] = True
    return found


def _rolled_up(view: View, nodes: Ints, counted: pd.DataFrame) -> tuple[Ints, int]:
    """Events of each of the areas with all below it, and of none of them."""
    at = np.searchsorted(nodes, counted["area_ix"].to_numpy(), side="right") - 1
    inside = (at >= 0) & (counted["area_ix"].to_numpy() <= view.snapshot.areas.last[nodes[np.maximum(at, 0)]])
    n = counted["n"].to_numpy(dtype=np.int64)
    return np.bincount(at[inside], weights=n[inside], minlength=len(nodes)).astype(np.int64), int(n[~inside].sum())


def _kept(near: Neighbours, kept: Flags) -> Neighbours:
    """The neighbours among some of the areas, numbered anew."""
    number = np.cumsum(kept) - 1
    both = kept[near.one] & kept[near.other]
    return Neighbours(number[near.one[both]], number[near.other[both]], int(kept.sum()))


def _touching(view: View, depth: int, nodes: Ints) -> Neighbours:
    """The neighbours among the areas, from outlines that touch; areas without an outline have none, not even themselves."""
    one, other = view.snapshot.once(("touching", depth), lambda: _pairs(View(view.snapshot, view.definition), depth))
    both = np.isin(one, nodes) & np.isin(other, nodes)
    return Neighbours(np.searchsorted(nodes, one[both]), np.searchsorted(nodes, other[both]), len(nodes))


def _pairs(whole: View, depth: int) -> tuple[Ints, Ints]:
    """All pairs of areas of a level whose outlines touch, in both directions, each area with itself as well."""
    tree = whole.snapshot.areas
    nodes = tree.frontier(0, depth)
    depths = np.unique(tree.depth[nodes]).tolist()
    drawn = pd.concat([QUESTIONS["boundaries"].ask(whole, Selection(), depth=one) for one in depths])
    drawn = drawn[drawn["outline"].notna() & drawn["area_ix"].isin(nodes)]
    if drawn.empty:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    outlines = shapely.from_wkb([bytes(outline) for outline in drawn["outline"]])
    one, other = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=GAP_DEGREES)
    places = drawn["area_ix"].to_numpy(dtype=np.int64)
    return places[one], places[other]
