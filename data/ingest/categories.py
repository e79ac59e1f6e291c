"""The category tree: what the category table says, and every path that the events themselves use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from data.schema import TABLES

UNCLASSIFIED: Final = "未分类"
MOST: Final = 30_000
"""Nodes of the tree; the index is a SMALLINT. Beyond it subcategories are counted with their category."""

Path = tuple[str, ...]


@dataclass(frozen=True)
class Limit:
    """Default time limit of a category, as its table gives it."""

    time_limit: float | None = None
    time_unit: str | None = None


@dataclass
class CategoryTree:
    """Paths of one to three names in the order of the category table, then by name; 未分类 last."""

    limits: dict[Path, Limit] = field(default_factory=dict)
    _by_name: dict[str, list[Path]] = field(default_factory=dict)
    _from_table: dict[Path, int] = field(default_factory=dict)
    _extra: set[Path] = field(default_factory=set)

    @classmethod
    def of_snapshot(cls, table: pd.DataFrame) -> CategoryTree:
        """The part of a snapshot's table ``category`` that came from a category table."""
        rows = table.sort_values("category_ix").astype(object)
        rows = rows.where(rows.notna(), None)
        tree = cls()
        paths: dict[Any, Path] = {}
        for ix, parent, name, limit, unit, is_listed in rows[
            ["category_ix", "parent_ix", "name", "time_limit", "time_unit", "is_listed"]
        ].itertuples(index=False, name=None):
            path: Path = (*paths.get(parent, ()), name)
            paths[ix] = path
            if is_listed:
                domain, category, subcategory = (*path, None, None)[:3]
                tree.add_table([(domain, category, subcategory, Limit(limit, unit))])
        return tree

    def add_table(self, rows: Iterable[tuple[str | None, str | None, str | None, Limit]]) -> None:
        """Take rows of a category table: domain, category, subcategory, limit. Blank names end the path."""
        for domain, category, subcategory, limit in rows:
            path = tuple(name for name in (domain, category, subcategory) if name)
            for depth in range(1, len(path) + 1):
                prefix = path[:depth]
                if prefix not in self._from_table:
                    self._from_table[prefix] = len(self._from_table)
                    self._by_name.setdefault(prefix[-1], []).append(prefix)
            if path:
                self.limits[path] = limit

    def add(self, other: CategoryTree) -> None:
        """Take what another tree's tables say."""
        for path in other._from_table:
            domain, category, subcategory = (*path, None, None)[:3]
            self.add_table([(domain, category, subcategory, other.limits.get(path, Limit()))])

    def resolve(self, domain: str | None, category: str | None, subcategory: str | None) -> Path:
        """The path of an event, which becomes part of the tree.

        Names are looked for in the table from the deepest given one up; where the file names the domain itself that is
        taken. What the table does not know hangs below 未分类, under its own names.
        """
        names = tuple(name for name in (domain, category, subcategory) if name)
        path = names if domain else self._known(category, subcategory)
        path = path[:3]
        for depth in range(1, len(path) + 1):
            if path[:depth] not in self._from_table:
                self._extra.add(path[:depth])
        return path

    def _known(self, category: str | None, subcategory: str | None) -> Path:
        below = tuple(name for name in (category, subcategory) if name)
        if below in self._from_table:
            return below
        for name, rest in ((subcategory, ()), (category, (subcategory,) if subcategory else ())):
            candidates = [path for path in self._by_name.get(name or "", []) if not (category and name == subcategory) or category in path]
            if not candidates and name == subcategory and category is None:
                candidates = self._by_name.get(name or "", [])
            if candidates:
                path = min(candidates, key=lambda path: (len(path) != (3 if name == subcategory else 2), self._place(path)))
                return (*path, *(part for part in rest if part and part != path[-1]))
        return (UNCLASSIFIED, *below)

    def _place(self, path: Path) -> list[tuple[bool, int, str]]:
        """Place in the preorder: the category table's order at every depth, then by name; 未分类 last."""
        prefixes = [path[: depth + 1] for depth in range(len(path))]
        return [(prefix == (UNCLASSIFIED,), self._from_table.get(prefix, MOST * 10), prefix[-1]) for prefix in prefixes]

    def table(self) -> tuple[pd.DataFrame, dict[Path, int]]:
        """The table ``category`` in preorder, and the index of every path."""
        paths = set(self._from_table) | self._extra | {(UNCLASSIFIED,)}
        if len(paths) > MOST:
            paths = {path for path in paths if len(path) < 3}
        if len(paths) > MOST:
            paths = {path for path in paths if len(path) < 2}

        ordered = sorted(paths, key=self._place)
        index = {path: ix for ix, path in enumerate(ordered)}
        last = dict(index)
        for path in reversed(ordered):
            if len(path) > 1:
                last[path[:-1]] = max(last[path[:-1]], last[path])
        rows = []
        for path, ix in index.items():
            limit = self.limits.get(path, Limit())
            parent = index[path[:-1]] if len(path) > 1 else None
            rows.append((ix, last[path], parent, len(path), path[-1], limit.time_limit, limit.time_unit, path in self._from_table))
        return pd.DataFrame(rows, columns=list(TABLES["category"])), index


def index_of(path: Path, index: dict[Path, int]) -> int:
    """Index of a path, or of the nearest part of it that the tree holds."""
    while path not in index:
        path = path[:-1]
    return index[path]


def limits_of(frame: pd.DataFrame) -> Sequence[tuple[str | None, str | None, str | None, Limit]]:
    """Rows of a staged category table as :meth:`CategoryTree.add_table` takes them."""
    rows = []
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        limit = Limit(row["time_limit"], row["time_unit"])
        rows.append((row["domain"], row["category"], row["subcategory"], limit))
    return rows
