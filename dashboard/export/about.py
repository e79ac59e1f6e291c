"""What a file is, in words: on the first sheet of a workbook, in the metadata of GeoJSON and GeoParquet, beside a CSV."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from dashboard.words import say
from data.export import Export
from data.vocabulary import Words
from data.window import window

_UNFIT: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*\s]+')


def about(export: Export) -> list[tuple[str, str, str]]:
    """Key, name and text of every fact, the instant of making it included."""
    now = dt.datetime.now(export.view.snapshot.zone).isoformat(timespec="seconds")
    facts = [*export.facts(), ("exported_at", Words("导出时间", "Exported at"), now)]
    return [(key, name.in_(export.lang), text) for key, name, text in facts]


def sheet(export: Export) -> Iterator[bytes]:
    """The same as a text file, for those who have a CSV: UTF-8 with a byte order mark, a line for each fact."""
    mark = "：" if export.lang == "zh" else ": "
    lines = [f"{name}{mark}{text}" for _, name, text in about(export)]
    lines += ["", say("export_apostrophe", export.lang)]
    yield ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def file_name(export: Export, suffix: str) -> str:
    """Area, days, snapshot and definition: a file says what it is wherever it is put."""
    snapshot, span = export.view.snapshot, window(export.view, export.selection)
    areas = snapshot.areas
    codes = export.selection.grid or ((export.selection.area,) if export.selection.area else ())
    names = [areas.names[ix] for code in codes for ix in areas.find(code)[:1]] or [areas.names[export.view.top]]
    place = names[0] if len(names) == 1 else f"{names[0]}+{len(names) - 1}"
    parts = (place, f"{span.from_day:%Y%m%d}-{span.to_day:%Y%m%d}", snapshot.id, export.view.definition.key)
    return f"{'_'.join(_UNFIT.sub('-', part)[:60] for part in parts)}.{suffix}"
