"""The biggest categories of the selection, one level below what is chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.charts.bars import Row
from dashboard.links import escaped
from data.filters import ALONE
from data.tree import Tree

KEYS = ("domain", "category", "subcategory")


def depth_below(chosen: dict[str, tuple[str, ...]], tree: Tree) -> int:
    """Depth to show: subcategories of a chosen category, else categories, else domains where the data have no more."""
    wanted = 3 if chosen["category"] or chosen["subcategory"] else 2
    return min(wanted, int(tree.depth.max())) if len(tree) else 1


def rows(frame: pd.DataFrame, tree: Tree, depth: int, *, chosen: tuple[str, ...], has_previous: bool, most: int) -> list[Row]:
    """The ``most`` biggest nodes of one depth.

    Parameters
    ----------
    frame
        Columns ``bucket`` (below 0: the window before), ``category_ix``, ``n``.
    depth
        1 domain, 2 category, 3 subcategory; an event known less deeply counts under the node it has.
    chosen
        Names of that depth that filter now; a click on one takes it away.
    """
    if frame.empty:
        return []
    ancestors = tree.ancestor(depth)
    own = np.arange(len(tree), dtype=np.int32)
    node = np.where(ancestors >= 0, ancestors, own)[frame["category_ix"].to_numpy(dtype=np.int64)]
    is_before = frame["bucket"].to_numpy() < 0
    n = frame["n"].to_numpy(dtype=np.float64)
    now = np.bincount(node, weights=np.where(is_before, 0, n), minlength=len(tree))
    before = np.bincount(node, weights=np.where(is_before, n, 0), minlength=len(tree))
    biggest = [int(ix) for ix in np.lexsort((own, -before, -now)) if now[ix] or before[ix]][:most]
    return [
        Row(
            tree.names[ix],
            float(now[ix]),
            float(before[ix]) if has_previous else None,
            _changes(tree, ix, chosen),
            tree.names[ix] in chosen and int(tree.depth[ix]) == depth,
            _cases(tree, ix, depth),
        )
        for ix in biggest
    ]


def _changes(tree: Tree, ix: int, chosen: tuple[str, ...]) -> dict[str, str | None]:
    key = KEYS[int(tree.depth[ix]) - 1]
    below = dict.fromkeys(KEYS[int(tree.depth[ix]) :])
    return {key: None if tree.names[ix] in chosen else escaped(tree.names[ix]), **below}


def _cases(tree: Tree, ix: int, depth: int) -> dict[str, str | None]:
    """What selects exactly the events of a row: its whole path; of one known less deeply than its siblings, the node alone."""
    path = [escaped(tree.names[node]) for node in tree.path(ix)]
    if int(tree.depth[ix]) < depth and tree.last[ix] > ix:
        path[-1] = ALONE + path[-1]
    return {**dict.fromkeys(KEYS), **dict(zip(KEYS, path, strict=False))}
