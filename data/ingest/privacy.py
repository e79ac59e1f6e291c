"""What never enters: personal columns are refused at the door, personal numbers in free text are masked.

Masking is for free text only, never for ids and codes: a grid code may look like a telephone number.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "***"

_PERSONAL: Final = re.compile(
    r"(来电|诉求|上报|投诉|举报|报料|申请|联系|当事|反映|求助|caller|reporter|contact|complainant|applicant|customer|citizen)"
    r"(人|person)?(姓名|名字|名称|电话|号码|手机|手机号|证件|身份证|住址|name|phone|mobile|tel|address|email)"
    r"|^(联系人|来电人|诉求人|反映人|投诉人|举报人|当事人|上报人|姓名|caller|reporter|complainant|contact)$"
    r"|电话|手机|身份证|证件号|银行卡|卡号|车牌|邮箱|微信|^qq|phone|mobile|^tel|telephone|idcard|idnumber|identitynumber|idno$|email|plate"
)
_CAMERA: Final = re.compile(
    r"^ip$|ip地址|ip(v4|v6)?addr|ipaddress|^(设备|摄像机|nvr|dvr)ip|^.*ip$|端口|^port$|port$|账号|帐号|用户名|username|^user$|account|login"
    r"|密码|口令|password|passwd|^pwd|pwd$|secret|token|码流|流地址|取流|播放地址|视频地址|rtsp|rtmp|hls|flv|^url$|url$|streamurl|stream"
)

_D: Final = "[0-9０-９]"
_S: Final = r"[ \-－—_.．・·　\x{00A0}]{0,2}"
_DIGITS: Final = "0123456789０１２３４５６７８９"
_FEWEST_DIGITS: Final = 10
_PLATE: Final = (
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ 　]?[A-Za-zＡ-Ｚａ-ｚ][ 　·・.]?"
    "(?:[A-Za-z0-9０-９Ａ-Ｚａ-ｚ]){4,5}[A-Za-z0-9０-９Ａ-Ｚａ-ｚ挂学警港澳]"
)
PATTERNS: Final = (
    # identity numbers (15, 18) and bank cards (16–19), spaced or not
    f"(?:{_D}{_S}){{14,18}}[0-9０-９XxＸｘ]",
    # mobile numbers
    f"(?:[+＋]?[8８][6６]{_S})?[1１][3-9３-９](?:{_S}{_D}){{9}}",
    # landlines with their area code
    f"(?:[+＋][8８][6６]{_S}[(（]?[0０]?|[(（]?[0０]){_D}{{2,3}}[)）]?{_S}[2-9２-９]{_D}{{2,3}}{_S}{_D}{{4}}",
    _PLATE,
)
"""RE2 patterns, applied in this order; the longer numbers first, so that no part of one is left standing."""
SUSPECT: Final = f"(?:{_D}[)）]?{_S}){{9}}{_D}|{_PLATE}"
"""What any text that needs masking contains: one look decides for most texts."""


def is_personal(header: str, kind: str) -> bool:
    """Whether a column must not be read at all: personal data, or the address and account of a camera.

    ``header`` is normalised as by :func:`data.ingest.recognise.normal`.
    """
    return bool(_PERSONAL.search(header)) or (kind == "video_point" and bool(_CAMERA.search(header)))


def masked(expression: str) -> str:
    """SQL for a text with personal numbers masked; NULL stays NULL. Takes and gives VARCHAR."""
    replaced = expression
    for pattern in PATTERNS:
        replaced = f"regexp_replace({replaced}, '{pattern}', '{MASK}', 'g')"
    return replaced


def is_suspect(expression: str, *, is_varied: bool) -> str:
    """SQL that tells whether a text needs :func:`masked`; never false where it does.

    As in :func:`data.ingest.values.trimmed`, functions of a text that repeats itself (not ``is_varied``) are worked out once per
    entry of its dictionary, but for patterns: what has neither ten digits nor a letter is none.
    """
    suspect = f"regexp_matches({expression}, '{SUSPECT}')"
    if is_varied:
        return suspect
    digits = f"length({expression}) - length({_without(expression, _DIGITS)})"
    return f"CASE WHEN {digits} < {_FEWEST_DIGITS} AND lower({expression}) = upper({expression}) THEN false ELSE {suspect} END"


def _without(expression: str, characters: str) -> str:
    for character in characters:
        expression = f"replace({expression}, '{character}', '')"
    return expression
