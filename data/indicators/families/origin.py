"""Where cases come from: how many people, which places, who found them."""

from __future__ import annotations

from typing import Final

from data.indicators.indicator import Example, Indicator, rate
from data.vocabulary import Words

ORIGIN: Final = (
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
    rate(
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
    rate(
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
)
