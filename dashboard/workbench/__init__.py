"""The linked views of the workbench: panels over one selection, each of which leaves out its own filters.

Every view reads :func:`data.queries.linked` (blue: what is selected) and :func:`data.queries.linked_background` (grey: all in the same
area and window). A list of bars is one entry of :data:`dashboard.workbench.lists.LISTS`; an axis with a brush one of
:data:`dashboard.workbench.axes.AXES`.
"""

from __future__ import annotations

from typing import Final

from dashboard import ids
from dashboard.panels import masthead, study
from dashboard.panels.panel import Panel
from dashboard.workbench import axes, chips, lists, map_view

WORKBENCH: Final[tuple[Panel, ...]] = (
    Panel("study_head", {"zh": "标题与筛选", "en": "Head and filters"}, masthead.study, is_kept_when_empty=True),
    Panel("study_path", {"zh": "位置", "en": "Where"}, study.path, is_kept_when_empty=True),
    Panel("chips", {"zh": "所选", "en": "Selected"}, chips.build, is_kept_when_empty=True),
    Panel("view_map", {"zh": "地图", "en": "Map"}, map_view.build, {(ids.BENCH_MAP.values, "data"): None}, is_kept_when_empty=True),
    *(Panel(f"view_{one.key}", one.names, one.build, is_kept_when_empty=True) for one in axes.AXES),
    *(Panel(f"view_{one.key}", one.names, one.build, is_kept_when_empty=True) for one in lists.LISTS),
)
"""Everything that follows a brush at once."""

RESTED: Final[tuple[Panel, ...]] = (
    Panel(
        "map_head",
        {"zh": "地图图层", "en": "Layers of the map"},
        map_view.build_later,
        {(ids.BENCH_MAP.later, "data"): None},
        is_kept_when_empty=True,
    ),
)
"""What of the linked views waits until the selection rests."""
