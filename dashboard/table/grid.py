"""The grid itself: what it is made of, and its script, which is fetched where a page has a table and nowhere else.

Dash loads the script of every library with every page. That of the table is larger than all others together, so it is taken out of
that list; ``cases.js`` fetches it when the first table is to be shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import dash_ag_grid as dag
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.fingerprint import build_fingerprint

from dashboard import ids
from dashboard.format import Language
from dashboard.table.columns import COLUMNS
from dashboard.words import say

SCRIPTS: Final = "quanyu_cases"
"""Namespace of ``assets/cases.js``."""
LIBRARY: Final = "dash_ag_grid.min.js"
BLOCK_ROWS: Final = 100
_THEME: Final = (
    "themeQuartz.withParams({backgroundColor: 'var(--quanyu-ground)', foregroundColor: 'var(--quanyu-text)', "
    "accentColor: 'var(--quanyu-accent)', borderColor: 'var(--quanyu-line)', headerBackgroundColor: 'var(--quanyu-ground)', "
    "headerTextColor: 'var(--quanyu-quiet)', rowHoverColor: 'var(--quanyu-surface)', oddRowBackgroundColor: 'var(--quanyu-ground)', "
    "fontFamily: 'inherit', fontSize: 14, headerFontWeight: 400, wrapperBorder: false, wrapperBorderRadius: 0, "
    "columnBorder: false, spacing: 6})"
)
_ZH: Final = {
    "noRowsToShow": "没有案件", "loadingOoo": "载入中…", "loadingError": "读取失败", "ariaSortableColumn": "按回车排序",
    "ariaLabelLoading": "载入中", "ariaLabelColumnList": "列", "ariaRowSelect": "按空格选择这一行", "ariaLoadingError": "读取失败",
    "ariaSkeletonCellLoading": "载入中", "ariaSkeletonCellLoadingFailed": "读取失败", "ariaHidden": "隐藏", "ariaVisible": "显示",
}  # fmt: skip


def set_library_aside() -> None:
    """Take the table's script out of what every page loads; Dash keeps serving it."""
    for script in dag._js_dist:
        if script["relative_package_path"] == LIBRARY:
            script["dynamic"] = True


def component(lang: Language) -> list[Component]:
    """Where a page has its table: what it is made of, the store that says what is in it, and its place, empty at first."""
    made = {"grid": grid(lang), "library": library(), "lang": lang}
    return [dcc.Store(id=ids.CASES_MADE, data=made), dcc.Store(id=ids.CASES_SHOWN), html.Div(id=ids.CASES_TABLE, className="cases-table")]


def register(app: Dash) -> None:
    """Register what happens in the browser; the rows come from :mod:`dashboard.table.routes`."""
    show = ClientsideFunction(SCRIPTS, "show")
    fetch = ClientsideFunction(SCRIPTS, "fetch")
    app.clientside_callback(  # type: ignore[no-untyped-call]
        show, Output(ids.CASES_TABLE, "children"), Input(ids.CASES_SHOWN, "data"), State(ids.CASES_MADE, "data")
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        fetch,
        Output(ids.CASES_GRID, "getRowsResponse"),
        Input(ids.CASES_GRID, "getRowsRequest"),
        State(ids.CASES_SHOWN, "data"),
    )


def grid(lang: Language) -> dict[str, Any]:
    """The grid as the browser makes it."""
    made = dag.AgGrid(
        id=ids.CASES_GRID,
        rowModelType="infinite",
        getRowId="params.data.event_id",
        columnDefs=[
            {
                "field": column.key,
                "headerName": say(column.words, lang),
                "width": column.width,
                "sortable": column.is_sortable,
                **({"type": "rightAligned"} if column.is_right else {}),
                **({"sort": "desc"} if column is COLUMNS[0] else {}),
                **({"pinned": "left"} if column is COLUMNS[0] else {}),
                **({"cellClassRules": _MARKS} if column.key == "stage" else {}),
            }
            for column in COLUMNS
        ],
        defaultColDef={"resizable": True, "suppressHeaderMenuButton": True, "sortingOrder": ["desc", "asc"], "suppressMovable": True},
        dashGridOptions={
            "theme": {"function": _THEME},
            "cacheBlockSize": BLOCK_ROWS,
            "maxBlocksInCache": 20,
            "maxConcurrentDatasourceRequests": 2,
            "blockLoadDebounceMillis": 80,
            "rowHeight": 34,
            "headerHeight": 36,
            "suppressMultiSort": True,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "localeText": _ZH if lang == "zh" else {},
        },
        style={"height": "100%"},
    )
    return made.to_plotly_json()  # type: ignore[no-any-return]


_MARKS: Final = {"is-overdue": "params.data && params.data.is === 'overdue'", "is-due-soon": "params.data && params.data.is === 'due_soon'"}


def library() -> str:
    """The address of the script."""
    path = Path(dag.__file__).parent / LIBRARY
    return f"/_dash-component-suites/dash_ag_grid/{build_fingerprint(LIBRARY, dag.__version__, int(path.stat().st_mtime))}"  # type: ignore[no-untyped-call]
