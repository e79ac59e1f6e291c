"""The document of all indicators, in Markdown: ``docs/indicators.md`` and ``docs/indicators.zh-CN.md`` are what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from data.indicators import handbook
from data.indicators.definition import Definition
from data.indicators.registry import INDICATORS
from data.vocabulary import Language, Words

FILES: Final[dict[Language, str]] = {"en": "indicators.md", "zh": "indicators.zh-CN.md"}
"""Where the documents stand, under ``docs/``."""
_TITLE: Final = Words("指标", "Indicators")
_INTRODUCTION: Final = Words(
    "本文由指标登记表生成（`python -m data indicators --markdown --lang zh`），请勿手改。页面 `/indicators` 是同样的内容，并带现值。\n\n"
    "事件指标统计期内**上报**的事件；作废与重复不计入，并照样列出。分母为 0 时不出数（—），样本不足时不显示、不排名。"
    "合计按件汇总，不取各区平均。截止时间当刻完成算按期。SQL 是表 `outcome` 各列上的表达式。",
    "Generated from the registry of indicators (`python -m data indicators --markdown --lang en`); do not edit. "
    "The page `/indicators` says the same, with present values.\n\n"
    "Event indicators count events *reported* in the window; void events and duplicates are left out and listed as such. Without a "
    "denominator there is no value (—); with too few cases it is neither shown nor ranked. A total is pooled over cases, never a mean of "
    "areas. On time means at or before the deadline. SQL is an expression over the columns of the table `outcome`.",
)
_DEFINITIONS: Final = Words("各套口径不同之处", "Where the definitions differ")
_RULE: Final = Words("规则", "Rule")


def markdown(definitions: Sequence[Definition], lang: Language) -> str:
    """The whole document."""
    parts = [f"# {_TITLE.in_(lang)}", _INTRODUCTION.in_(lang)]
    other: Language = "en" if lang == "zh" else "zh"
    for indicator in INDICATORS.values():
        parts.append(f"## {indicator.names.in_(lang)} · {indicator.names.in_(other)}")
        told = handbook.rows(indicator, definitions, lang)
        parts.append("\n".join(f"- **{term}**: {_code(text) if is_code else text}" for term, text, is_code in told))
    parts.append(f"## {_DEFINITIONS.in_(lang)}")
    heads = [_RULE.in_(lang), *(definition.shown(lang) for definition in definitions)]
    rows = [[difference.words.in_(lang), *difference.values] for difference in handbook.differences(definitions)]
    parts.append("\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)))
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return f"`{text}`"
