"""Excel workbooks: the sheet with the data, merged cells filled, every cell as the text a person sees."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import python_calamine

from data.errors import FileRejected

EXACT_INTEGER: float = 1e15
"""Excel keeps 15 digits; a longer number has lost its last ones and is written with an exponent, so that it shows."""


class Sheet(NamedTuple):
    """Rows of text (blank cells are empty), and warnings about other sheets."""

    rows: list[list[str]]
    warnings: tuple[str, ...]


def cell_text(value: Any) -> str:  # noqa: PLR0911 -- one type, one return
    """One value as text: whole numbers without a point, instants as ISO, truth values as true/false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN
            return ""
        if value.is_integer():
            return str(int(value)) if abs(value) < EXACT_INTEGER else f"{value:.14E}"
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def read_sheet(path: Path, sheet: str | None) -> Sheet:
    """Read one sheet: the named one, else the first that is visible and not empty.

    Raises
    ------
    FileRejected
        ``E_CORRUPT``, ``E_FILE_ENCRYPTED``, ``E_EMPTY_FILE``, ``E_TYPE`` when the named sheet does not exist.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it.") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened as a workbook ({error}); save it again.") from error
    visible = [item.name for item in book.sheets_metadata if item.visible == python_calamine.SheetVisibleEnum.Visible]
    warnings: list[str] = []
    if sheet is None:
        if len(visible) < len(book.sheet_names):
            warnings.append("W_HIDDEN_SHEET")
        candidates = visible or list(book.sheet_names)
    elif sheet in book.sheet_names:
        candidates = [sheet]
    else:
        raise FileRejected("E_TYPE", f"{path.name} has no sheet '{sheet}'; it has {', '.join(book.sheet_names)}.")
    filled = [(name, rows) for name in candidates if (rows := _rows(book, name))]
    if not filled:
        raise FileRejected("E_EMPTY_FILE", f"{path.name} holds no cells; export it again.")
    if len(filled) > 1:
        warnings.append("W_MULTI_SHEET")
    return Sheet(filled[0][1], tuple(warnings))


def _rows(book: Any, name: str) -> list[list[str]]:
    sheet = book.get_sheet_by_name(name)
    rows = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])
    return rows if any(any(cell.strip() for cell in row) for row in rows) else []
