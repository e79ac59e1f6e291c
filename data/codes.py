"""Reason codes: what can be wrong with a file, a row, a position or a boundary, and what to do about it.

The one list that checks, quarantine files, reports and screens take their sentences from. A code's meaning never
changes; a new meaning gets a new code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["file", "row", "position", "boundary", "warning", "caveat"]
Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Code:
    """One reason.

    Attributes
    ----------
    code
        The stable key, e.g. ``E_TIME_FUTURE``.
    kind
        What it is about: ``file`` refuses a file; ``row`` and ``boundary`` quarantine a row; ``position`` sets a
        position aside and keeps the row; ``warning`` changes nothing; ``caveat`` is what a reader of the numbers
        must know.
    zh, en
        What is wrong and what to do, one sentence or two.
    """

    code: str
    kind: Kind
    zh: str
    en: str

    def sentence(self, language: Language) -> str:
        """The sentence in one language."""
        return self.zh if language == "zh" else self.en


_FILE = (
    ("E_EMPTY_FILE", "文件为空，请重新导出后再送。", "The file is empty; export it again and send the new file."),
    (
        "E_NO_HEADER",
        "没有找到表头，请让列名位于数据之上的第一行。",
        "No header row was found; put the column names in the row above the data.",
    ),
    (
        "E_ENCODING",
        "文字编码无法识别，请存为 UTF-8 或 GB18030，或在配置中写明 encoding。",
        "The text encoding cannot be read; save the file as UTF-8 or GB18030, or name its encoding in the configuration.",
    ),
    (
        "E_FILE_TYPE",
        "不支持这种文件，请使用 CSV、Excel、GeoJSON、Shapefile 或 Parquet。",
        "This type of file is not read; use CSV, Excel, GeoJSON, Shapefile or Parquet.",
    ),
    (
        "E_FILE_ENCRYPTED",
        "文件设有密码，请取消密码后再送。",
        "The file is protected by a password; remove the password and send it again.",
    ),
    ("E_FILE_TOO_BIG", "文件超过大小上限，请按时间分成几个文件。", "The file is larger than allowed; split it by time into several files."),
    (
        "E_TOO_MANY_ROWS",
        "行数超过上限，请按时间分成几个文件。",
        "The file has more rows than allowed; split it by time into several files.",
    ),
    (
        "E_TOO_MANY_COLUMNS",
        "列数超过上限，请只导出需要的列。",
        "The file has more columns than allowed; export only the columns that are needed.",
    ),
    (
        "E_TOO_MANY_FILES",
        "压缩包内文件过多，请每个数据集单独打包。",
        "The archive holds more files than allowed; pack each data set on its own.",
    ),
    (
        "E_CORRUPT",
        "文件已损坏或不完整，请重新导出或重新传送。",
        "The file is damaged or incomplete; export it again or send it again.",
    ),
    ("E_JSON", "JSON 格式有误，请用原系统重新导出。", "The JSON cannot be parsed; export it again from the system it came from."),
    ("E_XML", "XML 格式有误或含有不允许的内容，请重新导出。", "The XML cannot be parsed or holds what is not allowed; export it again."),
    (
        "E_ZIP_BOMB",
        "压缩包展开后过大，请直接送原文件。",
        "The archive grows beyond the limit when unpacked; send the files themselves.",
    ),
    (
        "E_ZIP_PATH",
        "压缩包内的路径指向包外，请重新打包，只含文件名。",
        "A path in the archive leads outside it; pack it again with plain file names.",
    ),
    (
        "E_ZIP_LINK",
        "压缩包内含有链接，请用真实文件重新打包。",
        "The archive contains a link; pack it again with the real files.",
    ),
    (
        "E_ZIP_DUP",
        "压缩包内有同名文件，请去掉重复后重新打包。",
        "The archive holds two files of one name; remove one and pack it again.",
    ),
    (
        "E_SHP_PART_MISSING",
        "Shapefile 不完整，请把 .shp、.shx、.dbf、.prj 一起送来。",
        "The Shapefile is incomplete; send the .shp, .shx, .dbf and .prj together.",
    ),
    (
        "E_MISSING_COLUMN",
        "缺少必填列，请补上该列，或在配置的 columns 中写明它的列名。",
        "A required column is missing; add it, or name it under columns in the configuration.",
    ),
    (
        "E_DUP_COLUMN",
        "有两列对应同一字段，请删去一列，或在配置的 columns 中写明用哪一列。",
        "Two columns stand for the same field; remove one, or say which under columns in the configuration.",
    ),
    (
        "E_TYPE",
        "文件内容与所说的种类不符，请检查 kind 是否写对。",
        "The content does not fit the kind that was named; check the kind.",
    ),
)

_ROW = (
    (
        "E_RAGGED",
        "该行的列数与表头不同，请检查多余或缺少的分隔符。",
        "The row has another number of fields than the header; look for a missing or extra separator.",
    ),
    ("E_QUOTE", "引号没有成对，请在原文件中补全。", "A quotation mark is not closed; close it in the original file."),
    ("E_NUL", "该行含有空字符，请重新导出。", "The row contains a NUL character; export the file again."),
    (
        "E_FIELD_TOO_LONG",
        "单元格内容过长，请缩短或检查引号是否成对。",
        "A field is longer than allowed; shorten it or look for an unclosed quotation mark.",
    ),
    (
        "E_FORMULA",
        "编号或编码单元格里是公式或出错值，请改为数值或文本后导出。",
        "An id or code holds a formula or an error value; replace it by its value and export again.",
    ),
    (
        "E_ENUM",
        "该值不在允许的取值之内，请改正，或在配置的 values 中写明对应关系。",
        "The value is not one of those allowed; correct it, or map it under values in the configuration.",
    ),
    ("E_ID_MISSING", "缺少编号，请补上。", "The id is missing; fill it in."),
    ("E_ID_INVALID", "编号含有不允许的字符或过长，请改正。", "The id holds characters that are not allowed or is too long; correct it."),
    (
        "E_ID_DUP",
        "与另一行完全相同，已只保留一行，请在原系统中去重。",
        "The row is identical to another and only one is kept; remove the copy at its source.",
    ),
    (
        "E_ID_CONFLICT",
        "同一编号有内容不同的行，请确认哪一行有效，或提供更新时间列。",
        "Rows of one id differ; decide which is right, or send a column with the time of update.",
    ),
    (
        "E_ID_PRECISION",
        "编号已被存成科学计数法而丢失末尾数字，请把该列设为文本后重新导出。",
        "The id was stored as a rounded number and lost its last digits; format the column as text and export again.",
    ),
    (
        "E_FK_STREET",
        "街道（上级区域）在区域表中不存在，请核对名称或编码。",
        "The street, or parent area, is not in the area table; check its name or code.",
    ),
    ("E_FK_GRID", "网格（区域编码）在区域表中不存在，请核对编码。", "The grid, or area code, is not in the area table; check the code."),
    (
        "E_GRID_MISMATCH",
        "所填区域与坐标所在区域不符，请核对坐标或区域编码。",
        "The area given is not the one the position lies in; check the position or the area code.",
    ),
    ("E_TIME_MISSING", "缺少上报时间，请补上。", "The time of reporting is missing; fill it in."),
    ("E_TIME_INVALID", "时间无法识别，请写成 2026-01-31 08:05:00 的形式。", "The time cannot be read; write it like 2026-01-31 08:05:00."),
    ("E_TIME_RANGE", "时间超出合理范围，请核对年份。", "The time is outside the range that can be true; check the year."),
    (
        "E_TIME_FUTURE",
        "时间晚于数据截止时间，请核对，或在配置中更新 as_of。",
        "The time is later than the data's own now; correct it, or move as_of in the configuration.",
    ),
    (
        "E_TIME_AMBIGUOUS",
        "该时间有两种读法（月、日先后不明，或在时区切换时出现两次或不存在），请写成 2026-01-31 08:05:00 的形式，必要时带上时区偏移。",
        "The time can be read two ways (day or month first, or a clock that was changed); write it like 2026-01-31 08:05:00, "
        "where clocks change with its offset from UTC.",
    ),
    ("E_CLOSE_BEFORE_REPORT", "结案时间早于上报时间，请核对两个时间。", "The case was closed before it was reported; check both times."),
    (
        "E_CLOSE_TIME_MISSING",
        "状态为已结案但没有结案时间，请补上时间或改正状态。",
        "The case is marked closed but has no closing time; add the time or correct the stage.",
    ),
    (
        "E_STATUS_TIME_CONFLICT",
        "状态与时间互相矛盾，请核对状态和各环节时间。",
        "The stage contradicts the times; check the stage and the times of each step.",
    ),
)

_POSITION = (
    (
        "E_COORD_MISSING",
        "没有坐标，计入未上图；如有坐标请补上经纬度。",
        "There is no position and it counts as unmapped; add longitude and latitude if they are known.",
    ),
    ("E_COORD_INVALID", "坐标不是有效的经纬度，请改正。", "The position is not a valid longitude and latitude; correct it."),
    ("E_COORD_ZERO", "坐标为 0，请填写真实坐标或留空。", "The position is zero; give the real one or leave it empty."),
    ("E_COORD_SWAPPED", "经度和纬度填反了，请对调两列。", "Longitude and latitude are swapped; exchange the two columns."),
    (
        "E_COORD_OUT_OF_AREA",
        "坐标远在本辖区之外，请核对坐标和坐标系。",
        "The position is far outside the whole area; check it and its datum.",
    ),
    (
        "E_COORD_CRS",
        "坐标系无法识别或不符，请在配置中写明 datum。",
        "The coordinate system is unknown or does not fit; name the datum in the configuration.",
    ),
)

_BOUNDARY = (
    ("E_GEOM_NULL", "没有边界，请补上面要素。", "There is no boundary; add a polygon."),
    ("E_GEOM_EMPTY", "边界为空，请重新绘制。", "The boundary is empty; draw it again."),
    (
        "E_GEOM_INVALID",
        "边界无效（如自相交）且无法修复，请在绘图软件中修正。",
        "The boundary is invalid, for instance crosses itself, and cannot be mended; correct it where it was drawn.",
    ),
    ("E_GEOM_TYPE", "边界不是面，请使用 Polygon 或 MultiPolygon。", "The boundary is not a polygon; use Polygon or MultiPolygon."),
)

_WARNING = (
    (
        "W_NO_ROWS",
        "文件只有表头没有数据，上一次的数据继续有效。",
        "The file has a header and no rows; what was accepted before stays in force.",
    ),
    (
        "W_UNKNOWN_COLUMN",
        "有不认识的列，没有入库；如需要请在配置的 columns 中写明。",
        "Unknown columns were not stored; name them under columns in the configuration if they are needed.",
    ),
    ("W_MOJIBAKE", "文字疑似乱码，请检查编码。", "Some text looks garbled; check the encoding."),
    (
        "W_MIXED_TZ",
        "同一列里有的时间带时区、有的不带，请统一。",
        "Some times of one column carry a zone and some do not; write them all alike.",
    ),
    (
        "W_CRS_SUSPECT",
        "坐标与所说的坐标系不符，疑为另一种，请核对 datum。",
        "The positions look as if they were in another coordinate system than declared; check the datum.",
    ),
    (
        "W_CRS_ASSUMED",
        "没有写明坐标系，按 WGS 84 处理，请在配置中写明 datum。",
        "No coordinate system was declared and WGS 84 was assumed; name the datum in the configuration.",
    ),
    (
        "W_GRID_OVERLAP",
        "有区域边界互相重叠，重叠处归编号在前的区域，请修正边界。",
        "Some boundaries overlap and the first area in order takes what is shared; correct the boundaries.",
    ),
    (
        "W_GRID_GAP",
        "区域之间有空隙，落在空隙里的事件归上级区域，请修正边界。",
        "There are gaps between areas and events in them go to the area above; correct the boundaries.",
    ),
    (
        "W_HIDDEN_SHEET",
        "工作簿含有隐藏的工作表，没有读取；如需要请取消隐藏或写明 sheet。",
        "The workbook has a hidden sheet that was not read; show it or name the sheet if it is needed.",
    ),
    (
        "W_MULTI_SHEET",
        "工作簿有多张表，只读了列名相符的第一张；如需其他表请写明 sheet。",
        "The workbook has several sheets and only the first whose headers fit was read; name the sheet if another is meant.",
    ),
)

_CAVEAT = (
    (
        "C_CLOSING_CUT_OFF",
        "来源只在上报后很短的时间内记录结案，办结时长会明显偏短，不宜使用；请向来源索取后续结案数据。",
        "The source records closing only for a short time after reporting, so durations come out far too short and are not shown; "
        "ask the source for later closings.",
    ),
    (
        "C_NO_DEADLINES",
        "来源没有办理时限，无法判断是否按期或超期；请提供时限列或在类别表中配置时限。",
        "The source gives no deadlines, so nothing can be called on time or overdue; send a deadline column or time limits.",
    ),
    (
        "C_NOT_RECORDED",
        "快照中没有任何一件带有这项记录，零不代表没有发生；请来源提供相应的列。",
        "Nothing in this snapshot carries this mark, so zero does not mean that it never happened; ask the source for the column.",
    ),
)


def _registry() -> dict[str, Code]:
    groups: tuple[tuple[Kind, tuple[tuple[str, str, str], ...]], ...] = (
        ("file", _FILE),
        ("row", _ROW),
        ("position", _POSITION),
        ("boundary", _BOUNDARY),
        ("warning", _WARNING),
        ("caveat", _CAVEAT),
    )
    return {code: Code(code, kind, zh, en) for kind, rows in groups for code, zh, en in rows}


CODES: Final[Mapping[str, Code]] = MappingProxyType(_registry())
"""Every code, in the order of the groups above."""

FINDINGS_WITH_POSITION: Final = frozenset({"E_FK_STREET", "E_FK_GRID", "E_GRID_MISMATCH"})
"""Row codes that quarantine only a row without a usable position; with one they are findings."""


def codes_of(kind: Kind) -> frozenset[str]:
    """The keys of one kind."""
    return frozenset(code.code for code in CODES.values() if code.kind == kind)
