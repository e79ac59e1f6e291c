"""Numbers, durations and instants as people read them. Units are given apart, because they are set smaller."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["zh", "en"]
MISSING = "—"
MINUS = "\u2212"  # as wide as a plus sign, unlike the hyphen


@dataclass(frozen=True)
class Text:
    """A value and the unit set small beside it (may be empty)."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()


UNITS: dict[str, tuple[str, str]] = {
    "count": ("件", ""),
    "rate": ("%", "%"),
    "score": ("分", "points"),
    "hours": ("小时", "h"),
    "per_10k": ("件/万人", "per 10k"),
}


def count(n: float) -> str:
    """A whole number with thousands separators."""
    return f"{n:,.0f}".replace("-", MINUS)


def unit(kind: str, lang: Language) -> str:
    """The small word beside a number of this kind; a kind that is not known has none."""
    zh, en = UNITS.get(kind, ("", ""))
    return zh if lang == "zh" else en


def value(number: float | None, kind: str, lang: Language) -> Text:
    """A number of an indicator's kind; fractions become percent. None is a dash without unit."""
    if number is None or number != number:  # noqa: PLR0124 — NaN
        return Text(MISSING)
    return Text(plain(number, kind), unit(kind, lang))


def plain(number: float | None, kind: str) -> str:
    """The same without a unit, for table columns that name it once."""
    if number is None or number != number:  # noqa: PLR0124 — NaN
        return MISSING
    if kind == "rate":
        return f"{number * 100:.1f}".replace("-", MINUS)
    if kind == "count":
        return count(number)
    return f"{number:,.1f}".replace("-", MINUS)


def change(now: float | None, before: float | None, kind: str, lang: Language) -> str:
    """Change against the window before: counts in percent of it, rates in points, the rest in their unit.

    Empty when either is missing or, for counts, when there was nothing before to compare with.
    """
    if now is None or before is None:
        return ""
    if kind in ("count", "per_10k"):
        return "" if before == 0 else f"{signed((now - before) / before * 100, 0 if abs(now - before) >= before else 1)}%"
    if kind == "rate":
        return f"{signed((now - before) * 100)} {'点' if lang == 'zh' else 'pt'}"
    return signed(now - before)


def signed(number: float, digits: int = 1) -> str:
    """A number that always carries its sign, except zero."""
    text = f"{abs(number):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return f"±{text}"
    return f"{'+' if number > 0 else MINUS}{text}"


def span(seconds: float, lang: Language) -> str:
    """A length of time in its largest fitting unit: minutes below an hour and a half, hours below two days, then days."""
    minutes = max(int(seconds // 60), 0)
    if minutes < 90:
        return f"{minutes} 分" if lang == "zh" else f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时" if lang == "zh" else f"{minutes // 60} h"
    return f"{minutes // 1440} 天" if lang == "zh" else f"{minutes // 1440} d"


def clock(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Hour and minute in the deployment's zone. A naive instant is UTC."""
    return local(instant, zone).strftime("%H:%M")


def moment(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Month, day, hour and minute in the deployment's zone."""
    return local(instant, zone).strftime("%m-%d %H:%M")


def local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant in the zone. A naive instant is UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(zone)
