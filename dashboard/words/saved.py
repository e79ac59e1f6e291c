"""Texts of views kept by name."""

from __future__ import annotations

from typing import Final

SAVED: Final[dict[str, tuple[str, str]]] = {
    "saved": ("视图", "Views"),
    "saved_none": ("还没有保存的视图", "No views are kept yet"),
    "saved_pinned": ("固定快照", "one snapshot"),
    "saved_live": ("随最新数据", "live"),
    "saved_name": ("为当前视图取名", "Name for this view"),
    "saved_keep": ("保存", "Keep"),
    "saved_this_snapshot": ("固定在当前快照", "always this snapshot"),
    "saved_rename": ("改名", "Rename"),
    "saved_delete": ("删除", "Delete"),
    "saved_sure": ("再点一次删除", "Once more to delete"),
    "saved_copy": ("复制链接（含快照与口径）", "Copy the link (with snapshot and definition)"),
    "saved_copied": ("已复制", "Copied"),
    "saved_failed": ("没有成功：{reason}", "Not done: {reason}"),
    "saved_elsewhere": ("只能在服务器本机保存视图", "Views are kept from the server's own machine only"),
}
