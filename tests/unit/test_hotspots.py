"""Hot spots: equal to esda, to the formula written out, and to a table of false discoveries; over areas, as pandas and shapely find them.

:data:`ESDA` was computed once with esda 2.9.0 and libpysal 4.14.1, which are too large to be installed with the tests::

    rng = numpy.random.default_rng(7)
    values = rng.poisson(6, 30).astype(float); values[[0, 1, 6, 7]] += 14; values[[28, 29]] = 0
    w = libpysal.weights.lat2W(5, 6, rook=False); w.transform = "B"
    g = esda.getisord.G_Local(values, w, transform="B", star=True, permutations=0)
    g.Zs, 2 * g.p_norm
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
import shapely

from data import hotspots
from data.hotspots import Neighbours, discoveries, gi_star, two_sided
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle

ROWS, COLUMNS = 5, 6
VALUES = [20, 21, 8, 6, 2, 3, 22, 20, 8, 4, 9, 5, 6, 5, 2, 10, 3, 5, 7, 9, 8, 10, 4, 9, 5, 6, 2, 3, 0, 0]
ESDA = (
    (4.777322, 1.776452e-06), (4.151178, 3.307688e-05), (1.718253, 0.08575047), (-0.562614, 0.5736979), (-1.170845, 0.2416611),
    (-0.948307, 0.342973), (3.771033, 0.000162573), (3.012901, 0.002587632), (1.154724, 0.2482034), (-0.968907, 0.3325918),
    (-1.300724, 0.193353), (-1.322903, 0.1858677), (1.870311, 0.06144067), (1.353815, 0.1757955), (0.623817, 0.5327481),
    (-0.570726, 0.5681856), (-0.504362, 0.6140068), (-0.714672, 0.474812), (-0.486585, 0.6265525), (-1.101633, 0.2706211),
    (-0.769816, 0.441409), (-1.632541, 0.1025655), (-1.499814, 0.1336625), (-1.779076, 0.07522728), (-0.232604, 0.8160692),
    (-0.562614, 0.5736979), (-0.486585, 0.6265525), (-1.322903, 0.1858677), (-1.398932, 0.1618335), (-1.485085, 0.1375213),
)  # fmt: skip


def lattice(rows: int, columns: int) -> Neighbours:
    """Squares that share a side or a corner, each its own neighbour as well."""
    pairs = [
        (one, other)
        for one in range(rows * columns)
        for other in range(rows * columns)
        if abs(one // columns - other // columns) <= 1 and abs(one % columns - other % columns) <= 1
    ]
    one, other = np.array(pairs).T
    return Neighbours(one, other, rows * columns)


def test_scores_are_those_of_esda() -> None:
    z = gi_star(np.array(VALUES, dtype=float), lattice(ROWS, COLUMNS))
    assert z == pytest.approx([score for score, _ in ESDA], abs=1e-6)
    assert two_sided(z) == pytest.approx([p for _, p in ESDA], rel=1e-5)


def test_scores_are_the_formula_written_out() -> None:
    values, near = np.random.default_rng(3).gamma(2.0, 3.0, 42), lattice(6, 7)
    weights = np.zeros((42, 42))
    weights[near.one, near.other] = 1.0
    n, mean = 42, values.mean()
    spread = np.sqrt((values**2).sum() / n - mean**2)
    for i, z in enumerate(gi_star(values, near)):
        w = weights[i]
        bottom = spread * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
        assert z == pytest.approx(((w * values).sum() - mean * w.sum()) / bottom, rel=1e-12)


def test_equal_values_and_neighbours_of_all_have_no_score() -> None:
    assert np.isnan(gi_star(np.full(30, 4.0), lattice(ROWS, COLUMNS))).all()
    assert np.isnan(gi_star(np.arange(4.0), lattice(2, 2))).all()


def test_false_discoveries_are_controlled_as_benjamini_and_hochberg_worked_it() -> None:
    """The fifteen p-values of their own example (1995, section 3.2), of which four stand at 5 %."""
    p = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    shuffled = np.random.default_rng(5).permutation(len(p))
    assert discoveries(p)[:4].all()
    assert discoveries(p).sum() == 4
    assert (discoveries(p[shuffled]) == discoveries(p)[shuffled]).all()
    assert discoveries(np.array([np.nan, 0.001, np.nan])).tolist() == [False, True, False]
    assert discoveries(np.array([])).tolist() == []


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district whose twelve grids are squares in three rows, each row a street, one of them far busier."""
    path = district.build(tmp_path_factory.mktemp("hot") / "district.duckdb", 3000)
    with duckdb.connect(str(path)) as connection:
        grids = [row[0] for row in connection.execute("SELECT area_ix FROM area WHERE depth = 3 ORDER BY area_ix").fetchall()]
        assert len(grids) == 12
        for place, ix in enumerate(grids):
            x, y = place % 4, place // 4
            connection.execute("UPDATE area SET outline = ? WHERE area_ix = ?", [shapely.to_wkb(shapely.box(x, y, x + 1, y + 1)), ix])
        connection.execute("UPDATE event SET area_ix = ? WHERE event_ix % 3 = 0 AND event_ix > 1500", [grids[0]])
        connection.execute("UPDATE event SET area_ix = ? WHERE event_ix % 3 = 1 AND event_ix > 2400", [grids[1]])
    return path


def test_areas_are_counted_as_pandas_counts_them(path: Path) -> None:
    oracle = Oracle(path)
    view, selection = district.view(path), Selection(window="30d")
    found = hotspots.hotspots(view, selection, 0, 3)
    good = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    last = oracle.today - np.timedelta64(1, "D").astype(object)
    age = good["day"].map(lambda day: (last - day).days)
    assert found.is_known
    assert found.is_compared
    now, before = good[(age >= 0) & (age < 30)], good[(age >= 30) & (age < 60)]
    expected = {
        name: [int((rows["area_ix"] == ix).sum()) for ix in found.areas["area_ix"]] for name, rows in (("n", now), ("before", before))
    }
    assert found.areas["n"].tolist() == expected["n"]
    assert found.areas["before"].tolist() == expected["before"]
    assert found.elsewhere == len(now) - sum(expected["n"])
    near = lattice(3, 4)
    assert found.areas["z"].to_numpy() == pytest.approx(gi_star(np.array(expected["n"], dtype=float), near))
    change = np.array(expected["n"], dtype=float) - np.array(expected["before"])
    assert found.areas["change_z"].to_numpy() == pytest.approx(gi_star(change, near))
    assert found.areas["is_hot"].tolist() == (discoveries(two_sided(found.areas["z"].to_numpy())) & (found.areas["z"] > 0)).tolist()


def test_a_scope_and_a_street_are_judged_alone(path: Path) -> None:
    whole = district.view(path)
    own = View(whole.snapshot, whole.definition, ("999901001",))
    street = whole.snapshot.areas.find("999901001")[0]
    found = hotspots.hotspots(own, Selection(window="all"), street, 3)
    assert len(found.areas) == 4
    assert not found.is_known  # four grids say nothing
    assert not found.areas[["is_hot", "is_cold", "is_rising", "is_falling"]].to_numpy().any()
    assert found.areas["z"].isna().all()


def test_without_outlines_or_a_window_before_nothing_is_told(path: Path, tmp_path: Path) -> None:
    bare = hotspots.hotspots(district.view(district.build(tmp_path / "bare.duckdb", 500)), Selection(window="all"), 0, 3)
    assert not bare.is_known
    alone = hotspots.hotspots(district.view(path), Selection(window="all"), 0, 3)
    assert alone.is_known
    assert not alone.is_compared
    assert alone.areas["change_z"].isna().all()
