"""Texts of the indicators page."""

from __future__ import annotations

from typing import Final

INDICATORS: Final[dict[str, tuple[str, str]]] = {
    "handbook": ("指标", "Indicators"),
    "handbook_skip": ("跳到第一个指标", "Skip to the first indicator"),
    "handbook_now": ("现值：", "Present values: "),
    "handbook_contents": ("全部指标", "All indicators"),
    "handbook_ways": ("其他页面", "Other pages"),
    "handbook_screen": ("一屏", "Screen"),
    "handbook_definitions": ("各套口径不同之处", "Where the definitions differ"),
    "handbook_rule": ("规则", "Rule"),
    "opened_handbook": ("关于这个指标", "About this indicator"),
}
