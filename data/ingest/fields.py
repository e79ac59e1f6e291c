"""The fields of every kind of row: types, what is required, closed vocabularies, the headers they are known by.

Adding an alias or a word of a vocabulary is one entry here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from data.errors import ConfigError

FieldType = Literal["id", "code", "name", "text", "instant", "date", "flag", "count", "number", "degrees", "point", "wkt", "choice"]
"""``id`` and ``code`` are texts that never become numbers; ``text`` is free text, masked; ``point`` is a pair glued
together in one cell; ``wkt`` is a boundary as text; ``choice`` has a closed vocabulary."""


@dataclass(frozen=True)
class Field:
    """One field of the data contract.

    Attributes
    ----------
    aliases
        Headers it is recognised by, best first, as people write them; compared without case, blanks and punctuation.
    words
        For ``choice``: key → what files write. A key always stands for itself.
    """

    name: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    required: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _aliases(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STAGE_WORDS: Final = {
    "accepted": _aliases("受理 已受理 待受理 待立案 新建 待处理 上报 new unspecified-open"),
    "registered": _aliases("立案 已立案 待派遣 registered pending"),
    "dispatched": _aliases("派遣 已派遣 派单 已派单 已转办 转办 待处置 待签收 dispatched started open opened assigned"),
    "disposing": (*_aliases("处置 处置中 办理中 处理中 在办 已签收 disposing processing inprogress"), "in progress"),
    "verifying": _aliases("核查 核查中 待核查 已处置 处置完成 待结案 待回访 verifying resolved"),
    "closed": _aliases("结案 已结案 办结 已办结 归档 已归档 已完成 完成 关闭 closed done completed archived"),
    "parked": _aliases("挂账 已挂账 挂起 暂缓 parked suspended"),
    "void": _aliases("作废 已作废 无效 撤销 已撤销 不予受理 不予立案 void cancelled canceled invalid"),
}
URGENCY_WORDS: Final = {
    "normal": _aliases("一般 普通 正常 平件 低 中 normal low medium 0"),
    "urgent": _aliases("紧急 加急 急件 较急 高 urgent high 1"),
    "critical": _aliases("特急 特别紧急 重大 非常紧急 critical emergency 2"),
}
SATISFACTION_WORDS: Final = {
    "satisfied": _aliases("满意 非常满意 很满意 satisfied"),
    "basically": _aliases("基本满意 比较满意 较满意 一般 basically"),
    "unsatisfied": _aliases("不满意 非常不满意 很不满意 unsatisfied dissatisfied"),
    "unrated": _aliases("未评价 未评 未回访 无评价 默认 unrated"),
}
HANDLE_LEVEL_WORDS: Final = {
    "grid": _aliases("网格 网格级 网格内"),
    "community": _aliases("社区 村 社区级 村级 社区(村)"),
    "street": _aliases("街道 镇 街道级 镇级 街镇 街道(镇)"),
    "district": _aliases("区 区级 区县 区直部门 部门"),
}
POINT_STATE_WORDS: Final = {
    "in_use": _aliases("在用 使用中 正常 启用 active inuse"),
    "repair": _aliases("维修 维修中 报修 故障维修 maintenance"),
    "removed": _aliases("拆除 已拆除 报废 停用 retired"),
}
STATUS_WORDS: Final = {"ON": _aliases("在线 online 1 正常 ok on"), "OFF": _aliases("离线 offline 0 掉线 不在线 off 异常")}

_AREA_CODE = _aliases("area_code 区域编码 区域代码 区划代码 行政区划代码 所属区域编码 网格编码 网格编号 网格代码 grid_code grid_id")
_LON = _aliases("lon longitude lng 经度 x坐标 坐标x 坐标经度 long 经度坐标")
_LAT = _aliases("lat latitude 纬度 y坐标 坐标y 坐标纬度 纬度坐标")
_POINT = _aliases("坐标 经纬度 位置坐标 坐标位置 coordinates location point lnglat lonlat")
_DATUM = _aliases("datum 坐标系 坐标系统 坐标类型")

AREA: Final = (
    Field(
        "area_code",
        "code",
        _aliases("area_code 区域编码 区划代码 行政区划代码 编码 代码 区域代码 网格编码 网格编号 社区编码 街道编码 code"),
        True,
    ),
    Field("level", "name", _aliases("level 级别 层级 区域级别 行政级别")),
    Field("name", "name", _aliases("name 名称 区域名称 网格名称 社区名称 街道名称 area_name 社区 街道 community street"), True),
    Field("parent_code", "code", _aliases("parent_code 上级编码 上级区划代码 父级编码 上级代码 所属编码 parent 上级区域编码")),
    Field("parent_name", "name", _aliases("parent_name 上级名称 所属街道 所属社区 所属区域 上级区域 上级 父级名称")),
    Field("boundary", "wkt", _aliases("boundary wkt geometry geom 边界 边界坐标 几何")),
    Field("population", "count", _aliases("population 人口 人口数 常住人口 总人口")),
    Field("households", "count", _aliases("households 户数 总户数 住户数")),
    Field("area_km2", "number", _aliases("area_km2 面积 面积km2 面积平方公里 面积(平方公里)")),
    Field("grid_type", "name", _aliases("grid_type 网格类型 类型")),
    Field("grid_worker", "name", _aliases("grid_worker 网格员 网格员姓名 网格长")),
    Field("valid_from", "date", _aliases("valid_from 生效日期 启用日期 起始日期")),
    Field("valid_to", "date", _aliases("valid_to 失效日期 停用日期 截止日期")),
    Field("lon", "degrees", _LON),
    Field("lat", "degrees", _LAT),
)

EVENT: Final = (
    Field("event_id", "id", _aliases(
        "event_id 事件编号 工单编号 案件编号 任务号 事件ID 工单号 诉求编号 REC_ID unique_key case_id 编号 id"), True),
    Field("reported_at", "instant", _aliases(
        "reported_at 上报时间 发生时间 受理时间 来电时间 登记时间 诉求时间 创建时间 上报日期 CREATE_TIME created_date "
        "created_at report_time"), True),
    Field("domain", "name", _aliases("domain 领域 事件领域 所属领域 一级分类 治理领域 板块")),
    Field("category", "name", _aliases(
        "category 大类 事件大类 二级分类 事件类别 事件类型 问题类型 诉求类型 类别 complaint_type MAIN_TYPE_NAME "
        "大类名称 分类"), True),
    Field("subcategory", "name", _aliases("subcategory 小类 事件小类 三级分类 小类名称 问题小类 descriptor SUB_TYPE_NAME")),
    Field("source", "name", _aliases(
        "source 来源 事件来源 问题来源 诉求来源 上报来源 渠道 受理渠道 EVENT_SRC_NAME open_data_channel_type channel")),
    Field("title", "text", _aliases("title 标题 事件标题 主题 事件名称 诉求标题 工单标题")),
    Field("description", "text", _aliases(
        "description 描述 事件描述 内容 诉求内容 问题描述 事件内容 工单内容 详情 resolution_description")),
    Field("address", "text", _aliases(
        "address 地址 事发地址 发生地址 事件地址 发生地点 地点 位置 详细地址 位置描述 incident_address OCCUR_PLACE")),
    Field("lon", "degrees", _LON),
    Field("lat", "degrees", _LAT),
    Field("point", "point", _POINT),
    Field("datum", "name", _DATUM),
    Field("area_code", "code", _AREA_CODE),
    Field("accepted_at", "instant", _aliases("accepted_at 受理时刻 平台受理时间 接单时间")),
    Field("registered_at", "instant", _aliases("registered_at 立案时间")),
    Field("dispatched_at", "instant", _aliases("dispatched_at 派遣时间 派单时间 转办时间 派发时间")),
    Field("disposed_at", "instant", _aliases("disposed_at 处置时间 处置完成时间 办理完成时间 处置结束时间")),
    Field("verified_at", "instant", _aliases("verified_at 核查时间 核实时间 回访时间")),
    Field("closed_at", "instant", _aliases("closed_at 结案时间 办结时间 归档时间 完成时间 关闭时间 closed_date close_time")),
    Field("deadline_at", "instant", _aliases(
        "deadline_at 截止时间 处置截止时间 办理期限 办结期限 限办时间 到期时间 要求完成时间 due_date deadline")),
    Field("time_limit", "name", _aliases("time_limit 时限 办理时限 处置时限 办结时限 处理时限 规定时限 承诺时限")),
    Field("time_unit", "name", _aliases("time_unit 时限单位 期限单位")),
    Field("stage", "choice", _aliases("stage 状态 办理状态 事件状态 案件状态 当前阶段 工单状态 阶段 处置状态 status"), words=STAGE_WORDS),
    Field("urgency", "choice", _aliases("urgency 紧急程度 紧急度 缓急 优先级 priority"), words=URGENCY_WORDS),
    Field("department", "name", _aliases(
        "department 处置部门 承办单位 责任单位 办理单位 主办单位 责任部门 承办部门 处置单位 DISPOSE_UNIT_NAME agency agency_name 部门")),
    Field("handle_level", "choice", _aliases("handle_level 办结层级 处置层级 化解层级 办理层级"), words=HANDLE_LEVEL_WORDS),
    Field("is_supervised", "flag", _aliases("is_supervised 是否督办 督办")),
    Field("rework_count", "count", _aliases("rework_count 返工次数 返工 退回重办次数")),
    Field("postpone_count", "count", _aliases("postpone_count 延期次数 延期")),
    Field("bounce_count", "count", _aliases("bounce_count 推诿次数 退单次数 退回次数 推诿")),
    Field("call_back", "flag", _aliases("call_back 回访有效 有效回访 是否有效回访 是否回访 回访")),
    Field("contacted", "flag", _aliases("contacted 是否联系 是否响应 响应 已联系 联系情况")),
    Field("resolved", "flag", _aliases("resolved 是否解决 解决 解决情况 已解决")),
    Field("satisfaction", "choice", _aliases("satisfaction 满意度 满意情况 是否满意 满意度评价 评价结果"), words=SATISFACTION_WORDS),
    Field("disposed_on_time", "flag", _aliases("disposed_on_time 按期处置 是否按期处置")),
    Field("closed_on_time", "flag", _aliases("closed_on_time 按期结案 是否按期结案 是否按期办结 INTIME_ARCHIVE_NUM")),
    Field("duplicate_of", "id", _aliases("duplicate_of 重复工单 重复于 原事件编号 并案编号 关联主单")),
    Field("updated_at", "instant", _aliases("updated_at 更新时间 最后更新时间 修改时间 update_time resolution_action_updated_date")),
)  # fmt: skip

EVENT_INSTANTS: Final = (
    "reported_at", "accepted_at", "registered_at", "dispatched_at", "disposed_at", "verified_at", "closed_at", "updated_at",
)  # fmt: skip
"""Instants of what has happened: none can be after the data's own now. A deadline can."""

ID_FIELDS: Final[Mapping[str, str]] = {"event": "event_id", "video_point": "point_id", "area": "area_code"}
"""Kind → the field by which people know a row."""

VIDEO_POINT: Final = (
    Field("point_id", "id", _aliases(
        "point_id 点位编号 点位编码 设备编号 设备编码 设备国标编号 国标编码 国标编号 通道编号 摄像机编号 device_id "
        "channel_id id"), True),
    Field("name", "name", _aliases("name 点位名称 名称 设备名称 通道名称 摄像机名称"), True),
    Field("lon", "degrees", _LON),
    Field("lat", "degrees", _LAT),
    Field("point", "point", _POINT),
    Field("datum", "name", _DATUM),
    Field("area_code", "code", _AREA_CODE),
    Field("kind", "name", _aliases("kind 类型 设备类型 摄像机类型 点位形态")),
    Field("category", "name", _aliases("category 点位类别 类别 建设类别 分类")),
    Field("owner", "name", _aliases("owner 建设单位 权属单位 所属单位 管理单位")),
    Field("reported_status", "choice", _aliases("reported_status 在线状态 设备状态 上报状态 状态 status"), words=STATUS_WORDS),
    Field("last_seen_at", "instant", _aliases("last_seen_at 最后心跳时间 最近在线时间 最后在线时间 心跳时间 最后上线时间 last_seen")),
    Field("parent_id", "id", _aliases("parent_id 上级设备编号 父设备编号 父设备 上级设备 所属设备编号")),
    Field("state", "choice", _aliases("state 使用状态 运行状态 建设状态 点位状态"), words=POINT_STATE_WORDS),
    Field("heading", "number", _aliases("heading 朝向 方位角 朝向角度 监控方位")),
)  # fmt: skip

CATEGORY: Final = (
    Field("domain", "name", _aliases("domain 领域 一级分类 治理领域 板块"), True),
    Field("category", "name", _aliases("category 大类 二级分类 大类名称 类别")),
    Field("subcategory", "name", _aliases("subcategory 小类 三级分类 小类名称")),
    Field("time_limit", "number", _aliases("time_limit 时限 办理时限 处置时限 默认时限")),
    Field("time_unit", "choice", _aliases("time_unit 时限单位 单位"), words={
        "work_hour": _aliases("工作小时 工作时 小时(工作)"), "work_day": _aliases("工作日 工作天"),
        "natural_day": _aliases("自然日 天 日 日历天"), "urgent_hour": _aliases("紧急小时 小时 自然小时")}),
)  # fmt: skip

CALENDAR: Final = (
    Field("day", "date", _aliases("day 日期 date"), True),
    Field("weekday", "name", _aliases("weekday 星期 周几 星期几")),
    Field("is_working", "flag", _aliases("is_working 是否工作日 工作日 是否上班"), True),
    Field("hours", "name", _aliases("hours 工作时间 上班时间 时段")),
)

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {"area": AREA, "event": EVENT, "video_point": VIDEO_POINT, "category": CATEGORY, "calendar": CALENDAR}
)

LEVEL_ALIASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "district": _aliases("district 区 区县 所属区 行政区 DISTRICT_NAME 区名称"),
        "street": _aliases("street_code 街道编码 街道代码 street 街道 街道(镇) 街镇 乡镇 镇街 所属街道 街道名称 STREET_NAME"),
        "community": _aliases("community_code 社区编码 社区代码 community 社区 社区(村) 村社 所属社区 社区名称 村居 COMMUNITY_NAME"),
        "grid": _aliases("grid 网格 所属网格 网格名称 GRID_NAME"),
    }
)
"""Headers under which a row names the area it belongs to, by level. Other levels are read only where the configuration says so."""


def meanings(source: str, values: Mapping[str, Mapping[str, str]], fields: Iterable[Field]) -> dict[str, Mapping[str, str]]:
    """What a source's configuration says its words mean; for a closed vocabulary the keys, whichever word they were named by.

    Raises
    ------
    ConfigError
        A meaning is not in its field's vocabulary.
    """
    found = dict(values)
    for item in fields:
        if item.type == "choice" and item.name in values:
            keys = {word.lower(): key for key, words in item.words.items() for word in (*words, key)}
            unknown = [meaning for meaning in values[item.name].values() if meaning and meaning.lower() not in keys]
            if unknown:
                raise ConfigError(
                    f"source '{source}': values.{item.name} '{unknown[0]}' is not known; expected one of {', '.join(item.words)}."
                )
            found[item.name] = {word: keys.get(meaning.lower(), meaning) for word, meaning in values[item.name].items()}
    return found


def level_fields(levels: tuple[str, ...]) -> tuple[Field, ...]:
    """One field per level below the whole area, named as the level: a code or a name of the area the row belongs to."""
    return tuple(Field(level, "code", LEVEL_ALIASES.get(level, ())) for level in levels[1:] if level not in {field.name for field in EVENT})
