"""Encodings of text files: which one reads all of it, and whether the text was spoilt before it was sent."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from data.errors import FileRejected

_CHUNK: Final = 2**18
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SUPERSETS: Final = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "hz": "gb18030", "ansi": "gb18030"}
_SPOILT: Final = ("\ufffd", "锟斤拷", "烫烫烫", "屯屯屯", "ï»¿")
"""What stands in text after a decoder gave up."""
_SIGNS: Final = tuple(sign.encode() for sign in _SPOILT)
_LONGEST_SIGN: Final = max(map(len, _SIGNS))
_SPLIT: Final = 2**24
"""Bytes from which a text is looked at in several parts at once."""
_MOST_PARTS: Final = 4
_CONTINUES: Final = 0b1100_0000, 0b1000_0000
"""Mask and value of a byte that does not begin a character of UTF-8."""
_LONGEST: Final = 4
_PLANE_0: Final = 0.9
_FEW_CJK: Final = 4


@dataclass(frozen=True)
class Text:
    """How a text file is to be decoded.

    Attributes
    ----------
    has_nul
        Whether NUL characters stand in the text.
    is_spoilt
        Whether signs of an earlier failed decoding do.
    """

    encoding: str
    has_nul: bool
    is_spoilt: bool = False

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes can be taken as they are."""
        return self.encoding.lower().replace("_", "-") in {"utf-8", "utf8"}


def text_of(path: Path, declared: str | None = None) -> Text:
    """The encoding of a text: declared, by byte order mark, or the first of UTF-8, UTF-16, GB18030 that reads all of it.

    A text that is UTF-8 but for a few bytes is refused, not read as GB18030, which would take nearly any bytes.

    Raises
    ------
    FileRejected
        ``E_ENCODING`` when nothing fits, or the declared one does not.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    if declared is not None:
        declared = _SUPERSETS.get(declared.lower().replace("_", "").replace("-", ""), declared)
        try:
            if not getattr(codecs.lookup(declared), "_is_text_encoding", True):
                raise LookupError
        except LookupError:
            raise FileRejected("E_ENCODING", f"The encoding '{declared}' is not known; name UTF-8, GB18030 or UTF-16.") from None
        if head.startswith(codecs.BOM_UTF8) and declared.lower() in {"utf-8", "utf8"}:
            declared = "utf-8-sig"
        candidates = [declared]
    elif bom := next((name for mark, name in _BOMS if head.startswith(mark)), None):
        candidates = [bom]
    elif wide := wide_encoding(head):
        candidates = [wide]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        found = _decodes(path, encoding)
        if isinstance(found, Text):
            return found
        if encoding == "utf-8" and _is_nearly_utf8(head, path, found):
            raise FileRejected(
                "E_ENCODING", f"{path.name} is UTF-8 with bytes that are not, the first near byte {found:,}; save all of it as UTF-8."
            )
    raise FileRejected("E_ENCODING", f"{path.name} cannot be read as {' or '.join(candidates)}; save it as UTF-8.")


def is_utf32(head: bytes) -> bool:
    """Whether a text begins as UTF-32."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and len(head) >= 8:
        return head[4:8].count(0) >= 1 and (head[7] == 0 or head[4] == 0)
    sample = head[: len(head) // 4 * 4]
    if len(sample) < 16:
        return False
    filled = len(sample) // 4
    zeros = [sample[place::4].count(0) / filled for place in range(4)]
    return any(zeros[high] == 1 and zeros[low] >= _PLANE_0 > zeros[own] for high, low, own in ((0, 1, 3), (3, 2, 0)))


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 by its mark, or by where its zeros stand: text has line ends and separators, and those have one zero each."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) * 50 < len(head) or len(head) < 4:
        return None
    sample = head[: len(head) // 2 * 2]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if min(odd, even) * 20 > max(odd, even):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = sample.decode(encoding, "ignore")
    return encoding if "\0" not in text and any(mark in text for mark in "\r\n,;\t|") else None


def transcoded(path: Path, encoding: str, target: Path) -> Path:
    """A copy in UTF-8 without byte order mark."""
    with path.open("r", encoding=encoding, newline="") as given, target.open("w", encoding="utf-8", newline="") as copy:
        while part := given.read(_CHUNK):
            copy.write(part)
    return target


def looks_garbled(texts: Iterable[str]) -> bool:
    """Whether a text was decoded wrongly before it was sent.

    Spoilt characters say so, and so does a text that comes out as valid UTF-8 when the wrong decoding is undone:
    natural text of a few characters practically never does.
    """
    for text in texts:
        if text.isascii():
            continue
        if is_spoilt(text) or any(_undone(text, wrong) for wrong in ("gb18030", "cp1252", "latin-1")):
            return True
    return False


def is_spoilt(text: str) -> bool:
    """Whether characters stand in a text that a failed decoding leaves."""
    return any(sign in text for sign in _SPOILT)


def _undone(text: str, wrong: str) -> bool:
    wide = "".join(character for character in text if not character.isascii())
    if len(wide) < (_FEW_CJK if wrong == "gb18030" else 2):
        return False
    try:
        right = wide.encode(wrong).decode("utf-8")
    except UnicodeError:
        return False
    return right != wide and all(character.isprintable() for character in right)


def _decodes(path: Path, encoding: str) -> Text | int:
    """The text's description, or near which byte it does not decode."""
    if encoding == "utf-8" and (whole := _looked_at(path)) is not None:
        return whole
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    # In UTF-8 the bytes themselves can be searched, which is many times faster than text with wide characters.
    is_utf8 = encoding.startswith("utf-8")
    has_nul = spoilt = False
    at, end = 0, b""
    with path.open("rb") as file:
        try:
            while part := file.read(_CHUNK):
                text = decoder.decode(part)
                if is_utf8:
                    has_nul |= b"\0" in part
                    spoilt = spoilt or _holds_a_sign(end + part)
                    end = part[-_LONGEST_SIGN:]
                else:
                    has_nul |= "\0" in text
                    spoilt = spoilt or is_spoilt(text)
                at += len(part)
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            return at + (error.start if isinstance(error, UnicodeDecodeError) else 0)
    return Text(encoding, has_nul, spoilt)


def _looked_at(path: Path) -> Text | None:
    """The description of a large text in UTF-8, its parts looked at side by side; None where it is small or not UTF-8."""
    size = path.stat().st_size
    if size < _SPLIT:
        return None
    count = min(os.cpu_count() or 1, _MOST_PARTS)
    edges = [size * part // count for part in range(count + 1)]
    with ThreadPoolExecutor(count) as pool:
        found = list(pool.map(partial(_look_at, path), edges[:-1], edges[1:]))
    if any(part is None for part in found):
        return None
    return Text("utf-8", *(any(part[place] for part in found if part is not None) for place in (0, 1)))


def _look_at(path: Path, start: int, end: int) -> tuple[bool, bool] | None:
    """Whether NUL and whether signs of a failed decoding stand in the characters that begin between two bytes; None where not UTF-8."""
    import pyarrow as pa  # noqa: PLC0415 -- the process that reads risky formats does without

    has_nul = spoilt = False
    with path.open("rb") as file:
        file.seek(start)
        start += _continuing(file.read(_LONGEST)) if start else 0
        file.seek(max(0, start - _LONGEST_SIGN))
        before = file.read(start - file.tell())
        while (at := file.tell()) < end:
            part = file.read(min(_CHUNK, end - at))
            rest = file.read(_LONGEST)
            more = rest[: _continuing(rest)]
            file.seek(len(more) - len(rest), os.SEEK_CUR)
            part += more
            if not part:
                break
            text = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, len(part)], np.int32)), pa.py_buffer(part))
            try:
                text.validate(full=True)
            except pa.ArrowInvalid:
                return None
            has_nul |= b"\0" in part
            spoilt = spoilt or _holds_a_sign(before + part)
            before = (before + part)[-_LONGEST_SIGN:]
    return has_nul, spoilt


def _continuing(part: bytes) -> int:
    """How many bytes at the beginning belong to a character that began before, at most those of one."""
    mask, value = _CONTINUES
    return next((place for place, byte in enumerate(part) if byte & mask != value), len(part))


def _holds_a_sign(part: bytes) -> bool:
    """Whether bytes of UTF-8 hold a sign of a failed decoding.

    The last two bytes of each are rare in any text. Comparing all bytes with them costs a quarter of looking for the whole sign.
    """
    known = np.frombuffer(part, np.uint8)
    return any(((known[:-1] == sign[-2]) & (known[1:] == sign[-1])).any() and sign in part for sign in _SIGNS)


def _is_nearly_utf8(head: bytes, path: Path, at: int) -> bool:
    """Whether a text that UTF-8 does not read is UTF-8 in most of its characters that are not ASCII."""
    with path.open("rb") as file:
        file.seek(max(0, at - 32768))
        around = file.read(65536)
    bad = good = 0
    for sample in (head, around):
        text = sample.decode("utf-8", "replace")
        bad += text.count("\ufffd")
        good += sum(1 for character in text if not character.isascii() and character != "\ufffd")
    return good > 3 * bad
