"""Five classes for a colour scale: fifths of the areas, with limits that are round enough to be read."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

CLASSES: Final = 5
STEPS: Final = {1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
"""Which of the five colours are used when there are fewer classes."""

Floats = npt.NDArray[np.float64]


def limits(values: npt.ArrayLike, most_digits: int = 2) -> tuple[tuple[float, ...], int]:
    """Values at which a new class begins, ascending, at most four, and how many decimals they have.

    Fifths of the finite values, rounded as far as they stay different; limits that leave a class empty are dropped, so few or
    equal values give fewer classes. A value equal to a limit belongs to the class above it.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) == 0:
        return (), 0
    fifths = np.unique(np.quantile(known, [0.2, 0.4, 0.6, 0.8]))
    best: tuple[tuple[float, ...], int] = ((), 0)
    for digits in range(most_digits + 1):
        kept = _kept(known, np.unique(np.round(fifths, digits)))
        if len(kept) > len(best[0]):
            best = kept, digits
        if len(kept) == len(fifths):
            break
    return best


def _kept(known: Floats, edges: Floats) -> tuple[float, ...]:
    """The limits that leave no class empty."""
    kept: list[float] = []
    for limit in edges:
        below = known[known < limit]
        if len(below) and (not kept or (below >= kept[-1]).any()) and (known >= limit).any():
            kept.append(float(limit))
    return tuple(kept)


def steps(count: int) -> tuple[int, ...]:
    """The colours of ``count`` classes, of 0 to 4."""
    return STEPS[count]


def letters(values: npt.ArrayLike, edges: tuple[float, ...]) -> str:
    """A letter for each value: its colour ``0`` to ``4``, or ``-`` where it is not a number."""
    known = np.asarray(values, dtype=np.float64)
    chosen = np.array(steps(len(edges) + 1))
    at = chosen[np.searchsorted(np.asarray(edges), known, side="right")] if len(known) else np.empty(0, dtype=int)
    return "".join("-" if not np.isfinite(value) else str(step) for value, step in zip(known, at, strict=True))
