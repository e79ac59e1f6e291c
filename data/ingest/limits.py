"""How much a file may hold and what reading one may cost: every limit is one row with name, default and sentences.

A limit is read from the environment when it is used (``QUANYU_MAX_ROWS=1000000``). ``docs/limits.md`` is written from
this module: ``python -m data.ingest.limits``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.errors import ConfigError

PREFIX: Final = "QUANYU_"
DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "limits.md"
MB: Final = 2**20


@dataclass(frozen=True)
class Limit:
    """One limit: its name, the number unless set, and what it means."""

    name: str
    default: int
    zh: str
    en: str

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


_ROWS: Final = (
    Limit("max_file_mb", 8192, "单个文件的大小上限（MB）。", "Size of one file, in MB."),
    Limit("max_rows", 40_000_000, "单个文件的行数上限。", "Rows of one file."),
    Limit("max_columns", 1000, "单个文件的列数上限。", "Columns of one file."),
    Limit("max_record_mb", 16, "文本文件中一条记录的大小上限（MB），超过的记录记为 E_FIELD_TOO_LONG。",
          "Size of one record of a text file, in MB; a longer one is E_FIELD_TOO_LONG."),
    Limit("max_members", 1000, "压缩包内文件数上限。", "Files in one archive."),
    Limit("max_unpacked_mb", 8192, "压缩包展开后的大小上限（MB）。", "Size of what an archive holds once unpacked, in MB."),
    Limit("max_ratio", 200, "展开后超过 64 MB 的压缩包所允许的压缩比。", "How far an archive of more than 64 MB may be compressed."),
    Limit("max_nesting", 2, "压缩包套压缩包的层数上限。", "How deep archives may lie within archives."),
    Limit("reader_memory_mb", 256, "解析压缩包、工作簿、JSON 和矢量文件的子进程所用内存上限（MB）。",
          "Memory of the process that reads archives, workbooks, JSON and vector files, in MB."),
    Limit("reader_seconds", 30, "该子进程读一个文件的时间上限（秒）；文件每 1 MB 另加 2 秒。",
          "Time that process has for one file, in seconds; 2 more are given for each MB of the file."),
    Limit("reader_files", 128, "该子进程可同时打开的文件数。", "Files which that process may have open at once."),
    Limit("check_memory_mb", 136, "检查单个文件（check）时数据库所用内存上限（MB），超过部分写入临时文件。",
          "Memory of the database while one file is checked, in MB; what is more goes to temporary files."),
    Limit("build_memory_mb", 0, "构建快照时数据库所用内存上限（MB），超过部分写入临时文件；0 表示本机内存的一半；"
          "另需约 100 MB 及每行 60 字节。一千万行整体构建约需 8 GB，少于此数也能完成，但更慢。",
          "Memory of the database while a snapshot is built, in MB; what is more goes to temporary files; 0 is half of the machine's. "
          "Besides, a build takes about 100 MB and 60 bytes a row. Ten million rows built at once fill 8 GB; with less it takes longer."),
    Limit("follow_links", 0, "1 表示接受符号链接作为输入文件；0 表示拒收。", "1 takes symbolic links as input files; 0 refuses them."),
)  # fmt: skip
LIMITS: Final[Mapping[str, Limit]] = MappingProxyType({row.name: row for row in _ROWS})
"""Every limit by name."""


def limit(name: str) -> int:
    """The limit in force.

    Raises
    ------
    ConfigError
        The environment holds something other than a whole number from 0.
    """
    row = LIMITS[name]
    text = os.environ.get(row.variable, "").strip()
    if not text:
        return row.default
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f"{row.variable} is {text[:80]!r}: a whole number from 0 is expected. {row.en}")
    return int(text)


def document() -> str:
    """The text of ``docs/limits.md``."""
    lines = [
        "# Limits of reading files",
        "",
        "Each is read from the environment when a file is read. This page is written by `python -m data.ingest.limits`.",
        "",
        "A file beyond a limit is refused with a code and a sentence; nothing of it is stored, and what was accepted before stays.",
        "On Linux the reading process is held to its memory and time by the kernel and by the process that waits for it;",
        "on Windows only its time is.",
        "",
        "`check` of one file takes, with all its processes, less than 500 MB. Measured on files of 10 to 180 MB: 390 MB for 850,000",
        "long rows, 440 MB for 2 million of Parquet, 480 MB for 2.4 million short ones, 400 MB where each of a million rows is refused,",
        "420 MB for a million rows of one id, 340 MB for 300,000 video points or 400,000 features, 420 MB for 20,000 boundaries of 230",
        "corners each. What is more goes to temporary files. The report is complete: `rows` lists every such row.",
        "",
        "| Name | Default | Meaning | 含义 |",
        "|---|---|---|---|",
        *(f"| `{row.variable}` | `{row.default}` | {row.en} | {row.zh} |" for row in LIMITS.values()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
