"""The registry of panels, and for each a module that asks the questions, shapes the answers and hands them to a chart."""

from __future__ import annotations

from typing import Final

from dashboard import ids
from dashboard.charts.figures import blank
from dashboard.panels import bars, blind_spots, cases, charts, events, grids, headline, map_panel, masthead, ranking, study, video
from dashboard.panels.panel import Panel

VIDEO: Final[tuple[Panel, ...]] = (
    Panel(
        "video_state", {"zh": "视频在线率", "en": "Video online rate"}, video.state, is_kept_when_empty=True, column="left", least_rem=40
    ),
    Panel(
        "video_trend",
        {"zh": "视频在线率变化", "en": "Video online rate over time"},
        video.trend,
        is_kept_when_empty=True,
        column="right",
        least_rem=19,
    ),
    Panel("blind_spots", {"zh": "视频盲点", "en": "Blind spots of video"}, blind_spots.build, column="right", least_rem=14),
)
"""The panels about video points."""

WALL: Final[tuple[Panel, ...]] = (
    Panel(
        "masthead", {"zh": "标题与筛选", "en": "Head and filters"}, masthead.build, {(ids.ARRANGED, "data"): None}, is_kept_when_empty=True
    ),
    Panel("headline", {"zh": "关键指标", "en": "Key numbers"}, headline.build, is_kept_when_empty=True, column="left", least_rem=20),
    Panel("ranking", {"zh": "排名", "en": "Ranking"}, ranking.build, column="left", least_rem=18),
    Panel("path", {"zh": "位置", "en": "Where"}, map_panel.path, is_kept_when_empty=True),
    Panel("map", {"zh": "地图", "en": "Map"}, map_panel.build, {(ids.WALL_MAP.values, "data"): None}, is_kept_when_empty=True),
    Panel("coverage", {"zh": "数据覆盖", "en": "Coverage"}, map_panel.coverage, is_kept_when_empty=True),
    Panel("trend", {"zh": "趋势", "en": "Trend"}, charts.trend, {(ids.figure("trend"), "data"): blank()}, column="right", least_rem=13.5),
    Panel("categories", {"zh": "类别", "en": "Categories"}, bars.categories, column="right", least_rem=9.5),
    Panel("due_soon", {"zh": "将到期", "en": "Due soon"}, charts.due_soon, column="right", least_rem=6.5),
    Panel("hours", {"zh": "时段", "en": "Hours"}, charts.hours, {(ids.figure("hours"), "data"): blank()}, column="right", least_rem=10.5),
    Panel("events", {"zh": "紧急与最新", "en": "Urgent and newest"}, events.build, column="foot", least_rem=11),
    Panel("sources", {"zh": "来源", "en": "Sources"}, bars.sources, column="foot", least_rem=11),
    *VIDEO,
)
"""The panels of the wall, in the order of their outputs; a scene names those with a column that stand in it."""

STUDY: Final[tuple[Panel, ...]] = (
    Panel("grids", {"zh": "逐格对比", "en": "Grid by grid"}, grids.build),
    Panel("places", {"zh": "重复地点", "en": "Repeat places"}, study.places),
    Panel("funnel", {"zh": "从上报到结案", "en": "From report to closing"}, study.funnel),
    Panel("times", {"zh": "各环节用时", "en": "Time per step"}, study.times),
    Panel("waiting", {"zh": "现在卡在哪里", "en": "Where cases wait"}, study.waiting),
    Panel("handovers", {"zh": "推诿与返工", "en": "Bounced and sent back"}, study.handovers),
    Panel("cases", {"zh": "全部案件", "en": "All cases"}, cases.build, {(ids.CASES_SHOWN, "data"): None}),
)
"""What the workbench shows below its linked views, once the selection rests."""
