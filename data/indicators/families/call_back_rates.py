"""What call-backs found, and the score that is made of rates."""

from __future__ import annotations

from typing import Final

from data.indicators.indicator import Example, Indicator, rate
from data.indicators.reasons import NO_CALL_BACK, UNRATED
from data.vocabulary import Words

CALL_BACK_RATES: Final = (
    rate(
        Words("响应率", "Response rate"),
        "response_rate",
        "is_contacted",
        "has_call_back",
        Words("已联系 ÷ 有效回访", "contacted ÷ effective call-backs"),
        reasons=(NO_CALL_BACK,),
        direction=1,
        source=("reported_at", "call_back", "contacted"),
        example=Example(((98, 1),), 100, 0.98),
    ),
    rate(
        Words("解决率", "Resolution rate"),
        "resolution_rate",
        "is_resolved",
        "has_call_back",
        Words("已解决 ÷ 有效回访", "resolved ÷ effective call-backs"),
        reasons=(NO_CALL_BACK,),
        direction=1,
        source=("reported_at", "call_back", "resolved"),
        example=Example(((80, 1),), 100, 0.8),
    ),
    rate(
        Words("满意率", "Satisfaction rate"),
        "satisfaction_rate",
        "CASE satisfaction WHEN 'satisfied' THEN 1 WHEN 'basically' THEN $basically_satisfied ELSE 0 END",
        "has_call_back AND satisfaction IS NOT NULL",
        Words("（满意＋系数×基本满意）÷ 有效回访", "(satisfied + factor × basically satisfied) ÷ effective call-backs"),
        reasons=(UNRATED, NO_CALL_BACK),
        direction=1,
        interval="bootstrap",
        case=Words("满意", "satisfied"),
        source=("reported_at", "call_back", "satisfaction"),
        rules=("basically_satisfied", "call_back"),
        example=Example(((70, 1), (10, 0.9)), 100, 0.79),
    ),
    Indicator(
        "composite_score",
        Words("综合成绩", "Composite score"),
        "score",
        "TRUE",
        Words("各分项率×分值之和，满分 100", "points for each rate, 100 in all"),
        direction=1,
        measure="score",
        interval="bootstrap",
        source=("reported_at", "call_back", "contacted", "resolved", "satisfaction"),
        rules=("weights", "points", "basically_satisfied"),
        example=Example(
            (),
            100,
            81.4,
            Words(
                "响应 98.0%、满意 79.0%、解决 80.0%，权重 0.1/0.4/0.5：9.8 + 31.6 + 40.0 = 81.4；"
                "处置 190/200、按期 180/200、返工 4/195、超期 10/200、延期 8/200：28.5 + 18.0 + 19.59 + 19.0 + 9.6 = 94.69",
                "contacted 98.0%, satisfied 79.0%, resolved 80.0%, weights 0.1/0.4/0.5: 9.8 + 31.6 + 40.0 = 81.4; "
                "handled 190/200, on time 180/200, sent back 4/195, overdue 10/200, extended 8/200: "
                "28.5 + 18.0 + 19.59 + 19.0 + 9.6 = 94.69",
            ),
        ),
    ),
)
