"""Rankings against pandas over the tables and against what asking for one area gives."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.answers import Answers
from data.errors import SelectionError
from data.indicators.areas import indicator_per_row
from data.indicators.ask import ask, numbers
from data.indicators.ranking import Ranking, ranking
from data.indicators.registry import INDICATORS
from data.indicators.standardised import label
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle

ALL = Selection(window="all")
GRIDS = 3
RANKED = [key for key, indicator in INDICATORS.items() if indicator.direction]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return district.build(tmp_path_factory.mktemp("ranking") / "ranking.duckdb", 4000)


@pytest.fixture(scope="module")
def view(path: Path) -> View:
    return district.view(path)


@pytest.fixture(scope="module")
def oracle(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    return Oracle(Path(shutil.copy(path, tmp_path_factory.mktemp("oracle"))))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> View:
    return district.view(district.build(tmp_path_factory.mktemp("nothing") / "nothing.duckdb", is_empty=True))


def good(oracle: Oracle) -> pd.DataFrame:
    rows = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    grids = oracle.areas.loc[oracle.areas["level"] == "grid", "area_ix"]
    return rows.assign(grid=rows["area_ix"].where(rows["area_ix"].isin(grids)))


def same(one: Any, other: Any) -> bool:
    if one is None or pd.isna(one):
        return other is None or bool(pd.isna(other))
    return one == pytest.approx(other)


@pytest.mark.parametrize("key", INDICATORS)
def test_the_total_is_what_is_asked_for_the_whole(view: View, key: str) -> None:
    for depth in (None, GRIDS):
        total = ranking(view, ALL, key, depth).total
        whole = numbers(Answers(view, ALL), [INDICATORS[key]])[key]
        for name in ("value", "n", "low", "high"):
            assert same(total[name], getattr(whole, name)), name


@pytest.mark.parametrize("key", ["median_hours", "p90_hours", "satisfaction_rate", "overdue_open", "per_10k"])
def test_every_interval_is_that_of_the_area_alone(view: View, key: str) -> None:
    for row in ranking(view, ALL, key).ranked.itertuples():
        area = ALL.with_(area=view.snapshot.areas.codes[row.area_ix])
        alone = numbers(Answers(view, area), [INDICATORS[key]])[key]
        assert same(row.low, alone.low)
        assert same(row.high, alone.high)


@pytest.mark.parametrize("key", RANKED)
def test_areas_are_in_order_and_places_count_those_that_are_better(view: View, key: str) -> None:
    found = ranking(view, ALL, key, GRIDS).ranked
    better = INDICATORS[key].direction
    assert (np.diff(found["value"] * better) <= 0).all()
    for row in found.itertuples():
        assert row.place == 1 + ((found["value"] - row.value) * better > 0).sum()
        assert 1 <= row.place_low <= row.place <= row.place_high <= len(found)
        for name in ("one_more", "one_fewer"):
            value, place = getattr(row, name), getattr(row, f"{name}_place")
            others = found[found["area_ix"] != row.area_ix]
            if not math.isnan(value):
                assert place == 1 + ((others["value"] - value) * better > 0).sum()
    assert (np.diff(found["band"]) >= 0).all()


def test_one_case_by_hand(view: View, oracle: Oracle) -> None:
    """Of each grid one contacted call-back is taken away, one is added."""
    called = good(oracle)
    called = called[called["has_call_back"]].groupby("grid")["is_contacted"].agg(["sum", "size"])
    found = ranking(view, ALL, "response_rate", GRIDS)
    assert found.case is not None
    assert tuple(found.case) == ("已联系", "contacted")
    for row in found.ranked.itertuples():
        hits, n = called.loc[row.area_ix]
        assert row.one_more == pytest.approx((hits + 1) / n)
        assert row.one_fewer == pytest.approx((hits - 1) / n)


@pytest.mark.parametrize(("key", "share"), [("median_hours", 0.5), ("p90_hours", 0.9)])
def test_one_case_of_a_quantile_by_trying(view: View, oracle: Oracle, key: str, share: float) -> None:
    """The slowest case of each grid is made the quickest, and the other way round."""
    rows = good(oracle)
    rows = rows[rows["is_closed"] & rows["has_duration"]]
    for row in ranking(view, ALL, key, GRIDS).ranked.itertuples():
        hours = np.sort(rows.loc[rows["grid"] == row.area_ix, "duration_s"].to_numpy(dtype=float)) / 3600
        assert row.one_more == pytest.approx(np.quantile(np.append(hours[:-1], -1.0), share))
        assert row.one_fewer == pytest.approx(np.quantile(np.append(hours[1:], 1e9), share))


def test_the_heaviest_part_of_a_score_moves_it(view: View) -> None:
    found = ranking(view, ALL, "composite_score", GRIDS)
    heaviest = max(view.definition.terms.values())
    for row in found.ranked.itertuples():
        assert row.one_more - row.value == pytest.approx(heaviest / row.n)


def test_few_cases_and_no_cases_stand_apart_with_the_reason(view: View) -> None:
    few = Selection.parse_strict("window=all&department=城管局,绿化局&hours=8-10")
    found = ranking(view, few, "satisfaction_rate", GRIDS)
    apart = found.apart[~found.apart["is_rest"]]
    assert set(apart["why"]) <= {"too_few", "no_cases"}
    assert len(apart)
    assert (apart["n"] < view.definition.minimum_n).all()
    assert apart[["place", "place_low", "band"]].isna().all(axis=None)
    assert (found.ranked["n"] >= view.definition.minimum_n).all()


def test_neither_better_nor_worse_is_not_ranked_and_counts_stand_beside_their_rate(view: View) -> None:
    for key in ("accepted", "due_for_disposal", "per_10k"):
        found = ranking(view, ALL, key)
        assert not found.is_ranked
        assert found.case is None
        assert found.areas[["place", "band", "one_more"]].isna().all(axis=None)
    found = ranking(view, ALL, "accepted")
    rates = ranking(view, ALL, "per_10k").areas.set_index("area_ix")["value"]
    for row in found.ranked.itertuples():
        assert row.per_10k == pytest.approx(rates[row.area_ix])


@pytest.mark.parametrize("adjust", [None, "category"])
@pytest.mark.parametrize("key", INDICATORS)
def test_no_events_rank_nobody(nothing: View, key: str, adjust: str | None) -> None:
    found = ranking(nothing, ALL.with_(adjust=adjust), key)
    if INDICATORS[key].has_denominator and INDICATORS[key].measure != "population":
        assert found.ranked.empty
    assert found.areas["place"].isna().all()


def weight(rows: pd.DataFrame) -> pd.Series:
    return rows["satisfaction"].map({"satisfied": 1.0, "basically": 0.9}).fillna(0.0)


def kinds(oracle: Oracle, depth: int) -> dict[int, int]:
    """Of every category its ancestor at a depth, or itself where it lies above, by walking up."""
    rows = oracle.categories.set_index("category_ix")

    def kind(ix: int) -> int:
        return ix if rows.at[ix, "depth"] <= depth else kind(int(rows.at[ix, "parent_ix"]))

    return {int(ix): kind(int(ix)) for ix in rows.index}


@pytest.mark.parametrize(("adjust", "depth"), [("domain", 1), ("category", 2), ("subcategory", 3)])
def test_an_adjusted_rate_is_that_of_the_common_mix(view: View, oracle: Oracle, adjust: str, depth: int) -> None:
    rows, selection = good(oracle), ALL.with_(adjust=adjust)
    rows["kind"] = rows["category_ix"].map(kinds(oracle, depth))
    called = rows[rows["has_call_back"]]
    for key, among, weights in (
        ("satisfaction_rate", called, weight(called)),
        ("resolution_rate", called, called["is_resolved"].astype(float)),
        ("proactive_rate", rows, rows["is_proactive"].astype(float)),
    ):
        found, crude = indicator_per_row(view, selection, key, GRIDS), indicator_per_row(view, ALL, key, GRIDS)
        mix = among["kind"].value_counts(normalize=True)
        means = weights.groupby([among["grid"], among["kind"]]).mean()
        for row in found[~found["is_rest"] & ~found["is_total"]].itertuples():
            own = means[float(row.area_ix)]
            covered = mix[own.index]
            assert row.covered == pytest.approx(covered.sum())
            assert row.value == pytest.approx((own * covered).sum() / covered.sum())
        assert found["crude"].equals(crude["value"])
        assert found["n"].equals(crude["n"])
        assert found["value"].iloc[-1] == pytest.approx(crude["value"].iloc[-1])
        assert (found["shown"] <= (found["covered"] >= 0.8) | found["is_rest"]).all()


def test_an_adjusted_score_is_made_of_adjusted_rates(view: View) -> None:
    selection = ALL.with_(adjust="category")
    parts = {key: indicator_per_row(view, selection, key, GRIDS)["value"] for key in view.definition.terms}
    expected = sum(points * parts[key] for key, points in view.definition.terms.items())
    assert indicator_per_row(view, selection, "composite_score", GRIDS)["value"].to_numpy() == pytest.approx(np.asarray(expected))


def test_the_interval_of_an_adjusted_rate_is_about_that_of_drawing_again(view: View, oracle: Oracle) -> None:
    rows = good(oracle)
    called = rows[rows["has_call_back"]]
    found = indicator_per_row(view, ALL.with_(adjust="domain"), "resolution_rate")
    row = found.iloc[0]
    street = oracle.areas[oracle.areas["area_ix"] == row["area_ix"]].iloc[0]
    own = called[called["area_ix"].between(street["area_ix"], street["last_ix"])]
    top = oracle.categories[oracle.categories["depth"] == 1]

    def kind(ix: pd.Series) -> np.ndarray:
        return np.searchsorted(top["category_ix"].to_numpy(), ix.to_numpy(), side="right")

    mix = pd.Series(kind(called["category_ix"])).value_counts(normalize=True)
    rng, sums = np.random.default_rng(0), np.zeros(4000)
    for number, hits in own["is_resolved"].groupby(kind(own["category_ix"])):
        sums += mix[number] * rng.binomial(len(hits), hits.mean(), 4000) / len(hits)
    low, high = np.quantile(sums, [0.025, 0.975])
    assert row["low"] == pytest.approx(low, abs=0.01)
    assert row["high"] == pytest.approx(high, abs=0.01)


def test_what_cannot_be_adjusted_is_not_labelled_so() -> None:
    selection = ALL.with_(adjust="category")
    for indicator in INDICATORS.values():
        labelled = label(selection, indicator) is not None
        assert labelled is (indicator.unit in ("rate", "score") and indicator.measure in ("outcome", "source", "score"))


def ask_ranking(view: View, selection: Selection) -> dict[str, Any]:
    found: dict[str, Any] = ask(view, selection)["ranking"]
    return found


def test_ask_gives_the_ranking_of_the_indicator_named(view: View) -> None:
    assert "ranking" not in ask(view, ALL)
    found = ask_ranking(view, Selection.parse_strict("window=all&indicator=response_rate&level=grid"))
    assert json.loads(json.dumps(found)) == found
    frame = ranking(view, ALL, "response_rate", GRIDS)
    assert [row["area"] for row in found["areas"]] == [view.snapshot.areas.codes[ix] for ix in frame.ranked["area_ix"]]
    assert [row["place_high"] for row in found["areas"]] == frame.ranked["place_high"].astype(int).tolist()
    assert found["total"]["n"] == frame.total["n"]
    assert {row["why"] for row in found["apart"]} <= {"rest", "too_few"}
    with pytest.raises(SelectionError, match="adjust"):
        Selection.parse_strict("adjust=weather")


def test_a_screen_and_a_single_question_rank_alike(view: View) -> None:
    selection = ALL.with_(indicator="median_hours")
    one: Ranking = Answers(view, selection, "median_hours")(ranking, "median_hours")
    other = ranking(view, selection, "median_hours")
    pd.testing.assert_frame_equal(one.areas, other.areas)


def test_a_scope_ranks_its_own_areas_alone(path: Path) -> None:
    view = district.view(path)
    scoped = View(view.snapshot, view.definition, (view.snapshot.areas.codes[1],))
    found = ranking(scoped, ALL, "response_rate", GRIDS)
    inside = range(1, int(view.snapshot.areas.last[1]) + 1)
    assert set(found.areas["area_ix"]) <= set(inside)
    whole = numbers(Answers(scoped, ALL), [INDICATORS["response_rate"]])["response_rate"]
    assert found.total["n"] == whole.n
