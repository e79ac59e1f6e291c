"""How good the data are, by area and by field: what is missing, disagrees, stands in a wrong order, or had to be put right.

Everything is counted through the scoped view, over all accepted events of a selection, void ones and duplicates included.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import shapely

from data.bound import Mask, area_ix, bits
from data.indicators.areas import groups
from data.ingest.categories import UNCLASSIFIED
from data.ingest.diagnosis import HYPOTHESES, SHARES, SUSPECT, inside, under
from data.questions import ISSUE_COLUMNS, QUESTIONS
from data.selection import Selection
from data.view import View
from data.vocabulary import Words

Group = Literal["position", "area", "time", "duplicate", "blank", "repair"]
Base = Literal["n", "closed", "placed"]

GROUPS: Final[Mapping[Group, Words]] = {
    "position": Words("位置", "Position"),
    "area": Words("区域编码", "Area codes"),
    "time": Words("时间顺序", "Order of times"),
    "duplicate": Words("重复", "Duplicates"),
    "blank": Words("空缺字段", "Blank fields"),
    "repair": Words("已修复", "Repaired"),
}
TIME_LIMIT_S: Final = 60.0


@dataclass(frozen=True)
class Issue:
    """One thing that can be wrong with an event.

    Attributes
    ----------
    key
        Column of the question ``quality_per_area``, or ``rival_…`` for rows that lost to another of their id.
    group, words
        What it belongs to and how it is shown.
    field
        The field to look at.
    base
        What its share is of: all events (``n``), the ``closed`` ones, or those with a position that name an area (``placed``).
    is_fault
        Something to put right; otherwise only good to know.
    """

    key: str
    group: Group
    words: Words
    field: str
    base: Base = "n"
    is_fault: bool = True


def _issues(group: Group, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, Base]) -> list[Issue]:
    return [Issue(row[0], group, Words(row[1], row[2]), row[3], row[4] if len(row) > 4 else "n") for row in rows]


_REPAIRS: Final[Mapping[str, Words]] = {
    "half_width": Words("全角转半角", "full-width made half-width"),
    "invisible_removed": Words("去掉不可见字符", "unseen characters taken out"),
    "float_code": Words("编码由小数还原", "codes turned back from numbers"),
    "text_formula": Words("编号由文本公式取出", "codes out of text formulas"),
    "serial_date": Words("Excel 序列日期", "Excel's serial dates"),
    "epoch": Words("1970 年起的秒数", "seconds since 1970"),
    "month_first": Words("月在前的日期", "dates with the month first"),
    "glued_position": Words("坐标由一格拆出", "positions out of one cell"),
    "degree_minutes": Words("度分秒坐标", "positions in degrees and minutes"),
    "thousands": Words("去掉千位分隔符", "separators of thousands left out"),
    "computed_deadline": Words("按时限推算截止时间", "deadline worked out from a time limit"),
    "day_first": Words("日在前的日期", "dates with the day first"),
}
"""Every entry of :data:`data.ingest.rules.REPAIRS`."""
_ALL: Final = (
    *_issues(
        "position",
        ("coord_missing", "没有坐标", "no position", "lon"),
        ("coord_invalid", "坐标无效", "position invalid", "lon"),
        ("coord_zero", "坐标为零", "position zero", "lon"),
        ("coord_swapped", "经纬度颠倒", "longitude and latitude swapped", "lon"),
        ("coord_out_of_area", "坐标在辖区外", "position outside the whole area", "lon"),
        ("coord_crs", "坐标系不明", "coordinate system unknown", "datum"),
        ("nowhere", "找不到所属区域", "no area found", "area_code"),
    ),
    Issue("by_code", "position", Words("只凭编码定位", "located by code alone"), "area_code", is_fault=False),
    *_issues(
        "area",
        ("declares_none", "未填区域", "names no area", "area_code"),
        ("fk_street", "街道不存在", "street unknown", "area_code"),
        ("fk_grid", "网格不存在", "grid unknown", "area_code"),
        ("code_parent", "编码与上级不符", "code and parent disagree", "area_code"),
        ("code_position", "所填区域与坐标不符", "area and position disagree", "area_code", "placed"),
    ),
    *_issues(
        "time",
        ("before_report", "早于上报", "a step before the report", "accepted_at"),
        ("dispatched_early", "派遣早于立案", "dispatched before registered", "dispatched_at"),
        ("disposed_early", "处置早于派遣", "handled before dispatched", "disposed_at"),
        ("after_closing", "晚于结案", "a step after closing", "closed_at"),
        ("deadline_early", "时限早于上报", "deadline before the report", "deadline_at"),
        ("closed_untimed", "结案无时间", "closed without a time", "closed_at", "closed"),
        ("disposed_untimed", "结案无处置时间", "closed without a time of handling", "disposed_at", "closed"),
    ),
    *_issues(
        "duplicate",
        ("duplicates", "标明重复", "marked as duplicates", "duplicate_of"),
        ("rival_E_ID_DUP", "同号同内容的行", "identical rows of one id", "event_id"),
        ("rival_E_ID_CONFLICT", "同号不同内容的行", "different rows of one id", "event_id"),
    ),
    Issue("rival_", "duplicate", Words("被更新的行", "rows replaced by later ones"), "event_id", is_fault=False),
    *_issues(
        "blank",
        ("unclassified", "未分类", "unclassified", "category"),
        ("no_title", "无标题", "no title", "title"),
        ("no_address", "无地址", "no address", "address"),
        ("no_description", "无描述", "no description", "description"),
        ("no_department", "无处置部门", "no department", "department"),
        ("no_deadline", "无时限", "no deadline", "deadline_at"),
        ("no_handle_level", "结案无办理层级", "closed without a handling level", "handle_level", "closed"),
        ("no_updated", "无更新时间", "no time of update", "updated_at"),
    ),
    *(Issue(f"repair_{name}", "repair", words, "", is_fault=False) for name, words in _REPAIRS.items()),
)
ISSUES: Final[Mapping[str, Issue]] = {issue.key: issue for issue in _ALL}
"""Every issue by key, in the order they are shown."""


def quality_per_area(view: View, selection: Selection, depth: int | None = None) -> pd.DataFrame:
    """Every issue in every area below the selected one.

    Parameters
    ----------
    selection
        Its area, window and other filters apply; to rows that lost to another of their id only area, window, domain and source do.
    depth
        Areas of this depth; the children of the selected area unless given.

    Returns
    -------
    DataFrame
        One row per area and issue: ``area_ix`` (of the rest: the selected area), ``is_rest`` (events that lie in none of the areas),
        ``issue`` (key of :data:`ISSUES`), ``n`` (events, or rows for ``rival_…``), ``base`` (events it is a share of), ``share``
        (0 to 1; NaN where ``base`` is 0 and for ``rival_…``). Areas without events are there with zeros; the rest only where it has any.
    """
    shown, group = groups(view, selection, depth)
    nodes = [int(ix) for ix in group]
    wide = QUESTIONS["quality_per_area"].ask(
        view, selection, time_limit_s=TIME_LIMIT_S, groups=nodes, unknown_kinds=bits(_unclassified(view))
    )
    rivals = QUESTIONS["rivals_per_area"].ask(view, selection, time_limit_s=TIME_LIMIT_S, groups=nodes)
    wide = wide.set_index("node").reindex([*shown, -1], fill_value=0)
    for key in ISSUES:
        if key.startswith("rival_"):
            of_code = rivals[rivals["code"] == key.removeprefix("rival_")]
            wide[key] = of_code.groupby("node")["n"].sum().reindex(wide.index, fill_value=0)
    top = max(0, area_ix(view, selection))
    rows = pd.DataFrame(
        {
            "area_ix": np.repeat([*shown, top], len(ISSUES)),
            "is_rest": np.repeat([*(False for _ in shown), True], len(ISSUES)),
            "issue": list(ISSUES) * len(wide),
            "n": wide[list(ISSUES)].to_numpy(dtype=np.int64).ravel(),
            "base": wide[[issue.base for issue in ISSUES.values()]].to_numpy(dtype=np.int64).ravel(),
        }
    )
    is_share = (rows["base"] > 0) & ~rows["issue"].str.startswith("rival_")
    rows["share"] = np.where(is_share, rows["n"] / rows["base"].where(is_share, 1), np.nan)
    has_rest = bool(wide.loc[-1, ["n", *(key for key in ISSUES if key.startswith("rival_"))]].sum())
    return rows[~rows["is_rest"] | has_rest].reset_index(drop=True)


def issue_mask(view: View, selection: Selection, issue: str) -> Mask:
    """By ``event_ix``: which of the selected events have an issue that :func:`quality_per_area` counts; none for ``rival_…``."""
    found = np.zeros(view.snapshot.event_end, dtype=np.bool_)
    if issue in ISSUE_COLUMNS:
        unknown = bits(_unclassified(view))
        rows = QUESTIONS["issue_events"].ask(view, selection, time_limit_s=TIME_LIMIT_S, unknown_kinds=unknown, **{issue: True})
        found[rows["event_ix"].to_numpy(dtype=np.int64)] = True
    return found


def diagnoses(view: View) -> list[dict[str, Any]]:
    """What was found about each source's datum when the snapshot was built.

    Returns
    -------
    list of dict
        ``feed_ix, name, code`` (``W_CRS_SUSPECT`` or ``DATUM_SHARES``) and what :meth:`data.ingest.diagnosis.Diagnosis.as_dict` has:
        ``declared, is_assumed, n, shares, intervals, winner, is_suspect``. Sources of which nothing can be said are absent.
    """
    rows = view.snapshot.frame(
        "SELECT feed_ix, name, code, detail FROM finding JOIN feed USING (feed_ix) "
        "WHERE code IN ($suspect, $shares) AND detail IS NOT NULL ORDER BY feed_ix",
        {"suspect": SUSPECT, "shares": SHARES},
    )
    return [{"feed_ix": int(feed), "name": name, "code": code} | json.loads(detail) for feed, name, code, detail in rows.to_numpy()]


def datum_points(view: View, feed_ix: int, most: int = 300) -> pd.DataFrame:
    """Positions of one source under each hypothesis, for a small map.

    Events and the areas they name both lie in the view's scope. The same points are given each time.

    Returns
    -------
    DataFrame
        ``area_ix`` (the area the event names), then per datum ``lon_<datum>, lat_<datum>`` (WGS 84 degrees, were the pair as given in
        this datum) and ``inside_<datum>`` (whether that lies in the area). At most ``most`` rows; none where no event has a position and
        an area with a boundary.
    """
    tree = view.snapshot.areas
    named = np.array([ix > 0 and view.sees(ix) for ix in range(len(tree))], dtype=bool)
    rows = QUESTIONS["declared_positions"].ask(view, Selection(), time_limit_s=TIME_LIMIT_S, feed_ix=feed_ix, named=named, most=most)
    rows = rows[rows["datum"].isin(HYPOTHESES)]
    own = rows["named_ix"].to_numpy(dtype=np.int64)
    paths = [[node for node in tree.path(int(ix))[1:] if view.sees(node)] for ix in own]
    shapes = _boundaries(view, {node for path in paths for node in path})
    bounded = [next((node for node in reversed(path) if node in shapes), -1) for path in paths]
    kept = np.array([node >= 0 for node in bounded], dtype=bool)
    places = {node: at for at, node in enumerate(shapes)}
    at = np.array([places[node] for node in bounded if node >= 0], dtype=np.int64)
    columns: dict[str, Any] = {"area_ix": own[kept]}
    positions = under(rows["given_lon"].to_numpy(dtype=np.float64)[kept], rows["given_lat"].to_numpy(dtype=np.float64)[kept])
    for datum, pair in positions.items():
        columns |= {f"lon_{datum}": pair[0], f"lat_{datum}": pair[1], f"inside_{datum}": inside(pair, at, list(shapes.values()))}
    return pd.DataFrame(columns)


def _boundaries(view: View, nodes: set[int]) -> dict[int, Any]:
    """Exact boundaries of those areas that have one."""
    rows = view.snapshot.frame(
        "SELECT area_ix, boundary FROM area WHERE boundary IS NOT NULL AND area_ix IN (SELECT unnest($nodes::INTEGER[])) ORDER BY area_ix",
        {"nodes": sorted(nodes)},
    )
    return {int(ix): shapely.from_wkb(bytes(wkb)) for ix, wkb in zip(rows["area_ix"], rows["boundary"], strict=True)}


def _unclassified(view: View) -> np.ndarray[Any, np.dtype[np.bool_]]:
    tree = view.snapshot.categories
    mask = np.zeros(len(tree), dtype=bool)
    for ix in tree.find(UNCLASSIFIED, depth=1):
        mask[ix : int(tree.last[ix]) + 1] = True
    return mask


__all__ = ["GROUPS", "ISSUES", "ISSUE_COLUMNS", "Issue", "datum_points", "diagnoses", "issue_mask", "quality_per_area"]
