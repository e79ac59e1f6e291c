"""What a map layer is, and what it is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.answers import Answers
from data.bound import area_ix
from data.indicators.areas import indicator_per_area
from data.indicators.registry import Indicator, find
from data.selection import Selection
from data.view import View
from data.vocabulary import LEVEL_NAMES, Language
from layers.encoding import Frame

SHARE_SHOWN: Final = 0.5
"""The finer of two levels is coloured only when at least this share of its areas with events has a value to show."""


@dataclass(frozen=True)
class Drawing:
    """One answer for the map: whose look it is, what it is coloured by, and where.

    Attributes
    ----------
    answers
        Puts each question of the request once; holds view and selection.
    indicator_key
        What the areas are coloured by.
    lang
        Language of names and legends.
    counted
        Events by ``area_ix`` as located, where they have been counted already: the areas are coloured by these, and nothing is asked.
    """

    answers: Answers
    indicator_key: str
    lang: Language
    counted: npt.NDArray[np.int64] | None = None

    @property
    def view(self) -> View:
        """The viewer's view."""
        return self.answers.view

    @property
    def selection(self) -> Selection:
        """The selection."""
        return self.answers.selection

    @cached_property
    def indicator(self) -> Indicator:
        """What the areas are coloured by."""
        return find(self.indicator_key)

    @cached_property
    def area_ix(self) -> int:
        """The selected area; the view's top where none is, or none of that code is visible."""
        found = area_ix(self.view, self.selection)
        return found if found >= 0 else self.view.top

    @cached_property
    def root(self) -> int:
        """The topmost visible area above the selected one: the area whose files the browser fetches."""
        return next((low for low, high in self.view.spans if low <= self.area_ix <= high), self.area_ix)

    @cached_property
    def frame(self) -> Frame:
        """The frame of the root's files, in which marks are given as well."""
        return frame(self.view, self.root)

    @cached_property
    def depth(self) -> int:
        """Depth of the level that is coloured.

        The level of the address where it lies below the selected area; else two levels down (a district shows its communities,
        with the streets drawn stronger), but only one where most of the finer areas have too few cases for a value.
        """
        view, tree = self.view, self.view.snapshot.areas
        own = int(tree.depth[self.area_ix])
        deepest = int(tree.depth[self.area_ix : tree.last[self.area_ix] + 1].max())
        levels = view.snapshot.levels
        if self.selection.level in levels:
            wanted = levels.index(self.selection.level)
            if own < wanted <= deepest:
                return wanted
        if deepest <= own + 1:
            return deepest
        if not self.indicator.has_denominator or self.indicator.unit == "per_10k":
            return own + 2
        coarse = self.answers(indicator_per_area, self.indicator_key)
        finer = len(tree.within(self.area_ix, own + 2))
        if coarse["n"].sum() < view.definition.minimum_n * finer * SHARE_SHOWN:
            return own + 1
        fine = self._asked(own + 2)
        busy = fine[~fine["is_rest"] & (fine["events"] > 0)]
        return own + 2 if len(busy) and busy["shown"].mean() >= SHARE_SHOWN else own + 1

    @cached_property
    def per_area(self) -> pd.DataFrame:
        """The indicator for each area of the coloured level, and a last row ``is_rest`` where events lie in none of them."""
        return self._asked(self.depth) if self.counted is None else self._counted(self.counted)

    def _counted(self, counts: npt.NDArray[np.int64]) -> pd.DataFrame:
        tree = self.view.snapshot.areas
        shown = tree.frontier(self.area_ix, self.depth)
        before = np.concatenate([[0], np.cumsum(counts)])
        n = before[tree.last[shown] + 1] - before[shown]
        rest = int(counts.sum() - n.sum())
        rows = [*n.tolist(), *([rest] if rest else [])]
        whole = pd.DataFrame({"area_ix": [*shown, *([self.area_ix] if rest else [])], "n": rows, "events": rows})
        return whole.assign(value=whole["n"].astype(float), shown=True, is_rest=[False] * len(shown) + [True] * bool(rest))

    def _asked(self, depth: int) -> pd.DataFrame:
        own = int(self.view.snapshot.areas.depth[self.area_ix])
        if depth <= own + 1 and (self.selection.area is not None or len(self.view.spans) == 1):
            return self.answers(indicator_per_area, self.indicator_key)  # the children: what a ranking asks as well
        return self.answers(indicator_per_area, self.indicator_key, depth)

    @property
    def level_name(self) -> str:
        """Shown name of the coloured level."""
        level = self.view.snapshot.levels[self.depth]
        return LEVEL_NAMES[level].in_(self.lang) if level in LEVEL_NAMES else level


def frame(view: View, root: int) -> Frame:
    """The frame of an area's files. An area without a box has the frame of its label, or of the null island."""
    row = view.snapshot.area_table.iloc[root]
    sides = [row["west"], row["south"], row["east"], row["north"]]
    if any(pd.isna(side) for side in sides):
        lon, lat = row["label_lon"], row["label_lat"]
        sides = [0.0] * 4 if pd.isna(lon) or pd.isna(lat) else [lon, lat, lon, lat]
    return Frame.around(*(float(side) for side in sides))


Kind = Literal["overdue", "due_soon", "event", "video", "group", "blind_spot", "hot", "cold"]


@dataclass(frozen=True)
class Mark:
    """One symbol of the legend; ``opens`` is the number it tells as an address opens it, where there is one."""

    kind: Kind
    text: str
    is_hollow: bool = False
    opens: str = ""


@dataclass(frozen=True)
class Scale:
    """A colour scale of the legend: ``breaks`` are the values at which the next of ``steps`` begins, as shown.

    ``missed`` says from which value on an area is marked, and how many are; empty where the definition sets no threshold.
    """

    title: str
    rule: str
    steps: tuple[int, ...]
    breaks: tuple[str, ...]
    no_data: str = ""
    missed: str = ""
    hues: Literal["sequential", "diverging"] = "sequential"


@dataclass(frozen=True)
class Drawn:
    """What a layer gives for one answer.

    Attributes
    ----------
    values
        As sent; small, since it goes with every change of a filter.
    marks, scale, notes
        Its part of the legend; notes say what is not drawn, or drawn together.
    """

    values: Mapping[str, Any]
    marks: tuple[Mark, ...] = ()
    scale: Scale | None = None
    notes: tuple[str, ...] = field(default=())


def _no_geometry(_view: View, _area_ix: int) -> bytes | None:
    return None


@dataclass(frozen=True)
class Layer:
    """One map layer.

    Attributes
    ----------
    key, names
        As in the address (``layers=``), and as shown.
    draw
        Values and legend for a drawing.
    geometry
        What does not depend on a filter, for an area that the view sees and all below it: JSON, sent once under
        ``/layers/<key>/<snapshot>/<area_code>.json``. It follows from snapshot and area alone. None where the layer has none.
    on_by_default
        Whether it is shown when the address does not say.
    """

    key: str
    names: Mapping[Language, str]
    draw: Callable[[Drawing], Drawn]
    geometry: Callable[[View, int], bytes | None] = _no_geometry
    on_by_default: bool = True
