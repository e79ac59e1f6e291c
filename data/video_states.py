"""How many cameras are in which state, derived and reported side by side.

A camera counts once in each cut: by the area below the selected one that it lies in, by owner, by kind. Rates are of the cameras in
use: derived, the share that :mod:`data.video` finds online; reported, the share whose source says ON. Where not one camera of the
selection reports a state there are no rates, only counts.
"""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from data.indicators.areas import groups
from data.selection import Selection
from data.video import NOT_IN_USE, cameras, video_points
from data.view import View

Cut = Literal["area_ix", "owner", "kind"]
COLUMNS: Final = ("area_ix", "owner", "kind", "status", "reported", "n")


def video_states(view: View, selection: Selection) -> pd.DataFrame:
    """``area_ix, owner, kind, status, reported, n``: cameras of the selected area; only the area of the selection applies.

    ``area_ix`` is one of the areas below the selected one, -1 where a camera lies in none of them; ``owner``, ``kind`` and ``reported``
    (ON, OFF) are empty texts where nothing is given. Cameras that no rate counts are those of a status in
    :data:`data.video.NOT_IN_USE`, and all with ``status`` ``not_reported`` where :func:`is_known` is false.
    """
    points = cameras(video_points(view, selection))
    _, group = groups(view, selection)
    named = points.assign(
        area_ix=group[points["area_ix"].to_numpy(dtype=int)],
        reported=points["reported_status"],
        **{column: points[column].fillna("").astype(str) for column in ("owner", "kind")},
    )
    named["reported"] = named["reported"].fillna("").astype(str)
    keys = list(COLUMNS[:-1])
    return named.groupby(keys, sort=True).size().rename("n").reset_index()[list(COLUMNS)]


def is_known(states: pd.DataFrame) -> bool:
    """Whether any camera in use reports a state: else silence means nothing and no rate can be told."""
    return bool((~states["status"].isin(NOT_IN_USE) & (states["reported"] != "")).any())


def tallies(states: pd.DataFrame, cut: Cut | None = None) -> pd.DataFrame:
    """``n, online, reported`` of the cameras in use, for each value of a cut or, without one, for all together (index 0).

    Empty where :func:`is_known` is false or none is in use.
    """
    used = states[~states["status"].isin(NOT_IN_USE)] if is_known(states) else states.iloc[:0]
    counted = pd.DataFrame(
        {
            "by": 0 if cut is None else used[cut],
            "n": used["n"],
            "online": used["n"].where(used["status"] == "online", 0),
            "reported": used["n"].where(used["reported"] == "ON", 0),
        }
    )
    return counted.groupby("by")[["n", "online", "reported"]].sum()


def reasons(states: pd.DataFrame) -> pd.Series:
    """Cameras per derived status other than online, most first; those that no rate counts are among them."""
    found = states[states["status"] != "online"].groupby("status")["n"].sum()
    return found.sort_values(ascending=False, kind="stable")


def contradicted(states: pd.DataFrame) -> int:
    """Cameras in use that report ON and are derived not online."""
    used = states[~states["status"].isin(NOT_IN_USE)]
    return int(used.loc[(used["reported"] == "ON") & (used["status"] != "online"), "n"].sum())
