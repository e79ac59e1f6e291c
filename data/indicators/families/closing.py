"""At which level cases were closed, and how long it took."""

from __future__ import annotations

from typing import Final

from data.indicators.indicator import Example, Indicator, rate
from data.indicators.reasons import NO_DURATION, NO_LEVEL, NOT_CLOSED
from data.vocabulary import Words

CLOSING: Final = (
    rate(
        Words("基层化解率", "Resolved locally"),
        "resolved_locally_rate",
        "is_local",
        "is_closed AND is_local IS NOT NULL",
        Words("区级以下结案 ÷ 结案", "closed below the district ÷ closed"),
        reasons=(NOT_CLOSED, NO_LEVEL),
        direction=1,
        source=("reported_at", "closed_at", "handle_level"),
        example=Example(((99, 1),), 100, 0.99),
    ),
    *(
        Indicator(
            key,
            names,
            "hours",
            "TRUE",
            formula,
            "is_closed AND has_duration",
            (NOT_CLOSED, NO_DURATION),
            direction=-1,
            measure="duration",
            interval="order",
            share=share,
            order="duration",
            source=("reported_at", "closed_at"),
            example=Example((), 5, hours, words),
        )
        for key, names, formula, share, hours, words in (
            (
                "median_hours",
                Words("办结时长中位数", "Median hours to close"),
                Words("结案时间 − 上报时间 的中位数", "median of closed − reported"),
                0.5,
                12.0,
                Words("2、6、12、30、50 小时，正中一件：12.0 小时", "2, 6, 12, 30, 50 hours, the one in the middle: 12.0 h"),
            ),
            (
                "p90_hours",
                Words("办结时长九成位", "Hours to close, 90 %"),
                Words("结案时间 − 上报时间 的 90% 分位数", "90 % quantile of closed − reported"),
                0.9,
                42.0,
                Words(
                    "2、6、12、30、50 小时，90% 处在第 4 与第 5 件之间六成：30 + 0.6 × 20 = 42.0 小时",
                    "2, 6, 12, 30, 50 hours, 90 % lies six tenths between the 4th and the 5th: 30 + 0.6 × 20 = 42.0 h",
                ),
            ),
        )
    ),
)
