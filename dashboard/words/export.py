"""Texts of files that are handed out, and of the dialogue that hands them out."""

from __future__ import annotations

from typing import Final

EXPORT: Final[dict[str, tuple[str, str]]] = {
    "export_yes": ("是", "yes"),
    "export_no": ("否", "no"),
    "export_about": ("说明", "About"),
    "export_cases": ("案件", "Cases"),
    "export_sheets": ("分表", "Sheets"),
    "export_id": ("编号", "Case id"),
    # the dialogue
    "export": ("导出", "Export"),
    "export_title": ("导出所选 {n} 件", "Export the {n} cases selected"),
    "export_unmapped": ("其中未上图 {n} 件，一并导出", "{n} of them have no position; they are exported too"),
    "export_name_csv": ("CSV", "CSV"),
    "export_hint_csv": ("Excel 直接打开，中文不乱码", "opens in Excel, UTF-8"),
    "export_name_csv_gb18030": ("CSV（GB18030）", "CSV (GB18030)"),
    "export_hint_csv_gb18030": ("给只认国标编码的程序", "for programs that read nothing else"),
    "export_name_xlsx": ("Excel 工作簿", "Excel workbook"),
    "export_hint_xlsx": (
        "时间、数字、文本各归其类，首页写明范围、快照、口径",
        "typed cells; the first sheet says selection, snapshot, definition",
    ),
    "export_name_geojson": ("GeoJSON 地图数据", "GeoJSON"),
    "export_hint_geojson": ("WGS 84，用于地图软件", "WGS 84, for mapping software"),
    "export_name_geoparquet": ("GeoParquet 列式数据", "GeoParquet"),
    "export_hint_geoparquet": ("最小、最快，用于分析程序", "smallest and fastest, for analysis"),
    "export_name_about": ("说明文件", "What the rows are"),
    "export_hint_about": ("范围、件数、快照、口径，与 CSV 配套", "selection, counts, snapshot, definition: the companion of a CSV"),
    "export_close": ("关闭", "Close"),
    "export_cancel": ("取消", "Cancel"),
    "export_asking": ("正在查询…", "Asking…"),
    "export_rows": ("{rows} / {total} 行 · {size}", "{rows} of {total} rows · {size}"),
    "export_bytes": ("共 {total} 行 · 已收 {size}", "{total} rows · {size} received"),
    "export_done": ("已保存 {name} · {size}", "Saved {name} · {size}"),
    "export_failed": ("没有完成：{reason}", "Not finished: {reason}"),
    "export_cancelled": ("已取消，没有留下文件", "Cancelled; no file was left"),
    "export_too_many": ("同时导出的人太多，请稍后再试", "too many files at once; try again shortly"),
    # notes in files
    "export_apostrophe": (
        "文本若以 = + - @、制表符、回车或单引号开头，前面加了一个单引号，以免被当作公式；去掉这一个单引号即为原文。",
        "A text that begins with = + - @, a tab, a carriage return or an apostrophe has an apostrophe before it, so that no program "
        "takes it for a formula; without this one apostrophe it is as it was.",
    ),
}
