"""A city with deadlines and its own flag for being on time, built as its user would, against pandas over the file it sends."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from data.indicators.ask import ask
from data.indicators.definition import Definition, shipped
from data.selection import Selection
from data.store.build import build
from data.store.snapshot import Snapshot
from data.store.store import Store
from data.view import View
from tests import city
from tests.city import City

SELECTIONS = 20


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Snapshot, Any]:
    folder = tmp_path_factory.mktemp("city")
    report = build(city.write(folder), folder / "store")
    return City(folder), Store(folder / "store").current(), report


def random_selection(rng: np.random.Generator) -> tuple[dict[str, Any], Selection]:
    """A selection as plain values for the oracle, and as the program reads it from an address."""
    chosen: dict[str, Any] = {}
    address: dict[str, list[str]] = {}

    def choose(key: str, values: list[str], share: float) -> None:
        if rng.random() < share:
            chosen[key] = [str(value) for value in rng.choice(values, size=min(len(values), int(rng.integers(1, 3))), replace=False)]
            address[key] = [value.replace(",", "\\,") for value in chosen[key]]

    first = dt.date(2026, 2, 20) + dt.timedelta(days=int(rng.integers(0, 110)))
    chosen["days"] = (first, first + dt.timedelta(days=int(rng.choice([0, 6, 30, 120]))))
    address["from"], address["to"] = [chosen["days"][0].isoformat()], [chosen["days"][1].isoformat()]
    if rng.random() < 0.5:
        chosen["area"] = int(rng.integers(0, len(city.NEIGHBOURHOODS)))
        address["area"] = [f"N{chosen['area']}"]
    choose("domain", list(city.KINDS), 0.2)
    choose("category", [name for below in city.KINDS.values() for name in below], 0.2)
    choose("subcategory", [leaf for below in city.KINDS.values() for leaves in below.values() for leaf in leaves], 0.15)
    choose("department", list(city.DEPARTMENTS), 0.2)
    choose("deadline", ["on_time", "late", "overdue", "not_due"], 0.3)
    for key, value, text in (("hours", (6, 22), "6-22"), ("weekday", (1, 5), "1-5"), ("duration", (2, 48), "2-48")):
        if rng.random() < 0.15:
            chosen[key] = value
            address[key] = [text]
    return chosen, Selection.parse_strict(address)


def test_rows_that_cannot_be_used_are_quarantined_and_no_others(built: tuple[City, Snapshot, Any]) -> None:
    oracle, snapshot, report = built
    source = next(source for source in report.sources if source.name == "311")
    assert source.quarantined == oracle.refused > 20
    assert source.rows_in == source.accepted + source.quarantined
    assert len(oracle.rows) == snapshot.manifest["counts"]["event"]
    assert {"E_CLOSE_BEFORE_REPORT", "E_CLOSE_TIME_MISSING", "E_STATUS_TIME_CONFLICT", "E_ID_DUP"} <= set(source.reasons)


@pytest.mark.parametrize("definition", shipped(), ids=lambda definition: definition.key)
def test_every_indicator_is_what_pandas_finds_in_the_file(built: tuple[City, Snapshot, Any], definition: Definition) -> None:
    oracle, snapshot, _ = built
    rng, view = np.random.default_rng(3), View(snapshot, definition)
    rule = definition.repeat
    is_repeated = oracle.repeated(rule.cases, rule.days, rule.metres)
    assert 0.02 < is_repeated.mean() < 0.9
    for _ in range(SELECTIONS):
        chosen, selection = random_selection(rng)
        answer = ask(view, selection)["indicators"]
        rows = oracle.selected(chosen)
        expected = oracle.numbers(chosen, is_repeated, dict(definition.points))
        assert set(answer) == {*expected, "video_online_rate"}
        for key, (value, numerator, denominator) in expected.items():
            number, context = answer[key], f"{key} of {selection.query()}"
            assert number["value"] == (None if value is None else pytest.approx(value, rel=1e-9)), context
            if key != "composite_score":
                assert (number["numerator"], number["denominator"]) == (numerator, pytest.approx(denominator)), context
            if key != "per_10k":
                assert number["n"] + sum(number["excluded"].values()) == len(rows), context
            if number["value"] is not None and number["low"] is not None:
                assert number["low"] - 1e-9 <= number["value"] <= (number["high"] or math.inf) + 1e-9, context


def test_the_citys_flag_is_used_only_where_its_times_do_not_tell(built: tuple[City, Snapshot, Any]) -> None:
    """Open cases bear the flag too; they are neither closed nor lost."""
    oracle, snapshot, _ = built
    answer = ask(View(snapshot, shipped()[0]), Selection(window="all"))["indicators"]
    open_and_flagged = oracle.rows[~oracle.rows["is_closed"] & (oracle.rows["on_time"] != "")]
    assert len(open_and_flagged) > 100
    assert answer["overdue_open"]["numerator"] > 30
    assert answer["closing_rate"]["value"] < 1
    by_flag = oracle.rows[oracle.rows["is_closed"] & oracle.rows["target"].isna() & (oracle.rows["on_time"] != "")]
    assert answer["closing_on_time_rate"]["denominator"] == len(
        oracle.rows[oracle.rows["is_handled"] & (oracle.rows["target"] < city.AS_OF) & ~oracle.rows["is_closed"]]
    ) + len(by_flag) + int((oracle.rows["is_closed"] & oracle.rows["target"].notna()).sum())
