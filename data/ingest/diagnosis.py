"""Which datum positions are in, told by the areas that the events name themselves.

A position in GCJ-02 taken for WGS 84 lies some 500 m off, so an event seems to happen outside the community it declares. Under each
hypothesis the share of events inside the area they declare is counted; the right datum has the highest. Shares are reported, and nothing
is converted but by configuration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data.indicators.intervals import wilson
from data.ingest.areas import Division
from data.ingest.datum import Datum, Pair, to_wgs84
from data.schema import DATUMS

SUSPECT: Final = "W_CRS_SUSPECT"
SHARES: Final = "DATUM_SHARES"
"""Not one of :data:`data.codes.CODES`: nothing is wrong, the shares are kept to be shown."""
HYPOTHESES: Final[tuple[Datum, ...]] = ("WGS84", "GCJ02", "BD09")
LEAST: Final = 30
"""Events below which nothing is said about their datum."""
LEAST_SHARE: Final = 0.5
"""Of the winner: where most events lie outside their area under every hypothesis, something else is wrong."""
SAMPLE: Final = 5_000
"""About how many events of a source are looked at, at most twice as many; chosen by their content, so the same each time."""

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Diagnosis:
    """What the declared areas say about a source's datum.

    Attributes
    ----------
    n
        Events looked at: they have a position and name an area with a boundary.
    inside
        Hypothesis → events that lie in the area they name.
    declared
        The datum the positions were read as.
    is_assumed
        Nobody declared it.
    """

    n: int
    inside: Mapping[Datum, int]
    declared: Datum
    is_assumed: bool = False

    @property
    def shares(self) -> dict[Datum, float | None]:
        """Hypothesis → share inside, 0 to 1; None without events."""
        return {datum: self.inside[datum] / self.n if self.n else None for datum in HYPOTHESES}

    @property
    def winner(self) -> Datum:
        """The hypothesis with the highest share; the declared one where it has no better."""
        best = max(self.inside.values())
        return self.declared if self.inside[self.declared] == best else next(d for d in HYPOTHESES if self.inside[d] == best)

    @property
    def is_suspect(self) -> bool:
        """Whether another datum than the declared one is clearly better: enough events, most of them inside, intervals apart."""
        if self.n < LEAST or self.winner == self.declared or self.inside[self.winner] < LEAST_SHARE * self.n:
            return False
        return bool(wilson(self.inside[self.winner], self.n)[0] > wilson(self.inside[self.declared], self.n)[1])

    def as_dict(self) -> dict[str, Any]:
        """For reports: ``declared, is_assumed, n, shares, intervals, winner, is_suspect``; shares rounded to four digits."""
        intervals = {d: [round(float(side), 4) for side in wilson(self.inside[d], self.n)] if self.n else None for d in HYPOTHESES}
        return {
            "declared": self.declared,
            "is_assumed": self.is_assumed,
            "n": self.n,
            "shares": {datum: None if share is None else round(share, 4) for datum, share in self.shares.items()},
            "intervals": intervals,
            "winner": self.winner,
            "is_suspect": self.is_suspect,
        }

    @property
    def finding(self) -> tuple[str, str, int, str]:
        """``code, column, n, detail`` as in the table ``finding``: the warning where suspect, else the shares for the record."""
        return SUSPECT if self.is_suspect else SHARES, "datum", self.n, json.dumps(self.as_dict())


def under(lon: npt.ArrayLike, lat: npt.ArrayLike) -> dict[Datum, Pair]:
    """WGS 84 positions of pairs as given, under each hypothesis about their datum."""
    return {datum: to_wgs84(lon, lat, datum) for datum in HYPOTHESES}


def inside(positions: Pair, area: npt.ArrayLike, shapes: Sequence[Any]) -> Mask:
    """Whether each position lies in its own area, its edge included.

    Parameters
    ----------
    positions
        Degrees, WGS 84; NaN lies nowhere.
    area
        Index into ``shapes`` of each position's area.
    shapes
        Boundaries in WGS 84; None holds nothing.
    """
    at = np.asarray(area, dtype=np.int64)
    known = np.asarray(shapes, dtype=object)
    shapely.prepare(known[np.unique(at)])
    found: Mask = shapely.intersects_xy(known[at], *positions)
    return found


def diagnose(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    area: npt.ArrayLike,
    shapes: Sequence[Any],
    declared: Datum = "WGS84",
    *,
    is_assumed: bool = False,
) -> Diagnosis:
    """Count under each hypothesis the events inside the area they declare.

    Parameters
    ----------
    lon, lat
        Degrees as given, before any conversion. Rows with NaN are left out.
    area
        Index into ``shapes`` of the area each event names; -1 where it names none. Such rows are left out.
    shapes
        Boundaries in WGS 84; rows of areas without one are left out.
    declared
        What the positions were read as.
    """
    x, y, at = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64), np.asarray(area, dtype=np.int64)
    known = np.asarray([*shapes, None], dtype=object)
    usable = (at >= 0) & ~shapely.is_missing(known)[at] & np.isfinite(x) & np.isfinite(y)
    x, y, at = x[usable], y[usable], at[usable]
    boundaries = known.tolist()
    counts = {datum: int(inside(pair, at, boundaries).sum()) for datum, pair in under(x, y).items()}
    return Diagnosis(len(at), counts, declared, is_assumed)


_SAMPLED: Final = """
    SELECT coalesce(given_lon, lon) AS given_lon, coalesce(given_lat, lat) AS given_lat, declared_ix, file_ix, datum FROM event
    WHERE hash(reported_at, lon, lat) % ($every::UBIGINT[])[file_ix + 1] = 0
        AND lon IS NOT NULL AND position_code IS NULL AND datum IN $hypotheses
        AND declared_ix IN (SELECT declared_ix FROM declared WHERE area_ix > 0)"""


def of_feeds(connection: duckdb.DuckDBPyConnection) -> dict[int, Diagnosis]:
    """Source → what its events' own areas say about its datum, from the finished tables of a snapshot.

    Reads ``event``, ``declared``, ``area``, ``file`` and ``feed``. Sources without positions or without areas of their own, and those
    in a projected system, are absent. Where the rows of a source name several datums, those of the most frequent one are looked at.
    An area without a boundary stands for the nearest above it that has one, the whole area excepted.
    """
    files = connection.execute("SELECT file_ix, feed_ix, accepted FROM file ORDER BY file_ix").fetchall()
    feeds = dict(connection.execute("SELECT feed_ix, datum FROM feed WHERE coalesce(datum, '') NOT LIKE 'EPSG%'").fetchall())
    rows = {feed: sum(n or 0 for _, at, n in files if at == feed) for feed in feeds}
    samples = _samples(connection, files, {feed: max(1, n // SAMPLE) for feed, n in rows.items()})
    # Where few of many events have a position and an area of their own, all of them are looked at.
    scarce = {feed: 1 for feed, n in rows.items() if n >= 2 * SAMPLE and len(samples.get(feed, ())) < SAMPLE // 10}
    samples |= _samples(connection, files, scarce)
    if not samples:
        return {}
    areas = dict(connection.execute("SELECT declared_ix, area_ix FROM declared").fetchall())
    shapes = with_boundary(connection)
    found = {}
    for feed, sample in sorted(samples.items()):
        datum = sample["datum"].value_counts().sort_index().idxmax()
        part = sample[sample["datum"] == datum]
        area = part["declared_ix"].map(areas).to_numpy(dtype=np.int64)
        diagnosis = diagnose(part["given_lon"], part["given_lat"], area, shapes, datum, is_assumed=feeds[feed] is None and datum == "WGS84")
        if diagnosis.n:
            found[feed] = diagnosis
    return found


def _samples(connection: duckdb.DuckDBPyConnection, files: list[Any], every: Mapping[int, int]) -> dict[int, pd.DataFrame]:
    """Of each source one in ``every`` events, chosen by what they say and not by where they stand."""
    if not every:
        return {}
    feed_of = {file: feed for file, feed, _ in files if feed in every}
    # NULL, where a file is not asked for, is not 0 and so selects nothing.
    chosen = [every.get(feed_of[file]) if file in feed_of else None for file in range(max(feed_of, default=-1) + 1)]
    frame = connection.execute(_SAMPLED, {"every": chosen, "hypotheses": list(HYPOTHESES)}).df()
    return {int(feed): part for feed, part in frame.groupby(frame["file_ix"].map(feed_of))}


def of_stage(connection: duckdb.DuckDBPyConnection, division: Division, *, is_assumed: bool = False) -> Diagnosis | None:
    """The same for the accepted rows of one file that :class:`data.ingest.event_table.EventTable` has judged, before they are written.

    Reads the tables ``stage`` and ``located``. None where no row has a position in degrees and an area of its own with a boundary.
    """
    frame = connection.execute(
        """SELECT lon, lat, own_area, datum_ix FROM stage JOIN located ON stage.rowid = stage_row
            WHERE codes = 0 AND position_code = 0 AND own_area > 0 AND datum_ix < $datums
            QUALIFY count(*) OVER () <= $most OR hash(lon, lat) % (count(*) OVER () // $most)::UBIGINT = 0""",
        {"datums": len(DATUMS), "most": SAMPLE},
    ).df()
    if frame.empty:
        return None
    datum_ix = int(frame["datum_ix"].value_counts().sort_index().idxmax())
    part = frame[frame["datum_ix"] == datum_ix]
    shapes = _inherited(
        [None if pd.isna(parent) else int(parent) for parent in division.table["parent_ix"]], [area.boundary for area in division.areas]
    )
    declared = HYPOTHESES[HYPOTHESES.index(DATUMS[datum_ix])]
    found = diagnose(part["lon"], part["lat"], part["own_area"], shapes, declared, is_assumed=is_assumed and declared == "WGS84")
    return found if found.n else None


def with_boundary(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """For every ``area_ix`` its boundary, or that of the nearest area above it that has one; None for the whole area."""
    rows = connection.execute("SELECT parent_ix, boundary FROM area ORDER BY area_ix").fetchall()
    return _inherited([parent for parent, _ in rows], shapely.from_wkb([None if wkb is None else bytes(wkb) for _, wkb in rows]))


def _inherited(parents: Sequence[int | None], shapes: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for parent, shape in zip(parents, shapes, strict=True):
        found.append(None if parent is None else shape if shape is not None else found[parent])
    return found
