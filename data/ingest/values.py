"""SQL expressions that turn the text of files into values. Every function takes and gives expressions, never data.

Constant words go in as parameters (:class:`Parameters`). An expression gives NULL for a blank cell; whether a cell was
filled but could not be read is the caller's comparison of the two.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from data.ingest.fields import Field

NULL_WORDS: Final = (
    "", "-", "--", "---", "—", "——", "－", "/", "\\", "\\N", "null", "none", "nan", "nat", "n/a", "na", "#n/a", "<na>",
    "(null)", "空", "无数据", "未知", "不详", "unspecified", "unknown",
)  # fmt: skip
BLANKS: Final = " \t\r\n\u00a0\u3000\ufeff\u200b"
FULL_WIDTH: Final = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
HALF_WIDTH: Final = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " "
TRUE_WORDS: Final = (
    "1", "true", "t", "yes", "y", "是", "有", "√", "对", "已", "有效", "按期", "已联系", "已响应",
    "已解决", "已督办", "工作日", "on", "1.0",
)  # fmt: skip
FALSE_WORDS: Final = (
    "0", "false", "f", "no", "n", "否", "无", "×", "x", "未", "无效", "超期", "逾期", "未联系",
    "未响应", "未解决", "未督办", "休息日", "off", "0.0",
)  # fmt: skip
EARLIEST: Final = dt.datetime(1990, 1, 1)
LATEST: Final = dt.datetime(2100, 1, 1)
_TIME_FORMATS: Final = [
    "%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日%H时%M分%S秒", "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y.%m.%d", "%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S", "%Y%m%d",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
]  # fmt: skip
_FULL: Final = r"[\x{FF01}-\x{FF5E}\x{3000}]"
_OFFSET: Final = r"(?:[Zz]|[+-][0-9]{2}:?(?:[0-9]{2})?)$"
_FIXED_SINCE: Final = dt.datetime(1992, 1, 1)


@dataclass
class Parameters:
    """Named parameters of one statement."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> str:
        """The placeholder that stands for ``value``; the same value gets the same one."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"${name}"
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def words(self, words: Iterable[str]) -> str:
        """Placeholders for the right-hand side of ``IN``."""
        return "(" + ", ".join(self.add(word) for word in dict.fromkeys(words)) + ")"


def is_one_of(text: str, words: Iterable[str]) -> str:
    """Whether a text is one of this program's own words."""
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in dict.fromkeys(words))
    return f"{text} IN ({listed})"


def trimmed(column: str, kind: str, parameters: Parameters, *, is_varied: bool) -> str:
    """A raw column as text without blanks around it.

    Where most rows have a value of their own (``is_varied``), looking at both ends first costs a sixth of trimming. Other
    columns mostly come as dictionaries, and a plain call is worked out once per entry.
    """
    text = column if kind == "VARCHAR" else number_text(column, kind)
    whole = f"trim({text}, {parameters.add(BLANKS)})"
    edge = f"{is_one_of(f'{text}[1]', BLANKS)} OR {is_one_of(f'{text}[-1]', BLANKS)}"
    return f"CASE WHEN {edge} THEN {whole} ELSE {text} END" if is_varied else whole


def is_nothing(text: str, *, is_varied: bool) -> str:
    """Whether a trimmed text is a word for nothing; those are short.

    As in :func:`trimmed`, plain calls are worked out once per entry of a dictionary, and an expression is not.
    """
    if not is_varied:
        words = "\x01".join(word.replace("'", "''") for word in NULL_WORDS)
        return f"contains('\x01{words}\x01', concat('\x01', lower({text}), '\x01'))"
    longest = max(len(word.encode()) for word in NULL_WORDS)
    words = "|".join(re.escape(word) for word in NULL_WORDS)
    return f"CASE WHEN strlen({text}) > {longest} THEN false ELSE regexp_full_match({text}, '(?i)(?:{words})') END"


def number_text(column: str, kind: str) -> str:
    """A column that is not text as text; whole floats without a point, those too large to be exact with an exponent."""
    if kind in {"DOUBLE", "FLOAT"}:
        whole = f"CAST(CAST({column} AS BIGINT) AS VARCHAR)"
        return (
            f"CASE WHEN isnan({column}) THEN NULL WHEN abs({column}) < 1e15 AND {column} = trunc({column}) THEN {whole} "
            f"WHEN abs({column}) >= 1e15 THEN format('{{:.14E}}', CAST({column} AS DOUBLE)) ELSE CAST({column} AS VARCHAR) END"
        )
    return f"CAST({column} AS VARCHAR)"


def half_width(text: str, parameters: Parameters) -> str:
    """Full-width digits, letters and punctuation as half-width ones."""
    return (
        f"CASE WHEN strlen({text}) = length({text}) OR NOT regexp_matches({text}, '{_FULL}') THEN {text} "
        f"ELSE translate({text}, {parameters.add(FULL_WIDTH)}, {parameters.add(HALF_WIDTH)}) END"
    )


def code(text: str) -> str:
    """An id or code: ``12.0`` becomes ``12``, ``1.10105E+14`` becomes ``110105000000000``."""
    plain = rf"contains({text}, '.') AND regexp_full_match({text}, '[0-9]+\.0+')"
    return (
        f"CASE WHEN {exponent(text)} THEN coalesce(CAST(TRY_CAST(TRY_CAST({text} AS DOUBLE) AS HUGEINT) AS VARCHAR), {text}) "
        f"WHEN {plain} THEN split_part({text}, '.', 1) ELSE {text} END"
    )


def exponent(text: str) -> str:
    """Whether a text is a number with an exponent, as spreadsheets write long ids."""
    return rf"(contains({text}, '+') AND regexp_full_match({text}, '[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{{1,3}}'))"


def number(text: str) -> str:
    """A finite number, thousands separators allowed."""
    value = f"TRY_CAST(replace({text}, ',', '') AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def count(text: str) -> str:
    """A whole number from 0, for which yes and no also stand."""
    value = number(text)
    return (
        f"CASE WHEN {text} IN ('是', '有') THEN 1 WHEN {text} IN ('否', '无') THEN 0 "
        f"WHEN {value} >= 0 AND {value} < 9e15 AND {value} = trunc({value}) THEN CAST({value} AS BIGINT) END"
    )


def flag(text: str, parameters: Parameters, extra: Mapping[str, str] | None = None) -> str:
    """Yes or no."""
    branches = [
        f"WHEN lower({text}) = {parameters.add(word.lower())} THEN {'true' if meaning.lower() in TRUE_WORDS else 'false'}"
        for word, meaning in (extra or {}).items()
        if meaning.lower() in (*TRUE_WORDS, *FALSE_WORDS)
    ]
    for words, value in ((TRUE_WORDS, "true"), (FALSE_WORDS, "false")):
        branches.append(f"WHEN {is_one_of(f'lower({text})', words)} THEN {value}")
    return f"CASE {' '.join(branches)} END"


def choice(text: str, item: Field, parameters: Parameters, extra: Mapping[str, str] | None = None) -> str:
    """The key a word stands for; the configuration's words come first."""
    branches = []
    by_key: dict[str, list[str]] = {}
    for word, key in (extra or {}).items():
        by_key.setdefault(key, []).append(word.lower())
    for key, words in by_key.items():
        branches.append(f"WHEN lower({text}) IN {parameters.words(words)} THEN {parameters.add(key)}")
    for key, shipped in item.words.items():
        known = is_one_of(f"lower({text})", [key.lower(), *(word.lower() for word in shipped)])
        branches.append(f"WHEN {known} THEN '{key}'")
    return f"CASE {' '.join(branches)} END"


def mapped(text: str, parameters: Parameters, extra: Mapping[str, str] | None) -> str:
    """An open text with the configuration's replacements; a replacement by nothing gives NULL."""
    if not extra:
        return text
    branches = " ".join(f"WHEN {parameters.add(word)} THEN {parameters.add(meaning or None)}" for word, meaning in extra.items())
    return f"CASE {text} {branches} ELSE {text} END"


def local_instant(text: str, parameters: Parameters) -> str:
    """A time as written, without zone: ISO, ``2024/1/3 8:05``, ``2024年1月3日``, compact digits, Excel's serial days."""
    serial = (
        f"CASE WHEN length({text}) < 18 AND regexp_full_match({text}, '[2-7][0-9]{{4}}(?:\\.[0-9]+)?') "
        f"THEN TIMESTAMP '1899-12-30 00:00:00' "
        f"+ to_seconds(CAST(round(CAST({text} AS DOUBLE) * 86400) AS BIGINT)) END"
    )
    formats = "[" + ", ".join(parameters.add(pattern) for pattern in _TIME_FORMATS) + "]"
    return f"coalesce(TRY_CAST({text} AS TIMESTAMP), {serial}, try_strptime({text}, {formats}))"


def has_offset(text: str) -> str:
    """Whether a time carries its own offset from UTC."""
    return f"(length({text}) > 16 AND regexp_matches({text}, '{_OFFSET}'))"


class Zone:
    """Local time to UTC and back, as SQL.

    Zones without clock changes since 1992 cost one addition per value; the others go through ICU.
    """

    def __init__(self, zone: ZoneInfo, parameters: Parameters) -> None:
        self._name = parameters.add(zone.key)
        first = _FIXED_SINCE.replace(tzinfo=zone)
        offsets = {(first + dt.timedelta(days=days)).utcoffset() for days in range(0, 366 * 60, 7)}
        self._fixed_s: int | None = None
        if len(offsets) == 1:
            offset = offsets.pop()
            self._fixed_s = int(offset.total_seconds()) if offset is not None else 0

    @property
    def changes(self) -> bool:
        """Whether clocks are changed, so that a local time may be ambiguous."""
        return self._fixed_s is None

    def to_utc(self, local: str) -> str:
        """Local time → UTC."""
        slow = f"(timezone({self._name}, {local}) AT TIME ZONE 'UTC')"
        return self._shifted(local, slow, -1)

    def to_local(self, instant: str) -> str:
        """UTC → local time."""
        slow = f"timezone({self._name}, timezone('UTC', {instant}))"
        return self._shifted(instant, slow, 1)

    def ambiguous(self, local: str) -> str:
        """Whether a local time occurs twice or never."""
        if not self.changes:
            return "false"
        utc = f"timezone({self._name}, {local})"
        twice = " OR ".join(f"timezone({self._name}, {utc} {sign} INTERVAL 1 HOUR) = {local}" for sign in "+-")
        return f"({local} IS NOT NULL AND (timezone({self._name}, {utc}) <> {local} OR {twice}))"

    def _shifted(self, value: str, slow: str, sign: int) -> str:
        if self._fixed_s is None:
            return slow
        shift = f"{value} + to_seconds({sign * self._fixed_s})"
        return f"CASE WHEN {value} >= TIMESTAMP '{_FIXED_SINCE:%Y-%m-%d}' THEN {shift} ELSE {slow} END"
