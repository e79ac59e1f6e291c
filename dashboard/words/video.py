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
    "video_more": ("下滚看其余", "Scroll for the rest"),
    # over time
    "video_trend": ("视频在线率变化", "Video online rate over time"),
    "video_trend_aside": ("粗线推定，细线上报", "thick: derived; thin: reported"),
    "video_trend_label": ("{first} 至 {last}：推定在线率由 {low} 到 {high}", "{first} to {last}: derived online rate from {low} to {high}"),
    "video_trend_one": (
        "留存的快照里只有这一份知道这里的在线率，再有一份才看得出变化",
        "Only this one of the kept snapshots knows the rate here; a change shows with the next",
    ),
    "video_trend_not_kept": (
        "在线率只为整体和下一级区域留存，这一级看不到变化",
        "The rate is kept for the whole and the areas right below it, not for this level",
    ),
    "video_trend_silent": ("另有 {n} 份留存的快照没有这里的在线率", "{n} more kept snapshots know no rate here"),
    "video_trend_points": ("{n} 份留存快照", "{n} kept snapshots"),
    "video_seen": ("在用点位的最后心跳 · 距数据时刻", "Last heartbeat of those in use, before the data's instant"),
    "video_seen_0": ("1 小时内", "under 1 h"),
    "video_seen_1": ("1–6 小时", "1–6 h"),
    "video_seen_2": ("6–24 小时", "6–24 h"),
    "video_seen_3": ("1–7 天", "1–7 days"),
    "video_seen_4": ("7 天以上", "over 7 days"),
    "video_seen_5": ("从无心跳", "never"),
    # cameras near an event, and one camera
    "near": ("最近的在线视频点位", "Nearest working cameras"),
    "near_unmapped": ("事件没有位置，找不到附近的视频点位", "The event has no position: no camera can be said to be near"),
    "near_none": ("没有推定在线的视频点位", "No camera is derived online"),
    "near_unknown": ("视频点位没有上报状态，不知道哪些在线", "Video points report no state: which of them work is not known"),
    "near_no_cameras": ("数据中没有视频点位", "The data hold no video points"),
    "direction_0": ("北", "north"),
    "direction_1": ("东北", "north-east"),
    "direction_2": ("东", "east"),
    "direction_3": ("东南", "south-east"),
    "direction_4": ("南", "south"),
    "direction_5": ("西南", "south-west"),
    "direction_6": ("西", "west"),
    "direction_7": ("西北", "north-west"),
    "camera_kind": ("类型", "Kind"),
    "camera_owner": ("建设单位", "Owner"),
    "camera_heading": ("朝向", "Heading"),
    "camera_unmapped": ("没有位置，地图上找不到", "No position: it is not on the map"),
    "preview_waiting": ("正在连接画面", "Connecting"),
    "preview_failed": ("画面打不开", "The picture cannot be had"),
    "preview_unplayable": (
        "这个浏览器不能直接播放此视频流；管理员可配置 QUANYU_VIDEO_PLAYER",
        "This browser does not play the stream by itself; an operator can set QUANYU_VIDEO_PLAYER",
    ),
    "preview_label": ("视频预览", "Preview"),
    # blind spots
    "blind_spots": ("视频盲点", "Blind spots of video"),
    "blind_spots_aside": ("{places} 处 {events} 件", "{places} places, {events} events"),
    "blind_spots_rule": (
        "地图分成约 {side} 米见方的格，所选事件不少于 {least} 件（有事件的格平均的 {busy} 倍）、"
        "而格心 {metres} 米内没有推定在线的视频点位的，即为盲点",
        "Squares of about {side} m with at least {least} of the selected events ({busy} times the mean of squares that hold any) and no "
        "camera derived online within {metres} m of the middle",
    ),
    "blind_spots_none": ("事件集中的地方都有在线的视频点位", "Wherever events concentrate a camera is online"),
    "blind_spots_no_events": ("所选范围没有带位置的事件", "No event of this selection has a position"),
    "blind_spots_unknown": (
        "{n} 个视频点位都没有上报状态，无从谈盲点",
        "None of the {n} video points reports a state: blind spots cannot be told",
    ),
    "blind_spots_unplaced": ("另有 {n} 个在线点位没有位置，不计在内", "{n} more cameras are online but have no position and do not count"),
    "blind_spots_rest": ("另 {n} 处", "{n} more places"),
    "blind_spot_nearest": ("最近 {metres}", "nearest {metres}"),
    "blind_spot_nothing": ("没有在线点位", "none online"),
    "blind_spot_map": ("在地图上看", "Show on the map"),
}
