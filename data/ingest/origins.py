"""Where events come from and who handles them: one key for one source, one name for one department."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import pandas as pd

from data.schema import PROACTIVE_SOURCES, TABLES
from data.vocabulary import SOURCE_NAMES

SOURCE_WORDS: Final = {
    "hotline": ("12345", "12345热线", "热线", "市民热线", "政务热线", "12345市民服务热线", "12345政务服务便民热线", "热线电话"),
    "patrol": ("网格员上报", "网格员", "网格巡查", "巡查", "巡查上报", "网格上报", "采集员上报", "监督员上报", "日常巡查", "巡查发现"),
    "video": ("视频ai", "视频", "视频巡查", "智能视频", "视频智能分析", "ai视频", "视频发现", "ai识别", "视频监控"),
    "sensor": ("物联感知", "物联网", "传感器", "物联", "感知设备", "物联网感知", "智能感知"),
    "drone": ("无人机", "无人机巡查", "无人机巡检"),
    "media": ("媒体", "媒体曝光", "舆情", "网络舆情"),
    "inspection": ("上级督查", "督查", "领导督办", "上级交办", "督查交办"),
}
MOST: Final = 30_000
"""Sources, and departments; the indexes are SMALLINT. Beyond it the last by name are counted together."""
OTHER: Final = "其他"
_INNER_BLANK: Final = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


def source_key(text: str) -> str:
    """The key of a source as an address names it: a known word's key, else the text itself."""
    plain = re.sub(r"[\s（）()【】\[\]_\-—]+", "", unicodedata.normalize("NFKC", text)).lower()
    for key, words in SOURCE_WORDS.items():
        if plain == key or plain in words:
            return key
    return text


def sources(keys: Iterable[str]) -> pd.DataFrame:
    """The table ``source``: the known sources in their order, then the others by name."""
    known = list(SOURCE_WORDS)
    ordered = sorted(set(keys), key=lambda key: (known.index(key) if key in known else len(known), key))
    rows = [(ix, key, _shown(key), key in PROACTIVE_SOURCES) for ix, key in enumerate(ordered[:MOST])]
    if len(ordered) > MOST:
        rows.append((MOST, OTHER, OTHER, False))
    return pd.DataFrame(rows, columns=list(TABLES["source"]))


def _shown(key: str) -> str:
    return SOURCE_NAMES[key].zh if key in SOURCE_NAMES else key


def plain_department(text: str) -> str:
    """A department's name as it is shown: one unit spelt two ways (width, brackets, blanks) has one name."""
    return _INNER_BLANK.sub("", re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip())


def departments(names: Iterable[str]) -> pd.DataFrame:
    """The table ``department`` by name; 0 is "not given"."""
    ordered = sorted(set(names) - {""})
    rows = [(0, ""), *((ix, name) for ix, name in enumerate(ordered[:MOST], 1))]
    if len(ordered) > MOST:
        rows.append((MOST + 1, OTHER))
    return pd.DataFrame(rows, columns=list(TABLES["department"]))
