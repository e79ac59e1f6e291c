"""The values of an address: how each kind is read, what is expected of it, how it is written back."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from data.vocabulary import Words
from data.window import is_window

MAXIMUM_VALUES: Final = 60
MAXIMUM_LENGTH: Final = 100
MAXIMUM_TEXT: Final = 64
MAXIMUM_POLYGON: Final = 2000
MAXIMUM_VERTICES: Final = 200
MAXIMUM_HOURS: Final = 100_000.0
_SLUG: Final = re.compile(r"[a-z0-9_\-]{1,40}")


@dataclass(frozen=True)
class Kind:
    """How one key's values are read.

    Attributes
    ----------
    read
        From the texts given (at least one, none empty, commas already split unless ``is_whole``) to the attribute's value;
        ``ValueError`` where they cannot be read.
    write
        The inverse: the texts to join with commas.
    expected
        What a reader should have written, for notes and errors.
    is_whole
        The value may hold commas that do not separate values.
    """

    read: Callable[[list[str]], Any]
    write: Callable[[Any], list[str]]
    expected: Words
    is_whole: bool = False


def _one(texts: list[str]) -> str:
    if len(texts) != 1:
        raise ValueError("several values")
    return texts[0]


def _bounded(texts: list[str], longest: int = MAXIMUM_LENGTH) -> list[str]:
    if len(texts) > MAXIMUM_VALUES or any(len(text) > longest or not text.isprintable() for text in texts):
        raise ValueError("too many, too long or not printable")
    return texts


def names() -> Kind:
    """Any texts, without order or repetition."""
    expected = Words("名称或代码，可用逗号分隔多个", "names or codes, separated by commas")
    return Kind(lambda texts: tuple(sorted(set(_bounded(texts)))), list, expected)


def choices(allowed: Collection[str]) -> Kind:
    """Texts out of a closed vocabulary, in its order."""

    def read(texts: list[str]) -> tuple[str, ...]:
        if not set(texts) <= set(allowed):
            raise ValueError("not in the list")
        return tuple(choice for choice in allowed if choice in texts)

    listed = ", ".join(allowed)
    return Kind(read, list, Words(f"其中之一：{listed}", f"some of: {listed}"))


def choice(allowed: Collection[str]) -> Kind:
    """One text out of a closed vocabulary."""
    several = choices(allowed)
    return Kind(lambda texts: several.read([_one(texts)])[0], lambda value: [value], several.expected)


def name() -> Kind:
    """One text."""
    return Kind(lambda texts: _one(_bounded(texts)), lambda value: [value], Words("一个代码", "one code"))


def slug() -> Kind:
    """One short lower-case key."""

    def read(texts: list[str]) -> str:
        if not _SLUG.fullmatch(_one(texts)):
            raise ValueError("not a key")
        return texts[0]

    return Kind(read, lambda value: [value], Words("一个小写键名", "one lower-case key"))


def slugs() -> Kind:
    """Several short keys, in the order given; an empty value is no key at all."""

    def read(texts: list[str]) -> tuple[str, ...]:
        if len(texts) > MAXIMUM_VALUES or not all(_SLUG.fullmatch(text) for text in texts):
            raise ValueError("not keys")
        return tuple(dict.fromkeys(texts))

    return Kind(read, list, Words("若干小写键名，以逗号分隔", "lower-case keys, separated by commas"))


def pattern(expression: str, expected: Words) -> Kind:
    """One text of a fixed form."""
    compiled = re.compile(expression)

    def read(texts: list[str]) -> str:
        if not compiled.fullmatch(_one(texts)):
            raise ValueError("of another form")
        return texts[0]

    return Kind(read, lambda value: [value], expected)


def day() -> Kind:
    """One local day between 1990 and 2100."""

    def read(texts: list[str]) -> dt.date:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", _one(texts), re.ASCII):
            raise ValueError("not a day")
        found = dt.date.fromisoformat(texts[0])
        if not 1990 <= found.year <= 2100:
            raise ValueError("year out of range")
        return found

    return Kind(read, lambda value: [value.isoformat()], Words("日期，如 2026-11-16", "a day such as 2026-11-16"))


def window_name() -> Kind:
    """A named window."""

    def read(texts: list[str]) -> str:
        if not is_window(_one(texts)):
            raise ValueError("not a window")
        return texts[0]

    expected = "7d, 30d, …, today, week, month, assessment, all"
    return Kind(read, lambda value: [value], Words(f"窗口：{expected}", f"a window: {expected}"))


def hour_range() -> Kind:
    """Half-open hours of the day; the first may be later than the second (``22-6`` goes over midnight)."""

    def read(texts: list[str]) -> tuple[int, int]:
        matched = re.fullmatch(r"(\d{1,2})-(\d{1,2})", _one(texts), re.ASCII)
        if matched is None:
            raise ValueError("not a range")
        low, high = int(matched[1]), int(matched[2])
        if low > 23 or not 1 <= high <= 24 or low == high:
            raise ValueError("hours out of range")
        return low, high

    return Kind(read, lambda value: [f"{value[0]}-{value[1]}"], Words("小时段，如 6-22", "hours such as 6-22"))


def weekdays() -> Kind:
    """Days of the week, Monday 1 to Sunday 7, single or in ranges."""

    def read(texts: list[str]) -> tuple[int, ...]:
        found: set[int] = set()
        for text in _bounded(texts):
            matched = re.fullmatch(r"([1-7])(?:-([1-7]))?", text, re.ASCII)
            if matched is None or int(matched[2] or 7) < int(matched[1]):
                raise ValueError("not days of the week")
            found.update(range(int(matched[1]), int(matched[2] or matched[1]) + 1))
        return tuple(sorted(found))

    return Kind(read, lambda value: [str(number) for number in value], Words("星期，如 1-5 或 6,7", "days of the week such as 1-5 or 6,7"))


def duration() -> Kind:
    """Hours from report to closing, half-open."""

    def read(texts: list[str]) -> tuple[float, float]:
        matched = re.fullmatch(r"(\d{1,6}(?:\.\d{1,4})?)-(\d{1,6}(?:\.\d{1,4})?)", _one(texts), re.ASCII)
        if matched is None:
            raise ValueError("not a range")
        low, high = float(matched[1]), float(matched[2])
        if not low < high <= MAXIMUM_HOURS:
            raise ValueError("hours out of range")
        return low, high

    return Kind(
        read, lambda value: [f"{_plain(value[0])}-{_plain(value[1])}"], Words("办结小时数范围，如 2-48", "hours to closing such as 2-48")
    )


def text() -> Kind:
    """Words to look for."""

    def read(texts: list[str]) -> str:
        return _bounded([" ".join(_one(texts).split())], MAXIMUM_TEXT)[0]

    return Kind(
        read,
        lambda value: [value],
        Words(f"不超过 {MAXIMUM_TEXT} 字的检索词", f"words of at most {MAXIMUM_TEXT} characters"),
        is_whole=True,
    )


def box() -> Kind:
    """West, south, east, north in degrees."""

    def read(texts: list[str]) -> tuple[float, float, float, float]:
        numbers = tuple(float(part) for part in _one(texts).split(",")[:5]) if len(texts[0]) <= MAXIMUM_LENGTH else ()
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise ValueError("not four numbers")
        west, south, east, north = numbers
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError("not a box")
        return west, south, east, north

    expected = Words("西,南,东,北 四个经纬度", "west,south,east,north in degrees")
    return Kind(read, lambda value: [",".join(_plain(number) for number in value)], expected, is_whole=True)


def ring() -> Kind:
    """A ring of points, written as an encoded polyline of five decimals."""

    def read(texts: list[str]) -> tuple[tuple[float, float], ...]:
        if len(_one(texts)) > MAXIMUM_POLYGON:
            raise ValueError("too long")
        points = decode_ring(texts[0])
        if not 3 <= len(points) <= MAXIMUM_VERTICES or not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in points):
            raise ValueError("not a ring")
        return points

    expected = Words("编码折线（5 位小数）表示的多边形", "a polygon as an encoded polyline of five decimals")
    return Kind(read, lambda value: [encode_ring(value)], expected, is_whole=True)


def flag() -> Kind:
    """1 or 0."""

    def read(texts: list[str]) -> bool:
        if _one(texts) not in ("0", "1"):
            raise ValueError("not a flag")
        return texts[0] == "1"

    return Kind(read, lambda value: ["1"] if value else [], Words("0 或 1", "0 or 1"))


def encode_ring(points: tuple[tuple[float, float], ...]) -> str:
    """Write (lon, lat) points as an encoded polyline (latitude first, five decimals, differences)."""
    letters: list[str] = []
    before = (0, 0)
    for lon, lat in points:
        now = (round(lat * 1e5), round(lon * 1e5))
        for value, last in zip(now, before, strict=True):
            rest = ~((value - last) << 1) if value < last else (value - last) << 1
            while rest >= 0x20:
                letters.append(chr((0x20 | (rest & 0x1F)) + 63))
                rest >>= 5
            letters.append(chr(rest + 63))
        before = now
    return "".join(letters)


def decode_ring(encoded: str) -> tuple[tuple[float, float], ...]:
    """Read an encoded polyline as (lon, lat) points.

    Raises
    ------
    ValueError
        A letter is out of the alphabet or the text ends within a number.
    """
    numbers: list[int] = []
    value = shift = 0
    for letter in encoded:
        code = ord(letter) - 63
        if not 0 <= code < 64 or shift > 30:
            raise ValueError("not an encoded polyline")
        value |= (code & 0x1F) << shift
        shift += 5
        if code < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise ValueError("not an encoded polyline")
    points, lat, lon = [], 0, 0
    for step_lat, step_lon in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + step_lat, lon + step_lon
        points.append((lon / 1e5, lat / 1e5))
    return tuple(points)


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
