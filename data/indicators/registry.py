"""The registry of indicators: what each counts, among which events, and why others are left out.

Numerators, denominators and reasons are expressions over the columns of the table ``outcome``, so one count of events per
outcome answers them all. An event of the cohort that is not in the denominator is listed under the first reason that applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from data.errors import UnknownIndicator
from data.indicators.indicator import Example, Indicator, Reason
from data.vocabulary import Words

__all__ = ["DUPLICATE", "INDICATORS", "VOID", "Indicator", "Reason", "find"]

VOID: Final = Reason("void", "is_void", Words("作废", "void"))
DUPLICATE: Final = Reason("duplicate", "is_duplicate", Words("重复", "duplicates"))
NOT_DISPATCHED: Final = Reason("not_dispatched", "NOT is_dispatched", Words("未派遣", "not dispatched"))
NOT_REGISTERED: Final = Reason("not_registered", "NOT is_registered", Words("未立案", "not registered"))
NO_DEADLINE: Final = Reason("no_deadline", "NOT has_deadline", Words("无时限", "without a deadline"))
NOT_DUE: Final = Reason("not_due", "TRUE", Words("未到期", "not yet due"))
CLOSING_UNKNOWN: Final = Reason("no_deadline", "is_closed AND closed_on_time IS NULL", NO_DEADLINE.words)
DISPOSAL_UNKNOWN: Final = Reason("no_deadline", "is_disposed AND disposed_on_time IS NULL", NO_DEADLINE.words)
UNRATED: Final = Reason("unrated", "has_call_back", Words("回访未评价", "not rated when called back"))
NO_CALL_BACK: Final = Reason("no_call_back", "TRUE", Words("无有效回访", "without an effective call-back"))
NOT_CLOSED: Final = Reason("not_closed", "NOT is_closed", Words("未结案", "not closed"))
NO_LEVEL: Final = Reason("no_handle_level", "TRUE", Words("未注明办理层级", "without a handling level"))
NO_DURATION: Final = Reason("no_duration", "TRUE", Words("无办结时间", "without a closing time"))

_DUE_FOR_DISPOSAL: Final = "is_dispatched AND (is_disposed OR is_past_deadline)"
_DUE_FOR_CLOSING: Final = "is_registered AND (is_closed OR is_past_deadline)"
_DISPOSAL_REASONS: Final = (NOT_DISPATCHED, NO_DEADLINE, NOT_DUE)
_CLOSING_REASONS: Final = (NOT_REGISTERED, NO_DEADLINE, NOT_DUE)


def _rate(names: Words, key: str, numerator: str, denominator: str, formula: Words, **more: Any) -> Indicator:
    return Indicator(key, names, "rate", numerator, formula, denominator, **more)


_ALL: Final = (
    Indicator(
        "accepted",
        Words("受理量", "Events accepted"),
        "count",
        "TRUE",
        Words("期内上报的事件数", "events reported in the window"),
        interval="poisson",
        source=("reported_at", "stage", "duplicate_of"),
        example=Example(((3012, 1),), 0, 3012),
    ),
    Indicator(
        "due_for_disposal",
        Words("应处置", "Due for handling"),
        "count",
        "TRUE",
        Words("已派遣，且已处置或已过时限", "dispatched, and handled or past the deadline"),
        _DUE_FOR_DISPOSAL,
        _DISPOSAL_REASONS,
        interval="poisson",
        order="disposal",
        source=("reported_at", "stage", "dispatched_at", "disposed_at", "deadline_at", "disposed_on_time"),
        example=Example(((200, 1),), 0, 200),
    ),
    _rate(
        Words("处置率", "Handling rate"),
        "disposal_rate",
        "is_disposed",
        _DUE_FOR_DISPOSAL,
        Words("已处置 ÷ 应处置", "handled ÷ due for handling"),
        reasons=_DISPOSAL_REASONS,
        direction=1,
        is_due=True,
        order="disposal",
        source=("reported_at", "stage", "dispatched_at", "disposed_at", "deadline_at", "disposed_on_time"),
        example=Example(((190, 1),), 200, 0.95),
    ),
    _rate(
        Words("按期处置率", "Handled on time"),
        "disposal_on_time_rate",
        "disposed_on_time",
        f"{_DUE_FOR_DISPOSAL} AND NOT (is_disposed AND disposed_on_time IS NULL)",
        Words("按期处置 ÷ 应处置", "handled by the deadline ÷ due for handling"),
        reasons=(NOT_DISPATCHED, DISPOSAL_UNKNOWN, NO_DEADLINE, NOT_DUE),
        direction=1,
        order="disposal",
        source=("reported_at", "stage", "dispatched_at", "disposed_at", "deadline_at", "disposed_on_time"),
        example=Example(((180, 1),), 200, 0.9),
    ),
    Indicator(
        "due_for_closing",
        Words("应结案", "Due for closing"),
        "count",
        "TRUE",
        Words("已立案，且已结案或已过时限", "registered, and closed or past the deadline"),
        _DUE_FOR_CLOSING,
        _CLOSING_REASONS,
        interval="poisson",
        order="closing",
        source=("reported_at", "stage", "registered_at", "closed_at", "deadline_at", "closed_on_time"),
        example=Example(((195, 1),), 0, 195),
    ),
    _rate(
        Words("结案率", "Closing rate"),
        "closing_rate",
        "is_closed",
        _DUE_FOR_CLOSING,
        Words("已结案 ÷ 应结案", "closed ÷ due for closing"),
        reasons=_CLOSING_REASONS,
        direction=1,
        is_due=True,
        order="closing",
        source=("reported_at", "stage", "registered_at", "closed_at", "deadline_at", "closed_on_time"),
        example=Example(
            ((6, 1),),
            8,
            0.75,
            Words(
                "10 件中 6 件已结案，2 件超期未结，2 件未到期：6 ÷ 8 = 75.0%；那 2 件到期后 6 ÷ 10 = 60.0%",
                "of 10 cases 6 closed, 2 overdue and open, 2 not yet due: 6 ÷ 8 = 75.0%; once the two fall due 6 ÷ 10 = 60.0%",
            ),
        ),
    ),
    _rate(
        Words("按期结案率", "Closed on time"),
        "closing_on_time_rate",
        "closed_on_time",
        f"{_DUE_FOR_CLOSING} AND NOT (is_closed AND closed_on_time IS NULL)",
        Words("按期结案 ÷ 应结案", "closed by the deadline ÷ due for closing"),
        reasons=(NOT_REGISTERED, CLOSING_UNKNOWN, NO_DEADLINE, NOT_DUE),
        direction=1,
        order="closing",
        source=("reported_at", "stage", "registered_at", "closed_at", "deadline_at", "closed_on_time"),
        example=Example(((90, 1),), 100, 0.9),
    ),
    _rate(
        Words("超期未处置", "Overdue, not handled"),
        "overdue_open",
        "is_past_deadline AND NOT is_disposed",
        _DUE_FOR_DISPOSAL,
        Words("已过时限而未处置 ÷ 应处置", "past the deadline and not handled ÷ due for handling"),
        reasons=_DISPOSAL_REASONS,
        direction=-1,
        is_due=True,
        order="disposal",
        source=("reported_at", "stage", "dispatched_at", "disposed_at", "deadline_at", "disposed_on_time"),
        example=Example(((10, 1),), 200, 0.05),
    ),
    _rate(
        Words("按期率（含积压）", "On time, backlog counted"),
        "on_time_with_backlog",
        "is_closed AND closed_on_time",
        "(is_closed AND closed_on_time IS NOT NULL) OR (NOT is_closed AND is_past_deadline)",
        Words("按期结案 ÷（按期结案＋逾期结案＋超期未结）", "closed on time ÷ (closed on time + closed late + overdue and open)"),
        reasons=(CLOSING_UNKNOWN, NO_DEADLINE, NOT_DUE),
        direction=1,
        is_due=True,
        order="closing",
        source=("reported_at", "stage", "registered_at", "closed_at", "deadline_at", "closed_on_time"),
        example=Example(
            ((90, 1),),
            100,
            0.9,
            Words(
                "90 件按期、5 件逾期、5 件超期未结：90 ÷ 100 = 90.0%；只算已结的是 90 ÷ 95 = 94.7%",
                "90 on time, 5 late, 5 overdue and open: 90 ÷ 100 = 90.0%; of the closed alone 90 ÷ 95 = 94.7%",
            ),
        ),
    ),
    _rate(
        Words("返工率", "Sent back"),
        "rework_rate",
        "is_reworked",
        _DUE_FOR_CLOSING,
        Words("至少返工一次 ÷ 应结案", "sent back at least once ÷ due for closing"),
        is_optional=True,
        reasons=_CLOSING_REASONS,
        direction=-1,
        order="closing",
        source=("reported_at", "stage", "registered_at", "closed_at", "deadline_at", "closed_on_time", "rework_count"),
        example=Example(((4, 1),), 195, 4 / 195),
    ),
    _rate(
        Words("延期率", "Extended"),
        "postpone_rate",
        "is_postponed",
        _DUE_FOR_DISPOSAL,
        Words("延期 ÷ 应处置", "extended ÷ due for handling"),
        is_optional=True,
        reasons=_DISPOSAL_REASONS,
        direction=-1,
        order="disposal",
        source=("reported_at", "stage", "dispatched_at", "disposed_at", "deadline_at", "disposed_on_time", "postpone_count"),
        example=Example(((8, 1),), 200, 0.04),
    ),
    _rate(
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
    _rate(
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
    _rate(
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
    Indicator(
        "per_10k",
        Words("万人诉求量", "Events per 10,000 people"),
        "per_10k",
        "TRUE",
        Words("受理量 ÷（人口 ÷ 10000）", "events ÷ (population ÷ 10,000)"),
        measure="population",
        interval="poisson",
        source=("reported_at", "population"),
        example=Example(((3012, 1),), 250_000, 120.48),
    ),
    _rate(
        Words("重复诉求率", "Repeat complaints"),
        "repeat_rate",
        "TRUE",
        "",
        Words(
            "同一地点 n 天内达到 k 件的事件数 ÷ 受理量（同网格、同类，相距不超过若干米或地址相同为同一地点）",
            "events at a place with k or more in n days ÷ events accepted (one place: same grid and category, some metres or same address)",
        ),
        is_optional=True,
        direction=-1,
        measure="repeat",
        source=("reported_at", "area_code", "category", "lon", "lat", "address"),
        rules=("repeat",),
        example=Example(
            ((3, 1),),
            5,
            0.6,
            Words(
                "同类 5 件，第 1、9、30 天在同一门口，第 60、61 天也在那里：任意 30 天内有 3 件的是前 3 件，3 ÷ 5 = 60.0%",
                "5 events of one category at one gate on days 1, 9, 30, 60 and 61: the first 3 lie within 30 days, 3 ÷ 5 = 60.0%",
            ),
        ),
    ),
    _rate(
        Words("主动发现率", "Found proactively"),
        "proactive_rate",
        "TRUE",
        "",
        Words("巡查、视频、感知、无人机发现 ÷ 受理量", "found by patrol, video, sensor or drone ÷ events accepted"),
        is_optional=True,
        direction=1,
        measure="source",
        source=("reported_at", "source"),
        example=Example(((51, 1),), 101, 51 / 101),
    ),
    _rate(
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
    _rate(
        Words("视频在线率", "Cameras online"),
        "video_online_rate",
        "TRUE",
        "",
        Words("推定在线 ÷ 在用", "derived online ÷ in use"),
        direction=1,
        measure="video",
        source=("state", "reported_status", "last_seen_at", "parent_id"),
        rules=("camera_limit_minutes",),
        example=Example(((3741, 1),), 3918, 3741 / 3918),
    ),
    _rate(
        Words("未上图", "Not on the map"),
        "unmapped",
        "NOT is_mapped",
        "",
        Words("无可用位置 ÷ 受理量", "no usable position ÷ events accepted"),
        direction=-1,
        source=("reported_at", "lon", "lat"),
        example=Example(((63, 1),), 3012, 63 / 3012),
    ),
)

INDICATORS: Final[Mapping[str, Indicator]] = {indicator.key: indicator for indicator in _ALL}
"""Every indicator by key, in the order they are shown."""


def find(key: str) -> Indicator:
    """The indicator of that key.

    Raises
    ------
    UnknownIndicator
        There is none; the sentence lists those there are.
    """
    if key not in INDICATORS:
        raise UnknownIndicator(f"There is no indicator {key[:40]!r}; choose one of {', '.join(INDICATORS)}.")
    return INDICATORS[key]
