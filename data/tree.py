"""A hierarchy numbered in preorder: areas and categories.

A node's descendants are the contiguous range ``ix + 1 … last[ix]``, so "in this street" is one comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Tree:
    """Nodes in preorder.

    Attributes
    ----------
    parent, last, depth : int arrays, shape (n,)
        Parent's index (-1 at the top), index of the last descendant (own index for a leaf), depth.
    names, codes : sequences of str, length n
        Shown name and the key by which an address names the node. For categories both are the name.
    """

    parent: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]
    depth: npt.NDArray[np.int32]
    names: Sequence[str]
    codes: Sequence[str]
    _by_code: dict[str, list[int]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for ix, code in enumerate(self.codes):
            self._by_code.setdefault(code, []).append(ix)

    def __len__(self) -> int:
        return len(self.codes)

    def find(self, code: str, depth: int | None = None) -> list[int]:
        """Indices of the nodes with this code (several where a name stands under several parents)."""
        return [ix for ix in self._by_code.get(code, []) if depth is None or self.depth[ix] == depth]

    def children(self, ix: int) -> list[int]:
        """Indices of the direct children, in order."""
        found, child = [], ix + 1
        while child <= self.last[ix]:
            found.append(child)
            child = int(self.last[child]) + 1
        return found

    def tops(self) -> list[int]:
        """Indices of the nodes without a parent."""
        return [int(ix) for ix in np.flatnonzero(self.parent < 0)]

    def path(self, ix: int) -> list[int]:
        """Indices from the top down to ``ix`` itself."""
        path = [ix]
        while self.parent[path[-1]] >= 0:
            path.append(int(self.parent[path[-1]]))
        return path[::-1]

    def within(self, ix: int, depth: int) -> list[int]:
        """Indices of the nodes of one depth at or below ``ix``, in order."""
        return [int(node) for node in range(ix, int(self.last[ix]) + 1) if self.depth[node] == depth]

    def frontier(self, ix: int, depth: int) -> list[int]:
        """The nodes of one depth at or below ``ix``, and where a branch ends above it its last one, in order: they cover ``ix`` once."""
        low, high = ix, int(self.last[ix])
        wanted = max(depth, int(self.depth[low]))
        nodes = np.arange(low, high + 1)
        here = self.depth[low : high + 1]
        return [int(node) for node in nodes[(here == wanted) | ((here < wanted) & (self.last[low : high + 1] == nodes))]]

    def ancestor(self, depth: int) -> npt.NDArray[np.int32]:
        """For every node its ancestor (or itself) at ``depth``; -1 where the node is above that depth."""
        answer = np.full(len(self), -1, dtype=np.int32)
        for ix in np.flatnonzero(self.depth == depth):
            answer[ix : self.last[ix] + 1] = ix
        return answer

    def spans(self, nodes: Iterable[int]) -> list[tuple[int, int]]:
        """The nodes' subtrees as sorted, disjoint, merged inclusive ranges of indices."""
        merged: list[tuple[int, int]] = []
        for low, high in sorted((int(ix), int(self.last[ix])) for ix in nodes):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return merged
