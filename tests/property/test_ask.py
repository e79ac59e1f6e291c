"""Two hundred random selections: every number of ``ask`` against pandas over the tables."""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.due import due_until
from data.filters import FILTERS
from data.indicators.ask import ask
from data.indicators.definition import shipped
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View
from tests import district
from tests.oracle import Oracle

SELECTIONS = 100


def random_selection(oracle: Oracle, rng: np.random.Generator, soon: dt.datetime) -> tuple[dict[str, Any], Selection]:
    """A selection as plain values for the oracle, and as the program reads it from an address."""
    chosen: dict[str, Any] = {"due_until": soon}
    address: dict[str, list[str]] = {}

    def choose(key: str, values: list[str], share: float) -> None:
        values = sorted({value for value in values if value})
        if values and rng.random() < share:
            chosen[key] = [str(value) for value in rng.choice(values, size=min(len(values), int(rng.integers(1, 4))), replace=False)]
            address[key] = [value.replace("\\", "\\\\").replace(",", "\\,") for value in chosen[key]]

    days = int(rng.choice([1, 7, 30, 90, 400]))
    first = oracle.today - dt.timedelta(days=int(rng.integers(0, 60)) + days)
    chosen["days"] = (first, first + dt.timedelta(days=days))
    address["from"], address["to"] = [chosen["days"][0].isoformat()], [chosen["days"][1].isoformat()]
    codes = oracle.areas["area_code"].tolist()
    if rng.random() < 0.7:
        chosen["area"] = str(rng.choice(codes))
        address["area"] = [chosen["area"]]
    if "area" not in chosen:
        choose("grid", codes, 0.2)
    for depth, key in enumerate(("domain", "category", "subcategory"), start=1):
        choose(key, oracle.categories.loc[oracle.categories["depth"] == depth, "name"].tolist(), 0.2)
    choose("source", oracle.sources["source"].tolist(), 0.2)
    choose("department", oracle.departments["name"].tolist(), 0.15)
    choose("stage", ["accepted", "dispatched", "disposing", "closed", "void"], 0.15)
    choose("urgency", ["normal", "urgent", "critical"], 0.15)
    choose("deadline", ["on_time", "late", "overdue", "due_soon", "not_due"], 0.25)
    choose("callback", ["effective", "none", "contacted", "resolved", "unresolved", "satisfied", "unrated"], 0.1)
    if rng.random() < 0.15:
        chosen["hours"] = (6, 22) if rng.random() < 0.5 else (21, 7)
        address["hours"] = ["{}-{}".format(*chosen["hours"])]
    if rng.random() < 0.15:
        chosen["weekday"] = [1, 2, 3, 4, 5]
        address["weekday"] = ["1-5"]
    if rng.random() < 0.1:
        chosen["duration"] = (2, 48)
        address["duration"] = ["2-48"]
    if rng.random() < 0.1:
        chosen["q"] = "停车"
        address["q"] = ["停车"]
    return chosen, Selection.parse_strict(address)


def same(found: Any, expected: Any) -> bool:
    return found is None if expected is None else found is not None and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


def compare(path: Path, seed: int, count: int) -> None:
    """``count`` random selections over one snapshot."""
    oracle, rng = Oracle(path), np.random.default_rng(seed)
    definition = shipped()[0]
    view = View(Snapshot(path), definition)
    soon = due_until(view)
    for _ in range(count):
        chosen, selection = random_selection(oracle, rng, soon)
        answer = ask(view, selection)
        json.dumps(answer, allow_nan=False)
        expected = oracle.numbers(chosen, definition.weights)
        rows = oracle.selected(chosen)
        if "grid" in chosen:
            del expected["per_10k"]
        for key, (value, numerator, denominator) in expected.items():
            number = answer["indicators"][key]
            context = f"{key} of {selection.query()}"
            assert same(number["value"], value), context
            assert same(number["denominator"], denominator), context
            if key not in ("composite_score",) or value is not None:
                assert same(number["numerator"], numerator), context
            if key != "per_10k":
                assert number["n"] + sum(number["excluded"].values()) == len(rows), context
            if value is not None:
                assert number["low"] is None or number["low"] - 1e-9 <= value, context
                assert number["high"] is None or value <= number["high"] + 1e-9, context
            if key.endswith("_rate") or key in ("overdue_open", "on_time_with_backlog", "unmapped"):
                assert number["shown"] is (denominator >= definition.minimum_n and not number.get("caveats")), context


def test_random_flags(tmp_path: Path) -> None:
    compare(district.build(tmp_path / "random.duckdb", 6000), seed=7, count=SELECTIONS)


def test_demo(demo_store: Path, tmp_path: Path) -> None:
    """On a copy: DuckDB opens one file with one set of settings, and other tests have the store open."""
    compare(Path(shutil.copy(next((demo_store / "snapshots").glob("*.duckdb")), tmp_path)), seed=11, count=SELECTIONS)


def test_without_deadlines_rates_that_need_them_say_so(tmp_path: Path) -> None:
    view = district.view(district.build(tmp_path / "free.duckdb", has_deadlines=False))
    answer = ask(view, Selection(window="all"))["indicators"]
    for key in ("disposal_rate", "closing_rate", "overdue_open", "on_time_with_backlog"):
        assert answer[key]["caveats"] == ["C_NO_DEADLINES"]
        assert not answer[key]["shown"]
    assert answer["response_rate"]["shown"]
    assert "caveats" not in answer["rework_rate"]


def test_every_filter_is_tried(tmp_path: Path) -> None:
    """The random selections use every filter of the registry but those of the map, which have tests of their own."""
    oracle = Oracle(district.build(tmp_path / "random.duckdb", 200))
    rng, used = np.random.default_rng(7), set()
    for _ in range(300):
        _, selection = random_selection(oracle, rng, district.AS_OF)
        used |= {row.keys[0] for row in FILTERS if row.is_active(selection)}
    assert used == {row.keys[0] for row in FILTERS} - {"bbox", "polygon"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_answer_has_the_promised_form(tmp_path: Path, lang: Any) -> None:
    view = district.view(district.build(tmp_path / "form.duckdb", 500))
    answer = ask(view, Selection.parse_strict("window=30d&area=999901002"), lang)
    assert {"snapshot", "as_of", "definition", "selection", "sentence", "indicators"} <= set(answer)
    assert answer["as_of"] == "2026-11-20T03:30:00Z"
    assert answer["definition"] == "jiesu@2"
    assert answer["selection"] == {"area": "999901002", "window": "30d"}
    for number in answer["indicators"].values():
        assert set(number) - {"caveats"} == {"value", "numerator", "denominator", "excluded", "n", "low", "high", "shown"}
