"""Texts of the panels about video points."""

from __future__ import annotations

from typing import Final

VIDEO: Final[dict[str, tuple[str, str]]] = {
    # states
    "video_state": ("视频在线率", "Video online rate"),
    "video_state_aside": ("推定，竖线为上报", "derived; tick: reported"),
    "video_none": ("数据中没有视频点位", "The data hold no video points"),
    "video_none_here": ("所选区域没有视频点位", "There are no video points in this area"),
    "video_unknown": (
        "{n} 个点位都没有上报状态，在线率无从谈起",
        "None of the {n} video points reports a state: no online rate can be told",
    ),
    "video_unused": ("{n} 个点位都不在用", "None of the {n} video points is in use"),
    "video_derived": ("推定在线", "Derived online"),
    "video_reported": ("上报在线", "Reported online"),
    "video_of": ("/ 在用 {n}", "of {n} in use"),
    "video_contradicted": ("上报在线、推定不在线", "Reported online, derived not"),
    "video_reasons": ("不在线的原因", "Why not online"),
    "video_left_out": ("不计入", "Left out"),
    "video_by_area_ix": ("按{level}", "By {level}"),
    "video_by_owner": ("按建设单位", "By owner"),
    "video_by_kind": ("按类型", "By kind"),
    "video_no_owner": ("未登记单位", "No owner given"),
    "video_no_kind": ("未登记类型", "No kind given"),
    "video_rest": ("另 {n} 项", "{n} more"),
    "video_row_hint": (
        "推定在线 {online}，上报在线 {reported}，在用 {n}",
        "derived online {online}, reported online {reported}, in use {n}",
    ),
}
