"""What is seen: cameras, and cases that have a position."""

from __future__ import annotations

from typing import Final

from data.indicators.indicator import Example, rate
from data.vocabulary import Words

COVERAGE: Final = (
    rate(
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
    rate(
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
