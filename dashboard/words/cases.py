"""Texts of the table of cases, and of one case opened."""

from __future__ import annotations

from typing import Final

CASES: Final[dict[str, tuple[str, str]]] = {
    "table": ("全部案件 · {n} 件", "All cases · {n}"),
    "table_hint": ("点一行看全程；点表头排序", "open a row for its whole course; order by a heading"),
    "table_search": ("在标题、地址、编号、描述中查找", "Search title, address, id, description"),
    "table_address": ("地址", "Address"),
    "table_urgency": ("紧急程度", "Urgency"),
    "table_hours": ("用时（小时）", "Hours taken"),
    # one case
    "case_gone": ("打不开：您可看的数据里没有这一件。", "This case cannot be opened: there is none of this id in the data you may see."),
    "case_early": ("提前 {span} 办结", "closed {span} early"),
    "case_worked": ("（工作时间 {hours} 小时）", " ({hours} working hours)"),
    "case_course": ("办理全程", "Its course"),
    "case_now": ("数据时刻", "Data as of"),
    "case_no_time": ("无时间记录", "no time recorded"),
    "case_reversed": ("时间倒置", "times reversed"),
    "case_slowest": ("用时最长", "longest"),
    "case_position": ("位置", "Position"),
    "case_unmapped": ("未上图", "none"),
    "case_description": ("描述", "Description"),
    "case_handling": ("办理", "Handling"),
    "case_rework": ("返工 {n} 次", "sent back {n} ×"),
    "case_postpone": ("延期 {n} 次", "extended {n} ×"),
    "case_bounce": ("推诿 {n} 次", "bounced {n} ×"),
    "case_call_back": ("回访", "Call-back"),
    "case_duplicate": ("重复于", "Duplicate of"),
    "case_similar": (
        "相似的件 · 同类 {metres} 米内或同一地址，前后 {days} 天",
        "Similar cases · same kind within {metres} m, or same address; {days} days either way",
    ),
    "case_similar_none": ("附近没有相似的件", "There are none near it"),
    "case_similar_rest": ("另 {n} 件", "{n} more"),
    "case_similar_cut": ("另有 {n} 件以上", "more than {n} more"),
    "case_same_address": ("同一地址", "same address"),
    "limit_work_hour": ("时限 {n} 个工作小时", "limit: {n} working hours"),
    "limit_work_day": ("时限 {n} 个工作日", "limit: {n} working days"),
    "limit_natural_day": ("时限 {n} 天", "limit: {n} days"),
    "limit_urgent_hour": ("时限 {n} 小时", "limit: {n} hours"),
}
