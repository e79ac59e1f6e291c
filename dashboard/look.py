"""One look at the data: what every panel of a page is built from, each answer asked for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from dashboard.format import Language, value
from dashboard.links import Changes, escaped
from dashboard.scenes.scene import Scene, Scenes
from dashboard.words import say
from data import queries
from data.answers import Answers
from data.bound import area_ix
from data.codes import CODES
from data.filters import ALONE, active
from data.indicators import compute
from data.indicators.areas import indicator_per_area
from data.indicators.definition import Mark
from data.indicators.registry import INDICATORS, Indicator
from data.selection import Selection, sentence
from data.video import judged
from data.view import View
from data.vocabulary import LEVEL_NAMES
from data.window import Window, window
from layers.palette import DARK, DOMAINS, UNCLASSIFIED, Palette

KEY_INDICATORS: Final = (
    ("accepted",),
    ("disposal_on_time_rate", "closing_on_time_rate", "closing_rate", "unmapped"),
    ("composite_score", "satisfaction_rate", "resolved_locally_rate"),
    ("proactive_rate",),
    ("median_hours",),
)
"""The key numbers from top to bottom: of each group the first that the data can answer."""
SPARE: Final = "unmapped"
"""Joins the key numbers where there are few."""
FIRST: Final = ("disposal_on_time_rate", "closing_on_time_rate", "closing_rate")
"""Rates that may colour the map unless the address names one."""
CONTROLLED: Final = ("area", "from", "domain", "category", "subcategory", "source", "stage")
"""First keys of the filters that have a control of their own; all others are chips."""


@dataclass(frozen=True)
class Look:
    """A viewer's selection on a snapshot.

    Attributes
    ----------
    view, selection
        From the server; the selection has been settled against the view.
    notes
        What of the address was left out, in words.
    palette
        The page's colours.
    scenes, scene
        The scenes that are offered, and the one in force; none on pages without scenes.
    other
        What the workbench compares with (:mod:`dashboard.compared`).
    """

    view: View
    selection: Selection
    notes: Sequence[str] = ()
    palette: Palette = field(default=DARK)
    scenes: Scenes | None = None
    scene: Scene | None = None
    other: Look | None = None

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.selection.lang

    @property
    def is_of_two_snapshots(self) -> bool:
        """Whether another snapshot is compared with: both hold the same cases, as they were known at two times."""
        return self.other is not None and self.other.view.snapshot is not self.view.snapshot

    @cached_property
    def answers(self) -> Answers:
        """Puts each question once."""
        return Answers(self.view, self.selection, self.ranked_indicator.key)

    @cached_property
    def address(self) -> str:
        """The canonical address, which links build on; with what the scene sets."""
        return self.selection.query() if self.scene is None else self.scene.address(self.selection)

    @cached_property
    def written(self) -> str:
        """The same without what the scene sets by itself."""
        return self.selection.query() if self.scene is None else self.scene.written(self.selection)

    @cached_property
    def window(self) -> Window:
        """The days shown and those they are compared with."""
        return window(self.view, self.selection)

    @property
    def before(self) -> str:
        """What the window compared with is called."""
        return say(f"before_{self.window.compared}", self.lang)

    @property
    def versus(self) -> str:
        """The comparison in a few words."""
        words = say(f"vs_{self.window.compared}", self.lang)
        previous = self.window.previous
        return words + say("same_elapsed", self.lang) if previous is not None and previous.cut_at is not None else words

    def mark(self, indicator: Indicator, number: float | None) -> tuple[Mark | None, str]:
        """How a value stands to what the definition asks of the indicator, and that in words; nothing without value or target."""
        mark = self.view.definition.mark(indicator.key, number)
        if mark is None:
            return None, ""
        goal = self.view.definition.targets[indicator.key]
        asked = {name: str(value(getattr(goal, name), indicator.unit, self.lang)) for name in ("target", "threshold")}
        return mark, say(f"mark_{mark}", self.lang, **asked)

    @cached_property
    def sentence(self) -> str:
        """All that is shown, in words."""
        return sentence(self.view, self.selection, self.lang)

    @cached_property
    def area_ix(self) -> int:
        """The area that is this page's whole world."""
        return max(0, area_ix(self.view, self.selection))

    @cached_property
    def area_path(self) -> list[int]:
        """Visible areas from the top down to the page's own."""
        return [ix for ix in self.view.snapshot.areas.path(self.area_ix) if self.view.sees(ix)]

    @cached_property
    def areas_below(self) -> list[int]:
        """The next areas down; those a scope may see where it has several tops."""
        if self.selection.area is None and len(self.view.spans) > 1:
            return [low for low, _ in self.view.spans]
        return [ix for ix in self.view.snapshot.areas.children(self.area_ix) if self.view.sees(ix)]

    @cached_property
    def level_below(self) -> str:
        """Shown name of the level of the areas below; empty at the finest."""
        if not self.areas_below:
            return ""
        return self.level_name(str(self.view.snapshot.area_table["level"].iloc[self.areas_below[0]]))

    def level_name(self, level: str) -> str:
        """Shown name of a level; one that is not known is shown as the deployment calls it."""
        name = LEVEL_NAMES[level].in_(self.lang) if level in LEVEL_NAMES else level
        return name[:1].upper() + name[1:]

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """``bucket, outcome_ix, n`` of the window and the one before, void events and duplicates included."""
        return self.answers(queries.outcomes_per_bucket)

    @cached_property
    def counts(self) -> compute.Counts:
        """Events of the window by ``outcome_ix``, void events and duplicates included."""
        return compute.count_outcomes(self.view, self.outcomes)

    @cached_property
    def counts_before(self) -> compute.Counts:
        """The same of the window before."""
        return compute.count_outcomes(self.view, self.outcomes, previous=True)

    @cached_property
    def total(self) -> int:
        """Accepted events: the window's, void events and duplicates left out."""
        return int(queries.stages(self.view, self.outcomes)["n"].sum())

    @cached_property
    def key_indicators(self) -> list[Indicator]:
        """The key numbers this snapshot can say something about, one of each group of :data:`KEY_INDICATORS`."""
        known = [next((INDICATORS[key] for key in group if self.can_say(INDICATORS[key])), None) for group in KEY_INDICATORS]
        listed = [indicator for indicator in known if indicator is not None]
        spare = INDICATORS[SPARE]
        return listed if len(listed) > 3 or spare in listed else [*listed, spare]

    def can_say(self, indicator: Indicator) -> bool:
        """Whether the snapshot holds what the indicator is made of."""
        if indicator.measure == "video":
            whole = View(self.view.snapshot, self.view.definition)
            return self.view.snapshot.once(("has_judged_video",), lambda: len(judged(queries.video_points(whole, Selection()))) > 0)
        if indicator.measure in ("source", "repeat"):
            return compute.is_recorded(self.view, indicator)
        if indicator.measure == "score":
            return all(self.can_say(INDICATORS[key]) for key in self.view.definition.terms)
        if indicator.key == "accepted":
            return True
        weights = compute.weights(self.view)[indicator.key]
        if indicator.is_due and not self.view.snapshot.outcomes["has_deadline"].any():
            return False
        return bool(weights.denominator.any())

    @cached_property
    def indicator(self) -> Indicator:
        """What colours the map: the address's, else the first key number that is a rate, else events."""
        named = INDICATORS.get(self.selection.indicator or "")
        if named is not None:
            return named
        rates = [indicator for indicator in self.key_indicators if indicator.unit == "rate" and indicator.direction]
        return next((indicator for indicator in rates if indicator.key in FIRST), self._events)

    @property
    def _events(self) -> Indicator:
        people = self.view.snapshot.area_table["population"]
        return INDICATORS["per_10k" if len(people) > 1 and bool(people.iloc[1:].notna().any()) else "accepted"]

    @cached_property
    def ranked_indicator(self) -> Indicator:
        """What orders the areas: counts stand only beside their rate per 10,000 people, where there are any."""
        return self._events if self.indicator.key == "accepted" else self.indicator

    @cached_property
    def per_area(self) -> pd.DataFrame:
        """The ranked indicator for each area below, and for events in none of them."""
        return self.answers(indicator_per_area, self.ranked_indicator.key)

    @cached_property
    def unassigned(self) -> int:
        """Events of the window that lie in none of the areas below."""
        rest = self.per_area[self.per_area["is_rest"]]
        return int(rest["events"].sum())

    @cached_property
    def unassigned_cases(self) -> Changes | None:
        """What of the address selects those events; None where nobody may see the page's area itself."""
        code = self.view.snapshot.areas.codes[self.area_ix]
        if not self.view.sees(self.area_ix) or (self.selection.grid and code not in self.selection.grid):
            return None
        return {"grid": ALONE + escaped(code)}

    @property
    def unassigned_name(self) -> str:
        """What those events are called here."""
        return say("unassigned" if self.area_ix == 0 else "not_below", self.lang, level=self.level_below)

    @cached_property
    def caveats(self) -> list[str]:
        """What a reader of these numbers must know, in words."""
        codes = sorted(code for code in compute.finding_codes(self.view) if code in CODES and CODES[code].kind == "caveat")
        return [CODES[code].zh if self.lang == "zh" else CODES[code].en for code in codes]

    @cached_property
    def domain_colours(self) -> Mapping[str, str]:
        """A colour for each domain of the snapshot, whatever is selected: known names keep theirs, others go by size."""
        tree = self.view.snapshot.categories
        names = [tree.names[ix] for ix in tree.tops()]
        if not set(names) <= {*DOMAINS, UNCLASSIFIED}:
            names = self.view.snapshot.once(("domains_by_size",), self._by_size)
        return self.palette.domains(names)

    def _by_size(self) -> list[str]:
        whole = View(self.view.snapshot, self.view.definition)
        frame, tree = queries.categories_per_bucket(whole, Selection(window="all")), self.view.snapshot.categories
        n = frame.groupby(tree.ancestor(1)[frame["category_ix"].to_numpy(dtype=np.int64)])["n"].sum()
        return [tree.names[ix] for ix in sorted(tree.tops(), key=lambda ix: (-n.get(ix, 0), ix))]

    @cached_property
    def other_filters(self) -> list[tuple[str, dict[str, str | None]]]:
        """Filters without a control of their own: in words, and what takes them out of the address."""
        return [
            (row.say(self.view, self.selection, self.lang), dict.fromkeys(row.keys))
            for row in active(self.selection)
            if row.keys[0] not in CONTROLLED
        ]
