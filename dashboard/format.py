"""Numbers, durations and instants as people read them. Units are given apart, because they are set smaller."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from data.figures import MINUS, MISSING, amount, count, plain, unit, with_unit
from data.vocabulary import Language

__all__ = [
    "MINUS",
    "MISSING",
    "Language",
    "Text",
    "amount",
    "change",
    "clock",
    "count",
    "length",
    "local",
    "moment",
    "plain",
    "signed",
    "span",
    "unit",
    "value",
    "with_unit",
]


@dataclass(frozen=True)
class Text:
    """A value and the unit set small beside it (may be empty)."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()


def value(number: float | None, kind: str, lang: Language) -> Text:
    """A number of an indicator's kind; fractions become percent. None is a dash without unit."""
    if number is None or number != number:  # noqa: PLR0124 — NaN
        return Text(MISSING)
    return Text(plain(number, kind), unit(kind, lang))


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


def length(length_m: float, lang: Language) -> str:
    """A distance in metres, from a kilometre on in kilometres."""
    if length_m < 999.5:
        return f"{round(length_m)} {'米' if lang == 'zh' else 'm'}"
    return f"{length_m / 1000:,.1f} {'公里' if lang == 'zh' else 'km'}"


def clock(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Hour and minute in the deployment's zone. A naive instant is UTC."""
    return local(instant, zone).strftime("%H:%M")


def moment(instant: dt.datetime, zone: ZoneInfo) -> str:
    """Month, day, hour and minute in the deployment's zone."""
    return local(instant, zone).strftime("%m-%d %H:%M")


def local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant in the zone. A naive instant is UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(zone)
