"""What is told of every indicator, on the page ``/indicators`` and in the documents: generated from the registry, so it cannot drift."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.figures import unit
from data.indicators.definition import Definition
from data.indicators.formula import example
from data.indicators.indicator import Indicator
from data.indicators.registry import DUPLICATE, INDICATORS, VOID
from data.ingest.fields import FIELDS
from data.vocabulary import Language, Words

INTERVALS: Final[Mapping[str, Words]] = {
    "wilson": Words("95%，Wilson", "95 %, Wilson"),
    "bootstrap": Words("95%，自助法抽样", "95 %, bootstrap over cases"),
    "poisson": Words("95%，Poisson（Garwood）", "95 %, Poisson (Garwood)"),
    "order": Words("95%，次序统计量", "95 %, order statistics"),
    "none": Words("无", "none"),
}
"""How an interval is made."""

DIRECTIONS: Final[Mapping[int, Words]] = {
    1: Words("越高越好", "more is better"),
    -1: Words("越低越好", "less is better"),
    0: Words("不分好坏", "neither is better"),
}

MEASURES: Final[Mapping[str, Words]] = {
    "source": Words("分子：来源为主动发现（巡查、视频、感知、无人机）", "numerator: the source finds before anyone complains"),
    "repeat": Words("分子：立于重复点位的事件", "numerator: events at a repeat point"),
    "duration": Words("取 closed_at − reported_at 的分位数，线性插值", "quantile of closed_at − reported_at, linear interpolation"),
    "population": Words("除以所选区域的人口（区划数据）", "divided by the population of the selected area (table of areas)"),
    "video": Words(
        "视频点位，不是事件：在用、上报在线、心跳未过期、上级设备在线才算在线",
        "cameras, not events: online only if in use, reported ON, seen within the limit and with every parent online",
    ),
    "score": Words(
        "各分项率 × 口径给的分值；负分值按 1 − 率", "each rate times the definition's points; negative points times one minus it"
    ),
}
"""What the expressions over ``outcome`` do not say."""

RULES: Final[Mapping[str, Words]] = {
    "weights": Words("三率权重", "weights of the three rates"),
    "points": Words("分值", "points"),
    "basically_satisfied": Words("基本满意系数", "factor of basically satisfied"),
    "minimum_n": Words("最少样本", "minimum n"),
    "due_soon_hours": Words("将到期（工作小时）", "due soon, working hours"),
    "camera_limit_minutes": Words("心跳时限（分钟）", "camera limit, minutes"),
    "blind_spot_metres": Words("盲点半径（米）", "blind spot, metres"),
    "assessment_day": Words("考核月起日", "first day of the assessment month"),
    "day": Words("日界", "day"),
    "call_back": Words("回访规则", "call-backs"),
    "repeat": Words("重复点位", "repeat points"),
    "targets": Words("目标值", "targets"),
    "begins": Words("起点", "begins"),
    "named_by": Words("以哪天为名", "named by"),
    "effective": Words("有效条件", "effective when"),
    "unrated": Words("未评价", "unrated"),
    "resolved_needs_contact": Words("解决须已联系", "resolved needs contact"),
    "cases": Words("件数 k", "cases k"),
    "days": Words("天数 n", "days n"),
    "metres": Words("距离（米）", "metres"),
    "response": Words("响应", "response"),
    "satisfaction": Words("满意", "satisfaction"),
    "resolution": Words("解决", "resolution"),
    "target": Words("目标", "target"),
    "threshold": Words("警戒", "threshold"),
}
"""Keys of a definition's file, in words; one that is not here is shown as it stands in the file."""
ALWAYS: Final = ("minimum_n", "day")
"""Rules that touch every indicator."""

TEXTS: Final[Mapping[str, Words]] = {
    "key": Words("键名", "Key"),
    "unit": Words("单位", "Unit"),
    "direction": Words("方向", "Direction"),
    "formula": Words("算法", "Formula"),
    "numerator": Words("分子（SQL）", "Numerator (SQL)"),
    "denominator": Words("分母（SQL）", "Denominator (SQL)"),
    "note": Words("说明", "Note"),
    "excluded": Words("不计入（依次）", "Left out (in this order)"),
    "source": Words("来源字段", "Made from"),
    "interval": Words("区间", "Interval"),
    "minimum": Words("最少样本", "Minimum n"),
    "example": Words("算例", "Worked example"),
    "rules": Words("两套口径之差", "Where the definitions differ"),
    "cohort": Words("全部受理（不含作废、重复）", "all accepted (void and duplicates left out)"),
    "others": Words("（其余）", "(all others)"),
    "none": Words("无", "none"),
}


@dataclass(frozen=True)
class Difference:
    """One rule that definitions set differently: its path in the file, its words, and the value of each definition."""

    path: tuple[str, ...]
    words: Words
    values: tuple[str, ...]


def rows(indicator: Indicator, definitions: Sequence[Definition], lang: Language) -> list[tuple[str, str, bool]]:
    """What is told of one indicator: term, text, and whether the text is code."""

    def term(key: str) -> str:
        return TEXTS[key].in_(lang)

    comma = "、" if lang == "zh" else ", "
    semicolon = "；" if lang == "zh" else "; "
    is_of_outcomes = indicator.measure not in ("video", "score")
    found = [
        (term("key"), indicator.key, True),
        (term("unit"), unit(indicator.unit, lang) or term("none"), False),
        (term("direction"), DIRECTIONS[indicator.direction].in_(lang), False),
        (term("formula"), indicator.formula.in_(lang), False),
    ]
    if is_of_outcomes and indicator.numerator != "TRUE":
        found.append((term("numerator"), indicator.numerator, True))
    if is_of_outcomes:
        found.append(
            (term("denominator"), indicator.denominator, True) if indicator.denominator else (term("denominator"), term("cohort"), False)
        )
    if indicator.measure in MEASURES:
        found.append((term("note"), MEASURES[indicator.measure].in_(lang), False))
    if indicator.measure not in ("video", "score"):
        left_out = [
            f"{reason.words.in_(lang)} {term('others') if reason.predicate == 'TRUE' else reason.predicate}"
            for reason in (VOID, DUPLICATE, *indicator.reasons)
        ]
        found.append((term("excluded"), semicolon.join(left_out), False))
    found.append((term("source"), comma.join(field_name(name, lang) for name in indicator.source), False))
    found.append((term("interval"), INTERVALS[indicator.interval].in_(lang), False))
    if indicator.unit not in ("count", "per_10k"):
        least = {str(definition.minimum_n) for definition in definitions}
        found.append((term("minimum"), " / ".join(sorted(least)), False))
    shown = example(indicator, lang)
    if shown:
        found.append((term("example"), shown, False))
    own = [difference for difference in differences(definitions) if concerns(difference, indicator)]
    said = [f"{difference.words.in_(lang)} {' / '.join(difference.values)}" for difference in own]
    found.append((term("rules"), semicolon.join(said) or term("none"), False))
    return found


def field_name(name: str, lang: Language) -> str:
    """A column of the data contract, with the Chinese header it is best known by."""
    for fields in FIELDS.values():
        for field in fields:
            if field.name == name:
                known = next((alias for alias in field.aliases if ord(alias[0]) > 0x2E80), "")
                return f"{known} {name}" if lang == "zh" and known else name
    return name


def differences(definitions: Sequence[Definition]) -> list[Difference]:
    """Every rule that the definitions do not set alike, in the order of their files; "—" where a file says nothing."""
    read = [_flat(tomllib.loads(definition.text)) for definition in definitions]
    paths = dict.fromkeys(path for one in read for path in one if path[0] not in ("name", "version", "title"))
    found = []
    for path in paths:
        values = tuple(_said(one.get(path)) for one in read)
        if len(set(values)) > 1:
            words = [RULES.get(key) or (INDICATORS[key].names if key in INDICATORS else Words(key, key)) for key in path]
            found.append(Difference(path, Words(" · ".join(word.zh for word in words), " · ".join(word.en for word in words)), values))
    return found


def concerns(difference: Difference, indicator: Indicator) -> bool:
    """Whether a rule touches an indicator."""
    first = difference.path[0]
    if first == "targets":
        return difference.path[1] == indicator.key
    return first in ALWAYS or first in indicator.rules


def _flat(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for key, value in table.items():
        found |= _flat(value, (*above, key)) if isinstance(value, dict) else {(*above, key): value}
    return found


def _said(value: Any) -> str:
    if value is None or value == []:
        return "—"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
