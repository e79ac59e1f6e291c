"""The map: a Leaflet map, our canvas over it, and one small payload with each answer.

The browser fetches ``/layers/areas/<snapshot>/<area>.json`` once; afterwards an answer brings a letter of class for each area
and the marks of the layers that are on. ``assets/map*.js`` draw it. Where the operator has base tiles they lie beneath.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import quote

import dash_leaflet as dl
from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard import ids
from dashboard.format import Language
from dashboard.tiles.ground import Ground
from data.view import View
from layers import marks
from layers.layer import Drawing, Drawn
from layers.registry import LAYERS

SCRIPTS: Final = "quanyu_map"
"""Namespace of ``assets/map.js``."""

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "layers": ("图层", "Layers"),
    "closer": ("放大", "Zoom in"),
    "farther": ("缩小", "Zoom out"),
    "whole": ("全图", "Show all"),
    "up": ("上一级", "One level up"),
    "play": ("播放时间", "Play time"),
    "pause": ("暂停", "Pause"),
    "play_stop": ("结束播放", "Stop playing"),
    "play_step": ("时间", "Time"),
    "play_by_day": ("按日", "Days"),
    "play_by_hour": ("按时段", "Hours"),
    "play_speed": ("速度", "Speed"),
    "play_waiting": ("正在读取…", "Loading…"),
    "play_failed": ("暂时读不到", "Cannot be read just now"),
    "played": ("{label} · 受理 {n} 件", "{label} · {n} accepted"),
    "played_rest": ("其中 {n} 件不在图上各区域", "{n} of them in no area of the map"),
    "open": ("点击进入{name}", "click to open {name}"),
    "pick": ("点击选中", "click to pick"),
    "unpick": ("点击取消选中", "click to leave out"),
    "picking": ("选择", "Picking"),
    "tool_pick": ("点选", "Pick"),
    "tool_box": ("框选", "Box"),
    "tool_lasso": ("圈选", "Lasso"),
    "tool_enter": ("进入", "Enter"),
    "hint_enter": ("点击进入下一级区域；↑ 返回上一级", "Click to enter an area below; ↑ leads back up"),
    "hint_pick": ("点击区域选中或取消，可多选", "Click areas to pick or leave them out, as many as wanted"),
    "hint_box": ("拖出一个矩形；Esc 放弃", "Drag a rectangle; Esc gives it up"),
    "hint_lasso": (
        "拖动圈出范围，或逐点点击、双击闭合；Esc 放弃",
        "Drag around a place, or click corner by corner and double-click to close; Esc gives it up",
    ),
    "of_events": ("选案件", "cases"),
    "of_areas": ("选区域", "areas"),
    "hint_of": (
        "画出的范围选其中的案件，还是选标注点在其中的区域",
        "Whether a shape picks the cases in it, or the areas whose label lies in it",
    ),
    "pick_clear": ("清除", "Clear"),
    "too_many_picked": (
        "选中了 {n} 个区域，最多 {most} 个：请选上一级，或改为“选案件”",
        "{n} areas are picked, {most} at most: pick a coarser level, or pick cases instead",
    ),
    "evidence": ("右键或长按看依据", "right button or long touch: what it is made of"),
    "interval": ("95% 区间 {low} 至 {high}", "95 % interval {low} to {high}"),
    "sides": ("当前 {now} · 对比 {before}", "now {now} · compared {before}"),
    "too_few": ("样本不足，不显示", "too few cases to show"),
    "no_data": ("无数据", "no data"),
    "n": ("n {n}", "n {n}"),
    "unreadable": ("边界暂时读不到，正在重试", "The boundaries cannot be read just now; trying again"),
    "no_outlines": (
        "数据中没有边界：方块表示隶属关系，不是位置",
        "The data hold no boundaries: tiles show what belongs together, not where it is",
    ),
    "label": (
        "地图：{name}。方向键移动，加减号缩放，退格键返回上一级，回车看依据",
        "Map: {name}. Arrows move, plus and minus zoom, Backspace goes up, Enter opens its number",
    ),
    "events": ("{n} 件", "{n} events"),
    "overdue": ("超期 {hours} 小时", "{hours} h overdue"),
    "due_soon": ("将到期", "due soon"),
    "hours_left": ("还有 {hours} 小时", "{hours} h left"),
    "event": ("事件", "event"),
    "blind_spot": ("视频盲点：附近没有在线的视频点位", "blind spot: no camera online near it"),
    "cameras": ("{n} 个视频点位", "{n} video points"),
    "not_online": ("不在线", "not online"),
    "online": ("在线", "online"),
    "reported_off": ("上报离线", "reported off"),
    "not_reported": ("未上报状态", "no status reported"),
    "stale": ("心跳过期", "heartbeat too old"),
    "never_seen": ("从未在线", "never seen"),
    "parent_down": ("上级设备离线", "its parent device is down"),
    "repair": ("维修中", "under repair"),
}


def say(key: str, lang: Language) -> str:
    """One of the map's texts."""
    zh, en = WORDS[key]
    return zh if lang == "zh" else en


def component(known_as: ids.MapIds, lang: Language, ground: Ground | None = None) -> html.Div:
    """The map, filling what holds it. It stays empty until the first payload, and keeps its place afterwards.

    A page has one map; pages may have one each, under ids of their own.
    """
    known: dict[str, Any] = {
        "data-words": json.dumps({key: say(key, lang) for key in WORDS}, ensure_ascii=False),
        "data-layers": json.dumps({key: layer.names[lang] for key, layer in LAYERS.items()}, ensure_ascii=False),
    }
    if ground is not None:
        known["data-tiles"] = json.dumps(ground.drawn(), ensure_ascii=False)
    return html.Div(
        [
            dl.MapContainer(
                id=known_as.container,
                className="quanyu-leaflet",
                center={"lat": 0.0, "lng": 0.0},
                zoom=2,
                trackViewport=False,  # nothing asks for it, and it reads the map after it has been taken away
                zoomSnap=0,
                zoomDelta=0.6,
                wheelPxPerZoomLevel=110,
                maxZoom=19,
                zoomControl=False,
                attributionControl=False,
                doubleClickZoom=False,
                boxZoom=False,
                style={"width": "100%", "height": "100%", "background": "transparent"},
            ),
            dcc.Store(id=known_as.values),
            dcc.Store(id=known_as.later),
            dcc.Store(id=known_as.drawn),
        ],
        className="quanyu-map",
        lang="zh-CN" if lang == "zh" else "en",
        **known,
    )


def register(app: Dash, known_as: ids.MapIds) -> None:
    """Register a map's one clientside callback: a payload is handed to the map's script."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(SCRIPTS, "update"),
        Output(known_as.drawn, "data"),
        Input(known_as.values, "data"),
        Input(known_as.later, "data"),
    )


def payload(
    drawing: Drawing,
    layers: Sequence[str],
    marked: Sequence[str] | None = None,
    instead: Mapping[str, Callable[[Drawing], Drawn]] | None = None,
) -> dict[str, Any]:
    """What a map shows for an answer.

    Parameters
    ----------
    layers
        Keys of the layers that are drawn.
    marked
        Keys of those that stand as switched on, where others come later; else the same.
    instead
        What draws a layer in the place of its own, by key.

    Returns
    -------
    dict
        ``area`` (``ix``, ``code``), ``depth`` of the coloured level, addresses of the files, ``layers`` (values by key of those
        that are on), ``on`` (keys), ``legend`` (``scale``, ``marks``, ``notes``).
    """
    view = drawing.view
    draws = {key: LAYERS[key].draw for key in layers} | {key: draw for key, draw in (instead or {}).items() if key in layers}
    drawn = {key: draw(drawing) for key, draw in draws.items()} if view.spans else {}
    tree = view.snapshot.areas
    own = drawing.area_ix
    return {
        "snapshot": view.snapshot.id,
        "area": {"ix": own, "code": tree.codes[own], "name": tree.names[own]},
        "depth": drawing.depth,
        "areas_address": address(view, "areas", drawing.root),
        "video_address": address(view, "video", drawing.root) if "video" in drawn else None,
        "layers": {key: one.values for key, one in drawn.items()},
        "on": list(layers if marked is None else marked),
        "legend": _legend(drawing, drawn),
    }


def address(view: View, layer: str, area_ix: int) -> str:
    """Where a layer's file of an area is fetched from. It never changes what it gives."""
    return f"/layers/{layer}/{quote(view.snapshot.id, safe='')}/{quote(view.snapshot.areas.codes[area_ix], safe='')}.json"


def _legend(drawing: Drawing, drawn: Mapping[str, Drawn]) -> dict[str, Any]:
    """One scale (squares of density come before areas), all marks, and what is not on the map."""
    scales = [drawn[key].scale for key in ("density", "areas") if key in drawn]
    scale = next((one for one in scales if one is not None), None)
    notes = [note for one in drawn.values() for note in one.notes]
    lost = marks.unmapped(drawing) if drawing.counted is None else 0  # who counts beforehand says it with what comes later
    if lost:
        notes.insert(0, f"未上图 {lost:,} 件" if drawing.lang == "zh" else f"{lost:,} events not on the map")
    return {
        "scale": None if scale is None else asdict(scale),
        "marks": [{key: told for key, told in asdict(mark).items() if told} for one in drawn.values() for mark in one.marks],
        "notes": notes,
    }
