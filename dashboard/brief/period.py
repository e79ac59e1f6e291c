"""The days of a brief: a day, a week from Monday, a month, an assessment month, or any window; and the one before and after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, get_args

from data.vocabulary import Language, Words

Kind = Literal["day", "week", "month", "assessment", "window"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NAMES: Final[dict[Kind, Words]] = {
    "day": Words("日", "day"),
    "week": Words("周", "week"),
    "month": Words("月", "month"),
    "assessment": Words("考核月", "assessment month"),
    "window": Words("自选", "chosen days"),
}
_NOW: Final[dict[Kind, Words]] = {
    "day": Words("本日", "This day"),
    "week": Words("本周", "This week"),
    "month": Words("本月", "This month"),
    "assessment": Words("本期", "This period"),
    "window": Words("本期", "This period"),
}
_BEFORE: Final[dict[Kind, Words]] = {
    "day": Words("前一日", "Day before"),
    "week": Words("上周", "Week before"),
    "month": Words("上期", "Before"),
    "assessment": Words("上期", "Before"),
    "window": Words("上期", "Before"),
}
_BEFORE_SAID: Final[dict[Kind, str]] = {"day": "the day before", "week": "the week before"}
ONE: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    kind: Kind
    first: dt.date
    last: dt.date

    @classmethod
    def holding(cls, kind: Kind, day: dt.date, assessment_day: int) -> Period:
        """The period of a kind that a day lies in; of chosen days the seven that end with it."""
        if kind == "day":
            return cls(kind, day, day)
        if kind == "week":
            monday = day - day.weekday() * ONE
            return cls(kind, monday, monday + 6 * ONE)
        if kind == "window":
            return cls(kind, day - 6 * ONE, day)
        first = _month_start(day, 1 if kind == "month" else assessment_day)
        return cls(kind, first, _month_start(first + 32 * ONE, first.day) - ONE)

    @classmethod
    def complete(cls, kind: Kind, today: dt.date, assessment_day: int) -> Period:
        """The last period of a kind that is over when ``today`` begins."""
        return cls.holding(kind, cls.holding(kind, today, assessment_day).first - ONE if kind != "window" else today - ONE, assessment_day)

    @classmethod
    def of_days(cls, first: dt.date, last: dt.date, assessment_day: int) -> Period:
        """The days as the period that they are; chosen days where they are none."""
        kinds: tuple[Kind, ...] = ("day", "week", "month", "assessment")
        found = (cls.holding(kind, first, assessment_day) for kind in kinds)
        return next((one for one in found if (one.first, one.last) == (first, last)), cls("window", first, last))

    def step(self, by: int, assessment_day: int) -> Period:
        """The next period (1) or the one before (-1); chosen days move by their own length."""
        if self.kind == "window":
            length = ((self.last - self.first).days + 1) * by * ONE
            return Period(self.kind, self.first + length, self.last + length)
        return Period.holding(self.kind, self.last + ONE if by > 0 else self.first - ONE, assessment_day)

    def name(self, lang: Language) -> str:
        """Such as 2026年第47周; weeks are those of ISO 8601."""
        first, last = self.first, self.last
        if self.kind == "week":
            year, week, _ = first.isocalendar()
            return Words(f"{year} 年第 {week} 周", f"Week {week} of {year}").in_(lang)
        if self.kind == "day":
            return Words(f"{first.year} 年 {first.month} 月 {first.day} 日", f"{first}").in_(lang)
        if self.kind == "month":
            return Words(f"{first.year} 年 {first.month} 月", f"{first:%Y-%m}").in_(lang)
        if self.kind == "assessment":
            return Words(f"{last.year} 年 {last.month} 月考核月", f"Assessment month {last:%Y-%m}").in_(lang)
        return self.days(lang)

    def days(self, lang: Language) -> str:
        """The days in words."""
        first, last = self.first, self.last
        if lang == "en":
            return f"{first}" if first == last else f"{first} to {last}"
        start = f"{first.year} 年 {first.month} 月 {first.day} 日"
        if first == last:
            return start
        year = "" if first.year == last.year else f"{last.year} 年 "
        return f"{start}—{year}{last.month} 月 {last.day} 日"

    def now(self, lang: Language) -> str:
        """What a column of its numbers is headed."""
        return _NOW[self.kind].in_(lang)

    def before(self, lang: Language) -> str:
        """The same for the window before."""
        return _BEFORE[self.kind].in_(lang)

    def before_in_words(self, lang: Language) -> str:
        """The same within a sentence."""
        return _BEFORE[self.kind].zh if lang == "zh" else _BEFORE_SAID.get(self.kind, "the period before")

    @property
    def last_year(self) -> str:
        """How it is compared with last year: days and weeks by weekday, longer ones by date."""
        return "last_year_weekday" if (self.last - self.first).days < 21 else "last_year"


def _month_start(day: dt.date, start: int) -> dt.date:
    """The latest day numbered ``start`` (1 to 28) that is not after ``day``."""
    return day.replace(day=start) if day.day >= start else (day.replace(day=1) - ONE).replace(day=start)
