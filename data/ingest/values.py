"""SQL expressions that turn the text of files into values. Every function takes and gives expressions, never data.

Constant words go in as parameters (:class:`Parameters`). An expression gives NULL for a blank cell; whether a cell was
filled but could not be read is the caller's comparison of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from data.ingest.fields import Field

NULL_WORDS: Final = (
    "", "-", "--", "---", "—", "——", "－", "/", "\\", "\\N", "null", "none", "nan", "nat", "n/a", "na", "#n/a", "<na>",
    "(null)", "空", "空值", "无", "暂无", "无数据", "未知", "不详", "未填", "未填写", "unspecified", "unknown", "–", "−", "[null]",
)  # fmt: skip
NOT_NULL_FOR_FLAGS: Final = "无"
"""A word for nothing that says no where yes or no is asked."""
BLANKS: Final = " \t\r\n\u00a0\u3000\ufeff\u200b"
FULL_WIDTH: Final = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000\u00a0\u2002\u2003\u2009\u202f"
HALF_WIDTH: Final = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " " * 6
TRUE_WORDS: Final = (
    "1", "true", "t", "yes", "y", "是", "有", "√", "对", "已", "有效", "按期", "已联系", "已响应",
    "已解决", "已督办", "工作日", "on", "1.0",
)  # fmt: skip
FALSE_WORDS: Final = (
    "0", "false", "f", "no", "n", "否", "无", "×", "x", "未", "无效", "超期", "逾期", "未联系",
    "未响应", "未解决", "未督办", "休息日", "off", "0.0",
)  # fmt: skip
_FULL: Final = r"[\x{FF01}-\x{FF5E}\x{3000}\x{00A0}\x{2002}\x{2003}\x{2009}\x{202F}]"
_INVISIBLE: Final = r"[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]"
_UNSEEN_IN_NAMES: Final = "\u200b\ufeff\u2060"
_NUMBER: Final = r"[-+]?[0-9]{1,9}(?:\.[0-9]+)?"
_HEMISPHERE: Final = "[EWNSewns东西南北经纬度]"
_PAIR: Final = (
    rf"^[^0-9.+-]*({_NUMBER})(?:°|{_HEMISPHERE})*[\s,，;；、|/_]+[^0-9.+°′″-]{{0,12}}({_NUMBER})"
    rf"(?:°|{_HEMISPHERE})*[^0-9.°′″]{{0,4}}(?:[,，\s].*)?$"
)
_DEGREES: Final = (
    rf"^{_HEMISPHERE}*\s*([0-9]{{1,3}}(?:\.[0-9]+)?)\s*(?:[°度]\s*(?:([0-9]{{1,2}}(?:\.[0-9]+)?)\s*[′\x27’分]\s*)?"
    rf"(?:([0-9]{{1,2}}(?:\.[0-9]+)?)\s*(?:[″”\"秒]|\x27\x27|′′)\s*)?)?{_HEMISPHERE}*$"
)


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


def trimmed(column: str, kind: str, parameters: Parameters, *, is_varied: bool, is_name: bool = False) -> str:
    """A raw column as text without blanks around it; a name also without characters that are not seen, but for joiners.

    Where most rows have a value of their own (``is_varied``), looking at both ends first costs a sixth of trimming. Other
    columns mostly come as dictionaries, and a plain call is worked out once per entry.
    """
    text = column if kind == "VARCHAR" else number_text(column, kind)
    whole = f"trim({text}, {parameters.add(BLANKS)})"
    if is_name and kind == "VARCHAR":
        for character in _UNSEEN_IN_NAMES:
            whole = f"replace({whole}, '{character}', '')"
    if not is_varied:
        return whole
    edge = [f"contains('{BLANKS}', {text}[{place}])" for place in (1, -1)]
    edge += [f"contains({text}, '{character}')" for character in _UNSEEN_IN_NAMES if is_name and kind == "VARCHAR"]
    return f"CASE WHEN {' OR '.join(edge)} THEN {whole} ELSE {text} END"


def is_nothing(text: str, *, is_varied: bool) -> str:
    """Whether a trimmed text is a word for nothing; those are short.

    As in :func:`trimmed`, plain calls are worked out once per entry of a dictionary, and an expression is not.
    """
    if not is_varied:
        words = "\x01".join(word.replace("'", "''") for word in NULL_WORDS)
        return f"contains('\x01{words}\x01', concat('\x01', lower({text}), '\x01'))"
    longest = max(len(word.encode()) for word in NULL_WORDS)
    words = "|".join(re.escape(word) for word in NULL_WORDS)
    starts = "".join(sorted({case for word in NULL_WORDS for case in (word[:1], word[:1].upper())}))
    first = f"contains('{starts}', {text}[1])"
    return f"CASE WHEN strlen({text}) > {longest} OR NOT {first} THEN false ELSE regexp_full_match({text}, '(?i)(?:{words})') END"


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
    """Full-width digits, letters and punctuation as half-width ones; characters that are not seen left out."""
    return (
        f"CASE WHEN strlen({text}) = length({text}) OR NOT regexp_matches({text}, '{_FULL}|{_INVISIBLE}') THEN {text} "
        f"ELSE translate(regexp_replace({text}, '{_INVISIBLE}', '', 'g'), {parameters.add(FULL_WIDTH)}, {parameters.add(HALF_WIDTH)}) END"
    )


def odd_characters(text: str, full: int, invisible: int) -> str:
    """Bits for full-width and for invisible characters in a text."""
    return (
        f"CASE WHEN strlen({text}) = length({text}) OR NOT regexp_matches({text}, '{_FULL}|{_INVISIBLE}') THEN 0 "
        f"ELSE (CASE WHEN regexp_matches({text}, '{_FULL}') THEN {full} ELSE 0 END) "
        f"| (CASE WHEN regexp_matches({text}, '{_INVISIBLE}') THEN {invisible} ELSE 0 END) END"
    )


def unwrapped(text: str) -> str:
    """A text out of ``="…"``, or digits from behind an apostrophe: how spreadsheets are told that an id is a text."""
    formula = rf"regexp_extract({text}, '^=\s*\"([^\"]*)\"$', 1)"
    digits = rf"regexp_extract({text}, '^\x27([0-9]+)$', 1)"
    return (
        f"CASE WHEN starts_with({text}, '=') THEN coalesce(nullif({formula}, ''), {text}) "
        f"WHEN starts_with({text}, '''') THEN coalesce(nullif({digits}, ''), {text}) ELSE {text} END"
    )


def degrees(text: str) -> str:
    """Decimal degrees out of degrees, minutes and seconds, or out of a number with its hemisphere."""
    parts = f"regexp_extract({text}, '{_DEGREES}', ['d', 'm', 's'])"
    minute, second = (f"coalesce(TRY_CAST(nullif(p.{name}, '') AS DOUBLE), 0)" for name in "ms")
    sign = f"CASE WHEN regexp_matches({text}, '[WwSs西南]') THEN -1 ELSE 1 END"
    # A lambda names what is used several times; written out, statements grow until planning them takes a second.
    value = f"CASE WHEN p.d <> '' AND {minute} < 60 AND {second} < 60 THEN CAST(p.d AS DOUBLE) + {minute} / 60 + {second} / 3600 END"
    return f"CASE WHEN strlen({text}) < 60 THEN ({sign}) * list_transform([{parts}], lambda p: {value})[1] END"


def of_pair(text: str, place: int) -> str:
    """One of two coordinates in one cell (``place`` 1 or 2): decimal, or both in degrees and minutes."""
    decimal = f"TRY_CAST(nullif(regexp_extract({text}, '{_PAIR}', {place}), '') AS DOUBLE)"
    half = f"trim(split_part(translate({text}, '，；、;', ',,,,'), ',', {place}))"
    return f"coalesce({decimal}, {degrees(half)})"


def code(text: str) -> str:
    """An id or code: ``12.0`` becomes ``12``, ``1.10105E+14`` becomes ``110105000000000``."""
    plain = rf"contains({text}, '.') AND regexp_full_match({text}, '[0-9]+\.0+')"
    return (
        f"CASE WHEN {exponent(text)} THEN coalesce(CAST(TRY_CAST(TRY_CAST({text} AS DOUBLE) AS HUGEINT) AS VARCHAR), {text}) "
        f"WHEN {plain} THEN split_part({text}, '.', 1) ELSE {text} END"
    )


def exponent(text: str) -> str:
    """Whether a text is a number with an exponent, as spreadsheets write long ids."""
    number = r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}|[0-9]\.[0-9]+[Ee][0-9]{1,3}"
    return rf"((contains({text}, '+') OR contains({text}, '.')) AND regexp_full_match({text}, '{number}'))"


def is_long_float(text: str) -> str:
    """Whether a text is a whole number with a point and more digits than a floating point number keeps."""
    return rf"(contains({text}, '.') AND regexp_full_match({text}, '[1-9][0-9]{{15,}}\.0*'))"


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
