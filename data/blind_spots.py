"""Blind spots of video: where events concentrate and no working camera is near.

The selected events are counted on the server per square of the density raster, about half the radius wide. A square is *busy* with at
least :data:`LEAST` events and :data:`BUSY` times the mean of the squares that hold any; a busy square is *blind* when no camera that is
derived online stands within the definition's ``blind_spot_metres`` of its middle. Cameras count wherever the viewer may see them, not in
the selected area alone; those without a position count nowhere and are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.nearby import distance_m, working_cameras
from data.questions import QUESTIONS
from data.schema import CELL_COLUMNS
from data.selection import Selection
from data.video import cameras, judged, video_points
from data.view import View

LEAST: Final = 3
BUSY: Final = 2.0
SQUARES_ACROSS: Final = 2
"""Squares to a radius."""
METRES_A_DEGREE: Final = 111_195.08
"""Of latitude, on the sphere of :mod:`data.nearby`."""
_ROW: Final = 65536

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BlindSpots:
    """The blind squares of a selection.

    Attributes
    ----------
    squares
        ``row, column, n, lon, lat`` (the middle), most events first.
    radius_m, side_m
        The rule's radius, and the side of a square.
    west, south, width, height
        Where square (0, 0) lies, and the degrees of each.
    least
        Events that make a square busy; 0 where there are none.
    events
        Selected events with a position.
    cameras, unplaced
        Cameras of the view; those that are online and have no position.
    is_known
        Whether any camera reports a state: else nothing is said to be blind.
    """

    squares: pd.DataFrame
    radius_m: float
    side_m: float
    west: float
    south: float
    width: float
    height: float
    least: int
    events: int
    cameras: int
    unplaced: int
    is_known: bool

    def box(self, row: int, column: int) -> tuple[float, float, float, float]:
        """West, south, east, north of a square in degrees, as an address writes them: drawn in to whole millionths."""
        west, south = self.west + column * self.width, self.south + row * self.height
        east, north = west + self.width, south + self.height
        millions = np.ceil(west * 1e6), np.ceil(south * 1e6), np.floor(east * 1e6), np.floor(north * 1e6)
        return float(millions[0]) / 1e6, float(millions[1]) / 1e6, float(millions[2]) / 1e6, float(millions[3]) / 1e6


def blind_spots(view: View, selection: Selection) -> BlindSpots:
    """The blind squares of the selected events. See the module for the rule."""
    radius = view.definition.blind_spot_metres
    table = view.snapshot.area_table
    west, south, east, north = (float(table[side].iloc[0]) for side in ("west", "south", "east", "north"))
    points = video_points(view, Selection())
    known, working = judged(points), working_cameras(view)
    online = int((known["status"] == "online").sum())
    middle = np.cos(np.radians((south + north) / 2))
    cell_m = (east - west) / CELL_COLUMNS * METRES_A_DEGREE * middle
    block = max(1, round(radius / SQUARES_ACROSS / cell_m)) if cell_m > 0 else 1
    width = (east - west) / CELL_COLUMNS * block
    height = width * float(middle)
    counted = pd.DataFrame({"row": [], "column": [], "n": []}).astype("int64")
    if not known.empty:
        counted = QUESTIONS["density"].ask(view, selection, cell_columns=CELL_COLUMNS, block=block).astype("int64")
    least = max(LEAST, int(np.ceil(BUSY * counted["n"].mean()))) if len(counted) else 0
    busy = counted[counted["n"] >= least]
    found = BlindSpots(
        squares=busy,
        radius_m=radius,
        side_m=block * cell_m,
        west=west,
        south=south,
        width=width,
        height=height,
        least=least,
        events=int(counted["n"].sum()),
        cameras=len(cameras(points)),
        unplaced=online - len(working),
        is_known=not known.empty,
    )
    blind = busy[~np.isin(busy["row"] * _ROW + busy["column"], _seen(found, working))]
    blind = blind.sort_values(["n", "row", "column"], ascending=[False, True, True], ignore_index=True)
    placed = blind.assign(lon=west + (blind["column"] + 0.5) * width, lat=south + (blind["row"] + 0.5) * height)
    return BlindSpots(**{**vars(found), "squares": placed})


def _seen(found: BlindSpots, working: pd.DataFrame) -> Ints:
    """Numbers of the squares whose middle lies within the radius of a camera: for each camera the squares around its own are tried."""
    if working.empty or found.width <= 0:
        return np.empty(0, dtype=np.int64)
    lon, lat = working["lon"].to_numpy(dtype=float), working["lat"].to_numpy(dtype=float)
    reach = int(np.ceil(found.radius_m / found.side_m)) + 1
    around = np.arange(-reach, reach + 1)
    column = np.floor((lon - found.west) / found.width).astype(np.int64)[:, None, None] + around[None, :, None]
    row = np.floor((lat - found.south) / found.height).astype(np.int64)[:, None, None] + around[None, None, :]
    away = distance_m(
        lon[:, None, None], lat[:, None, None], found.west + (column + 0.5) * found.width, found.south + (row + 0.5) * found.height
    )
    is_seen = (away <= found.radius_m) & (row >= 0) & (column >= 0)
    return np.unique((row * _ROW + column)[is_seen])


def nearest_m(view: View, squares: pd.DataFrame) -> Floats:
    """Metres from the middle of each square to the nearest working camera; infinite without any."""
    working = working_cameras(view)
    lon, lat = working["lon"].to_numpy(dtype=float), working["lat"].to_numpy(dtype=float)
    places = zip(squares["lon"].to_numpy(dtype=float), squares["lat"].to_numpy(dtype=float), strict=True)
    return np.array([distance_m(x, y, lon, lat).min(initial=np.inf) for x, y in places], dtype=np.float64)


def where(view: View, selection: Selection, found: BlindSpots, squares: pd.DataFrame) -> pd.DataFrame:
    """``area_ix, category_ix`` of each square, in their order: where most of its events lie, and what most of them are about."""
    block = round(found.width / ((_east(view) - found.west) / CELL_COLUMNS))
    numbers = (squares["row"] * _ROW + squares["column"]).astype("int64")
    rows = QUESTIONS["events_per_block"].ask(view, selection, cell_columns=CELL_COLUMNS, block=block, blocks=numbers.tolist())
    rows = rows.assign(number=rows["row"] * _ROW + rows["column"])
    best = {key: _most(rows, key) for key in ("area_ix", "category_ix")}
    return pd.DataFrame({key: [int(column[number]) for number in numbers] for key, column in best.items()})


def _most(rows: pd.DataFrame, key: str) -> pd.Series:
    """The value of a key with most events per square; the lowest of those equal."""
    counted = rows.groupby(["number", key], as_index=False)["n"].sum().sort_values(["n", key], ascending=[False, True])
    return counted.drop_duplicates("number").set_index("number")[key]


def _east(view: View) -> float:
    return float(view.snapshot.area_table["east"].iloc[0])
