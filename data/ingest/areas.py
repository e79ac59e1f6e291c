"""Areas: those of all levels to one tree in preorder, with exact boundaries and outlines for drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from data.config import Config
from data.ingest import boundaries
from data.ingest.locate import Locator
from data.ingest.outline import outlines
from data.schema import TABLES

FEW_POINTS: Final = 50_000
FEW_CELLS: Final = 2**16
SUMMED: Final = ("population", "households", "area_km2")
"""Facts that an area made of others has the sum of."""


@dataclass(slots=True)
class Area:
    """One area before it has its place in the tree; ``origin`` is the file and row it came from."""

    code: str
    name: str
    depth: int
    parent_code: str | None = None
    parent_name: str | None = None
    boundary: Any = None
    facts: dict[str, Any] = field(default_factory=dict)
    label: tuple[float, float] | None = None
    origin: tuple[int, int] | None = None
    parent: Area | None = None
    children: list[Area] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """An area row that goes to quarantine."""

    file_ix: int
    row_no: int
    code: str
    column: str
    value: str


def of_snapshot(table: pd.DataFrame) -> list[Area]:
    """The areas of a snapshot's table ``area``, in its order, each with its parent's code."""
    rows = table.sort_values("area_ix", ignore_index=True).astype(object)
    rows = rows.where(rows.notna(), None)
    return [
        Area(
            code=row["area_code"],
            name=row["name"],
            depth=int(row["depth"]),
            parent_code=None if row["parent_ix"] is None else rows["area_code"][int(row["parent_ix"])],
            boundary=None if row["boundary"] is None else shapely.from_wkb(bytes(row["boundary"])),
            facts={key: row[key] for key in (*SUMMED, "grid_type", "grid_worker", "valid_from", "valid_to")},
            label=None if row["label_lon"] is None else (row["label_lon"], row["label_lat"]),
        )
        for row in rows.to_dict("records")
    ]


@dataclass
class Division:
    """The finished tree.

    Attributes
    ----------
    areas
        In preorder; index is ``area_ix``.
    table
        The table ``area`` of a snapshot.
    refused
        Rows that have no place in the tree.
    findings
        ``(file_ix, code, area_code)``.
    warnings
        Overlaps and gaps.
    """

    areas: list[Area]
    table: pd.DataFrame
    refused: list[Refused]
    findings: list[tuple[int, str, str]]
    warnings: list[str]

    @classmethod
    def of_snapshot(cls, table: pd.DataFrame) -> Division:
        """The tree of a snapshot's table ``area``; nothing more is found against it."""
        return cls(of_snapshot(table), table.sort_values("area_ix", ignore_index=True), [], [], [])

    def locators(self, points: int) -> list[Locator]:
        """One per depth that has boundaries below the whole area, the deepest first; ids are ``area_ix``.

        Parameters
        ----------
        points
            How many will be asked for: for few, a coarse raster is made faster than it is used.
        """
        cells = FEW_CELLS if points < FEW_POINTS else None
        depths = sorted({area.depth for area in self.areas if area.boundary is not None and area.depth > 0}, reverse=True)
        answer = []
        for depth in depths:
            chosen = [(area.boundary, ix) for ix, area in enumerate(self.areas) if area.depth == depth and area.boundary is not None]
            answer.append(Locator([shape for shape, _ in chosen], np.array([ix for _, ix in chosen]), cells=cells))
        return answer

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the whole area's boundary, or None without one."""
        whole = self.areas[0].boundary
        return None if whole is None else tuple(float(value) for value in whole.bounds)  # type: ignore[return-value]


def division(areas: Sequence[Area], config: Config) -> Division:
    """Put areas into a tree: by the parent's code, else its name, else by position, else by the national code's prefix."""
    refused: list[Refused] = []
    findings: list[tuple[int, str, str]] = []
    tops = [area for area in areas if area.depth == 0]
    whole = tops[0] if tops else Area(code=config.code or config.levels[0], name=config.name or config.levels[0], depth=0)
    for extra in tops[1:]:
        refused.append(_refusal(extra, "E_ID_CONFLICT", "level"))
    if tops and config.name:
        whole.name = config.name
    by_depth: dict[int, list[Area]] = {0: [whole]}
    for depth in range(1, len(config.levels)):
        above = Above(by_depth, depth)
        for area in sorted((area for area in areas if area.depth == depth), key=lambda area: (area.code, area.name)):
            parent, complaint = above.parent_of(area)
            if complaint and area.origin:
                findings.append((area.origin[0], complaint, area.code))
            if parent is None:
                refused.append(_refusal(area, "E_FK_STREET", "parent_code"))
                continue
            if _prefix_disagrees(area, parent) and area.origin:
                findings.append((area.origin[0], "E_GRID_MISMATCH", area.code))
            area.parent = parent
            parent.children.append(area)
            by_depth.setdefault(depth, []).append(area)
    _complete(whole)
    order = list(_preorder(whole))
    return Division(order, _table(order, config), refused, findings, _fit(by_depth))


class Above:
    """The areas above one depth, to find parents among."""

    def __init__(self, by_depth: dict[int, list[Area]], depth: int) -> None:
        self._nearest = [area for upper in range(depth - 1, -1, -1) for area in by_depth.get(upper, [])]
        self._depth, self._top = depth, by_depth[0][0]
        self._by_code: dict[str, list[Area]] = {}
        self._by_name: dict[str, list[Area]] = {}
        for area in self._nearest:
            self._by_code.setdefault(area.code, []).append(area)
            self._by_name.setdefault(area.name, []).append(area)
        shaped = [area for area in self._nearest if area.boundary is not None and area.depth > 0]
        self._shaped = shaped
        self._locator = Locator([area.boundary for area in shaped], np.arange(len(shaped))) if shaped else None

    def parent_of(self, area: Area) -> tuple[Area | None, str | None]:
        """The parent, and a finding where what the row says about it is not known."""
        for given, index in ((area.parent_code, self._by_code), (area.parent_name, self._by_name), (area.parent_code, self._by_name)):
            candidates = index.get(given, []) if given else []
            if candidates:
                nearest = [candidate for candidate in candidates if candidate.depth == candidates[0].depth]
                return (nearest[0] if len(nearest) == 1 else self._by_position(area, nearest) or nearest[0]), None
        complaint = "E_FK_STREET" if area.parent_code or area.parent_name else None
        parent = self._by_position(area, None)
        if parent is None and complaint is None:
            parent = max(
                (candidate for candidate in self._nearest if candidate.depth > 0 and area.code.startswith(candidate.code)),
                key=lambda candidate: len(candidate.code),
                default=self._top if self._depth == 1 or not self._shaped else None,
            )
        if parent is None and area.boundary is not None:
            parent = self._top
        return parent, complaint

    def _by_position(self, area: Area, among: list[Area] | None) -> Area | None:
        if self._locator is None:
            return None
        if area.boundary is not None:
            point = shapely.point_on_surface(area.boundary)
            lon, lat = point.x, point.y
        elif area.label is not None:
            lon, lat = area.label
        else:
            return None
        if among is not None:
            return next((one for one in among if one.boundary is not None and one.boundary.intersects(shapely.Point(lon, lat))), None)
        ix = int(self._locator.locate([lon], [lat])[0])
        return self._shaped[ix] if ix >= 0 else None


def _refusal(area: Area, code: str, column: str) -> Refused:
    return Refused(*(area.origin or (0, 0)), code, column, area.parent_code or area.parent_name or area.code)


def _prefix_disagrees(area: Area, parent: Area) -> bool:
    national = area.code.isdigit() and parent.code.isdigit() and len(area.code) in {9, 12, 15} and len(parent.code) in {6, 9, 12}
    return national and len(area.code) > len(parent.code) and not area.code.startswith(parent.code)


def _preorder(area: Area) -> Iterator[Area]:
    yield area
    for child in area.children:
        yield from _preorder(child)


def _complete(area: Area) -> None:
    """Fill from below what an area was not given: boundary, population, households.

    A boundary only where all children have one; the whole area has that of whatever below it has one.
    """
    for child in area.children:
        _complete(child)
    if area.boundary is None and area.children:
        shapes = list(_shapes(area))
        if area.depth == 0 or all(child.boundary is not None for child in area.children):
            area.boundary = boundaries.united(shapes) if shapes else None
    for key in ("population", "households"):
        parts = [child.facts.get(key) for child in area.children]
        if area.facts.get(key) is None and parts and all(part is not None for part in parts):
            area.facts[key] = sum(part for part in parts if part is not None)
    if area.boundary is not None and area.facts.get("area_km2") is None:
        area.facts["area_km2"] = boundaries.km2(area.boundary)
    if area.boundary is None and area.label is None:
        labels = [child.label for child in area.children if child.label is not None]
        area.label = tuple(np.mean(labels, axis=0)) if labels else None


def _shapes(area: Area) -> Iterator[Any]:
    """The uppermost boundaries below an area."""
    for child in area.children:
        if child.boundary is not None:
            yield child.boundary
        else:
            yield from _shapes(child)


def _fit(by_depth: dict[int, list[Area]]) -> list[str]:
    warnings: list[str] = []
    for depth in sorted(by_depth)[1:]:
        parents = [area.boundary for area in by_depth.get(depth - 1, [])] if depth > 1 else [None]
        warnings += boundaries.fit([area.boundary for area in by_depth[depth]], parents)
    return sorted(set(warnings))


def _table(order: list[Area], config: Config) -> pd.DataFrame:
    place = {id(area): ix for ix, area in enumerate(order)}
    last = list(range(len(order)))
    for ix in range(len(order) - 1, 0, -1):
        parent = place[id(order[ix].parent)]
        last[parent] = max(last[parent], last[ix])
    drawn: dict[int, Any] = {}
    for depth in {area.depth for area in order}:
        level = [ix for ix, area in enumerate(order) if area.depth == depth]
        drawn.update(zip(level, outlines([order[ix].boundary for ix in level]), strict=True))
    rows = []
    for ix, area in enumerate(order):
        shape = area.boundary
        label = area.label
        if shape is not None:
            point = shapely.point_on_surface(shape)
            label = (point.x, point.y)
        west, south, east, north = shape.bounds if shape is not None else (None,) * 4
        rows.append(
            {
                "area_ix": ix,
                "last_ix": last[ix],
                "parent_ix": None if area.parent is None else place[id(area.parent)],
                "depth": area.depth,
                "level": config.levels[area.depth],
                "area_code": area.code,
                "name": area.name,
                **{key: area.facts.get(key) for key in (*SUMMED, "grid_type", "grid_worker", "valid_from", "valid_to")},
                "label_lon": None if label is None else label[0],
                "label_lat": None if label is None else label[1],
                "west": west,
                "south": south,
                "east": east,
                "north": north,
                "boundary": None if shape is None else shapely.to_wkb(shape),
                "outline": None if drawn[ix] is None else shapely.to_wkb(drawn[ix]),
            }
        )
    return pd.DataFrame(rows, columns=list(TABLES["area"]))
