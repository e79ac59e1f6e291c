"""Texts of files that are handed out, and of the dialogue that hands them out."""

from __future__ import annotations

from typing import Final

EXPORT: Final[dict[str, tuple[str, str]]] = {
    "export_yes": ("是", "yes"),
    "export_no": ("否", "no"),
    "export_about": ("说明", "About"),
    "export_cases": ("案件", "Cases"),
    "export_sheets": ("分表", "Sheets"),
    "export_apostrophe": (
        "文本若以 = + - @、制表符、回车或单引号开头，前面加了一个单引号，以免被当作公式；去掉这一个单引号即为原文。",
        "A text that begins with = + - @, a tab, a carriage return or an apostrophe has an apostrophe before it, so that no program "
        "takes it for a formula; without this one apostrophe it is as it was.",
    ),
}
