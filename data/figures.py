"""Numbers as people read them, with the small word beside them; one place for screens, documents and the command line."""

from __future__ import annotations

from typing import Final

from data.vocabulary import Language

MISSING: Final = "—"
MINUS: Final = "\u2212"
"""As wide as a plus sign, unlike the hyphen."""

UNITS: Final[dict[str, tuple[str, str]]] = {
    "count": ("件", ""),
    "rate": ("%", "%"),
    "score": ("分", "points"),
    "hours": ("小时", "h"),
    "per_10k": ("件/万人", "per 10k"),
}


def count(n: float) -> str:
    """A whole number with thousands separators."""
    return f"{n:,.0f}".replace("-", MINUS)


def amount(n: float) -> str:
    """A number of cases, which weights may make a fraction."""
    return count(n) if n == round(n) else f"{n:,.2f}".rstrip("0").rstrip(".").replace("-", MINUS)


def unit(kind: str, lang: Language) -> str:
    """The small word beside a number of this kind; a kind that is not known has none."""
    zh, en = UNITS.get(kind, ("", ""))
    return zh if lang == "zh" else en


def plain(number: float | None, kind: str) -> str:
    """A number of an indicator's kind without its unit; fractions become percent. None is a dash."""
    if number is None or number != number:  # noqa: PLR0124 — NaN
        return MISSING
    if kind == "rate":
        return f"{number * 100:.1f}".replace("-", MINUS)
    if kind == "count":
        return count(number)
    return f"{number:,.1f}".replace("-", MINUS)


def with_unit(number: float | None, kind: str, lang: Language) -> str:
    """The same with its unit in one text; percent stands close."""
    word = unit(kind, lang)
    if number is None or number != number or not word:  # noqa: PLR0124 — NaN
        return plain(number, kind)
    return f"{plain(number, kind)}{'' if kind == 'rate' else ' '}{word}"
