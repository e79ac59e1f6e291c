"""Rows of areas, staged, to areas: their level, their boundary, and one of each code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from data.config import Config, SourceConfig
from data.ingest import boundaries
from data.ingest.areas import SUMMED, Area, Refused

LEVEL_WORDS: Final = {
    "district": ("区", "区县", "县", "区级"),
    "street": ("街道", "镇", "乡镇", "街镇", "街道(镇)", "镇街", "街道级"),
    "community": ("社区", "村", "村社", "社区(村)", "社区级", "村居"),
    "grid": ("网格", "单元网格", "网格级"),
}

_FACTS: Final = (*SUMMED, "grid_type", "grid_worker", "valid_from", "valid_to")
_BATCH: Final = 1000


def from_rows(frame: pd.DataFrame, geometry: Any, source: SourceConfig, config: Config, file_ix: int) -> tuple[list[Area], list[Refused]]:
    """Areas from staged rows that nothing was found against.

    Parameters
    ----------
    frame
        Staged rows (``row_no`` and the fields of kind area).
    geometry
        One geometry per row of the file (``row_no`` from 1), or None for files without.
    """
    found: list[Area] = []
    refused: list[Refused] = []
    has_wkt = bool(frame["boundary"].notna().any())
    shapes = [boundaries.parse(text if isinstance(text, str) else None) for text in frame["boundary"]] if has_wkt else []
    if geometry is not None and not _are_points(geometry):
        shapes = [geometry[row_no - 1] for row_no in frame["row_no"]]
    moved: Any = boundaries.from_datum(np.asarray([*shapes, None], dtype=object)[:-1], source.datum) if shapes else []
    for ix, row in enumerate(_records(frame)):
        depth = _depth(row["level"], source, config)
        if depth is None:
            refused.append(Refused(file_ix, row["row_no"], "E_ENUM", "level", row["level"] or ""))
            continue
        boundary, code = boundaries.usable(moved[ix]) if len(moved) else (None, None)
        if code is not None:
            refused.append(Refused(file_ix, row["row_no"], code, "boundary", ""))
            continue
        found.append(
            Area(
                code=row["area_code"],
                name=row["name"],
                depth=depth,
                parent_code=row["parent_code"],
                parent_name=row["parent_name"],
                boundary=boundary,
                facts={key: row[key] for key in _FACTS if row[key] is not None},
                label=None if row["lon"] is None or row["lat"] is None or row["position_code"] else (row["lon"], row["lat"]),
                origin=(file_ix, row["row_no"]),
            )
        )
    if source.dissolve:
        return _dissolved(found), refused
    kept, doubled = _distinct(found)
    return kept, refused + doubled


def fit(areas: Sequence[Area]) -> list[str]:
    """Overlaps and gaps among areas that are in no tree yet, each level by itself."""
    by_depth: dict[int, list[Area]] = {}
    for area in areas:
        by_depth.setdefault(area.depth, []).append(area)
    return sorted({code for level in by_depth.values() for code in boundaries.fit([area.boundary for area in level], [])})


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for start in range(0, len(frame), _BATCH):
        for cells in frame.iloc[start : start + _BATCH].to_dict("records"):
            yield {str(key): None if pd.isna(value) else value for key, value in cells.items()}


def _depth(level: str | None, source: SourceConfig, config: Config) -> int | None:
    if level is None:
        return None if source.level is None else config.levels.index(source.level)
    mapped = source.values.get("level", {}).get(level, level)
    for key, words in LEVEL_WORDS.items():
        if mapped in words and key in config.levels:
            mapped = key
    return config.levels.index(mapped) if mapped in config.levels else None


def _are_points(geometry: Any) -> bool:
    kinds = shapely.get_type_id(geometry)
    return bool(len(kinds)) and bool(np.all(np.isin(kinds, (0, -1)))) and bool(np.any(kinds == 0))


def _dissolved(areas: Sequence[Area]) -> list[Area]:
    groups: dict[str, list[Area]] = {}
    for area in areas:
        groups.setdefault(area.code, []).append(area)
    merged = []
    for group in groups.values():
        first = group[0]
        shapes = [area.boundary for area in group if area.boundary is not None]
        first.boundary = shapely.union_all(shapes) if shapes else None
        for key in SUMMED:
            values = [area.facts.get(key) for area in group]
            first.facts[key] = None if any(value is None for value in values) else sum(values)
        labels = [area.label for area in group if area.label is not None]
        first.label = tuple(np.mean(labels, axis=0)) if labels else None
        merged.append(first)
    return merged


def _distinct(areas: Sequence[Area]) -> tuple[list[Area], list[Refused]]:
    """One area per code: identical rows are copies, of different ones the first by name and boundary is kept."""
    counted = Counter((area.depth, area.code) for area in areas)
    doubled: dict[tuple[int, str], list[Area]] = {}
    for area in areas:
        if counted[area.depth, area.code] > 1:
            doubled.setdefault((area.depth, area.code), []).append(area)
    refused = []
    lost = set()
    for group in doubled.values():
        keys = [_content(area) for area in group]
        winner = min(range(len(group)), key=lambda ix: keys[ix])
        for ix, area in enumerate(group):
            if ix != winner and area.origin is not None:
                lost.add(area.origin)
                refused.append(Refused(*area.origin, "E_ID_DUP" if keys[ix] == keys[winner] else "E_ID_CONFLICT", "area_code", area.code))
    return [area for area in areas if area.origin not in lost], refused


def _content(area: Area) -> tuple[str, str, str, bytes, str]:
    shape = b"" if area.boundary is None else shapely.to_wkb(area.boundary)
    return (area.name, area.parent_code or "", area.parent_name or "", shape, repr(sorted(area.facts.items())))
