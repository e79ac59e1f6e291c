"""How many people live where a selection looks."""

from __future__ import annotations

import pandas as pd

from data.bound import area_ix
from data.selection import Selection
from data.view import View


def population(view: View, selection: Selection) -> float | None:
    """People who live in the selected area, in the picked grids where there are any; None where not known."""
    areas = view.snapshot.areas
    if selection.grid:
        top = area_ix(view, selection)
        nodes = [ix for code in selection.grid for ix in areas.find(code) if view.sees(ix) and top <= ix <= areas.last[top]]
    elif selection.area is None:
        nodes = [low for low, _ in view.spans]
    else:
        nodes = [ix for ix in [area_ix(view, selection)] if ix >= 0]
    tops = [ix for ix in sorted(set(nodes)) if not any(other < ix <= areas.last[other] for other in nodes)]
    people = [population_of(view, ix) for ix in tops]
    return None if not people or None in people else float(sum(number for number in people if number is not None))


def population_of(view: View, ix: int) -> float | None:
    """People who live in an area: its own figure, else the sum of its children's where all are known."""
    own = view.snapshot.area_table["population"].iloc[ix]
    if not pd.isna(own):
        return float(own)
    below = [population_of(view, child) for child in view.snapshot.areas.children(ix)]
    return None if not below or None in below else float(sum(number for number in below if number is not None))
