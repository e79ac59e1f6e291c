"""The made-up departments: what each calls its columns and how it writes its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

TimeStyle = Literal["plain", "short", "iso"]
"""``2024-01-03 08:05:00`` · ``2024/1/3 8:05`` · ``2024-01-03T08:05:00``."""


@dataclass(frozen=True)
class Feed:
    """One department's file.

    Attributes
    ----------
    source
        Key of the catalogue's sources.
    name
        Shown name of the source.
    prefix
        What its case numbers begin with.
    file
        Name of the file; ``{year}`` where it sends one a year.
    encoding
        Of CSV files.
    headings
        Field → heading, in the order of the file. Fields that no heading names are not in the file.
    no_position
        Share of its rows without a usable position.
    """

    source: str
    name: str
    prefix: str
    file: str
    headings: Mapping[str, str]
    encoding: str = "utf-8"
    times: TimeStyle = "plain"
    datum: str = "WGS84"
    no_position: float = 0.0


FEEDS: Final = (
    Feed(
        "hotline", "12345热线", "RX", "12345热线工单_{year}.csv",
        {
            "event_id": "工单编号", "reported_at": "受理时间", "accepted_at": "接单时间", "registered_at": "立案时间",
            "dispatched_at": "派单时间", "disposed_at": "办理完成时间", "verified_at": "核查时间", "closed_at": "办结时间",
            "deadline_at": "办理期限", "stage": "工单状态", "urgency": "紧急程度", "category": "事件大类", "subcategory": "事件小类",
            "title": "诉求标题", "description": "诉求内容", "address": "详细地址", "street": "所属街道", "community": "所属社区",
            "area_code": "区划代码", "lon": "经度", "lat": "纬度", "department": "承办单位", "handle_level": "办理层级",
            "is_supervised": "是否督办", "rework_count": "返工次数", "postpone_count": "延期次数", "bounce_count": "退单次数",
            "call_back": "有效回访", "contacted": "是否响应", "resolved": "是否解决", "satisfaction": "满意度评价",
            "duplicate_of": "关联主单", "caller": "来电人", "phone": "联系电话",
        },
        encoding="gb18030", no_position=0.064,
    ),
    Feed(
        "patrol", "网格员上报", "WG", "网格员上报.csv",
        {
            "event_id": "事件编号", "reported_at": "上报时间", "registered_at": "立案时间", "dispatched_at": "派遣时间",
            "disposed_at": "处置时间", "verified_at": "核查时间", "closed_at": "结案时间", "deadline_at": "截止时间", "stage": "事件状态",
            "category": "大类", "subcategory": "小类", "title": "事件标题", "address": "地址", "area_code": "网格编码", "lon": "经度",
            "lat": "纬度", "department": "处置部门", "handle_level": "处置层级", "is_supervised": "是否督办", "rework_count": "返工次数",
            "postpone_count": "延期次数", "bounce_count": "推诿次数", "duplicate_of": "重复工单", "worker": "网格员工号",
        },
        encoding="utf-8-sig", times="short", datum="GCJ02", no_position=0.006,
    ),
    Feed(
        "video", "视频AI", "SP", "视频AI告警.csv",
        {
            "event_id": "事件编号", "reported_at": "发生时间", "registered_at": "立案时间", "dispatched_at": "派遣时间",
            "disposed_at": "处置完成时间", "verified_at": "核查时间", "closed_at": "结案时间", "deadline_at": "处置截止时间",
            "stage": "状态",
            "urgency": "紧急程度", "category": "事件大类", "subcategory": "事件小类", "title": "事件名称", "address": "地点", "lon": "经度",
            "lat": "纬度", "department": "处置单位", "handle_level": "处置层级", "rework_count": "返工次数", "postpone_count": "延期次数",
            "confidence": "置信度",
        },
        times="iso",
    ),
    Feed(
        "sensor", "物联感知", "WL", "物联感知告警.csv",
        {
            "event_id": "事件编号", "reported_at": "发生时间", "dispatched_at": "派单时间", "disposed_at": "处置完成时间",
            "closed_at": "归档时间", "deadline_at": "处置截止时间", "stage": "处置状态", "urgency": "优先级", "category": "事件大类",
            "subcategory": "事件小类", "title": "事件名称", "address": "位置", "point": "坐标", "department": "责任单位",
            "handle_level": "处置层级",
        },
        encoding="utf-16",
    ),
    Feed(
        "drone", "无人机", "FJ", "无人机巡查.geojson",
        {
            "event_id": "事件编号", "reported_at": "上报时间", "dispatched_at": "派遣时间", "disposed_at": "处置时间",
            "closed_at": "结案时间", "deadline_at": "截止时间", "stage": "状态", "category": "大类", "subcategory": "小类",
            "title": "标题", "address": "位置描述", "point": "坐标",
            "department": "责任部门", "handle_level": "办结层级",
        },
    ),
    Feed(
        "inspect", "上级督查", "DC", "督查转办台账.xlsx",
        {
            "event_id": "案件编号", "reported_at": "登记时间", "registered_at": "立案时间", "dispatched_at": "转办时间",
            "disposed_at": "办理完成时间", "closed_at": "办结时间", "deadline_at": "办结期限", "stage": "办理状态", "category": "问题类型",
            "title": "主题", "address": "发生地点", "street": "所属街道", "lon": "经度", "lat": "纬度", "department": "主办单位",
            "handle_level": "办理层级", "is_supervised": "督办", "rework_count": "返工次数", "postpone_count": "延期次数",
        },
        no_position=0.22,
    ),
)  # fmt: skip
