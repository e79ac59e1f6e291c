"""Every text on the screen, in Chinese and English.

Names that come with the data (areas, categories, departments) are shown as they are; indicators, layers, filters and
reason codes carry their names in their own registries.
"""

from __future__ import annotations

from typing import Final

from dashboard.format import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    # the page
    "product": ("城市运行", "City operations"),
    "made_up": ("演示数据，均为虚构", "Made-up data"),
    "language": ("English", "中文"),
    "language_hint": ("Switch to English", "切换到中文"),
    "skip": ("跳到地图", "Skip to the map"),
    "snapshot_age": ("数据截至", "Data as of"),
    "controls": ("筛选", "Filters"),
    "scenes": ("领域", "Domains"),
    "notes": ("地址中有看不懂的部分，已忽略：", "Parts of the address could not be read and were left out: "),
    "unknown_value": ("{name}={value} 不认识，已忽略。", "{name}={value} is not known and was left out."),
    "loading": ("正在读取", "Loading"),
    # controls
    "overview": ("总览", "Overview"),
    "more": ("更多", "More"),
    "window": ("时间", "Window"),
    "window_today": ("今天", "Today"),
    "window_7d": ("近 7 天", "Last 7 days"),
    "window_30d": ("近 30 天", "Last 30 days"),
    "window_90d": ("近 90 天", "Last 90 days"),
    "window_365d": ("近一年", "Last 365 days"),
    "window_week": ("本周", "This week"),
    "window_month": ("本月", "This month"),
    "window_assessment": ("考核月", "Assessment month"),
    "window_all": ("全部时间", "All time"),
    "window_own": ("自选日期", "Own dates"),
    "any_category": ("全部类别", "All categories"),
    "any_domain": ("全部领域", "All domains"),
    "any_source": ("全部来源", "All sources"),
    "any_stage": ("全部阶段", "All stages"),
    "category": ("类别", "Category"),
    "source": ("来源", "Source"),
    "stage": ("阶段", "Stage"),
    "several": ("{first} 等 {n} 项", "{first} + {rest}"),
    "clear": ("清除全部筛选", "Clear all filters"),
    # key numbers
    "headline": ("关键指标", "Key numbers"),
    "map_shows": ("地图与排名：{indicator}", "Map and ranking: {indicator}"),
    "vs_previous": ("较上期", "vs previous"),
    "vs_partial": ("较上期同进度", "vs previous, cut at the same hour"),
    "previous_was": ("上期 {n}", "was {n}"),
    "no_previous": ("无上期", "no previous"),
    "n": ("n {n}", "n {n}"),
    "formula": ("算法", "Formula"),
    "numerator": ("分子", "Numerator"),
    "denominator": ("分母", "Denominator"),
    "interval": ("95% 区间", "95% interval"),
    "excluded": ("不计入", "Left out"),
    "before": ("上期", "Previous"),
    "definition": ("口径", "Definition"),
    "snapshot": ("快照", "Snapshot"),
    "too_few": ("仅 {found} 件，满 {n} 件才出数", "{found} cases; {n} needed"),
    "nothing_due": ("没有可算的件", "no cases to compute from"),
    "basis": ("依据", "Evidence"),
    "basis_hint": ("点开看依据", "Open for the evidence"),
    # ranking
    "ranking": ("{level} · {indicator}", "{level} · {indicator}"),
    "ranking_columns": ("95% 区间 · n", "95 % · n"),
    "ranking_counts": ("件数，不排名", "counts, not ranked"),
    "ranking_bands": ("同一带内难分高下", "Order within a band is uncertain"),
    "ranking_more": ("共 {n} 个，下滚看其余", "{n} in all, scroll"),
    "ranking_leaf": ("已到最细一级", "This is the finest level"),
    "unassigned": ("未归属", "No area"),
    "not_below": ("未细分到{level}", "Unassigned"),
    # trend
    "trend": ("受理量", "Accepted"),
    "per_day": ("件/日", "per day"),
    "per_week": ("件/周", "per week"),
    "per_days": ("件/{n} 日", "per {n} days"),
    "trend_days": ("近 {n} 天", "last {n} days"),
    "rest": ("其他", "Other"),
    "total": ("合计", "Total"),
    # categories, sources
    "categories": ("{level} · 本期与上期", "{level} · now and before"),
    "categories_1": ("领域", "Domains"),
    "categories_2": ("大类", "Categories"),
    "categories_3": ("小类", "Subcategories"),
    "sources": ("来源 · 本期与上期", "Sources · now and before"),
    "bars_rest": ("另 {n} 项", "{n} more"),
    "unclassified": ("未分类", "Unclassified"),
    "tick": ("白线为上期", "line: before"),
    # due soon
    "due_soon": ("未来 {hours} 个工作小时将超期", "Due within {hours} working hours"),
    "overdue": ("已超期未处置", "Overdue, not disposed"),
    "no_deadlines": ("数据没有时限，无法判断到期", "The data carry no deadlines"),
    # hours
    "hours": ("受理时段", "When events come in"),
    "hour": ("{n}时", "{n}:00"),
    "weekdays": ("一二三四五六日", "MTWTFSS"),
    # events
    "events": ("紧急与最新", "Urgent and newest"),
    "event_overdue": ("超期 {span}", "{span} late"),
    "event_due_soon": ("{span}后超期", "due in {span}"),
    "event_id": ("编号", "Id"),
    "event_address": ("地址", "Address"),
    "event_reported": ("受理", "Reported"),
    "event_deadline": ("时限", "Deadline"),
    "event_department": ("承办", "Department"),
    "event_area": ("区域", "Area"),
    "event_category": ("类别", "Category"),
    "event_source": ("来源", "Source"),
    "event_unmapped": ("未上图", "not on the map"),
    # map and coverage
    "map": ("地图", "Map"),
    "path": ("位置", "Where"),
    "drill": ("点选{level}下钻", "click a {level} to open it"),
    "up": ("返回", "Up"),
    "coverage": ("数据覆盖", "Coverage"),
    "accepted": ("受理", "Accepted"),
    "unmapped": ("未上图", "Not on the map"),
    "void": ("作废不计", "Void, left out"),
    "duplicate": ("重复不计", "Duplicates, left out"),
    "quarantined": ("隔离行", "Quarantined rows"),
    "caveat": ("注意", "Mind"),
    # a panel that has nothing, or fails
    "empty": ("所选范围没有事件", "No events in this selection"),
    "no_events": ("快照中没有事件", "The snapshot holds no events"),
    "empty_filter": ("去掉 {filter}：{n} 件", "without {filter}: {n}"),
    "empty_all": ("清除筛选", "Clear the filters"),
    "failed": ("此处暂时无法显示，其余照常", "This part cannot be shown now; the rest is not affected"),
    "failed_timeout": ("这一项算得太久，请缩小范围", "This took too long; choose a smaller selection"),
}


def say(key: str, lang: Language, **values: object) -> str:
    """The text in the language, with ``{names}`` filled in."""
    zh, en = WORDS[key]
    text = zh if lang == "zh" else en
    return text.format(**values) if values else text
