"""One edition of a brief in the making: whose data, which area and days, and the numbers that several sections need, each asked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from dashboard.brief.document import Figure, Run
from dashboard.brief.period import Period
from dashboard.format import MISSING, Language, count, plain, signed, with_unit
from dashboard.links import Changes, escaped
from dashboard.look import Look
from dashboard.opened.address import USUAL
from dashboard.words import say
from data.answers import Answers
from data.filters import ALONE
from data.findings import Findings, findings
from data.indicators.ask import numbers, previous_numbers
from data.indicators.compute import Number
from data.indicators.indicator import Indicator
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.view import View
from data.window import Window, window

if TYPE_CHECKING:
    from dashboard.brief.template import Template
    from data.issued import Issue

KEY_NUMBERS: Final = (
    "accepted",
    "disposal_on_time_rate",
    "closing_rate",
    "closing_on_time_rate",
    "composite_score",
    "response_rate",
    "resolution_rate",
    "satisfaction_rate",
    "proactive_rate",
    "resolved_locally_rate",
    "overdue_open",
    "median_hours",
    "video_online_rate",
    "unmapped",
)
"""Key numbers of a template that names none; those that the data do not record are left out, and said."""


@dataclass(frozen=True)
class Edition:
    """What every section is made from.

    Attributes
    ----------
    view, selection
        From the server; the selection names its days, and has been settled against the view.
    earlier
        The last issued brief of the same template and area before this one, if any.
    changes
        Gives the changes from an earlier snapshot to this one; None where they cannot be told here.
    """

    view: View
    selection: Selection
    template: Template
    period: Period
    earlier: Issue | None = None
    changes: Callable[[str], dict[str, object] | None] | None = None

    @property
    def lang(self) -> Language:
        """Its language."""
        return self.selection.lang

    @cached_property
    def look(self) -> Look:
        """The same as a page sees it."""
        return Look(self.view, self.selection)

    @cached_property
    def answers(self) -> Answers:
        """Puts each question once."""
        return Answers(self.view, self.selection, is_screen=False)

    @cached_property
    def year_ago(self) -> Answers:
        """The same, compared with last year."""
        return Answers(self.view, self.selection.with_(compare=self.period.last_year), is_screen=False)

    @cached_property
    def window(self) -> Window:
        """Its days, and those before."""
        return window(self.view, self.selection)

    @cached_property
    def window_year_ago(self) -> Window:
        """Its days, and those a year ago."""
        return window(self.view, self.year_ago.selection)

    @property
    def area(self) -> str:
        """The area's name."""
        return self.view.snapshot.areas.names[self.look.area_ix]

    @cached_property
    def said(self) -> list[Indicator]:
        """The key numbers that the data can say something about."""
        return [indicator for indicator in self._wanted if self.look.can_say(indicator)]

    @cached_property
    def unsaid(self) -> list[Indicator]:
        """Those that they cannot."""
        return [indicator for indicator in self._wanted if indicator not in self.said]

    @property
    def _wanted(self) -> list[Indicator]:
        return [INDICATORS[key] for key in self.template.key_numbers or KEY_NUMBERS]

    @cached_property
    def now(self) -> dict[str, Number]:
        """The key numbers, with events accepted."""
        return numbers(self.answers, self._asked)

    @cached_property
    def before(self) -> dict[str, Number]:
        """The same of the window before; nothing where there is none."""
        return previous_numbers(self.answers, self._asked)

    @cached_property
    def a_year_ago(self) -> dict[str, Number]:
        """The same of last year's days."""
        return previous_numbers(self.year_ago, self._asked)

    @property
    def _asked(self) -> list[Indicator]:
        accepted = INDICATORS["accepted"]
        return self.said if accepted in self.said else [accepted, *self.said]

    @cached_property
    def findings(self) -> Findings:
        """What changed, and what was to be expected."""
        return findings(self.view, self.selection)

    @property
    def total(self) -> int:
        """Events accepted."""
        return int(self.now["accepted"].n)

    def words(self, key: str, **values: object) -> str:
        """A text of the brief in its language."""
        return say(f"brief_{key}", self.lang, **values)

    @property
    def stop(self) -> str:
        """What ends a sentence."""
        return "。" if self.lang == "zh" else "."

    def bracketed(self, text: str) -> str:
        """The text in brackets, as the language sets them."""
        return f"（{text}）" if self.lang == "zh" else f" ({text})"

    def days_of(self, found: Window | None) -> Changes | None:
        """What selects the days of a window; None where no address does, since it is cut at an hour."""
        if found is None or found.cut_at is not None:
            return None
        return {"from": found.from_day.isoformat(), "to": found.to_day.isoformat(), "window": None, "compare": None}

    def number(self, indicator: Indicator, number: Number | None, changes: Changes | None = None, *, in_words: bool = False) -> Figure:
        """An indicator's number that opens; a dash where too few cases stand behind it, which opens to them."""
        if number is None:
            return Figure(MISSING)
        value = number.value if number.shown else None
        text = with_unit(value, indicator.unit, self.lang) if in_words else self.printed(value, indicator.unit)
        return Figure(text, value, indicator.unit, None if changes is None else indicator.key, changes or {})

    def printed(self, value: float | None, unit: str) -> str:
        """A number in a column: rates carry their percent sign."""
        text = plain(value, unit)
        return f"{text}%" if unit == "rate" and text != MISSING else text

    def count(self, n: float, changes: Changes, indicator: str = "accepted", *, tone: bool = False, in_words: bool = False) -> Figure:
        """A number of cases that opens to them; ``tone`` colours overdue cases."""
        text = f"{count(n)} 件" if in_words and self.lang == "zh" else count(n)
        return Figure(text, int(n), "count", indicator, changes, "overdue" if tone and n else "")

    def change(self, now: float | None, before: float | None, indicator: Indicator, changes: Changes, digits: int = 1) -> Figure:
        """A change: counts in percent, rates in points, the rest in their unit. It opens the number, beside what it is compared with."""
        if now is None or before is None:
            return Figure(MISSING)
        if indicator.unit not in ("count", "per_10k"):
            return self.derived(signed((now - before) * 100 if indicator.unit == "rate" else now - before, digits), indicator, changes)
        return Figure(MISSING) if before == 0 else self.derived(f"{signed((now - before) / before * 100, digits)}%", indicator, changes)

    def derived(self, text: str, indicator: Indicator, changes: Changes) -> Figure:
        """What follows from a number: it opens that number."""
        return Figure(text, indicator=indicator.key, changes=changes, is_derived=True)

    def usual(self, low: int, high: int, changes: Changes) -> Figure:
        """A range that was to be expected of cases; it opens their number, with how the range comes about."""
        dash = "—" if self.lang == "zh" else "–"
        return self.derived(f"{count(low)}{dash}{count(high)}", INDICATORS["accepted"], {**changes, USUAL: "1"})

    def said_with(self, key: str, **values: object) -> tuple[Run, ...]:
        """A text of the brief whose figures stay figures."""
        given = list(values.values())
        text = self.words(key, **{name: f"\0{at}\0" for at, name in enumerate(values)})
        pieces = [given[int(piece)] if at % 2 else piece for at, piece in enumerate(text.split("\0"))]
        return tuple(piece if isinstance(piece, Figure) else str(piece) for piece in pieces if piece != "")

    def in_area(self, ix: int) -> Changes | None:
        """What selects an area below; None for what lies in none of them and cannot be named."""
        return {"area": escaped(self.view.snapshot.areas.codes[ix])} if ix >= 0 else self.look.unassigned_cases

    def area_name(self, ix: int) -> str:
        """Its name."""
        return self.view.snapshot.areas.names[ix] if ix >= 0 else self.look.unassigned_name

    def in_category(self, ix: int) -> Changes:
        """What selects a category at its own depth; a domain stands for the cases that are known no deeper."""
        tree = self.view.snapshot.categories
        depth = int(tree.depth[ix])
        key = ("domain", "category", "subcategory")[min(depth, 3) - 1]
        alone = ALONE if depth == 1 and int(tree.last[ix]) > ix else ""
        return {key: escaped(f"{alone}{tree.names[ix]}")}

    def category_name(self, ix: int) -> str:
        """Its name; a domain's is said to be known no deeper."""
        tree = self.view.snapshot.categories
        return tree.names[ix] + (self.words("no_deeper") if int(tree.depth[ix]) == 1 and int(tree.last[ix]) > ix else "")
