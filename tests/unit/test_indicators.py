"""The values of DOMAIN §3 worked by hand, and what else an indicator must not get wrong."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from data.answers import Answers
from data.errors import DefinitionError, UnknownIndicator
from data.indicators import compute, intervals
from data.indicators.areas import indicator_per_area
from data.indicators.ask import ask, numbers, previous_numbers
from data.indicators.definition import Definition, shipped
from data.indicators.registry import INDICATORS, find
from data.schema import TABLES
from data.selection import Selection
from data.video import video_points
from tests import district

DEFAULTS = {"BOOLEAN": False, "VARCHAR": None}


class Cases:
    """Outcomes given as plain flags with their numbers of cases, in place of a snapshot."""

    def __init__(self, *groups: tuple[int, dict[str, Any]], definition: Definition | None = None, codes: tuple[str, ...] = ()) -> None:
        base = {column: DEFAULTS.get(kind) for column, kind in TABLES["outcome"].items() if column != "outcome_ix"}
        base |= {"disposed_on_time": None, "closed_on_time": None, "is_local": None, "is_mapped": True, "satisfaction": "unrated"}
        self.outcomes = pd.DataFrame([base | flags for _, flags in groups]).astype(object)
        self.counts = np.array([count for count, _ in groups], dtype=np.int64)
        self._codes = codes
        self.view: Any = SimpleNamespace(snapshot=self, definition=definition or shipped()[0])

    def once(self, key: Any, make: Any) -> Any:
        return make()

    def frame(self, sql: str, parameters: dict[str, Any] | None = None) -> pd.DataFrame:
        with duckdb.connect() as connection:
            columns = {column: kind for column, kind in TABLES["outcome"].items() if column != "outcome_ix"}
            connection.execute(f"CREATE TABLE outcome (outcome_ix SMALLINT, {', '.join(f'{c} {k}' for c, k in columns.items())})")
            connection.execute("CREATE TABLE finding (code VARCHAR)")
            connection.executemany("INSERT INTO finding VALUES (?)", [[code] for code in self._codes] or [["other"]])
            for ix, row in enumerate(self.outcomes[list(columns)].itertuples(index=False, name=None)):
                connection.execute(f"INSERT INTO outcome VALUES ({', '.join('?' * (len(columns) + 1))})", [ix, *row])
            return connection.execute(sql, parameters or {}).df()

    def number(self, key: str) -> compute.Number:
        return compute.evaluate(self.view, INDICATORS[key], self.counts)


def called(**flags: Any) -> dict[str, Any]:
    return {"has_call_back": True, "is_closed": True, **flags}


def test_1_call_backs() -> None:
    cases = Cases(
        (70, called(is_contacted=True, is_resolved=True, satisfaction="satisfied")),
        (10, called(is_contacted=True, is_resolved=True, satisfaction="basically")),
        (18, called(is_contacted=True, satisfaction="unsatisfied")),
        (2, called(satisfaction="unsatisfied")),
        (500, {"is_closed": True}),
    )
    assert cases.number("response_rate").value == pytest.approx(0.98)
    assert cases.number("resolution_rate").value == pytest.approx(0.80)
    assert cases.number("satisfaction_rate").value == pytest.approx(0.79)
    score = cases.number("composite_score")
    assert score.value == pytest.approx(81.4)
    assert score.n == 100
    assert score.excluded == {"no_call_back": 500}
    assert score.low is not None
    assert score.high is not None
    assert 70 < score.low < 81.4 < score.high < 92


def test_2_score_of_a_hundred_points() -> None:
    chengguan = next(definition for definition in shipped() if definition.name == "chengguan")
    handled = {"is_registered": True, "is_dispatched": True, "is_disposed": True, "has_deadline": True}
    past = {"is_past_deadline": True}
    cases = Cases(
        # 200 due for handling: 190 handled (180 on time), 10 overdue and open; 195 due for closing; 4 sent back; 8 extended
        (4, handled | past | {"is_closed": True, "disposed_on_time": True, "is_reworked": True}),
        (8, handled | past | {"is_closed": True, "disposed_on_time": True, "is_postponed": True}),
        (168, handled | past | {"is_closed": True, "disposed_on_time": True}),
        (5, handled | past | {"is_closed": True, "disposed_on_time": False}),
        (5, handled | {"disposed_on_time": False}),
        (10, {"is_registered": True, "is_dispatched": True, "has_deadline": True} | past),
        definition=chengguan,
    )
    counted = {key: cases.number(key) for key in ("due_for_disposal", "due_for_closing", "disposal_rate", "overdue_open")}
    assert counted["due_for_disposal"].value == 200
    assert counted["due_for_closing"].value == 195
    assert counted["disposal_rate"].numerator == 190
    assert counted["overdue_open"].numerator == 10
    assert cases.number("composite_score").value == pytest.approx(28.5 + 18 + 20 * (1 - 4 / 195) + 19.0 + 9.6)
    assert round(float(cases.number("composite_score").value or 0), 2) == 94.69


def test_3_a_total_is_pooled() -> None:
    closed = {"is_registered": True, "is_closed": True, "has_deadline": True, "is_past_deadline": True}
    one = Cases((1, closed | {"closed_on_time": True}))
    other = Cases((50, closed | {"closed_on_time": True}), (50, closed | {"closed_on_time": False}))
    both = Cases((51, closed | {"closed_on_time": True}), (50, closed | {"closed_on_time": False}))
    assert (one.number("closing_on_time_rate").value, other.number("closing_on_time_rate").value) == (1.0, 0.5)
    assert both.number("closing_on_time_rate").value == pytest.approx(51 / 101)
    assert not one.number("closing_on_time_rate").shown
    assert both.number("closing_on_time_rate").shown


@pytest.mark.parametrize(("hits", "n", "low", "high"), [(9, 10, 0.596, 0.982), (90, 100, 0.826, 0.945)])
def test_4_wilson(hits: int, n: int, low: float, high: float) -> None:
    found = intervals.wilson(hits, n)
    assert (round(float(found[0]), 3), round(float(found[1]), 3)) == (low, high)


def test_5_backlog_is_counted() -> None:
    closed = {"is_registered": True, "is_closed": True, "has_deadline": True, "is_past_deadline": True}
    cases = Cases(
        (90, closed | {"closed_on_time": True}),
        (5, closed | {"closed_on_time": False}),
        (5, {"is_registered": True, "has_deadline": True, "is_past_deadline": True}),
        (37, {"is_registered": True, "has_deadline": True}),
    )
    number = cases.number("on_time_with_backlog")
    assert number.value == pytest.approx(0.9)
    assert number.excluded == {"not_due": 37}
    closed_only = number.numerator / 95 if number.numerator else 0
    assert closed_only == pytest.approx(0.947, abs=5e-4)


def test_6_closing_rate_depends_on_now() -> None:
    open_case = {"is_registered": True, "has_deadline": True}
    past = open_case | {"is_past_deadline": True}
    before = Cases((6, past | {"is_closed": True, "closed_on_time": True}), (2, past), (2, open_case))
    after = Cases((6, past | {"is_closed": True, "closed_on_time": True}), (4, past))
    assert before.number("closing_rate").value == 0.75
    assert before.number("closing_rate").excluded == {"not_due": 2}
    assert after.number("closing_rate").value == 0.6


def test_excluded_cases_are_listed_once_under_their_first_reason() -> None:
    cases = Cases(
        (3, {"is_void": True, "is_duplicate": True}), (2, {"is_duplicate": True}), (5, {}), (7, {"is_registered": True}),
        (11, {"is_registered": True, "has_deadline": True}), (13, {"is_registered": True, "is_closed": True}),
    )  # fmt: skip
    assert cases.number("closing_on_time_rate").excluded == {
        "void": 3,
        "duplicate": 2,
        "not_registered": 5,
        "no_deadline": 7 + 13,
        "not_due": 11,
    }
    assert cases.number("accepted").value == 5 + 7 + 11 + 13


@pytest.mark.parametrize("key", [key for key, indicator in INDICATORS.items() if indicator.measure == "outcome"])
def test_nothing_of_nothing_is_no_number(key: str) -> None:
    number = Cases((0, {})).number(key)
    assert number.value in (None, 0)
    assert number.shown is (not INDICATORS[key].has_denominator)


@pytest.mark.parametrize("key", [key for key, indicator in INDICATORS.items() if indicator.measure == "outcome"])
def test_a_numerator_lies_inside_its_denominator(key: str) -> None:
    flags = ("is_registered", "is_dispatched", "is_disposed", "is_closed", "is_past_deadline", "has_call_back")
    on_time = {"disposed_on_time": True, "closed_on_time": True, "is_contacted": True, "is_resolved": True, "is_reworked": True,
               "is_postponed": True, "is_local": True, "satisfaction": "satisfied", "is_mapped": False}  # fmt: skip
    groups = [(1, dict(zip(flags, values, strict=True)) | on_time) for values in itertools.product((True, False), repeat=len(flags))]
    weighed = compute.weights(Cases(*groups).view)[key]
    assert (weighed.numerator[~weighed.denominator] == 0).all()
    assert (weighed.numerator <= 1).all()


def test_closing_that_was_cut_off_hides_durations() -> None:
    cases = Cases((100, {"is_closed": True, "has_duration": True}), codes=("C_CLOSING_CUT_OFF",))
    number = compute.of_duration(cases.view, INDICATORS["median_hours"], cases.counts, [1.0, 0.5, 2.0])
    assert number.caveats == ("C_CLOSING_CUT_OFF",)
    assert not number.shown
    assert number.value == 1.0


def test_order_statistics_are_the_published_ranks() -> None:
    # Conover: 95 % interval of the median of 10 is the 2nd to the 9th, of 100 the 40th to the 61st value
    assert intervals.order_ranks(10, 0.5) == (1, 8)
    assert intervals.order_ranks(100, 0.5) == (39, 60)
    assert intervals.order_ranks(5, 0.5) == (None, None)
    low, high = intervals.order_ranks(100_000, 0.9)
    assert low is not None
    assert high is not None
    assert 89_800 < low < 90_000 < high < 90_200


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.390), (100, 81.364, 121.627)])
def test_poisson_intervals_are_the_published_ones(count: int, low: float, high: float) -> None:
    assert intervals.poisson(count) == pytest.approx((low, high), abs=1e-3)


def test_intervals_join_where_the_approximation_takes_over() -> None:
    exact, cube = intervals.poisson(100), intervals.poisson(101)
    assert 0.9 < cube[0] - exact[0] < 1.1
    assert 0.9 < cube[1] - exact[1] < 1.1


def test_bootstrap_of_a_plain_rate_agrees_with_the_binomial() -> None:
    counts = np.array([700, 300])
    low, high = intervals.bootstrap(counts, (np.array([1.0, 0.0]), np.ones(2), 1.0))
    half = 1.96 * math.sqrt(0.7 * 0.3 / 1000)
    assert low == pytest.approx(0.7 - half, abs=0.003)
    assert high == pytest.approx(0.7 + half, abs=0.003)
    assert intervals.bootstrap(counts, (np.array([1.0, 0.0]), np.ones(2), 1.0)) == (low, high)


def test_cameras(tmp_path: Path) -> None:
    view = district.view(district.build(tmp_path / "cameras.duckdb", 100))
    points = video_points(view, Selection())
    expected = district.video_points().set_index("point_id")["expected"]
    assert dict(zip(points["point_id"], points["status"], strict=True)) == expected.to_dict()
    number = compute.of_video(view, points)
    assert (number.numerator, number.denominator, number.excluded) == (2, 7, {"repair": 1, "removed": 1})


def test_per_area_adds_up_to_the_whole(tmp_path: Path) -> None:
    view = district.view(district.build(tmp_path / "areas.duckdb", 4000))
    selection = Selection(window="all")
    whole = numbers(Answers(view, selection), list(INDICATORS.values()))
    for key, indicator in INDICATORS.items():
        for depth in (None, 2, 3):
            frame = indicator_per_area(view, selection, key, depth)
            if indicator.measure == "video":
                assert frame["n"].sum() == whole[key].n
                continue
            assert frame["events"].sum() == whole["accepted"].value
            assert frame["n"].sum() == whole[key].n
            if indicator.measure not in ("duration", "score"):
                assert frame["numerator"].sum() == pytest.approx(whole[key].numerator)


def test_each_area_is_what_asking_for_it_alone_gives(tmp_path: Path) -> None:
    view = district.view(district.build(tmp_path / "areas.duckdb", 4000))
    for key in INDICATORS:
        frame = indicator_per_area(view, Selection(window="all"), key)
        for row in frame[~frame["is_rest"]].itertuples():
            code = view.snapshot.areas.codes[row.area_ix]
            alone = ask(view, Selection(window="all", area=code))["indicators"][key]
            assert row.value == pytest.approx(math.nan if alone["value"] is None else alone["value"], nan_ok=True)
            assert row.n == alone["n"]
            assert bool(row.shown) is alone["shown"]


def test_previous_numbers_are_those_of_the_previous_window(tmp_path: Path) -> None:
    view = district.view(district.build(tmp_path / "previous.duckdb", 4000))
    indicators = [indicator for indicator in INDICATORS.values() if indicator.measure != "video"]
    found = previous_numbers(Answers(view, Selection()), indicators)
    alone = ask(view, Selection.parse_strict("from=2026-11-06&to=2026-11-12"))["indicators"]
    for key, number in found.items():
        assert number.value == pytest.approx(alone[key]["value"]), key
        assert number.n == alone[key]["n"], key
    assert previous_numbers(Answers(view, Selection(window="all")), indicators) == {}


def test_a_previous_window_is_cut_at_the_same_elapsed_time(tmp_path: Path) -> None:
    path = district.build(tmp_path / "cut.duckdb", 4000)
    with duckdb.connect(str(path), read_only=True) as connection:
        (expected,) = connection.execute(
            """SELECT count(*) FROM event JOIN outcome USING (outcome_ix) WHERE NOT is_void AND NOT is_duplicate
               AND reported_at >= TIMESTAMP '2026-11-08 16:00' AND reported_at < TIMESTAMP '2026-11-13 03:30'"""
        ).fetchone() or (None,)
    view = district.view(path)
    assert previous_numbers(Answers(view, Selection(window="week")), [INDICATORS["accepted"]])["accepted"].value == expected


def test_unknown_indicators_are_named() -> None:
    with pytest.raises(UnknownIndicator, match="closing_rate"):
        find("nonsense")


def test_points_of_a_definition_add_up() -> None:
    text = shipped()[0].text.replace("minimum_n", "points = { closing_rate = 50 }\nminimum_n")
    with pytest.raises(DefinitionError, match="100"):
        Definition.parse(text)
