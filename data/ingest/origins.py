"""Where events come from and who handles them: one key for one source, one name for one department."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import pandas as pd

from data.schema import PROACTIVE_SOURCES, TABLES

SOURCE_WORDS: Final = {
    "hotline": ("12345", "12345热线", "热线", "市民热线", "政务热线", "12345市民服务热线", "12345政务服务便民热线", "热线电话"),
    "patrol": ("网格员上报", "网格员", "网格巡查", "巡查", "巡查上报", "网格上报", "采集员上报", "监督员上报", "日常巡查", "巡查发现"),
    "video": ("视频ai", "视频", "视频巡查", "智能视频", "视频智能分析", "ai视频", "视频发现", "ai识别", "视频监控"),
    "sensor": ("物联感知", "物联网", "传感器", "物联", "感知设备", "物联网感知", "智能感知"),
    "drone": ("无人机", "无人机巡查", "无人机巡检"),
    "media": ("媒体", "媒体曝光", "舆情", "网络舆情"),
    "inspection": ("上级督查", "督查", "领导督办", "上级交办", "督查交办"),
}
MOST_SOURCES: Final = 250
MOST_DEPARTMENTS: Final = 30_000
OTHER: Final = "其他"


def source_key(text: str) -> str:
    """The key of a source as an address names it: a known word's key, else the text itself."""
    plain = re.sub(r"[\s（）()【】\[\]_\-—]+", "", unicodedata.normalize("NFKC", text)).lower()
    for key, words in SOURCE_WORDS.items():
        if plain == key or plain in words:
            return key
    return text


def sources(given: Sequence[tuple[str, int]]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The table ``source`` and the index of each text.

    Parameters
    ----------
    given
        Texts with their number of events. A source is shown by its most frequent text; beyond 250 sources the rare ones
        are counted together.
    """
    by_key: dict[str, list[tuple[int, str]]] = {}
    for text, count in given:
        by_key.setdefault(source_key(text), []).append((count, text))
    ranked = sorted(by_key, key=lambda key: (-sum(count for count, _ in by_key[key]), key))
    kept = sorted(ranked[:MOST_SOURCES], key=lambda key: (_known_place(key), ranked.index(key)))
    rows = [(ix, key, max(by_key[key], key=lambda pair: (pair[0], pair[1]))[1], key in PROACTIVE_SOURCES) for ix, key in enumerate(kept)]
    if len(ranked) > MOST_SOURCES:
        rows.append((len(rows), OTHER, OTHER, False))
    place = {key: ix for ix, key in enumerate(kept)}
    index = {text: place.get(key, len(kept)) for key, texts in by_key.items() for _, text in texts}
    return pd.DataFrame(rows, columns=list(TABLES["source"])), index


def _known_place(key: str) -> int:
    known = list(SOURCE_WORDS)
    return known.index(key) if key in known else len(known)


def plain_department(text: str) -> str:
    """A department's name for comparing: width, brackets and blanks make no difference."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def departments(given: Sequence[tuple[str, int]]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The table ``department`` (0 is "not given") and the index of each text; one unit spelt two ways is one department."""
    by_plain: dict[str, list[tuple[int, str]]] = {}
    for text, count in given:
        by_plain.setdefault(plain_department(text), []).append((count, text))
    ranked = sorted(by_plain, key=lambda plain: (-sum(count for count, _ in by_plain[plain]), plain))[:MOST_DEPARTMENTS]
    rows = [(0, "")] + [(ix, max(by_plain[plain])[1]) for ix, plain in enumerate(ranked, 1)]
    place = {plain: ix for ix, plain in enumerate(ranked, 1)}
    index = {text: place.get(plain, 0) for plain, texts in by_plain.items() for _, text in texts}
    return pd.DataFrame(rows, columns=list(TABLES["department"])), index
